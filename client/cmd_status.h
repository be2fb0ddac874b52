/* cmd_status.h - what the menu shares with `chibo tinh-trang`. */
#ifndef CHIBO_CMD_STATUS_H
#define CHIBO_CMD_STATUS_H

#include "cmd.h"

/* "not exchanged for 6 days", of the transaction that is open or was last. */
void cmd_status_age(const struct book *b, struct buf *out);

#endif
