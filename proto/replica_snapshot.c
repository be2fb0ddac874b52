/* replica_snapshot.c - see replica_snapshot.h. */
#include "replica_snapshot.h"

#include "actor.h"
#include "ledger.h"
#include "mp.h"
#include "replica_keys.h"
#include "replica_older.h"
#include "replica_past.h"
#include "snapshot_part.h"
#include "waits.h"

struct arriving {
    struct txn *txn;
    struct replica *r;
    struct work *job;
    bool known;        /* the head */
    struct buf head_message;
    struct snapshot head;
    uint64_t next;     /* part */
    struct hash chain;
    struct scope s;    /* from part 0 on */
    struct buf accumulator, part; /* the state so far; room for one part */
};

/* --- how far it is: [head message, next part, chain] -------------------------------------------------------------- */

static struct bytes meta_key(uint8_t *room, const struct id *scope)
{
    memcpy(room, "snapshot", 8);
    memcpy(room + 8, scope->b, ID_SIZE);
    return bytes_of(room, 8 + ID_SIZE);
}

/* The head as it came: [snapshot, signature]. */
static enum err head_decode(struct bytes message, struct snapshot *head, struct bytes *encoded,
                            uint8_t signature[SIGNATURE_SIZE])
{
    struct mp r;

    mp_open(&r, message);
    mp_expect_array(&r, 2);
    *encoded = mp_bin(&r, MESSAGE_MAX);
    memcpy(signature, mp_bin_exact(&r, SIGNATURE_SIZE), SIGNATURE_SIZE);
    return mp_close(&r) == ERR_OK ? snapshot_decode(head, *encoded) : ERR_BAD_FRAME;
}

static enum err progress_load(struct txn *txn, const struct id *scope, struct arriving *a)
{
    uint8_t room[STORE_KEY_MAX], signature[SIGNATURE_SIZE];
    struct bytes encoded, message;
    struct buf row = {0};
    struct mp r;
    enum err e = store_get(txn, TABLE_meta, meta_key(room, scope), &row);

    if (e == ERR_OK) {
        mp_open(&r, buf_bytes(&row));
        mp_expect_array(&r, 3);
        message = mp_bin(&r, MESSAGE_MAX);
        buf_put_bytes(&a->head_message, message);
        a->next = mp_uint(&r, UINT32_MAX);
        memcpy(a->chain.b, mp_bin_exact(&r, HASH_SIZE), HASH_SIZE);
        e = mp_close(&r) == ERR_OK ? head_decode(buf_bytes(&a->head_message), &a->head, &encoded, signature)
                                   : ERR_DAMAGED;
        a->known = e == ERR_OK;
    }
    buf_deinit(&row);
    return e;
}

static enum err progress_save(const struct arriving *a)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf row = {0};
    enum err e;

    mp_put_array(&row, 3);
    mp_put_bin(&row, a->head_message.p, a->head_message.n);
    mp_put_uint(&row, a->next);
    mp_put_bin(&row, a->chain.b, HASH_SIZE);
    e = store_put(a->txn, TABLE_meta, meta_key(room, &a->job->scope), buf_bytes(&row));
    buf_deinit(&row);
    return e;
}

enum err replica_snapshot_served(struct txn *txn, const struct id *scope)
{
    uint8_t room[STORE_KEY_MAX];

    return store_del(txn, TABLE_meta, meta_key(room, scope));
}

enum err replica_snapshot_verify(struct txn *txn, const struct replica *r, const struct id *scope,
                                 struct snapshot *head, uint8_t key[SIGN_PUBLIC_SIZE])
{
    uint8_t signature[SIGNATURE_SIZE];
    struct arriving a = {0};
    struct bytes encoded;
    enum err e = progress_load(txn, scope, &a);

    if (e == ERR_OK)
        e = head_decode(buf_bytes(&a.head_message), head, &encoded, signature);
    if (e == ERR_OK)
        e = replica_keys_snapshot(txn, r, encoded, signature, key);
    buf_deinit(&a.head_message);
    return e;
}

enum err replica_snapshot_moved(struct txn *txn, const struct scope *s, struct message_hello *hello, struct buf *moved)
{
    struct arriving a = {0};
    enum err e = progress_load(txn, &s->id, &a);

    if (e == ERR_OK && a.next > 0) {
        message_list_add_scope(moved, &(struct message_scope){s->id, a.head.epoch, 0, a.head.frontier.size, a.next});
        hello->moved.count++;
    }
    buf_deinit(&a.head_message);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* --- the end of one ----------------------------------------------------------------------------------------------- */

/* Everything that came of the log; what was written here stays, under the scope's number. */
static enum err forget(struct txn *txn, struct scope *s)
{
    struct scope empty = {.id = s->id, .org = s->org, .access = s->access, .number = s->number};
    enum err e = ledger_forget(txn, s);

