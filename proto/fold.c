/* fold.c - protocol.md section 5, rule by rule. What a rule replaces stays in the part's arena as waste. */
#include "fold.h"

#include "mp.h"
#include "settle.h"
#include "versions.h"

/* ---- versions ---- */

static void versions_add(struct part *p, struct bytes *versions, const struct version *v)
{
    bool found;
    size_t at = versions_find(*versions, v->b, &found);

    if (found)
        return;
    uint8_t *more = part_take(p, versions->n + VERSION_SIZE);
    memcpy(more + at, v->b, VERSION_SIZE);
    if (versions->n > 0) {
        memcpy(more, versions->p, at);
        memcpy(more + at + VERSION_SIZE, versions->p + at, versions->n - at);
    }
    *versions = bytes_of(more, versions->n + VERSION_SIZE);
}

static void versions_take(struct part *p, struct bytes *versions, struct bytes gone)
{
    if (!versions_meet(*versions, gone))
        return;
    uint8_t *left = part_take(p, versions->n);
    size_t n = 0;
    for (size_t i = 0; i < versions->n; i += VERSION_SIZE) {
        if (!versions_has(gone, versions->p + i)) {
            memcpy(left + n, versions->p + i, VERSION_SIZE);
            n += VERSION_SIZE;
        }
    }
    *versions = bytes_of(left, n);
}

/* ---- entries and candidates ---- */

static size_t entry_find(const struct part *p, uint32_t tag, bool *found)
{
    size_t low = 0, high = p->entries;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (p->entry[middle].tag < tag)
            low = middle + 1;
        else
            high = middle;
    }
    *found = low < p->entries && p->entry[low].tag == tag;
    return low;
}

const struct entry *fold_entry(const struct part *p, uint32_t tag)
{
    bool found;
    size_t at = entry_find(p, tag, &found);

    return found ? &p->entry[at] : NULL;
}

static void entry_insert(struct part *p, size_t at, uint32_t tag)
{
    p->entry = part_grow(p, p->entry, p->entries, &p->entries_cap, p->entries + 1, sizeof(*p->entry));
    memmove(p->entry + at + 1, p->entry + at, (p->entries - at) * sizeof(*p->entry));
    p->entry[at] = (struct entry){.tag = tag};
    p->entries++;
}

static void entry_remove(struct part *p, size_t at)
{
    p->entries--;
    memmove(p->entry + at, p->entry + at + 1, (p->entries - at) * sizeof(*p->entry));
}

/* e->count when no candidate has this value; canonical bytes are equal exactly when values are. */
static size_t candidate_find(const struct entry *e, struct bytes value)
{
    size_t at = 0;

    while (at < e->count && !bytes_equal(e->candidate[at].value, value))
        at++;
    return at;
}

static void candidate_remove(struct entry *e, size_t at)
{
    e->count--;
    memmove(e->candidate + at, e->candidate + at + 1, (e->count - at) * sizeof(*e->candidate));
}

static void candidate_insert(struct part *p, struct entry *e, size_t at, const struct candidate *c)
{
    if (at == CANDIDATES_MAX)
        return;
    if (e->count == CANDIDATES_MAX)
        e->count--;
    e->candidate = part_grow(p, e->candidate, e->count, &e->cap, e->count + 1, sizeof(*e->candidate));
    memmove(e->candidate + at + 1, e->candidate + at, (e->count - at) * sizeof(*e->candidate));
    e->candidate[at] = *c;
    e->count++;
}

static struct candidate candidate_new(struct part *p, struct bytes value, const struct version *v, uint8_t owns)
{
    return (struct candidate){
        .versions = part_copy(p, bytes_of(v->b, VERSION_SIZE)), .value = part_copy(p, value), .owns = owns};
}

/* ---- sections 5.2 and 5.3 ---- */

/* One change on its way into a part. */
struct folded {
    uint32_t fold; /* version */
    const struct version *v;
    uint8_t owns;
    struct bytes again; /* versions of the resolutions that this change settles once more */
};

/* What one triple did to the candidates that were there. */
struct effect {
    size_t covered, replaced;
    bool joins; /* a resolution of the same conflict says the same */
    struct settle settled;
};

/* In class 1 an owner's value is covered by an owner only: what another writes stands beside it as a proposal. */
static bool is_covered(const struct candidate *c, struct bytes base, uint8_t owns)
{
    return c->owns <= owns && versions_meet(c->versions, base);
}

