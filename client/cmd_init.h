/* cmd_init.h - what the menu shares with `chibo khoi-tao`. */
#ifndef CHIBO_CMD_INIT_H
#define CHIBO_CMD_INIT_H

#include "../proto/invite.h"
#include "cmd.h"

/* A new book, open for writing; NULL: the default. Says in env->why what is wrong. */
MUST_CHECK enum err cmd_init_create(struct cmd_env *env, const char *code, const char *name);
/* Enrols the open book and syncs once. */
MUST_CHECK enum err cmd_init_join(struct cmd_env *env, const struct invite *invite);

#endif