    if (e == ERR_OK)
        e = replica_snapshot_served(txn, &s->id);
    if (e == ERR_OK)
        e = replica_older_forget(txn, &s->id);
    *s = empty;
    return e == ERR_OK ? scope_save(txn, s) : e;
}

enum err replica_snapshot_give_up(struct txn *txn, struct scope *s)
{
    enum err e = forget(txn, s);

    return e == ERR_OK ? ERR_NOT_FOUND : e;
}

enum err replica_snapshot_restart(struct txn *txn, const struct replica *r, struct scope *s)
{
    enum err e = replica_own_again(txn, r, s, s->from, true);

    if (e == ERR_OK)
        e = replica_outbox_long(txn, s);
    return e == ERR_OK ? forget(txn, s) : e;
}

enum err replica_snapshot_lost(struct txn *txn, const struct replica *r, struct scope *s)
{
    enum err e = replica_own_again(txn, r, s, s->from, false); /* the same ward has what is past */

    if (e == ERR_OK || e == ERR_DAMAGED)
        e = replica_outbox_long(txn, s);
    return e == ERR_OK ? forget(txn, s) : e;
}

/* --- what is in a part -------------------------------------------------------------------------------------------- */

/* The ward's own leaves, each under its signature; the first says what the scope is. */
static enum err take_control(struct arriving *a, struct bytes item)
{
    struct replica_log log;
    struct bytes encoded;
    uint8_t signature[SIGNATURE_SIZE];
    struct control c;
    struct mp r;
    enum err e;

    mp_open(&r, item);
    mp_expect_array(&r, 3);
    log.size = mp_uint(&r, UINT32_MAX);
    encoded = mp_bin(&r, MESSAGE_MAX);
    memcpy(signature, mp_bin_exact(&r, SIGNATURE_SIZE), SIGNATURE_SIZE);
    if (mp_close(&r) != ERR_OK || log.size >= a->head.frontier.size || control_decode(&c, encoded) != ERR_OK)
        return ERR_BAD_FRAME;
    if (!id_equal(&c.scope, &a->job->scope) || !id_equal(&c.ward, &a->r->ward))
        return ERR_BAD_PROOF;
    if (a->s.number == 0 && id_is_zero(&a->s.id)) {
        e = log.size == 0 ? replica_scope_new(a->txn, a->r, &a->job->scope, &c, &a->s) : ERR_BAD_FRAME;
        if (e != ERR_OK)
            return e;
    }
    memcpy(log.ward_key, a->s.ward_key, SIGN_PUBLIC_SIZE);
    e = replica_keys_control(a->txn, a->r, &log, &c, encoded, signature);
    a->s.frontier.size = log.size + 1; /* rows name the leaf they are from */
    if (e == ERR_OK)
        e = actor_apply(a->txn, &a->s, &c);
    a->s.frontier.size = 0;
    return e == ERR_OK && c.kind == CONTROL_RAISED ? ledger_raised(a->txn, &a->s, &c.is.raised) : e;
}

static enum err take_stream(struct arriving *a, struct bytes item)
{
    struct stream stream, got = {0};
    struct mp r;
    enum err e;

    mp_open(&r, item);
    mp_expect_array(&r, 4);
    got.device = id_from(mp_bin_exact(&r, ID_SIZE));
    got.incarnation = (uint32_t)mp_uint(&r, UINT32_MAX);
    got.next = mp_uint(&r, UINT32_MAX);
    memcpy(got.head.b, mp_bin_exact(&r, HASH_SIZE), HASH_SIZE);
    if (mp_close(&r) != ERR_OK)
        return ERR_BAD_FRAME;
    e = scope_stream_new(a->txn, &a->s, &got.device, got.incarnation, &stream);
    got.number = stream.number;
    return e == ERR_OK ? scope_stream_save(a->txn, &a->s, &got) : e;
}

static enum err put_part(struct arriving *a, uint32_t kind, const struct id *record, struct bytes part)
{
    uint8_t room[STORE_KEY_MAX];

    fold_digest_add(a->accumulator.p, record, part);
    return store_put(a->txn, TABLE_part, scope_key_part(room, kind, record, a->s.number), part);
}

/* A part as it stands, and the version of each change folded into it. */
static enum err take_part(struct arriving *a, struct bytes item)
{
    struct bytes part, versions;
    struct id record;
    uint32_t kind;
    struct part p;
    struct mp r;
    enum err e;

