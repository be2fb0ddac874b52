/* cmd_plan.h - `chibo dong-bo --xem-truoc` and `--toi-da`: what an exchange would send, and no more than
 * so much of it. */
#ifndef CHIBO_CMD_PLAN_H
#define CHIBO_CMD_PLAN_H

#include "cmd.h"

/* The bytes of --toi-da, 0 without it. ERR_BAD_VALUE, explained. */
MUST_CHECK enum err cmd_plan_budget(struct cmd_env *env, const struct opt_parsed *args, uint64_t *budget_bytes);
MUST_CHECK enum err cmd_plan(struct cmd_env *env, uint64_t budget_bytes); /* says it; nothing is sealed or written */
MUST_CHECK enum err cmd_plan_left(struct cmd_env *env); /* says, to people, how much waits after a budget was spent */

#endif
