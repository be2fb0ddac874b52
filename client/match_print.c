/* match_print.c - the match of registers as a page for both sides' signatures, and for scripts. */
#include <stdlib.h>

#include "../common/date.h"
#include "../common/json.h"
#include "../common/language.h"
#include "../common/period.h"
#include "../common/text.h"
#include "match.h"

#define NUMBER_COLUMN 42
#define ANY_DAY 20200101 /* for a date whose year is always there */

/* ---- who signed ---- */

struct signing {
    uint32_t tag;
    struct id person;
    bool found;
};

static bool signing_visit(void *arg, const struct scope *s, const struct history_change *h)
{
    struct signing *g = arg;

    (void)s;
    for (size_t i = 0; i < h->change.count && !g->found; i++)
        if (h->change.triple[i].tag == g->tag && h->change.triple[i].value.p[0] != 0xc0) {
            g->person = h->person;
            g->found = true;
        }
    return !g->found;
}

/* The author of the first change that set it. False: nobody has. */
static enum err signer(struct match *m, struct print *p, size_t version, const char *field, struct buf *name)
{
    const struct view *v = match_version(m, version);
    struct signing g = {.tag = schema_tag(schema_field_named(m->kind, field))};
    enum err e = replica_history(book_txn(&m->env->book), &m->env->book.replica, v->kind, &v->record, signing_visit,
                                 &g);

    if (e == ERR_OK && g.found)
        print_person(p, &g.person, name);
    return e;
}

/* ---- words ---- */

static const struct field_info *field_of(const char *name)
{
    const struct field_info *f = schema_field_named(schema_kind_named("member"), name);

    return f != NULL ? f : schema_field_named(schema_kind_named("membership"), name);
}

static void put_date(const char *iso, struct buf *out)
{
    char text[DATE_TEXT_SIZE];
    struct date_fault fault;
    uint32_t date;

    if (date_parse(iso, ANY_DAY, &date, &fault) != ERR_OK) {
        buf_put_str(out, iso);
        return;
    }
    date_print(date, text);
    buf_put_str(out, text);
}

/* A value of one side, in people's words. */
static void put_value(const struct quarter_line *l, const char *value, struct buf *out)
{
    const struct field_info *type = schema_field_named(schema_kind_named("membership"), "type");
    const struct field_info *f = l->what == QUARTER_OTHER_VALUE ? field_of(l->field) : NULL;
    const struct enum_value *named = schema_value_named(f != NULL && f->type == TYPE_ENUM ? f : type, value);

    if (value[0] == '\0')
        buf_put_str(out, "–");
    else if ((f != NULL && f->type == TYPE_DATE) || (l->what == QUARTER_NOT_RECEIVED && named == NULL))
        put_date(value, out);
    else
        buf_put_str(out, named != NULL ? _(named->label) : value);
}

static void put_line(const struct quarter_line *l, uint32_t cutoff, struct buf *out)
{
    const struct field_info *f = l->what == QUARTER_OTHER_VALUE ? field_of(l->field) : NULL;
    char due[DATE_TEXT_SIZE];

    buf_printf(out, "%s – %s", l->name[0] != '\0' ? l->name : "?", _(quarter_what_label(l->what)));
    if (f != NULL)
        buf_printf(out, " (%s)", _(f->label));
    buf_printf(out, ". %s: ", _("Cell"));
    put_value(l, l->cell, out);
    buf_printf(out, " | %s: ", _("Ward"));
    put_value(l, l->ward, out);
    if (l->what == QUARTER_NOT_RECEIVED && l->extra[0] != '\0') {
        buf_printf(out, ". %s ", _("To be presented by"));
        put_date(l->extra, out);
        date_print_iso(cutoff, due);
        if (cutoff != 0 && strcmp(l->extra, due) < 0)
            buf_printf(out, " – %s", _("OVERDUE"));
    } else if (l->extra[0] != '\0') {
        buf_printf(out, ". %s %.12s", _("Other record:"), l->extra);
    }
    buf_put_str(out, "\n");
}

/* ---- the page ---- */

