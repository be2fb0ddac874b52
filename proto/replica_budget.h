/* replica_budget.h - what a flight would cost, and which changes go when it may cost only so much. */
#ifndef CHIBO_REPLICA_BUDGET_H
#define CHIBO_REPLICA_BUDGET_H

#include "replica.h"

/* The numbers in `pending` (u32 each, ascending) of the changes to seal so that the flight stays within so many bytes,
 * up to the head of one changeset. What is sealed already goes in any case and is counted first. Changes to records
 * that are known to the ward come first, then new records, the oldest first; a change never goes without what was
 * written before it to the same record, nor without the creation of a record that it names. */
MUST_CHECK enum err replica_budget_choose(struct txn *txn, const struct replica *r, uint64_t budget_bytes,
                                          struct buf *chosen);

#define PLAN_KINDS 64 /* more than the schema has */

struct replica_plan {
    uint64_t sealed;             /* changes that go in any case */
    uint64_t chosen;             /* unsealed ones that go with them */
    uint64_t left;               /* unsealed ones that wait */
    uint64_t bytes;              /* of frames, from hello to the end of the flight */
    uint64_t kind[PLAN_KINDS];   /* changes that go, by kind; 0: those beyond */
};

/* The flight of the next exchange, packed but not sent. It seals in the transaction: the caller aborts it. */
MUST_CHECK enum err replica_plan(struct txn *txn, struct replica *r, struct moment *m, uint64_t budget_bytes,
                                 struct replica_plan *plan);

#endif
