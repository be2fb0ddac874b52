/* replica_release.c - see replica_release.h. */
#include "replica_release.h"

#include <stdlib.h>

#include "ledger.h"
#include "verdict.h"

static bool is_about(const struct control *c, const struct header *h, const struct message_body *m)
{
    const struct control_verdict *v = &c->is.verdict;

    return c->kind == CONTROL_VERDICT && v->position == m->position && v->first == h->first &&
           v->incarnation == h->incarnation && id_equal(&v->device, &h->device);
}

static enum err is_for(struct txn *txn, const struct scope *s, const struct message_body *m, const struct control *c,
                       const struct header *h, const struct author *reader)
{
    bool yes = false;
    enum err e = ERR_OK;

    if (!is_about(c, h, m))
        return ERR_BAD_ORDER;
    yes = verdict_kind(c->is.verdict.verdict) == VERDICT_ACCEPTED;
    if (!yes)
        e = author_wrote(txn, s, reader, h, &yes);
    return e == ERR_OK && !yes ? ERR_BAD_ORDER : e;
}

/* The row again, with the body where its commitment stood. The salts stay one by one: the seed of the others that are
 * missing is not ours to know. */
static enum err row_write(struct txn *txn, const struct scope *s, struct ledger_leaf *l, const struct message_body *m)
{
    bool *keep = mem_alloc(l->changeset.count * sizeof *keep);
    struct change_slot *slot = &l->changeset.slot[m->position];
    struct buf elements = {0}, row = {0};
    struct changeset cs;
    struct mp r;
    enum err e;

    slot->body = m->body;
    memcpy(slot->salt, m->salt, SALT_SIZE);
    for (size_t i = 0; i < l->changeset.count; i++)
        keep[i] = l->changeset.slot[i].body.n > 0;
    mp_put_array(&elements, 8);
    changeset_write_without(&l->changeset, keep, &elements);
    mp_open(&r, buf_bytes(&elements));
    mp_expect_array(&r, 8);
    changeset_init(&cs);
    changeset_read(&cs, &r);
    e = mp_close(&r);
    if (e == ERR_OK) {
        ledger_encode(l->header, &cs, l->accepted, l->policy, l->verdicts, &row);
        e = scope_leaf_replace(txn, s, m->leaf, buf_bytes(&row));
    }
    changeset_deinit(&cs);
    buf_wipe_deinit(&elements);
    buf_wipe_deinit(&row);
    free(keep);
    return e;
}

static enum err put_body(struct txn *txn, const struct scope *s, struct ledger_leaf *l, const struct header *h,
                         const struct message_body *m)
{
    const struct change_slot *slot = &l->changeset.slot[m->position];
    struct hash commitment;
    struct change c;

    if (change_decode(&c, m->body) != ERR_OK)
        return ERR_BAD_FRAME;
    commitment = change_commit(m->salt, &h->scope, &h->device, &h->person, m->body);
    changeset_commit(&l->changeset, &h->scope, &h->device, &h->person);
    if (!crypto_equal(commitment.b, slot->commitment.b, HASH_SIZE))
        return ERR_BAD_PROOF;
    return slot->body.n > 0 ? ERR_OK : row_write(txn, s, l, m);
}

enum err replica_release(struct txn *txn, const struct scope *s, const struct message_body *m, const struct control *c,
                         const struct author *reader)
{
    struct ledger_leaf l = {0};
    struct buf row = {0};
    struct header h;
    enum err e = m->leaf < s->frontier.size ? ledger_leaf_at(txn, s, m->leaf, &row, &l) : ERR_BAD_ORDER;

    if (e == ERR_OK && (l.is_control || m->position >= l.changeset.count))
        e = ERR_BAD_ORDER;
    if (e == ERR_OK && header_decode(&h, l.header) != ERR_OK)
        e = ERR_DAMAGED;
    if (e == ERR_OK)
        e = is_for(txn, s, m, c, &h, reader);
    if (e == ERR_OK)
        e = put_body(txn, s, &l, &h, m);
    ledger_leaf_deinit(&l);
    buf_wipe_deinit(&row);
    return e;
}

static enum err carry(struct txn *txn, const struct scope *s, uint64_t index, struct ledger_leaf *from,
                      struct ledger_leaf *to)
{
    struct header h;
    enum err e = ERR_OK;

    if (from->is_control || to->is_control || from->changeset.count != to->changeset.count ||
        header_decode(&h, from->header) != ERR_OK)
        return ERR_DAMAGED;
    changeset_commit(&from->changeset, &h.scope, &h.device, &h.person);
    changeset_commit(&to->changeset, &h.scope, &h.device, &h.person);
    for (size_t i = 0; e == ERR_OK && i < to->changeset.count; i++) {
        const struct change_slot *slot = &from->changeset.slot[i];
        struct message_body m = {.leaf = index, .position = (uint32_t)i, .body = slot->body};

        if (slot->body.n == 0 || to->changeset.slot[i].body.n > 0)
            continue;
        memcpy(m.salt, slot->salt, SALT_SIZE);
        e = row_write(txn, s, to, &m);
    }
    return e;
}

enum err replica_release_carry(struct txn *txn, const struct scope *from, const struct scope *to, uint64_t index)
{
    struct ledger_leaf theirs = {0}, ours = {0};
    struct buf row = {0}, our_row = {0};
    enum err e = ledger_leaf_at(txn, from, index, &row, &theirs);

    if (e == ERR_OK)
        e = ledger_leaf_at(txn, to, index, &our_row, &ours);
    if (e == ERR_OK)
        e = carry(txn, to, index, &theirs, &ours);
    ledger_leaf_deinit(&theirs);
    ledger_leaf_deinit(&ours);
    buf_wipe_deinit(&row);
    buf_wipe_deinit(&our_row);
    return e;
}
