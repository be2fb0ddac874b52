/* cmd_due.c - `chibo den-han`: what is due by the rules, and `chibo huy-hieu`: who gets a badge in a batch. */
#include "../common/date.h"
#include "../common/json.h"
#include "../common/language.h"
#include "../common/money.h"
#include "../common/text.h"
#include "../proto/actor.h"
#include "../proto/org_change.h"
#include "../proto/rights.h"
#include "cmd.h"
#include "due.h"
#include "value.h"
#include "word.h"

#define AHEAD_MONTHS 3 /* a quarter: time to prepare papers */
#define WHAT_COLUMNS 34

static const struct opt_row rows[] = {
    CMD_OPTIONS,
    {.name = "ngay", .alias = "date", .kind = OPT_TEXT, .value = N_("DATE"), .help = N_("as of this day; else today")},
    {.name = "den", .alias = "until", .kind = OPT_TEXT, .value = N_("DATE"),
     .help = N_("what is due up to this day; else for three months")},
    {.name = "chi-bo", .alias = "org", .kind = OPT_TEXT, .value = N_("CODE"), .help = N_("of this cell alone")},
};

static const struct opt_row badge_rows[] = {
    CMD_OPTIONS,
    {.name = "dot", .alias = "batch", .kind = OPT_TEXT, .value = N_("DATE"),
     .help = N_("the batch's day; else the next one")},
    {.name = "chi-bo", .alias = "org", .kind = OPT_TEXT, .value = N_("CODE"), .help = N_("of this cell alone")},
};

struct listing {
    struct cmd_env *env;
    struct print p;
    struct rules rules;
    struct buf items;
    uint32_t date;
    bool one;      /* of this organisation alone: */
    struct id org;
};

static enum err day_of(struct cmd_env *env, const struct opt_parsed *args, const char *option, uint32_t otherwise,
                       uint32_t *out)
{
    const char *typed = args == NULL ? NULL : opt_text(args, option, NULL);
    struct date_fault fault;
    *out = otherwise;
    if (typed == NULL || (date_parse(typed, env->today, out, &fault) == ERR_OK && date_is_full(*out)))
        return ERR_OK;
    return cmd_explain(env, ERR_BAD_DATE, typed, _("Written as 28/10/2025."));
}

static enum err which_org(struct listing *l, const struct opt_parsed *args)
{
    const char *code = opt_text(args, "chi-bo", NULL);
    struct org o;
    if (code == NULL)
        return ERR_OK;
    enum err e = org_by_any_code(book_txn(&l->env->book), code, &o);
    if (e == ERR_NOT_FOUND)
        return cmd_explain(l->env, ERR_BAD_VALUE, code, _("There is no organisation with this code."));
    l->one = true;
    l->org = o.id;
    return e;
}

/* --- lines --- */

/* A member's name; of what has none, the name written in it. */
static void put_name(struct listing *l, const struct due_item *i, struct buf *out)
{
    struct book *b = &l->env->book;
    struct bytes name;
    struct view v;

    if (!id_is_zero(&i->member) && l->p.refs.entry.name_record(&l->p.refs, "member", &i->member, out))
        return;
    if (replica_view(book_txn(b), &b->replica, i->kind, &i->record, &v) != ERR_OK)
        return;
    if (schema_field_named(schema_kind(i->kind), "name") != NULL && value_text(&v, "name", &name))
        text_show(name, out);
    replica_view_deinit(&v);
}

static void item_json(struct listing *l, const struct due_item *i, const char *name)
{
    char hex[ID_TEXT_SIZE], date[DATE_TEXT_SIZE];
    struct buf code = {0};
    struct json j;

    id_print(&i->record, hex);
    date_print_iso(i->date, date);
    (void)refs_org_name(&l->p.refs, &i->org, true, &code);
    json_init(&j, &l->env->out.text);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    json_put_string(&j, "what", due_name(i->what));
    json_put_string(&j, "who", name);
    json_put_string(&j, "when", date);
    json_put_string(&j, "org", buf_cstr(&code));
    json_put_string(&j, "record", hex);
    json_key(&j, "overdue");
    json_bool(&j, i->date < l->date);
    if (i->what == DUE_BADGE)
        json_put_uint(&j, "years", (uint64_t)i->number);
    if (i->what == DUE_DUES)
        json_put_uint(&j, "amount", (uint64_t)i->number);
    if (i->what == DUE_ARREARS)
        json_put_uint(&j, "months", (uint64_t)i->number);
    json_object_end(&j);
    json_line(&j);
    buf_deinit(&code);
}

