/* ward_repair.h - the ward's store after damage: what follows from leaves is made anew here, damaged leaves are
 * asked for from the next device that holds them (protocol.md 8.8). The daemon stays up meanwhile; only what needs
 * such a leaf waits. */
#ifndef CHIBO_WARD_REPAIR_H
#define CHIBO_WARD_REPAIR_H

#include "mend.h"
#include "ward.h"

struct ward_mended {
    uint64_t scopes, leaves; /* looked at */
    uint64_t bad;            /* leaves that are missing or wrong, and noted */
    uint64_t folded;         /* scopes folded anew */
};

/* First, once: takes away what does not authenticate; the registry's rows come again from control leaves. */
MUST_CHECK enum err ward_mend_begin(struct txn *txn, struct mend_damage *d, uint64_t now);
/* Then the scope at this place, for each place until !*more; adds to the figures. */
MUST_CHECK enum err ward_mend(struct txn *txn, size_t place, struct ward_mended *m, bool *more);

/* --- damaged leaves --- */
MUST_CHECK enum err ward_wanted_note(struct txn *txn, const struct scope *s, uint64_t index);
/* Is one before `size` damaged? */
MUST_CHECK enum err ward_wanted_any(struct txn *txn, const struct scope *s, uint64_t size, bool *any);
/* Adds how many there are of this log. */
MUST_CHECK enum err ward_wanted_add(struct txn *txn, const struct scope *s, uint64_t *count);
/* How many there are in all. */
MUST_CHECK enum err ward_wanted_count(struct txn *txn, uint64_t *count);
/* The wants for this scope, of which the other side holds so much, at the end of list. */
MUST_CHECK enum err ward_wanted_ask(struct txn *txn, const struct scope *s, uint64_t held, struct buf *list);

/* --- jobs --- */
enum err ward_repair_may(struct txn *txn, const struct scope *s, const struct work *job, bool *yes);
enum err ward_take(struct txn *txn, struct work *job);

#endif
