/* sim_restore.h - the ward's store is copied at sync points, and an old copy put back: nothing acknowledged is lost as long
 * as one who holds it lives, nothing doubled, no revocation undone. */
#ifndef CHIBO_SIM_RESTORE_H
#define CHIBO_SIM_RESTORE_H

#include "sim.h"

void sim_restore_keep(struct sim *s);  /* now and then: a copy of what is durable */
void sim_restore_act(struct sim *s);   /* now and then: an old copy takes the store's place */
void sim_restore_final(struct sim *s); /* what must hold in the end */
void sim_restore_deinit(struct sim *s);
/* Is this device in the ward's registry? */
bool sim_restore_knows(struct memstore *ward, const struct sim_peer *p);

/* Does the ward's registry hold every device that was let in? Else who vouches for them must not vanish. */
bool sim_restore_knows_all(struct sim *s);

#endif
