/* word.h - words as people type them: marks, case, blanks and lines between are all the same.
 *
 *   "Đồng bộ", "đồng-bộ", "DONG_BO" -> "dong-bo" */
#ifndef CHIBO_WORD_H
#define CHIBO_WORD_H

#include "../common/buf.h"
#include "../proto/schema.h"

/* Appends the key; false, and nothing appended, when it is not text. */
bool word_key(const char *text, struct buf *out);
/* Is the typed word this one? Key against key. */
bool word_is(const char *typed, const char *word);

/* By name, Vietnamese word or label; NULL: none. close gets what was probably meant, or NULL; may be NULL. */
const struct kind_info *word_kind(const char *typed, const char **close);
const struct field_info *word_field(const struct kind_info *k, const char *typed, const char **close);

/* Appends text on one line that is at most so many columns wide, with … where something was cut off. */
void word_fit(struct bytes text, size_t columns, struct buf *out);
/* Appends blanks up to this width. */
void word_pad(size_t width, size_t columns, struct buf *out);

#endif
