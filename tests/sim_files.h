/* sim_files.h - exchanges by file in the simulator: written at one time, delivered at another, twice, never, after others,
 * while sessions of the same device run, and cut short by a machine that stops. */
#ifndef CHIBO_SIM_FILES_H
#define CHIBO_SIM_FILES_H

#include "sim.h"

void sim_files_act(struct sim *s);
void sim_files_deinit(struct sim *s);

#endif
