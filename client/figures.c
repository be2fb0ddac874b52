/* figures.c - see figures.h. */
#include "figures.h"

#include <stdlib.h>

#include "../common/language.h"
#include "../common/period.h"
#include "../common/text.h"
#include "../proto/org_change.h"
#include "alike.h"
#include "value.h"

#define NAME_BYTES_MAX 200 /* of a line's name; longer ones are no figure */

enum { POSTPONED = 2, HELD = 3 };    /* of meeting_status */
enum { FULL = 1, PROBATIONARY = 2 }; /* of membership_type */

static const struct {
    const char *name, *label;
} table[FIGURES] = {
    {"meetings", N_("Meetings held")},
    {"present", N_("Present")},
    {"excused", N_("Absent with reason")},
    {"unexcused", N_("Absent without reason")},
    {"exempt", N_("Exempt")},
    {"elsewhere", N_("Temporarily in another cell")},
    {"dues", N_("Dues collected")},
    {"members", N_("Members")},
};

/* By the number of the mark; FIGURES: counted nowhere. */
static const enum figure of_mark[] = {
    FIGURES, FIGURE_PRESENT, FIGURE_EXCUSED, FIGURE_UNEXCUSED, FIGURE_EXEMPT, FIGURE_PRESENT, FIGURE_ELSEWHERE,
    FIGURE_PRESENT,
};

struct counted {
    uint32_t month;
    enum figure which;
    int64_t n;
};

struct member {
    struct id id;
    uint32_t gone; /* left or died on; 0: neither */
    bool here;
};

struct place {
    struct id member;
    bool here;
    uint32_t from, to;
};

struct meeting {
    struct id id;
    uint32_t month;
    uint64_t status;
    bool called;
};

struct loading {
    struct figures *f;
    struct print *p;
    struct buf meetings; /* struct meeting[], ascending by id */
    struct buf doubtful; /* struct id[]: payments that are probably another one */
};

const char *figures_name(enum figure f)
{
    return table[f].name;
}

const char *figures_label(enum figure f)
{
    return table[f].label;
}

static bool counts_here(const struct loading *l, const struct id *org)
{
    struct id living;

    if (id_equal(org, &l->f->org))
        return true;
    return org_living(book_txn(l->p->book), org, &living) == ERR_OK && id_equal(&living, &l->f->org);
}

static bool is_counted(const struct loading *l, const struct view *v)
{
    return replica_view_void(v) != CLOSE_VOID && counts_here(l, &v->org);
}

static void count(struct loading *l, uint32_t month, enum figure which, int64_t n)
{
    struct counted row = {month, which, n};

    buf_put(&l->f->counts, &row, sizeof(row));
}

/* --- meetings --- */

static bool meeting_visit(void *arg, struct view *v)
{
    struct loading *l = arg;
    struct meeting m = {.id = v->record};
    uint64_t month;

    if (!is_counted(l, v) || !value_uint(v, "period", &month))
        return true;
    m.month = (uint32_t)month;
    if (!value_uint(v, "status", &m.status))
        m.status = 0;
    buf_put(&l->meetings, &m, sizeof(m));
    return true;
}

static int meeting_order(const void *a, const void *b)
{
    return id_compare(&((const struct meeting *)a)->id, &((const struct meeting *)b)->id);
}

static bool mark_visit(void *arg, struct view *v)
{
    struct loading *l = arg;
    struct meeting wanted, *m = NULL;
    uint64_t mark;

    if (!is_counted(l, v) || !value_id(v, "meeting", &wanted.id) || !value_uint(v, "mark", &mark))
        return true;
    if (l->meetings.n > 0)
        m = bsearch(&wanted, l->meetings.p, l->meetings.n / sizeof(*m), sizeof(*m), meeting_order);
    if (m == NULL || m->status == POSTPONED || mark >= ARRAY_LEN(of_mark) || of_mark[mark] == FIGURES)
        return true;
    m->called = true;
    count(l, m->month, of_mark[mark], 1);
    return true;
}

static void count_held(struct loading *l)
{
    const struct meeting *m = (const struct meeting *)(const void *)l->meetings.p;

    for (size_t i = 0; i < l->meetings.n / sizeof(*m); i++)
        if (m[i].status == HELD || m[i].called)
            count(l, m[i].month, FIGURE_MEETINGS, 1);
}

/* --- dues --- */

static bool payment_visit(void *arg, struct view *v)
{
    struct loading *l = arg;
    const struct id *doubtful = (const struct id *)(const void *)l->doubtful.p;
    struct id leader;
    uint64_t month;
    int64_t amount;

    if (!is_counted(l, v) || !value_uint(v, "month", &month) || !value_int(v, "amount", &amount))
        return true;
    leader = alike_leader(l->p, v->kind, &v->record);
    bool again = !id_equal(&leader, &v->record);
    for (size_t i = 0; !again && i < l->doubtful.n / sizeof(*doubtful); i++)
        again = id_equal(&doubtful[i], &v->record);
    if (!again)
        count(l, (uint32_t)month, FIGURE_DUES, amount);
    return true;
}

/* --- members --- */

static bool member_visit(void *arg, struct view *v)
{
    static const char *const ends[] = {"left", "died"};
    struct loading *l = arg;
    struct member m = {.id = alike_leader(l->p, v->kind, &v->record), .here = is_counted(l, v)};
    uint64_t day;

    if (!id_equal(&m.id, &v->record))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        if (value_uint(v, ends[i], &day) && (m.gone == 0 || day < m.gone))
            m.gone = (uint32_t)day;
    buf_put(&l->f->members, &m, sizeof(m));
    return true;
}