static void put_padded(const char *text, size_t columns, struct buf *out)
{
    size_t width = text_width(bytes_of_str(text));

    buf_put_str(out, text);
    for (; width < columns; width++)
        buf_put_u8(out, ' ');
}

/* As they were closed; before that, as they are in this book. */
static uint64_t figure_of(const struct match *m, enum quarter_side s, enum quarter_figure f)
{
    return match_count(m) > 0 ? m->sum.figure[s][f] : m->now.figure[s][f];
}

static uint64_t total_of(const struct match *m, enum quarter_side s)
{
    return figure_of(m, s, QUARTER_FULL) + figure_of(m, s, QUARTER_PROBATIONARY) + figure_of(m, s, QUARTER_UNPLACED);
}

static void put_figure(const char *label, uint64_t cell, uint64_t ward, struct buf *out)
{
    put_padded(label, NUMBER_COLUMN, out);
    buf_printf(out, "%7llu%7llu", (unsigned long long)cell, (unsigned long long)ward);
    if (cell != ward)
        buf_printf(out, "%+7lld", (long long)cell - (long long)ward);
    buf_put_str(out, "\n");
}

static void put_figures(const struct match *m, struct buf *out)
{
    struct buf label = {0};

    put_padded("", NUMBER_COLUMN, out);
    buf_printf(out, "%s\n", _("   Cell   Ward   Diff."));
    put_figure(_("Party members in all"), total_of(m, QUARTER_CELL), total_of(m, QUARTER_WARD), out);
    for (enum quarter_figure f = QUARTER_FULL; f < QUARTER_FIGURES; f++) {
        buf_put_str(&label, "  ");
        buf_put_str(&label, _(quarter_figure_label(f)));
        put_figure(buf_cstr(&label), figure_of(m, QUARTER_CELL, f), figure_of(m, QUARTER_WARD, f), out);
        buf_clear(&label);
    }
    buf_deinit(&label);
}

static void put_head(struct match *m, struct buf *out)
{
    char period[PERIOD_TEXT_SIZE], last[DATE_TEXT_SIZE];
    struct buf ward = {0};

    period_print(m->period, period);
    date_print(period_last_day(m->period), last);
    /* The ward's server bears the ward's name as a person; before it has written anything here the line stays free. */
    if (replica_person_name(book_txn(&m->env->book), &m->env->book.replica.ward, &ward) != ERR_OK)
        buf_clear(&ward);
    put_padded(buf_cstr(&ward), NUMBER_COLUMN, out);
    buf_deinit(&ward);
    buf_printf(out, "%s\n", _("COMMUNIST PARTY OF VIETNAM"));
    buf_printf(out, "%s (%s)\n\n", m->org.name, m->org.code);
    buf_printf(out, _("MATCH OF THE REGISTERS OF PARTY MEMBERS, QUARTER %s"), period + 1);
    buf_put_str(out, "\n");
    buf_printf(out, _("Figures as of %s."), last);
    buf_put_str(out, "\n");
}

static void put_version_head(struct match *m, size_t version, struct buf *out)
{
    struct bytes logs = match_text(m, version, "logs");
    char date[DATE_TEXT_SIZE];

    date_print(match_date(m, version, "cutoff"), date);
    if (version > 0)
        buf_printf(out, _("Supplement %zu. "), version);
    buf_printf(out, _("Closed on %s; logs at that moment: %.*s."), date, (int)logs.n, (const char *)logs.p);
    buf_put_str(out, "\n");
}

static void put_lines(struct match *m, size_t version, struct buf *out)
{
    struct bytes lines = match_text(m, version, "lines"), why;
    struct quarter_line l;
    unsigned number;
    enum err e;

    if (lines.n == 0)
        buf_printf(out, "  %s\n", version == 0 ? _("No difference.") : _("No line came or went."));
    while (quarter_line_next(&lines, &l, &number, &e)) {
        if (version > 0)
            buf_printf(out, "  %zu.%u  ", version, number);
        else
            buf_printf(out, "  %u  ", number);
        if (l.sign == '-')
            buf_printf(out, "[%s] ", _("no longer so"));
        put_line(&l, match_date(m, version, "cutoff"), out);
        for (size_t i = 0; match_why(m, version, number, i, &why); i++)
            buf_printf(out, "       %s: %.*s\n", _("Explanation"), (int)why.n, (const char *)why.p);
        if (l.sign == '+' && !match_why(m, version, number, 0, &why))
            buf_printf(out, "       %s: ……………………\n", _("Explanation"));
    }
}

