/* ward_roles.h - roles in a ward that was restored from a backup: leaves come back log by log, from devices that were
 * away for different times, and a role must be in the end what the newest of them says, in every log that it reaches
 * (protocol.md 8.6). Rules as in ward.h. */
#ifndef CHIBO_WARD_ROLES_H
#define CHIBO_WARD_ROLES_H

#include "ward.h"

/* A control leaf that came back was just added to this log, and the registry followed it. */
MUST_CHECK enum err ward_roles_heard(struct txn *txn, const struct scope *s, const struct control *c);
/* All that a device handed back is in: if roles or cells were among it, whoever holds a role is let in wherever it
 * reaches, and wherever no role reaches it ends. */
MUST_CHECK enum err ward_roles_settle(struct txn *txn, const struct ward *w, uint64_t now);

#endif
