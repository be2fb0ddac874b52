/* ward_quarantine.h - signed work of a device from which nothing is taken any more; a person decides about it
 * (protocol.md 8.5). It is in no log, nobody can read it from here but the ward. */
#ifndef CHIBO_WARD_QUARANTINE_H
#define CHIBO_WARD_QUARANTINE_H

#include "changeset.h"
#include "ward_held.h"

/* Of one device. A busy cell writes some 2,000 changes of 380 bytes in a year away; ten times that, and nobody who
 * found a laptop fills the ward's disk. */
#define QUARANTINE_CHANGES_MAX 20000
#define QUARANTINE_BYTES_MAX (16u * 1024 * 1024)

/* The end of the stream, if more of it is kept here than in the log. */
MUST_CHECK enum err ward_quarantine_end(struct txn *txn, const struct scope *s, struct stream *stream);
/* Is this changeset kept here, by its signature? *head: the stream's behind it. ERR_NOT_FOUND. */
MUST_CHECK enum err ward_quarantine_known(struct txn *txn, const struct scope *s, const struct stream *stream,
                                          const struct changeset *cs, struct hash *head);
/* Keeps a changeset that is authentic and continues its stream in one of its ways (ward_hand_in.h); what another store
 * of the device brought too waits once. stream: as the log has it. ERR_TOO_LONG: beyond the bounds. */
MUST_CHECK enum err ward_quarantine_put(struct txn *txn, const struct scope *s, const struct stream *stream,
                                        const struct header *h, struct bytes header, const struct changeset *cs,
                                        struct bytes message, uint64_t now, struct hash *head);
/* What such a device is told at the end: ERR_HANDED_IN and how many changes in job->why, or why nothing was. */
MUST_CHECK enum err ward_quarantine_answer(struct txn *txn, struct work *job);

/* What nobody has decided about, as ward_held_each gives what waits in the logs: held, reason REVOKED, the leaf
 * QUARANTINE_LEAF. */
#define QUARANTINE_LEAF UINT32_MAX
MUST_CHECK enum err ward_quarantine_each(struct txn *txn, ward_held_visit *visit, void *arg);
/* The word of a person. Refused, it stays here and waits no more; accepted, it goes to the home of its record as a
 * mirror leaf, once, whoever brings it again. What breaks the schema or writes a field that is closed is not accepted:
 * schema_check_change's error, ERR_FROZEN. ERR_NO_SUCH_CHANGE, ERR_AMBIGUOUS, ERR_DECIDED. */
MUST_CHECK enum err ward_quarantine_rule(struct txn *txn, const struct ward *w, const struct ward_ruling *r,
                                         uint64_t now, struct held *out);

#endif
