/* holders.h - of which logs too few devices hold everything: what the ward's own disk loses, they bring back. */
#ifndef CHIBO_HOLDERS_H
#define CHIBO_HOLDERS_H

#include "../proto/scope.h"

#define HOLDERS_ENOUGH 2 /* one device may be stolen on the day the ward's disk dies */

/* For each scope number: how many devices hold its log in full. All zero at first. */
struct holders {
    uint32_t count[UINT16_MAX + 1];
    uint64_t work[UINT16_MAX + 1]; /* leaves up to the last that holds a change; 0: there is nothing to lose */
    uint64_t since[UINT16_MAX + 1]; /* of those that fewer than two hold: when the first change came, seconds */
};

/* A full holder is in use, holds all leaves from the first one on (not a snapshot in their place), and by its newest
 * close has every change. Control leaves behind the last change do not matter: the next session brings them. */
MUST_CHECK enum err holders_read(struct txn *txn, struct holders *h);
bool holders_few(const struct holders *h, uint16_t scope_number);

#endif
