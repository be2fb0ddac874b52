/* admin_moves.h - answers about members on their way and about decisions. Rows:
 *   transit    [member (bin), name, code from, code to ("": not said), letter, left, due (0: not known), received (0:
 *              the other cell has not said so), 1 if due is over]
 *   decisions  [what (registry.h), number, date, time (s), from, to, person, waiting], waiting: for each device
 *              that does not have it yet: id (bin), name of its person, contact (s; 0: never) */
#ifndef CHIBO_ADMIN_MOVES_H
#define CHIBO_ADMIN_MOVES_H

#include "../proto/store.h"

MUST_CHECK enum err admin_transit_rows(struct txn *txn, uint32_t today, struct buf *answer);
MUST_CHECK enum err admin_decision_rows(struct txn *txn, struct buf *answer);

#endif
