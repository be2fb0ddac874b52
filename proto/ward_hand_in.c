/* ward_hand_in.c - see ward_hand_in.h. More rows of the table quarantine (ward_quarantine.c):
 *
 *   device(16) scope(16) incarnation(4) 's'                     [store, next, head]
 *   device(16) scope(16) incarnation(4) 'e' next(4) mark(16)    head: what is kept of the stream may end so
 *   device(16) 'c' change(32)                                   empty: this change is kept
 */
#include "ward_hand_in.h"

#include "ledger.h"
#include "mp.h"

#define STREAM_KEY (2 * ID_SIZE + 4)
#define END_MARK 16
#define END_PREFIX (STREAM_KEY + 5)
#define END_KEY (END_PREFIX + END_MARK)
#define CHANGE_KEY (ID_SIZE + 1 + HASH_SIZE)

static size_t stream_key(uint8_t room[STORE_KEY_MAX], const struct id *device, const struct id *scope,
                         uint32_t incarnation, char what)
{
    memcpy(room, device->b, ID_SIZE);
    memcpy(room + ID_SIZE, scope->b, ID_SIZE);
    store_u32(room + 2 * ID_SIZE, incarnation);
    room[STREAM_KEY] = (uint8_t)what;
    return STREAM_KEY + 1;
}

static void end_key(uint8_t room[STORE_KEY_MAX], const struct id *device, const struct id *scope, uint32_t incarnation,
                    uint64_t next)
{
    size_t n = stream_key(room, device, scope, incarnation, 'e');

    store_u32(room + n, (uint32_t)next);
}

/* --- heads ------------------------------------------------ */

struct heads {
    struct hash *head;
    size_t count;
};

static bool head_visit(void *arg, struct bytes key, struct bytes value)
{
    struct heads *h = arg;

    if (key.n == END_KEY && value.n == HASH_SIZE && h->count < WARD_HAND_IN_WAYS)
        memcpy(h->head[h->count++].b, value.p, HASH_SIZE);
    return true;
}

static enum err kept_ends(struct txn *txn, const struct id *device, const struct id *scope, uint32_t incarnation,
                          uint64_t next, struct heads *h)
{
    uint8_t room[STORE_KEY_MAX];

    end_key(room, device, scope, incarnation, next);
    return store_scan(txn, TABLE_quarantine, bytes_of(room, END_PREFIX), head_visit, h);
}

enum err ward_hand_in_log(struct txn *txn, const struct scope *s, const struct stream *stream, uint64_t first,
                          struct hash *head)
{
    struct buf row = {0};
    struct ledger_leaf l = {0};
    struct header h;
    uint64_t index;
    enum err e;

    *head = stream->head;
    if (first >= stream->next)
        return first == stream->next ? ERR_OK : ERR_NOT_FOUND;
    e = ledger_find(txn, s, &stream->device, stream->incarnation, first, &index);
    if (e == ERR_OK)
        e = scope_leaf(txn, s, index, &row);
    if (e == ERR_OK)
        e = ledger_decode_head(&l, buf_bytes(&row));
    if (e == ERR_OK && (l.is_control || header_decode(&h, l.header) != ERR_OK))
        e = ERR_DAMAGED;
    if (e == ERR_OK && h.first != first)
        e = ERR_NOT_FOUND;
    if (e == ERR_OK)
        *head = h.previous;
    ledger_leaf_deinit(&l);
    buf_deinit(&row);
    return e;
}

enum err ward_hand_in_heads(struct txn *txn, const struct scope *s, const struct stream *stream, uint64_t first,
                            struct hash head[WARD_HAND_IN_HEADS], size_t *count)
{
    struct heads h = {head, 0};
    enum err e = kept_ends(txn, &stream->device, &s->id, stream->incarnation, first, &h);

