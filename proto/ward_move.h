/* ward_move.h - one record moves to another organisation: a home leaf in each of its scopes, its changes as mirror
 * leaves in the scopes of the same class there (protocol.md 4.7). What is written about it in the old scopes later goes
 * the same way, as a proposal. A move by no decision: number "", date 0. */
#ifndef CHIBO_WARD_MOVE_H
#define CHIBO_WARD_MOVE_H

#include "ward_reorganise.h"

/* Where the record lives: the organisation of the scopes that are its home. ERR_NOT_FOUND. */
MUST_CHECK enum err ward_record_org(struct txn *txn, uint32_t kind, const struct id *record, struct id *org);
/* *changes: how many went along. ERR_EXISTS: it lives there already; ERR_NOT_FOUND. The caller counted the policy. */
MUST_CHECK enum err ward_move(struct txn *txn, const struct ward *w, uint32_t kind, const struct id *record,
                              const struct id *to, const struct ward_decision *d, uint64_t now, uint64_t *changes);
/* Is this scope the home of the record: something of it there, and not moved on? */
MUST_CHECK enum err ward_lives_in(struct txn *txn, const struct scope *s, uint32_t kind, const struct id *record,
                                  bool *yes);
/* One part: the home leaves, and its changes as mirror leaves in `to`. */
MUST_CHECK enum err ward_move_part(struct txn *txn, const struct ward *w, struct scope *from, struct scope *to,
                                   const struct part *p, const struct id *record, const struct ward_decision *d,
                                   uint64_t now);

/* Is the record of this body at home elsewhere? Then a change to it here is a proposal. */
MUST_CHECK enum err ward_is_copy_of(struct txn *txn, const struct scope *s, struct bytes body, bool *yes);
/* Would this change, written for s, be refused by what its record is at its home by now? *why: ERR_FROZEN, a signature
 * closed it; ERR_TOO_LONG, the record would grow beyond PART_MAX; ERR_STALE_BASE, it signs what its author had not
 * seen, which is for a person to decide; ERR_OK, no. */
MUST_CHECK enum err ward_home_refuses(struct txn *txn, const struct scope *s, struct bytes body, enum err *why);
/* *verdict: accepted where the record is a copy. If its author had not seen that it moved, a proposal with these
 * rights; else by what he may do at its home today: a proposal, with owns if he owns the fields in both, or held for a
 * person. */
MUST_CHECK enum err ward_home_verdict(struct txn *txn, const struct scope *s, const struct header *h, struct bytes body,
                                      uint32_t *verdict);
/* A mirror leaf of a change written for s goes to the home of its record, which may be s; not if it is there. */
MUST_CHECK enum err ward_home_take(struct txn *txn, const struct ward *w, const struct scope *s, struct control *c,
                                   uint64_t now);
/* The changes of a leaf just appended to s that were proposals go to the home of their records. */
MUST_CHECK enum err ward_forward(struct txn *txn, const struct ward *w, const struct scope *s, uint64_t index,
                                 uint64_t now);

/* The record's parts of a class below this one go to its organisation's scope of this class, and with them its head and
 * all fields of lower classes; from their scopes they are erased, everywhere (protocol.md 4.8). ERR_NOT_FOUND;
 * ERR_EXISTS: it is not below this class. The caller counted the policy. */
MUST_CHECK enum err ward_raise(struct txn *txn, const struct ward *w, uint32_t kind, const struct id *record,
                               enum access access, const struct ward_decision *d, uint64_t now, uint64_t *changes);

#endif
