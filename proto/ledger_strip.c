/* ledger_strip.c - bodies that leave the rows of a log: of records whose access class was raised above the scope's
 * (protocol.md 4.8). Commitments, header and signature stay, so every hash and every chain still holds. */
#include "change.h"
#include "leaf.h"
#include "ledger.h"
#include "verdict.h"

enum err ledger_is_raised(struct txn *txn, const struct scope *s, const struct id *record, bool *yes)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf row = {0};
    enum err e = store_get(txn, TABLE_raised, scope_key_record(room, s->number, record), &row);

    *yes = e == ERR_OK;
    buf_deinit(&row);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

bool ledger_holds_raised(const struct part *p, enum access access)
{
    const struct kind_info *k = p->changes > 0 ? schema_kind(p->kind) : NULL;

    for (size_t i = 0; k != NULL && i < p->entries; i++) {
        uint32_t number = TAG_NUMBER(p->entry[i].tag);
        const struct field_info *f = number == 0 ? NULL : schema_field(k, number);

        if (number == 0 ? k->access < access : f != NULL && f->access < access)
            return true;
    }
    return false;
}

/* Salts of what stays take the place of the seed, which would give those of what goes. */
static enum err replace(struct txn *txn, const struct scope *s, uint64_t index, struct ledger_leaf *l)
{
    struct buf row = {0};
    enum err e;

    l->changeset.has_seed = false;
    ledger_encode(l->header, &l->changeset, l->accepted, l->policy, l->verdicts, &row);
    e = scope_leaf_replace(txn, s, index, buf_bytes(&row));
    buf_wipe_deinit(&row);
    return e;
}

/* A mirror leaf's body is in its hash: nothing but that is left of it. */
static enum err erase_control(struct txn *txn, const struct scope *s, uint64_t index, const struct ledger_leaf *l)
{
    static const uint8_t unsigned_by_anybody[SIGNATURE_SIZE];
    struct hash hash = ledger_hash(l);
    struct buf row = {0};
    enum err e;

    leaf_encode_control(bytes_of(hash.b, HASH_SIZE), unsigned_by_anybody, &row);
    e = scope_leaf_replace(txn, s, index, buf_bytes(&row));
    buf_deinit(&row);
    return e;
}

enum err ledger_strip(struct txn *txn, const struct scope *s, uint64_t index, uint32_t position)
{
    struct buf row = {0};
    struct ledger_leaf l = {0};
    struct header h;
    enum err e = ledger_leaf_at(txn, s, index, &row, &l);

    if (e == ERR_NOT_FOUND) { /* older than what is here */
        buf_deinit(&row);
        return ERR_OK;
    }
    if (e == ERR_OK && l.is_control)
        e = erase_control(txn, s, index, &l);
    else if (e == ERR_OK)
        e = header_decode(&h, l.header) == ERR_OK && position < l.changeset.count ? ERR_OK : ERR_DAMAGED;
    if (e == ERR_OK && !l.is_control && l.changeset.slot[position].body.n > 0) {
        changeset_commit(&l.changeset, &h.scope, &h.device, &h.person);
        l.changeset.slot[position].body = bytes_of(NULL, 0);
        e = replace(txn, s, index, &l);
    }
    ledger_leaf_deinit(&l);
    buf_wipe_deinit(&row);
    return e;
}

enum err ledger_strip_ruled(struct txn *txn, const struct scope *s, const struct control_verdict *word)
{
    struct buf row = {0};
    struct ledger_leaf l = {0};
    bool raised = false;
    uint64_t index;
    enum err e = ledger_find(txn, s, &word->device, word->incarnation, word->first, &index);

    if (e == ERR_NOT_FOUND)
        return ERR_OK;
    if (e == ERR_OK)
        e = ledger_leaf_at(txn, s, index, &row, &l);
    if (e == ERR_OK && verdict_kind(word->verdict) == VERDICT_PROPOSAL && word->position < l.changeset.count &&
        l.changeset.slot[word->position].body.n > 0) {
        struct id record;
        uint32_t kind;

        change_subject(l.changeset.slot[word->position].body, &kind, &record);
        e = ledger_is_raised(txn, s, &record, &raised);
    }
    ledger_leaf_deinit(&l);
    buf_wipe_deinit(&row);
    return e == ERR_OK && raised ? ledger_strip(txn, s, index, word->position) : e;
}

/* What was refused or waits for a person is nobody's record yet: its author keeps it, and a person needs it to
 * decide. */
enum err ledger_strip_raised(struct txn *txn, const struct scope *s, uint64_t index)
{
    struct buf row = {0};
    struct ledger_leaf l = {0};
    enum err e = ledger_leaf_at(txn, s, index, &row, &l);

    for (size_t i = 0; e == ERR_OK && !l.is_control && i < l.changeset.count; i++) {
        bool raised = false;
        struct id record;
        uint32_t kind, verdict;

        e = verdict_list_at(l.verdicts, i, &verdict);
        if (e != ERR_OK || verdict_kind(verdict) != VERDICT_PROPOSAL || l.changeset.slot[i].body.n == 0)
            continue;
        change_subject(l.changeset.slot[i].body, &kind, &record);
        e = ledger_is_raised(txn, s, &record, &raised);
        if (e == ERR_OK && raised)
            e = ledger_strip(txn, s, index, (uint32_t)i);
    }
    ledger_leaf_deinit(&l);
    buf_wipe_deinit(&row);
    return e;
}
