/* frame.h - length-prefixed frames and the messages they carry (protocol.md 6): both directions of one session.
 *
 * struct frame_out cuts a message into frames, packs each by the transform that makes it smallest, and
 * appends the bytes to a buffer. struct frame_in is fed bytes as they arrive, in any pieces, and yields whole messages.
 * Memory is bounded: at most one packed frame, one message (its arranged form too) and the history (HISTORY_MAX) each
 * way; a call of frame_next without bytes between two messages frees all but the history. */
#ifndef CHIBO_FRAME_H
#define CHIBO_FRAME_H

#include "../common/base.h"
#include "../common/buf.h"
#include "../common/err.h"
#include "../common/zip.h"
#include "limits.h"

#define FRAME_LAST 0x40u
#define FRAME_MORE 0x80u
#define FRAME_TRANSFORM_MASK 0x0fu

struct frame_out {
    struct zip zip;
    int level;        /* zstd level; 0 never packs */
    unsigned packing; /* newest the receiver has said it knows (dictionary.h); 0: transforms 0 and 1 only */
    bool in_message;  /* frames of a message have gone out, more follow */
};

struct frame_in {
    struct zip zip;
    struct buf raw;     /* bytes of a frame that is not complete */
    struct buf message; /* plain slices so far */
    struct buf arranged; /* transforms 3 and 4, unpacked but not restored */
    uint8_t type;
    bool in_message;
    bool last;
    bool failed; /* a broken frame was seen: nothing after it is read */
};

void frame_out_init(struct frame_out *f, int level);
void frame_out_deinit(struct frame_out *f);
/* plain.n <= MESSAGE_MAX (asserted). last: nothing more from this side until the other answers. */
void frame_put(struct frame_out *f, uint8_t type, struct bytes plain, bool last, struct buf *wire);

void frame_in_init(struct frame_in *f);
void frame_in_deinit(struct frame_in *f);
/* Takes bytes from *more (moving it forward) until a message is complete or they run out.
 * ERR_OK with *got true: type, message, last are set, valid until the next call. ERR_BAD_FRAME: the session is over,
 * and every later call says so again. */
MUST_CHECK enum err frame_next(struct frame_in *f, struct bytes *more, bool *got);

#endif
