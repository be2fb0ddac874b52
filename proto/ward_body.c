/* ward_body.c - bodies that were kept back, delivered with the word that releases them; to their author, with any. */
#include "author.h"
#include "header.h"
#include "message.h"
#include "verdict.h"
#include "ward.h"
#include "ward_past.h"

/* Who wrote it in this incarnation has it, and all have what was accepted at once. Of others it goes to whom it is
 * released to, and to its author's other devices: their leaf may have come from a snapshot, or from a ward that was
 * refilled by somebody who had no body. */
static enum err is_for(struct txn *txn, const struct scope *s, const struct work *job, const struct header *h,
                       uint32_t verdict, uint32_t ruled, bool *yes)
{
    struct author reader;
    enum err e;

    *yes = false;
    if (verdict_kind(verdict) == VERDICT_ACCEPTED ||
        (id_equal(&h->device, &job->device) && h->incarnation == job->incarnation))
        return ERR_OK;
    *yes = verdict_kind(ruled) == VERDICT_ACCEPTED;
    if (*yes)
        return ERR_OK;
    e = author_load(txn, s, &job->device, &reader);
    return e == ERR_OK ? author_wrote(txn, s, &reader, h, yes) : e;
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
    bool give = false;
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
    if (e != ERR_OK)
        return e;
    e = ledger_leaf_at(txn, s, leaf, &row, &l);
    if (e == ERR_OK && header_decode(&h, l.header) != ERR_OK)
        e = ERR_DAMAGED;
    if (e == ERR_OK && c.is.verdict.position < l.changeset.count) {
        e = verdict_list_at(l.verdicts, c.is.verdict.position, &verdict);
        if (e == ERR_OK)
            e = is_for(txn, s, job, &h, verdict, c.is.verdict.verdict, &give);
        if (e == ERR_OK && give)
            put(&l, &h, leaf, c.is.verdict.position, list);
    }
    ledger_leaf_deinit(&l);
    buf_wipe_deinit(&row);
    return e;
}
