/* reported.h - the lines of a report (proto/report.h) of every organisation of the ward, counted from the folded
 * parts in one scan. A cell that became part of one other is counted there. */
#ifndef CHIBO_REPORTED_H
#define CHIBO_REPORTED_H

#include "../proto/org.h"
#include "../proto/report.h"

struct reported {
    char code[NAME_MAX_BYTES + 1];
    char name[NAME_MAX_BYTES + 1];
    uint32_t period;
    int64_t value[REPORT_LINES];
};

/* Appends rows for admin.h, ascending by code: [code, name, period, value, ...]; code "": of all that live, the
 * ward's own organisation too. ERR_NO_SUCH_RECORD: there is none of this code. */
MUST_CHECK enum err reported_rows(struct txn *txn, const char *code, uint32_t period, struct buf *answer);
/* How many members each of these cells has on that day, as a report of a period that ends with it says. */
MUST_CHECK enum err reported_members(struct txn *txn, uint32_t day, const struct id *cell, size_t cells,
                                     uint64_t *members);
MUST_CHECK enum err reported_decode(struct reported *r, struct bytes row);

/* print_rows (print.h): of several organisations also the sum, with "code":null.
 * {"v":1,"code","name","period","lines":{"members":16,...}} */
enum err reported_print(struct bytes rows, bool json, struct buf *out);

#endif
