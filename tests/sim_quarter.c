/* sim_quarter.c - see sim_quarter.h. */
#include "sim_quarter.h"

#include "../proto/verdict.h"
#include "../proto/ward_quarter.h"

void sim_quarter_act(struct sim *s)
{
    const struct id org = s->org[sim_draw(s, s->orgs)];
    const uint32_t period = sim_one_in(s, 2) ? 202624 : 202721;
    uint8_t random[WARD_DESK_RANDOM];
    struct ward_quarter q;
    struct txn txn;
    enum err e;

    for (size_t i = 0; i < sizeof random; i++)
        random[i] = (uint8_t)sim_draw(s, 256);
    memstore_fail(s->ward.store, 0, ERR_OK);
    memstore_begin(s->ward.store, true, &txn);
    e = ward_quarter(&txn, &s->ward.ward, &org, period, random, s->ward.now, &q);
    if ((e == ERR_DAMAGED || e == ERR_NOT_FOUND) && s->rotten) { /* it cannot be said as of when; once the leaf is back, it can */
        memstore_abort(s->ward.store);
        return;
    }
    if (e != ERR_OK)
        sim_broken(s, "Q1: the registers cannot be matched: %s", err_name(e));
    const unsigned versions = q.versions;
    random[0] ^= 1;
    e = ward_quarter(&txn, &s->ward.ward, &org, period, random, s->ward.now, &q);
    if (!s->failed && (e != ERR_OK || q.written != 0 || q.versions != versions))
        sim_broken(s, "Q1: matched again, %u versions became %u (%s)", versions, q.versions, err_name(e));
    if (s->failed || memstore_commit(s->ward.store, true) != ERR_OK) {
        memstore_abort(s->ward.store);
        return;
    }
    sim_note(s, "ward matches the registers of %u: %u versions, %u lines", (unsigned)period, q.versions,
             (unsigned)q.lines);
}

void sim_quarter_leaf(struct sim *s, const struct sim_log *l, const struct ledger_leaf *leaf, const struct header *h,
                      struct model_slot *slot)
{
    const struct changeset *cs = &leaf->changeset;
    const struct hash none = {{0}};
    struct change c;
    uint32_t verdict = 0;

    if (h->first != 0 || h->count != 1 || !crypto_equal(h->previous.b, none.b, HASH_SIZE) || l->access != ACCESS_B ||
        !id_equal(&h->device, &l->desk.device) || header_verify(leaf->signature, leaf->header, l->desk.key) != ERR_OK)
        sim_broken(s, "Q2: a leaf of the ward's hand is not as it must be");
    else if (change_decode(&c, cs->slot[0].body) != ERR_OK || c.kind != schema_kind_named("reconciliation")->number ||
             c.op != OP_CREATE || verdict_list_at(leaf->verdicts, 0, &verdict) != ERR_OK ||
             verdict != verdict_make(VERDICT_ACCEPTED, true, ERR_OK))
        sim_broken(s, "Q2: the ward's hand writes what is not its own");
    *slot = (struct model_slot){.body = cs->slot[0].body, .salt = cs->slot[0].salt,
                                .commitment = cs->slot[0].commitment, .verdict = verdict};
    s->totals.changes++;
}