    mp_open(&r, item);
    mp_expect_array(&r, 4);
    kind = (uint32_t)mp_uint(&r, KIND_MAX);
    record = id_from(mp_bin_exact(&r, ID_SIZE));
    part = mp_bin(&r, MESSAGE_MAX);
    versions = mp_bin(&r, MESSAGE_MAX);
    e = mp_close(&r) == ERR_OK && part_decode(&p, part) == ERR_OK ? ERR_OK : ERR_BAD_FRAME;
    if (e != ERR_OK)
        return e;
    if (versions.n != p.changes * VERSION_SIZE || p.kind != kind)
        e = ERR_BAD_FRAME;
    for (size_t i = 0; e == ERR_OK && i < p.changes; i++) {
        struct version v;

        memcpy(v.b, versions.p + i * VERSION_SIZE, VERSION_SIZE);
        e = scope_change_note(a->txn, &a->s, &v, p.change[i].leaf, p.change[i].position);
    }
    if (e == ERR_OK)
        e = waits_note(a->txn, a->s.number, kind, &record, false, waits_part(&p));
    part_deinit(&p);
    return e == ERR_OK ? put_part(a, kind, &record, part) : e;
}

/* Who signed the leaf that the next bodies are from. */
static enum err take_origin(struct arriving *a, struct snapshot_part *p, bool begun, struct snapshot_origin *from,
                            struct id *device)
{
    struct stream stream;
    enum err e = snapshot_origin_next(from, begun, &p->origin);

    if (e == ERR_OK)
        e = scope_stream(a->txn, &a->s, from->stream, &stream);
    if (e == ERR_OK)
        *device = stream.device;
    return e == ERR_NOT_FOUND ? ERR_BAD_FRAME : e;
}

/* A body makes the part; its version follows from it and from what it was signed with. */
static enum err take_body(struct arriving *a, const struct snapshot_place *at, const struct snapshot_origin *from,
                          const struct id *device, struct bytes body)
{
    uint8_t salt[SALT_SIZE];
    struct version v;
    struct hash commitment;
    struct change c;
    enum err e = change_decode(&c, body);

    if (e != ERR_OK)
        return e;
    change_salt(salt, from->seed, at->position);
    commitment = change_commit(salt, &a->s.id, device, &from->person, body);
    v = change_version(&commitment);
    buf_clear(&a->part);
    snapshot_single(&c, &v, at->owns, at->leaf, at->position, &a->part);
    e = put_part(a, c.kind, &c.record, buf_bytes(&a->part));
    return e == ERR_OK ? scope_change_note(a->txn, &a->s, &v, at->leaf, at->position) : e;
}

static enum err take_bodies(struct arriving *a, struct snapshot_part *p)
{
    struct snapshot_place at = {0};
    struct snapshot_origin from = {0};
    struct id device = {0};
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < p->bodies; i++) {
        bool new_leaf;

        e = snapshot_place_next(&at, &p->place, &new_leaf);
        if (e == ERR_OK && new_leaf)
            e = take_origin(a, p, i > 0, &from, &device);
        if (e == ERR_OK)
            e = take_body(a, &at, &from, &device, mp_split(&p->body));
    }
    return e == ERR_OK && p->origin.n > 0 ? ERR_BAD_FRAME : e;
}

/* Its log stands nowhere yet: what is past is looked at as if it began at the snapshot. */
static enum err take_past(struct arriving *a, bool words, struct bytes message)
{
    struct scope then = a->s;

    then.from = then.frontier.size = a->head.frontier.size;
    return replica_past(a->txn, a->r, &then, words, message);
}

static enum err take_all(struct arriving *a, struct snapshot_part *p)
{
    enum err e = ERR_OK;

    while (e == ERR_OK && p->control.n > 0)
        e = take_control(a, mp_split(&p->control));
    if (e == ERR_OK && id_is_zero(&a->s.id))
        return ERR_BAD_FRAME;
    while (e == ERR_OK && p->stream.n > 0)
        e = take_stream(a, mp_split(&p->stream));
    while (e == ERR_OK && p->past_leaf.n > 0)
        e = take_past(a, false, mp_split(&p->past_leaf));
    while (e == ERR_OK && p->part.n > 0)
        e = take_part(a, mp_split(&p->part));
    return e == ERR_OK ? take_bodies(a, p) : e;
}

/* --- messages ----------------------------------------------------------------------------------------------------- */

static enum err accumulator_load(struct arriving *a)
{
    uint8_t room[STORE_KEY_MAX];
    enum err e = ERR_NOT_FOUND;

    if (a->accumulator.n > 0)
        return ERR_OK;
    if (a->next > 0)
        e = store_get(a->txn, TABLE_state, scope_key2(room, a->s.number), &a->accumulator);
    if (e == ERR_NOT_FOUND && a->accumulator.n == 0) {
        memset(buf_grow(&a->accumulator, FOLD_ACCUMULATOR_SIZE), 0, FOLD_ACCUMULATOR_SIZE);
        return ERR_OK;
    }
    return e == ERR_OK && a->accumulator.n != FOLD_ACCUMULATOR_SIZE ? ERR_DAMAGED : e;
}

