/* ward_snapshot_make.h - one walk through a log that writes the parts of its snapshot (ward_snapshot.c keeps them). */
#ifndef CHIBO_WARD_SNAPSHOT_MAKE_H
#define CHIBO_WARD_SNAPSHOT_MAKE_H

#include "snapshot.h"
#include "ward.h"

/* Writes rows 1 … head->parts of the scope, and says in *head what they are. *cannot: a part is too large. */
MUST_CHECK enum err ward_snapshot_make(struct txn *txn, const struct ward *w, const struct scope *s,
                                       struct snapshot *head, bool *cannot);

#endif
