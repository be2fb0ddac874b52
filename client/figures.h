/* figures.h - what can be counted for a report from the records themselves, today: one row of a table each, of one
 * organisation and any period.
 *
 *   meetings   of the period's months that are held: so marked, or not postponed and with somebody on the roll
 *   present, excused, unexcused, exempt, elsewhere   marks of those meetings' rolls; who came late or was exempt and
 *              came is present
 *   dues       payments for the months of the period, less what was cancelled; of what looks paid twice the first
 *              alone, until a person has said that both are right
 *   members    full and probationary on the last day of the period, by their memberships; whoever has none counts
 *              where his record is
 *
 * A report holds them as lines `name=value`, the name as here or as it is called in the language chosen. Other lines
 * are their author's. What became part of the organisation counts with it. Needs the open transaction. */
#ifndef CHIBO_FIGURES_H
#define CHIBO_FIGURES_H

#include "print.h"

enum figure {
    FIGURE_MEETINGS, FIGURE_PRESENT, FIGURE_EXCUSED, FIGURE_UNEXCUSED, FIGURE_EXEMPT, FIGURE_ELSEWHERE, FIGURE_DUES,
    FIGURE_MEMBERS, FIGURES
};
const char *figures_name(enum figure f);  /* "meetings" */
const char *figures_label(enum figure f); /* English msgid */

struct figures {
    struct id org;
    struct buf counts, members, places; /* struct counted[], member[], place[] of figures.c */
};

MUST_CHECK enum err figures_load(struct figures *f, struct print *p, const struct id *org); /* figures_deinit always */
void figures_deinit(struct figures *f);
void figures_of(const struct figures *f, uint32_t period, int64_t value[FIGURES]);

/* Is this line one of the figures? value: digits, with . between as people write them. */
bool figures_parse(struct bytes line, enum figure *which, int64_t *value);
/* The rest of the text after its first line, which is put into line; false: there is none. */
bool figures_line(struct bytes *text, struct bytes *line);

#endif
