/* text_plain.h - the key of a text (text_key) of plain letters alone, many times faster: search goes over every text of
 * a book. */
#ifndef CHIBO_TEXT_PLAIN_H
#define CHIBO_TEXT_PLAIN_H

#include "base.h"
#include "buf.h"

/* Appends what text_key would. False, and nothing appended: something else than ASCII and the composed letters of
 * Vietnamese is in it. */
bool text_plain_key(struct bytes in, struct buf *out);

#endif
