/* replica_past.c - see replica_past.h. */
#include "replica_past.h"

#include "actor.h"
#include "author.h"
#include "held.h"
#include "message.h"
#include "recall.h"
#include "replica_again.h"
#include "replica_keys.h"
#include "replica_verdict.h"
#include "verdict.h"

/* --- a changeset -------------------------------------------------------------------------------------------------- */

/* Nothing is told twice, nor what a person has decided since: that has its own word. */
static enum err is_news(struct txn *txn, const struct scope *s, uint32_t leaf, uint32_t position, uint32_t verdict,
                        const struct hash *id, bool *yes)
{
    struct replica_verdict known;
    struct buf row = {0};
    struct held h;
    enum err e = held_get(txn, s, leaf, position, &h);

    *yes = e == ERR_NOT_FOUND || (e == ERR_OK && !h.decided);
    if (*yes)
        e = replica_verdict_about(txn, id, &row, &known);
    *yes = *yes && (e == ERR_NOT_FOUND || (e == ERR_OK && known.verdict != verdict));
    buf_wipe_deinit(&row);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err tell(struct txn *txn, const struct scope *s, uint32_t leaf, const struct ledger_leaf *l)
{
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < l->changeset.count; i++) {
        const struct change_slot *slot = &l->changeset.slot[i];
        uint32_t verdict;
        bool news = false;

        e = verdict_list_at(l->verdicts, i, &verdict);
        if (e == ERR_OK && slot->body.n > 0)
            e = is_news(txn, s, leaf, i, verdict, &slot->commitment, &news);
        if (e == ERR_OK && news)
            e = replica_verdict_slot(txn, s, leaf, i, verdict, l->accepted, slot);
    }
    return e;
}

/* Its row, or the bodies that its row lacks. */
static enum err put_leaf(struct txn *txn, const struct scope *s, uint64_t index, struct recall_leaf *l)
{
    struct buf row = {0};
    bool filled;
    enum err e = scope_leaf(txn, s, index, &row);

    buf_wipe_deinit(&row);
    if (e == ERR_NOT_FOUND)
        return ledger_past(txn, s, index, &l->is, &l->leaf);
    return e == ERR_OK ? ledger_fill(txn, s, index, &l->leaf.changeset, &filled) : e;
}

static enum err take_changeset(struct txn *txn, const struct replica *r, const struct scope *s,
                               const struct message_past *m)
{
    const struct author us = {r->device, r->person};
    struct recall_leaf l;
    struct actor_device d;
    bool mine = false;
    enum err e = recall_leaf_read(&l, &s->id, MESSAGE_LEAF, m->leaf);

    if (e == ERR_OK)
        e = actor_device(txn, s, &l.is.device, &d) == ERR_OK ? ERR_OK : ERR_BAD_PROOF;
    if (e == ERR_OK)
        e = header_verify(l.leaf.signature, l.leaf.header, d.key);
    if (e == ERR_OK)
        e = put_leaf(txn, s, m->index, &l);
    if (e == ERR_OK)
        e = author_wrote(txn, s, &us, &l.is, &mine);
    if (e == ERR_OK && mine)
        e = replica_again_heard(txn, &l.leaf.changeset);
    if (e == ERR_OK && mine)
        e = tell(txn, s, (uint32_t)m->index, &l.leaf);
    if (e == ERR_OK && mine)
        e = ledger_strip_raised(txn, s, m->index);
    recall_leaf_deinit(&l);
    return e;
}

/* --- a person's word ---------------------------------------------------------------------------------------------- */

/* It says what was known long ago: nobody is alarmed by it. */
static enum err take_word(struct txn *txn, const struct replica *r, const struct scope *s,
                          const struct message_past *m)
{
    struct scope then = *s;
    struct work quiet = {0};
    struct control c;
    enum err e = control_decode(&c, m->leaf);

    then.frontier.size = m->index + 1;
    if (e == ERR_OK && (c.kind != CONTROL_VERDICT || !id_equal(&c.scope, &s->id) || !id_equal(&c.ward, &r->ward)))
        e = ERR_BAD_PROOF;
    if (e == ERR_OK)
        e = replica_keys_word(txn, r, m->leaf, m->signature);
    if (e == ERR_OK)
        e = held_decided(txn, &then, &c.is.verdict);
    if (e == ERR_OK)
        e = replica_verdict_ruled(txn, r, &then, &c, &quiet);
    if (e == ERR_OK)
        e = ledger_strip_ruled(txn, &then, &c.is.verdict);
    return e == ERR_NOT_FOUND ? ERR_BAD_ORDER : e; /* the changeset it is about stands before it */
}

enum err replica_past(struct txn *txn, const struct replica *r, const struct scope *s, bool words,
                      struct bytes message)
{
    struct message_past m;

    if (message_past_decode(&m, message) != ERR_OK || m.index >= s->from || (m.is_word && !words))
        return ERR_BAD_FRAME;
    return m.is_word ? take_word(txn, r, s, &m) : take_changeset(txn, r, s, &m);
}

/* --- what was said before ----------------------------------------------------------------------------------------- */

struct stale {
    struct txn *txn;
    const struct scope *scope;
    struct buf numbers; /* u32 */
    enum err err;
};

/* A change that is folded was accepted. Its word stands all the same if it was told with this snapshot, and the leaf
 * that was folded came no later than the one it is about. */
static bool stale_visit(void *arg, const struct replica_verdict *v)
{
    struct stale *x = arg;
    struct version version = change_version(&v->id);
    uint32_t leaf, position;
    struct buf row = {0};
    enum err here;

    if (!id_equal(&v->scope, &x->scope->id))
        return true;
    x->err = scope_change_find(x->txn, x->scope, &version, &leaf, &position);
    if (x->err == ERR_OK) {
        here = v->leaf == REPLICA_VERDICT_NO_LEAF ? ERR_NOT_FOUND : scope_leaf(x->txn, x->scope, v->leaf, &row);
        if (verdict_kind(v->verdict) == VERDICT_HELD || here == ERR_NOT_FOUND || leaf > v->leaf)
            buf_put_u32(&x->numbers, v->number);
        x->err = here == ERR_NOT_FOUND ? ERR_OK : here;
    }
    buf_wipe_deinit(&row);
    x->err = x->err == ERR_NOT_FOUND ? ERR_OK : x->err;
    return x->err == ERR_OK;
}

static enum err take_back(struct txn *txn, const struct scope *s, uint32_t number)
{
    struct replica_verdict v;
    struct buf row = {0};
    enum err e = replica_verdict_get(txn, number, &row, &v);

    if (e == ERR_OK) {
        struct change_slot slot = {.commitment = v.id, .body = v.body};

        e = replica_verdict_slot(txn, s, v.leaf, v.position,
                                 verdict_make(VERDICT_ACCEPTED, verdict_owns(v.verdict), ERR_OK), v.time, &slot);
    }
    buf_wipe_deinit(&row);
    return e;
}

enum err replica_past_whole(struct txn *txn, const struct scope *s)
{
    struct stale x = {.txn = txn, .scope = s};
    enum err e = replica_verdict_each(txn, stale_visit, &x);

    if (e == ERR_OK)
        e = x.err;
    for (size_t i = 0; e == ERR_OK && i < x.numbers.n; i += 4)
        e = take_back(txn, s, load_u32(x.numbers.p + i));
    buf_deinit(&x.numbers);
    return e;
}
