/* replica_apply.c - the ward's answer: every leaf verified, then added; what was our own becomes the ward's word. */
#include <stdlib.h>

#include "actor.h"
#include "author.h"
#include "changeset.h"
#include "checkpoint.h"
#include "ledger.h"
#include "mirror.h"
#include "message.h"
#include "mp.h"
#include "outbox.h"
#include "reissue.h"
#include "replica_bare.h"
#include "replica_again.h"
#include "replica_copy.h"
#include "replica.h"
#include "replica_keys.h"
#include "replica_older.h"
#include "replica_past.h"
#include "replica_release.h"
#include "replica_snapshot.h"
#include "replica_verdict.h"
#include "verdict.h"

struct applying {
    struct txn *txn;
    struct replica *r;
    struct work *job;
    struct scope scope;
    bool has_body; /* the message before this one */
    struct message_body body;
};

/* --- scopes that are new here ----------------------------------------------------------------------------------- */

/* A scope's first leaf says what it is. If it is the one we have been writing for without a log, it takes that
 * one's number, and with it all drafts. */
static enum err scope_new(struct applying *a, struct bytes first)
{
    struct message_control m;
    struct control c;

    if (message_control_decode(&m, first) != ERR_OK || control_decode(&c, m.control) != ERR_OK)
        return ERR_BAD_FRAME;
    return replica_scope_new(a->txn, a->r, &a->job->scope, &c, &a->scope);
}

enum err replica_scope_new(struct txn *txn, const struct replica *r, const struct id *id, const struct control *c,
                           struct scope *s)
{
    struct org o;
    enum err e;

    memset(s, 0, sizeof *s);
    s->id = *id;
    if (c->kind != CONTROL_SCOPE || c->is.is_scope.access < ACCESS_A || c->is.is_scope.access > ACCESS_D)
        return ERR_BAD_FRAME;
    memcpy(s->ward_key, r->ward_key, SIGN_PUBLIC_SIZE);
    e = org_load(txn, &c->is.is_scope.org, &o);
    if (e == ERR_OK && !id_is_zero(&o.scope[c->is.is_scope.access])) {
        struct scope waiting;

        e = scope_load(txn, &o.scope[c->is.is_scope.access], &waiting);
        if (e == ERR_OK && waiting.frontier.size == 0) {
            s->number = waiting.number;
            return store_del(txn, TABLE_scope, bytes_of(waiting.id.b, ID_SIZE));
        }
    }
    if (e != ERR_OK && e != ERR_NOT_FOUND)
        return e;
    e = scope_number_new(txn, &s->number);
    if (e == ERR_OK && s->number >= SCOPES_MAX)
        e = ERR_TOO_LONG;
    return e == ERR_OK ? replica_end_return(txn, s) : e;
}

/* The ward was restored and went on in a new epoch. Leaves are given up only for an epoch leaf that says from where;
 * the checkpoint at the batch's end is of the new epoch, or nothing of this happens. */
static enum err new_epoch(struct applying *a)
{
    struct bytes list = buf_bytes(&a->job->in), message;
    struct message_control m;
    struct control c;
    struct hash root;
    uint8_t type;
    enum err e = replica_outbox_long(a->txn, &a->scope);

    a->job->rolled_back = true;
    if (e == ERR_OK && a->job->size < a->scope.frontier.size && a->scope.from > 0) {
        a->job->restart = true; /* not all leaves that stay are here to be folded again */
        return replica_snapshot_restart(a->txn, a->r, &a->scope);
    }
    if (e == ERR_OK && a->job->size < a->scope.frontier.size) {
        if (!work_message_next(&list, &type, &message) || type != MESSAGE_CONTROL)
            return ERR_BAD_PROOF; /* also when another session of ours got leaves of the old epoch meanwhile */
        if (message_control_decode(&m, message) != ERR_OK || control_decode(&c, m.control) != ERR_OK)
            return ERR_BAD_FRAME;
        e = scope_root_at(a->txn, &a->scope, a->job->size, &root);
        if (e == ERR_OK && (c.kind != CONTROL_EPOCH || c.is.epoch.epoch <= a->scope.epoch ||
                            c.is.epoch.size != a->job->size || !crypto_equal(c.is.epoch.root.b, root.b, HASH_SIZE)))
            e = ERR_BAD_PROOF;
        if (e == ERR_OK)
            e = replica_rewind(a->txn, a->r, &a->scope, a->job->size);
    }
    a->scope.epoch = a->job->epoch;
    return e;
}

