/* ledger.c - one leaf and all that follows from it. */
#include "ledger.h"

#include "actor.h"
#include "held.h"
#include "leaf.h"
#include "mirror.h"
#include "verdict.h"
#include "waits.h"

/* --- rows ---------------------------------------------------------------------------------------------- */

void ledger_encode(struct bytes header, const struct changeset *cs, uint64_t accepted, uint64_t policy,
                   struct bytes verdicts, struct buf *row)
{
    mp_put_array(row, 13);
    mp_put_uint(row, LEAF_CHANGESET);
    mp_put_bin(row, header.p, header.n);
    mp_put_uint(row, accepted);
    mp_put_uint(row, policy);
    mp_put_raw(row, verdicts);
    changeset_write(cs, row);
}

enum err ledger_decode(struct ledger_leaf *l, struct bytes row)
{
    struct mp r;
    size_t count;

    memset(l, 0, sizeof *l);
    mp_open(&r, row);
    count = mp_array(&r, 13);
    l->is_control = mp_uint(&r, LEAF_CONTROL) == LEAF_CONTROL;
    if (l->is_control) {
        l->control = mp_bin(&r, MESSAGE_MAX);
        memcpy(l->signature, mp_bin_exact(&r, SIGNATURE_SIZE), SIGNATURE_SIZE);
    } else {
        l->header = mp_bin(&r, HEADER_SIZE_MAX);
        l->accepted = mp_uint(&r, UINT64_MAX);
        l->policy = mp_uint(&r, UINT64_MAX);
        l->verdicts = mp_raw(&r);
        changeset_read(&l->changeset, &r);
        memcpy(l->signature, l->changeset.signature, SIGNATURE_SIZE);
    }
    if (count != (l->is_control ? 3u : 13u))
        mp_fail(&r, ERR_DAMAGED);
    if (mp_close(&r) == ERR_OK)
        return ERR_OK;
    ledger_leaf_deinit(l);
    return ERR_DAMAGED;
}

static uint64_t split_uint(struct bytes *rest, enum err *e)
{
    struct mp r;
    uint64_t v;

    mp_open(&r, mp_split(rest));
    v = mp_uint(&r, UINT64_MAX);
    if (mp_close(&r) != ERR_OK)
        *e = ERR_DAMAGED;
    return v;
}

enum err ledger_decode_head(struct ledger_leaf *l, struct bytes row)
{
    struct bytes rest = bytes_cut(row, 1); /* behind the head of an array of 13 or 3 */
    struct mp r;
    enum err e = ERR_OK;

    memset(l, 0, sizeof *l);
    if (split_uint(&rest, &e) == LEAF_CONTROL || e != ERR_OK)
        return ledger_decode(l, row);
    mp_open(&r, mp_split(&rest));
    l->header = mp_bin(&r, HEADER_SIZE_MAX);
    if (mp_close(&r) != ERR_OK)
        e = ERR_DAMAGED;
    l->accepted = split_uint(&rest, &e);
    l->policy = split_uint(&rest, &e);
    l->verdicts = mp_split(&rest);
    return e;
}

void ledger_leaf_deinit(struct ledger_leaf *l)
{
    changeset_deinit(&l->changeset);
    memset(l, 0, sizeof *l);
}

enum err ledger_leaf_at(struct txn *txn, const struct scope *s, uint64_t index, struct buf *row, struct ledger_leaf *l)
{
    enum err e = scope_leaf(txn, s, index, row);

    memset(l, 0, sizeof *l);
    return e == ERR_OK ? ledger_decode(l, buf_bytes(row)) : e;
}

struct hash ledger_hash(const struct ledger_leaf *l)
{
    if (l->is_control)
        return leaf_hash_control(l->control, l->signature);
    return leaf_hash_changeset(l->header, l->signature, l->accepted, l->policy, l->verdicts);
}

/* --- where a stream's leaves are ------------------------------------------------------------------------ */

