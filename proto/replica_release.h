/* replica_release.h - the body of a change that was kept back, which comes right before the leaf that releases it
 * (protocol.md 7, message 17). */
#ifndef CHIBO_REPLICA_RELEASE_H
#define CHIBO_REPLICA_RELEASE_H

#include "author.h"
#include "control.h"
#include "message.h"
#include "scope.h"

/* Puts the body into the row of its leaf, if it is not there. c: the control leaf that follows the message.
 * ERR_BAD_ORDER unless that one is about just this change, and releases it or this is its author; ERR_BAD_PROOF: this
 * is not the body its author signed for. */
MUST_CHECK enum err replica_release(struct txn *txn, const struct scope *s, const struct message_body *m,
                                    const struct control *c, const struct author *reader);
/* The bodies that the leaf at this index has in the one copy of the log, and lacks in the other. */
MUST_CHECK enum err replica_release_carry(struct txn *txn, const struct scope *from, const struct scope *to,
                                          uint64_t index);

#endif
