/* cmd_reconcile.h - `chibod doi-khop FOLDER [--quy Q/YYYY]`. */
#ifndef CHIBO_CMD_RECONCILE_H
#define CHIBO_CMD_RECONCILE_H

#include "cmd_call.h"

extern const struct opt_table cmd_reconcile_table;
enum err cmd_reconcile(struct call *c);

/* cmd_mend.c: the technical match: the store read whole, and put right. */
enum err cmd_mend(struct call *c);
/* cmd_quarter.c: the registers of all cells, as of the end of this quarter. */
enum err cmd_quarter(struct call *c, uint32_t period);

#endif
