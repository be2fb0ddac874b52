/* sections.h - a text of [sections] with lines `key = value`, as people write settings; read by inih.
 *
 * A line that begins with ; or # is a comment, and so is what follows " ;". */
#ifndef CHIBO_SECTIONS_H
#define CHIBO_SECTIONS_H

#include "base.h"
#include "buf.h"
#include "err.h"

#define SECTIONS_LINE_MAX 180 /* bytes: inih's own bound is 200, with what ends a line */

struct sections_row {
    const char *section, *key, *value; /* valid during the call; section is "" before the first one */
    unsigned line;                     /* from 1 */
};

typedef enum err sections_visit(void *arg, const struct sections_row *row);

/* Visits every key in order; the visitor's first error ends it. ERR_BAD_VALUE: a line is neither section, key nor
 * comment; ERR_TOO_LONG: a line is. *line says where the error is. */
MUST_CHECK enum err sections_parse(struct bytes text, sections_visit *visit, void *arg, unsigned *line);

#endif
