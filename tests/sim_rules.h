/* sim_rules.h - what the ward must say of a change, written down again from protocol.md 13.5 for the simulator's roles. */
#ifndef CHIBO_SIM_RULES_H
#define CHIBO_SIM_RULES_H

#include "../proto/change.h"
#include "../proto/rights.h"
#include "model.h"

/* The whole number of protocol.md 4.3. c fits the schema. */
uint32_t sim_rules_verdict(enum role r, const struct change *c, enum access access);
#define SIM_RULES_FROZEN (2u + 8u * 28u)
#define SIM_RULES_COPIED (1u + 8u * 40u)
#define SIM_RULES_UNSEEN (1u + 8u * 27u)
/* Was it closed by a signature (protocol.md 4.3)? part: as it is folded, empty if it is not; slot: what stands before
 * it in its changeset, with verdicts. */
bool sim_rules_frozen(struct bytes part, const struct model_slot *slot, size_t at, const struct change *c);
/* Of the kinds whose place in the log means something (protocol.md 5.7) nothing is held. */
bool sim_rules_never_waits(uint32_t kind);
/* What two copies of a device send waits for a person; what never waits is refused. */
uint32_t sim_rules_copied(uint32_t kind);
/* All of it: held too if it signs a text that its author had not seen as it stands. */
uint32_t sim_rules_of(enum role r, enum access access, struct bytes part, const struct model_slot *slot, size_t at,
                      const struct change *c);

#endif
