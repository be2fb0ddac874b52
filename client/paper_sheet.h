/* paper_sheet.h - forms of one record, as rows. */
#ifndef CHIBO_PAPER_SHEET_H
#define CHIBO_PAPER_SHEET_H

#include "paper.h"

struct paper_row {
    const char *label, *paths;
    bool is_text; /* a caption and paragraphs; else one line */
};

struct paper_sheet {
    struct paper_row row[16]; /* ends with no label */
    const char *office[2];
};

void paper_line(struct paper *p, const struct view *v, const char *label, const char *paths);
/* label NULL: no caption. Without a value, dots to write on. */
void paper_text(struct paper *p, const struct view *v, const char *label, const char *paths);
void paper_rows(struct paper *p, const struct paper_row *row);

extern const struct paper_sheet paper_sheet_comment, paper_sheet_rating, paper_sheet_hand_over;

#endif
