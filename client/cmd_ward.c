/* cmd_ward.c - `chibo phuong WORK`: the ward's own work on its clerk's device, over the books of all cells. Each view
 * is a row of a table: which columns it has, and what must be counted for them. */
#include "../common/date.h"
#include "../common/json.h"
#include "../common/language.h"
#include "../common/money.h"
#include "../common/period.h"
#include "../common/text.h"
#include "../proto/quarter.h"
#include "cells.h"
#include "cmd_ward.h"
#include "value.h"
#include "word.h"

static const struct opt_row rows[] = {
    CMD_OPTIONS,
    {.name = "ky", .alias = "period", .kind = OPT_TEXT, .value = N_("PERIOD"),
     .help = N_("which month, quarter, half or year; else this month, or for the match this quarter")},
    {.name = "chi-bo", .alias = "org", .kind = OPT_TEXT, .value = N_("CODE"), .help = N_("of this cell alone")},
    {.name = "thieu", .alias = "missing", .kind = OPT_FLAG, .help = N_("only cells that lack something")},
    {.name = "muc", .alias = "set", .kind = OPT_TEXT, .value = N_("FIELD=VALUE"), .repeated = true,
     .help = N_("of the document that is sent down")},
};

#define LATE_DAYS 14
#define CODE_WIDTH 10
#define NAME_WIDTH 30
#define NUMBER_WIDTH 16
#define COLUMNS_MAX 6
#define OF(count) (REPORT_LINES + CELLS_##count)
#define LINE(name) REPORT_LINE_##name

/* Signs in a column where a number would say nothing. */
enum shape { AS_NUMBER, AS_MONEY, AS_DAYS, AS_YES };

struct column {
    const char *name, *label; /* for scripts; msgid */
    unsigned of;              /* a line of a report, or OF() */
    enum shape shape;
};

struct look {
    const char *word, *alias, *summary;
    unsigned want;
    bool quarter, lacks; /* its period is a quarter; --thieu: a column without anything is a lack */
    struct column column[COLUMNS_MAX + 1];
};

static const struct look looks[] = {
    {"tinh-hinh", "overview", N_("who has met, signed, reported; since when nothing came"),
     CELLS_WANT_LINES | CELLS_WANT_PAPERS | CELLS_WANT_SENT, false, true,
     {{"meetings", N_("meetings held"), LINE(meetings), AS_NUMBER},
      {"signed", N_("minutes signed"), OF(SIGNED), AS_NUMBER},
      {"reports", N_("reports"), OF(REPORTS), AS_NUMBER},
      {"days", N_("days silent"), OF(DAYS), AS_DAYS}}},
    {"dang-vien", "register", N_("the register: how many members each cell has"), CELLS_WANT_LINES, false, false,
     {{"members", N_("members"), LINE(members), AS_NUMBER},
      {"probationary", N_("probationary"), LINE(probationary), AS_NUMBER},
      {"excused_members", N_("excused"), LINE(excused_members), AS_NUMBER},
      {"moved_in", N_("came"), LINE(moved_in), AS_NUMBER},
      {"moved_out", N_("went"), LINE(moved_out), AS_NUMBER}}},
    {"dang-phi", "dues", N_("dues collected and handed on"), CELLS_WANT_LINES, false, true,
     {{"members", N_("members"), LINE(members), AS_NUMBER},
      {"dues", N_("collected"), LINE(dues), AS_MONEY},
      {"remitted", N_("handed on"), LINE(remitted), AS_MONEY}}},
    {"cho-xu-ly", "pending", N_("what waits for the ward, and what a cell has still to settle"), CELLS_WANT_PENDING,
     false, false,
     {{"waiting", N_("changes waiting"), OF(WAITING), AS_NUMBER},
      {"different", N_("for the cell"), OF(DIFFERENT), AS_NUMBER}}},
    {"dang-chuyen", "transfers", N_("who is on the way to another cell, and who is late"), CELLS_WANT_TRANSFERS, false,
     false,
     {{"on_the_way", N_("on the way"), OF(ON_THE_WAY), AS_NUMBER}, {"overdue", N_("late"), OF(OVERDUE), AS_NUMBER}}},
    {"doi-khop", "match", N_("the quarter's match of registers"), CELLS_WANT_MATCH, true, true,
     {{"pages", N_("pages"), OF(MATCHED), AS_NUMBER},
      {"unexplained", N_("to explain"), OF(UNEXPLAINED), AS_NUMBER},
      {"cell_signed", N_("cell signed"), OF(CELL_SIGNED), AS_YES},
      {"ward_signed", N_("ward signed"), OF(WARD_SIGNED), AS_YES}}},
};
static const char send_word[] = "gui-van-ban", send_alias[] = "send";

