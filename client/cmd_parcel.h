/* cmd_parcel.h - `chibo dong-bo --ra-tep F` and `--tu-tep F`: the exchange goes by file. */
#ifndef CHIBO_CMD_PARCEL_H
#define CHIBO_CMD_PARCEL_H

#include "cmd.h"

MUST_CHECK enum err cmd_parcel_write(struct cmd_env *env, const char *path);
MUST_CHECK enum err cmd_parcel_read(struct cmd_env *env, const char *path);

#endif
