/* ward_refill.c - what a device handed back: first all of it is verified, then appended, one scope after the other.
 *
 * n0 is the size up to which both logs are one. Nothing of ours behind it: an epoch leaf there, and the lost leaves
 * behind it. Something of ours behind it: the log is rewound to n0, epoch leaf, lost leaves, then ours that are not
 * among them (those of devices that the lost leaves revoke come first: they were taken in before we knew). An epoch
 * leaf at n0 already, newer than the device's: somebody was here before, only what is missing is appended.
 *
 * Sessions run beside each other: between the recall and this job somebody else's leaves may have rewound a log below
 * the size that the device found common. Then its leaves lead to nothing here, through nobody's fault: it is asked
 * anew. */
#include <stdlib.h>

#include "actor.h"
#include "checkpoint.h"
#include "recall.h"
#include "verdict.h"
#include "ward_adopt.h"
#include "ward_recall.h"
#include "ward_roles.h"

/* One job appends at most this much where nothing is rewound. */
#define REFILL_BYTES 262144

struct refill {
    struct txn *txn;
    const struct ward *ward;
    struct work *job;
    uint64_t now;
    uint32_t number;          /* of the lost message */
    struct recall_lost lost;
    struct scope scope;       /* number of a new one: given when its first leaf comes */
    bool fresh;               /* there is no such scope here */
    uint64_t common;          /* n0 */
    bool same;                /* so far, while it is verified */
    struct tree_frontier theirs;
    struct buf hashes;        /* of our control leaves from n0 on, sorted; when first needed */
    bool hashed;
    struct buf revoked;       /* struct id[]: whom the lost leaves revoke */
    struct ward_proofs *proofs; /* which keys of ours count */
    uint32_t start;           /* number of the first lost message: the device's keys may stand before it */
};

/* --- what was staged ---------------------------------------------------------------------------------------------- */

typedef enum err leaf_visit(struct refill *r, struct recall_leaf *l);

/* The leaf staged under this number. ERR_NOT_FOUND: no more of this scope. */
static enum err leaf_at(struct refill *r, uint32_t number, struct buf *message, struct recall_leaf *l)
{
    uint8_t type;
    enum err e = ward_staged(r->txn, r->job, number, &type, message);

    memset(l, 0, sizeof *l);
    if (e == ERR_OK && type == MESSAGE_LOST)
        e = ERR_NOT_FOUND;
    return e == ERR_OK ? recall_leaf_read(l, &r->lost.scope, type, buf_bytes(message)) : e;
}

/* From `number` on, as far as `budget` bytes go; *next: where to go on, or the next scope's lost message. */
static enum err each_leaf(struct refill *r, uint32_t number, size_t budget, leaf_visit *visit, uint32_t *next,
                          bool *done)
{
    size_t read = 0;
    enum err e = ERR_OK;

    while (e == ERR_OK && read < budget) {
        struct buf message = {0};
        struct recall_leaf l;

        e = leaf_at(r, number, &message, &l);
        if (e == ERR_OK)
            e = visit(r, &l);
        number += e == ERR_OK;
        read += message.n + 1;
        recall_leaf_deinit(&l);
        buf_deinit(&message);
    }
    *next = number;
    *done = e == ERR_NOT_FOUND;
    return *done ? ERR_OK : e;
}

static enum err load(struct refill *r, uint32_t number)
{
    struct buf message = {0};
    uint8_t type;
    enum err e = ward_staged(r->txn, r->job, number, &type, &message);

    if (e == ERR_OK)
        e = type == MESSAGE_LOST ? recall_lost_decode(&r->lost, buf_bytes(&message)) : ERR_BAD_ORDER;
    buf_deinit(&message);
    if (e != ERR_OK)
        return e;
    r->number = number;
    e = scope_load(r->txn, &r->lost.scope, &r->scope);
    r->fresh = e == ERR_NOT_FOUND;
    return r->fresh ? ERR_OK : e;
}

