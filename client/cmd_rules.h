/* cmd_rules.h - sending a pack of rules, the ward clerk's half of `chibo quy-tac`. */
#ifndef CHIBO_CMD_RULES_H
#define CHIBO_CMD_RULES_H

#include "cmd.h"

/* Checks the file and writes it as one rule_pack record under the organisation of this code (NULL: under each whose
 * open book this device holds), in one transaction; where the same text is already nothing is written. Says what it
 * did. Errors of rules_read, with file and line in env->why. ERR_EXISTS: another text has this version; ERR_BAD_VALUE:
 * it would not count on its first day; ERR_NOT_ALLOWED: the ward would not take it from this person. */
MUST_CHECK enum err cmd_rules_send(struct cmd_env *env, const char *path, const char *code);

#endif