static bool is_again(const struct candidate *c, struct bytes base, const struct folded *f)
{
    return !is_covered(c, base, f->owns) && is_covered(c, f->again, f->owns);
}

static void remember(const struct entry *e, struct bytes base, const struct triple *t, const struct folded *f,
                     struct effect *x)
{
    for (size_t i = 0; i < e->count; i++) {
        if (is_covered(&e->candidate[i], base, f->owns))
            settle_candidate(&x->settled, &e->candidate[i]);
    }
    for (size_t i = 0; i < e->count; i++) {
        const struct candidate *c = &e->candidate[i];
        if (!is_again(c, base, f) || bytes_equal(c->value, t->value))
            continue;
        settle_groups(&x->settled, c->settled);
        settle_versions(&x->settled, c->versions);
    }
}

/* Rule 1. */
static void drop_covered(struct entry *e, const struct triple *t, const struct folded *f, struct effect *x)
{
    struct bytes base = t->base;
    size_t kept = 0;

#ifdef BUG_7 /* planted (tests/bugs_test.sh): what the author saw does not count */
    base.n = 0;
#endif
    if (base.n == 0 && f->again.n == 0)
        return;
    for (size_t i = 0; i < e->count; i++) {
        const struct candidate *c = &e->candidate[i];
        bool again = is_again(c, base, f), same = again && bytes_equal(c->value, t->value);
        x->covered += is_covered(c, base, f->owns);
        x->replaced += again && !same;
        x->joins = x->joins || same;
    }
    if (f->fold >= FOLD_SETTLES && (x->covered >= 2 || x->replaced > 0))
        remember(e, base, t, f, x);
    for (size_t i = 0; i < e->count; i++) {
        const struct candidate *c = &e->candidate[i];
        if (!is_covered(c, base, f->owns) && !(is_again(c, base, f) && !bytes_equal(c->value, t->value)))
            e->candidate[kept++] = *c;
    }
    e->count = kept;
}

/* The value was there already: by somebody who did not settle anything, and then it is a resolution's no more. */
static struct bytes settled_joined(struct part *p, const struct candidate *c, const struct effect *x)
{
    struct settle all = {0};

    if (x->covered < 2 && x->replaced == 0 && !x->joins)
        return bytes_of(NULL, 0);
    settle_groups(&all, c->settled);
    for (size_t i = 0; i < x->settled.groups; i++)
        settle_versions(&all, bytes_of(x->settled.group[i].versions, x->settled.group[i].n));
    return settle_encode(&all, p);
}

/* Rule 3: where a candidate goes that no other equals. */
static size_t place_of(const struct entry *e, const struct candidate *c)
{
    size_t at = 0;

    switch ((enum merge_class)TAG_CLASS(e->tag)) {
    case MERGE_LATER:
    case MERGE_ASK:
        return 0;
    case MERGE_OWNER:
        while (at < e->count && e->candidate[at].owns > c->owns)
            at++;
        return at;
    case MERGE_MONOTONE:
        while (at < e->count && mp_compare(e->candidate[at].value, c->value) >= 0)
            at++;
        return at;
    case MERGE_UNION:
    case MERGE_SERIAL:
    case MERGE_IMMUTABLE:
        break;
    }
    return e->count;
}

static void fold_value(struct part *p, struct entry *e, const struct triple *t, const struct folded *f)
{
    uint32_t merge = TAG_CLASS(e->tag);
    struct effect x = {0};
    struct candidate c;

    if (merge != MERGE_IMMUTABLE)
        drop_covered(e, t, f, &x);
    size_t same = candidate_find(e, t->value);
    if (same == e->count) {
        c = candidate_new(p, t->value, f->v, merge == MERGE_OWNER ? f->owns : 0);
        c.settled = settle_encode(&x.settled, p);
    } else {
        versions_add(p, &e->candidate[same].versions, f->v);
        e->candidate[same].settled = settled_joined(p, &e->candidate[same], &x);
        if (merge != MERGE_LATER && merge != MERGE_ASK && merge != MERGE_OWNER)
            return;
        c = e->candidate[same];
        if (merge == MERGE_OWNER && f->owns > c.owns)
            c.owns = f->owns;
        candidate_remove(e, same);
    }
    candidate_insert(p, e, place_of(e, &c), &c);
}

