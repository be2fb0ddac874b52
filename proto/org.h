/* org.h - organisations as both sides keep them: code, name, type, place in the tree, and the scopes of their records.
 *
 * The row is the fold of the scope control leaves (protocol.md 4.2) of the organisation's scopes. */
#ifndef CHIBO_ORG_H
#define CHIBO_ORG_H

#include "../common/id.h"
#include "limits.h"
#include "schema.h"
#include "store.h"

enum org_type { ORG_WARD = 1, ORG_AGENCY, ORG_TDP, ORG_SCHOOL, ORG_ENTERPRISE, ORG_ARMED, ORG_TYPE_END };

struct org {
    struct id id;
    char code[NAME_MAX_BYTES + 1];
    char name[NAME_MAX_BYTES + 1];
    enum org_type type;
    struct id parent;                 /* zero: none */
    struct id scope[ACCESS_D + 1];    /* by access class; zero: not known here */
};

const char *org_type_name(enum org_type t);                                  /* "TDP" */
MUST_CHECK enum err org_type_parse(const char *name, enum org_type *out);    /* ERR_BAD_VALUE */
bool org_code_valid(const char *code); /* 1..32 of A-Z 0-9 and - */

MUST_CHECK enum err org_load(struct txn *txn, const struct id *id, struct org *o);      /* ERR_NOT_FOUND */
MUST_CHECK enum err org_save(struct txn *txn, const struct org *o);
MUST_CHECK enum err org_by_code(struct txn *txn, const char *code, struct org *o);      /* ERR_NOT_FOUND */
/* Ascending by code; *list from mem_alloc, freed by the caller. */
MUST_CHECK enum err org_list(struct txn *txn, struct org **list, size_t *count);

#endif
