/* sim_outbound.h - what the ward is about to send to a device, looked at message by message: S5. */
#ifndef CHIBO_SIM_OUTBOUND_H
#define CHIBO_SIM_OUTBOUND_H

#include "sim.h"

/* Nothing for whoever was revoked, no scope that is not theirs, no body that was not accepted. scope: the one that leaves
 * are of, kept by the caller. */
void sim_outbound_look(struct sim *s, size_t peer, struct bytes list, struct id *scope);

#endif
