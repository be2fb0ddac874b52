/* cells.h - how the cells stand whose books this device holds (the ward's clerk: all of them), counted in one walk over
 * the records: the lines of a report (figures.h), and beside them what a clerk asks for.
 *
 *   SIGNED      minutes of the period's meetings that are signed
 *   REPORTS     reports of this very period, whatever their version
 *   DAYS        since the ward took in what somebody of the cell wrote, by its logs here; -1: nothing in them says
 *   WAITING     changes that wait for a word of the ward
 *   DIFFERENT   fields that wait for a person of the cell, and records that were made void and came back
 *   ON_THE_WAY  members introduced elsewhere and not received, OVERDUE: later than they had to present themselves
 *   MATCHED     pages of the quarter's match; UNEXPLAINED: lines of them that want an explanation;
 *   CELL_SIGNED, WARD_SIGNED: 1 when that side has signed all pages
 *
 * Needs the open transaction. */
#ifndef CHIBO_CELLS_H
#define CHIBO_CELLS_H

#include "cmd.h"
#include "figures.h"

enum cells_count {
    CELLS_SIGNED, CELLS_REPORTS, CELLS_DAYS, CELLS_WAITING, CELLS_DIFFERENT, CELLS_ON_THE_WAY, CELLS_OVERDUE,
    CELLS_MATCHED, CELLS_UNEXPLAINED, CELLS_CELL_SIGNED, CELLS_WARD_SIGNED, CELLS_COUNTS
};

/* What is to be counted: each costs its walk. */
enum cells_want {
    CELLS_WANT_LINES = 1, CELLS_WANT_PAPERS = 2, CELLS_WANT_SENT = 4, CELLS_WANT_PENDING = 8, CELLS_WANT_TRANSFERS = 16,
    CELLS_WANT_MATCH = 32
};

struct cells_counts {
    int64_t line[REPORT_LINES];
    int64_t count[CELLS_COUNTS];
};

struct cells_transfer { /* one who is on his way */
    struct id record;
    size_t cell;
    uint32_t due;
};

struct cells {
    struct cmd_env *env;
    struct print print;
    uint32_t period;
    struct org *org; /* ascending by code */
    struct cells_counts *of;
    size_t count;
    struct buf meetings;  /* struct id[]: the period's */
    struct buf transfers; /* struct cells_transfer[] */
    struct id asked; /* the last organisation that was asked about, and its cell */
    size_t asked_cell;
    enum err err;
};

/* The living organisations whose open book is here, but the ward itself; code: this one alone, or NULL. Explains its
 * errors. cells_deinit in any case. */
MUST_CHECK enum err cells_load(struct cells *c, struct cmd_env *env, const char *code);
MUST_CHECK enum err cells_gather(struct cells *c, uint32_t period, unsigned want);
void cells_deinit(struct cells *c);

#endif
