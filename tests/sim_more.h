/* sim_more.h - what the simulator learnt later, each feature in a file of its own with a row here.
 *
 * It draws from a stream of chance of its own, and one seed of three has nothing of it: such seeds are what they were
 * before, so a seed that is known by its number stays one. */
#ifndef CHIBO_SIM_MORE_H
#define CHIBO_SIM_MORE_H

#include "sim.h"

/* Logs begin at snapshots also where the ward is restored: only when asked for (t_sim --snapshots), until a cause is found
 * for a session that once ended with BAD_CHAIN (seed 407 of an earlier state). */
extern bool sim_more_snapshots;

void sim_more_swarm(struct sim *s); /* which of it this seed has */
void sim_more_act(struct sim *s);   /* now and then, between two actions */
void sim_more_heal(struct sim *s);  /* no more faults: what was left to lie is put right */

#endif
