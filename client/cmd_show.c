/* cmd_show.c - `chibo xem ID`: one record whole, with the other values where people wrote it differently. */
#include "../common/language.h"
#include "cmd.h"
#include "print.h"

static const struct opt_row rows[] = {
    CMD_OPTIONS,
    {.name = "lich-su", .alias = "history", .kind = OPT_FLAG, .help = N_("every change, by whom and when")},
};

static enum err show(struct cmd_env *env, const struct opt_parsed *args)
{
    bool history = opt_given(args, "lich-su");
    struct print p;
    struct view v;
    struct id id;
    uint32_t kind = 0;
    enum err e = print_init(&p, &env->book);

    if (e == ERR_OK) {
        e = refs_find(&p.refs, 0, opt_arg(args, 0), &kind, &id);
        if (e != ERR_OK)
            (void)cmd_explain(env, e, opt_arg(args, 0),
                              e == ERR_BAD_VALUE ? _("at least 6 characters of the record's number") : "");
    }
    if (e == ERR_OK)
        e = replica_view(book_txn(&env->book), &env->book.replica, kind, &id, &v);
    if (e == ERR_OK) {
        e = (env->out.json ? print_json : print_record)(&p, &v, history, &env->out.text);
        replica_view_deinit(&v);
    }
    print_deinit(&p);
    return e;
}

static enum err run(struct cmd_env *env, const struct opt_parsed *args)
{
    enum err e = book_begin(&env->book, false);
    if (e == ERR_OK)
        e = show(env, args);
    book_abort(&env->book);
    return e;
}

const struct cmd cmd_show = {"xem", "show", N_("Shows one record."), NEED_STORE,
                             {rows, ARRAY_LEN(rows), N_("ID"), 1, 1}, run};
