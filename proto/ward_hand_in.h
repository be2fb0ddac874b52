/* ward_hand_in.h - copies of a device from which nothing is taken any more: each of its stores hands in what it wrote
 * after they parted (protocol.md 8.5). No store gets a new incarnation for it, so one stream may go on in several ways;
 * what was written before the stores parted is kept once. */
#ifndef CHIBO_WARD_HAND_IN_H
#define CHIBO_WARD_HAND_IN_H

#include "changeset.h"
#include "scope.h"

/* Ways in which a stream may go on behind one of its numbers: each is a signature to check. More stores of one device
 * than this were never in use at a time. */
#define WARD_HAND_IN_WAYS 8
#define WARD_HAND_IN_HEADS (WARD_HAND_IN_WAYS + 1)

/* The head before this number in the log. ERR_NOT_FOUND: no changeset of the stream begins there, or would. */
MUST_CHECK enum err ward_hand_in_log(struct txn *txn, const struct scope *s, const struct stream *stream,
                                     uint64_t first, struct hash *head);
/* The heads that a changeset with this first number may continue: the log's, and those of what is kept aside. stream:
 * as the log has it. */
MUST_CHECK enum err ward_hand_in_heads(struct txn *txn, const struct scope *s, const struct stream *stream,
                                       uint64_t first, struct hash head[WARD_HAND_IN_HEADS], size_t *count);
/* Which changes of cs, committed, are here for the first time: neither accepted in the log nor kept aside.
 * ERR_TOO_LONG: its stream goes on in too many ways. Writes nothing. */
MUST_CHECK enum err ward_hand_in_fresh(struct txn *txn, const struct scope *s, const struct header *h,
                                       const struct changeset *cs, bool *fresh);
/* It is kept, and its stream may go on behind this head. */
MUST_CHECK enum err ward_hand_in_note(struct txn *txn, const struct header *h, const struct hash *head,
                                      const struct changeset *cs, const bool *fresh);

/* How far the store that drew this incarnation for itself has handed in the stream; kept for the newest such store.
 * stream->next 0: nothing is known of it. */
MUST_CHECK enum err ward_hand_in_store(struct txn *txn, const struct scope *s, uint32_t store, struct stream *stream);
MUST_CHECK enum err ward_hand_in_store_save(struct txn *txn, const struct scope *s, uint32_t store,
                                            const struct stream *stream);

#endif
