/* replica_copy.h - a store that is a copy of one that went on: it takes a new incarnation and goes on as the same
 * device's other store (protocol.md 8.7). */
#ifndef CHIBO_REPLICA_COPY_H
#define CHIBO_REPLICA_COPY_H

#include "message.h"
#include "replica.h"

/* At the beginning of a session. Mode HELLO_RENEW (the ward said we are a copy): draws a new incarnation, durable from
 * here on. Another mode: HELLO_RENEW takes its place while a renewal waits for its answer. attempt: what the hello
 * shows beside the ratchet, drawn once after each close. */
MUST_CHECK enum err replica_copy_open(struct txn *txn, struct work *job, struct moment *m, uint32_t *attempt);
/* The next session renews this store, though nobody said that it is a copy. */
MUST_CHECK enum err replica_copy_begin(struct txn *txn, struct moment *m);
/* job->out2: the message; sizes: the encoded list. */
MUST_CHECK enum err replica_copy_message(struct txn *txn, struct work *job, struct bytes sizes);
/* What the ward says of our stream in `resume`: ERR_COPY if another store has gone on with it. */
MUST_CHECK enum err replica_copy_compare(struct txn *txn, const struct replica *r, struct message_list list);
/* The close of a renewal: the new incarnation and its ratchet hold from here on; what the ward holds of our work is
 * settled, the rest is issued again one to one. */
MUST_CHECK enum err replica_copy_settle(struct txn *txn, struct replica *r, const struct work *job,
                                         const struct message_close *close, struct moment *m);
/* After any close. */
MUST_CHECK enum err replica_copy_closed(struct txn *txn, const struct message_close *close);

#endif
