/* cmd_help.h - what the program says of itself. */
#ifndef CHIBO_CMD_HELP_H
#define CHIBO_CMD_HELP_H

#include "cmd.h"

/* Help on one command, with its examples; JSON where that was asked for. */
void cmd_help_of(struct cmd_env *env, const struct cmd *c);

#endif
