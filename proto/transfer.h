/* transfer.h - who is on his way from one cell to another: introduced, and not yet received there (domain: giới thiệu
 * đi, tiếp nhận). Until then he counts where he was.
 *
 * Two sources say so, and are one matter where they speak of one person: a line in the cell's register of introductions
 * (kind transfer, written by ward_transfer.h) that is not closed; and, as in the match of registers (quarter.h), a
 * membership that the ward ended, giving no reason, while he counts nowhere else. The latter alone is looked at no
 * longer than the match does: the quarter of the day and the one before. */
#ifndef CHIBO_TRANSFER_H
#define CHIBO_TRANSFER_H

#include "quarter.h"

#define TRANSFER_DAYS_TO_PRESENT 30
enum transfer_way { TRANSFER_OUT = 1, TRANSFER_IN = 2 };

struct transfer {
    struct id member;
    struct id from, to;      /* organisations; `to` zero: nobody said where */
    struct id out, in;       /* the two lines; zero: there are none */
    uint32_t left, due;      /* dates; due 0: the day he left is not known */
    uint32_t received;       /* 0: the other cell has not said so */
    bool gone;               /* his membership at `from` is over: no count of memberships in force has him */
    char letter[104];
    char name[QUARTER_NAME_SIZE];
};

uint32_t transfer_due(uint32_t left); /* 0: left is not a whole date */
/* Since when a membership that ended without a reason is looked at: the first day of the quarter before this day's. */
uint32_t transfer_carried(uint32_t today);
/* The id of a line in a cell's register. */
struct id transfer_line_id(const struct id *org, const struct id *member, uint32_t left);
/* One line of a register. false: the part is of something else. *closed: the matter is over. */
bool transfer_read(const struct part *p, struct transfer *out, enum transfer_way *way, bool *closed);
/* Whom a line is about. ERR_NOT_FOUND. */
MUST_CHECK enum err transfer_line_member(struct txn *txn, const struct id *line, struct id *member);
/* The name as the ward has it; "" if it has none. */
void transfer_name(const struct quarter_book *b, const struct id *member, char out[QUARTER_NAME_SIZE]);
/* *out: struct transfer[], ascending by the day they left. Reads the parts of the whole ward. */
MUST_CHECK enum err transfer_list(struct txn *txn, uint32_t today, struct buf *out);

#endif
