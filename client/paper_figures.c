/* paper_figures.c - forms whose record holds lines of figures: scores, a match of registers, a report; see paper.h. */
#include <stdlib.h>

#include "../common/language.h"
#include "../proto/quarter_text.h"
#include "figures.h"
#include "paper_sheet.h"
#include "rules.h"

#define BLANK_ROWS 10
#define CRITERIA_MAX 32

/* The next line of a text, without its end. False: there is none. */
static bool next_line(struct bytes *text, struct bytes *line)
{
    const uint8_t *end = text->n == 0 ? NULL : memchr(text->p, '\n', text->n);

    *line = (struct bytes){text->p, end == NULL ? text->n : (size_t)(end - text->p)};
    if (text->n == 0)
        return false;
    *text = bytes_cut(*text, end == NULL ? text->n : line->n + 1);
    return true;
}

/* "NAME=VALUE", "NAME: VALUE" or "NAME|VALUE…": the value is empty when there is none of these signs. */
static void split(struct bytes line, struct bytes *name, struct bytes *value)
{
    size_t n = 0;

    while (n < line.n && line.p[n] != '=' && line.p[n] != '|' && line.p[n] != ':')
        n++;
    *name = (struct bytes){line.p, n};
    *value = bytes_cut(line, n < line.n ? n + 1 : n);
    while (value->n > 0 && value->p[0] == ' ')
        *value = bytes_cut(*value, 1);
}

/* Each line of a match ends with a line feed, which typed text does not. */
static void value_lines(struct paper *p, const char *field, struct buf *out)
{
    if (!p->blank)
        paper_value(p, &p->view, field, out);
    if (out->n > 0 && out->p[out->n - 1] != '\n')
        buf_put_str(out, "\n");
}

/* ---- bieu cham diem ---- */

static const struct rules_key *criterion(struct bytes name)
{
    for (size_t i = 0; i < rules_key_count; i++)
        if (strcmp(rules_keys[i].section, "tieu_chi") == 0 && bytes_equal(name, bytes_of_str(rules_keys[i].key)))
            return &rules_keys[i];
    return NULL;
}

static void score_of(struct bytes lines, struct bytes wanted, struct bytes *score)
{
    struct bytes line, name;

    *score = (struct bytes){0};
    while (score->n == 0 && next_line(&lines, &line)) {
        split(line, &name, score);
        if (!bytes_equal(name, wanted))
            *score = (struct bytes){0};
    }
}

struct scoring {
    struct buf lines[2]; /* the cell's, the superior's */
    struct bytes put[CRITERIA_MAX];
    size_t count;
    const struct rules_pack *pack;
};

static void put_criterion(struct paper *p, struct scoring *s, struct bytes name)
{
    const struct rules_key *key = criterion(name);
    uint32_t most = 0;
    struct bytes score;

    for (size_t i = 0; i < s->count; i++)
        if (bytes_equal(s->put[i], name))
            return;
    if (s->count == CRITERIA_MAX || name.n == 0)
        return;
    s->put[s->count++] = name;
    buf_printf(&p->text, "row\t%zu", s->count);
    paper_add(p, key == NULL ? name : bytes_of_str(_(key->label)));
    if (key != NULL && rules_integer(s->pack, key->key, &most))
        buf_printf(&p->text, "\t%u", most);
    else
        buf_put_str(&p->text, "\t");
    for (size_t i = 0; i < ARRAY_LEN(s->lines); i++) {
        score_of(buf_bytes(&s->lines[i]), name, &score);
        paper_add(p, score);
    }
    paper_end(p);
}

/* Those of the form that was in force, then whatever else was scored. */
static void put_criteria(struct paper *p, struct scoring *s)
{
    for (size_t i = 0; s->pack != NULL && i < s->pack->values; i++)
        if (strcmp(s->pack->value[i].key->section, "tieu_chi") == 0)
            put_criterion(p, s, bytes_of_str(s->pack->value[i].key->key));
    for (size_t i = 0; i < ARRAY_LEN(s->lines); i++) {
        struct bytes rest = buf_bytes(&s->lines[i]), line, name, value;
        while (next_line(&rest, &line)) {
            split(line, &name, &value);
            put_criterion(p, s, name);
        }
    }
}

static void put_total(struct paper *p, const char *label, const char *own, const char *above)
{
    struct buf text = {0};

    paper_begin(p, "sum");
    paper_add(p, (struct bytes){0});
    paper_add(p, bytes_of_str(label));
    paper_add(p, (struct bytes){0});
    for (int i = 0; i < 2; i++) {
        buf_clear(&text);
        if (!p->blank)
            paper_value(p, &p->view, i == 0 ? own : above, &text);
        paper_add(p, buf_bytes(&text));
    }
    paper_end(p);
    buf_deinit(&text);
}

