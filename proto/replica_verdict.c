/* replica_verdict.c - see replica_verdict.h. */
#include "replica_verdict.h"

#include "author.h"
#include "draft.h"
#include "ledger.h"
#include "mp.h"
#include "verdict.h"

/* --- rows --------------------------------------------------------------------------------------------------- */

static enum err decode(struct replica_verdict *v, struct bytes key, struct bytes value)
{
    struct mp r;

    memset(v, 0, sizeof *v);
    mp_open(&r, value);
    mp_expect_array(&r, 10);
    v->scope = id_from(mp_bin_exact(&r, ID_SIZE));
    memcpy(v->id.b, mp_bin_exact(&r, HASH_SIZE), HASH_SIZE);
    v->leaf = (uint32_t)mp_uint(&r, UINT32_MAX);
    v->position = (uint32_t)mp_uint(&r, UINT32_MAX);
    v->verdict = (uint32_t)mp_uint(&r, UINT32_MAX);
    v->time = mp_uint(&r, TIME_MAX);
    v->by = mp_str(&r, NAME_MAX_BYTES);
    v->text = mp_str(&r, VERDICT_TEXT_MAX);
    v->answered = mp_uint(&r, 1) == 1;
    v->body = mp_bin(&r, CHANGE_BODY_MAX);
    if (mp_close(&r) != ERR_OK || key.n != 4)
        return ERR_DAMAGED;
    v->number = load_u32(key.p);
    return ERR_OK;
}

static enum err put(struct txn *txn, const struct replica_verdict *v)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf row = {0};
    enum err e;

    mp_put_array(&row, 10);
    mp_put_bin(&row, v->scope.b, ID_SIZE);
    mp_put_bin(&row, v->id.b, HASH_SIZE);
    mp_put_uint(&row, v->leaf);
    mp_put_uint(&row, v->position);
    mp_put_uint(&row, v->verdict);
    mp_put_uint(&row, v->time);
    mp_put_str(&row, v->by);
    mp_put_str(&row, v->text);
    mp_put_uint(&row, v->answered ? 1 : 0);
    mp_put_bin(&row, v->body.p, v->body.n);
    store_u32(room, v->number);
    e = store_put(txn, TABLE_verdict, bytes_of(room, 4), buf_bytes(&row));
    buf_wipe_deinit(&row);
    return e;
}

struct reading {
    replica_verdict_visit *visit;
    void *arg;
    enum err err;
};

static bool each_visit(void *arg, struct bytes key, struct bytes value)
{
    struct reading *r = arg;
    struct replica_verdict v;

    r->err = decode(&v, key, value);
    return r->err == ERR_OK && r->visit(r->arg, &v);
}

enum err replica_verdict_each(struct txn *txn, replica_verdict_visit *visit, void *arg)
{
    struct reading r = {visit, arg, ERR_OK};
    enum err e = store_scan(txn, TABLE_verdict, bytes_of(NULL, 0), each_visit, &r);

    return e == ERR_OK ? r.err : e;
}

enum err replica_verdict_get(struct txn *txn, uint32_t number, struct buf *row, struct replica_verdict *out)
{
    uint8_t key[4];
    enum err e;

    store_u32(key, number);
    e = store_get(txn, TABLE_verdict, bytes_of(key, 4), row);
    if (e == ERR_NOT_FOUND)
        return ERR_NO_SUCH_CHANGE;
    return e == ERR_OK ? decode(out, bytes_of(key, 4), buf_bytes(row)) : e;
}

enum err replica_verdict_answered(struct txn *txn, uint32_t number)
{
    struct replica_verdict v;
    struct buf row = {0};
    enum err e = replica_verdict_get(txn, number, &row, &v);

    v.answered = true;
    if (e == ERR_OK)
        e = put(txn, &v);
    buf_wipe_deinit(&row);
    return e;
}

/* --- numbers: the next one, and which row is about a change ------------------------------------------------- */

static enum err number_get(struct txn *txn, struct bytes key, uint32_t *number)
{
    struct buf value = {0};
    enum err e = store_get(txn, TABLE_meta, key, &value);

    if (e == ERR_OK && value.n != 4)
        e = ERR_DAMAGED;
    if (e == ERR_OK)
        *number = load_u32(value.p);
    buf_deinit(&value);
    return e;
}

static enum err number_put(struct txn *txn, struct bytes key, uint32_t number)
{
    uint8_t value[4];

    store_u32(value, number);
    return store_put(txn, TABLE_meta, key, bytes_of(value, 4));
}

enum err replica_verdict_next(struct txn *txn, uint32_t *number)
{
    enum err e = number_get(txn, bytes_of_str("verdict number"), number);

