/* replica_repair.h - a device's book after damage: what follows from leaves is made anew here, leaves that are damaged
 * come from the ward (protocol.md 8.8). */
#ifndef CHIBO_REPLICA_REPAIR_H
#define CHIBO_REPLICA_REPAIR_H

#include "mend.h"
#include "replica.h"

struct replica_mended {
    uint64_t scopes, leaves; /* looked at */
    uint64_t bad;            /* leaves that are missing or wrong; of a span that hides them, one */
    uint64_t folded;         /* scopes folded anew */
};

/* First, once: takes away what does not authenticate and marks what must be folded anew. */
MUST_CHECK enum err replica_mend_begin(struct txn *txn, struct mend_damage *d);
/* Then the scope at this place, for each place until !*more; adds to the figures. */
MUST_CHECK enum err replica_mend(struct txn *txn, const struct replica *r, size_t place, struct replica_mended *m,
                                 bool *more);
/* Fold everything anew next time: the ward says that its state is another one. */
MUST_CHECK enum err replica_mend_all(struct txn *txn);

/* --- jobs --- */
enum err replica_want(struct txn *txn, const struct replica *r, struct work *job);
enum err replica_compare(struct txn *txn, struct work *job);
enum err replica_refold(struct txn *txn, const struct replica *r);
enum err replica_give(struct txn *txn, struct work *job);

#endif
