/* ward_desk.h - the ward's own hand: records that its server writes, signed like anybody else's.
 *
 * The desk is a person whose id is the ward's own, in the role of the party-building board, with a device whose
 * signing key is made from the ward's: nothing more has to be kept, and a ward that has a new key has a new desk. It is
 * registered by control leaves in each scope it writes in, so whoever holds the log can check it like any author; it
 * has no row in the registry, never connects, reads nothing and is nobody's to revoke. A stream of its own for each
 * time it writes: a ward that was restored never gives a number twice. Rules as in ward.h. */
#ifndef CHIBO_WARD_DESK_H
#define CHIBO_WARD_DESK_H

#include "ward.h"

#define WARD_DESK_RANDOM (SALT_SIZE + 4)

/* Appends one change, judged by the desk's own rights. The scope is saved. ERR_NOT_ALLOWED, or what the schema says of
 * it: a mistake of ours. */
MUST_CHECK enum err ward_desk_write(struct txn *txn, const struct ward *w, struct scope *s, struct bytes body,
                                    const uint8_t random[WARD_DESK_RANDOM], uint64_t now);
bool ward_desk_is(const struct control *c); /* does this leaf speak of the desk? */

#endif
