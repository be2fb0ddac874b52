/* quarter.h - the quarterly match of two registers: who the cell counts, who the ward counts, and why they differ.
 *
 * Both sides read one merged log, so "the cell's register" and "the ward's" are two readings of it. The ward's is what
 * the ward wrote or accepted (candidates whose author owns the field). The cell's is that, with what the cell says
 * otherwise in its place: values that stand beside the ward's, changes that still wait for a person, drafts.
 * All of it is as of the last day of the quarter. A difference is one line:
 *   ONLY_CELL     counted by the cell; the ward has not recorded it, or ended it
 *   ONLY_WARD     counted by the ward; the cell has no such record, or ended it although he was received elsewhere
 *   NOT_RECEIVED  introduced to another place, which has not received him: he is gone from the cell's register, and
 *                 counts in the ward's until then (30 days to present oneself). A linked member (213) likewise, the
 *                 other way round: the home cell counts him when it has received him
 *   DOUBLE        counted twice, here or here and in another cell, under one record or under two that look alike
 *   OTHER_VALUE   one person, two values: name, birth, card, type, dates
 * Pure but for quarter_load. Needs no clock: the cut-off is the size of the log. */
#ifndef CHIBO_QUARTER_H
#define CHIBO_QUARTER_H

#include "../common/buf.h"
#include "../common/id.h"
#include "part.h"
#include "schema.h"
#include "scope.h"
#include "store.h"

enum quarter_side { QUARTER_CELL, QUARTER_WARD, QUARTER_SIDES };

enum quarter_figure {
    /* in the order of the types */
    QUARTER_FULL, QUARTER_PROBATIONARY, QUARTER_TEMP_IN, QUARTER_TEMP_OUT, QUARTER_LINKED,
    QUARTER_UNPLACED, /* a member's record, and nobody has recorded a membership */
    QUARTER_MEN, QUARTER_WOMEN, QUARTER_MOVED_IN, QUARTER_MOVED_OUT, QUARTER_FIGURES
};
const char *quarter_figure_name(enum quarter_figure f);  /* "full" */
const char *quarter_figure_label(enum quarter_figure f); /* English msgid */

enum quarter_what {
    QUARTER_ONLY_CELL, QUARTER_ONLY_WARD, QUARTER_NOT_RECEIVED, QUARTER_DOUBLE, QUARTER_OTHER_VALUE, QUARTER_WHATS
};
const char *quarter_what_name(enum quarter_what w);  /* "not_received" */
const char *quarter_what_label(enum quarter_what w); /* English msgid */

#define QUARTER_FIELDS 9
#define QUARTER_VALUE_MAX 102 /* the longest field that is compared: a text of 100 bytes */
#define QUARTER_NAME_SIZE 304

struct quarter_value {
    uint8_t n; /* 0: none */
    uint8_t b[QUARTER_VALUE_MAX];
};

/* What is counted from one record. */
struct quarter_row {
    uint32_t kind;
    unsigned what; /* enum quarter_kind (quarter_row.h) */
    struct id record;
    struct id org; /* whose scopes hold it */
    struct quarter_value value[QUARTER_SIDES][QUARTER_FIELDS]; /* in the order of the kind's row in quarter.c */
};

/* An organisation that can be named. What became part of another one counts there. */
struct quarter_org {
    struct id id, living;
    char code[NAME_MAX_BYTES + 1];
};

struct quarter_book {
    bool whole;       /* of the whole ward: it can be told who was received elsewhere, or counts there too */
    struct buf rows;  /* struct quarter_row[] */
    struct buf orgs;  /* struct quarter_org[] */
};

struct quarter_line {
    char sign; /* '+' in the first list; in a supplement also '-': no longer so */
    enum quarter_what what;
    struct id person;
    char field[24];  /* of member or membership; "" where the person as a whole is meant */
    char cell[112];  /* each side's value as scripts have it: a date, an identifier, a text */
    char ward[112];
    char extra[48];  /* NOT_RECEIVED: until when he must present himself; DOUBLE, OTHER_VALUE: the other record */
    char name[QUARTER_NAME_SIZE];
};

struct quarter_result {
    uint64_t figure[QUARTER_SIDES][QUARTER_FIGURES];
    struct buf lines; /* struct quarter_line[], sorted */
};

void quarter_book_deinit(struct quarter_book *b);
void quarter_result_deinit(struct quarter_result *r);

/* A text into a field of this size: cut off at a whole character if it is too long. */
void quarter_copy(char *out, size_t size, const char *text);
bool quarter_kind(uint32_t kind); /* is anything counted from this kind? */
/* What one part of a record says; a change that waits comes as a part made of it alone, whose author owns nothing. */
void quarter_take(struct quarter_book *b, const struct id *org, uint32_t kind, const struct id *record,
                  const struct part *p);
/* Names of the organisations, and with `parts` all folded parts of the store. */
MUST_CHECK enum err quarter_load(struct txn *txn, struct quarter_book *b, bool parts);

/* quarter_compare.c. period: a quarter (period.h). Asks nothing twice: take first, then compare as often as wanted. */
void quarter_compare(const struct quarter_book *b, const struct id *org, uint32_t period, struct quarter_result *r);

uint32_t quarter_before(uint32_t period);
/* 4/2026, Q4/2026, IV/2026, quý 4 năm 2026, 2026-Q4; truoc or last: the one that ended last. ERR_BAD_VALUE. */
MUST_CHECK enum err quarter_parse(const char *text, uint32_t today, uint32_t *period);

#endif
