/* ward_recall.h - a ward that was restored from a backup (protocol.md 8.6): it asks a device for what it signed and no
 * longer has, stages what comes, verifies it whole, and appends it verbatim in a new epoch.
 *
 * Staging is durable and belongs to one session; a kill at any point leaves either a log without the new epoch, or one
 * with it and some of the leaves: the next contact goes on. Only what another leaf stands in the place of is rewound,
 * and that in one transaction with all that follows. */
#ifndef CHIBO_WARD_RECALL_H
#define CHIBO_WARD_RECALL_H

#include "message.h"
#include "ward.h"

/* One more scope for the recall message, if there is room left in it. Not theirs: as if we had nothing of it, so that
 * nobody learns of a log what he was not given. But for one thing: whoever says that he holds it only from entry->from
 * on is told its epoch, its size and its root at that one size. He cannot send what lies below, and without a common
 * size he would have to drop what may be the only copy of leaves that we lost, the one that lets him in among them. */
MUST_CHECK enum err ward_recall(struct txn *txn, const struct message_size *entry, bool is_theirs, struct buf *list,
                                size_t *count);
enum err ward_stage(struct txn *txn, struct work *job);
enum err ward_refill(struct txn *txn, const struct ward *w, struct work *job, uint64_t now);

/* --- staged messages, in order (ward_stage.c) --- */
/* ERR_NOT_FOUND: there are no more, or a newer session of the device has cleared them. */
MUST_CHECK enum err ward_staged(struct txn *txn, const struct work *job, uint32_t number, uint8_t *type,
                                struct buf *message);
/* Of the device's other sessions: its next hello, and its next flight, take the place of theirs. */
MUST_CHECK enum err ward_stage_clear(struct txn *txn, const struct id *device);
/* When the ward's program starts: no session of before goes on. */
MUST_CHECK enum err ward_stage_clear_all(struct txn *txn, size_t *rows);

/* --- bodies that nobody but their author holds: held and refused ones (ward_missing.c) --- */
/* Of a changeset that was just appended: is it whole? */
MUST_CHECK enum err ward_missing_note(struct txn *txn, const struct scope *s, const struct header *h,
                                      const struct changeset *cs, struct bytes verdicts);
/* The scope's log is about to be rewound to this size: what is appended again is noted again. */
MUST_CHECK enum err ward_missing_rewind(struct txn *txn, const struct scope *s, uint64_t size);
/* Bodies of a changeset that is here already; its author sends it again. */
MUST_CHECK enum err ward_missing_fill(struct txn *txn, const struct scope *s, const struct id *device,
                                      uint32_t incarnation, uint64_t index, struct changeset *cs);
/* The same changes that are wanted under an older incarnation of the device, issued again: cs, just appended. */
MUST_CHECK enum err ward_missing_again(struct txn *txn, const struct scope *s, const struct id *device,
                                       const struct changeset *cs);
/* Is there anything that this stream's author should send again? */
MUST_CHECK enum err ward_missing_any(struct txn *txn, const struct id *device, uint32_t incarnation, bool *any);
/* Lowers *first to the first changeset of the stream of which bodies are missing. */
MUST_CHECK enum err ward_missing_first(struct txn *txn, const struct scope *s, const struct id *device,
                                       uint32_t incarnation, uint64_t *first);

/* Of the device's older incarnations, within the first `size` leaves, which it holds: was it not asked for them? */
MUST_CHECK enum err ward_missing_past(struct txn *txn, const struct scope *s, const struct id *device,
                                      uint32_t incarnation, uint64_t size, bool *any);
/* The wants for their leaves, at the end of list; and that they were answered, with bodies or without. */
MUST_CHECK enum err ward_missing_ask(struct txn *txn, const struct scope *s, const struct id *device,
                                     uint32_t incarnation, uint64_t size, struct buf *list);
MUST_CHECK enum err ward_missing_asked(struct txn *txn, const struct scope *s, const struct id *device,
                                       uint32_t incarnation, uint64_t size);
/* A leaf that stands at this index and came again: its bodies, if they are wanted. */
MUST_CHECK enum err ward_missing_take(struct txn *txn, const struct scope *s, uint64_t index, struct ledger_leaf *l);

/* --- the registry follows control leaves that come back (ward_follow.c) --- */
MUST_CHECK enum err ward_follow(struct txn *txn, const struct scope *s, const struct control *c, uint64_t now);
/* Into every scope that the person's roles reach and that has lost the leaf which said so. */
MUST_CHECK enum err ward_follow_roles(struct txn *txn, const struct ward *w, const struct id *person, uint64_t now);
/* One of the person's invites is used: by this device, which came back with a log; which one is a guess until he shows
 * another (ward_people.c). */
MUST_CHECK enum err ward_people_claim(struct txn *txn, const struct id *person, const struct id *device);
/* A device that was revoked stays so, also if this store never knew it (the list beside the store says so). */
MUST_CHECK enum err ward_bar(struct txn *txn, const struct ward *w, const struct id *device, uint64_t now);
bool ward_is_barred(struct txn *txn, const struct id *device);
/* Devices that are barred and came back with control leaves. */
MUST_CHECK enum err ward_bar_again(struct txn *txn, const struct ward *w, uint64_t now);

#endif
