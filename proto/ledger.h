/* ledger.h - adding one leaf to a scope, with all that follows from it: row, tree, stream, actors, folded parts,
 * digest.
 *
 * The ward and every device add leaves through these two calls, so both compute the same. The caller has verified
 * what it adds (signature, chain, commitments); ledger adds. The scope's copy is changed and must be saved by the
 * caller. */
#ifndef CHIBO_LEDGER_H
#define CHIBO_LEDGER_H

#include "changeset.h"
#include "control.h"
#include "fold.h"
#include "schema.h"
#include "scope.h"

/* One leaf as its row holds it. Slices point into the row given to ledger_decode. */
struct ledger_leaf {
    bool is_control;
    struct bytes control;              /* control: its encoded bytes */
    uint8_t signature[SIGNATURE_SIZE]; /* of the control, or of the header */
    struct bytes header;               /* changeset: its encoded header */
    uint64_t accepted;
    uint64_t policy;
    struct bytes verdicts;             /* encoded list */
    struct changeset changeset;        /* owned: ledger_leaf_deinit */
};
MUST_CHECK enum err ledger_decode(struct ledger_leaf *l, struct bytes row); /* ERR_DAMAGED */
/* The row of a changeset's leaf. */
void ledger_encode(struct bytes header, const struct changeset *cs, uint64_t accepted, uint64_t policy,
                   struct bytes verdicts, struct buf *row);
/* The same without the changeset: header, accepted, policy and verdicts of a row of our own, whose bodies nobody
 * looks at. */
MUST_CHECK enum err ledger_decode_head(struct ledger_leaf *l, struct bytes row);
void ledger_leaf_deinit(struct ledger_leaf *l);
MUST_CHECK enum err ledger_leaf_at(struct txn *txn, const struct scope *s, uint64_t index, struct buf *row,
                                   struct ledger_leaf *l);
struct hash ledger_hash(const struct ledger_leaf *l);

/* cs is committed (changeset_commit); header is its encoded header; stream is advanced and saved. */
MUST_CHECK enum err ledger_add_changeset(struct txn *txn, struct scope *s, struct stream *stream,
                                         const struct header *h, struct bytes header, struct changeset *cs,
                                         uint64_t accepted, uint64_t policy, struct bytes verdicts);
MUST_CHECK enum err ledger_add_control(struct txn *txn, struct scope *s, struct bytes control,
                                       const uint8_t signature[SIGNATURE_SIZE]);

/* A verdict leaf releases one change of an older leaf: it is folded now, if its body is here. Part of adding that leaf;
 * later only where nothing was folded into this part behind it. */
MUST_CHECK enum err ledger_release(struct txn *txn, const struct scope *s, const struct control_verdict *v);
/* The leaf that begins at `first` in this stream. ERR_NOT_FOUND. */
MUST_CHECK enum err ledger_find(struct txn *txn, const struct scope *s, const struct id *device, uint32_t incarnation,
                                uint64_t first, uint64_t *index);

/* Forgets the leaves from `size` on and folds what stays anew, from its rows: every table that the fold writes is as it
 * was at that size (ledger_rewind.c). The epoch is that of the newest epoch leaf left. Saves the scope. */
MUST_CHECK enum err ledger_rewind(struct txn *txn, struct scope *s, uint64_t size);
/* Forgets everything under the scope's number. The caller's copy stays as it is. */
MUST_CHECK enum err ledger_forget(struct txn *txn, const struct scope *s);
/* A leaf row that is here already, under the next index: nothing of it is judged. l's changeset is committed here. */
MUST_CHECK enum err ledger_add_again(struct txn *txn, struct scope *s, struct ledger_leaf *l);
/* Bodies that the changeset at `index` lacks, out of cs, if cs is the same one and has more of them: *filled. The leaf
 * and the fold do not change. */
MUST_CHECK enum err ledger_fill(struct txn *txn, const struct scope *s, uint64_t index, struct changeset *cs,
                                bool *filled);

/* The body of one change goes out of the leaf's row; its commitment stays, and so does the leaf's hash. Of a mirror
 * leaf, whose body is in its hash, nothing but this hash is left (ledger_strip.c). */
MUST_CHECK enum err ledger_strip(struct txn *txn, const struct scope *s, uint64_t index, uint32_t position);
/* The same for what a leaf just added holds of records whose class was raised (protocol.md 4.8). */
MUST_CHECK enum err ledger_strip_raised(struct txn *txn, const struct scope *s, uint64_t index);
/* The same for the change that a verdict leaf speaks of. */
MUST_CHECK enum err ledger_strip_ruled(struct txn *txn, const struct scope *s, const struct control_verdict *word);
/* Does a field stand in this part of a scope above the field's own class? Then the record was raised: those of all
 * lower classes do. */
bool ledger_holds_raised(const struct part *p, enum access access);
/* From here on it is: changes to it are not folded here. */
MUST_CHECK enum err ledger_raised(struct txn *txn, const struct scope *s, const struct control_raised *r);
/* Was the class of this record raised above that of the scope? */
MUST_CHECK enum err ledger_is_raised(struct txn *txn, const struct scope *s, const struct id *record, bool *yes);
/* A leaf below the scope's `from` before its place is proved: its row, where its stream finds it, what waits in it.
 * header and cs as in ledger_add_changeset. */
MUST_CHECK enum err ledger_past(struct txn *txn, const struct scope *s, uint64_t index, const struct header *h,
                                const struct ledger_leaf *l);

/* The folded part, or an empty one (p->changes == 0). */
MUST_CHECK enum err ledger_part(struct txn *txn, const struct scope *s, uint32_t kind, const struct id *record,
                                struct part *p);
MUST_CHECK enum err ledger_state(struct txn *txn, const struct scope *s, struct hash *state);

#endif