/* The day of the meeting says which form it was scored by; a blank one is today's. */
static uint32_t scored_on(struct paper *p)
{
    uint32_t date = p->today;
    struct view meeting;
    struct id id;

    if (!p->blank && value_id(&p->view, "meeting", &id) &&
        replica_view(book_txn(p->book), &p->book->replica, schema_kind_named("meeting")->number, &id, &meeting) ==
            ERR_OK) {
        date = (uint32_t)paper_number(&meeting, "date", date);
        replica_view_deinit(&meeting);
    }
    return date;
}

void paper_scores(struct paper *p)
{
    struct scoring s = {0};
    struct rules rules;

    rules_init(&rules);
    const struct id *org = p->blank ? &p->book->replica.org : &p->view.org;
    paper_fail(p, rules_load_of(&rules, p->book, org));
    s.pack = rules_choose(&rules, org, "cham-diem", scored_on(p));
    if (!p->blank) {
        paper_value(p, &p->view, "self_lines", &s.lines[0]);
        paper_value(p, &p->view, "superior_lines", &s.lines[1]);
    }
    paper_heading(p, NULL, p->blank ? 0 : p->today);
    paper_put(p, "title", p->form->title, NULL);
    paper_line(p, &p->view, "Buổi sinh hoạt ngày", "meeting.date");
    paper_line(p, &p->view, "Hình thức sinh hoạt", "meeting.type");
    paper_line(p, &p->view, "Theo mẫu", "form");
    buf_put_str(&p->text, "table\t13\tclccc\t13\t100\t25\t32\t32\nhead\tTT\tTiêu chí\tĐiểm tối đa\tChi ủy tự chấm\t"
                          "Cấp trên chấm\n");
    put_criteria(p, &s);
    put_total(p, "Cộng", "self_total", "superior_total");
    put_total(p, "Mức", "self_level", "superior_level");
    paper_line(p, &p->view, "Người chấm của cấp trên", "superior_name");
    paper_sign(p, "T/M CẤP ỦY CẤP TRÊN", "T/M CHI ỦY\nBÍ THƯ", NULL);
    buf_deinit(&s.lines[0]);
    buf_deinit(&s.lines[1]);
    rules_deinit(&rules);
}

/* ---- bien ban doi khop ---- */

static void put_counts(struct paper *p)
{
    struct buf text = {0};
    uint64_t value[QUARTER_SIDES];
    enum quarter_figure f;
    enum err e = ERR_OK;

    value_lines(p, "figures", &text);
    struct bytes rest = buf_bytes(&text);
    buf_put_str(&p->text, "part\t1. Số liệu hai bên\ntable\t13\tlrr\t100\t40\t40\n"
                          "head\tChỉ tiêu\tSổ chi bộ\tSổ phường\n");
    if (p->blank)
        for (unsigned i = 0; i < QUARTER_FIGURES; i++)
            paper_put(p, "row", _(quarter_figure_label((enum quarter_figure)i)), "", "", NULL);
    while (quarter_figure_next(&rest, &f, value, &e))
        buf_printf(&p->text, "row\t%s\t%llu\t%llu\n", _(quarter_figure_label(f)),
                   (unsigned long long)value[QUARTER_CELL], (unsigned long long)value[QUARTER_WARD]);
    paper_fail(p, e);
    buf_wipe_deinit(&text);
}

/* A side's value for people: of the fields that are compared, as a record shows it. */
static void put_side(struct paper *p, const struct quarter_line *l, const char *text)
{
    static const char *const kinds[] = {"member", "membership"};
    struct buf value = {0}, shown = {0};
    char why[ENTRY_WHY_SIZE];

    for (size_t i = 0; i < ARRAY_LEN(kinds) && shown.n == 0 && text[0] != 0; i++) {
        const struct field_info *f = schema_field_named(schema_kind_named(kinds[i]), l->field);
        if (f != NULL && entry_parse(f, text, p->today, &p->print.refs.entry, &value, why) == ERR_OK)
            entry_print(f, buf_bytes(&value), &p->print.refs.entry, &shown);
    }
    paper_add(p, shown.n > 0 ? buf_bytes(&shown) : bytes_of_str(text));
    buf_deinit(&value);
    buf_deinit(&shown);
}

static void put_field_name(struct paper *p, const struct quarter_line *l)
{
    const struct field_info *f = schema_field_named(schema_kind_named("member"), l->field);
    struct buf text = {0};

    if (f == NULL)
        f = schema_field_named(schema_kind_named("membership"), l->field);
    buf_put_str(&text, _(quarter_what_label(l->what)));
    if (l->field[0] != 0)
        buf_printf(&text, "\n%s", f == NULL ? l->field : _(f->label));
    if (l->sign == '-')
        buf_put_str(&text, "\n(đã hết chênh lệch)");
    paper_add(p, buf_bytes(&text));
    buf_deinit(&text);
}