/* Who belongs where is the ward's word alone: it is said at its server, after a look at what it touches. */
static const struct {
    const char *word, *alias, *summary, *there;
} at_the_server[] = {
    {"chuyen", "move", N_("introduce a member to another cell, or move him there"),
     "chibod chuyen FOLDER --nguoi ID --den CODE [--gioi-thieu] --so NUMBER --ngay DATE --xem-truoc"},
    {"gop-chi-bo", "merge", N_("make several cells one"),
     "chibod don-vi FOLDER gop --tu CODE,CODE --vao CODE --quyet-dinh NUMBER --ngay DATE --xem-truoc"},
    {"tach-chi-bo", "split", N_("make two cells out of one"),
     "chibod don-vi FOLDER tach --tu CODE --ma CODE --ten NAME --nguoi NAME,NAME --quyet-dinh NUMBER --ngay DATE"},
    {"doi-ten", "rename", N_("give a cell another name or code"),
     "chibod don-vi FOLDER doi-ten --tu CODE --ma CODE --ten NAME --quyet-dinh NUMBER --ngay DATE"},
};

static int64_t value_of(const struct cells *c, size_t cell, const struct column *k)
{
    return k->of < REPORT_LINES ? c->of[cell].line[k->of] : c->of[cell].count[k->of - REPORT_LINES];
}

/* Lines to be explained are a lack where there are some; all else where there is none. */
static bool is_lack(const struct column *k, int64_t value)
{
    if (k->shape == AS_DAYS)
        return value < 0 || value > LATE_DAYS;
    return k->of == OF(UNEXPLAINED) ? value > 0 : value == 0;
}

static bool lacks(const struct cells *c, size_t cell, const struct look *w)
{
    for (const struct column *k = w->column; k->name != NULL; k++)
        if (is_lack(k, value_of(c, cell, k)))
            return true;
    return false;
}

/* ---- for scripts ---- */

static void put_json(const struct cells *c, size_t cell, const struct look *w, struct buf *out)
{
    char period[PERIOD_TEXT_SIZE];
    struct json j;

    period_print_iso(c->period, period);
    json_init(&j, out);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    json_put_string(&j, "code", c->org[cell].code);
    json_put_string(&j, "name", c->org[cell].name);
    json_put_string(&j, "period", period);
    for (const struct column *k = w->column; k->name != NULL; k++) {
        const int64_t value = value_of(c, cell, k);
        json_key(&j, k->name);
        if (k->shape == AS_YES)
            json_bool(&j, value != 0);
        else if (k->shape == AS_DAYS && value < 0)
            json_null(&j);
        else
            json_int(&j, value);
    }
    json_object_end(&j);
    json_line(&j);
}

/* ---- for people ---- */

static void put_right(const char *text, struct buf *out)
{
    word_pad(text_width(bytes_of_str(text)), NUMBER_WIDTH, out);
    buf_put_str(out, text);
}

static void put_left(const char *text, size_t columns, struct buf *out)
{
    struct buf fit = {0};

    word_fit(bytes_of_str(text), columns - 1, &fit);
    buf_put_bytes(out, buf_bytes(&fit));
    word_pad(text_width(buf_bytes(&fit)), columns, out);
    buf_deinit(&fit);
}

static void put_number(int64_t value, enum shape shape, struct buf *out)
{
    char money[MONEY_TEXT_SIZE];
    struct buf text = {0};

    money_print(value, money);
    if (shape == AS_MONEY)
        buf_put_str(&text, money);
    else if (shape == AS_YES)
        buf_put_str(&text, value != 0 ? _("signed") : "-");
    else if (shape == AS_DAYS && value < 0)
        buf_put_str(&text, "-");
    else
        buf_printf(&text, "%lld", (long long)value);
    put_right(buf_cstr(&text), out);
    buf_deinit(&text);
}

