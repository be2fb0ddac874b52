/* cmd_mend.h - `chibo doi-khop` without a quarter: the technical match with the ward (reconcile.h). */
#ifndef CHIBO_CMD_MEND_H
#define CHIBO_CMD_MEND_H

#include "cmd.h"

/* Compares, mends, says so. ERR_DAMAGED: something could not be put right. */
MUST_CHECK enum err cmd_mend(struct cmd_env *env);

#endif
