/* cmd_moves.h - `chibod chuyen`, `tiep-nhan`, `dang-chuyen`, `quyet-dinh`: members who change cells, and the list of
 * all that was decided about cells and members. */
#ifndef CHIBO_CMD_MOVES_H
#define CHIBO_CMD_MOVES_H

#include "cmd_call.h"

extern const struct opt_table cmd_move_table, cmd_receive_table, cmd_transit_table, cmd_decisions_table;

enum err cmd_move(struct call *c);
enum err cmd_receive(struct call *c);
enum err cmd_transit(struct call *c);
enum err cmd_decisions(struct call *c);

#endif
