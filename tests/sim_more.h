/* sim_more.h - what the simulator learnt later, each feature in a file of its own with a row here.
 *
 * It draws from a stream of chance of its own, and one seed of three has nothing of it: such seeds are what they were
 * before, so a seed that is known by its number stays one. */
#ifndef CHIBO_SIM_MORE_H
#define CHIBO_SIM_MORE_H

#include "sim.h"

/* Long logs begin at snapshots in one seed of three: only when asked for (t_sim --snapshots), as long as a few seeds of a
 * thousand show bugs of snapshots that are known and not mended: 956 (the ward folds otherwise), 3097 (no body of what was
 * released), 3371 (no word on a holder's other change). */
extern bool sim_more_snapshots;

void sim_more_swarm(struct sim *s); /* which of it this seed has */
void sim_more_act(struct sim *s);   /* now and then, between two actions */
void sim_more_heal(struct sim *s);  /* no more faults: what was left to lie is put right */

#endif
