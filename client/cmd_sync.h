/* cmd_sync.h - what init and the menu share with `chibo dong-bo`. */
#ifndef CHIBO_CMD_SYNC_H
#define CHIBO_CMD_SYNC_H

#include "cmd.h"
#include "link.h"

void cmd_sync_print(const struct link_report *r, bool json, struct buf *out);
const char *cmd_sync_next_step(enum err e); /* a sentence in the language of the person: what to do about it, or "" */
enum err cmd_sync_explain(struct cmd_env *env, enum err e, const struct link_report *r); /* sets env->why; returns e */

#endif