/* --- verification ------------------------------------------------------------------------------------------------- */

static enum err verify_leaf(struct refill *r, struct recall_leaf *l)
{
    struct hash theirs = ledger_hash(&l->leaf), ours;
    enum err e = ERR_OK;

    if (r->same && r->common < r->scope.frontier.size) {
        e = scope_leaf_hash(r->txn, &r->scope, r->common, &ours);
        r->same = e == ERR_OK && crypto_equal(ours.b, theirs.b, HASH_SIZE);
    } else {
        r->same = false;
    }
    r->common += r->same;
    if (l->leaf.is_control) {
        struct control c;

        if (control_decode(&c, l->leaf.control) == ERR_OK && c.kind == CONTROL_REVOKE)
            buf_put(&r->revoked, &c.is.revoke.device, sizeof c.is.revoke.device);
    }
    return e == ERR_OK ? tree_append(&r->theirs, &theirs, NULL, NULL) : e;
}

/* Does `from` stand in a log that was in another epoch when the device was asked? (Each rewind begins a new one.) A
 * size that the recall did not reach to is the device's own invention. */
static bool rewound_since(const struct refill *r)
{
    struct recall_list list;
    struct recall_scope entry;

    if (recall_decode(&list, buf_bytes(&r->job->in)) != ERR_OK)
        return false;
    while (recall_next(&list, &entry))
        if (id_equal(&entry.scope, &r->lost.scope))
            return r->lost.from > 0 && r->lost.from <= entry.size && entry.epoch != r->scope.epoch;
    return false;
}

/* The checkpoint is ours, and these leaves lead to its root. ERR_ROLLED_BACK: our log is not the one that we named. */
static enum err ward_refill_verify(struct refill *r, uint32_t *next)
{
    struct checkpoint c = {.ward = r->ward->id, .scope = r->lost.scope, .epoch = r->lost.epoch, .size = r->lost.size,
                           .time = r->lost.time};
    bool done = false;
    enum err e = ERR_OK;

    memset(&r->theirs, 0, sizeof r->theirs);
    r->common = r->lost.from;
    r->same = true;
    if (r->lost.from > (r->fresh ? 0 : r->scope.frontier.size))
        return rewound_since(r) ? ERR_ROLLED_BACK : ERR_BAD_PROOF;
    if (r->lost.from > 0)
        e = scope_frontier_at(r->txn, &r->scope, r->lost.from, &r->theirs);
    if (e == ERR_OK)
        e = each_leaf(r, r->number + 1, SIZE_MAX, verify_leaf, next, &done);
    if (e != ERR_OK)
        return e;
    c.root = tree_root(&r->theirs);
    e = r->theirs.size == r->lost.size ? ward_proofs_checkpoint(r->proofs, r->ward, &c, r->lost.signature)
                                       : ERR_BAD_PROOF;
    return e == ERR_BAD_PROOF && rewound_since(r) ? ERR_ROLLED_BACK : e;
}

/* --- is it here? -------------------------------------------------------------------------------------------------- */

static int hash_order(const void *a, const void *b)
{
    return memcmp(a, b, HASH_SIZE);
}

static enum err ward_refill_hashes(struct refill *r)
{
    enum err e = ERR_OK;

    for (uint64_t i = r->common; e == ERR_OK && !r->hashed && i < r->scope.frontier.size; i++) {
        struct hash h;

        e = scope_leaf_hash(r->txn, &r->scope, i, &h);
        buf_put(&r->hashes, h.b, HASH_SIZE);
    }
    if (r->hashes.n > 0 && !r->hashed)
        qsort(r->hashes.p, r->hashes.n / HASH_SIZE, HASH_SIZE, hash_order);
    r->hashed = true;
    return e;
}

static enum err control_is_here(struct refill *r, const struct ledger_leaf *l, bool *here)
{
    struct hash h = ledger_hash(l);
    enum err e = ward_refill_hashes(r);

