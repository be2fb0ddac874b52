/* replica_recall.c - the ward lost what it had signed: this device shows its newest checkpoint and hands the leaves
 * back (protocol.md 8.6). */
#include "ledger.h"
#include "mend.h"
#include "message.h"
#include "recall.h"
#include "replica.h"
#include "replica_copy.h"
#include "replica_keys.h"
#include "replica_snapshot.h"

/* One job loads at most this much. */
#define RECALL_BYTES 65536

/* The largest size at which both logs have one root. */
static enum err common_size(struct txn *txn, const struct scope *s, const struct recall_scope *entry, uint64_t *size)
{
    enum err e = ERR_OK;

    *size = 0;
    for (size_t i = 0; e == ERR_OK && i < entry->count && *size == 0; i++) {
        const struct recall_point *p = &entry->point[i];
        struct hash root;

        if (p->size > s->frontier.size || p->size < s->from)
            continue;
        e = scope_root_at(txn, s, p->size, &root);
        if (e == ERR_OK && crypto_equal(root.b, p->root.b, HASH_SIZE))
            *size = p->size;
    }
    return e;
}

static enum err begin(struct txn *txn, const struct scope *s, uint64_t from, struct work *job)
{
    struct recall_lost lost = {.scope = s->id, .epoch = s->epoch, .size = s->frontier.size, .time = s->signed_time,
                               .from = from};
    struct buf message = {0};

    assert(s->signed_size == s->frontier.size);
    memcpy(lost.signature, s->signature, SIGNATURE_SIZE);
    recall_lost_encode(&lost, &message);
    work_message(&job->out, MESSAGE_LOST, buf_bytes(&message));
    buf_deinit(&message);
    return replica_outbox_long(txn, s); /* the ward's log will not be the one these were sealed over */
}

/* The row that said what the ward signed was damaged, and no checkpoint has come since: what goes beyond the common
 * size cannot be proved to anybody. It is kept aside as it stands, our own goes to the outbox, and the scope goes on
 * from the ward's log; the newest common leaf is asked for once more, so that a checkpoint comes with it. What we
 * sealed has seen leaves that the ward may never get back: it is issued anew, in another incarnation. */
static enum err unproved(struct txn *txn, const struct replica *r, struct scope *s, uint64_t from, struct moment *m)
{
    uint8_t room[STORE_KEY_MAX];
    enum err e = ERR_OK;

    for (uint64_t i = from; e == ERR_OK && i < s->frontier.size; i++)
        e = mend_aside(txn, TABLE_leaf, scope_key6(room, s->number, (uint32_t)i));
    if (e == ERR_OK)
        e = replica_copy_begin(txn, m);
    if (e == ERR_OK && (s->from > 0 || from < 2))
        return replica_snapshot_restart(txn, r, s);
    if (e == ERR_OK)
        e = replica_outbox_long(txn, s);
    return e == ERR_OK ? replica_rewind(txn, r, s, from - 1) : e;
}

/* What links the two logs is not here: it starts again, with what the ward has. What was sealed over the leaves that go
 * is issued anew: the ward's log may have other leaves in their places. */
static enum err unlinked(struct txn *txn, const struct replica *r, struct scope *s, struct moment *m)
{
    uint8_t room[STORE_KEY_MAX];
    bool any = false;
    enum err e = replica_snapshot_restart(txn, r, s);

    if (e == ERR_OK)
        e = store_any(txn, TABLE_outbox, scope_key2(room, s->number), &any);
    return e == ERR_OK && any ? replica_copy_begin(txn, m) : e;
}

/* Leaves from *next on, as far as the room goes. */
static enum err hand_back(struct txn *txn, const struct scope *s, uint64_t *next, struct work *job)
{
    enum err e = ERR_OK;

    while (e == ERR_OK && *next < s->frontier.size && job->out.n < RECALL_BYTES) {
        struct buf row = {0};
        struct ledger_leaf l = {0};

        e = ledger_leaf_at(txn, s, (*next)++, &row, &l);
        if (e == ERR_OK)
            e = recall_leaf_write(&l, &job->out);
        ledger_leaf_deinit(&l);
        buf_wipe_deinit(&row);
    }
    return e;
}

/* Ahead of all: the ward may have forgotten its newest keys. */
static enum err keys_first(struct txn *txn, struct work *job)
{
    struct buf message = {0};
    enum err e = replica_keys_list(txn, &message);

    if (e == ERR_OK && message.n > 0)
        work_message(&job->out, MESSAGE_KEYS, buf_bytes(&message));
    buf_deinit(&message);
    return e;
}

/* `at`: the place in the ward's list in the upper half; in the lower 0, or 1 + the next leaf. */
enum err replica_recall(struct txn *txn, const struct replica *r, struct work *job, struct moment *m)
{
    struct recall_list list;
    struct recall_scope entry;
    enum err e = recall_decode(&list, buf_bytes(&job->in));
    size_t place = 0, at = (size_t)(job->at >> 32);
    uint64_t next = job->at & UINT32_MAX;

    if (e != ERR_OK || list.count == 0)
        return ERR_BAD_FRAME;
    if (job->at == 0)
        e = keys_first(txn, job);
    for (; e == ERR_OK && job->out.n < RECALL_BYTES && recall_next(&list, &entry); place++) {
        struct scope s;
        uint64_t from;

        if (place < at)
            continue;
        e = scope_load(txn, &entry.scope, &s);
        if (e == ERR_NOT_FOUND)
            return ERR_BAD_FRAME;
        if (e == ERR_OK && next == 0) {
            e = common_size(txn, &s, &entry, &from);
            job->restart = e == ERR_OK && (from < s.from || s.signed_size != s.frontier.size);
            if (job->restart)
                return from < s.from ? unlinked(txn, r, &s, m) : unproved(txn, r, &s, from, m);
            if (e == ERR_OK)
                e = begin(txn, &s, from, job);
            next = 1 + from;
        }
        next--;
        if (e == ERR_OK)
            e = hand_back(txn, &s, &next, job);
        at = next < s.frontier.size ? place : place + 1;
        next = next < s.frontier.size ? next + 1 : 0;
        if (at == place)
            list.count++; /* not the last: more of this one */
        if (at == place)
            break;
    }
    job->at = (uint64_t)at << 32 | next;
    job->more = list.count > 0;
    return e;
}
