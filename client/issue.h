/* issue.h - the papers that a cell issues, and their numbers as this device may say them (protocol.md 5.7): what the
 * log gives, and while the book is held here what is next, though the ward has not heard of it yet.
 *
 * Who holds the book remembers the greatest number it wrote in a series ("number BOOK TYPE YEAR" in meta): one that was
 * taken back, or refused, may be on paper all the same, and is not written again. Needs the open transaction. */
#ifndef CHIBO_ISSUE_H
#define CHIBO_ISSUE_H

#include "../proto/number.h"
#include "fields.h"
#include "record.h"

/* Of one organisation, its log and this device. */
struct issue_desk {
    struct id org;
    struct numbers numbers;
    bool alone; /* a book without a ward: nobody else issues */
    bool mine;  /* this device holds the book, as far as it knows */
};

MUST_CHECK enum err issue_desk_load(struct book *b, const struct id *org, struct issue_desk *d); /* deinit always */
void issue_desk_deinit(struct issue_desk *d);
/* Whoever holds the book there, by its record's `device`: this device with its store's incarnation. */
void issue_device(const struct book *b, struct buf *out);

/* The number as it may be said here. printed: not given by the log yet. */
struct number issue_number(const struct issue_desk *d, const struct view *v);
/* "given", "waits", "lettered", "unsent" */
const char *issue_state(const struct issue_desk *d, const struct number *n);
const char *issue_state_label(const char *state); /* msgid */
/* "12-NQ/CB" */
void issue_symbol(const struct number *n, struct buf *out);

/* A new paper (of any other kind: nothing): its year is that of its date, and who holds the book gives it its number.
 * ERR_BAD_VALUE, ERR_EXISTS (the number is given) with field. */
MUST_CHECK enum err issue_prepare(struct book *b, struct fields *f, const struct id *org, struct record_written *w);
/* What waits is entered in the book that this device holds, in the order of the log. *count: how many. */
MUST_CHECK enum err issue_enter(struct book *b, const struct issue_desk *d, size_t *count);

#endif