    *here = e == ERR_OK && r->hashes.n > 0 &&
            bsearch(h.b, r->hashes.p, r->hashes.n / HASH_SIZE, HASH_SIZE, hash_order) != NULL;
    return e;
}

/* Continues its stream; or is here and may have bodies for us. What does neither comes from a copy of its author's
 * book. */
static enum err stream_stands(struct refill *r, struct ledger_leaf *l, const struct header *h, bool *follows)
{
    struct stream stream = {0};
    uint64_t index;
    enum err e = scope_stream_of(r->txn, &r->scope, &h->device, h->incarnation, &stream);

    if (e != ERR_OK && e != ERR_NOT_FOUND)
        return e;
    *follows = h->first == stream.next && crypto_equal(h->previous.b, stream.head.b, HASH_SIZE);
    if (h->first >= stream.next)
        return ERR_OK;
    e = ledger_find(r->txn, &r->scope, &h->device, h->incarnation, h->first, &index);
    if (e == ERR_OK)
        e = ward_missing_fill(r->txn, &r->scope, &h->device, h->incarnation, index, &l->changeset);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* --- appending ---------------------------------------------------------------------------------------------------- */

static enum err add_control(struct refill *r, struct ledger_leaf *l, bool back)
{
    struct actor_device d;
    struct control c;
    bool here;
    enum err e = control_decode(&c, l->control);

    if (e != ERR_OK || c.kind == CONTROL_EPOCH)
        return e; /* an epoch is begun once */
    e = control_is_here(r, l, &here);
    /* Ours let the device in again because the leaf that did was lost: it is back, and with it what came after it. */
    if (e == ERR_OK && !back && c.kind == CONTROL_DEVICE)
        here = here || actor_device(r->txn, &r->scope, &c.is.device.device, &d) == ERR_OK;
    if (e != ERR_OK || here)
        return e;
    if (ward_leaf_stands(r->proofs, r->ward, &r->scope, &c, l->control, l->signature))
        e = ledger_add_control(r->txn, &r->scope, l->control, l->signature);
    else
        e = ward_say_again(r->txn, r->ward, &r->scope, &c, l->control, r->common);
    if (e == ERR_OK)
        e = scope_save(r->txn, &r->scope);
    if (e == ERR_OK && back)
        e = ward_follow(r->txn, &r->scope, &c, r->now);
    return e == ERR_OK && back ? ward_roles_heard(r->txn, &r->scope, &c) : e;
}

static enum err add_changeset(struct refill *r, struct ledger_leaf *l)
{
    struct actor_device d = {.revoked = true};
    struct header h;
    bool follows = false;
    enum err e = header_decode(&h, l->header);

    if (e == ERR_OK)
        e = actor_device(r->txn, &r->scope, &h.device, &d);
    if (e == ERR_NOT_FOUND || (e == ERR_OK && d.revoked))
        return ERR_OK; /* no reader would take it here */
    if (e == ERR_OK)
        e = stream_stands(r, l, &h, &follows);
    if (e != ERR_OK || !follows)
        return e;
    e = ledger_add_again(r->txn, &r->scope, l);
    if (e == ERR_OK)
        e = ward_missing_note(r->txn, &r->scope, &h, &l->changeset, l->verdicts);
    return e == ERR_OK ? scope_save(r->txn, &r->scope) : e;
}

static enum err add_lost(struct refill *r, struct recall_leaf *l)
{
    enum err e = l->leaf.is_control ? add_control(r, &l->leaf, true) : add_changeset(r, &l->leaf);

    return e == ERR_NOT_FOUND || e == ERR_BAD_FRAME ? ERR_DAMAGED : e;
}

static enum err epoch_begin(struct refill *r)
{
    struct control c = {.kind = CONTROL_EPOCH};