static void put_explanation(struct paper *p, unsigned number)
{
    const struct field_info *f = schema_field_named(schema_kind_named("reconciliation"), "explanations");
    const struct entry *e = replica_view_entry(&p->view, f);
    struct buf one = {0}, all = {0};

    for (size_t i = 0; e != NULL && i < e->count; i++) {
        struct bytes text;
        buf_clear(&one);
        entry_print(f, e->candidate[i].value, &p->print.refs.entry, &one);
        if (quarter_explained(buf_bytes(&one), &text) != number)
            continue;
        if (all.n > 0)
            buf_put_str(&all, "\n");
        buf_put_bytes(&all, text);
    }
    paper_add(p, buf_bytes(&all));
    buf_wipe_deinit(&one);
    buf_wipe_deinit(&all);
}

static void put_differences(struct paper *p)
{
    struct buf text = {0};
    struct quarter_line l;
    unsigned number = 0;
    enum err e = ERR_OK;

    value_lines(p, "lines", &text);
    struct bytes rest = buf_bytes(&text);
    buf_put_str(&p->text, "part\t2. Chênh lệch và giải trình\ntable\t11\tclllll\t12\t50\t50\t40\t40\t60\n"
                          "head\tSố\tHọ và tên\tNội dung\tSổ chi bộ\tSổ phường\tGiải trình\n");
    if (p->blank)
        buf_printf(&p->text, "rows\t%u\n", BLANK_ROWS);
    while (quarter_line_next(&rest, &l, &number, &e)) {
        buf_printf(&p->text, "row\t%u", number);
        paper_add(p, bytes_of_str(l.name));
        put_field_name(p, &l);
        put_side(p, &l, l.cell);
        put_side(p, &l, l.ward);
        put_explanation(p, number);
        paper_end(p);
    }
    paper_fail(p, e);
    buf_wipe_deinit(&text);
}

void paper_match(struct paper *p)
{
    paper_heading(p, NULL, p->blank ? 0 : (uint32_t)paper_number(&p->view, "cutoff", 0));
    paper_put(p, "title", p->form->title, NULL);
    paper_line(p, &p->view, "Quý", "quarter");
    paper_line(p, &p->view, "Bản số", "version");
    paper_line(p, &p->view, "Chốt số liệu đến ngày", "cutoff");
    put_counts(p);
    put_differences(p);
    paper_line(p, &p->view, "Chi bộ ký ngày", "cell_signed");
    paper_line(p, &p->view, "Phường ký ngày", "ward_signed");
    paper_sign(p, "T/M ĐẢNG ỦY PHƯỜNG", "T/M CHI BỘ\nBÍ THƯ", NULL);
}

/* ---- bao cao ---- */

void paper_report(struct paper *p)
{
    struct buf text = {0}, period = {0};
    struct bytes rest, line, name, value;

    if (!p->blank) {
        p->period = (uint32_t)paper_number(&p->view, "period", 0);
        paper_value(p, &p->view, "figures", &text);
        paper_period(p, &period);
    }
    paper_heading_issued(p, &p->view, "BC", p->blank ? 0 : (uint32_t)paper_number(&p->view, "cutoff", 0));
    paper_put(p, "title", p->form->title, buf_cstr(&period), NULL);
    paper_line(p, &p->view, "Mẫu", "form");
    paper_line(p, &p->view, "Bản số", "version");
    paper_line(p, &p->view, "Chốt số liệu đến ngày", "cutoff");
    buf_put_str(&p->text, "part\tI. Số liệu\ntable\t13\tclr\t13\t110\t50\nhead\tTT\tChỉ tiêu\tSố liệu\n");
    if (p->blank)
        buf_printf(&p->text, "rows\t%u\n", BLANK_ROWS);
    rest = buf_bytes(&text);
    for (unsigned number = 1; next_line(&rest, &line); number++) {
        enum report_line_number which;
        int64_t counted;
        const bool is_known = figures_parse(line, &which, &counted);
        split(line, &name, &value);
        buf_printf(&p->text, "row\t%u", number);
        paper_add(p, is_known ? bytes_of_str(_(report_lines[which].label)) : name);
        paper_add(p, value);
        paper_end(p);
    }
    paper_text(p, &p->view, "II. Tình hình và kết quả", "narrative");
    paper_line(p, &p->view, "Gửi ngày", "sent");
    paper_line(p, &p->view, "Cấp trên nhận ngày", "received");
    paper_sign(p, "T/M CHI BỘ\nBÍ THƯ", NULL);
    buf_wipe_deinit(&text);
    buf_deinit(&period);
}
