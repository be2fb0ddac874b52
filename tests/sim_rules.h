/* sim_rules.h - what the ward must say of a change, written down again from protocol.md 13.5 for the simulator's roles. */
#ifndef CHIBO_SIM_RULES_H
#define CHIBO_SIM_RULES_H

#include "../proto/change.h"
#include "../proto/rights.h"

/* The whole number of protocol.md 4.3. c fits the schema. */
uint32_t sim_rules_verdict(enum role r, const struct change *c, enum access access);

#endif
