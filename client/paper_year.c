/* paper_year.c - forms with a column for each month: who came, who paid; see paper.h. */
#include <stdlib.h>

#include "../common/date.h"
#include "../common/language.h"
#include "../common/period.h"
#include "alike.h"
#include "order.h"
#include "due.h"
#include "paper.h"

#define MONTHS 12
#define BLANK_ROWS 22

struct person {
    struct id id;
    struct buf key, name, basis;
    uint64_t mark[MONTHS];
    bool regular[MONTHS]; /* the mark is of the regular meeting: it goes before a thematic one's */
    int64_t paid[MONTHS], rate;
    bool has_paid[MONTHS];
    uint64_t rated_from;
};

struct meeting {
    struct id id;
    unsigned month;
    bool regular;
};

struct year {
    struct buf person;  /* struct person[] */
    struct buf meeting; /* struct meeting[] */
};

static struct person *people(const struct year *y, size_t *n)
{
    *n = y->person.n / sizeof(struct person);
    return (struct person *)(void *)y->person.p;
}

/* Everybody but who was gone before the year began. */
static void add_person(struct paper *p, const struct view *v, void *arg)
{
    const uint32_t first = period_first_day(p->period);
    struct person one = {.id = v->record};
    struct year *y = arg;

    if (paper_number(v, "died", first) < first || paper_number(v, "left", first) < first)
        return;
    order_key(v, &one.key);
    refs_title(&p->print.refs, v, &one.name);
    buf_put(&y->person, &one, sizeof one);
}

static int person_compare(const void *a, const void *b)
{
    const struct person *x = a, *z = b;
    int c = bytes_compare(buf_bytes(&x->key), buf_bytes(&z->key));

    return c != 0 ? c : memcmp(&x->id, &z->id, sizeof x->id);
}

static void year_load(struct paper *p, struct year *y)
{
    size_t n;

    *y = (struct year){0};
    paper_each(p, "member", add_person, y);
    struct person *person = people(y, &n);
    if (n > 0)
        qsort(person, n, sizeof *person, person_compare);
}

static void year_deinit(struct year *y)
{
    size_t n;
    struct person *person = people(y, &n);

    for (size_t i = 0; i < n; i++) {
        buf_wipe_deinit(&person[i].key);
        buf_wipe_deinit(&person[i].name);
        buf_wipe_deinit(&person[i].basis);
    }
    buf_wipe_deinit(&y->person);
    buf_deinit(&y->meeting);
}

/* Whom this record is about; of two records that are one person, the one that stands on the paper. */
static struct person *person_of(struct paper *p, const struct year *y, const struct view *v)
{
    struct id id;
    size_t n;
    struct person *person = people(y, &n);

    if (!value_id(v, "member", &id))
        return NULL;
    id = alike_leader(&p->print, schema_kind_named("member")->number, &id);
    for (size_t i = 0; i < n; i++)
        if (id_equal(&person[i].id, &id))
            return &person[i];
    return NULL;
}

/* The month of the paper's year, from 0; false: another year. */
static bool month_of(const struct paper *p, uint64_t period, unsigned *month)
{
    *month = (unsigned)(period % 100) - 1;
    return period / 100 == p->period / 100 && *month < MONTHS;
}

static void put_months(struct paper *p)
{
    for (unsigned m = 1; m <= MONTHS; m++)
        buf_printf(&p->text, "\t%u", m);
}

static void begin(struct paper *p, const char *table, const char *before, const char *after)
{
    struct buf period = {0};

    paper_period(p, &period);
    paper_heading(p, NULL, p->blank ? 0 : p->today);
    paper_put(p, "title", p->form->title, buf_cstr(&period), NULL);
    buf_printf(&p->text, "table\t%s\nhead\t%s", table, before);
    put_months(p);
    buf_printf(&p->text, "\t%s\n", after);
    buf_deinit(&period);
}

/* ---- who came ---- */

static void add_meeting(struct paper *p, const struct view *v, void *arg)
{
    const uint64_t type = paper_number(v, "type", 0);
    struct meeting one = {.id = v->record, .regular = type == 1 || type == 3};
    struct year *y = arg;

    if (month_of(p, paper_number(v, "period", 0), &one.month) && type >= 1 && type <= 3)
        buf_put(&y->meeting, &one, sizeof one);
}

