/* menu_dues.h - the dues of one month for the whole cell on one screen: who owes what, and who has paid, by number. */
#ifndef CHIBO_MENU_DUES_H
#define CHIBO_MENU_DUES_H

#include "cmd.h"

MUST_CHECK enum err menu_dues_run(struct cmd_env *env);

#endif