    if (e == ERR_NOT_FOUND)
        *number = 0;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static struct bytes about_key(uint8_t *room, const struct hash *id)
{
    memcpy(room, "verdict", 7);
    memcpy(room + 7, id->b, HASH_SIZE);
    return bytes_of(room, 7 + HASH_SIZE);
}

/* What was said of this change before is over. */
static enum err forget(struct txn *txn, const struct hash *id)
{
    uint8_t room[STORE_KEY_MAX], key[4];
    uint32_t number;
    enum err e = number_get(txn, about_key(room, id), &number);

    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    store_u32(key, number);
    e = store_del(txn, TABLE_verdict, bytes_of(key, 4));
    return e == ERR_OK ? store_del(txn, TABLE_meta, about_key(room, id)) : e;
}

enum err replica_verdict_about(struct txn *txn, const struct hash *id, struct buf *row, struct replica_verdict *out)
{
    uint8_t room[STORE_KEY_MAX];
    uint32_t number;
    enum err e = number_get(txn, about_key(room, id), &number);

    if (e == ERR_OK)
        e = replica_verdict_get(txn, number, row, out);
    return e == ERR_NO_SUCH_CHANGE ? ERR_NOT_FOUND : e;
}

/* The same word again, after the ward was restored: what its author has done about it stays done. */
static enum err carry_answered(struct txn *txn, struct replica_verdict *v)
{
    struct replica_verdict before;
    struct buf row = {0};
    enum err e = replica_verdict_about(txn, &v->id, &row, &before);

    if (e == ERR_OK)
        v->answered = before.answered && before.verdict == v->verdict;
    buf_wipe_deinit(&row);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err keep(struct txn *txn, struct replica_verdict *v)
{
    uint8_t room[STORE_KEY_MAX];
    enum err e = carry_answered(txn, v);

    if (e == ERR_OK)
        e = forget(txn, &v->id);

    if (e == ERR_OK)
        e = replica_verdict_next(txn, &v->number);
    if (e == ERR_OK)
        e = put(txn, v);
    if (e == ERR_OK)
        e = number_put(txn, about_key(room, &v->id), v->number);
    return e == ERR_OK ? number_put(txn, bytes_of_str("verdict number"), v->number + 1) : e;
}

/* --- the word ------------------------------------------------------------------------------------------------- */

/* Our own work from before this store was put back, or by a copy of it: it is shown as what we wrote here is. */
static void draft_waits(struct draft *d, const struct version *v, const struct change_slot *slot, uint32_t verdict)
{
    struct draft_item item, *last = draft_add(d);
    size_t at = 0;

    last->state = DRAFT_HELD;
    last->version = *v;
    last->owns = verdict_owns(verdict);
    buf_put_bytes(&last->body, slot->body);
    item = *last;
    while (at + 1 < d->count && d->item[at].state == DRAFT_HELD)
        at++;
    memmove(&d->item[at + 1], &d->item[at], (d->count - 1 - at) * sizeof item);
    d->item[at] = item;
}

/* The draft has served: accepted, it is in the folded part, here or, as a proposal, at the record's home; refused, it
 * is kept aside; held, it stays on the screen. */
static enum err draft_told(struct txn *txn, const struct scope *s, const struct change_slot *slot, uint32_t verdict)
{
    struct version v = change_version(&slot->commitment);
    struct draft_item *item;
    struct id record;
    struct draft d;
    uint32_t kind;
    bool waits;
    enum err e;