static void add_mark(struct paper *p, const struct view *v, void *arg)
{
    const struct year *y = arg;
    const struct meeting *m = (const struct meeting *)(const void *)y->meeting.p;
    struct id id;

    if (!value_id(v, "meeting", &id))
        return;
    for (size_t i = 0; i < y->meeting.n / sizeof *m; i++) {
        struct person *one = id_equal(&m[i].id, &id) ? person_of(p, y, v) : NULL;
        if (one == NULL || (one->regular[m[i].month] && !m[i].regular))
            continue;
        one->mark[m[i].month] = paper_number(v, "mark", 0);
        one->regular[m[i].month] = m[i].regular;
    }
}

static const char *mark_text(uint64_t mark)
{
    static const char *const marks[] = {"", "x", "P", "K", "M", "x", "T", "x"};

    return mark < ARRAY_LEN(marks) ? marks[mark] : "?";
}

static void put_attendance(struct paper *p, const struct person *one, size_t number)
{
    unsigned came = 0, due = 0;

    buf_printf(&p->text, "row\t%zu", number);
    paper_add(p, buf_bytes(&one->name));
    for (unsigned m = 0; m < MONTHS; m++) {
        const char *text = mark_text(one->mark[m]);
        came += text[0] == 'x';
        due += text[0] == 'x' || text[0] == 'P' || text[0] == 'K';
        paper_add(p, bytes_of_str(text));
    }
    if (due > 0)
        buf_printf(&p->text, "\t%u/%u\t%u%%\n", came, due, (100 * came + due / 2) / due);
    else
        buf_put_str(&p->text, "\t\t\n");
}

void paper_attendance(struct paper *p)
{
    struct year y = {0};
    size_t n;

    begin(p, "11\tclccccccccccccccc\t24\t146\t24\t24\t24\t24\t24\t24\t24\t24\t24\t24\t24\t24\t40\t40", "TT\tHọ và tên",
          "Tổng\tTỷ lệ");
    if (p->blank) {
        buf_printf(&p->text, "rows\t%u\n", BLANK_ROWS);
    } else {
        year_load(p, &y);
        paper_each(p, "meeting", add_meeting, &y);
        paper_each(p, "attendance", add_mark, &y);
    }
    const struct person *person = people(&y, &n);
    for (size_t i = 0; i < n; i++)
        put_attendance(p, &person[i], i + 1);
    paper_put(p, "note", "x: có mặt; P: vắng có lý do; K: vắng không lý do; M: được miễn; "
              "T: sinh hoạt tạm thời nơi khác. Tổng: số buổi có mặt trên số buổi phải dự.", NULL);
    paper_sign(p, "NGƯỜI ĐIỂM DANH", "T/M CHI BỘ\nBÍ THƯ", NULL);
    year_deinit(&y);
}

/* ---- who paid ---- */

static void add_payment(struct paper *p, const struct view *v, void *arg)
{
    struct person *one = person_of(p, arg, v);
    unsigned month;
    int64_t sum;

    if (one != NULL && month_of(p, paper_number(v, "month", 0), &month) && value_int(v, "amount", &sum)) {
        one->paid[month] += sum;
        one->has_paid[month] = true;
    }
}

/* The newest that is in force within the year. */
static void add_rate(struct paper *p, const struct view *v, void *arg)
{
    struct person *one = person_of(p, arg, v);
    const uint64_t from = paper_number(v, "from", 0);

    if (one == NULL || from > p->period + MONTHS || from < one->rated_from || !value_int(v, "amount", &one->rate))
        return;
    one->rated_from = from;
    buf_clear(&one->basis);
    paper_value(p, v, "basis", &one->basis);
}

static void add_money(struct paper *p, bool there, int64_t sum)
{
    struct buf text = {0};

    if (there)
        paper_money(sum, &text);
    paper_add(p, buf_bytes(&text));
    buf_deinit(&text);
}

