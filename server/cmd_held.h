/* cmd_held.h - the commands about what waits for a person. */
#ifndef CHIBO_CMD_HELD_H
#define CHIBO_CMD_HELD_H

#include "cmd_call.h"

extern const struct opt_table cmd_held_table, cmd_accept_table, cmd_refuse_table;

MUST_CHECK enum err cmd_held(struct call *c);
MUST_CHECK enum err cmd_accept(struct call *c);
MUST_CHECK enum err cmd_refuse(struct call *c);

#endif
