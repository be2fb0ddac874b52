/* cmd_report.h - `chibod bao-cao FOLDER PERIOD`: the lines of a report, of one cell or of all and their sum. */
#ifndef CHIBO_CMD_REPORT_H
#define CHIBO_CMD_REPORT_H

#include "cmd_call.h"

extern const struct opt_table cmd_report_table;
enum err cmd_report(struct call *c);

#endif
