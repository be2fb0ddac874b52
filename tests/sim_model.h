/* sim_model.h - a log of a store, told to the reference model leaf by leaf: root and state must be the same. */
#ifndef CHIBO_SIM_MODEL_H
#define CHIBO_SIM_MODEL_H

#include "../proto/ledger.h"

/* Of the ward's store, or of a device that holds every body that counts. Adds how many mirror leaves (not erased) and
 * raised leaves there were. Differences count as failed checks. */
void sim_model_check(struct txn *txn, const struct scope *s, uint64_t *mirrors, uint64_t *raised);

#endif
