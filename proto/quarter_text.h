/* quarter_text.h - figures and lines of a match of registers as its record holds them (protocol.md 10.2).
 *
 *   figures   for each: NAME|CELL|WARD, line feed
 *   lines     for each: NUMBER|SIGN WHAT|PERSON|FIELD|CELL|WARD|EXTRA|NAME, line feed
 *
 * In a supplement figures that changed and lines that came (+) or went (-) stand alone. What all versions so far say is
 * the sum; a list that does not fit into one record goes on in the next version. */
#ifndef CHIBO_QUARTER_TEXT_H
#define CHIBO_QUARTER_TEXT_H

#include "quarter.h"

#define QUARTER_LINES_BYTES 48000 /* of one record: its change still goes in one frame */

struct quarter_sum {
    bool has[QUARTER_FIGURES];
    uint64_t figure[QUARTER_SIDES][QUARTER_FIGURES];
    struct buf lines; /* struct quarter_line[]: those that still stand */
};
void quarter_sum_deinit(struct quarter_sum *s);
bool quarter_sum_stands(const struct quarter_sum *s, const struct quarter_line *l);

/* What one version says, added to the sum. ERR_BAD_VALUE: not of this form. */
MUST_CHECK enum err quarter_sum_add(struct quarter_sum *s, struct bytes figures, struct bytes lines);
/* The next version: what is new in r. False: nothing is. May have to be called, and added, more than once. */
bool quarter_sum_differs(const struct quarter_sum *s, const struct quarter_result *r, struct buf *figures,
                         struct buf *lines);

/* One line after the other: false at the end; ERR_BAD_VALUE in *e. number comes as it is written. */
bool quarter_line_next(struct bytes *lines, struct quarter_line *l, unsigned *number, enum err *e);
bool quarter_figure_next(struct bytes *figures, enum quarter_figure *f, uint64_t value[QUARTER_SIDES], enum err *e);

/* What one line is explained by: an element "NUMBER: text" of the record's explanations. 0: of no line. */
unsigned quarter_explained(struct bytes element, struct bytes *text);

#endif
