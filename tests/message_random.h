/* message_random.h - changeset and leaf messages of any content, for tests of how messages are packed. */
#ifndef CHIBO_MESSAGE_RANDOM_H
#define CHIBO_MESSAGE_RANDOM_H

#include "../common/base.h"
#include "../common/buf.h"

/* Syllables, other letters and signs, some of them with a space behind. */
void message_random_text(uint64_t *chance, size_t pieces, struct buf *out);
/* A changeset, or a leaf that somebody may not read all of, with 0 to `most` bodies. */
void message_random(uint64_t *chance, size_t most, struct buf *out);

#endif
