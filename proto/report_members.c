/* report_members.c - who belonged where on a day; see report_rows.h. */
#include <stdlib.h>

#include "report_rows.h"

enum { FULL = 1, PROBATIONARY = 2 }; /* of membership_type */

struct person {
    struct id id;
    uint32_t gone; /* left or died on; 0: neither */
    size_t cell;   /* of the record */
};

struct place {
    struct id member;
    size_t cell;
    uint32_t from, to;
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

void report_members_add(struct report_members *m, const struct report_record *x)
{
    struct place p = {.cell = x->cell, .from = 0};
    uint64_t type;

    if (strcmp(x->kind->name, "member") == 0) {
        person_add(m, x);
        return;
    }
    if (!report_id(x, schema_field_named(x->kind, "member"), &p.member) ||
        !report_uint(x, schema_field_named(x->kind, "type"), &type) || (type != FULL && type != PROBATIONARY))
        return;
    p.from = day_of(x, "from");
    p.to = day_of(x, "to");
    if (p.from != 0)
        buf_put(&m->places, &p, sizeof(p));
}

static int by_member(const void *a, const void *b)
{
    return id_compare(&((const struct place *)a)->member, &((const struct place *)b)->member);
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
    size_t n = m->persons.n / sizeof(*p), places = m->places.n / sizeof(*at), kept = 0;

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
}

static bool is_here(const struct report_members *m, const struct person *p, size_t cell, uint32_t day)
{
    const struct place *place = (const struct place *)(const void *)m->places.p, wanted = {.member = p->id};
    const size_t n = m->places.n / sizeof(*place);
    const struct place *at = n == 0 ? NULL : bsearch(&wanted, place, n, sizeof(*place), by_member);

    if (at == NULL)
        return p->cell == cell;
    while (at > place && id_equal(&at[-1].member, &p->id))
        at--;
    for (; at < place + n && id_equal(&at->member, &p->id); at++)
        if (at->cell == cell && at->from <= day && (at->to == 0 || at->to >= day))
            return true;
    return false;
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
