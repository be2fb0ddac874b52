/* replica_older.h - the history of a scope that began with a snapshot, fetched later (protocol.md 10.4).
 *
 * The leaves before the snapshot come from the first on and are taken like those of any new scope, into a log of their
 * own beside it (scope.older, its rows under a number of its own): verified, folded, durable batch by batch. When it
 * reaches the snapshot both logs must have one root; then the leaves held since are added to it, both must have one
 * state, for the ward signed the other, and it takes the scope's place. Until then nobody sees it. */
#ifndef CHIBO_REPLICA_OLDER_H
#define CHIBO_REPLICA_OLDER_H

#include "replica.h"

/* A list of messages `older`, one for each scope that lacks leaves. */
MUST_CHECK enum err replica_older_ask(struct txn *txn, const struct scope *scope, size_t count, struct buf *list);
/* The log that this job's leaves go to. */
MUST_CHECK enum err replica_older_find(struct txn *txn, const struct replica *r, const struct work *job,
                                       struct scope *s);
/* After a batch: if it has reached the snapshot, it takes the scope's place. */
MUST_CHECK enum err replica_older_arrived(struct txn *txn, struct replica *r, struct scope *s);
/* What there is of it goes. */
MUST_CHECK enum err replica_older_forget(struct txn *txn, const struct id *scope);

#endif