    if (e == ERR_OK)
        e = ward_hand_in_log(txn, s, stream, first, &head[h.count]);
    h.count += e == ERR_OK;
    *count = h.count;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* --- changes that are here already ------------------------------------------------ */

static struct bytes change_key(uint8_t room[STORE_KEY_MAX], const struct id *device, const struct hash *change)
{
    memcpy(room, device->b, ID_SIZE);
    room[ID_SIZE] = 'c';
    memcpy(room + ID_SIZE + 1, change->b, HASH_SIZE);
    return bytes_of(room, CHANGE_KEY);
}

static enum err change_fresh(struct txn *txn, const struct scope *s, const struct id *device, const struct hash *change,
                             bool *fresh)
{
    uint8_t room[STORE_KEY_MAX];
    struct version v = change_version(change);
    struct buf row = {0};
    uint32_t leaf, position;
    enum err e = scope_change_find(txn, s, &v, &leaf, &position);

    *fresh = false;
    if (e != ERR_NOT_FOUND)
        return e;
    e = store_get(txn, TABLE_quarantine, change_key(room, device, change), &row);
    buf_deinit(&row);
    *fresh = e == ERR_NOT_FOUND;
    return *fresh ? ERR_OK : e;
}

enum err ward_hand_in_fresh(struct txn *txn, const struct scope *s, const struct header *h, const struct changeset *cs,
                            bool *fresh)
{
    struct hash known[WARD_HAND_IN_WAYS];
    struct heads ends = {known, 0};
    enum err e = kept_ends(txn, &h->device, &h->scope, h->incarnation, h->first + h->count, &ends);

    if (e == ERR_OK && ends.count == WARD_HAND_IN_WAYS)
        e = ERR_TOO_LONG;
    for (size_t i = 0; e == ERR_OK && i < cs->count; i++)
        e = change_fresh(txn, s, &h->device, &cs->slot[i].commitment, &fresh[i]);
    return e;
}

enum err ward_hand_in_note(struct txn *txn, const struct header *h, const struct hash *head, const struct changeset *cs,
                           const bool *fresh)
{
    uint8_t room[STORE_KEY_MAX];
    enum err e;

    end_key(room, &h->device, &h->scope, h->incarnation, h->first + h->count);
    memcpy(room + END_PREFIX, head->b, END_MARK);
    e = store_put(txn, TABLE_quarantine, bytes_of(room, END_KEY), bytes_of(head->b, HASH_SIZE));
    for (size_t i = 0; e == ERR_OK && i < cs->count; i++)
        if (fresh[i])
            e = store_put(txn, TABLE_quarantine, change_key(room, &h->device, &cs->slot[i].commitment),
                          bytes_of(NULL, 0));
    return e;
}

/* --- how far one store has come ------------------------------------------------ */

enum err ward_hand_in_store(struct txn *txn, const struct scope *s, uint32_t store, struct stream *stream)
{
    uint8_t room[STORE_KEY_MAX];
    size_t n = stream_key(room, &stream->device, &s->id, stream->incarnation, 's');
    struct buf row = {0};
    struct mp r;
    bool same;
    enum err e = store_get(txn, TABLE_quarantine, bytes_of(room, n), &row);

    stream->next = 0;
    if (e == ERR_OK) {
        mp_open(&r, buf_bytes(&row));
        mp_expect_array(&r, 3);
        same = mp_uint(&r, UINT32_MAX) == store;
        stream->next = mp_uint(&r, UINT32_MAX);
        memcpy(stream->head.b, mp_bin_exact(&r, HASH_SIZE), HASH_SIZE);
        e = mp_close(&r) == ERR_OK ? ERR_OK : ERR_DAMAGED;
        stream->next = same ? stream->next : 0;
    }
    buf_deinit(&row);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err ward_hand_in_store_save(struct txn *txn, const struct scope *s, uint32_t store, const struct stream *stream)
{
    uint8_t room[STORE_KEY_MAX];
    size_t n = stream_key(room, &stream->device, &s->id, stream->incarnation, 's');
    struct buf row = {0};
    enum err e;

    mp_put_array(&row, 3);
    mp_put_uint(&row, store);
    mp_put_uint(&row, stream->next);
    mp_put_bin(&row, stream->head.b, HASH_SIZE);
    e = store_put(txn, TABLE_quarantine, bytes_of(room, n), buf_bytes(&row));
    buf_deinit(&row);
    return e;
}
