/* ward_body.c - bodies that were kept back, delivered with their release. */
#include "header.h"
#include "message.h"
#include "verdict.h"
#include "ward.h"
#include "ward_snapshot.h"

/* Its author, and whoever got it with its leaf, has it. */
static bool lacks(const struct work *job, const struct header *h, uint32_t verdict)
{
    bool own = id_equal(&h->device, &job->device) && h->incarnation == job->incarnation;

    return !own && verdict_kind(verdict) != VERDICT_ACCEPTED;
}

static void put(struct ledger_leaf *l, const struct header *h, uint64_t leaf, uint32_t position, struct buf *list)
{
    struct message_body m = {.leaf = leaf, .position = position, .body = l->changeset.slot[position].body};
    struct buf message = {0};

    if (m.body.n == 0)
        return; /* erased */
    changeset_commit(&l->changeset, &h->scope, &h->device, &h->person);
    memcpy(m.salt, l->changeset.slot[position].salt, SALT_SIZE);
    message_body_encode(&m, &message);
    work_message(list, MESSAGE_BODY, buf_bytes(&message));
    buf_wipe_deinit(&message);
}

enum err ward_body(struct txn *txn, const struct scope *s, const struct work *job, uint64_t from, struct bytes control,
                   struct buf *list)
{
    struct ledger_leaf l = {0};
    struct buf row = {0};
    struct control c;
    struct header h;
    uint32_t verdict;
    uint64_t leaf;
    enum err e;

    if (control_decode(&c, control) != ERR_OK)
        return ERR_DAMAGED;
    if (c.kind != CONTROL_VERDICT)
        return ERR_OK;
    e = ledger_find(txn, s, &c.is.verdict.device, c.is.verdict.incarnation, c.is.verdict.first, &leaf);
    if (e == ERR_NOT_FOUND)
        return ERR_OK;
    if (e == ERR_OK && leaf < from)
        e = ward_past(txn, s, job, leaf, list);
    if (e != ERR_OK || verdict_kind(c.is.verdict.verdict) != VERDICT_ACCEPTED)
        return e;
    e = ledger_leaf_at(txn, s, leaf, &row, &l);
    if (e == ERR_OK && header_decode(&h, l.header) != ERR_OK)
        e = ERR_DAMAGED;
    if (e == ERR_OK && c.is.verdict.position < l.changeset.count) {
        e = verdict_list_at(l.verdicts, c.is.verdict.position, &verdict);
        if (e == ERR_OK && lacks(job, &h, verdict))
            put(&l, &h, leaf, c.is.verdict.position, list);
    }
    ledger_leaf_deinit(&l);
    buf_wipe_deinit(&row);
    return e;
}
