/* ward_reorganise.h - cells that are merged, split, renamed, handed to another ward (protocol.md 4.5).
 *
 * No log is copied. The scopes of the old cell stay the home of what is in them and stay open for streams that come
 * late; a home leaf in each says what became of the cell, its roles go on in the successors, and those who hold them
 * are let into the old scopes too. Each is one transaction and one step of the policy. */
#ifndef CHIBO_WARD_REORGANISE_H
#define CHIBO_WARD_REORGANISE_H

#include "ward.h"

struct ward_decision {
    const char *number; /* of the document; "" is not one */
    uint32_t date;
};

/* What a change touches. */
struct ward_weight {
    uint64_t persons, devices, scopes, records;
    uint64_t contact; /* of the device that was away longest, seconds; 0: one was never here */
};
/* Adds one organisation to *out; changes nothing. */
MUST_CHECK enum err ward_weigh(struct txn *txn, const struct id *org, struct ward_weight *out);

/* ERR_FROZEN: one of them is history already. ERR_BAD_VALUE: into is among them, or no decision. */
MUST_CHECK enum err ward_merge(struct txn *txn, const struct ward *w, const struct id *from, size_t count,
                               const struct id *into, const struct ward_decision *d, uint64_t now);
/* The old cell becomes history; the rest of it goes on under its code in a new organisation, the persons named in
 * another with this code and name. random: two times WARD_RANDOM_SIZE; ids of rest and part are its first bytes. */
MUST_CHECK enum err ward_split(struct txn *txn, const struct ward *w, const struct id *from, const struct id *person,
                               size_t persons, const char *code, const char *name,
                               const uint8_t random[2 * WARD_RANDOM_SIZE], const struct ward_decision *d,
                               uint64_t now);
/* code, name: NULL stays. ERR_EXISTS: the code is another's. */
MUST_CHECK enum err ward_rename(struct txn *txn, const struct ward *w, const struct id *org, const char *code,
                                const char *name, const struct ward_decision *d, uint64_t now);
/* The cell goes to another ward, under that one's code: its roles here end, its logs stay readable for the ward's own
 * officers and take what comes late. */
MUST_CHECK enum err ward_hand_over(struct txn *txn, const struct ward *w, const struct id *org, const char *code,
                                   const struct ward_decision *d, uint64_t now);

#endif
