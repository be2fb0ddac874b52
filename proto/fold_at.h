/* fold_at.h - by which version of the fold a change was folded: what the scope's own fold leaves say (protocol.md 5),
 * for whoever replays a part. */
#ifndef CHIBO_FOLD_AT_H
#define CHIBO_FOLD_AT_H

#include "scope.h"

struct fold_at {
    uint32_t before, from; /* versions: up to the fold leaf, and behind it */
    uint64_t leaf;         /* where that stands */
};

/* Of the logs of today's wards the fold leaf is the second leaf; in older ones it is looked for once. Leaves that are
 * not held yet (a start from a snapshot) are taken to lie behind it. */
MUST_CHECK enum err fold_at_load(struct txn *txn, const struct scope *s, struct fold_at *out);
/* Of the change at this place: what a person released was folded at that person's word. */
MUST_CHECK enum err fold_at(struct txn *txn, const struct scope *s, const struct fold_at *f, uint32_t leaf,
                            uint32_t position, uint32_t *version);

#endif
