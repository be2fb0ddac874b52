/* sim_close.h - the simulator's people make drafts void, and sign (op 7, proto/close.h), while others write to them. */
#ifndef CHIBO_SIM_CLOSE_H
#define CHIBO_SIM_CLOSE_H

#include "sim.h"

void sim_close_act(struct sim *s);

#endif
