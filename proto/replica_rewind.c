/* replica_rewind.c - the ward went on in a new epoch: what it lost is forgotten here too, our own comes back to the
 * outbox until the ward's word on it comes again (protocol.md 8.6). */
#include <stdlib.h>

#include "draft.h"
#include "ledger.h"
#include "mp.h"
#include "reissue.h"
#include "replica.h"
#include "verdict.h"

/* --- the outbox --------------------------------------------------------------------------------------------------- */

/* cs in the long form. */
static enum err row_make(struct bytes header, struct changeset *cs, struct header *h, struct buf *row)
{
    enum err e = header_decode(h, header) == ERR_OK ? ERR_OK : ERR_DAMAGED;

    if (e != ERR_OK)
        return e;
    cs->other_person = cs->full_seen = true;
    cs->person = h->person;
    cs->epoch = h->epoch;
    cs->size = h->size;
    cs->root = h->root;
    mp_put_array(row, 2);
    mp_put_bin(row, header.p, header.n);
    mp_put_array(row, 8);
    changeset_write(cs, row);
    return ERR_OK;
}

static enum err outbox_put(struct txn *txn, const struct scope *s, struct bytes header, struct changeset *cs)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf row = {0};
    struct header h;
    enum err e = row_make(header, cs, &h, &row);

    if (e == ERR_OK)
        e = store_put(txn, TABLE_outbox, scope_key6(room, s->number, (uint32_t)h.first), buf_bytes(&row));
    buf_wipe_deinit(&row);
    return e;
}

static bool first_visit(void *arg, struct bytes key, struct bytes value)
{
    (void)value;
    if (key.n == 6)
        buf_put(arg, key.p + 2, 4);
    return true;
}

static enum err outbox_long_one(struct txn *txn, const struct scope *s, uint32_t first)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf row = {0};
    struct changeset cs;
    struct bytes header;
    struct mp r;
    enum err e = store_get(txn, TABLE_outbox, scope_key6(room, s->number, first), &row);

    if (e != ERR_OK)
        return e;
    changeset_init(&cs);
    mp_open(&r, buf_bytes(&row));
    mp_expect_array(&r, 2);
    header = mp_bin(&r, HEADER_SIZE_MAX);
    mp_expect_array(&r, 8);
    changeset_read(&cs, &r);
    e = mp_close(&r) == ERR_OK ? ERR_OK : ERR_DAMAGED;
    if (e == ERR_OK && !(cs.full_seen && cs.other_person))
        e = outbox_put(txn, s, header, &cs);
    changeset_deinit(&cs);
    buf_wipe_deinit(&row);
    return e;
}

enum err replica_outbox_long(struct txn *txn, const struct scope *s)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf firsts = {0};
    enum err e = store_scan(txn, TABLE_outbox, scope_key2(room, s->number), first_visit, &firsts);

    for (size_t i = 0; e == ERR_OK && i + 4 <= firsts.n; i += 4)
        e = outbox_long_one(txn, s, load_u32(firsts.p + i));
    buf_deinit(&firsts);
    return e;
}

/* --- our own leaves ----------------------------------------------------------------------------------------------- */

/* In front of what was written over it; called from the newest to the oldest. */
static enum err draft_again(struct txn *txn, const struct scope *s, const struct change_slot *slot, uint32_t verdict)
{
    struct version v = change_version(&slot->commitment);
    struct draft_item *item;
    struct id record;
    struct draft d;
    uint32_t kind;
    enum err e;

    change_subject(slot->body, &kind, &record);
    e = draft_load(txn, kind, &record, s->number, &d);
    item = draft_find(&d, &v);
    if (e == ERR_OK && item != NULL) {
        item->state = DRAFT_SEALED;
    } else if (e == ERR_OK) {
        struct draft_item again = {.state = DRAFT_SEALED, .version = v, .owns = verdict_owns(verdict)};

        buf_put_bytes(&again.body, slot->body);
        draft_add(&d);
        memmove(&d.item[1], &d.item[0], (d.count - 1) * sizeof d.item[0]);
        d.item[0] = again;
    }
    if (e == ERR_OK)
        e = draft_save(txn, kind, &record, s->number, &d);
    draft_deinit(&d);
    return e;
}

/* Of an older incarnation: the ward may refill that stream with another store's work, and asks us for none of it. */
static enum err keep_past(struct txn *txn, const struct scope *s, uint64_t index, struct ledger_leaf *l)
{
    struct buf row = {0};
    struct header h;
    enum err e = row_make(l->header, &l->changeset, &h, &row);

    if (e == ERR_OK)
        e = reissue_keep(txn, s, index, buf_bytes(&row));
    buf_wipe_deinit(&row);
    return e;
}

static enum err own_again(struct txn *txn, const struct replica *r, const struct scope *s, uint64_t index,
                          struct ledger_leaf *l, const struct header *h)
{
    struct changeset *cs = &l->changeset;
    enum err e = ERR_OK;

    changeset_commit(cs, &h->scope, &h->device, &h->person);
    for (size_t i = cs->count; e == ERR_OK && i-- > 0;) {
        uint32_t verdict;

        e = verdict_list_at(l->verdicts, i, &verdict);
        if (e == ERR_OK && cs->slot[i].body.n > 0)
            e = draft_again(txn, s, &cs->slot[i], verdict);
    }
    if (e != ERR_OK)
        return e;
    return h->incarnation == r->incarnation ? outbox_put(txn, s, l->header, cs) : keep_past(txn, s, index, l);
}

enum err replica_own_again(struct txn *txn, const struct replica *r, const struct scope *s, uint64_t size, bool past)
{
    enum err e = ERR_OK;

    for (uint64_t i = s->frontier.size; e == ERR_OK && i-- > size;) {
        struct buf row = {0};
        struct ledger_leaf l = {0};
        struct header h;

        e = ledger_leaf_at(txn, s, i, &row, &l);
        if (e == ERR_OK && !l.is_control) {
            e = header_decode(&h, l.header) == ERR_OK ? ERR_OK : ERR_DAMAGED;
            if (e == ERR_OK && id_equal(&h.device, &r->device) && (past || h.incarnation == r->incarnation))
                e = own_again(txn, r, s, i, &l, &h);
        }
        ledger_leaf_deinit(&l);
        buf_wipe_deinit(&row);
    }
    return e;
}

/* What the ward said of our changes stays: its word on them comes again with them, and takes the place of this. */
enum err replica_rewind(struct txn *txn, const struct replica *r, struct scope *s, uint64_t size)
{
    enum err e = replica_own_again(txn, r, s, size, true);

    return e == ERR_OK ? ledger_rewind(txn, s, size) : e;
}
