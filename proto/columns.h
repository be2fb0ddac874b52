/* columns.h - a changeset or leaf message with equal fields side by side (protocol.md 6.3): the outer half of
 * transforms 3 and 4. The latter (near) counts the time of the first record id from the message's own.
 *
 * Arranging splits a message in two: `raw`, what no packer makes smaller (signatures, seeds, the random part of ids),
 * and `arranged`: the skeleton of all bodies, then for each field of each kind the heads of its values and then their
 * contents, text as syllables. Restoring gives the message back byte for byte. Transport only: what is signed and
 * stored is the message. */
#ifndef CHIBO_COLUMNS_H
#define CHIBO_COLUMNS_H

#include "../common/base.h"
#include "../common/buf.h"
#include "../common/err.h"

/* False: the message has another form, and both buffers hold nothing of use. */
MUST_CHECK bool columns_arrange(struct bytes message, bool near, struct buf *raw, struct buf *arranged);
/* Appends the message. ERR_BAD_FRAME: these are not the halves of a message of at most max bytes; message may have
 * grown by at most max. Memory is bounded by max and what was given. */
MUST_CHECK enum err columns_restore(struct bytes raw, struct bytes arranged, bool near, size_t max,
                                    struct buf *message);

#endif
