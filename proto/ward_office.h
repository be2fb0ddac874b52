/* ward_office.h - officers replaced while they were offline: what they wrote before they could know (protocol.md 4.3).
 *
 * Accepted as it would have been in office, when what its author had seen of the log ends before the leaf that ended
 * the office, and the record's own date is not later than the office's last day. Else it is held for a person. */
#ifndef CHIBO_WARD_OFFICE_H
#define CHIBO_WARD_OFFICE_H

#include "change.h"
#include "header.h"
#include "scope.h"

/* *verdict: in, what today's role gives; out, better or the same. */
MUST_CHECK enum err ward_office_verdict(struct txn *txn, const struct scope *s, const struct header *h,
                                        const struct change *c, uint32_t *verdict);

#endif
