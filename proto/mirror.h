/* mirror.h - records that move one by one: where the home of a record is now, and the changes that went there as mirror
 * leaves (protocol.md 4.7). */
#ifndef CHIBO_MIRROR_H
#define CHIBO_MIRROR_H

#include "control.h"
#include "ledger.h"

/* The fold of home leaves with a record: from this scope the record moved to another. */
MUST_CHECK enum err mirror_home_put(struct txn *txn, const struct scope *s, const struct id *record,
                                    const struct id *target);
/* ERR_NOT_FOUND: its home is here. */
MUST_CHECK enum err mirror_home(struct txn *txn, uint16_t scope_number, const struct id *record, struct id *target);
/* The index of the leaf since which it is a copy here; a later move of it changes nothing about that. */
MUST_CHECK enum err mirror_home_since(struct txn *txn, uint16_t scope_number, const struct id *record, uint32_t *index);
/* Is this part a copy, of a record whose home is held here too? Then the home is shown, once it has the record. */
MUST_CHECK enum err mirror_is_copy(struct txn *txn, uint16_t scope_number, uint32_t kind, const struct id *record,
                                   bool *yes);

/* The place of a change that was accepted out of quarantine: its changeset stands in no log. */
#define MIRROR_NO_LEAF UINT32_MAX
/* A mirror leaf of one change of this changeset, which stands at `leaf`. The slices borrow. ERR_NOT_FOUND: its body is
 * not there. */
MUST_CHECK enum err mirror_of(struct changeset *cs, struct bytes header, uint32_t position, uint64_t leaf, bool owns,
                              struct control *out);
/* The same of leaf `index` of a log (`l` is that leaf, decoded), or a mirror leaf, said again. */
MUST_CHECK enum err mirror_make(uint64_t index, struct ledger_leaf *l, uint32_t position, struct control *out);
/* A mirror leaf's change is authentic: one of its header, which a device that this log names has signed. */
MUST_CHECK enum err mirror_check(struct txn *txn, const struct scope *s, const struct control *c);
/* Commitment and header of the change in a mirror leaf. ERR_DAMAGED. */
MUST_CHECK enum err mirror_commitment(const struct control *c, struct header *h, struct hash *commitment);

#endif
