/* paper.h - forms on paper: what stands on them is described here, line by line, for the program `chibo-in`.
 *
 * A form is a row of paper_forms: its words, its title, what it is of, and the function that describes it; lists
 * are rows of columns besides (paper_list.h). All that a form says is Vietnamese in any locale: it is the Party's
 * paper, not the program's screen. Described blank it asks for nothing but the names of the organisations.
 *
 * To add a form: its row, its columns or function, a call in tests/cli/paper.sh, a picture in docs/forms/. */
#ifndef CHIBO_PAPER_H
#define CHIBO_PAPER_H

#include "print.h"
#include "value.h"

enum paper_of {
    PAPER_OF_BOOK,   /* all of a kind; a period may be given */
    PAPER_OF_YEAR,   /* a year must be; that of today if none is */
    PAPER_OF_RECORD, /* one record */
};

struct paper {
    struct book *book;
    struct print print;
    const struct paper_form *form;
    bool blank;
    uint32_t period, today;
    struct view view; /* of the record, unless blank */
    struct id asked;  /* the record that was named: it, or what it is about, is in view */
    struct buf text;  /* the description */
    enum err err;     /* the first thing that went wrong; what was described then is not used */
};

struct paper_form {
    const char *word, *name; /* Vietnamese, English */
    const char *title;       /* as it stands on the paper */
    enum paper_of of;
    const char *kind; /* of the record */
    bool landscape;
    void (*make)(struct paper *p);
    const struct paper_list *list;   /* of the forms that paper_list makes */
    const struct paper_sheet *sheet; /* and paper_sheet */
};

extern const struct paper_form paper_forms[];
extern const size_t paper_form_count;

/* Inside a transaction. form->of RECORD: p->view is there. */
MUST_CHECK enum err paper_describe(struct paper *p);
/* Runs `chibo-in` on the description. ERR_NOT_FOUND: there is no such program; ERR_EXISTS unless replace. */
MUST_CHECK enum err paper_write(struct bytes description, const char *path, bool replace);

/* --- describing (paper.c) --- */
void paper_fail(struct paper *p, enum err e);
/* One line: a word, then texts up to NULL. */
void paper_put(struct paper *p, const char *word, ...) __attribute__((sentinel));
/* The same in pieces: begin, texts, end. */
void paper_begin(struct paper *p, const char *word);
void paper_add(struct paper *p, struct bytes text);
void paper_end(struct paper *p);
void paper_heading(struct paper *p, const char *number, uint32_t date); /* NULL, 0: to be filled in */
/* The same with the number of this paper, or of the one it was issued as; open where this device may not say it yet.
 * type: "NQ", where there is no paper; v: NULL, none. */
void paper_heading_issued(struct paper *p, const struct view *v, const char *type, uint32_t date);
/* Offices side by side, up to NULL; names are written by hand. */
void paper_sign(struct paper *p, ...) __attribute__((sentinel));
/* The period as people say it: "Tháng 11 năm 2026", "Quý IV năm 2026", "Năm 2026"; dots where there is none. */
void paper_period(const struct paper *p, struct buf *out);

/* --- values (paper_value.c) --- */
/* Appends what the field holds; a path goes through references: "member.born". Several, parted by blanks, come under
 * one another. Nothing for what is not there. */
void paper_value(struct paper *p, const struct view *v, const char *paths, struct buf *out);
/* The record or organisation a field names. */
/* Integers, dates, periods, enumerations. */
uint64_t paper_number(const struct view *v, const char *field, uint64_t otherwise);
void paper_money(int64_t sum, struct buf *out);                                     /* 1.250.000 */
/* Is this date, period or year within the period of the paper? Also when the paper has none. */
bool paper_within(const struct paper *p, const struct view *v, const char *field);

/* --- records, void ones and namesakes' doubles left out (paper_value.c) --- */
typedef void paper_visit(struct paper *p, const struct view *v, void *arg);
void paper_each(struct paper *p, const char *kind, paper_visit *visit, void *arg);
/* Those whose field names this record. */
void paper_each_of(struct paper *p, const char *kind, const char *field, const struct id *id, paper_visit *visit,
                   void *arg);

/* --- forms that are no plain lists --- */
void paper_list(struct paper *p);       /* paper_list.c */
void paper_attendance(struct paper *p); /* paper_year.c */
void paper_dues(struct paper *p);
void paper_minutes(struct paper *p);    /* paper_minutes.c */
void paper_sheet(struct paper *p);      /* paper_sheet.c */
void paper_scores(struct paper *p);     /* paper_figures.c */
void paper_match(struct paper *p);
void paper_report(struct paper *p);
void paper_document(struct paper *p);   /* paper_document.c */

#endif
