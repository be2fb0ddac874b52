/* year.c - see year.h. */
#include "year.h"

#include <stdlib.h>

#include "../common/date.h"
#include "../common/period.h"
#include "../proto/org_change.h"
#include "due.h"
#include "value.h"

struct meeting {
    struct id id;
    uint32_t date, present, expected;
    bool regular;
};

struct mark { /* of one member at one meeting */
    struct id member;
    uint32_t date;
    bool excused;
};

struct loading {
    struct year *year;
    struct book *book;
    const struct rules *rules;
    const struct id *org;
    uint32_t first, last, today; /* days of the year */
    struct buf meetings;         /* struct meeting[] */
    struct buf marks;            /* struct mark[], of regular meetings */
};

/* Of this organisation, or of what became part of it. */
static bool is_here(const struct loading *l, const struct view *v)
{
    struct id living;

    if (replica_view_void(v) == CLOSE_VOID)
        return false;
    return id_equal(&v->org, l->org) ||
           (org_living(book_txn(l->book), &v->org, &living) == ERR_OK && id_equal(&living, l->org));
}

/* --- meetings --- */

static bool was_held(const struct loading *l, const struct view *v, uint32_t date)
{
    uint32_t status;

    return value_is(v, "status", "held") || (!value_number(v, "status", &status) && date <= l->today);
}

static bool meeting_visit(void *arg, struct view *v)
{
    struct loading *l = arg;
    struct year *y = l->year;
    struct meeting m = {.id = v->record};
    struct year_short s;
    const struct rules_pack *p;
    uint32_t period;

    if (!is_here(l, v) || !value_number(v, "date", &m.date) || !value_number(v, "period", &period) ||
        !period_is_month(period) || period / 100 != l->first / 10000 || !was_held(l, v, m.date))
        return true;
    const bool both = value_is(v, "type", "both"), topic = both || value_is(v, "type", "topic");
    m.regular = both || value_is(v, "type", "regular");
    y->meetings++;
    y->regular[period % 100] += m.regular;
    y->topics[(period % 100 + 2) / 3] += topic;
    s.date = m.date;
    if (due_is_short(l->rules, v, &p, &s.minutes, &s.least))
        buf_put(&y->too_short, &s, sizeof(s));
    buf_put(&l->meetings, &m, sizeof(m));
    return true;
}

static struct meeting *meeting_of(const struct loading *l, const struct view *v)
{
    struct meeting *list = (struct meeting *)(void *)l->meetings.p;
    struct id id;

    for (size_t i = 0; value_id(v, "meeting", &id) && i < l->meetings.n / sizeof(*list); i++)
        if (id_equal(&list[i].id, &id))
            return &list[i];
    return NULL;
}

static bool attendance_visit(void *arg, struct view *v)
{
    struct loading *l = arg;
    struct meeting *m = is_here(l, v) ? meeting_of(l, v) : NULL;
    struct mark mark = {.excused = value_is(v, "mark", "excused")};
    const bool came = value_is(v, "mark", "present") || value_is(v, "mark", "partial");

    if (m == NULL || !(came || mark.excused || value_is(v, "mark", "unexcused")))
        return true;
    m->present += came;
    m->expected++;
    mark.date = m->date;
    if (m->regular && value_id(v, "member", &mark.member))
        buf_put(&l->marks, &mark, sizeof(mark));
    return true;
}

static int by_member(const void *a, const void *b)
{
    const struct mark *x = a, *y = b;
    const int c = id_compare(&x->member, &y->member);

    return c != 0 ? c : (x->date > y->date) - (x->date < y->date);
}

static int by_date(const void *a, const void *b)
{
    const struct year_short *x = a, *y = b;

    return (x->date > y->date) - (x->date < y->date);
}

static void sort(struct buf *list, size_t size, int (*compare)(const void *, const void *))
{
    if (list->n > 0)
        qsort(list->p, list->n / size, size, compare);
}

static void put_attendance(struct loading *l)
{
    const struct meeting *m = (const struct meeting *)(const void *)l->meetings.p;
    struct year *y = l->year;

    for (size_t i = 0; i < l->meetings.n / sizeof(*m); i++) {
        uint32_t least;
        y->present += m[i].present;
        y->expected += m[i].expected;
        if (m[i].expected == 0 ||
            !rules_integer(rules_choose(l->rules, l->org, "sinh-hoat", m[i].date), "du_hop_tren", &least) ||
            m[i].present * 100 > least * m[i].expected)
            continue;
        y->poor++;
        y->poor_below = least;
    }
}

