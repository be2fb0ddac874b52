/* cmd_list.c - `chibo liet-ke KIND --loc FIELD=VALUE`: all records of a kind, one a line. */
#include "../common/language.h"
#include "../common/text.h"
#include "../proto/mp.h"
#include "../proto/org_change.h"
#include "assign.h"
#include "cmd.h"
#include "order.h"
#include "print.h"
#include "word.h"

static const struct opt_row rows[] = {
    CMD_OPTIONS,
    {.name = "loc", .alias = "where", .kind = OPT_TEXT, .value = N_("FIELD=VALUE"), .repeated = true,
     .help = N_("only those with this value; org, state and transport may be asked for too")},
    {.name = "tat-ca", .alias = "all", .kind = OPT_FLAG, .help = N_("those that were made void too")},
};

#define FILTERS_MAX 64

/* field NULL: one of the words every record has. */
struct filter {
    const struct field_info *field;
    const char *word, *text;
    struct buf value;
    struct id org; /* of `org=`: the organisation that has or had this code; zero: none is known */
};

struct listing {
    struct cmd_env *env;
    struct print p;
    struct order order;
    struct filter filter[FILTERS_MAX];
    size_t filters, shown;
    bool all; /* void ones too */
    enum err err;
};

/* Text is compared without marks and case; all else as it is stored. */
static bool value_is(const struct field_info *f, struct bytes value, struct bytes wanted)
{
    struct buf a = {0}, b = {0};
    struct mp r;
    bool same = bytes_equal(value, wanted);

    if (!same && f->type == TYPE_TEXT && wanted.n > 0) {
        mp_open(&r, value);
        same = text_key(mp_str(&r, CHANGE_BODY_MAX), &a) == ERR_OK;
        (void)!mp_close(&r);
        mp_open(&r, wanted);
        same = text_key(mp_str(&r, CHANGE_BODY_MAX), &b) == ERR_OK && same;
        (void)!mp_close(&r);
        same = same && bytes_equal(buf_bytes(&a), buf_bytes(&b));
    }
    buf_wipe_deinit(&a);
    buf_wipe_deinit(&b);
    return same;
}

static bool word_fits(struct listing *l, const struct filter *f, const struct view *v)
{
    struct buf org = {0};
    bool fits = false;
    if (strcmp(f->word, "state") == 0)
        return word_is(f->text, print_state(v)) || word_is(f->text, _(print_state(v)));
    if (strcmp(f->word, "sync") == 0)
        return word_is(f->text, print_sync(&l->p, v));
    if (strcmp(f->word, "transport") == 0)
        return word_is(f->text, print_transport(&l->p, v));
    if (!id_is_zero(&f->org)) /* of it, or of what became part of it */
        return org_leads_to(book_txn(&l->env->book), &v->org, &f->org, &fits) == ERR_OK && fits;
    fits = refs_org_name(&l->p.refs, &v->org, true, &org) && word_is(f->text, buf_cstr(&org));
    buf_deinit(&org);
    return fits;
}

/* An empty value asks for those that have none. */
static bool fits(struct listing *l, const struct filter *f, const struct view *v)
{
    const struct entry *e;
    bool any = false;
    if (f->field == NULL)
        return word_fits(l, f, v);
    e = replica_view_entry(v, f->field);
    if (f->value.n == 0)
        return e == NULL;
    for (size_t i = 0; e != NULL && i < (f->field->list ? e->count : 1); i++)
        any = any || value_is(f->field, e->candidate[i].value, buf_bytes(&f->value));
    return any;
}

static bool visit(void *arg, struct view *v)
{
    struct listing *l = arg;
    if (!l->all && replica_view_void(v) == CLOSE_VOID)
        return true;
    for (size_t i = 0; i < l->filters; i++)
        if (!fits(l, &l->filter[i], v))
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

/* Former codes find it too. */
static enum err filter_org(struct cmd_env *env, struct filter *f)
{
    struct buf code = {0};
    struct org o;
    enum err e;

    for (const char *p = f->text; *p != '\0'; p++)
        buf_put_u8(&code, (uint8_t)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p));
    e = org_by_any_code(book_txn(&env->book), buf_cstr(&code), &o);
    if (e == ERR_OK)
        f->org = o.id;
    buf_deinit(&code);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err filter_add(struct listing *l, const struct kind_info *k, const char *word)
{
    static const char *const words[] = {"org", "state", "sync", "transport"};
    struct cmd_env *env = l->env;
    struct filter *f = &l->filter[l->filters];
    char why[ENTRY_WHY_SIZE] = "";
    enum err e;

    if (l->filters == FILTERS_MAX)
        return ERR_TOO_LONG;
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strncmp(word, words[i], strlen(words[i])) == 0 && word[strlen(words[i])] == '=' &&
            schema_field_named(k, words[i]) == NULL) {
            *f = (struct filter){.word = words[i], .text = word + strlen(words[i]) + 1};
            if (i == 0 && filter_org(env, f) != ERR_OK)
                return ERR_DAMAGED;
            l->filters++;
            l->all = l->all || i == 1; /* whoever asks for a state means it */
            return ERR_OK;
        }
    f->field = assign_split(env, k, word, &f->text, &e);
    if (f->field == NULL)
        return e;
    l->filters++;
    e = ERR_OK;
    if (f->text[0] != 0) {
        struct field_info one = *f->field;
        one.limit = one.type == TYPE_TEXT ? 0 : one.limit; /* too long to be there, but no mistake */
        e = entry_parse(&one, f->text, env->today, &l->p.refs.entry, &f->value, why);
    }
    return e == ERR_OK ? e : cmd_explain(env, e, _(f->field->label), why);
}

static enum err list(struct listing *l, const struct kind_info *k, const struct opt_parsed *args)
{
    struct book *b = &l->env->book;
    enum err e = print_init(&l->p, b);
    size_t at = 0;
    const char *word;

    order_init(&l->order, k);
    while (e == ERR_OK && (word = opt_next(args, "loc", &at)) != NULL)
        e = filter_add(l, k, word);
    if (e == ERR_OK)
        e = replica_each(book_txn(b), &b->replica, k->number, visit, l);
    if (e == ERR_OK)
        e = l->err;
    if (e == ERR_OK)
        order_flush(&l->order, &l->env->out.text);
    order_deinit(&l->order);
    if (e == ERR_OK && !l->env->out.json)
        buf_printf(&l->env->out.text, _("%zu records\n"), l->shown);
    for (size_t i = 0; i < l->filters; i++)
        buf_wipe_deinit(&l->filter[i].value);
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