static void item_text(struct listing *l, const struct due_item *i, const char *name)
{
    struct buf *out = &l->env->out.text, what = {0};
    char date[DATE_TEXT_SIZE], money[MONEY_TEXT_SIZE];

    date_print(i->date, date);
    buf_put_str(&what, _(due_label(i->what)));
    if (i->what == DUE_BADGE)
        buf_printf(&what, _(", %u years"), (unsigned)i->number);
    if (i->what == DUE_DUES) {
        money_print(i->number, money);
        buf_printf(&what, ", %s đ", money);
    }
    if (i->what == DUE_ARREARS)
        buf_printf(&what, _(", %u months"), (unsigned)i->number);
    buf_printf(out, "%s  %s", date, buf_cstr(&what));
    word_pad(text_width(buf_bytes(&what)), WHAT_COLUMNS, out);
    buf_printf(out, "  %s%s%s\n", name, i->date < l->date ? " · " : "", i->date < l->date ? _("OVERDUE") : "");
    buf_deinit(&what);
}

static void put_items(struct listing *l)
{
    const struct due_item *list = (const struct due_item *)(const void *)l->items.p;
    size_t shown = 0;

    for (size_t i = 0; i < l->items.n / sizeof(*list); i++) {
        struct buf name = {0};
        if (l->one && !id_equal(&list[i].org, &l->org))
            continue;
        shown++;
        put_name(l, &list[i], &name);
        (l->env->out.json ? item_json : item_text)(l, &list[i], buf_cstr(&name));
        buf_deinit(&name);
    }
    if (!l->env->out.json)
        buf_printf(&l->env->out.text, _("%zu lines\n"), shown);
}

/* --- commands --- */

static enum err begin(struct listing *l, const struct opt_parsed *args)
{
    enum err e = book_begin(&l->env->book, false);
    if (e == ERR_OK)
        e = print_init(&l->p, &l->env->book);
    if (e == ERR_OK && args != NULL)
        e = which_org(l, args);
    return e == ERR_OK ? rules_load_of(&l->rules, &l->env->book, l->one ? &l->org : NULL) : e;
}

static void end(struct listing *l)
{
    print_deinit(&l->p);
    book_abort(&l->env->book);
    rules_deinit(&l->rules);
    buf_deinit(&l->items);
}

/* Whoever keeps the whole ward's records is not asked to collect a cell's dues. */
static bool collects(struct book *b)
{
    enum role role = ROLE_NONE;
    struct scope s;
    return !b->replica.enrolled || (replica_scope(book_txn(b), &b->replica.org, ACCESS_B, &s) == ERR_OK &&
                                    actor_role(book_txn(b), &s, &b->replica.person, &role) == ERR_OK &&
                                    !rights_ward_wide(role));
}

static enum err run(struct cmd_env *env, const struct opt_parsed *args)
{
    struct listing l = {.env = env};
    uint32_t until;
    enum err e = day_of(env, args, "ngay", env->today, &l.date);

    if (e == ERR_OK)
        e = day_of(env, args, "den", due_after_months(l.date, AHEAD_MONTHS), &until);
    if (e != ERR_OK)
        return e;
    e = begin(&l, args);
    if (e == ERR_OK)
        e = due_list(&env->book, &l.rules, l.date, until, collects(&env->book), &l.items);
    if (e == ERR_OK)
        put_items(&l);
    end(&l);
    return e;
}

static enum err run_badges(struct cmd_env *env, const struct opt_parsed *args)
{
    struct listing l = {.env = env};
    uint32_t date;
    char text[DATE_TEXT_SIZE];
    enum err e = day_of(env, args, "dot", 0, &date);

    if (e != ERR_OK)
        return e;
    e = begin(&l, args);
    if (date == 0)
        date = due_batch(rules_choose(&l.rules, &env->book.replica.org, "huy-hieu", env->today), env->today);
    l.date = date;
    if (e == ERR_OK && !env->out.json) {
        date_print(date, text);
        buf_printf(&env->out.text, _("Party badges, batch of %s\n"), text);
    }
    if (e == ERR_OK && rules_choose(&l.rules, l.one ? &l.org : &env->book.replica.org, "huy-hieu", date) == NULL)
        out_note(_("There is no rule of this name for that day."));
    if (e == ERR_OK)
        e = due_badges(&env->book, &l.rules, date, &l.items);
    if (e == ERR_OK)
        put_items(&l);
    end(&l);
    return e;
}

const struct cmd cmd_due = {"den-han", "due", N_("What is due by the rules: what, who, when."), NEED_STORE,
                            {rows, ARRAY_LEN(rows), NULL, 0, 0}, run};
const struct cmd cmd_badges = {"huy-hieu", "badges", N_("Who is due a Party badge in a batch."), NEED_STORE,
                               {badge_rows, ARRAY_LEN(badge_rows), NULL, 0, 0}, run_badges};