static struct bytes find_key(uint8_t *room, const struct scope *s, const struct id *device, uint32_t incarnation,
                             uint64_t first)
{
    store_u16(room, s->number);
    memcpy(room + 2, device->b, ID_SIZE);
    store_u32(room + 2 + ID_SIZE, incarnation);
    store_u32(room + 6 + ID_SIZE, (uint32_t)first);
    return bytes_of(room, 10 + ID_SIZE);
}

enum err ledger_find(struct txn *txn, const struct scope *s, const struct id *device, uint32_t incarnation,
                     uint64_t first, uint64_t *index)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf value = {0};
    enum err e = store_get(txn, TABLE_origin, find_key(room, s, device, incarnation, first), &value);

    if (e == ERR_OK && value.n != 4)
        e = ERR_DAMAGED;
    if (e == ERR_OK)
        *index = load_u32(value.p);
    buf_deinit(&value);
    return e;
}

/* --- folding ------------------------------------------------------------------------------------------- */

struct folding {
    struct txn *txn;
    const struct scope *scope;
    struct buf accumulator; /* read at the first part that changes, written once */
    bool open;              /* the part below: several changes of one changeset to one record fold it once */
    uint32_t kind;
    struct id record;
    struct part part;
    bool changed;
    bool waited; /* as it was opened (waits.h) */
    struct buf before, after;
};

static enum err accumulator_load(struct folding *f)
{
    uint8_t room[STORE_KEY_MAX];
    enum err e;

    if (f->accumulator.n > 0)
        return ERR_OK;
    e = store_get(f->txn, TABLE_state, scope_key2(room, f->scope->number), &f->accumulator);
    if (e == ERR_NOT_FOUND) {
        memset(buf_grow(&f->accumulator, FOLD_ACCUMULATOR_SIZE), 0, FOLD_ACCUMULATOR_SIZE);
        return ERR_OK;
    }
    return e == ERR_OK && f->accumulator.n != FOLD_ACCUMULATOR_SIZE ? ERR_DAMAGED : e;
}

static enum err part_open(struct folding *f, const struct change *c)
{
    uint8_t room[STORE_KEY_MAX];
    enum err e = store_get(f->txn, TABLE_part, scope_key_part(room, c->kind, &c->record, f->scope->number), &f->before);

    part_init(&f->part);
    f->open = true;
    f->changed = f->waited = false;
    f->kind = c->kind;
    f->record = c->record;
    if (e == ERR_NOT_FOUND) {
        buf_clear(&f->before);
        return ERR_OK;
    }
    if (e == ERR_OK)
        e = part_decode(&f->part, buf_bytes(&f->before));
    f->waited = e == ERR_OK && waits_part(&f->part);
    return e;
}

static enum err part_write(struct folding *f)
{
    uint8_t room[STORE_KEY_MAX];
    enum err e = accumulator_load(f);

    if (e != ERR_OK)
        return e;
    buf_clear(&f->after);
    part_encode(&f->part, &f->after);
    if (f->before.n > 0)
        fold_digest_remove(f->accumulator.p, &f->record, buf_bytes(&f->before));
    fold_digest_add(f->accumulator.p, &f->record, buf_bytes(&f->after));
    e = waits_note(f->txn, f->scope->number, f->kind, &f->record, f->waited, waits_part(&f->part));
    return e != ERR_OK ? e
                       : store_put(f->txn, TABLE_part,
                                   scope_key_part(room, f->kind, &f->record, f->scope->number), buf_bytes(&f->after));
}

static enum err part_close(struct folding *f)
{
    enum err e = f->open && f->changed ? part_write(f) : ERR_OK;

    if (f->open)
        part_deinit(&f->part);
    f->open = false;
    return e;
}

static enum err folding_end(struct folding *f, enum err e)
{
    uint8_t room[STORE_KEY_MAX];
    enum err closed = part_close(f);

    if (e == ERR_OK)
        e = closed;
    if (e == ERR_OK && f->accumulator.n > 0)
        e = store_put(f->txn, TABLE_state, scope_key2(room, f->scope->number), buf_bytes(&f->accumulator));
    buf_deinit(&f->accumulator);
    buf_deinit(&f->before);
    buf_deinit(&f->after);
    return e;
}

