/* ward_answer.c - what a device lacks, in batches of about one frame, each closed by a checkpoint; then the close. */
#include "actor.h"
#include "author.h"
#include "checkpoint.h"
#include "dictionary.h"
#include "header.h"
#include "message.h"
#include "ratchet.h"
#include "verdict.h"
#include "renewal.h"
#include "ward_put_back.h"
#include "ward_hand_in.h"
#include "ward_quarantine.h"
#include "ward_recall.h"
#include "ward_repair.h"
#include "ward_snapshot.h"

/* One job answers at most this much before the link gets a chance; about two frames. */
#define ANSWER_BYTES 65536

/* --- resume ---------------------------------------------------------------------------------------------- */

struct resuming {
    struct txn *txn;
    const struct work *job;
    struct buf entries;
    size_t count;
};

static enum err resume_scope(void *arg, const struct id *id, const struct ward_cursor *cursor)
{
    struct resuming *r = arg;
    struct message_resume entry = {.scope = *id};
    struct stream stream;
    struct scope s;
    enum err e = scope_load(r->txn, id, &s);

    (void)cursor;
    if (e == ERR_OK)
        e = scope_stream_of(r->txn, &s, &r->job->device, r->job->incarnation, &stream);
    if (e == ERR_NOT_FOUND) {
        stream = (struct stream){.device = r->job->device, .incarnation = r->job->incarnation};
        e = ERR_OK;
    }
    if (e == ERR_OK && r->job->store != 0)
        e = ward_hand_in_store(r->txn, &s, r->job->store, &stream);
    else if (e == ERR_OK && r->job->hand_in)
        e = ward_quarantine_end(r->txn, &s, &stream);
    if (e != ERR_OK || stream.next == 0)
        return e;
    entry.next = stream.next;
    entry.head = stream.head;
    if (r->job->store == 0)
        e = ward_missing_first(r->txn, &s, &r->job->device, r->job->incarnation, &entry.next);
    if (e == ERR_OK && entry.next < stream.next) /* bodies are missing from there on */
        e = ward_hand_in_log(r->txn, &s, &stream, entry.next, &entry.head);
    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_DAMAGED : e;
    message_list_add_resume(&r->entries, &entry);
    r->count++;
    return ERR_OK;
}

enum err ward_resume(struct txn *txn, struct work *job)
{
    struct resuming r = {.txn = txn, .job = job};
    enum err e = ward_cursor_each(txn, &job->device, resume_scope, &r);

    if (e == ERR_OK)
        message_list_encode(&(struct message_list){r.count, buf_bytes(&r.entries)}, &job->out);
    buf_deinit(&r.entries);
    return e;
}

/* --- leaves ---------------------------------------------------------------------------------------------- */

static void put_own(const struct header *h, const struct ledger_leaf *l, struct buf *list)
{
    struct message_own own = {h->first, l->accepted, l->policy, l->verdicts};
    struct buf message = {0};

    message_own_encode(&own, &message);
    work_message(list, MESSAGE_OWN, buf_bytes(&message));
    buf_deinit(&message);
}

static enum err put_origin(struct txn *txn, const struct scope *s, const struct header *h, struct buf *message)
{
    struct stream stream;
    enum err e;

    if (h->first == 0) {
        mp_put_array(message, 2);
        mp_put_bin(message, h->device.b, ID_SIZE);
        mp_put_uint(message, h->incarnation);
        return ERR_OK;
    }
    e = scope_stream_of(txn, s, &h->device, h->incarnation, &stream);
    if (e == ERR_OK)
        mp_put_uint(message, stream.number);
    return e == ERR_NOT_FOUND ? ERR_DAMAGED : e;
}

/* Another's changeset: bodies that were not accepted stay here. Those of another incarnation of the device itself, and
 * of another device of the same person (own), are its own work. A root below `from` the device does not know. */
