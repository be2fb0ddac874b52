/* sim_copy.h - a device's store is an old one again, or lives twice: nothing it wrote is lost, nothing comes twice, nobody
 * is called a copy without being one (S9).
 *
 * A peer is one store. All stores of a device share the list of what was written; each entry says in whose past it lies:
 * bit 0 the first store, bit 1 its clone, the others the backups. */
#ifndef CHIBO_SIM_COPY_H
#define CHIBO_SIM_COPY_H

#include "sim.h"

#define SIM_COPY_BACKUP_BIT(i) (4u << (i))

void sim_copy_act(struct sim *s);   /* now and then: a backup is taken, put back, a disk cloned, a device trusted again */
void sim_copy_final(struct sim *s); /* S1, S2, S9 of the devices that were copied */
void sim_copy_deinit(struct sim *s);

/* The peer whose list of what was written this one shares: itself, or what it is a clone of. */
struct sim_peer *sim_copy_device(struct sim *s, const struct sim_peer *p);
/* Do these two peers have stores of one device? */
bool sim_copy_same(const struct sim *s, size_t a, size_t b);
/* Of a device that was copied: did one of its stores write this change in this log? */
bool sim_copy_wrote(struct sim *s, const struct sim_peer *device, size_t org, enum access access, const struct change *c);

#endif
