/* syllable.h - Vietnamese text in one or two bytes a syllable (protocol.md 6.3): the inner half of transforms 3 and 4.
 *
 * The table of syllables belongs to dictionary 1 and never changes (dictionary_1.c, made by `make dict`). Any bytes
 * come back as they were, text or not; what the table does not know stands in full. */
#ifndef CHIBO_SYLLABLE_H
#define CHIBO_SYLLABLE_H

#include "../common/base.h"
#include "../common/buf.h"

void syllable_pack(struct bytes text, struct buf *out);
/* Takes the packed form of a text of exactly n bytes off the front of *packed and appends the text. False: it is not
 * the form of any such text; out may then have grown by at most n bytes. */
bool syllable_unpack(struct bytes *packed, size_t n, struct buf *out);

#endif
