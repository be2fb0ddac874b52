/* waits.h - which folded parts may wait for a person: those where values of one field stand against each other, or
 * whose record was made void and written to. One row of table waits for each, so that they are found without reading
 * all records. It follows from the parts and never leaves the store: whoever writes a part notes it here in the same
 * transaction, and what erases a scope's parts erases its rows. A row says "look": drafts and rights decide.
 *
 * A store from before this table does not know; then all parts are read, until waits_make. */
#ifndef CHIBO_WAITS_H
#define CHIBO_WAITS_H

#include "part.h"
#include "scope.h"
#include "store.h"

bool waits_part(const struct part *p); /* an empty one never does */
/* Of the part that was there, and the one that is. */
MUST_CHECK enum err waits_note(struct txn *txn, uint16_t scope_number, uint32_t kind, const struct id *record,
                               bool before, bool after);
MUST_CHECK enum err waits_known(struct txn *txn, bool *known);
MUST_CHECK enum err waits_make(struct txn *txn); /* anew, from all parts; a write transaction */
/* Do the rows say what the parts say? ERR_DAMAGED: no. Not known is sound. */
MUST_CHECK enum err waits_check(struct txn *txn);

struct waits_record {
    uint32_t kind;
    struct id record;
};
/* Appends struct waits_record for each row, and each draft; sorted, none twice. */
MUST_CHECK enum err waits_list(struct txn *txn, struct buf *list);

#endif
