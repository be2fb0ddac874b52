/* ward_put_back.h - which cells have not exchanged since this ward's store was put back from a backup (protocol.md
 * 8.6). As long as there are some, somebody may hold what the ward signed and lost, under its present key: with a next
 * key that would prove nothing any more. That the store was put back, the driver finds out. */
#ifndef CHIBO_WARD_PUT_BACK_H
#define CHIBO_WARD_PUT_BACK_H

#include "ward.h"

/* From now on every organisation with devices is waited for. */
MUST_CHECK enum err ward_put_back_note(struct txn *txn);
/* A device of it came to the end of its exchange: it was asked for what the ward lacks. */
MUST_CHECK enum err ward_put_back_seen(struct txn *txn, const struct id *org);
/* One that is waited for and has a device that may still come. */
MUST_CHECK enum err ward_put_back_waits(struct txn *txn, bool *waits, struct id *org);

#endif