static enum err put_signature(struct match *m, struct print *p, size_t version, const char *field, const char *label,
                              struct buf *out)
{
    uint32_t signed_on = match_date(m, version, field);
    char date[DATE_TEXT_SIZE];
    struct buf name = {0};
    enum err e = ERR_OK;

    buf_printf(out, "  %s: ", label);
    if (signed_on == 0) {
        buf_put_str(out, "……………………\n");
        return ERR_OK;
    }
    e = signer(m, p, version, field, &name);
    date_print(signed_on, date);
    buf_printf(out, _("signed by %s on %s"), buf_cstr(&name), date);
    buf_put_str(out, "\n");
    buf_deinit(&name);
    return e;
}

/* What this book says and no version does: drafts, and what came after the cut-off. */
static bool is_since(const struct match *m, const struct quarter_line *l)
{
    const struct quarter_line *known = (const struct quarter_line *)(const void *)m->sum.lines.p;

    if (quarter_sum_stands(&m->sum, l))
        return false;
    /* Whether he was received elsewhere the ward knows better. */
    for (size_t i = 0; l->what == QUARTER_NOT_RECEIVED && i < m->sum.lines.n / sizeof(*known); i++)
        if (known[i].what == QUARTER_ONLY_WARD && id_equal(&known[i].person, &l->person))
            return false;
    return true;
}

static void put_since(struct match *m, struct buf *out)
{
    const struct quarter_line *l = (const struct quarter_line *)(const void *)m->now.lines.p;
    bool first = true;

    for (size_t i = 0; i < m->now.lines.n / sizeof(*l); i++) {
        if (!is_since(m, &l[i]))
            continue;
        if (first)
            buf_printf(out, "\n%s\n", match_count(m) > 0 ? _("In this book since then, for the next supplement:")
                                                         : _("Differences in this book:"));
        first = false;
        buf_put_str(out, "  •  ");
        put_line(&l[i], 0, out);
    }
}

enum err match_page(struct match *m, struct print *p, struct buf *out)
{
    enum err e = ERR_OK;

    put_head(m, out);
    if (match_count(m) == 0)
        buf_printf(out, "%s\n", _("The ward has not closed this quarter yet; these are the figures of this book."));
    buf_put_str(out, "\n");
    put_figures(m, out);
    for (size_t v = 0; e == ERR_OK && v < match_count(m); v++) {
        buf_put_str(out, "\n");
        put_version_head(m, v, out);
        put_lines(m, v, out);
        e = put_signature(m, p, v, "cell_signed", _("For the cell"), out);
        if (e == ERR_OK)
            e = put_signature(m, p, v, "ward_signed", _("For the ward"), out);
    }
    put_since(m, out);
    return e;
}

/* ---- for scripts ---- */

static void json_line_of(const struct match *m, const struct quarter_line *l, size_t version, unsigned number,
                         struct json *j)
{
    char person[ID_TEXT_SIZE];
    const char sign[2] = {l->sign, '\0'};
    struct buf line = {0};
    struct bytes why;

    id_print(&l->person, person);
    json_object_begin(j);
    if (number > 0) {
        if (version > 0)
            buf_printf(&line, "%zu.%u", version, number);
        else
            buf_printf(&line, "%u", number);
        json_put_string(j, "line", buf_cstr(&line));
        json_put_string(j, "change", sign);
    }
    json_put_string(j, "what", quarter_what_name(l->what));
    json_put_string(j, "person", person);
    json_put_string(j, "name", l->name);
    json_put_string(j, "field", l->field);
    json_put_string(j, "cell", l->cell);
    json_put_string(j, "ward", l->ward);
    json_put_string(j, "extra", l->extra);
    if (number > 0) {
        json_key(j, "stands");
        json_bool(j, l->sign == '+' && quarter_sum_stands(&m->sum, l));
        json_key(j, "explanations");
        json_array_begin(j);
        for (size_t i = 0; match_why(m, version, number, i, &why); i++)
            json_bytes(j, why);
        json_array_end(j);
    }
    json_object_end(j);
    buf_deinit(&line);
}

