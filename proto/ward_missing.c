/* ward_missing.c - a device that refilled a log has no bodies of others' changes that were held or refused: their
 * author is asked for these changesets again (resume begins there). */
#include "verdict.h"
#include "ward_recall.h"

static struct bytes missing_key(uint8_t *room, const struct scope *s, const struct id *device, uint32_t incarnation,
                                uint64_t first)
{
    store_u16(room, s->number);
    memcpy(room + 2, device->b, ID_SIZE);
    store_u32(room + 2 + ID_SIZE, incarnation);
    store_u32(room + 6 + ID_SIZE, (uint32_t)first);
    return bytes_of(room, 10 + ID_SIZE);
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
    if (key.n == 10 + ID_SIZE)
        buf_put_bytes(arg, key);
    return true;
}

enum err ward_missing_rewind(struct txn *txn, const struct scope *s, uint64_t size)
{
    const size_t key_size = 10 + ID_SIZE;
    uint8_t room[STORE_KEY_MAX];
    struct buf keys = {0};
    enum err e = store_scan(txn, TABLE_missing, scope_key2(room, s->number), key_visit, &keys);

    for (size_t i = 0; e == ERR_OK && i + key_size <= keys.n; i += key_size) {
        const uint8_t *key = keys.p + i;
        struct id device = id_from(key + 2);
        uint64_t index = size;

        e = ledger_find(txn, s, &device, load_u32(key + 2 + ID_SIZE), load_u32(key + 6 + ID_SIZE), &index);
        if (e == ERR_NOT_FOUND || (e == ERR_OK && index >= size))
            e = store_del(txn, TABLE_missing, bytes_of(key, key_size));
    }
    buf_deinit(&keys);
    return e;
}

enum err ward_missing_fill(struct txn *txn, const struct scope *s, const struct id *device, uint32_t incarnation,
                           uint64_t index, struct changeset *cs)
{
    uint8_t room[STORE_KEY_MAX];
    bool filled = false;
    enum err e = ledger_fill(txn, s, index, cs, &filled);

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
    const size_t key_size = 10 + ID_SIZE;
    uint8_t room[STORE_KEY_MAX];
    struct buf keys = {0};
    enum err e = store_scan(txn, TABLE_missing, scope_key2(room, s->number), key_visit, &keys);

    for (size_t i = 0; e == ERR_OK && i + key_size <= keys.n; i += key_size) {
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
    a->any = key.n == 10 + ID_SIZE && memcmp(key.p + 2, a->device->b, ID_SIZE) == 0 &&
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
