/* sim_number.h - in the simulator: who holds the same log gives papers the same numbers, and none twice. */
#ifndef CHIBO_SIM_NUMBER_H
#define CHIBO_SIM_NUMBER_H

#include "sim.h"

/* Of one store's copy of a log. known: what the first one asked said, empty before. */
void sim_number_check(struct sim *s, struct txn *txn, const struct scope *scope, struct buf *known, const char *where);

#endif