    c.is.epoch.epoch = (r->scope.epoch > r->lost.epoch ? r->scope.epoch : r->lost.epoch) + 1;
#ifdef BUG_13 /* planted (tests/bugs_test.sh): a restored ward goes on in the epoch that it was in */
    c.is.epoch.epoch = r->scope.epoch;
#endif
    c.is.epoch.size = r->scope.frontier.size;
    c.is.epoch.root = scope_root(&r->scope);
    return ward_control_later(r->txn, r->ward, &r->scope, &c, r->now);
}

/* A scope founded after the backup: its first leaf comes first, then the epoch. ERR_KEY_GONE: it begins with a key that
 * is not here. */
static enum err scope_again(struct refill *r)
{
    struct buf message = {0};
    struct recall_leaf l;
    struct control c;
    enum err e = leaf_at(r, r->number + 1, &message, &l);

    if (e == ERR_OK)
        e = l.leaf.is_control && control_decode(&c, l.leaf.control) == ERR_OK && c.kind == CONTROL_SCOPE
                ? ERR_OK : ERR_DAMAGED;
    memset(&r->scope, 0, sizeof r->scope);
    r->scope.id = r->lost.scope;
    if (e == ERR_OK && !ward_leaf_stands(r->proofs, r->ward, &r->scope, &c, l.leaf.control, l.leaf.signature))
        e = r->proofs->gone ? ERR_KEY_GONE : ERR_DAMAGED;
    if (e == ERR_OK)
        e = scope_number_new(r->txn, &r->scope.number);
    if (e == ERR_OK)
        e = ledger_add_control(r->txn, &r->scope, l.leaf.control, l.leaf.signature);
    if (e == ERR_OK)
        e = scope_save(r->txn, &r->scope);
    r->fresh = false;
    r->common = 1;
    recall_leaf_deinit(&l);
    buf_deinit(&message);
    return e;
}

/* --- ours behind n0 ----------------------------------------------------------------------------------------------- */

static enum err ours_load(struct refill *r, struct buf *rows)
{
    enum err e = ERR_OK;

    for (uint64_t i = r->common; e == ERR_OK && i < r->scope.frontier.size; i++) {
        struct buf row = {0};

        e = scope_leaf(r->txn, &r->scope, i, &row);
        work_message(rows, 0, buf_bytes(&row));
        buf_deinit(&row);
    }
    return e;
}

static bool is_revoked(const struct refill *r, const struct ledger_leaf *l)
{
    const struct id *id = (const struct id *)(const void *)r->revoked.p;
    struct header h;

    if (l->is_control || header_decode(&h, l->header) != ERR_OK)
        return false;
    for (size_t i = 0; i < r->revoked.n / sizeof *id; i++)
        if (id_equal(&id[i], &h.device))
            return true;
    return false;
}

static enum err ours_again(struct refill *r, struct bytes rows, bool revoked)
{
    struct bytes row;
    uint8_t type;
    enum err e = ERR_OK;

    while (e == ERR_OK && work_message_next(&rows, &type, &row)) {
        struct ledger_leaf l;

        e = ledger_decode(&l, row);
        if (e == ERR_OK && (!revoked || is_revoked(r, &l)))
            e = l.is_control ? add_control(r, &l, false) : add_changeset(r, &l);
        ledger_leaf_deinit(&l);
    }
    return e;
}

/* Leaves before n0 are here. */
static uint32_t first_lost(const struct refill *r)
{
    return r->number + 1 + (uint32_t)(r->common - r->lost.from);
}

static enum err rewind_and_add(struct refill *r)
{
    struct buf rows = {0};
    uint32_t epoch = r->scope.epoch, next;
    bool done;
    enum err e = ours_load(r, &rows);

