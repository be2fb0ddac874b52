/* sim_held.h - what waits for a person, in the simulator: the ward accepts or refuses some of it, at any time. */
#ifndef CHIBO_SIM_HELD_H
#define CHIBO_SIM_HELD_H

#include "sim.h"

void sim_held_act(struct sim *s);
/* At the end: a device's held drafts are just what still waits of its own, and it holds no body of others' that waits
 * or was refused. */
void sim_held_check(struct sim *s, size_t peer);

#endif