/* The same as what is here in part goes on; another one begins anew. */
static enum err on_head(struct arriving *a, struct bytes message)
{
    uint8_t signature[SIGNATURE_SIZE];
    struct bytes encoded;
    struct snapshot head;
    enum err e = head_decode(message, &head, &encoded, signature);

    if (e == ERR_OK)
        e = snapshot_verify(signature, encoded, a->r->ward_key);
    if (e == ERR_OK && (!id_equal(&head.ward, &a->r->ward) || !id_equal(&head.scope, &a->job->scope) ||
                        head.epoch != a->job->epoch || head.frontier.size == 0 || head.parts == 0))
        e = ERR_BAD_PROOF;
    if (e == ERR_OK && head.fold_version > FOLD_VERSION)
        e = ERR_TOO_NEW;
    if (e != ERR_OK || (a->known && bytes_equal(buf_bytes(&a->head_message), message)))
        return e;
    if (!id_is_zero(&a->s.id))
        e = forget(a->txn, &a->s);
    memset(&a->s, 0, sizeof a->s);
    memset(&a->chain, 0, sizeof a->chain);
    buf_clear(&a->accumulator);
    buf_clear(&a->head_message);
    buf_put_bytes(&a->head_message, message);
    a->head = head;
    a->next = 0;
    a->known = true;
    return e;
}

static enum err on_part(struct arriving *a, struct bytes message)
{
    struct snapshot_part p;
    enum err e = a->known ? snapshot_part_decode(&p, message) : ERR_BAD_ORDER;

    if (e == ERR_OK && p.number != a->next)
        e = ERR_BAD_ORDER;
    if (e == ERR_OK)
        e = accumulator_load(a);
    if (e == ERR_OK)
        e = take_all(a, &p);
    a->chain = snapshot_chain(&a->chain, message);
    a->next++;
    return e;
}

/* Behind the last part: it builds on all of them. */
static enum err on_past(struct arriving *a, struct bytes message)
{
    return a->known && a->next == a->head.parts && !id_is_zero(&a->s.id) ? take_past(a, true, message) : ERR_BAD_ORDER;
}

static enum err state_save(struct arriving *a)
{
    uint8_t room[STORE_KEY_MAX];
    enum err e = progress_save(a);

    if (e == ERR_OK && a->accumulator.n > 0)
        e = store_put(a->txn, TABLE_state, scope_key2(room, a->s.number), buf_bytes(&a->accumulator));
    return e == ERR_OK && !id_is_zero(&a->s.id) ? scope_save(a->txn, &a->s) : e;
}

/* All of it is here: is it what the ward signed? Then the log begins at its end. */
static enum err on_checkpoint(struct arriving *a, struct bytes message)
{
    struct hash state;
    enum err e = a->known && !id_is_zero(&a->s.id) ? accumulator_load(a) : ERR_BAD_ORDER;

    if (e != ERR_OK)
        return e;
    state = fold_digest(a->accumulator.p);
    if (a->next != a->head.parts || !crypto_equal(a->chain.b, a->head.content.b, HASH_SIZE) ||
        !crypto_equal(state.b, a->head.state.b, HASH_SIZE)) {
        a->job->restart = true;
        return forget(a->txn, &a->s);
    }
    a->s.epoch = a->head.epoch;
    a->s.fold_version = a->head.fold_version;
    e = scope_begin_at(a->txn, &a->s, &a->head.frontier);
    if (e == ERR_OK)
        e = replica_past_whole(a->txn, &a->s);
    return e == ERR_OK ? replica_checkpoint(a->r, &a->s, message) : e;
}

enum err replica_snapshot(struct txn *txn, struct replica *r, struct work *job)
{
    struct arriving a = {.txn = txn, .r = r, .job = job};
    struct bytes list = buf_bytes(&job->in), message;
    uint8_t type;
    enum err e = scope_load(txn, &job->scope, &a.s);

    if (e == ERR_NOT_FOUND)
        memset(&a.s, 0, sizeof a.s);
    if (e == ERR_OK && a.s.frontier.size > 0)
        return ERR_BAD_ORDER; /* there is a log here */
    if (e == ERR_OK || e == ERR_NOT_FOUND)
        e = progress_load(txn, &job->scope, &a);
    e = e == ERR_NOT_FOUND ? ERR_OK : e;
    while (e == ERR_OK && !job->restart && work_message_next(&list, &type, &message))
        e = type == MESSAGE_SNAPSHOT ? on_head(&a, message)
            : type == MESSAGE_PART   ? on_part(&a, message)
            : type == MESSAGE_PAST   ? on_past(&a, message)
                                     : on_checkpoint(&a, message);
    if (e == ERR_OK && !job->restart)
        e = state_save(&a);
    buf_deinit(&a.head_message);
    buf_wipe_deinit(&a.accumulator);
    buf_wipe_deinit(&a.part);
    return e;
}