    if (e == ERR_OK)
        e = ward_missing_rewind(r->txn, &r->scope, r->common);
    if (e == ERR_OK)
        e = ledger_rewind(r->txn, &r->scope, r->common);
    if (e == ERR_OK)
        e = ward_proofs_rewound(r->txn, r->proofs, &r->scope);
    if (r->scope.epoch < epoch)
        r->scope.epoch = epoch;
    if (e == ERR_OK)
        e = epoch_begin(r);
    if (e == ERR_OK)
        e = ours_again(r, buf_bytes(&rows), true);
    if (e == ERR_OK)
        e = each_leaf(r, first_lost(r), SIZE_MAX, add_lost, &next, &done);
    buf_clear(&r->hashes); /* the lost ones count as ours now */
    r->hashed = false;
    if (e == ERR_OK)
        e = ours_again(r, buf_bytes(&rows), false);
    buf_deinit(&rows);
    return e;
}

/* --- one scope ---------------------------------------------------------------------------------------------------- */

static enum err epoch_stands(struct refill *r, bool *stands)
{
    struct buf row = {0};
    struct ledger_leaf l = {0};
    struct control c;
    enum err e = ledger_leaf_at(r->txn, &r->scope, r->common, &row, &l);

    *stands = e == ERR_OK && l.is_control && control_decode(&c, l.control) == ERR_OK && c.kind == CONTROL_EPOCH &&
              c.is.epoch.epoch > r->lost.epoch;
    ledger_leaf_deinit(&l);
    buf_deinit(&row);
    return e;
}

/* A changeset that continues its stream, of a device that our log has revoked by now, cannot stand behind that:
 * ERR_EXISTS. One that has no place in its stream would get none by a rewind either: it would be one for nothing, and
 * one more with each holder. */
static enum err look_late(struct refill *r, struct recall_leaf *l)
{
    struct actor_device d;
    struct stream stream = {0};
    enum err e;

    if (l->leaf.is_control)
        return ERR_OK;
    e = actor_device(r->txn, &r->scope, &l->is.device, &d);
    if (e == ERR_OK && d.revoked) {
        e = scope_stream_of(r->txn, &r->scope, &l->is.device, l->is.incarnation, &stream);
        if ((e == ERR_OK || e == ERR_NOT_FOUND) && l->is.first == stream.next &&
            crypto_equal(l->is.previous.b, stream.head.b, HASH_SIZE))
            return ERR_EXISTS;
    }
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Verified; *pieces: what is left can be appended bit by bit. */
static enum err begin(struct refill *r, bool *pieces)
{
    bool stands = false, done;
    uint32_t next;
    enum err e = ERR_OK;

    *pieces = true;
    if (r->common == r->lost.size)
        return ERR_OK;
    if (r->fresh)
        e = scope_again(r);
    if (e != ERR_OK)
        return e;
    if (r->common == r->scope.frontier.size)
        return epoch_begin(r);
    e = epoch_stands(r, &stands);
    if (e == ERR_OK && stands)
        e = each_leaf(r, first_lost(r), SIZE_MAX, look_late, &next, &done);
    if (e == ERR_OK && stands)
        return ERR_OK;
    if (e != ERR_OK && e != ERR_EXISTS)
        return e;
    *pieces = false;
    return rewind_and_add(r);
}

static void reach_put(struct refill *r)
{
    struct reach reach = {.scope = r->lost.scope, .held = r->common, .sent = r->common, .epoch = r->scope.epoch};

    buf_put(&r->job->out, &reach, sizeof reach);
}

static void refill_deinit(struct refill *r, bool whole)
{
    if (whole)
        free(r->proofs);
    buf_deinit(&r->hashes);
    buf_deinit(&r->revoked);
}

/* Every scope, before anything is appended of any. */
static enum err verify_all(const struct refill *all)
{
    uint32_t next = all->start;
    enum err e = ERR_OK;

    while (e == ERR_OK) {
        struct refill r = *all;

        e = load(&r, next);
        if (e == ERR_NOT_FOUND && next > all->start)
            return ERR_OK;
        if (e == ERR_OK)
            e = ward_refill_verify(&r, &next);
        refill_deinit(&r, false);
    }
    return e == ERR_NOT_FOUND ? ERR_BUSY : e; /* a newer session of the device cleared it */
}

/* at: the lost message's number in the upper half; in the lower 0, or the next leaf's. size: n0 of that scope. */
static enum err refill_scope(struct refill *r)
{
    uint32_t next = (uint32_t)r->job->at, end = next;
    bool pieces = true, done = false;
    enum err e = ERR_OK;

