/* draft.h - the changes that lie over one record part until the ward has answered.
 *
 * One row per (kind, record, scope), its items in the order they were written. A version is provisional (random)
 * until the change is sealed; bases that name a provisional version are rewritten when it becomes real. */
#ifndef CHIBO_DRAFT_H
#define CHIBO_DRAFT_H

#include "fold.h"
#include "scope.h"

enum draft_state { DRAFT_UNSEALED = 0, DRAFT_SEALED = 1, DRAFT_HELD = 2 };

struct draft_item {
    enum draft_state state;
    uint32_t number;        /* of its row in `pending`, while unsealed */
    struct version version; /* provisional while unsealed */
    bool owns;
    struct buf body;        /* encoded change */
};

#define DRAFT_ITEMS_MAX 4096 /* of one record part between two syncs: a person cannot type more */

struct draft {
    size_t count, cap;
    struct draft_item *item;
};

void draft_init(struct draft *d);
void draft_deinit(struct draft *d);
/* An absent row is an empty draft. */
MUST_CHECK enum err draft_load(struct txn *txn, uint32_t kind, const struct id *record, uint16_t number,
                               struct draft *d);
MUST_CHECK enum err draft_decode(struct draft *d, struct bytes row);
/* Empty: the row is deleted. */
MUST_CHECK enum err draft_save(struct txn *txn, uint32_t kind, const struct id *record, uint16_t number,
                               const struct draft *d);
struct draft_item *draft_add(struct draft *d);
void draft_remove(struct draft *d, size_t i);
struct draft_item *draft_find(struct draft *d, const struct version *v); /* NULL: none */
/* In the bases of all items: this version is now called that. */
void draft_rename(struct draft *d, const struct version *old_version, const struct version *new_version);
/* Folds the items over the part. */
MUST_CHECK enum err draft_lay_over(const struct draft *d, struct part *p);
/* leaf number of drafts in a part's list of changes */
#define DRAFT_LEAF UINT32_MAX

#endif
