/* cmd_rotate.h - new keys for the server. */
#ifndef CHIBO_CMD_ROTATE_H
#define CHIBO_CMD_ROTATE_H

#include "cmd_call.h"

extern const struct opt_table cmd_rotate_table;

/* ERR_LOCKED: the daemon runs; it would go on with the old keys. */
MUST_CHECK enum err cmd_rotate(struct call *c);

#endif
