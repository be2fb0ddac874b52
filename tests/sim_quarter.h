/* sim_quarter.h - the quarterly match of registers, in the simulator: the ward's own hand writes at any time. */
#ifndef CHIBO_SIM_QUARTER_H
#define CHIBO_SIM_QUARTER_H

#include "../proto/ledger.h"
#include "sim.h"

/* One cell, one of two quarters. Done again at once, nothing more is written. */
void sim_quarter_act(struct sim *s);
/* A changeset of the ward's hand in a log: one change, of this kind of record alone, first of its stream, signed by the
 * key that the log knows, accepted as the owner's. Fills the model's slot. */
void sim_quarter_leaf(struct sim *s, const struct sim_log *l, const struct ledger_leaf *leaf, const struct header *h,
                      struct model_slot *slot);

#endif
