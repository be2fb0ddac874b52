/* sim_flow.h - the simulator plays what tests/gen/ward.py invented (`ward.py --flow`): its cells, its devices, and each
 * device's work in its order, while faults, sessions and all that must hold are the simulator's own. */
#ifndef CHIBO_SIM_FLOW_H
#define CHIBO_SIM_FLOW_H

#include "sim.h"

/* Read once by t_sim; NULL: seeds draw what they write. False: it cannot be read, or does not fit the simulator. */
extern const struct sim_flow *sim_flow;
bool sim_flow_load(const char *path);

size_t sim_flow_cells(void);
size_t sim_flow_devices(void);
/* Of this device: its organisation by its place (0: the ward's own), and its role. */
size_t sim_flow_device(size_t peer, enum role *role);
/* Some of what this device has still to write. */
void sim_flow_write(struct sim *s, size_t peer);
bool sim_flow_left(const struct sim *s);

#endif
