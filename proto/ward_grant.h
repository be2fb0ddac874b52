/* ward_grant.h - roles over time: which scopes a role reaches, and the control leaves that say so there.
 *
 * A role is held in one organisation and reaches the scopes of that organisation that it may read; a ward-wide role
 * reaches those of all. Each scope reached gets person, grant and device leaves and the device a cursor row; an end
 * writes an end leaf wherever no other role of the same name still reaches. What the device then holds is taken back
 * at its next contact (ward_answer.c, message drop). */
#ifndef CHIBO_WARD_GRANT_H
#define CHIBO_WARD_GRANT_H

#include "ward.h"

/* One grant: who, in which organisation, as what, from when (date). */
struct ward_grant {
    struct id person;
    struct id org;
    enum role role;
    uint32_t from;
};

/* Grants of one person, or of all (NULL), as struct ward_grant[] in *list. */
MUST_CHECK enum err ward_grant_list(struct txn *txn, const struct id *person, struct buf *list);
struct ward_grant ward_grant_at(const struct buf *list, size_t i);
size_t ward_grant_count(const struct buf *list);

/* Writes the row and spreads it: leaves for the person, and for each of the person's devices that were not let into a
 * scope yet. The caller has counted the policy (ward_policy_next). */
MUST_CHECK enum err ward_grant_add(struct txn *txn, const struct ward *w, const struct ward_grant *g, uint64_t now);
/* Deletes the row and ends it where no other row of the same role reaches. until: a date. ERR_NOT_FOUND. */
MUST_CHECK enum err ward_grant_end(struct txn *txn, const struct ward *w, const struct ward_grant *g, uint32_t until,
                                   uint64_t now);
/* The row alone: the same role in another organisation, from a date on. */
MUST_CHECK enum err ward_grant_carry(struct txn *txn, const struct ward_grant *g, const struct id *to, uint32_t date);
/* A new device of a person that is registered already. */
MUST_CHECK enum err ward_grant_device(struct txn *txn, const struct ward *w, const struct ward_device *d,
                                      uint64_t now);
/* All that reaches one organisation, let in where it is not yet: a new organisation, or one that has a successor now.
 * */
MUST_CHECK enum err ward_grant_join(struct txn *txn, const struct ward *w, const struct org *o, uint64_t now);

/* Ends what a log says to be held, and no row's role reaches. until: a date. The caller has counted the policy. */
MUST_CHECK enum err ward_grant_end_unreached(struct txn *txn, const struct ward *w, uint32_t until, uint64_t now);

/* The row alone, as a grant or end leaf that came back says (ward_follow.c). */
MUST_CHECK enum err ward_grant_row(struct txn *txn, const struct ward_grant *g, bool end);

#endif
