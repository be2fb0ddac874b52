/* sim_close.h - the simulator's people make drafts void, and sign (op 7, proto/close.h), while others write to them. */
#ifndef CHIBO_SIM_CLOSE_H
#define CHIBO_SIM_CLOSE_H

#include "../proto/schema.h"
#include "sim.h"

void sim_close_act(struct sim *s);
/* This device signs the record as it sees it; nothing if it does not. */
void sim_close_sign(struct sim *s, size_t peer, size_t org, const struct kind_info *k, const struct id *record);

#endif