    change_subject(slot->body, &kind, &record);
    e = draft_load(txn, kind, &record, s->number, &d);
    item = draft_find(&d, &v);
    waits = verdict_kind(verdict) == VERDICT_HELD;
    if (e == ERR_OK && (item != NULL || waits)) {
#ifdef BUG_16 /* planted (tests/bugs_test.sh): a store that was put back does not show what waits */
        waits = waits && item != NULL;
#endif
        if (item == NULL && waits)
            draft_waits(&d, &v, slot, verdict);
        else if (waits)
            item->state = DRAFT_HELD;
        else if (item != NULL)
            draft_remove(&d, (size_t)(item - d.item));
        e = draft_save(txn, kind, &record, s->number, &d);
    }
    draft_deinit(&d);
    return e;
}

/* A proposal to a record whose class was raised counts there: nothing of it stays here. */
static enum err taken_up(struct txn *txn, const struct scope *s, struct replica_verdict *v,
                         const struct change_slot *slot)
{
    struct id record;
    bool raised = false;
    uint32_t kind;
    enum err e;

    change_subject(slot->body, &kind, &record);
    e = ledger_is_raised(txn, s, &record, &raised);
    if (e == ERR_OK && raised && verdict_kind(v->verdict) == VERDICT_PROPOSAL)
        v->verdict = verdict_make(VERDICT_ACCEPTED, verdict_owns(v->verdict), ERR_OK);
    return e;
}

/* Two stores of this device sent the same change, and it was accepted from the one before it was held from the other:
 * it counts, and nothing of it waits (settle_draft() of reissue.c sees it the same way). */
static enum err in_effect(struct txn *txn, const struct scope *s, struct replica_verdict *v,
                          const struct change_slot *slot)
{
    struct version version = change_version(&slot->commitment);
    uint32_t leaf, position;
    enum err e;

    if (verdict_kind(v->verdict) != VERDICT_HELD)
        return ERR_OK;
    e = scope_change_find(txn, s, &version, &leaf, &position);
    if (e == ERR_OK)
        v->verdict = verdict_make(VERDICT_ACCEPTED, verdict_owns(v->verdict), ERR_OK);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err told(struct txn *txn, const struct scope *s, struct replica_verdict *v, const struct change_slot *slot)
{
    enum err e;

    if (slot->body.n == 0)
        return ERR_OK; /* erased meanwhile: there is nothing left to show or to mend */
    e = taken_up(txn, s, v, slot);
    if (e == ERR_OK)
        e = in_effect(txn, s, v, slot);
    if (e != ERR_OK)
        return e;
    v->scope = s->id;
    v->id = slot->commitment;
    v->body = slot->body;
    e = draft_told(txn, s, slot, v->verdict);
    if (e == ERR_OK)
        e = verdict_kind(v->verdict) == VERDICT_ACCEPTED ? forget(txn, &v->id) : keep(txn, v);
    return e;
}

enum err replica_verdict_slot(struct txn *txn, const struct scope *s, uint32_t leaf, uint32_t position,
                              uint32_t verdict, uint64_t accepted, const struct change_slot *slot)
{
    struct replica_verdict v = {.leaf = leaf, .position = position, .verdict = verdict, .time = accepted};

    return told(txn, s, &v, slot);
}

enum err replica_verdict_word(struct txn *txn, const struct scope *s, const struct message_word *word,
                              const struct change_slot *slot)
{
    struct replica_verdict v = {.leaf = REPLICA_VERDICT_NO_LEAF, .verdict = word->verdict, .time = word->time,
                                .by = word->by, .text = word->text};

    return told(txn, s, &v, slot);
}

enum err replica_verdict_ruled(struct txn *txn, const struct replica *r, const struct scope *s,
                               const struct control *c, struct work *job)
{
    const struct control_verdict *word = &c->is.verdict;
    struct replica_verdict v = {.position = word->position, .verdict = word->verdict, .time = c->time,
                                .by = word->by, .text = word->text};
    struct ledger_leaf l = {0};
    struct buf row = {0};
    struct author us = {r->device, r->person};
    struct header h = {.device = word->device, .person = r->person};
    bool mine = false;
    uint64_t leaf;
    enum err e = author_wrote(txn, s, &us, &h, &mine);

    if (e != ERR_OK || !mine) /* from no device of ours */
        return e;
    e = ledger_find(txn, s, &word->device, word->incarnation, word->first, &leaf);
    if (e == ERR_NOT_FOUND)
        return ERR_OK;
    if (e == ERR_OK)
        e = ledger_leaf_at(txn, s, leaf, &row, &l);
    if (e == ERR_OK && header_decode(&h, l.header) != ERR_OK)
        e = ERR_DAMAGED;
    if (e == ERR_OK)
        e = author_wrote(txn, s, &us, &h, &mine);
    if (e == ERR_OK && mine && word->position < l.changeset.count) {
        changeset_commit(&l.changeset, &h.scope, &h.device, &h.person);
        v.leaf = (uint32_t)leaf;
        e = told(txn, s, &v, &l.changeset.slot[word->position]);
        job->refused += verdict_kind(word->verdict) == VERDICT_REFUSED;
        job->held += verdict_kind(word->verdict) == VERDICT_HELD;
    }
    ledger_leaf_deinit(&l);
    buf_wipe_deinit(&row);
    return e;
}

/* --- a scope that goes --------------------------------------------------------------------------------------- */

struct leaving {
    const struct scope *scope;
    struct buf ids; /* of rows that go too */
};

static bool leave_visit(void *arg, const struct replica_verdict *v)
{
    struct leaving *l = arg;
    enum verdict is = verdict_kind(v->verdict);

    if (id_equal(&v->scope, &l->scope->id) && is != VERDICT_HELD && (is != VERDICT_REFUSED || v->answered))
        buf_put(&l->ids, v->id.b, HASH_SIZE);
    return true;
}

bool replica_verdict_left(struct txn *txn, const struct replica_verdict *v)
{
    struct scope s;

    return scope_load(txn, &v->scope, &s) == ERR_NOT_FOUND;
}

enum err replica_verdict_leave(struct txn *txn, const struct scope *s)
{
    struct leaving l = {.scope = s};
    enum err e = replica_verdict_each(txn, leave_visit, &l);

    for (size_t i = 0; e == ERR_OK && i < l.ids.n; i += HASH_SIZE) {
        struct hash id;

        memcpy(id.b, l.ids.p + i, HASH_SIZE);
        e = forget(txn, &id);
    }
    buf_deinit(&l.ids);
    return e;
}
