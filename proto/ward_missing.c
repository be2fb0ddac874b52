/* ward_missing.c - a device that refilled a log has no bodies of others' changes that were held or refused: their
 * author is asked for these changesets again (resume begins there). Resume speaks of the present incarnation alone; of
 * older ones the leaves are wanted, as damaged ones are (protocol.md 8.6, 8.8): each incarnation once, since a store
 * that has not got a body will not get it. */
#include <stdlib.h>

#include "held.h"
#include "repair.h"
#include "verdict.h"
#include "ward_recall.h"

#define ROW_KEY_SIZE (10 + ID_SIZE)

static struct bytes missing_key(uint8_t *room, const struct scope *s, const struct id *device, uint32_t incarnation,
                                uint64_t first)
{
    store_u16(room, s->number);
    memcpy(room + 2, device->b, ID_SIZE);
    store_u32(room + 2 + ID_SIZE, incarnation);
    store_u32(room + 6 + ID_SIZE, (uint32_t)first);
    return bytes_of(room, ROW_KEY_SIZE);
}

static bool is_whole(const struct changeset *cs)
{
    for (size_t i = 0; i < cs->count; i++)
        if (cs->slot[i].body.n == 0)
            return false;
    return true;
}

/* Everybody got what was accepted: if such a body is not there, it was erased, and its author has it no more. */
static bool only_erased(const struct changeset *cs, struct bytes verdicts)
{
    for (size_t i = 0; i < cs->count; i++) {
        uint32_t verdict;

        if (cs->slot[i].body.n == 0 && (verdict_list_at(verdicts, i, &verdict) != ERR_OK ||
                                        verdict_kind(verdict) != VERDICT_ACCEPTED))
            return false;
    }
    return true;
}

enum err ward_missing_note(struct txn *txn, const struct scope *s, const struct header *h, const struct changeset *cs,
                           struct bytes verdicts)
{
    uint8_t room[STORE_KEY_MAX], one = 1;
    struct bytes key = missing_key(room, s, &h->device, h->incarnation, h->first);

    return only_erased(cs, verdicts)
               ? store_del(txn, TABLE_missing, key) : store_put(txn, TABLE_missing, key, bytes_of(&one, 1));
}

static bool key_visit(void *arg, struct bytes key, struct bytes value)
{
    (void)value;
    if (key.n == ROW_KEY_SIZE)
        buf_put_bytes(arg, key);
    return true;
}

enum err ward_missing_rewind(struct txn *txn, const struct scope *s, uint64_t size)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf keys = {0};
    enum err e = store_scan(txn, TABLE_missing, scope_key2(room, s->number), key_visit, &keys);

    for (size_t i = 0; e == ERR_OK && i + ROW_KEY_SIZE <= keys.n; i += ROW_KEY_SIZE) {
        const uint8_t *key = keys.p + i;
        struct id device = id_from(key + 2);
        uint64_t index = size;

        e = ledger_find(txn, s, &device, load_u32(key + 2 + ID_SIZE), load_u32(key + 6 + ID_SIZE), &index);
        if (e == ERR_NOT_FOUND || (e == ERR_OK && index >= size))
            e = store_del(txn, TABLE_missing, bytes_of(key, ROW_KEY_SIZE));
    }
    buf_deinit(&keys);
    return e;
}

/* Was one of these changes accepted by a person behind it, and not folded there because the body was not here? */
static enum err accepted_bare(struct txn *txn, const struct scope *s, uint64_t index, const struct changeset *cs,
                              bool *bare)
{
    enum err e = ERR_OK;

    *bare = false;
    for (size_t i = 0; e == ERR_OK && !*bare && i < cs->count; i++) {
        struct version v;
        struct held h;
        uint32_t leaf, position;

        e = held_get(txn, s, (uint32_t)index, (uint32_t)i, &h);
        if (e == ERR_OK && h.decided && verdict_kind(h.ruled) == VERDICT_ACCEPTED && cs->slot[i].body.n > 0) {
            v = change_version(&h.id);
            e = scope_change_find(txn, s, &v, &leaf, &position);
            *bare = e == ERR_NOT_FOUND;
        }
        e = e == ERR_NOT_FOUND ? ERR_OK : e;
    }
    return e;
}

/* All of the log is folded again, in its order: who had the body all the time folded it where the person's word
 * stands. */
static enum err fold_bare(struct txn *txn, const struct scope *s, uint64_t index, const struct changeset *cs)
{
    struct scope again = *s;
    bool bare;
    enum err e = accepted_bare(txn, s, index, cs, &bare);

