/* charset.h - the encodings in which offices keep their lists, as UTF-8.
 *
 * Only a byte order mark, or a text that is UTF-8 throughout, says for itself what it is; all else a person chooses
 * after having seen it. VNI is a table of our own, the rest is the C library's iconv. Outcome is UTF-8, not yet NFC. */
#ifndef CHIBO_CHARSET_H
#define CHIBO_CHARSET_H

#include "../common/buf.h"
#include "../common/err.h"

enum charset { CHARSET_UTF8, CHARSET_UTF16LE, CHARSET_UTF16BE, CHARSET_TCVN3, CHARSET_VNI, CHARSET_CP1258,
               CHARSET_VNI_UTF8, CHARSET_COUNT };
#define CHARSET_NAMES "utf-8|utf-16le|utf-16be|tcvn3|vni|cp1258|vni-utf8"

const char *charset_name(enum charset c); /* as it is typed: "tcvn3" */
bool charset_named(const char *typed, enum charset *out); /* also by what else it is called; case does not count */
bool charset_told(struct bytes text, enum charset *out); /* the text itself says it beyond doubt */
/* Without the mark at the front. ERR_BAD_UTF8: these bytes are not of this encoding; ERR_OTHER: the machine does not
 * know it. */
MUST_CHECK enum err charset_decode(struct bytes text, enum charset c, struct buf *out);
/* charset_again.c: does this UTF-8 hold what was typed with a font of VNI and then saved as Unicode? Appends the text
 * with that put right, or as it is: what could be either is put right in lines that hold no letter of real Unicode. */
bool charset_was_vni(struct bytes text, struct buf *out);

#endif