static enum err json_signature(struct match *m, struct print *p, size_t version, const char *field, struct json *j)
{
    uint32_t signed_on = match_date(m, version, field);
    char date[DATE_TEXT_SIZE];
    struct buf name = {0};
    enum err e = ERR_OK;

    json_key(j, field);
    if (signed_on == 0) {
        json_null(j);
        return ERR_OK;
    }
    e = signer(m, p, version, field, &name);
    date_print_iso(signed_on, date);
    json_object_begin(j);
    json_put_string(j, "date", date);
    json_put_string(j, "by", buf_cstr(&name));
    json_object_end(j);
    buf_deinit(&name);
    return e;
}

static enum err json_version(struct match *m, struct print *p, size_t version, struct json *j)
{
    struct bytes logs = match_text(m, version, "logs");
    char record[ID_TEXT_SIZE], date[DATE_TEXT_SIZE];
    enum err e;

    id_print(&match_version(m, version)->record, record);
    date_print_iso(match_date(m, version, "cutoff"), date);
    json_object_begin(j);
    json_put_uint(j, "version", version);
    json_put_string(j, "record", record);
    json_put_string(j, "cutoff", date);
    json_key(j, "logs");
    json_bytes(j, logs);
    e = json_signature(m, p, version, "cell_signed", j);
    if (e == ERR_OK)
        e = json_signature(m, p, version, "ward_signed", j);
    json_object_end(j);
    return e;
}

static void json_lines(struct match *m, struct json *j)
{
    const struct quarter_line *now = (const struct quarter_line *)(const void *)m->now.lines.p;

    json_key(j, "lines");
    json_array_begin(j);
    for (size_t v = 0; v < match_count(m); v++) {
        struct bytes lines = match_text(m, v, "lines");
        struct quarter_line l;
        unsigned number;
        enum err e;

        while (quarter_line_next(&lines, &l, &number, &e))
            json_line_of(m, &l, v, number, j);
    }
    json_array_end(j);
    json_key(j, "since");
    json_array_begin(j);
    for (size_t i = 0; i < m->now.lines.n / sizeof(*now); i++)
        if (is_since(m, &now[i]))
            json_line_of(m, &now[i], 0, 0, j);
    json_array_end(j);
}

enum err match_json(struct match *m, struct print *p, struct buf *out)
{
    char period[PERIOD_TEXT_SIZE];
    uint64_t open = 0;
    enum err e = ERR_OK;
    struct json j;

    period_print_iso(m->period, period);
    json_init(&j, out);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    json_put_string(&j, "quarter", period);
    json_put_string(&j, "org", m->org.code);
    json_key(&j, "closed");
    json_bool(&j, match_count(m) > 0);
    json_key(&j, "figures");
    json_object_begin(&j);
    for (enum quarter_figure f = QUARTER_FULL; f < QUARTER_FIGURES; f++) {
        json_key(&j, quarter_figure_name(f));
        json_object_begin(&j);
        json_put_uint(&j, "cell", figure_of(m, QUARTER_CELL, f));
        json_put_uint(&j, "ward", figure_of(m, QUARTER_WARD, f));
        json_object_end(&j);
    }
    json_object_end(&j);
    json_key(&j, "versions");
    json_array_begin(&j);
    for (size_t v = 0; e == ERR_OK && v < match_count(m); v++) {
        e = json_version(m, p, v, &j);
        open += match_open(m, v, NULL);
    }
    json_array_end(&j);
    json_lines(m, &j);
    json_put_uint(&j, "unexplained", open);
    json_object_end(&j);
    json_line(&j);
    return e;
}
