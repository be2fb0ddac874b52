/* ward_move.h - one record moves to another organisation: a home leaf in each of its scopes, its changes as mirror
 * leaves in the scopes of the same class there (protocol.md 4.7). What is written about it in the old scopes later goes
 * the same way, as a proposal. */
#ifndef CHIBO_WARD_MOVE_H
#define CHIBO_WARD_MOVE_H

#include "ward.h"

/* Where the record lives: the organisation of the scopes that are its home. ERR_NOT_FOUND. */
MUST_CHECK enum err ward_record_org(struct txn *txn, uint32_t kind, const struct id *record, struct id *org);
/* *changes: how many went along. ERR_EXISTS: it lives there already; ERR_NOT_FOUND. The caller counted the policy. */
MUST_CHECK enum err ward_move(struct txn *txn, const struct ward *w, uint32_t kind, const struct id *record,
                              const struct id *to, uint64_t now, uint64_t *changes);

/* Is the record of this body at home elsewhere? Then a change to it here is a proposal. */
MUST_CHECK enum err ward_is_copy_of(struct txn *txn, const struct scope *s, struct bytes body, bool *yes);
/* A mirror leaf of a change written for s goes to the home of its record, which may be s; not if it is there. */
MUST_CHECK enum err ward_home_take(struct txn *txn, const struct ward *w, const struct scope *s, struct control *c,
                                   uint64_t now);
/* The changes of a leaf just appended to s that were proposals go to the home of their records. */
MUST_CHECK enum err ward_forward(struct txn *txn, const struct ward *w, const struct scope *s, uint64_t index,
                                 uint64_t now);

#endif