    return e == ERR_OK && bare ? ledger_rewind(txn, &again, s->frontier.size) : e;
}

enum err ward_missing_fill(struct txn *txn, const struct scope *s, const struct id *device, uint32_t incarnation,
                           uint64_t index, struct changeset *cs)
{
    uint8_t room[STORE_KEY_MAX];
    bool filled = false;
    enum err e = ledger_fill(txn, s, index, cs, &filled);

    if (e == ERR_OK && filled)
        e = fold_bare(txn, s, index, cs);
    if (e == ERR_OK && filled && is_whole(cs))
        e = store_del(txn, TABLE_missing, missing_key(room, s, device, incarnation, cs->first));
    return e;
}

/* The bodies of cs under the old number and signature; ledger_fill sees whether they make the header signed then. */
static enum err fill_past(struct txn *txn, const struct scope *s, const struct id *device, uint32_t incarnation,
                          uint32_t first, const struct changeset *cs)
{
    struct changeset as_was = *cs;
    struct buf row = {0};
    struct ledger_leaf l = {0};
    struct header h;
    uint64_t index;
    enum err e = ledger_find(txn, s, device, incarnation, first, &index);

    if (e == ERR_OK)
        e = ledger_leaf_at(txn, s, index, &row, &l);
    if (e == ERR_OK && (l.is_control || header_decode(&h, l.header) != ERR_OK))
        e = ERR_DAMAGED;
    if (e == ERR_OK) {
        as_was.first = h.first;
        as_was.size = h.size;
        as_was.full_seen = false;
        memcpy(as_was.signature, l.signature, SIGNATURE_SIZE);
        e = ward_missing_fill(txn, s, device, incarnation, index, &as_was);
    }
    ledger_leaf_deinit(&l);
    buf_deinit(&row);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err ward_missing_again(struct txn *txn, const struct scope *s, const struct id *device,
                            const struct changeset *cs)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf keys = {0};
    enum err e = store_scan(txn, TABLE_missing, scope_key2(room, s->number), key_visit, &keys);

    for (size_t i = 0; e == ERR_OK && i + ROW_KEY_SIZE <= keys.n; i += ROW_KEY_SIZE) {
        const uint8_t *key = keys.p + i;

        if (memcmp(key + 2, device->b, ID_SIZE) == 0)
            e = fill_past(txn, s, device, load_u32(key + 2 + ID_SIZE), load_u32(key + 6 + ID_SIZE), cs);
    }
    buf_deinit(&keys);
    return e;
}

struct searching {
    struct bytes stream; /* the key up to first */
    uint64_t *first;
};

static bool first_visit(void *arg, struct bytes key, struct bytes value)
{
    const struct searching *f = arg;

    (void)value;
    if (key.n == f->stream.n + 4 && memcmp(key.p, f->stream.p, f->stream.n) == 0 &&
        load_u32(key.p + f->stream.n) < *f->first)
        *f->first = load_u32(key.p + f->stream.n);
    return true;
}

enum err ward_missing_first(struct txn *txn, const struct scope *s, const struct id *device, uint32_t incarnation,
                            uint64_t *first)
{
    uint8_t room[STORE_KEY_MAX];
    struct bytes key = missing_key(room, s, device, incarnation, 0);
    struct searching f = {bytes_of(key.p, key.n - 4), first};

    return store_scan(txn, TABLE_missing, bytes_of(key.p, 2), first_visit, &f);
}

struct asking {
    const struct id *device;
    uint32_t incarnation;
    bool any;
};

static bool any_visit(void *arg, struct bytes key, struct bytes value)
{
    struct asking *a = arg;

    (void)value;
    a->any = key.n == ROW_KEY_SIZE && memcmp(key.p + 2, a->device->b, ID_SIZE) == 0 &&
             load_u32(key.p + 2 + ID_SIZE) == a->incarnation;
    return !a->any;
}

/* The table is empty but in the days after a restore. */
enum err ward_missing_any(struct txn *txn, const struct id *device, uint32_t incarnation, bool *any)
{
    struct asking a = {device, incarnation, false};
    enum err e = store_scan(txn, TABLE_missing, bytes_of(NULL, 0), any_visit, &a);

    *any = a.any;
    return e;
}

/* --- of older incarnations ---------------------------------------------------------------------------------------- */

struct past {
    struct txn *txn;
    const struct scope *scope;
    const struct id *device;
    uint32_t incarnation; /* the present one */
    uint64_t size;        /* how much of the log it holds */
    struct buf keys;      /* of rows that it was not asked for yet */
};

