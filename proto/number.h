/* number.h - the numbers of the papers a cell issues (kind doc_out), as they follow from the folded parts of one scope
 * (protocol.md 5.7): nobody writes them, whoever holds the same log gives the same ones, and one that was given never
 * changes.
 *
 * While a device holds the book (kind doc_book) only it gives numbers, so it may put them on paper before the ward has
 * heard of them; a paper that bears the number of another book than the one in force keeps it with a letter. */
#ifndef CHIBO_NUMBER_H
#define CHIBO_NUMBER_H

#include "scope.h"

enum number_state {
    NUMBER_WAITS,   /* not given yet: it stands as "…" on paper */
    NUMBER_GIVEN,
    NUMBER_LETTERED /* it bears what another may bear too: "12a" */
};

struct number_place {
    uint32_t leaf, position;
};

/* One paper. */
struct number {
    struct id record;
    uint32_t type, year;
    struct number_place place;
    enum number_state state;
    uint32_t number; /* of one that waits: 0 */
    uint32_t letter; /* 1 is a, 27 is aa; 0: none */
    bool printed;    /* this number stood on it before the ward knew */
};

struct numbers {
    struct buf list; /* struct number[], ascending by record */
    bool held;       /* a device holds the book: */
    struct id book;
};

/* number_list_deinit in any case. */
MUST_CHECK enum err number_load(struct txn *txn, const struct scope *s, struct numbers *out);
void number_list_deinit(struct numbers *n);
const struct number *number_of(const struct numbers *n, const struct id *record); /* NULL: not in this log */
/* The greatest number of the series that is given; 0: none. */
uint32_t number_last(const struct numbers *n, uint32_t type, uint32_t year);
/* Does a paper of the series bear this number without a letter? */
bool number_is_given(const struct numbers *n, uint32_t type, uint32_t year, uint32_t number);
/* "12", "12a", "…". */
void number_print(const struct number *n, struct buf *out);

#endif
