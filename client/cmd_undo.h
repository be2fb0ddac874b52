/* cmd_undo.h - taking back what was written last, with the question; for the command and the menu. */
#ifndef CHIBO_CMD_UNDO_H
#define CHIBO_CMD_UNDO_H

#include "cmd.h"

MUST_CHECK enum err cmd_undo_ask(struct cmd_env *env);

#endif
