/* ward_snapshot.c - see ward_snapshot.h. Sending; ward_snapshot_make.c makes what is sent. */
#include "ward_snapshot.h"

#include <stdlib.h>

#include "ward_past.h"
#include "ward_snapshot_make.h"

/* A snapshot serves until the log has gone on by an eighth of it: leaves behind it are sent as leaves. */
#define FRESH_PART 8

static struct bytes row_key(uint8_t *room, const struct scope *s, uint32_t row)
{
    return scope_key6(room, s->number, row);
}

enum err ward_snapshot_wanted(struct txn *txn, const struct ward *w, const struct scope *s, const struct work *job,
                              const struct reach *r, bool *yes)
{
    uint64_t bound = w->snapshot_leaves > 0 ? w->snapshot_leaves : SNAPSHOT_LEAVES;
    enum err e = ERR_OK;

    *yes = r->sent == 0 && job->kind != WORK_PARCEL_READ && s->frontier.size > bound;
    for (uint32_t i = 0; e == ERR_OK && *yes && i < s->streams; i++) {
        struct stream stream;

        e = scope_stream(txn, s, i, &stream);
        *yes = e == ERR_OK && !id_equal(&stream.device, &job->device);
    }
    return e;
}

/* --- the head ----------------------------------------------------------------------------------------------------- */

/* The row of the head is the message that is sent. ERR_NOT_FOUND: none that will do; an older program's has no index
 * of what became of people's work. */
static enum err head_load(struct txn *txn, const struct ward *w, const struct scope *s, struct snapshot *head,
                          struct buf *message)
{
    uint8_t room[STORE_KEY_MAX];
    struct bytes encoded, signature;
    struct mp r;
    bool whole = true;
    enum err e = store_get(txn, TABLE_snapshot, row_key(room, s, 0), message);

    if (e == ERR_OK)
        e = ward_past_made(txn, s, &whole);
    if (e != ERR_OK || !whole)
        return whole ? e : ERR_NOT_FOUND;
    mp_open(&r, buf_bytes(message));
    mp_expect_array(&r, 2);
    encoded = mp_bin(&r, MESSAGE_MAX);
    signature = bytes_of(mp_bin_exact(&r, SIGNATURE_SIZE), SIGNATURE_SIZE);
    e = mp_error(&r) == ERR_OK ? snapshot_decode(head, encoded) : ERR_DAMAGED;
    if (e == ERR_OK && snapshot_verify(signature.p, encoded, w->public_key) != ERR_OK)
        e = ERR_NOT_FOUND; /* by an earlier key of this ward */
    if (mp_close(&r) != ERR_OK)
        e = ERR_DAMAGED;
    if (e == ERR_OK && (head->epoch != s->epoch || head->fold_version != s->fold_version ||
                        head->frontier.size > s->frontier.size))
        e = ERR_NOT_FOUND;
    return e;
}

static bool is_stale(const struct scope *s, const struct snapshot *head, const struct reach *r)
{
    uint64_t behind = s->frontier.size - head->frontier.size;

    return !(r->part > 0 && r->from == head->frontier.size) && behind > head->frontier.size / FRESH_PART;
}

static bool forget_visit(void *arg, struct bytes key, struct bytes value)
{
    (void)value;
    buf_put_bytes(arg, key);
    return true;
}

enum err ward_snapshot_forget(struct txn *txn, const struct scope *s)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf keys = {0};
    enum err e = store_scan(txn, TABLE_snapshot, scope_key2(room, s->number), forget_visit, &keys);

    for (size_t i = 0; e == ERR_OK && i + 6 <= keys.n; i += 6)
        e = store_del(txn, TABLE_snapshot, bytes_of(keys.p + i, 6));
    buf_deinit(&keys);
    return e;
}

static enum err make(struct txn *txn, const struct ward *w, const struct scope *s, struct snapshot *head,
                     struct buf *message, bool *cannot)
{
    uint8_t signature[SIGNATURE_SIZE], room[STORE_KEY_MAX];
    struct buf encoded = {0};
    enum err e = ward_snapshot_forget(txn, s);

    if (e == ERR_OK)
        e = ward_snapshot_make(txn, w, s, head, cannot);
    *cannot = *cannot || e == ERR_DAMAGED; /* whole leaves go, up to the one that is not */
    if (*cannot)
        return ward_snapshot_forget(txn, s);
    if (e == ERR_OK) {
        snapshot_encode(head, &encoded);
        snapshot_sign(signature, buf_bytes(&encoded), w->secret_key);
        buf_clear(message);
        mp_put_array(message, 2);
        mp_put_bin(message, encoded.p, encoded.n);
        mp_put_bin(message, signature, sizeof signature);
        e = store_put(txn, TABLE_snapshot, row_key(room, s, 0), buf_bytes(message));
    }
    buf_deinit(&encoded);
    return e;
}

/* --- sending ------------------------------------------------------------------------------------------------------ */

static enum err send_parts(struct txn *txn, const struct scope *s, struct work *job, struct reach *r,
                           const struct snapshot *head, size_t most)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf part = {0};
    enum err e = ERR_OK;

    while (e == ERR_OK && r->part < head->parts && job->out.n < most) {
        e = store_get(txn, TABLE_snapshot, row_key(room, s, (uint32_t)r->part + 1), &part);
        if (e == ERR_OK)
            work_message(&job->out, MESSAGE_PART, buf_bytes(&part));
        r->part++;
    }
    buf_deinit(&part);
    return e == ERR_NOT_FOUND ? ERR_DAMAGED : e;
}

/* r->part counts on behind the last part: how far the index of the past was looked through. */
static enum err send_past(struct txn *txn, const struct scope *s, struct work *job, struct reach *r,
                          const struct snapshot *head, size_t most, bool *done)
{
    uint64_t at = r->part - head->parts;
    enum err e = ward_past_send(txn, s, job, head->frontier.size, &at, most, done);

    r->part = head->parts + at;
    return e;
}

enum err ward_snapshot_send(struct txn *txn, const struct ward *w, const struct scope *s, struct work *job,
                            struct reach *r, bool begin, size_t most, bool *done, bool *cannot)
{
    struct snapshot head;
    struct buf message = {0};
    enum err e = head_load(txn, w, s, &head, &message);

    *done = *cannot = false;
    if (e == ERR_NOT_FOUND || e == ERR_DAMAGED || (e == ERR_OK && is_stale(s, &head, r)))
        e = make(txn, w, s, &head, &message, cannot);
    if (e == ERR_OK && !*cannot) {
        if (r->from != head.frontier.size || (begin && r->part > head.parts))
            r->part = 0;
        if (begin || r->part == 0)
            work_message(&job->out, MESSAGE_SNAPSHOT, buf_bytes(&message));
        r->from = head.frontier.size;
        e = send_parts(txn, s, job, r, &head, most);
        if (e == ERR_OK && r->part >= head.parts && job->out.n < most)
            e = send_past(txn, s, job, r, &head, most, done);
    }
    buf_deinit(&message);
    return e;
}
