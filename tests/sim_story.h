/* sim_story.h - a small world for session tests: one cell, up to three devices (its secretary, its deputy, the ward's clerk),
 * enrolled and synced once; and looks into the stores. Differences count as failed checks. */
#ifndef CHIBO_SIM_STORY_H
#define CHIBO_SIM_STORY_H

#include "../proto/ledger.h"
#include "sim_link.h"

struct sim_story {
    struct sim_ward ward;
    struct sim_device device[3];
    struct id home, cell; /* organisations */
};

void sim_story_init(struct sim_story *w, size_t devices);
void sim_story_deinit(struct sim_story *w);
/* A meeting of the cell, recorded offline; its id begins with `name`. */
enum err sim_story_meeting(struct sim_story *w, size_t device, uint8_t name);

void sim_story_scope(struct memstore *m, const struct id *org, enum access access, struct scope *s);
struct hash sim_story_root(struct memstore *m, const struct id *org, enum access access);
struct hash sim_story_state(struct memstore *m, const struct id *org, enum access access);
uint64_t sim_story_digest(struct memstore *m); /* of everything in the store */
struct replica_counts sim_story_counts(struct sim_device *d);
void sim_story_verify(struct sim_device *d);
/* The device holds the cell's logs and state as the ward does, and its book verifies. */
void sim_story_check(struct sim_story *w, size_t device);

#endif