/* One accepted change into its part. A version folded before changes nothing, nor does one to a record that was raised
 * out of this scope. */
static enum err fold_one(struct folding *f, const struct change_slot *slot, bool owns, uint32_t leaf, uint32_t position)
{
    struct version v = change_version(&slot->commitment);
    uint32_t known_leaf, known_position;
    struct change c;
    bool raised = false;
    enum err e = scope_change_find(f->txn, f->scope, &v, &known_leaf, &known_position);

    if (e != ERR_NOT_FOUND)
        return e;
    e = change_decode(&c, slot->body);
    if (e == ERR_OK)
        e = ledger_is_raised(f->txn, f->scope, &c.record, &raised);
    if (e != ERR_OK || raised)
        return e;
    if (e == ERR_OK && f->open && (f->kind != c.kind || !id_equal(&f->record, &c.record)))
        e = part_close(f);
    if (e == ERR_OK && !f->open)
        e = part_open(f, &c);
    if (e == ERR_OK)
        e = scope_change_note(f->txn, f->scope, &v, leaf, position);
    if (e == ERR_OK)
        f->changed = fold_change(&f->part, f->scope->fold_version, &c, &v, owns, leaf, position) || f->changed;
    return e;
}

static enum err fold_changeset(struct txn *txn, const struct scope *s, const struct changeset *cs,
                               struct bytes verdicts, uint32_t leaf)
{
    struct folding f = {.txn = txn, .scope = s};
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < cs->count; i++) {
        uint32_t verdict;

        e = verdict_list_at(verdicts, i, &verdict);
        if (e == ERR_OK && verdict_kind(verdict) == VERDICT_ACCEPTED && cs->slot[i].body.n > 0)
            e = fold_one(&f, &cs->slot[i], verdict_owns(verdict), leaf, (uint32_t)i);
    }
    return folding_end(&f, e);
}

enum err ledger_release(struct txn *txn, const struct scope *s, const struct control_verdict *v)
{
    struct folding f = {.txn = txn, .scope = s};
    struct buf row = {0};
    struct ledger_leaf l = {0};
    struct header h;
    uint64_t index;
    enum err e;

    if (verdict_kind(v->verdict) != VERDICT_ACCEPTED)
        return ERR_OK;
    e = ledger_find(txn, s, &v->device, v->incarnation, v->first, &index);
    if (e == ERR_NOT_FOUND)
        return ERR_OK;
    if (e == ERR_OK)
        e = ledger_leaf_at(txn, s, index, &row, &l);
    if (e == ERR_OK)
        e = header_decode(&h, l.header) == ERR_OK ? ERR_OK : ERR_DAMAGED;
    if (e == ERR_OK && v->position < l.changeset.count && l.changeset.slot[v->position].body.n > 0) {
        changeset_commit(&l.changeset, &h.scope, &h.device, &h.person);
        e = fold_one(&f, &l.changeset.slot[v->position], verdict_owns(v->verdict), (uint32_t)index, v->position);
    }
    e = folding_end(&f, e);
    ledger_leaf_deinit(&l);
    buf_deinit(&row);
    return e;
}

/* A change of another log, under its author's version. */
static enum err fold_mirror(struct txn *txn, const struct scope *s, const struct control *c)
{
    struct folding f = {.txn = txn, .scope = s};
    struct change_slot slot = {.body = c->is.mirror.body};
    struct header h;
    enum err e = mirror_commitment(c, &h, &slot.commitment);

    if (e == ERR_OK && verdict_kind(c->is.mirror.verdict) == VERDICT_ACCEPTED)
        e = fold_one(&f, &slot, verdict_owns(c->is.mirror.verdict), (uint32_t)s->frontier.size - 1, 0);
    return folding_end(&f, e);
}

static enum err strip_part(const struct folding *f)
{
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < f->part.changes; i++)
        e = ledger_strip(f->txn, f->scope, f->part.change[i].leaf, f->part.change[i].position);
    return e;
}

enum err ledger_raised(struct txn *txn, const struct scope *s, const struct control_raised *r)
{
    uint8_t room[STORE_KEY_MAX], access = (uint8_t)r->access;

