/* fold.h - the merge: how changes, in the order of their log, become the state of one record part (protocol.md 5).
 *
 * A part is held decoded as struct part (owns its memory) and stored encoded. The fold knows no schema: the merge class
 * travels in each tag. The same functions lay a device's own pending changes over the folded part for the screen.
 * Pure; no store, no clock. */
#ifndef CHIBO_FOLD_H
#define CHIBO_FOLD_H

#include "change.h"

struct candidate {
    struct bytes versions; /* n x VERSION_SIZE ascending; owned by the part's arena */
    struct bytes value;    /* one encoded value */
    uint8_t owns;          /* class 1 only */
};

struct entry {
    uint32_t tag;
    size_t count; /* >= 1; [0] counts, the others are readable */
    size_t cap;
    struct candidate *candidate;
};

struct part_change {
    uint32_t leaf;
    uint32_t position;
};

struct part {
    uint32_t kind; /* 0: nothing folded yet */
    size_t entries, entries_cap;
    struct entry *entry; /* tags ascending */
    size_t changes, changes_cap;
    struct part_change *change;
    void *arena; /* private to fold.c: chunks that hold copies of versions and values */
};

void fold_init(struct part *p);
void fold_deinit(struct part *p);
/* Bytes from our own store or a peer's snapshot. ERR_DAMAGED when they are not a canonical part. */
MUST_CHECK enum err fold_decode(struct part *p, struct bytes encoded);
void fold_encode(const struct part *p, struct buf *out);

/* Folds one accepted change of version v. False: skipped, the kind differs. Copies what it keeps. */
bool fold_change(struct part *p, const struct change *c, const struct version *v, bool owns, uint32_t leaf,
                 uint32_t position);

const struct entry *fold_entry(const struct part *p, uint32_t tag); /* NULL: no value */
/* All versions of all candidates, merged and ascending: the base an author who sees this entry signs.
 * Empty when entry is NULL; at most BASE_VERSIONS_MAX, the first candidates' first. */
void fold_base(const struct entry *e, struct buf *out);
bool fold_in_conflict(const struct part *p); /* some non-union entry has two candidates */

/* LtHash16 of a scope's parts (protocol.md 5.4): 1,024 little-endian 16-bit numbers. */
#define FOLD_ACCUMULATOR_SIZE 2048
void fold_digest_add(uint8_t accumulator[FOLD_ACCUMULATOR_SIZE], const struct id *record, struct bytes encoded_part);
void fold_digest_remove(uint8_t accumulator[FOLD_ACCUMULATOR_SIZE], const struct id *record, struct bytes encoded_part);
struct hash fold_digest(const uint8_t accumulator[FOLD_ACCUMULATOR_SIZE]);

#endif
