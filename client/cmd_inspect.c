/* cmd_inspect.c - `chibo kiem-tra mo`: the inspection committee opens its look at a cell. What it reads it may read
 * by its office; opening grants nothing and takes nothing away. It writes down, before anything is read, who looks at
 * whose book, of what time and by which plan: an inspection in the cell's own book, which the cell sees, and a line of
 * the log of reading, which it does not. */
#include "../common/date.h"
#include "../common/language.h"
#include "../common/period.h"
#include "../proto/actor.h"
#include "../proto/org_change.h"
#include "cmd.h"
#include "record.h"
#include "rules.h"
#include "say.h"
#include "word.h"

static const struct opt_row rows[] = {
    CMD_OPTIONS,
    {.name = "chi-bo", .alias = "org", .kind = OPT_TEXT, .value = N_("CODE"), .required = true,
     .help = N_("the cell that is looked at")},
    {.name = "ke-hoach", .alias = "plan", .kind = OPT_TEXT, .value = N_("TEXT"), .required = true,
     .help = N_("by which plan or decision, such as 05-KH/UBKT")},
    {.name = "tu", .alias = "from", .kind = OPT_TEXT, .value = N_("PERIOD"), .required = true,
     .help = N_("from this month or year")},
    {.name = "den", .alias = "until", .kind = OPT_TEXT, .value = N_("PERIOD"), .help = N_("up to this one; else now")},
};

struct opening {
    struct cmd_env *env;
    struct org org;
    const char *plan;
    char from[PERIOD_TEXT_SIZE], until[PERIOD_TEXT_SIZE];
    struct buf who;
};

static enum err period_of(struct opening *o, const char *typed, char out[PERIOD_TEXT_SIZE], uint32_t *period)
{
    if (typed != NULL && period_parse(typed, o->env->today, period) != ERR_OK)
        return cmd_explain(o->env, ERR_BAD_VALUE, typed, _("for example 11/2026, Q4/2026, 2026"));
    period_print(*period, out);
    return ERR_OK;
}

static enum err read_options(struct opening *o, const struct opt_parsed *args)
{
    struct cmd_env *env = o->env;
    struct book *b = &env->book;
    uint32_t from = 0, until = period_of_date(env->today);
    struct scope s;
    enum err e = org_by_any_code(book_txn(b), opt_text(args, "chi-bo", ""), &o->org);

    if (e == ERR_NOT_FOUND)
        return cmd_explain(env, ERR_BAD_VALUE, opt_text(args, "chi-bo", ""),
                           _("There is no organisation with this code."));
    o->plan = opt_text(args, "ke-hoach", "");
    if (e == ERR_OK)
        e = period_of(o, opt_text(args, "tu", NULL), o->from, &from);
    if (e == ERR_OK)
        e = period_of(o, opt_text(args, "den", NULL), o->until, &until);
    if (e == ERR_OK && period_first_day(from) > period_last_day(until))
        e = cmd_explain(env, ERR_BAD_VALUE, o->until, _("ends before it begins"));
    if (e == ERR_OK && replica_scope(book_txn(b), &b->replica.org, ACCESS_A, &s) == ERR_OK)
        (void)!actor_name(book_txn(b), &s, &b->replica.person, &o->who);
    if (o->who.n == 0)
        buf_put_str(&o->who, _("inspector"));
    return e;
}

static enum err set(struct opening *o, struct fields *f, const char *name, const char *text)
{
    char why[ENTRY_WHY_SIZE];
    const struct field_info *field = schema_field_named(f->kind, name);
    const enum err e = fields_set(f, field, text, o->env->today, NULL, why);

    return e == ERR_OK ? e : cmd_explain(o->env, e, _(field->label), why);
}

/* One record: pairs of field and text up to NULL. */
static enum err write(struct opening *o, const char *kind, const struct id *org, const char *const *pairs,
                      struct record_written *w)
{
    struct fields f;
    enum err e = ERR_OK;

