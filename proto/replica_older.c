/* replica_older.c - see replica_older.h. */
#include "replica_older.h"

#include "held.h"
#include "ledger.h"
#include "message.h"
#include "replica_release.h"
#include "replica_snapshot.h"

enum err replica_older_ask(struct txn *txn, const struct scope *scope, size_t count, struct buf *list)
{
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        struct message_scope m = {.scope = scope[i].id, .epoch = scope[i].epoch, .from = scope[i].from};
        struct buf message = {0};
        struct scope s;

        if (scope[i].from == 0)
            continue;
        e = scope_load_older(txn, &scope[i].id, &s);
        if (e == ERR_OK)
            m.size = s.frontier.size;
        if (e == ERR_NOT_FOUND)
            e = ERR_OK;
        message_scope_encode(&m, &message);
        work_message(list, MESSAGE_OLDER, buf_bytes(&message));
        buf_deinit(&message);
    }
    return e;
}

enum err replica_older_find(struct txn *txn, const struct replica *r, const struct work *job, struct scope *s)
{
    struct scope now;
    enum err e = scope_load(txn, &job->scope, &now);

    if (e == ERR_NOT_FOUND || (e == ERR_OK && now.from == 0))
        return ERR_BAD_ORDER; /* nothing older is wanted */
    if (e == ERR_OK)
        e = scope_load_older(txn, &job->scope, s);
    if (e != ERR_NOT_FOUND)
        return e;
    memset(s, 0, sizeof *s);
    s->id = job->scope;
    s->older = true;
    s->epoch = job->epoch;
    memcpy(s->ward_key, r->ward_key, SIGN_PUBLIC_SIZE);
    return scope_number_new(txn, &s->number);
}

enum err replica_older_forget(struct txn *txn, const struct id *scope)
{
    struct scope s;
    enum err e = scope_load_older(txn, scope, &s);

    if (e == ERR_OK)
        e = ledger_forget(txn, &s);
    if (e == ERR_OK)
        e = store_del(txn, TABLE_older, bytes_of(scope->b, ID_SIZE));
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* --- it takes the scope's place ----------------------------------------------------------------------------------- */

/* What was written here stands under the scope's number: at the front of the key, or behind kind and record. */
struct moving {
    uint16_t from;
    bool behind;
    struct buf rows; /* u8 length, key, u32 length, value, … */
};

static bool moving_visit(void *arg, struct bytes key, struct bytes value)
{
    struct moving *m = arg;
    size_t at = m->behind ? 2 + ID_SIZE : 0;

    if (key.n < at + 2 || load_u16(key.p + at) != m->from)
        return true;
    buf_put_u8(&m->rows, (uint8_t)key.n);
    buf_put_bytes(&m->rows, key);
    buf_put_u32(&m->rows, (uint32_t)value.n);
    buf_put_bytes(&m->rows, value);
    return true;
}

static enum err move_rows(struct txn *txn, enum table t, uint16_t from, uint16_t to)
{
    struct moving m = {.from = from, .behind = t == TABLE_draft};
    uint8_t room[STORE_KEY_MAX], key[STORE_KEY_MAX];
    enum err e = store_scan(txn, t, m.behind ? bytes_of(NULL, 0) : scope_key2(room, from), moving_visit, &m);

    for (struct bytes rest = buf_bytes(&m.rows); e == ERR_OK && rest.n > 0;) {
        struct bytes old = bytes_of(rest.p + 1, rest.p[0]), value;

        rest = bytes_cut(rest, 1 + old.n);
        value = bytes_of(rest.p + 4, load_u32(rest.p));
        rest = bytes_cut(rest, 4 + value.n);
        memcpy(key, old.p, old.n);
        store_u16(key + (m.behind ? 2 + ID_SIZE : 0), to);
        e = store_del(txn, t, old);
        if (e == ERR_OK)
            e = store_put(txn, t, bytes_of(key, old.n), value);
    }
    buf_wipe_deinit(&m.rows);
    return e;
}

static enum err move_own(struct txn *txn, uint16_t from, uint16_t to)
{
    static const enum table own[] = {TABLE_pending, TABLE_draft, TABLE_outbox};
    struct replica_end end;
    enum err e = replica_end_load(txn, from, &end);

