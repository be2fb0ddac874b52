/* menu_call.h - the roll call of a meeting: who is absent, by number, and why; everyone else is present. */
#ifndef CHIBO_MENU_CALL_H
#define CHIBO_MENU_CALL_H

#include "cmd.h"

/* One attendance record for each member of the cell, all in one transaction. */
MUST_CHECK enum err menu_call_run(struct cmd_env *env);

#endif
