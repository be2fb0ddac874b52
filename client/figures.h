/* figures.h - the lines of a report (proto/report.h) of one organisation, counted from the records as they are in this
 * book today, and as text.
 *
 * A report holds them as lines `name=value`, the name as in proto/report.def or as it is called in the language chosen.
 * Other lines are their author's. What became part of the organisation counts with it. Needs the open transaction. */
#ifndef CHIBO_FIGURES_H
#define CHIBO_FIGURES_H

#include "../proto/report.h"
#include "print.h"

struct figures {
    struct id org; /* the one; of several: zero */
    const struct org *cell; /* the several; borrowed */
    size_t cells;
    struct report *report;
};

/* of: for reports of this period alone; 0: of any. */
MUST_CHECK enum err figures_load(struct figures *f, struct print *p, const struct id *org, uint32_t of);
/* The same of several organisations in one walk; figures_of_all tells of each. */
MUST_CHECK enum err figures_load_all(struct figures *f, struct print *p, const struct org *cell, size_t cells,
                                     uint32_t of);
void figures_of_all(const struct figures *f, uint32_t period, int64_t (*value)[REPORT_LINES]);
void figures_deinit(struct figures *f); /* in any case */
void figures_of(const struct figures *f, uint32_t period, int64_t value[REPORT_LINES]);
/* Only who belongs here, for this question alone: is the record a member of the organisation's that counts on this day?
 * Of several of one person one of them. */
MUST_CHECK enum err figures_load_members(struct figures *f, struct print *p, const struct id *org);
bool figures_has_member(const struct figures *f, const struct id *member, uint32_t day);

/* Is this line one of the figures? value: digits, with . between as people write them. */
bool figures_parse(struct bytes line, enum report_line_number *which, int64_t *value);
/* The rest of the text after its first line, which is put into line; false: there is none. */
bool figures_line(struct bytes *text, struct bytes *line);

#endif
