/* recall.h - a ward that was restored asks for what it lost, a device proves it: messages recall (21) and lost (22),
 * and leaves as they travel in such a flight (protocol.md 8.6). */
#ifndef CHIBO_RECALL_H
#define CHIBO_RECALL_H

#include "changeset.h"
#include "ledger.h"

#define RECALL_POINTS_MAX 35      /* sizes 1, 2, 4 … before the shorter log's end */
#define RECALL_LOST_BYTES ((uint64_t)1 << 30) /* of one lost flight: the logs of a whole ward; all of it is staged */
#define RECALL_HAND_IN_BYTES ((uint64_t)1 << 26) /* of a device that may be in other hands: the logs of some cells */
#define RECALL_SCOPES_BYTES 200000 /* of one recall message; what does not fit is asked for in the next one */

struct recall_point {
    uint64_t size;
    struct hash root;
};

/* How the ward holds one scope. Points descend; size 0 is common to all logs and is not one. */
struct recall_scope {
    struct id scope;
    uint32_t epoch;
    uint64_t size;
    size_t count;
    struct recall_point point[RECALL_POINTS_MAX];
};

struct recall_list {
    size_t count;
    struct bytes entries;
};

void recall_add(struct buf *entries, const struct recall_scope *entry);
void recall_encode(size_t count, struct bytes entries, struct buf *out);
MUST_CHECK enum err recall_decode(struct recall_list *list, struct bytes body);
bool recall_next(struct recall_list *list, struct recall_scope *entry);
/* Sizes to compare: `most`, then 1, 2, 4 … before it. Fills point[].size. */
void recall_sizes(struct recall_scope *entry, uint64_t most);

/* The leaves that follow stand in a log of this scope whose newest checkpoint this ward signed. */
struct recall_lost {
    struct id scope;
    uint32_t epoch;
    uint64_t size;
    uint64_t time;
    uint8_t signature[SIGNATURE_SIZE];
    uint64_t from; /* index of the first leaf that follows */
};
void recall_lost_encode(const struct recall_lost *m, struct buf *out);
MUST_CHECK enum err recall_lost_decode(struct recall_lost *m, struct bytes body);

/* One leaf of a lost flight, put to `list` as message 5 or 7 with everything its header says. */
MUST_CHECK enum err recall_leaf_write(struct ledger_leaf *l, struct buf *list);
/* A changeset's, committed, with the bodies to keep (changeset_write_without). */
MUST_CHECK enum err recall_leaf_write_without(struct ledger_leaf *l, const bool *keep, struct buf *list);

struct recall_leaf {
    struct ledger_leaf leaf; /* its header lies in `header`, the rest in the message */
    struct header is;        /* of a changeset */
    struct buf header;
};
/* Bodies must be what the rebuilt header commits to; whether this header is the true one only the log's root can tell.
 * ERR_BAD_FRAME. Deinit in any case. */
MUST_CHECK enum err recall_leaf_read(struct recall_leaf *l, const struct id *scope, uint8_t type, struct bytes message);
void recall_leaf_deinit(struct recall_leaf *l);

#endif
