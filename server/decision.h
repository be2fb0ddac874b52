/* decision.h - what was decided about cells and members, as the ward did it: a row of its own for each, in the order of
 * the registry's changes (docs/storage.md: meta `decision`). The logs hold the same as home leaves; the row adds what
 * they do not say (a new name, an introduction), and which logs a device must have to know of it. */
#ifndef CHIBO_DECISION_H
#define CHIBO_DECISION_H

#include "../proto/ward.h"

#define DECISION_SCOPES_MAX 64
#define DECISION_TEXT_MAX 2048

struct decision_scope {
    struct id scope, org;
    uint64_t size; /* of its log, once it was done */
};

struct decision {
    unsigned what; /* enum registry_what */
    char number[NAME_MAX_BYTES + 1];
    uint32_t date;
    uint64_t time;
    char from[DECISION_TEXT_MAX + 1], to[NAME_MAX_BYTES + 1], person[NAME_MAX_BYTES + 1];
    size_t scopes;
    struct decision_scope scope[DECISION_SCOPES_MAX];
};

/* The logs of this class, as they are now, are those to have. */
MUST_CHECK enum err decision_touch(struct txn *txn, struct decision *d, const struct id *org, enum access access);
MUST_CHECK enum err decision_put(struct txn *txn, const struct decision *d);
/* In the order they were made. Visits after the scan: the visitor may read. */
typedef enum err decision_visit(void *arg, const struct decision *d);
MUST_CHECK enum err decision_each(struct txn *txn, decision_visit *visit, void *arg);

#endif
