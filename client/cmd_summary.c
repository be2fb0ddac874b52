/* cmd_summary.c - `chibo tom-tat [CODE]`: a cell's year at one look, for those who look at it from above and for the
 * cell itself. */
#include "../common/date.h"
#include "../common/json.h"
#include "../common/language.h"
#include "../common/period.h"
#include "../proto/org_change.h"
#include "cmd.h"
#include "print.h"
#include "year.h"

static const struct opt_row rows[] = {
    CMD_OPTIONS,
    {.name = "nam", .alias = "year", .kind = OPT_TEXT, .value = N_("YEAR"), .help = N_("which year; else this one")},
};

/* --- for people --- */

/* " (a, b)": numbers of what lacks something. */
static void put_gaps(const uint32_t *count, uint32_t over, const char *label, struct buf *out)
{
    bool any = false;

    for (uint32_t i = 1; i <= over; i++)
        if (count[i] == 0) {
            buf_printf(out, "%s%u", any ? ", " : label, i);
            any = true;
        }
    buf_put_str(out, any ? ")" : "");
}

static uint32_t filled(const uint32_t *count, uint32_t over)
{
    uint32_t n = 0;

    for (uint32_t i = 1; i <= over; i++)
        n += count[i] > 0;
    return n;
}

static void put_short(const struct year *y, struct buf *out)
{
    const struct year_short *s = (const struct year_short *)(const void *)y->too_short.p;
    const size_t n = y->too_short.n / sizeof(*s);
    char date[DATE_TEXT_SIZE];

    if (n > 0)
        buf_printf(out, _("! Shorter than the rule: %zu meetings:"), n);
    for (size_t i = 0; i < n; i++) {
        date_print(s[i].date, date);
        buf_printf(out, _("%s %s, %u of %u minutes"), i == 0 ? "" : ";", date, s[i].minutes, s[i].least);
    }
    buf_put_str(out, n > 0 ? "\n" : "");
}

static void put_excused(const struct year *y, struct print *p, struct buf *out)
{
    const struct year_excused *x = (const struct year_excused *)(const void *)y->excused.p;

    for (size_t i = 0; i < y->excused.n / sizeof(*x); i++) {
        buf_printf(out, _("! Excused %u times in a row (rule: at most %u): "), x[i].times, x[i].most);
        (void)p->refs.entry.name_record(&p->refs, "member", &x[i].member, out);
        buf_put_str(out, "\n");
    }
}

static void put_scores(const struct year *y, struct buf *out)
{
    if (y->scored == 0)
        return;
    buf_printf(out, _("Scored: %u meetings, %u of them good, %u fair"), y->scored, y->good, y->fair);
    if (y->good_wanted > 0)
        buf_printf(out, " · %s (%u)", y->good >= y->good_wanted && y->good + y->fair == y->scored
                   ? _("enough for a good year") : _("not enough for a good year"), y->good_wanted);
    buf_put_str(out, "\n");
}

static void put_levels(const struct year *y, struct buf *out)
{
    const struct field_info *f = schema_field_named(schema_kind_named("appraisal"), "superior_level");
    bool any = false;

    for (uint32_t i = 1; i <= YEAR_LEVELS; i++)
        if (y->level[i] > 0) {
            buf_printf(out, "%s%s %u", any ? ", " : _("Rated: "), _(schema_value(f, i)->label), y->level[i]);
            any = true;
        }
    buf_put_str(out, any ? "\n" : "");
    if (year_too_excellent(y->level[1], y->level[2], y->excellent_most))
        buf_printf(out, _("! Excellent are more than %u per cent of those who did well (%u): look at them again\n"),
                   y->excellent_most, y->level[2]);
}