static bool place_visit(void *arg, struct view *v)
{
    struct loading *l = arg;
    struct place place;
    struct id member, org;
    uint64_t type, from, to = 0;

    if (replica_view_void(v) == CLOSE_VOID || !value_id(v, "member", &member) || !value_id(v, "org", &org) ||
        !value_uint(v, "type", &type) || !value_uint(v, "from", &from) || (type != FULL && type != PROBATIONARY))
        return true;
    (void)value_uint(v, "to", &to);
    place = (struct place){alike_leader(l->p, schema_kind_named("member")->number, &member), counts_here(l, &org),
                           (uint32_t)from, (uint32_t)to};
    buf_put(&l->f->places, &place, sizeof(place));
    return true;
}

static bool is_member(const struct figures *f, const struct member *m, uint32_t day)
{
    const struct place *place = (const struct place *)(const void *)f->places.p;
    bool placed = false, here = false;

    if (m->gone != 0 && m->gone <= day)
        return false;
    for (size_t i = 0; i < f->places.n / sizeof(*place); i++) {
        if (!id_equal(&place[i].member, &m->id))
            continue;
        placed = true;
        here = here || (place[i].here && place[i].from <= day && (place[i].to == 0 || place[i].to > day));
    }
    return placed ? here : m->here;
}

/* --- all of them --- */

enum err figures_load(struct figures *f, struct print *p, const struct id *org)
{
    static const struct {
        const char *kind;
        replica_visit *visit;
    } loads[] = {
        {"meeting", meeting_visit}, {"attendance", mark_visit}, {"fee_payment", payment_visit},
        {"member", member_visit}, {"membership", place_visit},
    };
    struct loading l = {.f = f, .p = p};
    enum err e;

    memset(f, 0, sizeof(*f));
    f->org = *org;
    e = alike_doubtful(p->book, "fee_payment", &l.doubtful);
    for (size_t i = 0; e == ERR_OK && i < ARRAY_LEN(loads); i++)
        e = replica_each(book_txn(p->book), &p->book->replica, schema_kind_named(loads[i].kind)->number, loads[i].visit,
                         &l);
    count_held(&l);
    buf_deinit(&l.meetings);
    buf_deinit(&l.doubtful);
    return e;
}

void figures_deinit(struct figures *f)
{
    buf_deinit(&f->counts);
    buf_deinit(&f->members);
    buf_deinit(&f->places);
}

void figures_of(const struct figures *f, uint32_t period, int64_t value[FIGURES])
{
    const struct counted *row = (const struct counted *)(const void *)f->counts.p;
    const struct member *member = (const struct member *)(const void *)f->members.p;
    uint32_t first = period_first_day(period), last = period_last_day(period);

    memset(value, 0, FIGURES * sizeof(*value));
    for (size_t i = 0; i < f->counts.n / sizeof(*row); i++)
        if (period_first_day(row[i].month) >= first && period_last_day(row[i].month) <= last)
            value[row[i].which] += row[i].n;
    for (size_t i = 0; i < f->members.n / sizeof(*member); i++)
        value[FIGURE_MEMBERS] += is_member(f, &member[i], last);
}

/* --- as text --- */

bool figures_line(struct bytes *text, struct bytes *line)
{
    const uint8_t *end = text->n > 0 ? memchr(text->p, '\n', text->n) : NULL;
    size_t n = end != NULL ? (size_t)(end - text->p) : text->n;

    if (text->n == 0)
        return false;
    *line = bytes_of(text->p, n);
    *text = bytes_cut(*text, n + (end != NULL));
    return true;
}

static bool is_name(const struct buf *key, const char *name)
{
    struct buf other = {0};
    bool same = text_key(bytes_of_str(name), &other) == ERR_OK && bytes_equal(buf_bytes(key), buf_bytes(&other));

    buf_deinit(&other);
    return same;
}

static bool parse_number(struct bytes text, int64_t *value)
{
    bool minus = false, digits = false;

    *value = 0;
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.p[i];
        if (c == '-' && !digits && !minus) {
            minus = true;
        } else if (c >= '0' && c <= '9' && *value <= SCHEMA_MONEY_MAX) {
            *value = *value * 10 + (c - '0');
            digits = true;
        } else if (c != ' ' && !(c == '.' && digits)) {
            return false;
        }
    }
    *value = minus ? -*value : *value;
    return digits;
}

bool figures_parse(struct bytes line, enum figure *which, int64_t *value)
{
    const uint8_t *equals = line.n > 0 ? memchr(line.p, '=', line.n) : NULL;
    size_t n = equals == NULL ? 0 : (size_t)(equals - line.p);
    struct buf key = {0};
    bool found = false;

    if (n == 0 || n > NAME_BYTES_MAX || text_key(bytes_of(line.p, n), &key) != ERR_OK ||
        !parse_number(bytes_cut(line, n + 1), value)) {
        buf_deinit(&key);
        return false;
    }
    for (size_t i = 0; !found && i < FIGURES; i++) {
        *which = (enum figure)i;
        found = is_name(&key, table[i].name) || is_name(&key, _(table[i].label));
    }
    buf_deinit(&key);
    return found;
}
