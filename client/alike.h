/* alike.h - records that are probably one: flagged, never merged. A person says so by a link, or that they are not.
 *
 * Two members with the same card number, or with the same name and birth; two payments of one member for one month,
 * none of them cancelled; and, only as a note when they are recorded, the same vote, speech or task twice. Texts are
 * folded here, for the hint; the merge knows nothing of it. Members that are linked bear the name of the smallest id.
 * Needs the open transaction. */
#ifndef CHIBO_ALIKE_H
#define CHIBO_ALIKE_H

#include "print.h"

/* Pairs that nobody has judged yet. */
MUST_CHECK enum err alike_list(struct print *p, bool json, struct buf *out);
MUST_CHECK enum err alike_count(struct book *b, uint64_t *pairs, uint64_t *unsent); /* unsent: one of the two is */
/* What the record just written looks like, as lines for people. */
MUST_CHECK enum err alike_note(struct print *p, uint32_t kind, const struct id *record, struct buf *out);

/* The kind of links for records of this kind; NULL: they cannot be linked. */
const struct kind_info *alike_link_kind(uint32_t kind);
/* The smallest id of all that are linked with this one, itself if there is none. */
struct id alike_leader(struct print *p, uint32_t kind, const struct id *record);

/* What makes two records of a kind alike, for those who compare what is not recorded yet: the n-th rule's key, of
 * values that `value` gives (empty: not there). False: there is no such rule, or a value that it needs is missing. */
typedef struct bytes alike_value(void *arg, const struct field_info *f);
bool alike_has_rule(uint32_t kind, size_t n);
bool alike_key(uint32_t kind, size_t n, alike_value *value, void *arg, struct buf *key);

#endif
