/* past.c - see past.h. */
#include "past.h"

#include <stdlib.h>

#include "../proto/versions.h"

struct replay {
    struct past *past;
    struct part part;
    uint16_t scope_number;
    bool begun;
    size_t first; /* of this scope's values */
};

static struct past_value *grow(struct past *p)
{
    if (p->count == p->cap) {
        p->cap = p->cap == 0 ? 16 : 2 * p->cap;
        struct past_value *more = mem_alloc(p->cap * sizeof(*more));
        if (p->count > 0)
            memcpy(more, p->value, p->count * sizeof(*more));
        free(p->value);
        p->value = more;
    }
    memset(&p->value[p->count], 0, sizeof(*p->value));
    return &p->value[p->count++];
}

void past_deinit(struct past *p)
{
    for (size_t i = 0; i < p->count; i++) {
        buf_deinit(&p->value[i].base);
        buf_wipe_deinit(&p->value[i].value);
    }
    free(p->value);
    memset(p, 0, sizeof(*p));
}

static const struct candidate *holder_of(const struct part *p, uint32_t tag, const struct version *v, size_t *rank)
{
    const struct entry *e = fold_entry(p, tag);

    for (size_t i = 0; e != NULL && i < e->count; i++) {
        if (versions_has(e->candidate[i].versions, v->b)) {
            *rank = TAG_CLASS(tag) == MERGE_UNION ? 0 : i;
            return &e->candidate[i];
        }
    }
    return NULL;
}

/* Which values of this field stood before the step and do no longer: the step's author took their place. */
static void look(struct replay *r, const struct triple *t, size_t by, size_t before)
{
    struct past *past = r->past;
    size_t rank;

    for (size_t i = r->first; i < by; i++) {
        struct past_value *v = &past->value[i];
        if (v->tag != t->tag || v->fate > PAST_BESIDE || holder_of(&r->part, t->tag, &v->version, &rank) != NULL)
            continue;
        v->by = by;
        v->fate = !versions_has(t->base, v->version.b) && t->base.n > 0 ? PAST_REPLACED
                  : before > 1                                          ? PAST_SETTLED
                                                                        : PAST_COVERED;
        if (TAG_CLASS(t->tag) == MERGE_UNION)
            v->fate = PAST_NOTHING;
    }
}

static size_t standing(const struct part *p, uint32_t tag)
{
    const struct entry *e = fold_entry(p, tag);
    return e == NULL ? 0 : e->count;
}

static void replay_end(struct replay *r)
{
    for (size_t i = r->first; i < r->past->count; i++) {
        struct past_value *v = &r->past->value[i];
        size_t rank;
        if (v->fate > PAST_BESIDE)
            continue;
        if (holder_of(&r->part, v->tag, &v->version, &rank) == NULL)
            v->fate = PAST_NOTHING;
        else
            v->fate = rank == 0 ? PAST_COUNTS : PAST_BESIDE;
    }
    if (r->begun)
        part_deinit(&r->part);
    r->begun = false;
    r->first = r->past->count;
}

static bool step(void *arg, const struct scope *s, const struct history_change *h)
{
    struct replay *r = arg;
    const struct triple *triple[CHANGE_TRIPLES_MAX];
    size_t before[CHANGE_TRIPLES_MAX], at = r->past->count, written = 0;

    if (r->begun && r->scope_number != s->number)
        replay_end(r);
    if (!r->begun)
        part_init(&r->part);
    r->begun = true;
    r->scope_number = s->number;
    at = r->past->count;
    for (size_t i = 0; i < h->change.count; i++) {
        const struct triple *t = &h->change.triple[i];
        if (h->change.op == OP_CLOSE && t->tag != TAG_STATE)
            continue; /* seen, not written */
        struct past_value *v = grow(r->past);
        before[written] = standing(&r->part, t->tag);
        triple[written++] = t;
        v->version = h->version;
        v->tag = t->tag;
        v->scope_number = s->number;
        v->device = h->device;
        v->person = h->person;
        v->time = h->time;
        v->accepted = h->accepted;
        v->quality = h->quality;
        buf_put_bytes(&v->base, t->base);
        buf_put_bytes(&v->value, t->value);
    }
    if (h->change.count > 0)
        (void)fold_change(&r->part, h->fold, &h->change, &h->version, h->owns, (uint32_t)r->part.changes, 0);
    for (size_t i = 0; i < written; i++)
        look(r, triple[i], at + i, before[i]);
    return true;
}

enum err past_load(struct past *p, struct book *b, uint32_t kind, const struct id *record)
{
    struct replay r = {.past = p};

    memset(p, 0, sizeof(*p));
    enum err e = replica_history(book_txn(b), &b->replica, kind, record, step, &r);
    replay_end(&r);
    return e;
}

const struct past_value *past_find(const struct past *p, uint32_t tag, struct bytes version)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->value[i].tag == tag && memcmp(p->value[i].version.b, version.p, VERSION_SIZE) == 0)
            return &p->value[i];
    return NULL;
}

const struct past_value *past_of(const struct past *p, uint32_t tag, const struct candidate *c,
                                 const struct id *device)
{
    const struct past_value *found = NULL;

    for (size_t at = 0; at < c->versions.n; at += VERSION_SIZE) {
        const struct past_value *v = past_find(p, tag, bytes_of(c->versions.p + at, VERSION_SIZE));
        if (v != NULL && (found == NULL || id_equal(&v->device, device)))
            found = v;
    }
    return found;
}

/* Marks all that is behind the versions: what their authors saw, and what those had seen. */
static void mark_behind(const struct past *p, uint32_t tag, struct bytes versions, bool *mark)
{
    bool more = true;

    for (size_t at = 0; at < versions.n; at += VERSION_SIZE) {
        const struct past_value *v = past_find(p, tag, bytes_of(versions.p + at, VERSION_SIZE));
        if (v != NULL)
            mark[v - p->value] = true;
    }
    while (more) {
        more = false;
        for (size_t i = p->count; i-- > 0;) {
            for (size_t at = 0; mark[i] && at < p->value[i].base.n; at += VERSION_SIZE) {
                const struct past_value *v = past_find(p, tag, bytes_of(p->value[i].base.p + at, VERSION_SIZE));
                more = more || (v != NULL && !mark[v - p->value]);
                if (v != NULL)
                    mark[v - p->value] = true;
            }
        }
    }
}

const struct past_value *past_base(const struct past *p, const struct entry *e)
{
    bool *all = mem_alloc(p->count + 1), *one = mem_alloc(p->count + 1);
    const struct past_value *found = NULL;

    memset(all, true, p->count);
    for (size_t i = 0; i < e->count; i++) {
        memset(one, false, p->count);
        mark_behind(p, e->tag, e->candidate[i].versions, one);
        for (size_t k = 0; k < p->count; k++)
            all[k] = all[k] && one[k];
    }
    for (size_t k = p->count; found == NULL && k-- > 0;)
        if (all[k] && p->value[k].tag == e->tag)
            found = &p->value[k];
    free(all);
    free(one);
    return found;
}
