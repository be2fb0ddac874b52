/* close.h - op 7: a record is moved to another state by someone who says what he saw of it (protocol.md 5.6).
 *
 * Two moves need that. A draft is made *void*: whatever was written without knowing brings it back, so that an edit is
 * stronger than a deletion in whatever order they reach the log. And minutes are *signed*: the ward lets a signature
 * close no text that its signer had not before him (protocol.md 4.3).
 * All of it follows from one part, so from the leaves of one scope. Pure. */
#ifndef CHIBO_CLOSE_H
#define CHIBO_CLOSE_H

#include "change.h"
#include "part.h"
#include "schema.h"

#define CLOSE_STEP_VOID 5

enum close_void {
    CLOSE_STANDS,  /* nobody made it void */
    CLOSE_VOID,
    CLOSE_RETURNED /* it was made void, and somebody wrote without knowing: it stands, and waits for a person */
};

bool close_is_void(const struct change *c); /* it makes its record void */

enum close_void close_void(const struct part *p);
/* The encoded state that counts; empty: none was ever set. */
struct bytes close_state(const struct part *p);
/* Of that state; a record without one is [0, 0]. */
void close_step(const struct part *p, uint64_t *round, uint64_t *step);

/* Had the author of this change seen every value that stands in the part? */
bool close_saw(const struct part *p, const struct change *c);

/* Makes c the move of this part to a step: the state and all that is to be seen of the part. `more`: the move was begun
 * by another change before, which could not name everything; this one names what is left. value and room keep bytes. */
struct close_room {
    struct buf value, base[CHANGE_TRIPLES_MAX];
};
void close_make(const struct part *p, uint64_t round, uint64_t step, bool more, struct change *c,
                struct close_room *room);
void close_room_deinit(struct close_room *room);

#endif
