/* menu_print.h - a form on paper, chosen by number. */
#ifndef CHIBO_MENU_PRINT_H
#define CHIBO_MENU_PRINT_H

#include "cmd.h"

MUST_CHECK enum err menu_print_run(struct cmd_env *env);

#endif
