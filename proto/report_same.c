/* report_same.c - records that a person said are one, or are not; see report_rows.h. Who is one bears the name of the
 * smallest id, in whatever order they were linked. */
#include <stdlib.h>

#include "mp.h"
#include "report_rows.h"

struct pair {
    struct id first, second;
    bool same;
};

struct leader {
    struct id id, of;
};

void report_same_add(struct report_same *s, const struct report_record *x)
{
    struct pair p;
    uint64_t verdict;

    if (!report_id(x, schema_field_named(x->kind, "first"), &p.first) ||
        !report_id(x, schema_field_named(x->kind, "second"), &p.second) ||
        !report_uint(x, schema_field_named(x->kind, "verdict"), &verdict))
        return;
    p.same = verdict == schema_value_named(schema_field_named(x->kind, "verdict"), "same")->value;
    buf_put(&s->pairs, &p, sizeof(p));
    if (!p.same)
        return;
    buf_put(&s->leaders, &(struct leader){p.first, p.first}, sizeof(struct leader));
    buf_put(&s->leaders, &(struct leader){p.second, p.second}, sizeof(struct leader));
}

static int by_id(const void *a, const void *b)
{
    return id_compare(&((const struct leader *)a)->id, &((const struct leader *)b)->id);
}

static struct leader *find(const struct report_same *s, const struct id *id)
{
    const struct leader wanted = {.id = *id};

    return s->leaders.n == 0
               ? NULL
               : bsearch(&wanted, s->leaders.p, s->leaders.n / sizeof(struct leader), sizeof(struct leader), by_id);
}

/* Each link lets the smaller name spread, until none changes any more. */
void report_same_close(struct report_same *s)
{
    struct leader *l = (struct leader *)(void *)s->leaders.p;
    const struct pair *p = (const struct pair *)(const void *)s->pairs.p;
    size_t n = s->leaders.n / sizeof(*l), kept = 0;
    bool changed = n > 0;

    if (n > 0)
        qsort(l, n, sizeof(*l), by_id);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || !id_equal(&l[kept - 1].id, &l[i].id))
            l[kept++] = l[i];
    s->leaders.n = kept * sizeof(*l);
    while (changed) {
        changed = false;
        for (size_t i = 0; i < s->pairs.n / sizeof(*p); i++) {
            if (!p[i].same)
                continue;
            struct leader *a = find(s, &p[i].first), *b = find(s, &p[i].second);
            struct leader *high = id_compare(&a->of, &b->of) > 0 ? a : b;
            changed = changed || !id_equal(&a->of, &b->of);
            high->of = high == a ? b->of : a->of;
        }
    }
}

void report_same_deinit(struct report_same *s)
{
    buf_deinit(&s->pairs);
    buf_deinit(&s->leaders);
}

struct id report_same_leader(const struct report_same *s, const struct id *id)
{
    const struct leader *l = find(s, id);

    return l == NULL ? *id : l->of;
}

bool report_same_judged(const struct report_same *s, const struct id *a, const struct id *b)
{
    const struct pair *p = (const struct pair *)(const void *)s->pairs.p;
    const struct id one = report_same_leader(s, a), two = report_same_leader(s, b);

    for (size_t i = 0; i < s->pairs.n / sizeof(*p); i++)
        if ((id_equal(&p[i].first, a) && id_equal(&p[i].second, b)) ||
            (id_equal(&p[i].first, b) && id_equal(&p[i].second, a)))
            return true;
    return id_equal(&one, &two);
}
