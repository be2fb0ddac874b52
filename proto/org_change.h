/* org_change.h - what became of an organisation: its successors, its former codes. The fold of home leaves (protocol.md
 * 4.2, record nil) and scope leaves, on both sides alike.
 *
 * A cell that was merged has one successor, one that was split several; its own scopes stay what they are: the history
 * of them all. The zero id stands for another ward's organisation. */
#ifndef CHIBO_ORG_CHANGE_H
#define CHIBO_ORG_CHANGE_H

#include "org.h"

#define ORG_SUCCESSORS_MAX 16 /* of one organisation: a split names two */
#define ORG_CHAIN_MAX 32      /* one after the other: more reorganisations than a lifetime sees */

MUST_CHECK enum err org_successor_add(struct txn *txn, const struct id *org, const struct id *next,
                                      struct bytes decision, uint32_t date);
MUST_CHECK enum err org_successors(struct txn *txn, const struct id *org, struct id next[ORG_SUCCESSORS_MAX],
                                   size_t *count);
/* Is `to` the organisation itself or among what became of it? */
MUST_CHECK enum err org_leads_to(struct txn *txn, const struct id *org, const struct id *to, bool *yes);
/* The organisation that lives on as the only successor; itself if it lives. ERR_AMBIGUOUS after a split, ERR_FROZEN
 * when it went to another ward. */
MUST_CHECK enum err org_living(struct txn *txn, const struct id *org, struct id *out);

MUST_CHECK enum err org_alias_add(struct txn *txn, const char *code, const struct id *org);
/* By its code, or by one it had: the living one before those that are history. ERR_NOT_FOUND. */
MUST_CHECK enum err org_by_any_code(struct txn *txn, const char *code, struct org *o);

#endif
