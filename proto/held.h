/* held.h - the index of what waits for a person: changes of a scope's log with verdict held that no verdict leaf has
 * decided yet.
 *
 * Both sides keep it as they add leaves (ledger.c), so neither ever has to look through a log for it, and a device
 * tells what waits in its scopes although it was given no body. It follows from the log alone: held_rebuild makes it
 * anew.
 * The row of a change that was decided stays, with the place of the leaf that did it, so that nobody decides twice. */
#ifndef CHIBO_HELD_H
#define CHIBO_HELD_H

#include "changeset.h"
#include "control.h"
#include "scope.h"

struct held {
    uint16_t scope_number;
    uint32_t leaf;
    uint32_t position;
    struct hash id;    /* of the change */
    uint32_t verdict;  /* of its leaf */
    uint64_t accepted; /* when it came, by the ward's clock */
    bool decided;
    uint32_t ruling;   /* the index of the leaf that decided it last */
    uint32_t ruled;    /* and what that says */
};

/* Called by ledger.c. cs is committed. */
MUST_CHECK enum err held_note(struct txn *txn, const struct scope *s, const struct changeset *cs, struct bytes verdicts,
                              uint64_t accepted, uint32_t leaf);
/* The control leaf is the scope's newest. A change that was accepted at once gets its row when a person decides on
 * it. */
MUST_CHECK enum err held_decided(struct txn *txn, const struct scope *s, const struct control_verdict *v);

MUST_CHECK enum err held_get(struct txn *txn, const struct scope *s, uint32_t leaf, uint32_t position,
                             struct held *out); /* ERR_NOT_FOUND */
/* Rows of one scope, or of all (NULL), decided ones too, in the order of their logs. False stops. */
typedef bool held_visit(void *arg, const struct held *h);
MUST_CHECK enum err held_each(struct txn *txn, const struct scope *s, held_visit *visit, void *arg);

/* How many wait in this scope, and since when the oldest of them (0: none). Adds to what is there. */
struct held_count {
    uint64_t count;
    uint64_t since;
};
MUST_CHECK enum err held_count(struct txn *txn, const struct scope *s, struct held_count *c);

/* Throws away the scope's rows and reads its log again. */
MUST_CHECK enum err held_rebuild(struct txn *txn, const struct scope *s);

#endif
