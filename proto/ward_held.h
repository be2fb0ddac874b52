/* ward_held.h - what waits for a person at the ward, and the word of that person: a verdict leaf (protocol.md 4.2,
 * kind 7).
 *
 * A change is named by a prefix of its id. Same rules as ward.h: inside the caller's transaction, deterministic. */
#ifndef CHIBO_WARD_HELD_H
#define CHIBO_WARD_HELD_H

#include "held.h"
#include "verdict.h"
#include "ward.h"

#define WARD_HELD_PREFIX_MIN ID_PREFIX_MIN

struct ward_held {
    const struct scope *scope;
    struct held held;
    struct header header;       /* who, on which device, when by his clock, and what he had seen of the log */
    const struct change *change;
    const struct part *part;    /* the record as it stands now */
    uint64_t later;             /* changes to this record part in the log that the author had not seen */
};

/* What is not decided yet, by scope in the order of their logs. False stops. */
typedef bool ward_held_visit(void *arg, const struct ward_held *h);
MUST_CHECK enum err ward_held_each(struct txn *txn, ward_held_visit *visit, void *arg);

bool ward_held_has_prefix(const uint8_t *bytes, size_t n, const char *prefix); /* hex digits of either case */

struct ward_ruling {
    const char *prefix;   /* hex */
    enum verdict verdict; /* accepted or refused */
    struct bytes text;    /* why; read by all who hold the scope */
    struct bytes by;      /* who decides */
    bool also_accepted;   /* a refusal may also be of a change that was accepted: what it set stands (protocol.md 5) */
};
/* ERR_BAD_VALUE: no prefix of an id. ERR_NO_SUCH_CHANGE, ERR_AMBIGUOUS. ERR_DECIDED: somebody was here before.
 * ERR_ACCEPTED: it does not wait, it was accepted. ERR_FROZEN, ERR_TOO_LONG: its record was signed while it waited, or
 * is full. *out: as it was before. */
MUST_CHECK enum err ward_rule(struct txn *txn, const struct ward *w, const struct ward_ruling *r, uint64_t now,
                              struct held *out);

#endif
