/* outbox.h - what a device has sealed and the ward has not answered: its rows. */
#ifndef CHIBO_OUTBOX_H
#define CHIBO_OUTBOX_H

#include "changeset.h"
#include "replica.h"

/* Numbers, chains and signs what cs holds (slots committed; seed, person, time, quality filled in) as seen from the
 * scope's log now, and keeps it, as it will be sent for ever. */
MUST_CHECK enum err outbox_keep(struct txn *txn, const struct replica *r, const struct scope *s,
                                struct replica_end *end, const struct id *person, struct changeset *cs);
/* header and cs borrow from row. ERR_DAMAGED. */
MUST_CHECK enum err outbox_decode(struct bytes row, struct bytes *header, struct header *h, struct changeset *cs);

#endif
