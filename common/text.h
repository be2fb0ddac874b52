/* text.h - what a person typed or a peer sent, as Unicode: checked, cleaned, folded, measured.
 *
 * All text in the book is valid UTF-8 in Unicode NFC; text_clean makes it so at every door through which a
 * person's text comes in, text_is_nfc refuses what a peer should not have sent. Folded text is a key to search
 * and compare by ("Nguyễn" -> "nguyen", "Đạt" -> "dat", hoà and hòa -> "hoa"); it is never shown or stored for people.
 * Functions that write append to `out` and leave it as it was when they fail. The only file that knows utf8proc. */
#ifndef CHIBO_TEXT_H
#define CHIBO_TEXT_H

#include "base.h"
#include "buf.h"
#include "err.h"

enum text_lines {
    TEXT_ONE_LINE, /* line ends become spaces */
    TEXT_MULTILINE /* line ends are kept, as \n */
};

/* RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. NUL is a character like any other. */
bool text_is_utf8(struct bytes s);
size_t text_utf8_prefix(struct bytes s); /* how many bytes at the front are valid UTF-8 */

/* Valid UTF-8 and in NFC (UAX #15). Names and minutes in Vietnamese take the short way, without memory. */
bool text_is_nfc(struct bytes s);

/* NFC; space, tab and every Unicode space become one ' ', runs of them one; none at the ends or beside a line end;
 * no empty lines at the ends; U+200B, U+FEFF and U+00AD are dropped. Cleaning twice changes nothing.
 * ERR_BAD_UTF8; ERR_BAD_VALUE for control characters and for those that turn the direction of writing,
 * with which a terminal or a reader could be deceived. */
MUST_CHECK enum err text_clean(struct bytes in, enum text_lines lines, struct buf *out);

/* As a terminal may get it, whoever wrote it: control characters but for \n, those that turn the direction of writing,
 * and bytes that are not UTF-8 become ?. */
void text_show(struct bytes in, struct buf *out);

/* Case folding, canonical decomposition, marks stripped, đ -> d. ERR_BAD_UTF8. */
MUST_CHECK enum err text_fold(struct bytes in, struct buf *out);
/* text_clean to one line, then text_fold: what a person meant by a word, a date, a name to find. */
MUST_CHECK enum err text_key(struct bytes in, struct buf *out);

/* The same in capital letters, letter by letter. ERR_BAD_UTF8. */
MUST_CHECK enum err text_upper(struct bytes in, struct buf *out);
/* The first letter of each word as a capital, all else as it is. ERR_BAD_UTF8. */
MUST_CHECK enum err text_capitals(struct bytes in, struct buf *out);

/* A key whose bytes sort (bytes_compare) as Vietnamese does: a ă â b c d đ e ê .. o ô ơ .. u ư .. as letters, then the
 * tones ngang huyền hỏi ngã sắc nặng; case does not count. For a list of persons append the keys of given,
 * family and middle name to one buf, in this order. ERR_BAD_UTF8. */
MUST_CHECK enum err text_sort_key(struct bytes in, struct buf *out);

/* Columns on a terminal: marks take none, wide East Asian characters two, each invalid byte one. */
size_t text_width(struct bytes s);
struct bytes text_fit(struct bytes s, size_t columns); /* the longest front part that fits; borrows from s */

#endif