/* ---- section 5.4 ---- */

static void union_add(struct part *p, struct entry *e, struct bytes element, const struct version *v)
{
    size_t same = candidate_find(e, element);

    if (same < e->count) {
        versions_add(p, &e->candidate[same].versions, v);
    } else if (e->count < CANDIDATES_MAX) {
        struct candidate c = candidate_new(p, element, v, 0);
        candidate_insert(p, e, e->count, &c);
    }
}

static void union_take(struct part *p, struct entry *e, size_t at, struct bytes base)
{
    versions_take(p, &e->candidate[at].versions, base);
    if (e->candidate[at].versions.n == 0)
        candidate_remove(e, at);
}

static void fold_union(struct part *p, struct entry *e, enum op op, const struct triple *t, const struct version *v)
{
    struct mp r;

    mp_open(&r, t->value);
    if (mp_nil(&r)) {
        for (size_t i = op == OP_REMOVE ? e->count : 0; i > 0; i--)
            union_take(p, e, i - 1, t->base);
    } else {
        for (size_t left = mp_array(&r, MP_ELEMENTS_MAX); left > 0; left--) {
            struct bytes element = mp_raw(&r);
            size_t at = candidate_find(e, element);
            if (op != OP_REMOVE)
                union_add(p, e, element, v);
            else if (at < e->count)
                union_take(p, e, at, t->base);
        }
    }
    enum err bad = mp_close(&r);
    assert(bad == ERR_OK); /* change_decode lets only nil and arrays through */
    (void)bad;
}

/* ---- section 5.6 ---- */

/* Of op 7 all but the state says what its author saw: the change's version joins those values, nothing is written. */
static bool is_witness(const struct change *c, const struct triple *t)
{
    return c->op == OP_CLOSE && t->tag != TAG_STATE;
}

static void fold_witness(struct part *p, const struct triple *t, const struct version *v)
{
    bool found;
    size_t at = entry_find(p, t->tag, &found);

    for (size_t i = 0; found && i < p->entry[at].count; i++)
        if (versions_meet(p->entry[at].candidate[i].versions, t->base))
            versions_add(p, &p->entry[at].candidate[i].versions, v);
}

/* ---- a change ---- */

/* The resolutions on which this change is another one: its author saw two candidates of what they settled. */
static struct bytes settled_again(struct part *p, const struct change *c, uint8_t owns)
{
    struct bytes again = {0};

    for (size_t i = 0; i < c->count; i++) {
        const struct triple *t = &c->triple[i];
        const struct entry *e = t->base.n == 0 || is_witness(c, t) ? NULL : fold_entry(p, t->tag);
        for (size_t k = 0; e != NULL && k < e->count; k++) {
            const struct candidate *r = &e->candidate[k];
            if (r->owns > owns || !settle_meets(r->settled, t->base))
                continue;
            for (size_t at = 0; at < r->versions.n; at += VERSION_SIZE)
                versions_add(p, &again, (const struct version *)(const void *)(r->versions.p + at));
        }
    }
    return again;
}

bool fold_change(struct part *p, uint32_t fold, const struct change *c, const struct version *v, bool owns,
                 uint32_t leaf, uint32_t position)
{
    struct folded f = {.fold = fold, .v = v, .owns = owns};

    if (p->changes > 0 && p->kind != c->kind)
        return false;
    p->kind = c->kind;
    p->change = part_grow(p, p->change, p->changes, &p->changes_cap, p->changes + 1, sizeof(*p->change));
    p->change[p->changes++] = (struct part_change){leaf, position};
    p->entry = part_grow(p, p->entry, p->entries, &p->entries_cap, p->entries == 0 ? c->count : 1,
                          sizeof(*p->entry));
    f.again = settled_again(p, c, owns);
    for (size_t i = 0; i < c->count; i++) {
        const struct triple *t = &c->triple[i];
        bool found;
        size_t at = entry_find(p, t->tag, &found);
        assert(TAG_CLASS(t->tag) <= MERGE_IMMUTABLE);
        if (is_witness(c, t)) {
            fold_witness(p, t, f.v);
            continue;
        }
        if (!found && p->entries == PART_TAGS_MAX)
            continue;
        if (!found)
            entry_insert(p, at, t->tag);
        if (TAG_CLASS(t->tag) == MERGE_UNION)
            fold_union(p, &p->entry[at], c->op, t, v);
        else
            fold_value(p, &p->entry[at], t, &f);
        if (p->entry[at].count == 0)
            entry_remove(p, at);
    }
    return true;
}

