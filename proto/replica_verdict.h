/* replica_verdict.h - the ward's word on the changes of this device's holder, on whichever device of his he wrote them:
 * what was held or refused is kept here, with who decided and why, until it is accepted or he has answered it.
 *
 * Rows are numbered in the order the word came; a new word on the same change takes a new number. */
#ifndef CHIBO_REPLICA_VERDICT_H
#define CHIBO_REPLICA_VERDICT_H

#include "changeset.h"
#include "control.h"
#include "message.h"
#include "replica.h"

#define REPLICA_VERDICT_NO_LEAF UINT32_MAX

struct replica_verdict {
    uint32_t number;
    struct id scope;
    struct hash id;      /* of the change */
    uint32_t leaf;       /* where its changeset stands in the log; REPLICA_VERDICT_NO_LEAF: in one that is not here */
    uint32_t position;
    uint32_t verdict;    /* verdict.h */
    uint64_t time;       /* of the word, by the ward's clock */
    struct bytes by;     /* the person who decided; empty: the rules did */
    struct bytes text;   /* why, in that person's words */
    bool answered;       /* its author has sent it again, corrected */
    struct bytes body;   /* the encoded change */
};

/* Valid during the call; false stops. In the order of numbers. */
typedef bool replica_verdict_visit(void *arg, const struct replica_verdict *v);
MUST_CHECK enum err replica_verdict_each(struct txn *txn, replica_verdict_visit *visit, void *arg);
/* *row keeps what *out borrows. ERR_NO_SUCH_CHANGE. */
MUST_CHECK enum err replica_verdict_get(struct txn *txn, uint32_t number, struct buf *row, struct replica_verdict *out);
MUST_CHECK enum err replica_verdict_answered(struct txn *txn, uint32_t number); /* ERR_NO_SUCH_CHANGE */
/* The number that the next word will get. */
MUST_CHECK enum err replica_verdict_next(struct txn *txn, uint32_t *number);

/* For replica_apply.c: one change of an own changeset, whose leaf has just been added; a verdict leaf just added. A
 * person's word is counted in the job. */
MUST_CHECK enum err replica_verdict_slot(struct txn *txn, const struct scope *s, uint32_t leaf, uint32_t position,
                                         uint32_t verdict, uint64_t accepted, const struct change_slot *slot);
MUST_CHECK enum err replica_verdict_ruled(struct txn *txn, const struct replica *r, const struct scope *s,
                                          const struct control *c, struct work *job);

/* For replica_drop.c. A word without a leaf, on a change whose body the slot has (of the id of the word). */
MUST_CHECK enum err replica_verdict_word(struct txn *txn, const struct scope *s, const struct message_word *word,
                                         const struct change_slot *slot);
/* The row about this change. ERR_NOT_FOUND. *row keeps what *out borrows. */
MUST_CHECK enum err replica_verdict_about(struct txn *txn, const struct hash *id, struct buf *row,
                                          struct replica_verdict *out);
/* The scope goes: of its rows those stay that its author has yet to read or to wait for: held, or refused and not
 * answered. */
MUST_CHECK enum err replica_verdict_leave(struct txn *txn, const struct scope *s);
/* Is this a row of a scope that is not here any more? Nothing else then tells of the change. */
bool replica_verdict_left(struct txn *txn, const struct replica_verdict *v);

#endif