static enum err scope_find(struct applying *a)
{
    struct bytes list = buf_bytes(&a->job->in), message;
    uint8_t type;
    enum err e = scope_load(a->txn, &a->job->scope, &a->scope);

    if (a->job->older)
        e = replica_older_find(a->txn, a->r, a->job, &a->scope);
    else if (e == ERR_OK && a->scope.frontier.size == 0)
        e = replica_snapshot_give_up(a->txn, &a->scope); /* leaves come instead */
    if (e == ERR_NOT_FOUND) {
        if (!work_message_next(&list, &type, &message) || type != MESSAGE_CONTROL)
            return ERR_BAD_FRAME;
        e = scope_new(a, message);
        if (e == ERR_OK)
            a->scope.epoch = a->job->epoch;
    }
    if (e == ERR_OK && a->job->epoch > a->scope.epoch && a->scope.frontier.size > 0)
        e = new_epoch(a);
    if (e == ERR_OK && a->job->restart)
        return e;
    /* Another session of this store took over and has gone on: what comes here is there already. */
    if (e == ERR_OK && a->scope.epoch == a->job->epoch && a->scope.frontier.size > a->job->size)
        e = ERR_LOCKED;
    if (e == ERR_OK && (a->scope.frontier.size != a->job->size || a->scope.epoch != a->job->epoch))
        e = ERR_BAD_ORDER;
    return e;
}

/* --- leaves --------------------------------------------------------------------------------------------------- */

static enum err apply_control(struct applying *a, struct bytes message)
{
    struct message_control m;
    struct control c;
    enum err e = message_control_decode(&m, message);

    if (e == ERR_OK)
        e = control_decode(&c, m.control);
    if (e == ERR_OK) {
        struct replica_log log = {.size = a->scope.frontier.size};

        memcpy(log.ward_key, a->scope.ward_key, SIGN_PUBLIC_SIZE);
        e = replica_keys_control(a->txn, a->r, &log, &c, m.control, m.signature);
    }
    if (e == ERR_OK && c.kind != CONTROL_ERASED &&
        (!id_equal(&c.scope, &a->scope.id) || !id_equal(&c.ward, &a->r->ward)))
        e = ERR_BAD_PROOF;
    if (e == ERR_OK && c.kind == CONTROL_MIRROR)
        e = mirror_check(a->txn, &a->scope, &c);
    if (e == ERR_OK && a->has_body)
        e = replica_release(a->txn, &a->scope, &a->body, &c, &(struct author){a->r->device, a->r->person});
    a->has_body = false;
    if (e == ERR_OK)
        e = ledger_add_control(a->txn, &a->scope, m.control, m.signature);
    if (e == ERR_OK && c.kind == CONTROL_RAISED && a->scope.from > 0)
        e = replica_older_forget(a->txn, &a->scope.id); /* what there is of it may hold bodies of that record */
    if (e == ERR_OK && c.kind == CONTROL_VERDICT && !a->job->older) /* what it says to its author was said */
        e = replica_verdict_ruled(a->txn, a->r, &a->scope, &c, a->job);
    return e == ERR_OK && c.kind == CONTROL_VERDICT ? ledger_strip_ruled(a->txn, &a->scope, &c.is.verdict) : e;
}

/* Kept until the next message, which must be the leaf that releases it. */
static enum err apply_body(struct applying *a, struct bytes message)
{
    a->has_body = true;
    return message_body_decode(&a->body, message);
}

static enum err read_origin(struct applying *a, struct mp *r, struct stream *stream)
{
    struct id device;
    uint32_t incarnation;

    if (mp_peek(r) != MP_ARRAY)
        return scope_stream(a->txn, &a->scope, (uint32_t)mp_uint(r, STREAMS_MAX), stream) == ERR_OK ? ERR_OK
                                                                                                 : ERR_BAD_CHAIN;
    mp_expect_array(r, 2);
    device = id_from(mp_bin_exact(r, ID_SIZE));
    incarnation = (uint32_t)mp_uint(r, UINT32_MAX);
    if (mp_error(r) != ERR_OK)
        return ERR_BAD_FRAME;
    if (scope_stream_of(a->txn, &a->scope, &device, incarnation, stream) == ERR_OK)
        return ERR_BAD_CHAIN;
    return scope_stream_new(a->txn, &a->scope, &device, incarnation, stream);
}

