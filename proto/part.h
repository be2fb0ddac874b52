/* part.h - the folded state of one record within one scope: its memory and its bytes (protocol.md 5.1).
 *
 * A part owns one arena: its arrays and its copies of versions and values. Memory comes back at part_deinit only; what
 * the fold replaces stays as waste until then, so a part is short-lived: decode, fold, encode, deinit. */
#ifndef CHIBO_PART_H
#define CHIBO_PART_H

#include "../common/base.h"
#include "../common/buf.h"
#include "../common/err.h"
#include "limits.h"

struct candidate {
    struct bytes versions; /* n x VERSION_SIZE ascending */
    struct bytes value;    /* one encoded value */
    struct bytes settled;  /* of a resolution: what it settled, encoded (settle.h); empty for all others */
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
    uint32_t kind; /* of the first change; means nothing while changes is 0 */
    size_t entries, entries_cap;
    struct entry *entry; /* tags ascending */
    size_t changes, changes_cap;
    struct part_change *change; /* in the order they were folded */
    void *arena;                /* private to part.c */
};

void part_init(struct part *p);
void part_deinit(struct part *p);

/* Bytes from our own store or a peer's snapshot; p is fresh or after deinit, and copies what it keeps. ERR_DAMAGED when
 * they are not what part_encode writes for a part with at least one change; p is empty then. */
MUST_CHECK enum err part_decode(struct part *p, struct bytes encoded);
/* The same for a look: borrows the bytes, which must outlive p. */
MUST_CHECK enum err part_decode_here(struct part *p, struct bytes encoded);
void part_encode(const struct part *p, struct buf *out); /* appends */

/* For the fold: memory that lives as long as the part. */
void *part_take(struct part *p, size_t n);
struct bytes part_copy(struct part *p, struct bytes b);
/* Room for `need` items of `size` bytes where `count` are in use; returns the array, old or new. */
void *part_grow(struct part *p, void *old, size_t count, size_t *cap, size_t need, size_t size);

#endif