static void put_row(const struct cells *c, size_t cell, const struct look *w, struct buf *out)
{
    put_left(c->org[cell].code, CODE_WIDTH, out);
    put_left(c->org[cell].name, NAME_WIDTH, out);
    for (const struct column *k = w->column; k->name != NULL; k++)
        put_number(value_of(c, cell, k), k->shape, out);
    buf_put_str(out, "\n");
}

/* How many cells have something in each column; of days, whose silence is too long. */
static void put_sums(const struct cells *c, const struct look *w, struct buf *out)
{
    char period[PERIOD_TEXT_SIZE];

    period_print(c->period, period);
    buf_printf(out, _("%zu cells, %s"), c->count, period);
    for (const struct column *k = w->column; k->name != NULL; k++) {
        int64_t sum = 0, cells = 0;
        for (size_t i = 0; i < c->count; i++) {
            sum += value_of(c, i, k);
            cells += value_of(c, i, k) > 0;
        }
        if (k->shape == AS_DAYS)
            continue;
        buf_printf(out, " · %s %lld", _(k->label), (long long)(w->lacks ? cells : sum));
    }
    buf_put_str(out, "\n");
}

static void put_silent(const struct cells *c, const struct look *w, struct buf *out)
{
    size_t silent = 0;

    for (const struct column *k = w->column; k->name != NULL; k++)
        for (size_t i = 0; k->shape == AS_DAYS && i < c->count; i++)
            if (is_lack(k, value_of(c, i, k))) {
                if (silent++ == 0)
                    buf_printf(out, _("Nothing sent for more than %d days: "), LATE_DAYS);
                buf_printf(out, "%s%s", silent == 1 ? "" : ", ", c->org[i].code);
            }
    buf_put_str(out, silent > 0 ? "\n" : "");
}

static void put_transfers(struct cells *c, struct buf *out)
{
    const struct cells_transfer *t = (const struct cells_transfer *)(const void *)c->transfers.p;
    struct book *b = &c->env->book;
    const uint32_t kind = schema_kind_named("transfer")->number;
    char due[DATE_TEXT_SIZE];
    struct view v;

    for (size_t i = 0; c->err == ERR_OK && i < c->transfers.n / sizeof(*t); i++) {
        c->err = replica_view(book_txn(b), &b->replica, kind, &t[i].record, &v);
        if (c->err != ERR_OK)
            continue;
        date_print(t[i].due, due);
        buf_printf(out, "%s  ", c->org[t[i].cell].code);
        refs_title(&c->print.refs, &v, out);
        if (t[i].due != 0)
            buf_printf(out, "  %s %s%s%s", _("to present himself by"), due, t[i].due < c->env->today ? "  " : "",
                       t[i].due < c->env->today ? _("OVERDUE") : "");
        buf_put_str(out, "\n");
        replica_view_deinit(&v);
    }
}

static void put_text(struct cells *c, const struct look *w, bool missing, struct buf *out)
{
    put_sums(c, w, out);
    put_silent(c, w, out);
    buf_put_str(out, "\n");
    put_left(_("Code"), CODE_WIDTH, out);
    put_left(_("Cell"), NAME_WIDTH, out);
    for (const struct column *k = w->column; k->name != NULL; k++)
        put_right(_(k->label), out);
    buf_put_str(out, "\n");
    for (size_t i = 0; i < c->count; i++)
        if (!missing || lacks(c, i, w))
            put_row(c, i, w, out);
    put_transfers(c, out);
}

/* ---- the command ---- */

static void put_work(struct cmd_env *env, const char *word, const char *alias, const char *summary, const char *there)
{
    struct buf *out = &env->out.text;
    struct json j;

    if (!env->out.json) {
        buf_printf(out, "  chibo phuong %s", word);
        word_pad(strlen(word), CODE_WIDTH + 4, out);
        buf_printf(out, "%s\n", _(summary));
        if (there != NULL)
            buf_printf(out, "      %s\n", there);
        return;
    }
    json_init(&j, out);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    json_put_string(&j, "work", word);
    json_put_string(&j, "alias", alias);
    json_put_string(&j, "summary", _(summary));
    if (there != NULL)
        json_put_string(&j, "at_the_server", there);
    json_object_end(&j);
    json_line(&j);
}