    if (r->access <= (uint32_t)s->access)
        return ERR_OK;
    return store_put(txn, TABLE_raised, scope_key_record(room, s->number, &r->record), bytes_of(&access, 1));
}

/* The record's class is above that of this scope now: its part leaves the state, its bodies leave the rows. Whoever
 * never got the bodies comes to the same state. */
static enum err raise_away(struct txn *txn, const struct scope *s, const struct control_raised *r)
{
    struct change c = {.record = r->record, .kind = r->kind};
    struct folding f = {.txn = txn, .scope = s};
    uint8_t room[STORE_KEY_MAX];
    enum err e = ledger_raised(txn, s, r);

    if (r->access <= (uint32_t)s->access)
        return e;
    if (e == ERR_OK)
        e = part_open(&f, &c);
    if (e == ERR_OK && f.before.n > 0) {
        e = strip_part(&f);
        if (e == ERR_OK)
            e = accumulator_load(&f);
        if (e == ERR_OK) {
            fold_digest_remove(f.accumulator.p, &r->record, buf_bytes(&f.before));
            e = store_del(txn, TABLE_part, scope_key_part(room, r->kind, &r->record, s->number));
            if (e == ERR_OK)
                e = waits_note(txn, s->number, r->kind, &r->record, f.waited, false);
        }
    }
    return folding_end(&f, e);
}

/* --- adding -------------------------------------------------------------------------------------------- */

enum err ledger_add_changeset(struct txn *txn, struct scope *s, struct stream *stream, const struct header *h,
                              struct bytes header, struct changeset *cs, uint64_t accepted, uint64_t policy,
                              struct bytes verdicts)
{
    struct hash hash = leaf_hash_changeset(header, cs->signature, accepted, policy, verdicts);
    uint32_t leaf = (uint32_t)s->frontier.size;
    uint8_t room[STORE_KEY_MAX], where[4];
    struct buf row = {0};
    enum err e;

#ifdef BUG_6 /* planted (tests/bugs_test.sh): the leaf is kept, but its bytes are not hashed into the tree */
    memset(&hash, 0, sizeof hash);
#endif
    assert(stream->next == h->first && id_equal(&stream->device, &h->device));
    ledger_encode(header, cs, accepted, policy, verdicts, &row);
    e = scope_append(txn, s, &hash, buf_bytes(&row));
    buf_deinit(&row);
    if (e == ERR_OK) {
        store_u32(where, leaf);
        e = store_put(txn, TABLE_origin, find_key(room, s, &h->device, h->incarnation, h->first), bytes_of(where, 4));
    }
    if (e == ERR_OK) {
        stream->next += cs->count;
        stream->head = header_head(header, cs->signature);
        e = scope_stream_save(txn, s, stream);
    }
    if (e == ERR_OK)
        e = held_note(txn, s, cs, verdicts, accepted, leaf);
    if (e == ERR_OK)
        e = fold_changeset(txn, s, cs, verdicts, leaf);
    return e;
}

enum err ledger_past(struct txn *txn, const struct scope *s, uint64_t index, const struct header *h,
                     const struct ledger_leaf *l)
{
    uint8_t room[STORE_KEY_MAX], where[4];
    struct buf row = {0};
    enum err e;

    assert(index < s->from);
    ledger_encode(l->header, &l->changeset, l->accepted, l->policy, l->verdicts, &row);
    e = scope_leaf_past(txn, s, index, buf_bytes(&row));
    store_u32(where, (uint32_t)index);
    if (e == ERR_OK)
        e = store_put(txn, TABLE_origin, find_key(room, s, &h->device, h->incarnation, h->first), bytes_of(where, 4));
    if (e == ERR_OK)
        e = held_note(txn, s, &l->changeset, l->verdicts, l->accepted, (uint32_t)index);
    buf_deinit(&row);
    return e;
}

