/* ward_snapshot.h - the ward's snapshots: made when a device that holds nothing of a long log asks, kept as the rows
 * that are sent, made anew when the log has gone on for long (protocol.md 10.3). */
#ifndef CHIBO_WARD_SNAPSHOT_H
#define CHIBO_WARD_SNAPSHOT_H

#include "snapshot.h"
#include "ward.h"

/* Does this device start from a snapshot? It holds nothing, never wrote here, and the log is long. */
MUST_CHECK enum err ward_snapshot_wanted(struct txn *txn, const struct ward *w, const struct scope *s,
                                         const struct work *job, const struct reach *r, bool *yes);
/* Sends the head, when `begin` or when it is another one than r counts parts of, parts, and what is past of this
 * device's person (ward_past.h), as far as `most` bytes of job->out go. *done: all of it was sent, r->from is its size.
 * *cannot: a part is too large for it. */
MUST_CHECK enum err ward_snapshot_send(struct txn *txn, const struct ward *w, const struct scope *s, struct work *job,
                                       struct reach *r, bool begin, size_t most, bool *done, bool *cannot);
/* The rows of this scope are not to be sent any more: something in them was erased. */
MUST_CHECK enum err ward_snapshot_forget(struct txn *txn, const struct scope *s);

#endif
