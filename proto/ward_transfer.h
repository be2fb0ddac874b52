/* ward_transfer.h - a member goes from one cell to another: introduced, then received (protocol.md 4.9).
 *
 * An introduction writes one line into the register of either cell (kind transfer), by the ward's own hand
 * (ward_desk.h), and ends his membership in the old cell on that day; his record stays where it is and he counts there
 * (transfer.h). When the new cell writes the day of his coming into its line, or the ward does it in its place, the
 * record moves (ward_move.h), the membership goes on in the new cell and both lines are closed. Rules as in ward.h. */
#ifndef CHIBO_WARD_TRANSFER_H
#define CHIBO_WARD_TRANSFER_H

#include "transfer.h"
#include "ward_reorganise.h"

/* ERR_EXISTS: he is there already; ERR_DECIDED: he is on his way; ERR_BAD_DATE; ERR_TOO_LONG; ERR_NOT_FOUND. d: the
 * letter's number and day. */
MUST_CHECK enum err ward_introduce(struct txn *txn, const struct ward *w, const struct id *member, const struct id *to,
                                   const struct ward_decision *d, uint64_t now);
/* The open line of a member. ERR_NOT_FOUND. */
MUST_CHECK enum err ward_on_the_way(struct txn *txn, const struct id *member, uint64_t now, struct transfer *out);
/* *changes: how many of his record went along. ERR_NOT_FOUND: no line says that he is on his way. */
MUST_CHECK enum err ward_receive(struct txn *txn, const struct ward *w, const struct id *member, uint32_t date,
                                 uint64_t now, uint64_t *changes);
/* All of it at once, from d's day on (date 0: today). To the cell he comes from: the introduction is taken back.
 * ERR_EXISTS, ERR_NOT_FOUND, ERR_BAD_DATE. */
MUST_CHECK enum err ward_transfer(struct txn *txn, const struct ward *w, const struct id *member, const struct id *to,
                                  const struct ward_decision *d, uint64_t now, uint64_t *changes);
/* A changeset was just appended to this scope: if the cell said in it that it has received someone, he is moved. */
MUST_CHECK enum err ward_transfer_heed(struct txn *txn, const struct ward *w, const struct scope *s,
                                       const struct changeset *cs, uint64_t now);

#endif
