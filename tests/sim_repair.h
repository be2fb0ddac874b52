/* sim_repair.h - damage in a store, and `doi-khop` of a device and of the ward as the commands do it. */
#ifndef CHIBO_SIM_REPAIR_H
#define CHIBO_SIM_REPAIR_H

#include "../proto/mend.h"
#include "sim_link.h"

struct sim_repair {
    uint64_t scopes, leaves, bad, folded; /* of the first look */
    uint64_t rows, aside;                 /* that did not authenticate */
    uint64_t repaired;                    /* leaves that came */
    uint64_t left;                        /* bad after all that */
    uint64_t waits, bytes;                /* of the sessions */
};

/* Not meta: what a device knows of itself. A table without rows: nothing happens, false. */
bool sim_repair_damage(struct memstore *m, uint64_t *chance, enum table t, enum memstore_rot how);
/* One that follows from leaves, or the leaves. */
enum table sim_repair_table(uint64_t *chance);
/* ERR_OK: as far as it went; r->left tells. */
enum err sim_repair_device(struct sim_ward *w, struct sim_device *d, struct sim_repair *r);
/* Of the same a beginning: one session in pieces, cut somewhere. */
enum err sim_repair_cut(struct sim_ward *w, struct sim_device *d, uint64_t *chance);
enum err sim_repair_ward(struct sim_ward *w, struct sim_repair *r);
/* Of the tables that follow from leaves. */
uint64_t sim_repair_digest(struct memstore *m);

#endif
