/* replica_bare.h - a body that was released to this device, but not there when the word that releases it came: the ward
 * had it not either, after a restore (protocol.md 8.6). When the ward's state is another one, it has got it since: then
 * these leaves are wanted, as damaged ones are (8.8), once. Then the log is folded anew.
 * One that began with a snapshot cannot be: the change is folded late if nothing in its part is behind
 * the word, else with the history. */
#ifndef CHIBO_REPLICA_BARE_H
#define CHIBO_REPLICA_BARE_H

#include "repair.h"
#include "replica.h"

/* A close came. differ: it says that the states differ; wanted: the session asked for leaves. */
MUST_CHECK enum err replica_bare_closed(struct txn *txn, bool differ, bool wanted);
/* A session that has nothing to send may ask: then its mode, the job's and the hello's, is HELLO_REPAIR. */
MUST_CHECK enum err replica_bare_open(struct txn *txn, struct work *job, unsigned *mode);
/* The scope's leaves of this kind into the wants; they ascend. */
MUST_CHECK enum err replica_bare_ask(struct txn *txn, const struct scope *s, struct repair_asking *a);
/* A leaf that stands here came again: its bodies, if they are lacking. A repair_same. */
MUST_CHECK enum err replica_bare_take(struct txn *txn, const struct scope *s, uint64_t index, struct ledger_leaf *l);

#endif
