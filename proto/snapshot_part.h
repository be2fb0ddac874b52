/* snapshot_part.h - one piece of a snapshot on its way to a device that holds nothing of the scope (protocol.md 10.3):
 * folded parts, in the order in which their records were first written, and what later leaves build on.
 *
 * A record that one change made, and most are, travels as that change's body: columns and dictionary then pack it as
 * they pack a changeset, and its version follows from body and origin. All else goes as it stands in the fold. */
#ifndef CHIBO_SNAPSHOT_PART_H
#define CHIBO_SNAPSHOT_PART_H

#include "change.h"
#include "mp.h"

/* Each list is encoded values, one behind the other; the slices of one that was read point into its message. */
struct snapshot_part {
    uint64_t number; /* from 0 */
    size_t controls; /* [leaf index, control, signature] */
    size_t streams;  /* [device, incarnation, next, head], in the order of their numbers */
    size_t past;     /* [leaf index, leaf]: what waits for a person */
    size_t parts;    /* [kind, record, part, versions of its changes] */
    size_t origins;  /* [stream, person, seed]: of each leaf that bodies are from, in their order */
    size_t places;   /* leaf and position of each body, the difference from the one before */
    size_t bodies;
    struct bytes control, stream, past_leaf, part, origin, place, body;
};

void snapshot_part_encode(const struct snapshot_part *p, struct buf *out);
MUST_CHECK enum err snapshot_part_decode(struct snapshot_part *p, struct bytes message); /* ERR_BAD_FRAME */

/* Where the next body stands, and whether its author owns the fields: both sides go from place to place. All zero
 * before the first. */
struct snapshot_place {
    bool begun, owns;
    uint32_t leaf, position;
};
void snapshot_place_put(struct snapshot_place *at, uint32_t leaf, uint32_t position, bool owns, struct buf *out);
/* Takes two numbers off *places. *new_leaf: the next origin is this body's. ERR_BAD_FRAME. */
MUST_CHECK enum err snapshot_place_next(struct snapshot_place *at, struct bytes *places, bool *new_leaf);

/* What the changes of one leaf were signed with. */
struct snapshot_origin {
    uint32_t stream;
    struct id person;
    uint8_t seed[SALT_SIZE];
};
/* before: of the leaf before in the same message, or NULL. */
void snapshot_origin_put(const struct snapshot_origin *o, const struct snapshot_origin *before, struct buf *out);
/* Takes one off *origins; *o is the one before, if `begun`. ERR_BAD_FRAME. */
MUST_CHECK enum err snapshot_origin_next(struct snapshot_origin *o, bool begun, struct bytes *origins);

/* The folded part that this change alone makes. */
void snapshot_single(const struct change *c, const struct version *v, bool owns, uint32_t leaf, uint32_t position,
                     struct buf *out);

#endif
