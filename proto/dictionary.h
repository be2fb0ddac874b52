/* dictionary.h - what both sides of a session know beforehand (protocol.md 6.2, 6.3): given once, never changed.
 *
 * dictionary_1.c is made by `make dict` and committed; a better one gets its own packing and further transforms. */
#ifndef CHIBO_DICTIONARY_H
#define CHIBO_DICTIONARY_H

#include "../common/base.h"

/* What hello and close say is known: 1, transforms 2 and 3 with dictionary 1; 2, transform 4 as well. */
#define PACKING_NEAR 2u
#define PACKING_NEWEST 2u
#define DICTIONARY_SYLLABLES_MAX 4096u

extern const uint8_t dictionary_1[];       /* in zstd's format */
extern const size_t dictionary_1_size;
extern const char *const dictionary_1_syllables[]; /* lines, NULL last: the more frequent first, a space behind each */

#endif
