/* ward_quarter.h - the ward's part of the quarterly match of registers (quarter.h): checks the cell's logs, compares,
 * and writes what differs as a record for the cell and the clerk, by the desk's hand (ward_desk.h).
 *
 * The first record is version 0. All it says is immutable and as of the logs' sizes at that moment; what comes later is
 * the next version, with the difference alone. Nothing new: nothing is written, so a second run, or one after a kill,
 * finds its work done. Rules as in ward.h. */
#ifndef CHIBO_WARD_QUARTER_H
#define CHIBO_WARD_QUARTER_H

#include "quarter.h"
#include "ward.h"
#include "ward_desk.h"

#define WARD_QUARTER_VERSIONS 1000 /* what the field of the schema takes */

struct ward_quarter {
    struct id record;      /* of the newest version */
    unsigned versions, written; /* there are; came now */
    uint64_t figure[QUARTER_SIDES][QUARTER_FIGURES];
    uint64_t lines;        /* that stand now */
    uint64_t explained;    /* of these */
    unsigned cell_signed, ward_signed; /* versions */
    unsigned open;         /* versions with lines that came, and not signed by both */
};

/* One cell. ERR_BAD_PROOF, ERR_DAMAGED: its log does not hold; nothing is written. ERR_TOO_LONG: too many versions. */
MUST_CHECK enum err ward_quarter(struct txn *txn, const struct ward *w, const struct id *org, uint32_t period,
                                 const uint8_t random[WARD_DESK_RANDOM], uint64_t now, struct ward_quarter *out);

#endif