/* The header rebuilt from what we hold must be the one its author signed. */
static enum err verify(struct applying *a, const struct stream *stream, struct changeset *cs, struct header *h,
                       struct buf *encoded, bool *holder)
{
    struct actor_device d;
    struct hash seen = {{0}};
    struct id person;
    enum err e = actor_device(a->txn, &a->scope, &stream->device, &d);

    if (e == ERR_NOT_FOUND || (e == ERR_OK && d.revoked))
        return ERR_BAD_PROOF;
    if (e == ERR_OK && !cs->full_seen)
        e = scope_root_at(a->txn, &a->scope, cs->size, &seen);
    if (e == ERR_NOT_FOUND)
        return ERR_BAD_PROOF;
    if (e != ERR_OK)
        return e;
    if (cs->first != stream->next)
        return ERR_BAD_CHAIN;
    person = cs->other_person ? cs->person : d.person;
    *holder = id_equal(&person, &d.person);
    changeset_commit(cs, &a->scope.id, &stream->device, &person);
    *h = changeset_header(cs, &a->scope.id, &stream->device, stream->incarnation, &person, &stream->head,
                          a->scope.epoch, &seen);
    header_encode(h, encoded);
    return header_verify(cs->signature, buf_bytes(encoded), d.key);
}

/* Nothing can have been accepted of what a device signed for somebody who does not hold it. */
static enum err verdicts_check(struct bytes verdicts, size_t count, bool holder)
{
    uint32_t verdict[CHANGESET_CHANGES_MAX];
    enum err e = verdict_list_decode(verdict, count, verdicts);

    for (size_t i = 0; e == ERR_OK && !holder && i < count; i++)
        if (verdict_kind(verdict[i]) == VERDICT_ACCEPTED)
            e = ERR_BAD_PROOF;
    return e;
}

static enum err apply_own(struct applying *a, const struct message_own *own);

/* A leaf of our own stream comes whole where we may not hold it any more (protocol.md 7.3). If we do, it is as good as
 * the short form. */
static enum err is_in_outbox(struct applying *a, const struct stream *stream, uint64_t first, bool *yes)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf row = {0};
    enum err e = ERR_NOT_FOUND;

    /* A copy's outbox may bear the numbers of what the other store has sent: settled by content, at the close. */
    if (a->job->mode != HELLO_RENEW && stream->incarnation == a->r->incarnation &&
        id_equal(&stream->device, &a->r->device))
        e = store_get(a->txn, TABLE_outbox, scope_key6(room, a->scope.number, (uint32_t)first), &row);
    *yes = e == ERR_OK;
    buf_wipe_deinit(&row);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Our own work under another incarnation, or from another device of ours: what the ward said of it is news here too. */
static enum err past_told(struct applying *a, const struct changeset *cs, struct bytes verdicts, uint64_t accepted)
{
    uint32_t leaf = (uint32_t)a->scope.frontier.size - 1;
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < cs->count; i++) {
        uint32_t verdict;

        e = verdict_list_at(verdicts, i, &verdict);
        if (e == ERR_OK && cs->slot[i].body.n > 0)
            e = replica_verdict_slot(a->txn, &a->scope, leaf, (uint32_t)i, verdict, accepted, &cs->slot[i]);
    }
    return e;
}

static enum err apply_leaf(struct applying *a, struct bytes message)
{
    struct stream stream;
    struct changeset cs;
    struct header h;
    struct buf encoded = {0};
    struct bytes verdicts;
    uint64_t accepted, policy;
    struct mp r;
    bool holder = false, own = false, mine = false;
    enum err e, form;

