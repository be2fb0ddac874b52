/* sim_jump.h - somebody is away for more than a year: time passes, certificates run out, the ward's key is another one,
 * and another; he writes meanwhile, and perhaps his device is revoked. L3: when he is back all of it is in, or held, or
 * aside, after five calls. */
#ifndef CHIBO_SIM_JUMP_H
#define CHIBO_SIM_JUMP_H

#include "sim.h"

void sim_jump_ward(struct sim *s); /* how long certificates of this ward last */
void sim_jump_act(struct sim *s);
void sim_jump_heal(struct sim *s); /* whoever is away comes back */
bool sim_jump_is_away(const struct sim *s, size_t peer);

#endif
