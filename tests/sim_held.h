/* sim_held.h - what waits for a person, in the simulator: the ward accepts or refuses some of it, at any time. */
#ifndef CHIBO_SIM_HELD_H
#define CHIBO_SIM_HELD_H

#include "sim.h"

void sim_held_act(struct sim *s);
/* Is this a device of the peer's holder? By what the simulator itself invited. */
bool sim_held_same_person(const struct sim *s, size_t peer, const struct id *device);
/* At the end: a device's held drafts are just what still waits of its holder's, on whichever device he wrote it; it knows
 * the ward's word on each of these; and it holds no body of others' that waits or was refused. */
void sim_held_check(struct sim *s, size_t peer);

#endif
