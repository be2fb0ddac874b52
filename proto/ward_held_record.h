/* ward_held_record.h - the word of a person on a whole record: its parts of several classes wait as changes of their
 * own, and are decided together. */
#ifndef CHIBO_WARD_HELD_RECORD_H
#define CHIBO_WARD_HELD_RECORD_H

#include "ward_held.h"

struct ward_ruled {
    uint32_t kind;
    struct id record;
    struct buf ids; /* struct hash[]: what was decided */
    uint64_t left;  /* changes to the same record that still wait */
    bool half;      /* refused as it was recorded, while another part of this record was accepted */
    bool torn;      /* some of it was written and not the rest: the transaction must not commit */
};
void ward_ruled_deinit(struct ward_ruled *out);

/* r->prefix names one change, or one record: then all that waits of it, in the logs and in quarantine. Errors as of
 * ward_rule; ERR_AMBIGUOUS: more than one thing begins like this. out: zeroed. */
MUST_CHECK enum err ward_rule_record(struct txn *txn, const struct ward *w, const struct ward_ruling *r, uint64_t now,
                                     struct ward_ruled *out);

/* Every record of which something waits, in the logs or in quarantine. */
struct ward_waiting {
    struct hash id;         /* of the change */
    uint32_t kind;
    enum op op;
    struct id record;
    uint16_t scope_number;
    bool quarantined;
    uint64_t accepted;      /* when it came */
};
/* *list: struct ward_waiting[], in the order of the lists. */
MUST_CHECK enum err ward_held_gather(struct txn *txn, struct buf *list);

#endif