static void put_dues(struct paper *p, const struct person *one, size_t number, int64_t month_sum[MONTHS + 1])
{
    int64_t sum = 0;

    buf_printf(&p->text, "row\t%zu", number);
    paper_add(p, buf_bytes(&one->name));
    paper_add(p, buf_bytes(&one->basis));
    add_money(p, one->rated_from > 0, one->rate);
    for (unsigned m = 0; m < MONTHS; m++) {
        sum += one->paid[m];
        month_sum[m] += one->paid[m];
        add_money(p, one->has_paid[m], one->paid[m]);
    }
    month_sum[MONTHS] += sum;
    add_money(p, true, sum);
    paper_end(p);
}

static void put_remittance(struct paper *p, const struct view *v, void *arg)
{
    static const char *const sums[] = {"total", "kept", "remitted"};
    struct buf text = {0};
    (void)arg;

    if (!paper_within(p, v, "period"))
        return;
    paper_begin(p, "row");
    paper_value(p, v, "period", &text);
    paper_add(p, buf_bytes(&text));
    for (size_t i = 0; i < ARRAY_LEN(sums); i++) {
        int64_t sum = 0;
        bool there = value_int(v, sums[i], &sum);
        add_money(p, there, sum);
    }
    buf_clear(&text);
    paper_value(p, v, "receipt date", &text);
    paper_add(p, buf_bytes(&text));
    paper_end(p);
    buf_deinit(&text);
}

static void put_all_dues(struct paper *p, const struct year *y)
{
    int64_t month_sum[MONTHS + 1] = {0};
    size_t n;
    const struct person *person = people(y, &n);

    for (size_t i = 0; i < n; i++)
        put_dues(p, &person[i], i + 1, month_sum);
    buf_put_str(&p->text, "sum\t\tCộng\t\t");
    for (unsigned m = 0; m <= MONTHS; m++)
        add_money(p, month_sum[m] != 0 || m == MONTHS, month_sum[m]);
    paper_end(p);
}

/* What part of one's income the dues are, by the rule of the year's end. */
static void put_shares(struct paper *p)
{
    static const char *const bases[] = {"salary", "allowance", "pension"};
    const struct field_info *f = schema_field_named(schema_kind_named("fee_rate"), "basis");
    struct buf text = {0};
    struct rules rules;
    uint32_t share;

    rules_init(&rules);
    paper_fail(p, rules_load_of(&rules, p->book, &p->book->replica.org));
    const struct rules_pack *pack =
        rules_choose(&rules, &p->book->replica.org, "dang-phi", period_last_day(p->period));
    for (size_t i = 0; i < ARRAY_LEN(bases); i++)
        if (due_share(pack, bases[i], &share)) {
            buf_printf(&text, "%s%s %u", text.n == 0 ? "Mức đóng hằng tháng: " : "; ",
                       _(schema_value_named(f, bases[i])->label), share / 10);
            if (share % 10 != 0)
                buf_printf(&text, ",%u", share % 10);
            buf_put_str(&text, " %");
        }
    if (text.n > 0 && pack->source != NULL)
        buf_printf(&text, " (%s)", pack->source);
    if (text.n > 0)
        paper_put(p, "note", buf_cstr(&text), NULL);
    buf_deinit(&text);
    rules_deinit(&rules);
}

void paper_dues(struct paper *p)
{
    struct year y = {0};

    begin(p, "8\tcllrrrrrrrrrrrrrr\t16\t84\t52\t42\t41\t41\t41\t41\t41\t41\t41\t41\t41\t41\t41\t41\t48",
          "TT\tHọ và tên\tCăn cứ\tMức đóng", "Cả năm");
    if (p->blank) {
        buf_printf(&p->text, "rows\t%u\n", BLANK_ROWS / 2);
    } else {
        year_load(p, &y);
        paper_each(p, "fee_payment", add_payment, &y);
        paper_each(p, "fee_rate", add_rate, &y);
        put_all_dues(p, &y);
        put_shares(p);
    }
    buf_put_str(&p->text, "part\tTrích nộp lên trên\ntable\t11\tcrrrl\t60\t90\t90\t90\t150\n"
                          "head\tKỳ\tTổng thu\tGiữ lại\tNộp lên trên\tSố biên lai, ngày nộp\n");
    if (p->blank)
        buf_put_str(&p->text, "rows\t4\n");
    else
        paper_each(p, "fee_remit", put_remittance, NULL);
    paper_sign(p, "NGƯỜI THU", "T/M CHI BỘ\nBÍ THƯ", NULL);
    year_deinit(&y);
}
