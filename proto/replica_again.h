/* replica_again.h - what was refused, corrected and sent again: the new change names the refused one's version in its
 * bases (protocol.md 4.3), so every device of its author knows that it was answered. */
#ifndef CHIBO_REPLICA_AGAIN_H
#define CHIBO_REPLICA_AGAIN_H

#include "changeset.h"
#include "replica.h"
#include "replica_verdict.h"

/* As replica_record, and v is answered by it. */
MUST_CHECK enum err replica_again(struct txn *txn, struct replica *r, const struct scope *s, struct change *c,
                                  const struct replica_verdict *v, struct moment *m);

/* For replica_apply.c: a changeset of this device's holder, from any device of his. What it names is answered. */
MUST_CHECK enum err replica_again_heard(struct txn *txn, const struct changeset *cs);

#endif