/* One after the other of the regular meetings that called him at all. */
static void put_excused(struct loading *l)
{
    const struct mark *m = (const struct mark *)(const void *)l->marks.p;
    const size_t n = l->marks.n / sizeof(*m);
    struct year_excused worst = {.times = 0};
    uint32_t times = 0;

    for (size_t i = 0; i < n; i++) {
        times = m[i].excused ? times + 1 : 0;
        uint32_t most;
        if (times > worst.times &&
            rules_integer(rules_choose(l->rules, l->org, "sinh-hoat", m[i].date), "vang_phep_lien_tiep", &most) &&
            times > most)
            worst = (struct year_excused){m[i].member, times, most};
        if (i + 1 < n && id_equal(&m[i].member, &m[i + 1].member))
            continue;
        if (worst.times > 0)
            buf_put(&l->year->excused, &worst, sizeof(worst));
        worst.times = times = 0;
    }
}

/* --- scores, tasks, candidates, levels --- */

static bool score_visit(void *arg, struct view *v)
{
    struct loading *l = arg;
    const char *level = value_count(v, "superior_level") > 0 ? "superior_level" : "self_level";

    if (!is_here(l, v) || meeting_of(l, v) == NULL || value_count(v, level) == 0)
        return true;
    l->year->scored++;
    l->year->good += value_is(v, level, "good");
    l->year->fair += value_is(v, level, "fair");
    return true;
}

static bool task_visit(void *arg, struct view *v)
{
    struct loading *l = arg;
    uint32_t due;
    const uint32_t now = l->today < l->last ? l->today : l->last;

    l->year->tasks_late += is_here(l, v) && value_number(v, "due", &due) && due >= l->first && due < now &&
                           !value_is(v, "status", "done");
    return true;
}

static bool candidate_visit(void *arg, struct view *v)
{
    struct loading *l = arg;

    l->year->candidates += is_here(l, v) && !value_is(v, "state", "full") && !value_is(v, "state", "withdrawn");
    return true;
}

static bool appraisal_visit(void *arg, struct view *v)
{
    struct loading *l = arg;
    uint32_t period, level;

    if (is_here(l, v) && value_number(v, "period", &period) && period == l->first / 10000 * 100 &&
        (value_number(v, "superior_level", &level) || value_number(v, "cell_level", &level)) && level >= 1 &&
        level <= YEAR_LEVELS)
        l->year->level[level]++;
    return true;
}

/* --- all --- */

bool year_too_excellent(uint32_t excellent, uint32_t second, uint32_t most)
{
    return most != UINT32_MAX && (uint64_t)excellent * 100 > (uint64_t)second * most;
}

static void put_rules(struct loading *l)
{
    struct year *y = l->year;
    const struct rules_pack *scores = rules_choose(l->rules, l->org, "cham-diem", l->last),
                            *levels = rules_choose(l->rules, l->org, "xep-loai", l->last);

    if (!rules_integer(scores, "so_buoi_tot", &y->good_wanted))
        y->good_wanted = 0;
    if (!rules_integer(levels, "xuat_sac_toi_da", &y->excellent_most))
        y->excellent_most = UINT32_MAX;
}

enum err year_load(struct year *y, struct book *b, const struct rules *r, const struct id *org, uint32_t year,
                   uint32_t today)
{
    static const struct {
        const char *kind;
        replica_visit *visit;
    } walks[] = {{"meeting", meeting_visit}, {"attendance", attendance_visit}, {"quality_score", score_visit},
                 {"task", task_visit}, {"candidate", candidate_visit}, {"appraisal", appraisal_visit}};
    struct loading l = {.year = y, .book = b, .rules = r, .org = org, .first = year * 10000 + 101,
                        .last = year * 10000 + 1231, .today = today};
    enum err e = ERR_OK;

    *y = (struct year){0};
    y->months = today > l.last ? YEAR_MONTHS : today < l.first ? 0 : date_month(today) - 1;
    y->quarters = y->months / 3;
    for (size_t i = 0; e == ERR_OK && i < ARRAY_LEN(walks); i++)
        e = replica_each(book_txn(b), &b->replica, schema_kind_named(walks[i].kind)->number, walks[i].visit, &l);
    sort(&y->too_short, sizeof(struct year_short), by_date);
    sort(&l.marks, sizeof(struct mark), by_member);
    put_attendance(&l);
    put_excused(&l);
    put_rules(&l);
    buf_deinit(&l.meetings);
    buf_deinit(&l.marks);
    return e;
}

void year_deinit(struct year *y)
{
    buf_deinit(&y->too_short);
    buf_deinit(&y->excused);
}
