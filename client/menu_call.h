/* menu_call.h - the roll call of a meeting: who is absent, by number, and why; everyone else is present. */
#ifndef CHIBO_MENU_CALL_H
#define CHIBO_MENU_CALL_H

#include "cmd.h"

/* Asks which meeting first. */
MUST_CHECK enum err menu_call_run(struct cmd_env *env);
/* Of this one. like: the absent of that meeting are offered again, with their reasons; NULL: nobody. gone: `<` at the
 * numbers, or nobody is there any more; nothing was written. */
MUST_CHECK enum err menu_call_of(struct cmd_env *env, const struct id *meeting, const struct id *like, bool *gone);

#endif
