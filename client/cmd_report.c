/* cmd_report.c - `chibo bao-cao PERIOD`: what the records say about a month, a quarter, a half or a year, line by line;
 * with `--ghi` it is kept as the report that is handed in, which `chibo in bao-cao` prints. Nothing is typed twice. */
#include "../common/language.h"
#include "../common/period.h"
#include "../common/text.h"
#include "../proto/report_json.h"
#include "figures.h"
#include "handing.h"
#include "say.h"
#include "word.h"

#define LABEL_WIDTH 52

static const struct opt_row rows[] = {
    CMD_OPTIONS,
    {.name = "ghi", .alias = "save", .kind = OPT_FLAG, .help = N_("keep it as the report that is handed in")},
    {.name = "mau", .alias = "form", .kind = OPT_TEXT, .value = N_("NAME"),
     .help = N_("the report's name, if not that of its period")},
};

struct reporting {
    struct cmd_env *env;
    struct print p;
    uint32_t period;
    int64_t value[REPORT_LINES];
    struct record_written written;
};

static void put_json(struct reporting *r, struct buf *out)
{
    struct buf code = {0}, name = {0};
    struct json j;

    (void)refs_org_name(&r->p.refs, &r->env->book.replica.org, true, &code);
    (void)refs_org_name(&r->p.refs, &r->env->book.replica.org, false, &name);
    json_init(&j, out);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    json_put_string(&j, "code", buf_cstr(&code));
    json_put_string(&j, "name", buf_cstr(&name));
    report_json_put(r->period, r->value, &j);
    json_object_end(&j);
    json_line(&j);
    buf_deinit(&code);
    buf_deinit(&name);
}

static void put_text(struct reporting *r, struct buf *out)
{
    char period[PERIOD_TEXT_SIZE];

    period_print(r->period, period);
    (void)refs_org_name(&r->p.refs, &r->env->book.replica.org, false, out);
    buf_printf(out, " · %s\n", period);
    for (size_t i = 0; i < REPORT_LINES; i++) {
        if (i == 0 || report_lines[i].section != report_lines[i - 1].section)
            buf_printf(out, "%s\n", _(report_sections[report_lines[i].section]));
        const size_t from = out->n;
        buf_printf(out, "  %s", _(report_lines[i].label));
        word_pad(text_width(bytes_of(out->p + from, out->n - from)), LABEL_WIDTH, out);
        buf_printf(out, "%lld\n", (long long)r->value[i]);
    }
}

/* "11/2026" is a month's report, "Q4/2026" a quarter's, and so on. */
static const char *form_of(uint32_t period)
{
    const uint32_t rest = period % 100;

    return period_is_month(period) ? "tháng" : rest == 0 ? "năm" : rest > 30 ? "6 tháng" : "quý";
}

static enum err save(struct reporting *r, const struct opt_parsed *args)
{
    struct handing h = {NULL, opt_text(args, "mau", form_of(r->period)), r->period, 1, NULL};
    struct buf lines = {0};
    struct id id;
    char hex[ID_TEXT_SIZE];

    for (size_t i = 0; i < REPORT_LINES; i++)
        buf_printf(&lines, "%s%s=%lld", i == 0 ? "" : "\n", report_lines[i].name, (long long)r->value[i]);
    h.figures = buf_cstr(&lines);
    enum err e = handing_find(r->env, &r->p, &h, &id);
    id_print(&id, hex);
    if (e == ERR_OK)
        e = cmd_explain(r->env, ERR_EXISTS, hex, _("what came since then: chibo bo-sung ID"));
    else if (e == ERR_NOT_FOUND)
        e = handing_write(r->env, &r->p, &h, &r->written);
    buf_deinit(&lines);
    return e;
}

static enum err run(struct cmd_env *env, const struct opt_parsed *args)
{
    const struct id *org = &env->book.replica.org;
    const bool keep = opt_given(args, "ghi");
    struct reporting r = {.env = env};
    struct figures f = {0};
    enum err e = period_parse(opt_arg(args, 0), env->today, &r.period);

    if (e != ERR_OK)
        return cmd_explain(env, e, opt_arg(args, 0), _("for example 11/2026, Q4/2026, 6 thang dau nam, 2026"));
    e = book_begin(&env->book, keep);
    if (e == ERR_OK)
        e = print_init(&r.p, &env->book);
    if (e == ERR_OK)
        e = figures_load(&f, &r.p, org, r.period);
    if (e == ERR_OK)
        figures_of(&f, r.period, r.value);
    if (e == ERR_OK && keep)
        e = save(&r, args);
    else if (e == ERR_OK)
        (env->out.json ? put_json : put_text)(&r, &env->out.text);
    if (e == ERR_OK && keep)
        e = book_commit(&env->book);
    print_deinit(&r.p);
    book_abort(&env->book);
    figures_deinit(&f);
    return e == ERR_OK && keep ? say_record(env, schema_kind_named("report"), &r.written) : e;
}

const struct cmd cmd_report = {"bao-cao", "report", N_("What the records say about a month, quarter, half or year."),
                               NEED_STORE | NEED_WRITE, {rows, ARRAY_LEN(rows), N_("PERIOD"), 1, 1}, run};
