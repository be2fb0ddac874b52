/* replica_past.h - leaves below a scope's `from`, one by one: the one that a later word is about, and with a snapshot
 * what became of our person's own work (protocol.md 10.3). */
#ifndef CHIBO_REPLICA_PAST_H
#define CHIBO_REPLICA_PAST_H

#include "replica.h"

/* The message past. s->from and the frontier's size say what lies below. words: besides a changeset it may be a
 * person's word on one. What it brings of our own work is told (replica_verdict.h), unless it was decided since. */
MUST_CHECK enum err replica_past(struct txn *txn, const struct replica *r, const struct scope *s, bool words,
                                 struct bytes message);
/* The scope begins at a snapshot now, and the last of its past was told: words from before, of an earlier time in the
 * scope or an earlier snapshot, that are not so any more are taken back. */
MUST_CHECK enum err replica_past_whole(struct txn *txn, const struct scope *s);

#endif
