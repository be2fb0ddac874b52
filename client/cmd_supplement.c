/* cmd_supplement.c - `chibo bo-sung ID`: what came after a report's cut-off, against what it says; the next version is
 * written, with `--thu` only shown. The report itself is never changed.
 * `chibo so-lieu PERIOD`: the figures as a report holds them. */
#include "../common/date.h"
#include "../common/language.h"
#include "../common/period.h"
#include "handing.h"
#include "say.h"
#include "supplement.h"

static const struct opt_row figures_rows[] = {CMD_OPTIONS};
static const struct opt_row rows[] = {
    CMD_OPTIONS,
    {.name = "thu", .alias = "dry-run", .kind = OPT_FLAG, .help = N_("only show the difference; nothing is written")},
};

struct supplementing {
    struct cmd_env *env;
    struct print p;
    struct figures figures;
    struct supplement s;
    struct record_written written;
    bool wrote;
};

static enum err look(struct supplementing *u, const char *typed)
{
    const struct kind_info *k = schema_kind_named("report");
    struct book *b = &u->env->book;
    uint32_t kind = k->number;
    struct view v;
    struct id id;
    enum err e = refs_find(&u->p.refs, k->number, typed, &kind, &id);

    if (e != ERR_OK)
        return cmd_explain(u->env, e, typed, _("Reports: chibo liet-ke bao-cao"));
    e = replica_view(book_txn(b), &b->replica, kind, &id, &v);
    if (e == ERR_OK && replica_view_void(&v) == CLOSE_VOID)
        e = cmd_explain(u->env, ERR_VOIDED, typed, _("To let it stand: chibo khoi-phuc ID"));
    if (e == ERR_OK)
        e = figures_load(&u->figures, &u->p, &v.org, 0);
    if (e == ERR_OK)
        e = supplement_look(&u->s, b, &u->figures, &v);
    if (e == ERR_OK && u->s.known == 0)
        e = cmd_explain(u->env, ERR_BAD_VALUE, typed,
                        _("nothing in it can be counted: figures are lines like those of chibo so-lieu"));
    replica_view_deinit(&v);
    return e;
}

static enum err write_next(struct supplementing *u)
{
    const struct handing next = {&u->s.org, buf_cstr(&u->s.form), u->s.period, u->s.next, buf_cstr(&u->s.figures)};
    const enum err e = handing_write(u->env, &u->p, &next, &u->written);

    u->wrote = e == ERR_OK;
    return e;
}

static void put_json(struct supplementing *u, struct buf *out)
{
    char hex[ID_TEXT_SIZE], period[PERIOD_TEXT_SIZE], cutoff[DATE_TEXT_SIZE];
    struct supplement *s = &u->s;
    struct json j;

    json_init(&j, out);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    id_print(&s->record, hex);
    json_put_string(&j, "report", hex);
    json_put_string(&j, "form", buf_cstr(&s->form));
    period_print_iso(s->period, period);
    json_put_string(&j, "period", period);
    json_put_uint(&j, "version", s->version);
    date_print_iso(s->cutoff, cutoff);
    json_put_string(&j, "cutoff", cutoff);
    json_key(&j, "differences");
    json_array_begin(&j);
    for (size_t i = 0; i < s->differ; i++) {
        json_object_begin(&j);
        json_put_string(&j, "figure", report_lines[s->line[i].which].name);
        json_put_int(&j, "reported", s->line[i].reported);
        json_put_int(&j, "now", s->line[i].now);
        json_put_int(&j, "difference", s->line[i].now - s->line[i].reported);
        json_object_end(&j);
    }
    json_array_end(&j);
    json_key(&j, "next");
    if (s->differ > 0)
        json_uint(&j, s->next);
    else
        json_null(&j);
    json_key(&j, "id");
    id_print(&u->written.id, hex);
    if (u->wrote)
        json_string(&j, hex);
    else
        json_null(&j);
    json_object_end(&j);
    json_line(&j);
}

