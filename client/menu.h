/* menu.h - `chibo` without a command: a numbered menu in the terminal's own mode, or from a pipe. */
#ifndef CHIBO_MENU_H
#define CHIBO_MENU_H

#include "cmd.h"

/* Opens the book itself; where there is none it asks to make one. Ends at `0` or when nobody is there any more. */
MUST_CHECK enum err menu_run(struct cmd_env *env);

#endif
