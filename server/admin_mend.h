/* admin_mend.h - `chibod doi-khop`, the technical match: the store is read whole, what follows from the logs is made
 * anew where it is damaged, and damaged leaves are asked for from devices (proto/ward_repair.h). One request is one
 * step and one transaction: step 0 first, then 1, 2, … until no more. */
#ifndef CHIBO_ADMIN_MEND_H
#define CHIBO_ADMIN_MEND_H

#include "../proto/ward_repair.h"

struct admin_mend {
    bool more;
    struct ward_mended m;
    uint64_t rows;   /* taken away: they follow from leaves */
    uint64_t aside;  /* kept aside: nobody else has them */
    uint64_t wanted; /* leaves that are damaged now */
    char names[256]; /* of the tables of what is aside */
};
/* row: [more, scopes, leaves, bad, folded, rows, aside, wanted, names] */
enum err admin_mend_step(struct txn *txn, uint64_t step, uint64_t now_s, struct buf *row);
MUST_CHECK enum err admin_mend_decode(struct admin_mend *a, struct bytes row);

#endif
