/* sim_snapshot.h - logs so long (for this ward) that a new device starts from a snapshot; every second device asks for the
 * history too (protocol.md 10.3, 10.4). What a device may hold at the end is the same in both cases: S4. */
#ifndef CHIBO_SIM_SNAPSHOT_H
#define CHIBO_SIM_SNAPSHOT_H

#include "sim.h"

void sim_snapshot_ward(struct sim *s);
void sim_snapshot_peer(struct sim *s, size_t peer);
/* Has this device what it asks for? */
bool sim_snapshot_settled(const struct sim_peer *p, const struct scope *here);
void sim_snapshot_final(struct sim *s);

#endif