static void put_text(const struct year *y, const struct org *o, uint32_t year, struct print *p, struct buf *out)
{
    buf_printf(out, _("%s (%s), %u\n"), o->name, o->code, year);
    buf_printf(out, _("Regular meetings in %u of %u months"), filled(y->regular, y->months), y->months);
    put_gaps(y->regular, y->months, _(" (none in month "), out);
    buf_printf(out, _(" · thematic in %u of %u quarters"), filled(y->topics, y->quarters), y->quarters);
    put_gaps(y->topics, y->quarters, _(" (none in quarter "), out);
    buf_put_str(out, "\n");
    if (y->expected > 0)
        buf_printf(out, _("Attendance on average %u,%u per cent\n"), y->present * 100 / y->expected,
                   y->present * 1000 / y->expected % 10);
    put_short(y, out);
    if (y->poor > 0)
        buf_printf(out, _("! Attendance not above %u per cent: %u meetings\n"), y->poor_below, y->poor);
    put_excused(y, p, out);
    put_scores(y, out);
    buf_printf(out, _("Tasks late %u · sourced for admission %u\n"), y->tasks_late, y->candidates);
    put_levels(y, out);
}

/* --- for scripts --- */

static void put_json(const struct year *y, const struct org *o, uint32_t year, struct buf *out)
{
    const struct {
        const char *name;
        uint64_t value;
    } numbers[] = {{"year", year}, {"months", y->months}, {"months_met", filled(y->regular, y->months)},
                   {"quarters", y->quarters}, {"quarters_topic", filled(y->topics, y->quarters)},
                   {"meetings", y->meetings}, {"present", y->present}, {"expected", y->expected},
                   {"short", y->too_short.n / sizeof(struct year_short)}, {"poor", y->poor},
                   {"excused", y->excused.n / sizeof(struct year_excused)}, {"scored", y->scored}, {"good", y->good},
                   {"tasks_late", y->tasks_late}, {"candidates", y->candidates}, {"level_1", y->level[1]},
                   {"level_2", y->level[2]}, {"level_3", y->level[3]}, {"level_4", y->level[4]}};
    struct json j;

    json_init(&j, out);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    json_put_string(&j, "code", o->code);
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        json_put_uint(&j, numbers[i].name, numbers[i].value);
    json_key(&j, "too_excellent");
    json_bool(&j, year_too_excellent(y->level[1], y->level[2], y->excellent_most));
    json_object_end(&j);
    json_line(&j);
}

/* --- the command --- */

static enum err which(struct cmd_env *env, const struct opt_parsed *args, struct org *o)
{
    const char *code = args->arg_count == 0 ? NULL : opt_arg(args, 0);
    struct book *b = &env->book;
    const enum err e = code == NULL ? org_load(book_txn(b), &b->replica.org, o)
                                    : org_by_any_code(book_txn(b), code, o);

    return e != ERR_NOT_FOUND ? e : cmd_explain(env, ERR_BAD_VALUE, code == NULL ? "" : code,
                                                _("There is no organisation with this code."));
}

static enum err year_of(struct cmd_env *env, const struct opt_parsed *args, uint32_t *out)
{
    const char *typed = opt_text(args, "nam", NULL);
    uint32_t period = date_year(env->today) * 100;

    if (typed != NULL && (period_parse(typed, env->today, &period) != ERR_OK || period % 100 != 0))
        return cmd_explain(env, ERR_BAD_VALUE, typed, _("a year, such as 2026"));
    *out = period / 100;
    return ERR_OK;
}

static enum err run(struct cmd_env *env, const struct opt_parsed *args)
{
    struct rules rules;
    struct print p = {0};
    struct year y = {0};
    struct org o;
    uint32_t year = 0;
    enum err e = year_of(env, args, &year);

    if (e == ERR_OK)
        e = book_begin(&env->book, false);
    if (e != ERR_OK)
        return e;
    rules_init(&rules);
    e = print_init(&p, &env->book);
    if (e == ERR_OK)
        e = which(env, args, &o);
    if (e == ERR_OK)
        e = rules_load_of(&rules, &env->book, &o.id);
    if (e == ERR_OK)
        e = year_load(&y, &env->book, &rules, &o.id, year, env->today);
    if (e == ERR_OK && env->out.json)
        put_json(&y, &o, year, &env->out.text);
    else if (e == ERR_OK)
        put_text(&y, &o, year, &p, &env->out.text);
    year_deinit(&y);
    print_deinit(&p);
    rules_deinit(&rules);
    book_abort(&env->book);
    return e;
}

const struct cmd cmd_summary = {"tom-tat", "summary", N_("A cell's year at one look, held against the rules."),
                                NEED_STORE, {rows, ARRAY_LEN(rows), N_("[CODE]"), 0, 1}, run};
