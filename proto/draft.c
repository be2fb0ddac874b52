/* draft.c - rows of drafts. */
#include "draft.h"

#include <stdlib.h>

#include "mp.h"

void draft_init(struct draft *d)
{
    memset(d, 0, sizeof *d);
}

void draft_deinit(struct draft *d)
{
    for (size_t i = 0; i < d->count; i++)
        buf_wipe_deinit(&d->item[i].body);
    free(d->item);
    memset(d, 0, sizeof *d);
}

struct draft_item *draft_add(struct draft *d)
{
    if (d->count == d->cap) {
        size_t cap = d->cap == 0 ? 4 : 2 * d->cap;
        struct draft_item *item = mem_alloc(cap * sizeof *item);

        if (d->count > 0)
            memcpy(item, d->item, d->count * sizeof *item);
        free(d->item);
        d->item = item;
        d->cap = cap;
    }
    memset(&d->item[d->count], 0, sizeof *d->item);
    return &d->item[d->count++];
}

void draft_remove(struct draft *d, size_t i)
{
    assert(i < d->count);
    buf_wipe_deinit(&d->item[i].body);
    memmove(&d->item[i], &d->item[i + 1], (d->count - i - 1) * sizeof *d->item);
    d->count--;
}

struct draft_item *draft_find(struct draft *d, const struct version *v)
{
    for (size_t i = 0; i < d->count; i++)
        if (memcmp(d->item[i].version.b, v->b, VERSION_SIZE) == 0)
            return &d->item[i];
    return NULL;
}

enum err draft_decode(struct draft *d, struct bytes row)
{
    struct mp r;
    size_t count;

    mp_open(&r, row);
    count = mp_array(&r, DRAFT_ITEMS_MAX);
    for (size_t i = 0; i < count && mp_error(&r) == ERR_OK; i++) {
        struct draft_item *item = draft_add(d);

        mp_expect_array(&r, 5);
        item->state = (enum draft_state)mp_uint(&r, DRAFT_HELD);
        item->number = (uint32_t)mp_uint(&r, UINT32_MAX);
        memcpy(item->version.b, mp_bin_exact(&r, VERSION_SIZE), VERSION_SIZE);
        item->owns = mp_uint(&r, 1) == 1;
        buf_put_bytes(&item->body, mp_bin(&r, CHANGE_BODY_MAX));
    }
    return mp_close(&r) == ERR_OK ? ERR_OK : ERR_DAMAGED;
}

enum err draft_load(struct txn *txn, uint32_t kind, const struct id *record, uint16_t number, struct draft *d)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf row = {0};
    enum err e = store_get(txn, TABLE_draft, scope_key_part(room, kind, record, number), &row);

    draft_init(d);
    if (e == ERR_OK)
        e = draft_decode(d, buf_bytes(&row));
    else if (e == ERR_NOT_FOUND)
        e = ERR_OK;
    buf_wipe_deinit(&row);
    return e;
}

enum err draft_save(struct txn *txn, uint32_t kind, const struct id *record, uint16_t number, const struct draft *d)
{
    uint8_t room[STORE_KEY_MAX];
    struct bytes key = scope_key_part(room, kind, record, number);
    struct buf row = {0};
    enum err e;

    if (d->count == 0)
        return store_del(txn, TABLE_draft, key);
    if (d->count > DRAFT_ITEMS_MAX)
        return ERR_TOO_LONG;
    mp_put_array(&row, d->count);
    for (size_t i = 0; i < d->count; i++) {
        const struct draft_item *item = &d->item[i];

        mp_put_array(&row, 5);
        mp_put_uint(&row, (uint64_t)item->state);
        mp_put_uint(&row, item->number);
        mp_put_bin(&row, item->version.b, VERSION_SIZE);
        mp_put_uint(&row, item->owns ? 1 : 0);
        mp_put_bin(&row, item->body.p, item->body.n);
    }
    e = store_put(txn, TABLE_draft, key, buf_bytes(&row));
    buf_wipe_deinit(&row);
    return e;
}

/* --- bases ------------------------------------------------------------------------------------------------ */

static int version_order(const void *a, const void *b)
{
    return memcmp(a, b, VERSION_SIZE);
}

/* The base with one version renamed, ascending again. room: BASE_VERSIONS_MAX versions. False: it is not in there. */
static bool base_rename(struct bytes *base, uint8_t *room, const struct version *old_version,
                        const struct version *new_version)
{
    bool found = false;

    memcpy(room, base->p, base->n);
    for (size_t i = 0; i < base->n; i += VERSION_SIZE)
        if (memcmp(room + i, old_version->b, VERSION_SIZE) == 0) {
            memcpy(room + i, new_version->b, VERSION_SIZE);
            found = true;
        }
    if (found) {
        qsort(room, base->n / VERSION_SIZE, VERSION_SIZE, version_order);
        *base = bytes_of(room, base->n);
    }
    return found;
}

void draft_rename(struct draft *d, const struct version *old_version, const struct version *new_version)
{
    for (size_t i = 0; i < d->count; i++) {
        uint8_t room[CHANGE_TRIPLES_MAX][BASE_VERSIONS_MAX * VERSION_SIZE];
        struct buf body = {0};
        struct change c;
        bool changed = false;

        if (d->item[i].state != DRAFT_UNSEALED || change_decode(&c, buf_bytes(&d->item[i].body)) != ERR_OK)
            continue;
        for (size_t t = 0; t < c.count; t++)
            changed = (c.triple[t].base.n > 0 &&
                       base_rename(&c.triple[t].base, room[t], old_version, new_version)) || changed;
        if (!changed)
            continue;
        change_encode(&c, &body);
        buf_wipe_deinit(&d->item[i].body);
        d->item[i].body = body;
    }
}

enum err draft_lay_over(const struct draft *d, struct part *p)
{
    for (size_t i = 0; i < d->count; i++) {
        struct change c;

        if (change_decode(&c, buf_bytes(&d->item[i].body)) != ERR_OK)
            return ERR_DAMAGED;
        fold_change(p, FOLD_VERSION, &c, &d->item[i].version, d->item[i].owns, DRAFT_LEAF, (uint32_t)i);
    }
    return ERR_OK;
}
