/* admin_held.h - what waits for a person, as rows of an answer (admin.h), and that person's word.
 *
 * row: [change id (bin), org code, author's name, role (number; 0 none now), record (bin), kind, op, verdict (number,
 * verdict.h), came (time), author's time, quality, seen epoch, seen size, leaf index, changes to the record that the
 * author had not seen, [tag, value now or nil, new value, ...]] */
#ifndef CHIBO_ADMIN_HELD_H
#define CHIBO_ADMIN_HELD_H

#include "../proto/ward_held.h"

MUST_CHECK enum err admin_held_rows(struct txn *txn, struct buf *answer);

/* prefix, by, text: clean already; by and text are checked all the same. Puts one row: [change id (bin)]. */
MUST_CHECK enum err admin_held_rule(struct txn *txn, const struct ward *w, const struct ward_ruling *r, uint64_t now_s,
                                    struct buf *answer);

#endif
