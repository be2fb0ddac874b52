/* supplement.h - a report that was handed in stays as it is; what came after its cut-off makes its next version.
 *
 * The newest version of a report (one form, one period, one organisation) is held against what can be counted today
 * (figures.h): the figures that it names and that are others by now differ. Needs the open transaction. */
#ifndef CHIBO_SUPPLEMENT_H
#define CHIBO_SUPPLEMENT_H

#include "figures.h"

struct supplement_line {
    enum report_line_number which;
    int64_t reported, now;
};

struct supplement {
    struct id record, org; /* the newest version that stands */
    uint64_t version, next; /* its number, and the one that is free */
    uint32_t period, cutoff;
    struct buf form;
    struct buf figures; /* its lines, those that can be counted as they are today */
    size_t known;       /* lines that can be counted */
    size_t differ;
    struct supplement_line line[REPORT_LINES];
};

/* Of this report, whichever of its versions. f is of its organisation. */
MUST_CHECK enum err supplement_look(struct supplement *s, struct book *b, const struct figures *f,
                                    const struct view *v);
void supplement_deinit(struct supplement *s);

/* For `chibo xem`: a line about what came late, or about a newer version; nothing of what is no report. */
MUST_CHECK enum err supplement_note(struct print *p, const struct view *v, struct buf *out);
/* For `chibo tinh-trang`: the reports of this book's own cell to which something came late, each a line. */
MUST_CHECK enum err supplement_count(struct print *p, uint64_t *reports, struct buf *lines);

#endif
