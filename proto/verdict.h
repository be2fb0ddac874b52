/* verdict.h - what the ward says of one change, as one number, and of all changes of a changeset (protocol.md 4.3). */
#ifndef CHIBO_VERDICT_H
#define CHIBO_VERDICT_H

#include "../common/base.h"
#include "../common/buf.h"
#include "../common/err.h"
#include "limits.h"

enum verdict { VERDICT_ACCEPTED = 0, VERDICT_HELD = 1, VERDICT_REFUSED = 2, VERDICT_PROPOSAL = 3 };

/* reason: ERR_OK or an error that has a wire number of its own (others travel as OTHER). */
uint32_t verdict_make(enum verdict v, bool owns, enum err reason);
enum verdict verdict_kind(uint32_t verdict);
bool verdict_owns(uint32_t verdict);
enum err verdict_reason(uint32_t verdict); /* ERR_OTHER for reasons this program does not know */

/* `verdicts` of a leaf: one integer when all are the same. count >= 1. */
void verdict_list_encode(const uint32_t *verdict, size_t count, struct buf *out);
/* verdict gets count numbers. ERR_BAD_FRAME unless the list is the one that verdict_list_encode would write. */
MUST_CHECK enum err verdict_list_decode(uint32_t *verdict, size_t count, struct bytes list);
/* The i-th of a list that was decoded before (a row of our own store). ERR_BAD_FRAME when there is none. */
MUST_CHECK enum err verdict_list_at(struct bytes list, size_t i, uint32_t *out);

#endif