static bool past_visit(void *arg, struct bytes key, struct bytes value)
{
    struct past *p = arg;

    if (key.n == ROW_KEY_SIZE && memcmp(key.p + 2, p->device->b, ID_SIZE) == 0 &&
        load_u32(key.p + 2 + ID_SIZE) != p->incarnation && !(value.n == 4 && load_u32(value.p) == p->incarnation))
        buf_put_bytes(&p->keys, key);
    return true;
}

static enum err past_find(struct past *p)
{
    uint8_t room[STORE_KEY_MAX];

    return store_scan(p->txn, TABLE_missing, scope_key2(room, p->scope->number), past_visit, p);
}

/* The leaf that this row is of, if the device holds it. */
static enum err past_leaf(const struct past *p, const uint8_t *key, uint64_t *index, bool *held)
{
    uint32_t incarnation = load_u32(key + 2 + ID_SIZE), first = load_u32(key + 6 + ID_SIZE);
    enum err e = ledger_find(p->txn, p->scope, p->device, incarnation, first, index);

    *held = e == ERR_OK && *index < p->size;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err ward_missing_past(struct txn *txn, const struct scope *s, const struct id *device, uint32_t incarnation,
                           uint64_t size, bool *any)
{
    struct past p = {.txn = txn, .scope = s, .device = device, .incarnation = incarnation, .size = size};
    enum err e = past_find(&p);

    for (size_t i = 0; e == ERR_OK && !*any && i + ROW_KEY_SIZE <= p.keys.n; i += ROW_KEY_SIZE) {
        uint64_t index;

        e = past_leaf(&p, p.keys.p + i, &index, any);
    }
    buf_deinit(&p.keys);
    return e;
}

static int index_order(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

enum err ward_missing_ask(struct txn *txn, const struct scope *s, const struct id *device, uint32_t incarnation,
                          uint64_t size, struct buf *list)
{
    struct past p = {.txn = txn, .scope = s, .device = device, .incarnation = incarnation, .size = size};
    struct repair_asking *a = mem_alloc(sizeof *a);
    struct scope both = *s; /* as both hold it */
    struct buf indexes = {0};
    enum err e = past_find(&p);

    both.frontier.size = size;
    a->list = list;
    for (size_t i = 0; e == ERR_OK && i + ROW_KEY_SIZE <= p.keys.n; i += ROW_KEY_SIZE) {
        uint64_t index;
        bool held;

        e = past_leaf(&p, p.keys.p + i, &index, &held);
        if (e == ERR_OK && held)
            buf_put(&indexes, &index, sizeof index);
    }
    if (indexes.n > 0)
        qsort(indexes.p, indexes.n / sizeof(uint64_t), sizeof(uint64_t), index_order);
    for (size_t i = 0; e == ERR_OK && i < indexes.n / sizeof(uint64_t); i++)
        repair_ask(a, &both, REPAIR_LEAVES, ((const uint64_t *)(const void *)indexes.p)[i], 1);
    repair_ask_end(a);
    buf_deinit(&indexes);
    buf_deinit(&p.keys);
    free(a);
    return e;
}

enum err ward_missing_asked(struct txn *txn, const struct scope *s, const struct id *device, uint32_t incarnation,
                            uint64_t size)
{
    struct past p = {.txn = txn, .scope = s, .device = device, .incarnation = incarnation, .size = size};
    uint8_t asked[4];
    enum err e = past_find(&p);

    store_u32(asked, incarnation);
    for (size_t i = 0; e == ERR_OK && i + ROW_KEY_SIZE <= p.keys.n; i += ROW_KEY_SIZE) {
        uint64_t index;
        bool held;

        e = past_leaf(&p, p.keys.p + i, &index, &held);
        if (e == ERR_OK && held)
            e = store_put(txn, TABLE_missing, bytes_of(p.keys.p + i, ROW_KEY_SIZE), bytes_of(asked, sizeof asked));
    }
    buf_deinit(&p.keys);
    return e;
}

enum err ward_missing_take(struct txn *txn, const struct scope *s, uint64_t index, struct ledger_leaf *l)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf row = {0};
    struct header h;
    enum err e;

    if (l->is_control || header_decode(&h, l->header) != ERR_OK)
        return ERR_OK;
    e = store_get(txn, TABLE_missing, missing_key(room, s, &h.device, h.incarnation, h.first), &row);
    buf_deinit(&row);
    if (e == ERR_OK)
        e = ward_missing_fill(txn, s, &h.device, h.incarnation, index, &l->changeset);
    if (e == ERR_OK)
        e = ledger_strip_raised(txn, s, index);
    return e == ERR_NOT_FOUND ? ERR_OK : e; /* what is not wanted was erased */
}
