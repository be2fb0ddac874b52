/* zip.h - zstd frames that lean on what this direction carried before (protocol.md 6); the only door to zstd.
 *
 * Each packed piece is one zstd frame (RFC 8878) with its content size, without checksum and dictionary id, compressed
 * with the last ZIP_HISTORY bytes of plaintext of the same direction as a raw prefix. So two sides need nothing but
 * that history, every piece can be bounded before it is expanded, and the contexts are shared by a whole process:
 * one thread at a time may use this module.
 * A struct zip, zeroed, is one direction of a session that has carried nothing; it owns its history. Every plaintext
 * goes into it in order, whichever transform carried it: zip_compress and zip_expand see to that, zip_note does it for
 * pieces sent as they are. */
#ifndef CHIBO_ZIP_H
#define CHIBO_ZIP_H

#include "base.h"
#include "buf.h"
#include "err.h"

#define ZIP_HISTORY (128u << 10) /* bytes */
/* Level 3 takes 8 % more bytes, level 5 another 35 ms of CPU in 4 MB: nothing beside the links this is for. */
#define ZIP_LEVEL 5

#define ZIP_DICTIONARY_MAX (32u << 10) /* bytes */

struct zip {
    struct buf history; /* the last ZIP_HISTORY bytes */
};

/* With a dictionary (in zstd's own format, <= ZIP_DICTIONARY_MAX, of static life; empty: none) the history stands
 * behind the dictionary's content, and the frame goes without its magic number. Nothing is noted: see zip_note.
 * Appends the packed form and true, or nothing and false when it would not be smaller than plain. */
MUST_CHECK bool zip_pack(const struct zip *zip, struct bytes dictionary, struct bytes plain, int level,
                         struct buf *out);
/* The way back, bounded as zip_expand is. */
MUST_CHECK enum err zip_unpack(const struct zip *zip, struct bytes dictionary, struct bytes packed, size_t plain_max,
                               struct buf *out);

/* What zip_pack made with a dictionary, without the heads of frame and block: 4 bytes less. plain_n is what it was made
 * of. False, and *block as it was: it is more than one block. */
MUST_CHECK bool zip_strip(struct bytes packed, struct bytes *block, size_t *plain_n);
/* Appends what zip_unpack takes. A block as long as plain_n is not packed. */
void zip_dress(struct bytes block, size_t plain_n, struct buf *packed);

/* Both without a dictionary, and noted: */

/* Appends the packed form of plain to out and true, or nothing and false when it would not be smaller; plain is in the
 * history either way. */
MUST_CHECK bool zip_compress(struct zip *zip, struct bytes plain, int level, struct buf *out);
/* Appends the plaintext to out. ERR_BAD_FRAME, with nothing appended or noted: not exactly one frame of this kind, no
 * content size, larger than plain_max, or made with another history so far as that shows. */
MUST_CHECK enum err zip_expand(struct zip *zip, struct bytes packed, size_t plain_max, struct buf *out);
void zip_note(struct zip *zip, struct bytes plain);
void zip_deinit(struct zip *zip); /* wipes: it held plaintext */
void zip_shutdown(void);          /* frees the shared contexts; the next use makes new ones */

#endif
