/* scribe.h - of what two people wrote down of one meeting: which is the word of its minutes-taker? It is marked on the
 * screen, and Enter takes it. A hint to whoever decides: the fold never hears of it, and no field of the log says it.
 *
 * A meeting names its minutes-taker as a member of the cell; a change names its author as a person of the registry.
 * Nothing in the book ties the two together but the name, so they are one where the names are the same (text_key:
 * without marks and case) and exactly one member of that cell has it. Members that were linked as one person count
 * once. Asked for start, end and place of a meeting and for the marks of its roll; who says what in the minutes is not
 * the minutes-taker's to decide. Needs the open transaction. */
#ifndef CHIBO_SCRIBE_H
#define CHIBO_SCRIBE_H

#include "conflict.h"
#include "print.h"

enum scribe_found {
    SCRIBE_NONE,      /* it does not matter here, or he wrote none of the values */
    SCRIBE_WROTE,     /* one of them is his */
    SCRIBE_NAMESAKES, /* somebody of his name did, and several members have it */
    SCRIBE_DISPUTED,  /* it stands against another word who took the minutes */
    SCRIBE_TWICE      /* he wrote several of them */
};

/* candidate: of SCRIBE_WROTE, whose value is his. */
MUST_CHECK enum err scribe_find(struct print *p, const struct view *v, const struct conflict *c,
                                const struct past *past, enum scribe_found *found, size_t *candidate);
const char *scribe_name(enum scribe_found f);   /* for scripts; NULL of SCRIBE_NONE */
const char *scribe_reason(enum scribe_found f); /* msgid: why there is no default; "" where nothing is to be said */

#endif
