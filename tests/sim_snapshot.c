/* sim_snapshot.c - see sim_snapshot.h. */
#include "sim_snapshot.h"

#define LEAVES 8 /* of a longer log a new device gets a snapshot */

void sim_snapshot_ward(struct sim *s)
{
    if (s->on[SIM_SNAPSHOT])
        s->ward.ward.snapshot_leaves = LEAVES;
}

void sim_snapshot_peer(struct sim *s, size_t peer)
{
    s->peer[peer].node.history = s->on[SIM_SNAPSHOT] && (s->seed + peer) % 2 == 0;
}

bool sim_snapshot_settled(const struct sim_peer *p, const struct scope *here)
{
    return here->from == 0 || !p->node.history;
}

static void count(struct sim *s, struct sim_peer *p)
{
    for (size_t k = 0; k < s->logs; k++) {
        struct scope here;
        struct txn txn;

        memstore_begin(p->node.store, false, &txn);
        s->totals.snapshots += scope_load(&txn, &s->log[k].scope, &here) == ERR_OK && here.from > 0;
        memstore_abort(p->node.store);
    }
}

void sim_snapshot_final(struct sim *s)
{
    for (size_t i = 0; i < s->peers; i++)
        count(s, &s->peer[i]);
}