static enum err put_leaf(struct txn *txn, const struct scope *s, struct ledger_leaf *l, const struct header *h,
                         bool own, uint64_t from, struct buf *list)
{
    bool keep[CHANGESET_CHANGES_MAX], all = true;
    struct buf message = {0};
    enum err e;

    /* Sealed over a log of an earlier epoch: the short form would say this epoch's. */
    if (h->epoch != s->epoch || h->size < from) {
        l->changeset.full_seen = true;
        l->changeset.epoch = h->epoch;
        l->changeset.root = h->root;
    }
    mp_put_array(&message, 12);
    e = put_origin(txn, s, h, &message);
    for (size_t i = 0; e == ERR_OK && i < l->changeset.count; i++) {
        uint32_t verdict;

        e = verdict_list_at(l->verdicts, i, &verdict) == ERR_OK ? ERR_OK : ERR_DAMAGED;
        if (e == ERR_OK)
            keep[i] = (own || verdict_kind(verdict) == VERDICT_ACCEPTED) && l->changeset.slot[i].body.n > 0;
#ifdef BUG_10 /* planted (tests/bugs_test.sh): a body goes out before its release */
        keep[i] = e == ERR_OK &&
                  (keep[i] || (verdict_kind(verdict) == VERDICT_HELD && l->changeset.slot[i].body.n > 0));
#endif
        all = all && e == ERR_OK && keep[i];
    }
    if (e == ERR_OK) {
        if (!all || !l->changeset.has_seed) /* salts and commitments stand for what is left out */
            changeset_commit(&l->changeset, &h->scope, &h->device, &h->person);
        changeset_write_without(&l->changeset, keep, &message);
        mp_put_uint(&message, l->accepted);
        mp_put_uint(&message, l->policy);
        mp_put_raw(&message, l->verdicts);
        work_message(list, MESSAGE_LEAF, buf_bytes(&message));
    }
    buf_deinit(&message);
    return e;
}

