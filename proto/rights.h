/* rights.h - who may write and read what: one pure function over a table (rights.def), default deny.
 *
 * Source: the table of writers agreed with the domain (docs/protocol.md section 13). Read rights depend on the
 * scope's access class alone, never on state or field. */
#ifndef CHIBO_RIGHTS_H
#define CHIBO_RIGHTS_H

#include "schema.h"

enum role {
    ROLE_NONE, ROLE_CLERK, ROLE_BUILDING, ROLE_INSPECT, ROLE_SECRETARY, ROLE_DEPUTY, ROLE_COMMITTEE, ROLE_MEMBER,
    ROLE_FOLLOWER, ROLE_COUNT
};

enum right {
    RIGHT_NO,      /* refused: ERR_NOT_ALLOWED */
    RIGHT_PROPOSE, /* a create is held for a person; a set is accepted, but the author does not own the fields */
    RIGHT_WRITE
};

const char *rights_role_name(enum role r);                            /* "secretary" */
MUST_CHECK enum err rights_role_parse(const char *name, enum role *out); /* ERR_BAD_VALUE */

const char *rights_role_label(enum role r); /* English msgid */

bool rights_may_read(enum role r, enum access scope_access);
/* Does a role held in one organisation reach into every organisation of the ward? (clerk, building, inspect) */
bool rights_ward_wide(enum role r);
/* field NULL: the record as a whole (create, state). Unknown kinds: RIGHT_WRITE for whoever may read the scope's
 * class A or B as secretary, deputy or clerk, else RIGHT_NO. */
enum right rights_may_write(enum role r, uint32_t kind, const struct field_info *field, enum op op);
/* The verdict (protocol.md 4.3) for one change that schema_check_change passed, by someone with this role: the
 * least right of all it writes decides. Written: accepted, owned. Proposed: a set is accepted, not owned, while all
 * that is only proposed is of class owner; else it is held. A scope the role may not read: refused. */
uint32_t rights_verdict(enum role r, const struct change *c, enum access scope_access);

#endif