    if (next == 0) {
        e = ward_refill_verify(r, &end);
        if (e != ERR_OK)
            return e;
        e = begin(r, &pieces);
        if (e == ERR_KEY_GONE) { /* stays with those who hold it */
            r->job->at = (uint64_t)end << 32;
            return ERR_OK;
        }
        next = first_lost(r);
        r->job->size = r->common;
    }
    r->common = r->job->size;
    if (e == ERR_OK && pieces && r->common < r->lost.size)
        e = each_leaf(r, next, REFILL_BYTES, add_lost, &next, &done);
    else if (e == ERR_OK) {
        next = end;
        done = true;
    }
    if (e == ERR_OK && done)
        e = ward_adopt_log(r->txn, r->ward, &r->proofs->own, &r->scope, r->now);
    if (e == ERR_OK && done)
        reach_put(r);
    r->job->at = done ? (uint64_t)next << 32 : (uint64_t)r->number << 32 | next;
    /* Something may be written: whatever is wrong now takes the whole transaction back. */
    return e == ERR_OK || err_class(e) == ERR_CLASS_MACHINE ? e : ERR_DAMAGED;
}

/* The keys that the device knows, if it sent them ahead. */
static enum err load_keys(struct refill *r)
{
    struct buf message = {0};
    uint8_t type;
    enum err e = ward_staged(r->txn, r->job, 0, &type, &message);
    struct bytes shown = bytes_of(NULL, 0);

    if (e == ERR_OK && type == MESSAGE_KEYS) {
        r->start = 1;
        shown = buf_bytes(&message);
    }
    if (e == ERR_OK || e == ERR_NOT_FOUND)
        e = ward_proofs_load(r->txn, r->ward, shown, r->proofs);
    buf_deinit(&message);
    return e;
}

/* Before anything is appended. */
static enum err refill_begin(struct refill *r)
{
    enum err e = verify_all(r);

    r->job->at = (uint64_t)r->start << 32;
    if (e == ERR_OK)
        e = ward_proofs_keep(r->txn, r->proofs);
    if (e == ERR_OK && r->proofs->gone)
        e = ward_key_gone_note(r->txn, &r->proofs->list);
    if (e != ERR_OK || !r->proofs->adopt)
        return e;
    e = ward_adopt(r->txn, r->ward, &r->proofs->list, r->now);
    return e == ERR_OK ? load_keys(r) : e;
}

static enum err refill_next(struct refill *r)
{
    enum err e = load(r, (uint32_t)(r->job->at >> 32));

    r->job->more = e != ERR_NOT_FOUND;
    if (e == ERR_OK)
        return refill_scope(r);
    if (e == ERR_NOT_FOUND) { /* no more scopes */
        e = ward_stage_clear(r->txn, &r->job->device);
        e = e == ERR_OK ? ward_bar_again(r->txn, r->ward, r->now) : e;
        e = e == ERR_OK ? ward_roles_settle(r->txn, r->ward, r->now) : e;
    }
    return e;
}

enum err ward_refill(struct txn *txn, const struct ward *w, struct work *job, uint64_t now)
{
    struct refill r = {.txn = txn, .ward = w, .job = job, .now = now, .proofs = mem_alloc(sizeof *r.proofs)};
    enum err e = load_keys(&r);

    job->more = false;
    if (e == ERR_OK && job->at == 0)
        e = refill_begin(&r);
    job->key_gone = e == ERR_OK && r.proofs->gone;
    if (e == ERR_OK)
        e = refill_next(&r);
    job->more = e == ERR_OK && job->more;
    if (e == ERR_ROLLED_BACK) /* only ward_refill_verify says so, and before it nothing is written */
        e = ward_stage_clear(txn, &job->device);
    refill_deinit(&r, true);
    return e;
}
