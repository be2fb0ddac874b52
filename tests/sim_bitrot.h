/* sim_bitrot.h - bits rot in either store, and `doi-khop` puts it right (protocol.md 8.8); or nobody notices, and the
 * ward's next reader or holder does. What may rot is what somebody else still has: all that follows from leaves, leaves
 * of a device, and of the ward those whose author (or, of a control leaf, any device) holds them. */
#ifndef CHIBO_SIM_BITROT_H
#define CHIBO_SIM_BITROT_H

#include "sim.h"

void sim_bitrot_act(struct sim *s);
void sim_bitrot_heal(struct sim *s); /* the ward is whole again: S1 */

#endif
