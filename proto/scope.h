/* scope.h - one scope's log on a store: its row, its leaves, its tree nodes, its streams (protocol.md 4).
 *
 * Both sides keep the same tables; only who appends differs. struct scope is a plain copy of the scope's row: load,
 * change, save inside one transaction. Scope numbers are local to a store and never reused.
 * Errors: those of the store; ERR_DAMAGED when a row does not decode; ERR_NOT_FOUND for unknown scopes and streams. */
#ifndef CHIBO_SCOPE_H
#define CHIBO_SCOPE_H

#include "../common/id.h"
#include "limits.h"
#include "schema.h"
#include "store.h"
#include "tree.h"

/* confirmed_from once the history is here: the close of the session that brought it (ARRIVED) does not say that the
 * ward knows; the next hello tells it (TELL). */
#define SCOPE_FROM_ARRIVED UINT32_MAX
#define SCOPE_FROM_TELL 1

struct scope {
    struct id id;
    struct id org;
    enum access access;
    uint16_t number;
    uint32_t epoch;
    uint32_t streams;                /* stream numbers given */
    uint64_t policy;                 /* of the newest control leaf */
    uint32_t fold_version;           /* for the next leaf; 0 while there is none */
    uint8_t ward_key[SIGN_PUBLIC_SIZE];
    struct tree_frontier frontier;   /* frontier.size is the log's size */
    uint64_t signed_size;            /* the newest checkpoint: its size, time and signature; 0 none yet */
    uint64_t signed_time;
    uint8_t signature[SIGNATURE_SIZE];
    uint32_t confirmed_epoch;        /* device: what the last close confirmed */
    uint64_t confirmed_size;
    uint64_t from;                   /* device: leaves below came as a snapshot, not as leaves; 0: all are here */
    uint64_t confirmed_from;         /* not 0: the ward may believe that leaves are not here; hello tells it */
    bool older;                      /* device: the log as it comes again from its beginning (replica_older.h) */
};

struct stream {
    struct id device;
    uint32_t incarnation;
    uint32_t number;
    uint64_t next;    /* number of the stream's next change */
    struct hash head; /* zero at next = 0 */
};

MUST_CHECK enum err scope_load(struct txn *txn, const struct id *id, struct scope *s); /* ERR_NOT_FOUND */
/* The one with `older` set; its row stands in a table of its own, beside the scope's. */
MUST_CHECK enum err scope_load_older(struct txn *txn, const struct id *id, struct scope *s); /* ERR_NOT_FOUND */
MUST_CHECK enum err scope_save(struct txn *txn, const struct scope *s);
MUST_CHECK enum err scope_number_new(struct txn *txn, uint16_t *number);
/* All scopes of the store, ascending by id; *list is allocated with mem_alloc, freed by the caller. */
MUST_CHECK enum err scope_list(struct txn *txn, struct scope **list, size_t *count);

/* Appends one leaf: its row (leaf.h) and tree nodes. The caller saves the scope. */
MUST_CHECK enum err scope_append(struct txn *txn, struct scope *s, const struct hash *leaf_hash, struct bytes row);
/* ERR_NOT_FOUND: beyond the end, or below `from` and not here. */
MUST_CHECK enum err scope_leaf(struct txn *txn, const struct scope *s, uint64_t index, struct buf *row);
/* The same leaf with other bodies (released, erased): its hash stays. */
MUST_CHECK enum err scope_leaf_replace(struct txn *txn, const struct scope *s, uint64_t index, struct bytes row);
/* Of a leaf below `from`, known before its place in the log is proved. */
MUST_CHECK enum err scope_leaf_past(struct txn *txn, const struct scope *s, uint64_t index, struct bytes row);
/* A log that begins at a snapshot: its frontier, as nodes of the tree. */
MUST_CHECK enum err scope_begin_at(struct txn *txn, struct scope *s, const struct tree_frontier *f);
/* Sizes below `from`: ERR_NOT_FOUND. */
MUST_CHECK enum err scope_root_at(struct txn *txn, const struct scope *s, uint64_t size, struct hash *root);
struct hash scope_root(const struct scope *s);
MUST_CHECK enum err scope_frontier_at(struct txn *txn, const struct scope *s, uint64_t size, struct tree_frontier *f);
MUST_CHECK enum err scope_leaf_hash(struct txn *txn, const struct scope *s, uint64_t index, struct hash *hash);

MUST_CHECK enum err scope_stream(struct txn *txn, const struct scope *s, uint32_t number, struct stream *out);
MUST_CHECK enum err scope_stream_of(struct txn *txn, const struct scope *s, const struct id *device,
                                    uint32_t incarnation, struct stream *out);
/* A stream's first leaf: gives it the next number. ERR_TOO_LONG beyond STREAMS_MAX. */
MUST_CHECK enum err scope_stream_new(struct txn *txn, struct scope *s, const struct id *device, uint32_t incarnation,
                                     struct stream *out);
MUST_CHECK enum err scope_stream_save(struct txn *txn, const struct scope *s, const struct stream *stream);

/* Where a version was folded or appended first in this scope. ERR_NOT_FOUND. */
MUST_CHECK enum err scope_change_find(struct txn *txn, const struct scope *s, const struct version *v, uint32_t *leaf,
                                      uint32_t *position);
MUST_CHECK enum err scope_change_note(struct txn *txn, const struct scope *s, const struct version *v, uint32_t leaf,
                                      uint32_t position);

/* Keys. Each returns the slice it filled; room must be STORE_KEY_MAX bytes. */
struct bytes scope_key2(uint8_t *room, uint16_t number);                       /* number */
struct bytes scope_key6(uint8_t *room, uint16_t number, uint32_t index);       /* number, index */
struct bytes scope_key_record(uint8_t *room, uint16_t number, const struct id *record);
struct bytes scope_key_part(uint8_t *room, uint32_t kind, const struct id *record, uint16_t number);

#endif