    if (e == ERR_OK && end.next > 0)
        e = replica_end_save(txn, to, &end);
    for (size_t i = 0; e == ERR_OK && i < ARRAY_LEN(own); i++)
        e = move_rows(txn, own[i], from, to);
    return e;
}

struct released {
    struct buf leaves; /* uint32_t[] */
    uint64_t below;
};

static bool released_visit(void *arg, const struct held *h)
{
    struct released *r = arg;

    if (h->decided && h->leaf < r->below)
        buf_put(&r->leaves, &h->leaf, sizeof h->leaf);
    return true;
}

/* What was released since the snapshot came with the leaf that says so, and that one does not come again. */
static enum err carry_released(struct txn *txn, const struct scope *s, const struct scope *now)
{
    struct released r = {.below = s->frontier.size};
    enum err e = held_each(txn, now, released_visit, &r);

    for (size_t i = 0; e == ERR_OK && i < r.leaves.n / sizeof(uint32_t); i++) {
        uint32_t leaf;

        memcpy(&leaf, r.leaves.p + i * sizeof leaf, sizeof leaf);
        e = replica_release_carry(txn, now, s, leaf);
        e = e == ERR_NOT_FOUND ? ERR_OK : e; /* it was decided before the snapshot */
    }
    buf_deinit(&r.leaves);
    return e;
}

/* The leaves since the snapshot, behind those before it. */
static enum err add_newer(struct txn *txn, struct scope *s, const struct scope *now)
{
    enum err e = ERR_OK;

    for (uint64_t i = s->frontier.size; e == ERR_OK && i < now->frontier.size; i++) {
        struct buf row = {0};
        struct ledger_leaf l;

        e = ledger_leaf_at(txn, now, i, &row, &l);
        if (e == ERR_OK)
            e = ledger_add_again(txn, s, &l);
        ledger_leaf_deinit(&l);
        buf_wipe_deinit(&row);
    }
    return e;
}

/* Two folds of one log: if they differ a person must look, here as when the ward's differs. The leaves stand. */
static enum err compare(struct txn *txn, struct replica *r, const struct scope *s, const struct hash *state)
{
    struct hash ours;
    enum err e = ledger_state(txn, s, &ours);

    if (e != ERR_OK || crypto_equal(ours.b, state->b, HASH_SIZE))
        return e;
    r->states_differ = true;
    return replica_save(txn, r);
}

static enum err replace(struct txn *txn, struct scope *s, struct scope *now)
{
    struct scope old = *now;
    enum err e = move_own(txn, old.number, s->number);

    if (e == ERR_OK)
        e = ledger_forget(txn, &old);
    if (e == ERR_OK)
        e = store_del(txn, TABLE_older, bytes_of(s->id.b, ID_SIZE));
    if (e == ERR_OK)
        e = replica_snapshot_served(txn, &s->id);
    s->older = false;
    s->epoch = old.epoch;
    s->signed_size = old.signed_size;
    s->signed_time = old.signed_time;
    memcpy(s->signature, old.signature, SIGNATURE_SIZE);
    s->confirmed_epoch = old.confirmed_epoch;
    s->confirmed_size = old.confirmed_size;
    s->confirmed_from = SCOPE_FROM_ARRIVED;
    return e == ERR_OK ? scope_save(txn, s) : e;
}

enum err replica_older_arrived(struct txn *txn, struct replica *r, struct scope *s)
{
    struct hash theirs, root = scope_root(s), state;
    struct scope now;
    enum err e = scope_load(txn, &s->id, &now);

    if (e != ERR_OK || s->frontier.size < now.from)
        return e;
    e = scope_root_at(txn, &now, s->frontier.size, &theirs);
    if (e == ERR_OK && !crypto_equal(root.b, theirs.b, HASH_SIZE))
        e = ERR_BAD_PROOF; /* the ward signed two logs */
    if (e == ERR_OK)
        e = ledger_state(txn, &now, &state);
    if (e == ERR_OK)
        e = carry_released(txn, s, &now);
    if (e == ERR_OK)
        e = add_newer(txn, s, &now);
    if (e == ERR_OK)
        e = compare(txn, r, s, &state);
    return e == ERR_OK ? replace(txn, s, &now) : e;
}
