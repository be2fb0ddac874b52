/* sim_world.h - what happens in the simulator besides the network: people write, devices come and go, disks and clocks fail. */
#ifndef CHIBO_SIM_WORLD_H
#define CHIBO_SIM_WORLD_H

#include "sim.h"

void sim_world_init(struct sim *s);
void sim_world_deinit(struct sim *s);
/* One action other than those of the network. */
void sim_world_act(struct sim *s);
void sim_world_device_crash(struct sim *s, size_t peer);
void sim_world_ward_crash(struct sim *s);
/* Its device, so all of its stores. Enrolled, not revoked, and the ward knows everybody. */
void sim_world_revoke(struct sim *s, size_t peer);
/* One of the few ids that records of this kind and organisation have. */
struct id sim_world_record_id(struct sim *s, uint32_t kind, size_t org);
/* The peer writes this, and it is noted that it did. */
void sim_world_record(struct sim *s, size_t peer, size_t org, enum access access, struct change *c);
/* The peer writes something, or does not. */
void sim_world_write(struct sim *s, size_t peer);
/* A new key of the ward, if it may have one. */
void sim_world_rotate(struct sim *s);
/* Of protocol.md 13.4. */
bool sim_world_reads(enum role r, enum access access);
/* An id as sim_world_record_id gives them. */
/* The same for a record with a name: of its hash. */
struct id sim_world_flow_id(const struct id *hash, size_t org);
bool sim_world_is_record_of(const uint8_t id[ID_SIZE], size_t org);
/* What the simulation itself says of who may read: SIM_ORGS_MAX is no organisation. */
bool sim_world_may_read(const struct sim *s, const struct sim_peer *p, size_t org, enum access access);
/* The scope named by id; false if there is none. */
bool sim_world_scope(const struct sim *s, const struct id *scope, size_t *org, enum access *access);

#endif
