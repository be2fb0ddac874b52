/* repair.h - two stores of one log bring each other what one of them lost to damage: messages want (23), hashes
 * (24) and range (29), protocol.md 8.8. The same on both sides; who may ask for what is the caller's matter. */
#ifndef CHIBO_REPAIR_H
#define CHIBO_REPAIR_H

#include "ledger.h"
#include "work.h"

#define REPAIR_RUNS_MAX 2000      /* of one message: an array of twice as many elements */
#define REPAIR_HINT_SIZE 6        /* of a hash: enough to find what differs; the root proves */
#define REPAIR_HINTS_MAX 8192     /* of one message: within a frame */
#define REPAIR_FLIGHT_BYTES 1048576 /* of wants in one flight: some 100,000 runs */
#define REPAIR_LEAVES 0u          /* want.what; else 1 + the level of the nodes whose hashes are wanted */

struct repair_run {
    uint64_t from, count;
};

/* Leaves, or nodes of one level, of a log that both hold up to `size`. */
struct repair_want {
    struct id scope;
    uint32_t epoch;
    uint64_t size;
    unsigned what;
    size_t count;
    struct repair_run run[REPAIR_RUNS_MAX]; /* ascending, apart */
};

struct repair_hashes {
    struct id scope;
    unsigned level;
    uint64_t from;
    struct bytes hints;
};

/* The messages that follow are these leaves, in the form of a lost flight. No runs: all that was wanted has been
 * given. */
struct repair_range {
    struct id scope;
    size_t count;
    struct repair_run run[REPAIR_RUNS_MAX];
};

void repair_want_encode(const struct repair_want *m, struct buf *out);
void repair_hashes_encode(const struct repair_hashes *m, struct buf *out);
void repair_range_encode(const struct repair_range *m, struct buf *out);
MUST_CHECK enum err repair_want_decode(struct repair_want *m, struct bytes body);
MUST_CHECK enum err repair_hashes_decode(struct repair_hashes *m, struct bytes body);
MUST_CHECK enum err repair_range_decode(struct repair_range *m, struct bytes body);

/* Wants in the making: runs that touch become one, a full message begins another. */
struct repair_asking {
    struct repair_want want;
    struct buf *list; /* gets the messages */
};
void repair_ask(struct repair_asking *a, const struct scope *s, unsigned what, uint64_t from, uint64_t count);
void repair_ask_end(struct repair_asking *a);
/* The level whose hashes tell more about a subtree of this one: 11 levels down at most, so that two questions find
 * any leaf among 2^17. */
unsigned repair_level_below(unsigned level);

/* May the asker have this log's leaves? */
typedef enum err repair_may(struct txn *txn, const struct scope *s, const struct work *job, bool *yes);
/* job->in: wants, a list; at: where to go on. out: messages; more: call again. What is not here, or of another
 * epoch, is passed over. To a device (job->device) only bodies that are for it; all: every body. */
MUST_CHECK enum err repair_give(struct txn *txn, struct work *job, repair_may *may, bool all);
/* A leaf that came and stands here just so; but it may bring bodies. */
typedef enum err repair_same(struct txn *txn, const struct scope *s, uint64_t index, struct ledger_leaf *l);
/* job->in: a range and leaves of it; at: how many of its leaves came before. job->repaired counts those that were
 * written. same: for those that stand here. only_proved: leaves that the tree here neither proves nor disproves are not
 * taken; else the root decides later. ERR_BAD_PROOF: not what stands at this place. */
MUST_CHECK enum err repair_take(struct txn *txn, struct work *job, repair_same *same, bool only_proved);

#endif
