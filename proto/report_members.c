/* report_members.c - who belonged where on a day; see report_rows.h. */
#include <stdlib.h>

#include "report_rows.h"
#include "transfer.h"

enum { FULL = 1, PROBATIONARY = 2, TEMP_OUT = 4 }; /* of membership_type */

struct person {
    struct id id;
    uint32_t gone; /* left or died on; 0: neither */
    size_t cell;   /* of the record */
};

struct place {
    struct id member;
    size_t cell;
    uint32_t from, to;
    bool main;    /* full or probationary; of another type it says that he counts elsewhere */
    bool away;    /* for a time with others: it is known where he is */
    bool reason;  /* somebody said why it ended */
};

/* He was introduced to another cell; until the line is closed, he counts where he was. */
struct way {
    struct id member;
    uint32_t left, closed;
};

static uint32_t day_of(const struct report_record *x, const char *field)
{
    uint64_t day;

    return report_uint(x, schema_field_named(x->kind, field), &day) ? (uint32_t)day : 0;
}

static void person_add(struct report_members *m, const struct report_record *x)
{
    const uint32_t left = day_of(x, "left"), died = day_of(x, "died");
    struct person p = {.id = x->record, .cell = x->cell};

    p.gone = left == 0 || (died != 0 && died < left) ? died : left;
    if (report_entry(x, schema_field_named(x->kind, "given_name")) != NULL)
        buf_put(&m->persons, &p, sizeof(p));
}

/* Of a month or a year it is the last. */
static uint32_t last_of(uint32_t day)
{
    return day == 0 ? 0 : day % 10000 == 0 ? day + 1231 : day % 100 == 0 ? day + 31 : day;
}

static void place_add(struct report_members *m, const struct report_record *x)
{
    struct place p = {.cell = x->cell, .from = day_of(x, "from"), .to = last_of(day_of(x, "to"))};
    uint64_t type;

    if (p.from == 0 || !report_id(x, schema_field_named(x->kind, "member"), &p.member) ||
        !report_uint(x, schema_field_named(x->kind, "type"), &type))
        return;
    p.main = type == FULL || type == PROBATIONARY;
    p.away = type == TEMP_OUT;
    p.reason = report_entry(x, schema_field_named(x->kind, "reason")) != NULL;
    buf_put(&m->places, &p, sizeof(p));
}

static void way_add(struct report_members *m, const struct report_record *x)
{
    struct way w = {.left = day_of(x, "left"), .closed = day_of(x, "closed")};
    uint64_t way;

    if (report_uint(x, schema_field_named(x->kind, "way"), &way) && way == TRANSFER_OUT &&
        report_id(x, schema_field_named(x->kind, "member"), &w.member))
        buf_put(&m->ways, &w, sizeof(w));
}

void report_members_add(struct report_members *m, const struct report_record *x)
{
    if (strcmp(x->kind->name, "member") == 0)
        person_add(m, x);
    else if (strcmp(x->kind->name, "membership") == 0)
        place_add(m, x);
    else if (strcmp(x->kind->name, "transfer") == 0)
        way_add(m, x);
}

static int by_member(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    const int order = id_compare(&x->member, &y->member);

    return order != 0 ? order : x->from != y->from ? (x->from < y->from ? -1 : 1) : 0;
}

static int by_id(const void *a, const void *b)
{
    return id_compare(&((const struct person *)a)->id, &((const struct person *)b)->id);
}

/* Whoever was linked with another counts once, as the smallest of them, gone if one of them is; whoever has a place
 * somewhere is nowhere by his record. */
void report_members_close(struct report_members *m, const struct report_same *s)
{
    struct person *p = (struct person *)(void *)m->persons.p;
    struct place *at = (struct place *)(void *)m->places.p;
    struct way *w = (struct way *)(void *)m->ways.p;
    size_t n = m->persons.n / sizeof(*p), places = m->places.n / sizeof(*at), kept = 0;

    for (size_t i = 0; i < m->ways.n / sizeof(*w); i++)
        w[i].member = report_same_leader(s, &w[i].member);
    for (size_t i = 0; i < places; i++)
        at[i].member = report_same_leader(s, &at[i].member);
    if (places > 0)
        qsort(at, places, sizeof(*at), by_member);
    if (n > 0)
        qsort(p, n, sizeof(*p), by_id);
    for (size_t i = 0; i < n; i++) {
        const struct id leader = report_same_leader(s, &p[i].id);
        if (id_equal(&leader, &p[i].id))
            p[kept++] = p[i];
    }
    m->persons.n = kept * sizeof(*p);
}

void report_members_deinit(struct report_members *m)
{
    buf_deinit(&m->persons);
    buf_deinit(&m->places);
    buf_deinit(&m->ways);
}

/* The first of his places; they stand together. */
static const struct place *places_of(const struct report_members *m, const struct id *member, size_t *count)
{
    const struct place *all = (const struct place *)(const void *)m->places.p;
    size_t n = m->places.n / sizeof(*all), low = 0, high = n;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (id_compare(&all[middle].member, member) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (*count = 0; low + *count < n && id_equal(&all[low + *count].member, member);)
        ++*count;
    return *count > 0 ? &all[low] : NULL;
}

/* This place was his last and is over. By the register of introductions, or because nobody said why it ended
 * (transfer.h), he is on his way. */
static bool is_on_the_way(const struct report_members *m, const struct place *last, bool away, uint32_t day)
{
    const struct way *w = (const struct way *)(const void *)m->ways.p;

    for (size_t i = 0; i < m->ways.n / sizeof(*w); i++)
        if (id_equal(&w[i].member, &last->member) && w[i].left >= last->from && w[i].left <= day)
            return w[i].closed == 0 || w[i].closed > day;
    return !last->reason && !away && last->to >= transfer_carried(day);
}

static bool is_here(const struct report_members *m, const struct person *p, size_t cell, uint32_t day)
{
    size_t n;
    const struct place *at = places_of(m, &p->id, &n), *last = NULL;
    bool elsewhere = false, away = false;

    if (at == NULL)
        return p->cell == cell;
    for (size_t i = 0; i < n; i++) {
        const bool over = at[i].to != 0 && at[i].to < day;
        if (at[i].main && at[i].from <= day && !over && at[i].cell == cell)
            return true;
        elsewhere = elsewhere || (at[i].main && at[i].from <= day && !over);
        away = away || (at[i].away && at[i].from <= day && !over);
        if (at[i].main && over && (last == NULL || at[i].to >= last->to))
            last = &at[i];
    }
    return !elsewhere && last != NULL && last->cell == cell && is_on_the_way(m, last, away, day);
}

static bool counts(const struct report_members *m, const struct person *p, size_t cell, uint32_t day)
{
    return (p->gone == 0 || p->gone > day) && is_here(m, p, cell, day);
}

bool report_members_has(const struct report_members *m, size_t cell, const struct id *member, uint32_t day)
{
    const struct person *all = (const struct person *)(const void *)m->persons.p, wanted = {.id = *member};
    const size_t n = m->persons.n / sizeof(*all);
    const struct person *p = n == 0 ? NULL : bsearch(&wanted, all, n, sizeof(*all), by_id);

    return p != NULL && counts(m, p, cell, day);
}

int64_t report_members_count(const struct report_members *m, size_t cell, uint32_t day)
{
    const struct person *p = (const struct person *)(const void *)m->persons.p;
    int64_t count = 0;

    for (size_t i = 0; i < m->persons.n / sizeof(*p); i++)
        count += counts(m, &p[i], cell, day);
    return count;
}
