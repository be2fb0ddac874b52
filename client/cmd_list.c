/* cmd_list.c - `chibo liet-ke KIND --loc FIELD=VALUE`: all records of a kind, one a line. */
#include "../common/language.h"
#include "assign.h"
#include "filter.h"
#include "order.h"

static const struct opt_row rows[] = {
    CMD_OPTIONS,
    FILTER_OPTION,
    {.name = "tat-ca", .alias = "all", .kind = OPT_FLAG, .help = N_("those that were made void too")},
};

struct listing {
    struct cmd_env *env;
    struct print p;
    struct order order;
    struct filter_set filters;
    size_t shown;
    bool all; /* void ones too */
    enum err err;
};

static bool visit(void *arg, struct view *v)
{
    struct listing *l = arg;
    if (!l->all && !l->filters.state && replica_view_void(v) == CLOSE_VOID)
        return true;
    if (!filter_fits(&l->filters, l->env, &l->p, v))
        return true;
    l->shown++;
    size_t from = l->env->out.text.n;
    if (l->env->out.json)
        l->err = print_json(&l->p, v, false, &l->env->out.text);
    else
        print_line(&l->p, v, false, &l->env->out.text);
    order_put(&l->order, v, &l->env->out.text, from);
    return l->err == ERR_OK;
}

static enum err list(struct listing *l, const struct kind_info *k, const struct opt_parsed *args)
{
    struct book *b = &l->env->book;
    enum err e = print_init(&l->p, b);

    order_init(&l->order, k);
    if (e == ERR_OK)
        e = filter_read(&l->filters, l->env, &l->p, k, args);
    if (e == ERR_OK)
        e = replica_each(book_txn(b), &b->replica, k->number, visit, l);
    if (e == ERR_OK)
        e = l->err;
    if (e == ERR_OK)
        order_flush(&l->order, &l->env->out.text);
    order_deinit(&l->order);
    if (e == ERR_OK && !l->env->out.json)
        buf_printf(&l->env->out.text, _("%zu records\n"), l->shown);
    filter_deinit(&l->filters);
    print_deinit(&l->p);
    return e;
}

static enum err run(struct cmd_env *env, const struct opt_parsed *args)
{
    const struct kind_info *k = assign_kind(env, opt_arg(args, 0));
    struct listing l = {.env = env, .all = opt_given(args, "tat-ca")};
    if (k == NULL)
        return ERR_UNKNOWN_KIND;
    enum err e = book_begin(&env->book, false);
    if (e == ERR_OK)
        e = list(&l, k, args);
    book_abort(&env->book);
    return e;
}

const struct cmd cmd_list = {"liet-ke", "list", N_("Lists the records of one kind."), NEED_STORE,
                             {rows, ARRAY_LEN(rows), N_("KIND"), 1, 1}, run};
