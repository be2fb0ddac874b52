/* admin_quarter.h - the quarterly match of registers, one cell for each request: each is a transaction of its own, so a
 * batch that is killed goes on where it was. */
#ifndef CHIBO_ADMIN_QUARTER_H
#define CHIBO_ADMIN_QUARTER_H

#include "../proto/ward_quarter.h"

/* Rows: [code, name] of each living cell. */
MUST_CHECK enum err admin_quarter_cells(struct txn *txn, struct buf *answer);

struct admin_quarter {
    char code[NAME_MAX_BYTES + 1], name[NAME_MAX_BYTES + 1];
    struct ward_quarter is;
};
/* One row: what was found and written of the cell with this code. ERR_NO_SUCH_RECORD; those of ward_quarter.h. */
MUST_CHECK enum err admin_quarter_cell(struct txn *txn, const struct ward *w, const char *code, uint32_t period,
                                       uint64_t now_s, struct buf *answer);
MUST_CHECK enum err admin_quarter_decode(struct admin_quarter *q, struct bytes row);

#endif
