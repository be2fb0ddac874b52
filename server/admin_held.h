/* admin_held.h - what waits for a person, as rows of an answer (admin.h), and that person's word.
 *
 * row: [change id (bin), org code, author's name, role (number; 0 none now), record (bin), kind, op, verdict (number,
 * verdict.h), came (time), author's time, quality, seen epoch, seen size, leaf index, changes to the record that the
 * author had not seen, [tag, value now or nil, new value, ...]] */
#ifndef CHIBO_ADMIN_HELD_H
#define CHIBO_ADMIN_HELD_H

#include "../proto/ward_held_record.h"

MUST_CHECK enum err admin_held_rows(struct txn *txn, struct buf *answer);

/* prefix: of a change or of a record. by, text: clean already; they are checked all the same. Puts one row: [record
 * (bin; nil: it did not wait), kind, changes to it that still wait, 1 if only a part of it was accepted, [change id
 * (bin), ...]]. *torn: nothing of this transaction may stay. */
MUST_CHECK enum err admin_held_rule(struct txn *txn, const struct ward *w, const struct ward_ruling *r, uint64_t now_s,
                                    struct buf *answer, bool *torn);

#endif