static void list_works(struct cmd_env *env)
{
    for (size_t i = 0; i < ARRAY_LEN(looks); i++)
        put_work(env, looks[i].word, looks[i].alias, looks[i].summary, NULL);
    put_work(env, send_word, send_alias, N_("send a document down to every cell"), NULL);
    if (!env->out.json)
        buf_put_str(&env->out.text, _("At the ward's server, where it can first be seen what it touches:\n"));
    for (size_t i = 0; i < ARRAY_LEN(at_the_server); i++)
        put_work(env, at_the_server[i].word, at_the_server[i].alias, at_the_server[i].summary, at_the_server[i].there);
}

/* The quarter that a month lies in. */
static uint32_t quarter_of(uint32_t month)
{
    return month / 100 * 100 + 20 + (month % 100 + 2) / 3;
}

static enum err period_of(struct cmd_env *env, const struct opt_parsed *args, const struct look *w, uint32_t *out)
{
    const char *typed = opt_text(args, "ky", NULL);

    *out = period_of_date(env->today);
    if (typed == NULL && w->quarter)
        *out = quarter_of(*out);
    if (typed == NULL)
        return ERR_OK;
    if (w->quarter)
        return quarter_parse(typed, env->today, out) == ERR_OK ? ERR_OK
               : cmd_explain(env, ERR_BAD_VALUE, typed, _("A quarter and its year, such as 4/2026."));
    return period_parse(typed, env->today, out) == ERR_OK ? ERR_OK
           : cmd_explain(env, ERR_BAD_VALUE, typed, _("for example 11/2026, Q4/2026, 2026"));
}

static enum err show(struct cmd_env *env, const struct opt_parsed *args, const struct look *w)
{
    const bool missing = opt_given(args, "thieu");
    struct cells c = {.env = env};
    uint32_t period;
    enum err e = period_of(env, args, w, &period);

    if (e == ERR_OK)
        e = book_begin(&env->book, false);
    if (e != ERR_OK)
        return e;
    e = cells_load(&c, env, opt_text(args, "chi-bo", NULL));
    if (e == ERR_OK)
        e = cells_gather(&c, period, w->want);
    for (size_t i = 0; e == ERR_OK && env->out.json && i < c.count; i++)
        if (!missing || lacks(&c, i, w))
            put_json(&c, i, w, &env->out.text);
    if (e == ERR_OK && !env->out.json)
        put_text(&c, w, missing, &env->out.text);
    if (e == ERR_OK)
        e = c.err;
    cells_deinit(&c);
    book_abort(&env->book);
    return e;
}

static enum err run(struct cmd_env *env, const struct opt_parsed *args)
{
    const char *typed = args->arg_count == 0 ? NULL : opt_arg(args, 0);

    if (typed == NULL) {
        list_works(env);
        return ERR_OK;
    }
    if (word_is(typed, send_word) || word_is(typed, send_alias))
        return cmd_ward_send(env, args);
    for (size_t i = 0; i < ARRAY_LEN(at_the_server); i++)
        if (word_is(typed, at_the_server[i].word) || word_is(typed, at_the_server[i].alias))
            return cmd_explain(env, ERR_AT_THE_WARD, typed, at_the_server[i].there);
    for (size_t i = 0; i < ARRAY_LEN(looks); i++)
        if (word_is(typed, looks[i].word) || word_is(typed, looks[i].alias))
            return show(env, args, &looks[i]);
    return cmd_explain(env, ERR_BAD_VALUE, typed, _("what there is: chibo phuong"));
}

#define WORK_WORDS \
    N_("[tinh-hinh|dang-vien|dang-phi|cho-xu-ly|dang-chuyen|doi-khop|gui-van-ban|" \
       "chuyen|gop-chi-bo|tach-chi-bo|doi-ten]")

const struct cmd cmd_ward = {"phuong", "ward", N_("The ward office's own work, over all cells."), NEED_STORE,
                             {rows, ARRAY_LEN(rows), WORK_WORDS, 0, 1}, run};