static enum err is_by_reader(struct txn *txn, const struct scope *s, const struct work *job, const struct header *h,
                             bool *yes)
{
    struct author reader;
    enum err e = author_load(txn, s, &job->device, &reader);

    *yes = false;
    return e == ERR_OK ? author_wrote(txn, s, &reader, h, yes) : e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Of its own leaves a device gets the annotation alone, but for those from before it was let into the scope (again):
 * these it may have erased. One that holds nothing of the log may have lost them. */
static enum err is_own(struct txn *txn, const struct scope *s, const struct work *job, const struct header *h,
                       const struct reach *r, bool *yes)
{
    struct actor_device d;
    uint64_t index = r->sent;
    enum err e = ERR_OK;

    *yes = r->held > 0 && id_equal(&h->device, &job->device) && h->incarnation == job->incarnation;
    if (*yes) {
        e = actor_device(txn, s, &job->device, &d);
        *yes = e == ERR_OK && index > d.leaf;
    }
    return e;
}

static enum err put_index(struct txn *txn, const struct scope *s, struct work *job, const struct reach *r,
                          struct buf *list)
{
    uint64_t index = r->sent, from = r->older ? 0 : r->from;
    bool own = false, by_reader = false;
    struct buf row = {0}, message = {0};
    struct ledger_leaf l = {0};
    struct header h;
    enum err e = scope_leaf(txn, s, index, &row);

    if (e == ERR_OK)
        e = ledger_decode_head(&l, buf_bytes(&row));
    if (e == ERR_OK && l.is_control) {
        struct message_control control = {.control = l.control};

        memcpy(control.signature, l.signature, SIGNATURE_SIZE);
        message_control_encode(&control, &message);
        e = ward_body(txn, s, job, from, l.control, list);
        work_message(list, MESSAGE_CONTROL, buf_bytes(&message));
    } else if (e == ERR_OK) {
        e = header_decode(&h, l.header) == ERR_OK ? ERR_OK : ERR_DAMAGED;
        if (e == ERR_OK && !r->older)
            e = is_own(txn, s, job, &h, r, &own);
        if (e == ERR_OK && own)
            put_own(&h, &l, list);
        else if (e == ERR_OK)
            e = ledger_decode(&l, buf_bytes(&row));
        if (e == ERR_OK && l.changeset.count > 0)
            e = is_by_reader(txn, s, job, &h, &by_reader);
        if (e == ERR_OK && l.changeset.count > 0)
            e = put_leaf(txn, s, &l, &h, by_reader, from, list);
    }
    ledger_leaf_deinit(&l);
    buf_deinit(&row);
    buf_deinit(&message);
    return e;
}

/* --- checkpoints ----------------------------------------------------------------------------------------- */

/* The newest checkpoint is signed once and kept in the scope's row; those inside a long answer are signed for it
 * alone. */
static enum err put_checkpoint(struct txn *txn, const struct ward *w, struct scope *s, uint64_t size, uint64_t now,
                               struct buf *list)
{
    struct checkpoint c = {.ward = w->id, .scope = s->id, .epoch = s->epoch, .size = size, .time = now};
    struct message_checkpoint m = {.size = size, .time = now};
    struct buf message = {0};
    enum err e = ERR_OK;

    if (size == s->frontier.size && s->signed_size == size) {
        m.time = s->signed_time;
        memcpy(m.signature, s->signature, SIGNATURE_SIZE);
    } else {
        e = scope_root_at(txn, s, size, &c.root);
        if (e == ERR_OK)
            checkpoint_sign(m.signature, &c, w->secret_key);
        if (e == ERR_OK && size == s->frontier.size) {
            s->signed_size = size;
            s->signed_time = now;
            memcpy(s->signature, m.signature, SIGNATURE_SIZE);
            e = scope_save(txn, s);
        }
    }
    if (e == ERR_OK) {
        message_checkpoint_encode(&m, &message);
        work_message(list, MESSAGE_CHECKPOINT, buf_bytes(&message));
    }
    buf_deinit(&message);
    return e;
}

/* A damaged leaf stops this scope here, until somebody who holds it brings it back; all else goes on. */
static enum err stuck(struct txn *txn, const struct scope *s, uint64_t index)
{
    struct hash hash;
    bool whole;
    enum err e = mend_leaf(txn, s, index, &hash, &whole);

    if (e == ERR_OK)
        e = whole ? ERR_DAMAGED : ward_wanted_note(txn, s, index);
    return e;
}

static enum err drop(struct txn *txn, const struct scope *s, struct work *job, struct reach *r)
{
    uint64_t at = 0;
    enum err e = ward_drop(txn, s, job, r, &at);

    return e == ERR_DAMAGED ? stuck(txn, s, at) : e;
}

static enum err put_leaves(struct txn *txn, const struct scope *s, struct work *job, struct reach *r, uint64_t end,
                           size_t batch)
{
    enum err e = ERR_OK;

    while (e == ERR_OK && r->sent < end && job->out.n - batch < FRAME_PLAIN_MAX) {
        size_t before = job->out.n;

        e = put_index(txn, s, job, r, &job->out);
        if (e == ERR_DAMAGED) {
            job->out.n = before;
            return stuck(txn, s, r->sent);
        }
        r->sent += e == ERR_OK;
    }
    return e;
}

static void announce_scope(struct work *job, const struct scope *s, const struct reach *r)
{
    struct message_scope m = {.scope = s->id, .epoch = s->epoch, .size = r->sent, .from = r->older ? r->from : 0};
    struct buf message = {0};

    message_scope_encode(&m, &message);
    work_message(&job->out, r->older ? MESSAGE_OLDER : MESSAGE_SCOPE, buf_bytes(&message));
    buf_deinit(&message);
}

/* In place of the leaves up to its size; *instead: this is what is done now. */
static enum err read_snapshot(struct txn *txn, const struct ward *w, struct work *job, struct scope *s,
                              struct reach *r, bool announce, uint64_t now, bool *instead)
{
    bool done = false, cannot = false;
    enum err e = ward_snapshot_wanted(txn, w, s, job, r, instead);

    if (e != ERR_OK || !*instead)
        return e;
    if (announce)
        announce_scope(job, s, r);
    e = ward_snapshot_send(txn, w, s, job, r, announce, ANSWER_BYTES, &done, &cannot);
    if (e == ERR_OK && done) {
        r->sent = r->from;
        e = put_checkpoint(txn, w, s, r->sent, now, &job->out);
    }
    *instead = !cannot;
    return e;
}

/* Leaves of one scope from r->sent on, as far as the budget goes, and their checkpoint. */
static enum err read_scope(struct txn *txn, const struct ward *w, struct work *job, struct reach *r, bool announce,
                           uint64_t now)
{
    struct scope s;
    bool may_read = false, instead = false;
    uint64_t end, from;
    enum err e = scope_load(txn, &r->scope, &s);
    size_t batch = job->out.n;

    if (e == ERR_OK && s.epoch != r->epoch)
        /* refilled by another device meanwhile: what this one holds must be found out anew */
        return r->older ? ERR_OK : ERR_BUSY;
    if (e == ERR_OK)
        e = ward_may_read(txn, &s, &job->device, &may_read);
    if (e == ERR_OK && !may_read)
        return r->older ? ERR_OK : drop(txn, &s, job, r);
    end = r->older && r->from < s.frontier.size ? r->from : s.frontier.size;
    if (e != ERR_OK || r->sent >= end)
        return e;
    if (!r->older)
        e = read_snapshot(txn, w, job, &s, r, announce, now, &instead);
    if (e != ERR_OK || instead)
        return e;
    if (announce)
        announce_scope(job, &s, r);
    from = r->sent;
    e = put_leaves(txn, &s, job, r, end, batch);
    if (r->sent == from) {
        job->out.n = batch;
        return e;
    }
    return e == ERR_OK ? put_checkpoint(txn, w, &s, r->sent, now, &job->out) : e;
}

/* --- close ----------------------------------------------------------------------------------------------- */

struct closing {
    struct txn *txn;
    const struct work *job;
};

static enum err close_cursor(void *arg, const struct id *id, const struct ward_cursor *cursor)
{
    const struct closing *c = arg;
    const struct reach *r = (const struct reach *)(const void *)c->job->in.p;
    struct ward_cursor next = *cursor;
    struct scope s;
    enum err e = ERR_OK;

    for (size_t i = 0; i < c->job->in.n / sizeof *r; i++) {
        if (r[i].older || !id_equal(&r[i].scope, id))
            continue;
        e = scope_load(c->txn, id, &s);
        next = (struct ward_cursor){s.epoch, r[i].held, r[i].sent, r[i].from};
    }
    if (e != ERR_OK || (next.epoch == cursor->epoch && next.size == cursor->size && next.next == cursor->next &&
                        next.from == cursor->from))
        return e;
    return ward_cursor_save(c->txn, &c->job->device, id, &next);
}

enum err ward_renew(const struct ward *w, const struct work *job, uint64_t now, struct buf *list)
{
    struct buf der = {0}, message = {0};
    enum err e = w->hooks.tls_issue(w->hooks.arg, job->tls_public, &job->device, now, &der);

    if (e == ERR_OK) {
        renewal_encode(buf_bytes(&der), &message);
        work_message(list, MESSAGE_RENEWAL, buf_bytes(&message));
    }
    buf_deinit(&der);
    buf_deinit(&message);
    return e;
}

/* The ratchet moves: durable before the device can see it. */
static enum err close_session(struct txn *txn, const struct ward *w, struct work *job, uint64_t now)
{
    struct closing c = {txn, job};
    struct message_close m = {.n = job->shown + 1, .time = now};
    struct buf message = {0};
    struct ward_device d;
    enum err e = ward_device_load(txn, &job->device, &d);

    /* A newer session of this device came to its close while this one was under way: the ratchet never turns back. */
    if (e == ERR_OK && (job->shown < d.ratchet || d.incarnation != job->incarnation))
        e = ERR_BUSY;
    if (e == ERR_OK)
        e = ward_cursor_each(txn, &job->device, close_cursor, &c);
    if (e == ERR_OK) {
        d.ratchet = job->shown;
        d.contact = now;
        e = ward_device_save(txn, &d);
    }
    if (e == ERR_OK)
        e = ward_put_back_seen(txn, &d.org);
    if (e == ERR_OK && renewal_due(job->expired, job->certificate_end, now) != RENEWAL_NONE)
        e = ward_renew(w, job, now, &job->out);
    if (e == ERR_OK) {
        m.flags = (job->states_differ ? MESSAGE_CLOSE_STATES_DIFFER : 0) + MESSAGE_CLOSE_PACKING * PACKING_NEWEST;
        m.flags += d.state == DEVICE_COPIED ? MESSAGE_CLOSE_COPIED : 0;
        ratchet_make(m.ratchet, w->ratchet_key, &d.id, d.incarnation, m.n);
        message_close_encode(&m, &message);
        work_message(&job->out, MESSAGE_CLOSE, buf_bytes(&message));
    }
    buf_deinit(&message);
    return e;
}

/* `at` is the position in the list, times two, plus one when its scope message went out already. */
enum err ward_read(struct txn *txn, const struct ward *w, struct work *job, uint64_t now)
{
    struct reach *r = (struct reach *)(void *)job->in.p;
    size_t count = job->in.n / sizeof *r;
    struct ward_device d;
    enum err e = ward_device_load(txn, &job->device, &d);

    if (e == ERR_OK && job->hand_in)
        e = ward_quarantine_answer(txn, job);
    if (e == ERR_OK && job->key_gone)
        e = ERR_KEY_GONE; /* what it brought is in; nothing we sign would be believed */
    if (e == ERR_OK && d.state == DEVICE_REVOKED)
        e = ERR_REVOKED;
    if (e == ERR_OK && job->at == 0)
        e = ward_keys_send(txn, r, count, job->kind == WORK_PARCEL_READ, &job->out);
    if (e != ERR_OK)
        return e;
    while (job->at / 2 < count) {
        struct reach *next = &r[job->at / 2];
        struct reach before = *next;

        if (job->out.n >= ANSWER_BYTES) {
            job->more = true;
            return ERR_OK;
        }
        e = read_scope(txn, w, job, next, job->at % 2 == 0, now);
        if (e != ERR_OK)
            return e;
        job->at = next->sent == before.sent && next->part == before.part ? (job->at / 2 + 1) * 2 : job->at | 1;
    }
    job->more = false;
    return job->kind == WORK_PARCEL_READ ? ward_parcel_close(txn, &job->device, now) : close_session(txn, w, job, now);
}