    changeset_init(&cs);
    mp_open(&r, message);
    mp_expect_array(&r, 12);
    e = read_origin(a, &r, &stream);
    changeset_read(&cs, &r);
    accepted = mp_uint(&r, TIME_MAX);
    policy = mp_uint(&r, UINT64_MAX);
    verdicts = mp_raw(&r);
    form = mp_close(&r);
    if (e == ERR_OK)
        e = form;
    if (e == ERR_OK)
        e = is_in_outbox(a, &stream, cs.first, &own);
    if (e == ERR_OK && own) {
        e = apply_own(a, &(struct message_own){cs.first, accepted, policy, verdicts});
        goto out;
    }
    if (e == ERR_OK)
        e = verify(a, &stream, &cs, &h, &encoded, &holder);
    if (e == ERR_OK)
        e = verdicts_check(verdicts, cs.count, holder);
    if (e == ERR_OK)
        e = ledger_add_changeset(a->txn, &a->scope, &stream, &h, buf_bytes(&encoded), &cs, accepted, policy, verdicts);
    if (e == ERR_OK)
        a->job->received += cs.count;
    if (e == ERR_OK)
        e = author_wrote(a->txn, &a->scope, &(struct author){a->r->device, a->r->person}, &h, &mine);
    if (e == ERR_OK && mine)
        e = replica_again_heard(a->txn, &cs);
    if (e == ERR_OK && mine && !a->job->older)
        e = past_told(a, &cs, verdicts, accepted);
    if (e == ERR_OK && mine)
        e = ledger_strip_raised(a->txn, &a->scope, a->scope.frontier.size - 1);
out:
    changeset_deinit(&cs);
    buf_deinit(&encoded);
    return e;
}

/* --- our own --------------------------------------------------------------------------------------------------- */

static enum err settle_slots(struct applying *a, const struct changeset *cs, struct bytes verdicts, uint64_t accepted,
                             uint32_t leaf)
{
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < cs->count; i++) {
        uint32_t verdict;

        e = verdict_list_at(verdicts, i, &verdict);
        if (e == ERR_OK)
            e = replica_verdict_slot(a->txn, &a->scope, leaf, (uint32_t)i, verdict, accepted, &cs->slot[i]);
        a->job->sent++;
        if (e == ERR_OK && verdict_kind(verdict) == VERDICT_REFUSED)
            a->job->refused++;
        if (e == ERR_OK && verdict_kind(verdict) == VERDICT_HELD)
            a->job->held++;
    }
    return e;
}

static enum err own_stream(struct applying *a, uint64_t first, struct stream *stream)
{
    enum err e = scope_stream_of(a->txn, &a->scope, &a->r->device, a->r->incarnation, stream);

    if (e == ERR_NOT_FOUND)
        e = scope_stream_new(a->txn, &a->scope, &a->r->device, a->r->incarnation, stream);
    return e == ERR_OK && stream->next != first ? ERR_BAD_CHAIN : e;
}

static enum err apply_own(struct applying *a, const struct message_own *own)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf row = {0};
    struct stream stream;
    struct changeset cs;
    struct header h;
    struct bytes header = {0};
    uint32_t leaf = (uint32_t)a->scope.frontier.size;
    enum err e;

    changeset_init(&cs);
    e = store_get(a->txn, TABLE_outbox, scope_key6(room, a->scope.number, (uint32_t)own->first), &row);
    if (e == ERR_NOT_FOUND)
        e = ERR_COPY; /* another store has gone on with our stream */
    if (e == ERR_OK)
        e = outbox_decode(buf_bytes(&row), &header, &h, &cs);
    if (e == ERR_OK)
        e = verdicts_check(own->verdicts, cs.count, true);
    if (e == ERR_OK)
        e = own_stream(a, own->first, &stream);
    if (e == ERR_OK) {
        changeset_commit(&cs, &h.scope, &h.device, &h.person);
        e = ledger_add_changeset(a->txn, &a->scope, &stream, &h, header, &cs, own->accepted, own->policy,
                                 own->verdicts);
    }
    if (e == ERR_OK)
        e = settle_slots(a, &cs, own->verdicts, own->accepted, leaf);
    if (e == ERR_OK)
        e = ledger_strip_raised(a->txn, &a->scope, leaf);
    if (e == ERR_OK)
        e = store_del(a->txn, TABLE_outbox, scope_key6(room, a->scope.number, (uint32_t)own->first));
    changeset_deinit(&cs);
    buf_wipe_deinit(&row);
    return e;
}

static enum err apply_short(struct applying *a, struct bytes message)
{
    struct message_own own;
    enum err e = message_own_decode(&own, message);

    return e == ERR_OK ? apply_own(a, &own) : e;
}

/* --- a batch -----------------------------------------------------------------------------------------------------
 * */

enum err replica_checkpoint(const struct replica *r, struct scope *s, struct bytes message)
{
    struct checkpoint c = {.ward = r->ward, .scope = s->id, .epoch = s->epoch};
    struct message_checkpoint m;
    enum err e = message_checkpoint_decode(&m, message);

