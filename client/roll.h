/* roll.h - the roll of one meeting: who is on it, what was called before, what will probably be said again, and the
 * half-way answers that outlive a closed window. */
#ifndef CHIBO_ROLL_H
#define CHIBO_ROLL_H

#include "choice.h"
#include "cmd.h"

#define ROLL_PRESENT "present"

struct roll_mark {
    const char *mark; /* an identifier of the field; NULL: not called yet */
    struct buf reason;
    bool write;       /* it is not what the book says */
    bool hinted;      /* absent at the meeting this one is like, or in answers left half-way: */
    const char *hint; /* then: the mark, NULL where the reason was not told yet */
    struct buf hint_reason;
};

struct roll {
    struct cmd_env *env;
    struct id meeting;
    struct choice members; /* of the cell on the meeting's day */
    struct roll_mark *of;  /* by member */
    size_t exempt;         /* so many are, by a resolution that covers the day; whoever of them comes is present */
    bool again;            /* this meeting's roll was called before */
    bool half_way;         /* the hints are answers of before */
};

/* like: hints from this meeting's roll, if any; NULL: none. ERR_NOT_FOUND, explained: there are no members. */
MUST_CHECK enum err roll_load(struct roll *r, struct cmd_env *env, const struct id *meeting, const struct id *like);
void roll_deinit(struct roll *r);
bool roll_is(const struct roll_mark *m, const char *mark);
/* What is known so far of those named: durable, until the roll is saved. */
MUST_CHECK enum err roll_keep(struct roll *r, const bool *named, const bool *told);
/* One attendance record for each member that has something to be written, all in one transaction. */
MUST_CHECK enum err roll_save(struct roll *r);

#endif
