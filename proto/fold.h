/* fold.h - the merge: how changes, in the order of their log, become the state of one record part (protocol.md 5).
 *
 * The fold knows no schema: the merge class travels in each tag. The same functions lay a device's own pending changes
 * over the folded part for the screen. Memory and bytes of a part: part.h. Pure; no store, no clock. */
#ifndef CHIBO_FOLD_H
#define CHIBO_FOLD_H

#include "change.h"
#include "part.h"

/* Folds one accepted change of version v, by this version of the fold; `leaf` is the changeset's, also when a verdict
 * leaf releases the change. The caller skips versions that its scope has folded before. Copies what it keeps. False:
 * nothing done, the part is of another kind (a caller that looks parts up by kind and id, as section 5 says, never
 * sees it). */
bool fold_change(struct part *p, uint32_t fold, const struct change *c, const struct version *v, bool owns,
                 uint32_t leaf, uint32_t position);

const struct entry *fold_entry(const struct part *p, uint32_t tag); /* NULL: no value; valid until p changes */
bool fold_in_conflict(const struct part *p); /* some non-union entry has two candidates */

/* The base an author who sees this entry signs: the versions of all its candidates, merged and ascending, at most
 * BASE_VERSIONS_MAX (then the first ones of the first candidates). Empty when entry is NULL. out comes in empty. */
void fold_base(const struct entry *e, struct buf *out);
/* The base for taking elements out of a union: their candidates' versions alone. Call once for each element; out comes
 * in empty and collects. False: no room for all of them, the element stays until another change names the others. */
bool fold_base_element(const struct entry *e, struct bytes element, struct buf *out);
/* One more version into a base. False: there is no room for it. */
bool fold_base_version(const struct version *v, struct buf *out);

/* LtHash16 of a scope's parts (protocol.md 5.5): 1,024 little-endian 16-bit numbers. */
#define FOLD_ACCUMULATOR_SIZE 2048
void fold_digest_add(uint8_t accumulator[FOLD_ACCUMULATOR_SIZE], const struct id *record, struct bytes encoded_part);
void fold_digest_remove(uint8_t accumulator[FOLD_ACCUMULATOR_SIZE], const struct id *record, struct bytes encoded_part);
struct hash fold_digest(const uint8_t accumulator[FOLD_ACCUMULATOR_SIZE]);

#endif