bool fold_in_conflict(const struct part *p)
{
    for (size_t i = 0; i < p->entries; i++) {
        if (TAG_CLASS(p->entry[i].tag) != MERGE_UNION && p->entry[i].count > 1)
            return true;
    }
    return false;
}

/* ---- what an author saw ---- */

/* False: out is full. out holds one base and nothing else. */
static bool base_add(struct buf *out, const uint8_t *v)
{
    bool found;
    size_t at = versions_find(buf_bytes(out), v, &found);

    if (found)
        return true;
    if (out->n >= BASE_VERSIONS_MAX * VERSION_SIZE)
        return false;
    buf_grow(out, VERSION_SIZE);
    memmove(out->p + at + VERSION_SIZE, out->p + at, out->n - at - VERSION_SIZE);
    memcpy(out->p + at, v, VERSION_SIZE);
    return true;
}

bool fold_base_version(const struct version *v, struct buf *out)
{
    return base_add(out, v->b);
}

void fold_base(const struct entry *e, struct buf *out)
{
    bool more = e != NULL;

    /* One version covers a candidate, so each gives its first before any gives its second. */
    for (size_t at = 0; more; at += VERSION_SIZE) {
        more = false;
        for (size_t i = 0; i < e->count; i++) {
            if (at < e->candidate[i].versions.n)
                more = base_add(out, e->candidate[i].versions.p + at) || more;
        }
    }
}

bool fold_base_element(const struct entry *e, struct bytes element, struct buf *out)
{
    size_t i = e == NULL ? 0 : candidate_find(e, element);
    bool all = true;

    if (e == NULL || i == e->count)
        return true;
    for (size_t at = 0; at < e->candidate[i].versions.n; at += VERSION_SIZE)
        all = base_add(out, e->candidate[i].versions.p + at) && all;
    return all;
}

/* ---- section 5.5 ---- */

static void accumulate(uint8_t accumulator[FOLD_ACCUMULATOR_SIZE], const struct id *record, struct bytes part, bool add)
{
    static const uint8_t format = 1;
    uint8_t key[KEY_SIZE], numbers[FOLD_ACCUMULATOR_SIZE];
    uint16_t sums[FOLD_ACCUMULATOR_SIZE / 2];
    struct bytes pieces[] = {bytes_of("chibo1/state", sizeof("chibo1/state")), bytes_of(&format, 1),
                             bytes_of(record->b, ID_SIZE), part};

    crypto_blake2b(key, KEY_SIZE, bytes_of(NULL, 0), pieces, ARRAY_LEN(pieces));
    crypto_expand(numbers, key);
    if (add) {
        for (size_t i = 0; i < ARRAY_LEN(sums); i++)
            sums[i] = buf_little((uint16_t)(buf_little_at(accumulator + 2 * i) + buf_little_at(numbers + 2 * i)));
    } else {
        for (size_t i = 0; i < ARRAY_LEN(sums); i++)
            sums[i] = buf_little((uint16_t)(buf_little_at(accumulator + 2 * i) - buf_little_at(numbers + 2 * i)));
    }
    memcpy(accumulator, sums, sizeof(sums));
}

void fold_digest_add(uint8_t accumulator[FOLD_ACCUMULATOR_SIZE], const struct id *record, struct bytes encoded_part)
{
    accumulate(accumulator, record, encoded_part, true);
}

void fold_digest_remove(uint8_t accumulator[FOLD_ACCUMULATOR_SIZE], const struct id *record, struct bytes encoded_part)
{
    accumulate(accumulator, record, encoded_part, false);
}

struct hash fold_digest(const uint8_t accumulator[FOLD_ACCUMULATOR_SIZE])
{
    struct hash h;
    struct bytes pieces[] = {bytes_of("chibo1/digest", sizeof("chibo1/digest")),
                             bytes_of(accumulator, FOLD_ACCUMULATOR_SIZE)};

    crypto_blake2b(h.b, HASH_SIZE, bytes_of(NULL, 0), pieces, ARRAY_LEN(pieces));
    return h;
}
