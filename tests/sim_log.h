/* sim_log.h - the invariants: the ward's durable logs against the model and against what people wrote; the devices
 * against the ward. Names as in the list of invariants: S1 durable, S2 exactly once, S3 order, S4 convergence, S5 rights. */
#ifndef CHIBO_SIM_LOG_H
#define CHIBO_SIM_LOG_H

#include "sim.h"

void sim_log_open(struct sim *s, size_t org);  /* the four scopes of an organisation */
void sim_log_feed(struct sim *s);              /* new leaves of the ward: S1, S2, S3, S5 */
void sim_log_device(struct sim *s, size_t peer); /* what this device wrote is on it, or acknowledged: S1 */
void sim_log_final(struct sim *s);             /* at quiescence: S2, S4, and every book verifies */
/* Nothing written waits anywhere that could be sent, and everyone holds what they may read. Else why not. */
bool sim_log_settled(struct sim *s, char why[SIM_WHY_MAX]);
/* The batch of `scope` that a device just made durable came with this many of its own changes. */
void sim_log_acked(struct sim *s, size_t peer, const struct id *scope);

/* The ward's store is an old one now. */
void sim_log_restored(struct sim *s);

#endif
