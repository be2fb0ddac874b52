/* cmd_help.h - `chibod tro-giup`: examples first; the manual page and what bash completes, from the one table. */
#ifndef CHIBO_CMD_HELP_H
#define CHIBO_CMD_HELP_H

#include "cmd_call.h"

extern const struct opt_table cmd_help_table;
MUST_CHECK enum err cmd_help_run(struct call *c);
/* Appends help on one command. */
void cmd_help_of(const struct command *k, struct buf *out);

#endif