enum err ledger_add_control(struct txn *txn, struct scope *s, struct bytes control,
                            const uint8_t signature[SIGNATURE_SIZE])
{
    struct hash hash = leaf_hash_control(control, signature);
    struct control c;
    struct buf row = {0};
    enum err e = control_decode(&c, control);

    if (e == ERR_OK && c.kind == CONTROL_FOLD && c.is.fold.version > FOLD_VERSION)
        e = ERR_TOO_NEW; /* from here on this program would hold another state than everybody else */
    if (e != ERR_OK)
        return e;
    leaf_encode_control(control, signature, &row);
    e = scope_append(txn, s, &hash, buf_bytes(&row));
    buf_deinit(&row);
    if (e == ERR_OK)
        e = actor_apply(txn, s, &c);
    if (s->fold_version == 0)
        s->fold_version = 1;
    if (e == ERR_OK && c.kind == CONTROL_VERDICT)
        e = held_decided(txn, s, &c.is.verdict);
    if (e == ERR_OK && c.kind == CONTROL_VERDICT)
        e = ledger_release(txn, s, &c.is.verdict);
    if (e == ERR_OK && c.kind == CONTROL_MIRROR && s->fold_version >= 2)
        e = fold_mirror(txn, s, &c);
    if (e == ERR_OK && c.kind == CONTROL_RAISED && s->fold_version >= 2)
        e = raise_away(txn, s, &c.is.raised);
    if (e == ERR_OK && c.kind == CONTROL_EPOCH && c.is.epoch.epoch > s->epoch)
        s->epoch = c.is.epoch.epoch;
    if (e == ERR_OK && c.kind == CONTROL_FOLD && c.is.fold.version > s->fold_version)
        s->fold_version = c.is.fold.version;
    return e;
}

static size_t bodies_of(const struct changeset *cs)
{
    size_t n = 0;

    for (size_t i = 0; i < cs->count; i++)
        n += cs->slot[i].body.n > 0;
    return n;
}

enum err ledger_fill(struct txn *txn, const struct scope *s, uint64_t index, struct changeset *cs, bool *filled)
{
    struct buf row = {0}, rebuilt = {0};
    struct ledger_leaf l;
    struct header h, again;
    enum err e = ledger_leaf_at(txn, s, index, &row, &l);

    *filled = false;
    if (e == ERR_OK)
        e = !l.is_control && header_decode(&h, l.header) == ERR_OK ? ERR_OK : ERR_DAMAGED;
    if (e == ERR_OK && cs->count == l.changeset.count && bodies_of(cs) > bodies_of(&l.changeset)) {
        changeset_commit(cs, &h.scope, &h.device, &h.person);
        again = changeset_header(cs, &h.scope, &h.device, h.incarnation, &h.person, &h.previous, h.epoch, &h.root);
        header_encode(&again, &rebuilt);
        *filled = bytes_equal(buf_bytes(&rebuilt), l.header) &&
                  crypto_equal(cs->signature, l.signature, SIGNATURE_SIZE);
    }
    if (*filled) {
        buf_clear(&rebuilt);
        ledger_encode(l.header, cs, l.accepted, l.policy, l.verdicts, &rebuilt);
        e = scope_leaf_replace(txn, s, index, buf_bytes(&rebuilt));
    }
    ledger_leaf_deinit(&l);
    buf_deinit(&row);
    buf_deinit(&rebuilt);
    return e;
}

enum err ledger_part(struct txn *txn, const struct scope *s, uint32_t kind, const struct id *record, struct part *p)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf row = {0};
    enum err e = store_get(txn, TABLE_part, scope_key_part(room, kind, record, s->number), &row);

    part_init(p);
    if (e == ERR_OK)
        e = part_decode(p, buf_bytes(&row));
    else if (e == ERR_NOT_FOUND)
        e = ERR_OK;
    buf_deinit(&row);
    return e;
}

enum err ledger_state(struct txn *txn, const struct scope *s, struct hash *state)
{
    struct folding f = {.txn = txn, .scope = s};
    enum err e = accumulator_load(&f);

    if (e == ERR_OK)
        *state = fold_digest(f.accumulator.p);
    buf_deinit(&f.accumulator);
    return e;
}
