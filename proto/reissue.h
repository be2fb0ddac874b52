/* reissue.h - changesets of this device that may be at the ward under another incarnation or not at all: settled by
 * change ids, what the log lacks is issued again in the present incarnation (protocol.md 8.6, 8.7).
 *
 * Same seeds and bodies, so the same ids: one that comes once too often does nothing. */
#ifndef CHIBO_REISSUE_H
#define CHIBO_REISSUE_H

#include "replica.h"

struct reissue {
    struct txn *txn;
    struct replica *r;     /* bears the incarnation to issue in */
    struct scope *scope;
    struct buf answers;    /* what its log holds of this device, by change id */
    struct replica_end end; /* of the present stream there */
};

MUST_CHECK enum err reissue_begin(struct reissue *s); /* txn, r, scope are set, end too before the first row */
/* One changeset, as `outbox` keeps them: its drafts are settled if the log holds all of it, else it is put into the
 * outbox, whole. */
MUST_CHECK enum err reissue_row(struct reissue *s, struct bytes row);
void reissue_end(struct reissue *s);

/* What a rewind (replica_rewind.c) took from us under an older incarnation: nobody asks this store for it, so it waits
 * here until a close says that all has come again that will. index: where it stood in the log. */
MUST_CHECK enum err reissue_keep(struct txn *txn, const struct scope *s, uint64_t index, struct bytes row);
/* After any close; r bears its new incarnation. */
MUST_CHECK enum err reissue_closed(struct txn *txn, struct replica *r);
MUST_CHECK enum err reissue_waits(struct txn *txn, const struct scope *s, bool *any);

#endif
