/* replica_snapshot.h - a device that holds nothing of a long log starts from the ward's snapshot (protocol.md 10.3).
 *
 * While parts arrive the scope has no log (size 0) and its records can be seen; a row of table meta says how far they
 * are. When all are here and what they add up to is what the ward signed, the scope holds its log from the snapshot's
 * size on (scope.from). Leaves before that come later or never (replica_older.h). */
#ifndef CHIBO_REPLICA_SNAPSHOT_H
#define CHIBO_REPLICA_SNAPSHOT_H

#include "message.h"
#include "replica.h"
#include "snapshot.h"

/* WORK_SNAPSHOT. restart: it was not what the ward signed, and is gone. */
enum err replica_snapshot(struct txn *txn, struct replica *r, struct work *job);
/* The snapshot that the scope began with, and its signature; key: the one it is by, which was the log's at that size.
 * ERR_NOT_FOUND, ERR_BAD_PROOF. */
MUST_CHECK enum err replica_snapshot_verify(struct txn *txn, const struct replica *r, const struct id *scope,
                                            struct snapshot *head, uint8_t key[SIGN_PUBLIC_SIZE]);
/* Adds the scope to hello's `moved` if a snapshot of it is under way. */
MUST_CHECK enum err replica_snapshot_moved(struct txn *txn, const struct scope *s, struct message_hello *hello,
                                           struct buf *moved);
/* Leaves come instead of the rest of a snapshot: what there is of it goes. ERR_NOT_FOUND: the scope is new now. */
MUST_CHECK enum err replica_snapshot_give_up(struct txn *txn, struct scope *s);
/* All older leaves are here: it has served. */
MUST_CHECK enum err replica_snapshot_served(struct txn *txn, const struct id *scope);
/* The ward went on from before `from`: the log goes, our own work goes back to the outbox, all comes anew. */
MUST_CHECK enum err replica_snapshot_restart(struct txn *txn, const struct replica *r, struct scope *s);
/* The same of a damaged log: own leaves that cannot be read come from the ward. */
MUST_CHECK enum err replica_snapshot_lost(struct txn *txn, const struct replica *r, struct scope *s);

#endif
