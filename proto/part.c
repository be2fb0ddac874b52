/* part.c - see part.h. */
#include <stdlib.h>

#include "change.h"
#include "mp.h"
#include "part.h"
#include "settle.h"
#include "versions.h"

#define CHUNK_MIN 2048 /* a fresh record of a dozen short fields fits */
#define CHUNK_HERE 960 /* of one that borrows its bytes: as much as the C library hands out quickest */
#define WORD 8         /* alignment of all that the arena gives */

struct chunk {
    struct chunk *next;
    size_t size, used;
    uint64_t data[];
};

static_assert(_Alignof(struct candidate) <= WORD && _Alignof(struct entry) <= WORD, "arena alignment");

static struct chunk *chunk_add(struct part *p, size_t size)
{
    struct chunk *more = mem_alloc(sizeof(*more) + size);

    more->next = p->arena;
    more->size = size;
    p->arena = more;
    return more;
}

void *part_take(struct part *p, size_t n)
{
    struct chunk *c = p->arena;

    n = (n + WORD - 1) / WORD * WORD;
    if (c == NULL || c->size - c->used < n) {
        size_t size = c == NULL ? CHUNK_MIN : 2 * c->size;
        while (size < n)
            size *= 2;
        c = chunk_add(p, size);
    }
    void *at = (uint8_t *)c->data + c->used;
    c->used += n;
    return at;
}

struct bytes part_copy(struct part *p, struct bytes b)
{
    uint8_t *at = part_take(p, b.n);

    if (b.n > 0)
        memcpy(at, b.p, b.n);
    return bytes_of(at, b.n);
}

void *part_grow(struct part *p, void *old, size_t count, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap)
        return old;
    size_t more = need > 2 * *cap ? need : 2 * *cap;
    void *at = part_take(p, more * size);
    if (count > 0)
        memcpy(at, old, count * size);
    *cap = more;
    return at;
}

void part_init(struct part *p)
{
    *p = (struct part){0};
}

void part_deinit(struct part *p)
{
    struct chunk *c = p->arena;

    while (c != NULL) {
        struct chunk *next = c->next;
        free(c);
        c = next;
    }
    *p = (struct part){0};
}

/* ---- bytes: part_encode and part_decode mirror each other ---- */

#define CHANGE_SIZE 8 /* u32 leaf index, u32 position */

void part_encode(const struct part *p, struct buf *out)
{
    struct buf changes = {0};

    mp_put_array(out, 3);
    mp_put_uint(out, p->kind);
    mp_put_array(out, 2 * p->entries);
    for (size_t i = 0; i < p->entries; i++) {
        const struct entry *e = &p->entry[i];
        bool owner = TAG_CLASS(e->tag) == MERGE_OWNER;
        mp_put_uint(out, e->tag);
        mp_put_array(out, e->count);
        for (size_t j = 0; j < e->count; j++) {
            const struct candidate *c = &e->candidate[j];
            mp_put_array(out, (owner ? 3u : 2u) + (c->settled.n > 0));
            mp_put_bin(out, c->versions.p, c->versions.n);
            mp_put_raw(out, c->value);
            if (owner)
                mp_put_uint(out, c->owns);
            if (c->settled.n > 0)
                mp_put_raw(out, c->settled);
        }
    }
    for (size_t i = 0; i < p->changes; i++) {
        buf_put_u32(&changes, p->change[i].leaf);
        buf_put_u32(&changes, p->change[i].position);
    }
    mp_put_bin(out, changes.p, changes.n);
    buf_deinit(&changes);
}

static void entry_decode(struct part *p, struct entry *e, struct mp *r)
{
    e->tag = (uint32_t)mp_uint(r, UINT32_MAX);
    bool owner = TAG_CLASS(e->tag) == MERGE_OWNER;
    bool settles = TAG_CLASS(e->tag) != MERGE_UNION && TAG_CLASS(e->tag) != MERGE_IMMUTABLE;
    size_t count = mp_array(r, CANDIDATES_MAX);
    if (count == 0 || TAG_CLASS(e->tag) > MERGE_IMMUTABLE)
        mp_fail(r, ERR_DAMAGED);
    if (mp_error(r) != ERR_OK)
        return;
    e->candidate = part_grow(p, NULL, 0, &e->cap, count, sizeof(*e->candidate));
    for (; e->count < count; e->count++) {
        struct candidate *c = &e->candidate[e->count];
        size_t items = mp_array(r, owner ? 4 : 3), least = owner ? 3 : 2;
        c->versions = mp_bin(r, SIZE_MAX);
        c->value = mp_raw(r);
        c->owns = owner ? (uint8_t)mp_uint(r, 1) : 0;
        c->settled = items > least && settles ? settle_decode(r) : bytes_of(NULL, 0);
        if (items < least || (items > least && !settles))
            mp_fail(r, ERR_DAMAGED);
        if (mp_error(r) != ERR_OK)
            return;
        if (!versions_ascend(c->versions))
            mp_fail(r, ERR_DAMAGED);
    }
}

static void changes_decode(struct part *p, struct mp *r)
{
    struct bytes changes = mp_bin(r, SIZE_MAX);

    if (mp_error(r) != ERR_OK)
        return;
    if (changes.n == 0 || changes.n % CHANGE_SIZE != 0) {
        mp_fail(r, ERR_DAMAGED);
        return;
    }
    size_t count = changes.n / CHANGE_SIZE;
    p->change = part_grow(p, NULL, 0, &p->changes_cap, count, sizeof(*p->change));
    for (; p->changes < count; p->changes++) {
        const uint8_t *at = changes.p + p->changes * CHANGE_SIZE;
        p->change[p->changes] = (struct part_change){load_u32(at), load_u32(at + 4)};
    }
}

/* p is fresh; it borrows. */
static enum err decode(struct part *p, struct bytes encoded)
{
    struct mp r;

    mp_open(&r, encoded);
    mp_expect_array(&r, 3);
    p->kind = (uint32_t)mp_uint(&r, KIND_MAX);
    size_t items = mp_array(&r, 2 * PART_TAGS_MAX);
    if (items % 2 != 0)
        mp_fail(&r, ERR_DAMAGED);
    if (mp_error(&r) == ERR_OK)
        p->entry = part_grow(p, NULL, 0, &p->entries_cap, items / 2, sizeof(*p->entry));
    for (; mp_error(&r) == ERR_OK && p->entries < items / 2; p->entries++) {
        struct entry *e = &p->entry[p->entries];
        *e = (struct entry){0};
        entry_decode(p, e, &r);
        if (p->entries > 0 && e->tag <= e[-1].tag)
            mp_fail(&r, ERR_DAMAGED);
    }
    changes_decode(p, &r);
    if (mp_close(&r) == ERR_OK)
        return ERR_OK;
    part_deinit(p);
    return ERR_DAMAGED;
}

enum err part_decode(struct part *p, struct bytes encoded)
{
    part_init(p);
    return decode(p, part_copy(p, encoded));
}

enum err part_decode_here(struct part *p, struct bytes encoded)
{
    part_init(p);
    (void)chunk_add(p, CHUNK_HERE);
    return decode(p, encoded);
}