    fields_init(&f, schema_kind_named(kind));
    for (; e == ERR_OK && pairs[0] != NULL; pairs += 2)
        e = set(o, &f, pairs[0], pairs[1]);
    if (e == ERR_OK)
        e = record_create(&o->env->book, &f, org, w);
    if (e == ERR_OK && w->verdict == VERDICT_REFUSED)
        e = cmd_explain(o->env, ERR_NOT_ALLOWED, "", _("The inspection committee opens an inspection."));
    fields_deinit(&f);
    return e;
}

/* By which regulation, and which one it followed. */
static enum err put_regulation(struct opening *o, struct buf *out)
{
    const struct book *b = &o->env->book;
    struct rules rules;

    rules_init(&rules);
    const enum err e = rules_load_of(&rules, &o->env->book, &b->replica.org);
    const struct rules_pack *p = rules_choose(&rules, &b->replica.org, "kiem-tra", o->env->today);
    const char *before = rules_text(p, "thay_cho");
    if (p != NULL && p->source != NULL)
        buf_printf(out, _("By %s"), p->source);
    if (p != NULL && p->source != NULL && before != NULL)
        buf_printf(out, _(" (in the stead of %s)"), before);
    buf_put_str(out, out->n > 0 ? "." : "");
    rules_deinit(&rules);
    return e;
}

static enum err open_inspection(struct opening *o, struct record_written *w)
{
    struct buf what = {0}, subject = {0}, content = {0}, year = {0};
    struct record_written line = {0};
    char today[DATE_TEXT_SIZE];
    enum err e = put_regulation(o, &content);

    date_print(o->env->today, today);
    buf_printf(&year, "%u", date_year(o->env->today));
    buf_printf(&what, "%s, %s – %s", o->org.code, o->from, o->until);
    buf_printf(&subject, "%s: %s – %s", o->plan, o->from, o->until);
    const char *const inspection[] = {"type", "comply", "year", buf_cstr(&year), "subject", buf_cstr(&subject),
                                      "content", buf_cstr(&content), "date", today, NULL};
    const char *const reading[] = {"who", buf_cstr(&o->who), "what", buf_cstr(&what), "why", o->plan, "date", today,
                                   "exported", "read", NULL};
    if (e == ERR_OK)
        e = write(o, "access_log", NULL, reading, &line);
    if (e == ERR_OK)
        e = write(o, "inspection", &o->org.id, inspection, w);
    if (e == ERR_OK && !o->env->out.json)
        buf_printf(&o->env->out.text, "%s: %s. %s\n%s\n", o->org.name, buf_cstr(&subject), buf_cstr(&content),
                   _("Who reads, and why, is written down; the cell sees this inspection."));
    buf_deinit(&what);
    buf_deinit(&subject);
    buf_deinit(&content);
    buf_deinit(&year);
    return e;
}

static enum err run(struct cmd_env *env, const struct opt_parsed *args)
{
    struct opening o = {.env = env};
    struct record_written w = {0};
    enum err e;

    if (!word_is(opt_arg(args, 0), "mo") && !word_is(opt_arg(args, 0), "open"))
        return cmd_explain(env, ERR_BAD_VALUE, opt_arg(args, 0), "chibo kiem-tra mo");
    e = book_begin(&env->book, true);
    if (e == ERR_OK)
        e = read_options(&o, args);
    if (e == ERR_OK)
        e = open_inspection(&o, &w);
    if (e == ERR_OK)
        e = book_commit(&env->book);
    book_abort(&env->book);
    buf_deinit(&o.who);
    return e == ERR_OK ? say_record(env, schema_kind_named("inspection"), &w) : e;
}

const struct cmd cmd_inspect = {"kiem-tra", "inspect", N_("Opens the inspection committee's look at a cell's book."),
                                NEED_STORE | NEED_WRITE, {rows, ARRAY_LEN(rows), N_("mo"), 1, 1}, run};