    if (e != ERR_OK)
        return e;
    c.size = s->frontier.size;
    c.root = scope_root(s);
    c.time = m.time;
    if (m.size != c.size)
        return ERR_BAD_PROOF;
    e = checkpoint_verify(m.signature, &c, r->ward_key);
    if (e == ERR_OK) {
        s->signed_size = c.size;
        s->signed_time = c.time;
        memcpy(s->signature, m.signature, SIGNATURE_SIZE);
    }
    return e;
}

enum err replica_apply(struct txn *txn, struct replica *r, struct work *job)
{
    struct applying a = {.txn = txn, .r = r, .job = job};
    struct bytes list = buf_bytes(&job->in), message;
    uint8_t type;
    enum err e = scope_find(&a);

    while (e == ERR_OK && !job->restart && work_message_next(&list, &type, &message)) {
        if (a.has_body && type != MESSAGE_CONTROL)
            e = ERR_BAD_ORDER;
        else if (type == MESSAGE_CONTROL)
            e = apply_control(&a, message);
        else if (type == MESSAGE_BODY)
            e = apply_body(&a, message);
        else if (type == MESSAGE_LEAF)
            e = apply_leaf(&a, message);
        else if (type == MESSAGE_OWN)
            e = apply_short(&a, message);
        else if (type == MESSAGE_PAST)
            e = replica_past(txn, r, &a.scope, false, message);
        else
            e = replica_checkpoint(r, &a.scope, message);
    }
    if (job->older)
        job->received = 0; /* what they say is here already */
    if (e == ERR_OK && !job->restart)
        e = scope_save(txn, &a.scope);
    return e == ERR_OK && job->older ? replica_older_arrived(txn, r, &a.scope) : e;
}

/* --- close
 * --------------------------------------------------------------------------------------------------------- */

static uint64_t from_confirmed(const struct scope *s)
{
    return s->from == 0 && s->confirmed_from == SCOPE_FROM_ARRIVED ? SCOPE_FROM_TELL : s->from;
}

enum err replica_settle(struct txn *txn, struct replica *r, struct work *job, struct moment *m)
{
    struct message_close close;
    struct scope *scope = NULL;
    size_t count = 0;
    enum err e = message_close_decode(&close, buf_bytes(&job->in));

    if (e == ERR_OK && job->mode == HELLO_RENEW)
        e = replica_copy_settle(txn, r, job, &close, m);
    else if (e == ERR_OK && close.n <= r->ratchet_n && job->incarnation == r->incarnation)
        e = ERR_LOCKED; /* another session of this store was closed meanwhile */
    else if (e == ERR_OK && (close.n != r->ratchet_n + 1 || job->incarnation != r->incarnation))
        e = ERR_BAD_ORDER;
    if (e == ERR_OK)
        e = replica_copy_closed(txn, &close);
    if (e == ERR_OK)
        e = reissue_closed(txn, r);
    if (e != ERR_OK)
        return e;
    r->ratchet_n = close.n;
    memcpy(r->ratchet, close.ratchet, RATCHET_SIZE);
    r->cut = r->cut && job->mode == HELLO_REPAIR; /* which sent no flight */
    r->states_differ = (close.flags & MESSAGE_CLOSE_STATES_DIFFER) != 0;
    e = replica_bare_closed(txn, r->states_differ, job->mode == HELLO_REPAIR);
    r->synced = close.time;
    if (e == ERR_OK)
        e = replica_follow(txn, r);
    if (e == ERR_OK)
        e = replica_save(txn, r);
    if (e == ERR_OK)
        e = replica_packing_save(txn, close.flags / MESSAGE_CLOSE_PACKING);
    if (e == ERR_OK)
        e = replica_pace_save(txn, job->pace);
    if (e == ERR_OK)
        e = scope_list(txn, &scope, &count);
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        const uint64_t from = from_confirmed(&scope[i]);

        if (scope[i].confirmed_epoch == scope[i].epoch && scope[i].confirmed_size == scope[i].frontier.size &&
            scope[i].confirmed_from == from)
            continue;
        scope[i].confirmed_from = from;
        scope[i].confirmed_epoch = scope[i].epoch;
        scope[i].confirmed_size = scope[i].frontier.size;
        e = scope_save(txn, &scope[i]);
    }
    free(scope);
    return e;
}
