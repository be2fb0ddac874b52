/* cmd_exchange.h - `chibod trao-doi`: reads a cell's file, writes the answer for it. */
#ifndef CHIBO_CMD_EXCHANGE_H
#define CHIBO_CMD_EXCHANGE_H

#include "../common/buf.h"
#include "../common/err.h"

/* What it says goes to out. *about: the path an error is about; *step: what would be right (translated), or NULL. */
MUST_CHECK enum err cmd_exchange(const char *dir, const char *from, const char *to, bool json, struct buf *out,
                                 const char **about, const char **step);

#endif
