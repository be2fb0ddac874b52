/* cmd_conflicts.h - settling a conflict, shared by `chibo xung-dot` and `chibo giai-quyet`. */
#ifndef CHIBO_CMD_CONFLICTS_H
#define CHIBO_CMD_CONFLICTS_H

#include "cmd.h"
#include "conflict.h"

/* What was typed: a field, and mine, theirs or a value. */
struct conflict_choice {
    const char *field, *choose;
};

/* Settles fields of one record, in one transaction of its own, as one change a class; says what became of it. Keys:
 * m, t and numbers mean values too, as the questions offer them. ERR_NO_SUCH_RECORD, ERR_UNKNOWN_FIELD, ERR_BAD_VALUE …
 * with env->why. */
MUST_CHECK enum err cmd_conflicts_settle(struct cmd_env *env, const char *id, const struct conflict_choice *choice,
                                         size_t count, bool keys);

/* Of one record, all that waits (fields 0), or only these fields. */
struct cmd_conflicts_only {
    uint32_t kind;
    struct id record;
    size_t fields;
    const struct field_info *field[CHANGE_TRIPLES_MAX];
};
/* Lists what waits (only NULL: in the whole book), and at a terminal asks. */
MUST_CHECK enum err cmd_conflicts_ask(struct cmd_env *env, const struct cmd_conflicts_only *only);

#endif
