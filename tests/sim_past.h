/* sim_past.h - a device whose log begins at a snapshot knows of its person's work below it what a device that read every
 * leaf would: H6. What became of each change is computed here from the ward's leaves alone, without index or message. */
#ifndef CHIBO_SIM_PAST_H
#define CHIBO_SIM_PAST_H

#include "sim.h"

void sim_past_check(struct sim *s, size_t peer);

#endif
