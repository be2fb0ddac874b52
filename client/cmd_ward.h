/* cmd_ward.h - what `chibo phuong` does besides looking. */
#ifndef CHIBO_CMD_WARD_H
#define CHIBO_CMD_WARD_H

#include "cmd.h"

/* One received document, as --muc says it, into the book of every cell that is here (--chi-bo: of one), each its own
 * record, all or none; a cell that has it already is left alone. */
MUST_CHECK enum err cmd_ward_send(struct cmd_env *env, const struct opt_parsed *args);

#endif