static void put_text(struct supplementing *u, struct buf *out)
{
    char period[PERIOD_TEXT_SIZE], cutoff[DATE_TEXT_SIZE];
    struct supplement *s = &u->s;

    period_print(s->period, period);
    date_print(s->cutoff, cutoff);
    buf_printf(out, _("%s · %s, version %llu, cut off on %s\n"), buf_cstr(&s->form), period,
               (unsigned long long)s->version, cutoff);
    if (s->differ == 0)
        buf_printf(out, "  %s\n", _("Its figures are those of today; nothing is to be added."));
    for (size_t i = 0; i < s->differ; i++)
        buf_printf(out, "  %s (%s): %lld -> %lld (%+lld)\n", _(report_lines[s->line[i].which].label),
                   report_lines[s->line[i].which].name, (long long)s->line[i].reported, (long long)s->line[i].now,
                   (long long)(s->line[i].now - s->line[i].reported));
    if (s->differ > 0 && !u->wrote)
        buf_printf(out, _("  Not written yet. As version %llu: chibo bo-sung ID\n"), (unsigned long long)s->next);
    else if (s->differ > 0)
        buf_printf(out, _("  Written as version %llu; version %llu stays as it is.\n"), (unsigned long long)s->next,
                   (unsigned long long)s->version);
}

static enum err run(struct cmd_env *env, const struct opt_parsed *args)
{
    struct supplementing u = {.env = env};
    enum err e = book_begin(&env->book, true);

    if (e == ERR_OK)
        e = print_init(&u.p, &env->book);
    if (e == ERR_OK)
        e = look(&u, opt_arg(args, 0));
    if (e == ERR_OK && u.s.differ > 0 && !opt_given(args, "thu"))
        e = write_next(&u);
    if (e == ERR_OK && u.wrote)
        e = book_commit(&env->book);
    print_deinit(&u.p);
    book_abort(&env->book);
    if (e == ERR_OK)
        (env->out.json ? put_json : put_text)(&u, &env->out.text);
    supplement_deinit(&u.s);
    figures_deinit(&u.figures);
    return e == ERR_OK && u.wrote && !env->out.json ? say_record(env, schema_kind_named("report"), &u.written) : e;
}

const struct cmd cmd_supplement = {"bo-sung", "supplement",
                                   N_("What came after a report's cut-off, as its next version."),
                                   NEED_STORE | NEED_WRITE, {rows, ARRAY_LEN(rows), N_("ID"), 1, 1}, run};

/* --- the figures alone --- */

static enum err show_figures(struct cmd_env *env, uint32_t period)
{
    int64_t value[REPORT_LINES];
    struct figures f = {0};
    struct print p;
    struct json j;
    enum err e = print_init(&p, &env->book);

    if (e == ERR_OK)
        e = figures_load(&f, &p, &env->book.replica.org, period);
    if (e == ERR_OK)
        figures_of(&f, period, value);
    json_init(&j, &env->out.text);
    if (e == ERR_OK && env->out.json) {
        json_object_begin(&j);
        json_put_uint(&j, "v", 1);
        for (size_t i = 0; i < REPORT_LINES; i++)
            json_put_int(&j, report_lines[i].name, value[i]);
        json_object_end(&j);
        json_line(&j);
    }
    for (size_t i = 0; e == ERR_OK && !env->out.json && i < REPORT_LINES; i++)
        buf_printf(&env->out.text, "%s=%lld\n", report_lines[i].name, (long long)value[i]);
    print_deinit(&p);
    figures_deinit(&f);
    return e;
}

static enum err run_figures(struct cmd_env *env, const struct opt_parsed *args)
{
    uint32_t period;
    enum err e = period_parse(opt_arg(args, 0), env->today, &period);

    if (e != ERR_OK)
        return cmd_explain(env, e, opt_arg(args, 0), _("a month, a quarter or a year: 11/2026, Q4/2026, 2026"));
    e = book_begin(&env->book, false);
    if (e == ERR_OK)
        e = show_figures(env, period);
    book_abort(&env->book);
    return e;
}

const struct cmd cmd_figures = {"so-lieu", "figures", N_("What can be counted for a report, as its lines."), NEED_STORE,
                                {figures_rows, ARRAY_LEN(figures_rows), N_("PERIOD"), 1, 1}, run_figures};
