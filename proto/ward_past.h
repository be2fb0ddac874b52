/* ward_past.h - what of a log a device is given that holds no leaves of it: the leaf that a later word is about, and,
 * with the snapshot, what became of its own person's work below it (protocol.md 10.3).
 *
 * Refusals are in no index of the log. So while a snapshot is made, and all leaves pass by, the ones that may have to
 * be told are noted, as rows of the snapshot: whose stream, which leaf. A device then costs as much as it is told. */
#ifndef CHIBO_WARD_PAST_H
#define CHIBO_WARD_PAST_H

#include "ledger.h"
#include "ward.h"

/* The message past: a changeset's leaf with the bodies that all may read, or (whole) all of them. */
MUST_CHECK enum err ward_past_write(struct ledger_leaf *l, bool whole, uint64_t index, struct buf *out);
/* The same of a leaf, for this session's device. Appends the message to the list. */
MUST_CHECK enum err ward_past(struct txn *txn, const struct scope *s, const struct work *job, uint64_t index,
                              struct buf *list);

/* Making the index. begin; look at each changeset's leaf (decoded by its head alone), in order; looked; note each one
 * (decoded whole), in order; end. Zero before, deinit in any case. */
struct ward_past {
    struct buf refused; /* versions, a set once all were looked at */
    struct buf open;    /* u32 leaf indexes, ascending: with changes that wait, or that a person did not accept */
    struct buf entries; /* of the row that fills up */
    uint32_t rows;
};
MUST_CHECK enum err ward_past_begin(struct ward_past *p, struct txn *txn, const struct scope *s);
MUST_CHECK enum err ward_past_look(struct ward_past *p, struct txn *txn, const struct scope *s, uint64_t index,
                                   const struct ledger_leaf *head);
void ward_past_looked(struct ward_past *p);
MUST_CHECK enum err ward_past_note(struct ward_past *p, struct txn *txn, const struct scope *s, uint64_t index,
                                   const struct ledger_leaf *l);
MUST_CHECK enum err ward_past_end(struct ward_past *p, struct txn *txn, const struct scope *s);
void ward_past_deinit(struct ward_past *p);
/* Has this scope such an index? */
MUST_CHECK enum err ward_past_made(struct txn *txn, const struct scope *s, bool *yes);

/* Messages past about the work of this session's person, from entry *at of the index on, until job->out has `most`
 * bytes: his leaves below `size` with what was not accepted in the end, or answers it, each with the words said of
 * it. *done: that was all. */
MUST_CHECK enum err ward_past_send(struct txn *txn, const struct scope *s, struct work *job, uint64_t size,
                                   uint64_t *at, size_t most, bool *done);

#endif
