/* sim_net.h - sessions of the simulator in small steps: some bytes, one job, one group commit, a cut, an echo of old bytes. */
#ifndef CHIBO_SIM_NET_H
#define CHIBO_SIM_NET_H

#include "sim.h"

void sim_net_act(struct sim *s);                 /* one action of the network */
void sim_net_device_gone(struct sim *s, size_t peer); /* its sessions die with it */
void sim_net_ward_gone(struct sim *s);
bool sim_net_sync(struct sim *s, size_t peer);   /* one whole session without faults; false: it did not come to its close */
void sim_net_finish(struct sim *s);              /* every link ends; all jobs are run */

#endif
