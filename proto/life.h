/* life.h - what may become of a record, by its kind: the rows of life.def. Pure. */
#ifndef CHIBO_LIFE_H
#define CHIBO_LIFE_H

#include "part.h"
#include "schema.h"

enum life { LIFE_NONE = 0, LIFE_VOID = 1, LIFE_SIGNED = 2, LIFE_PLACED = 4, LIFE_FILE = 8 };

/* Has the kind this flag? */
bool life_is(const struct kind_info *k, enum life flag);

#define LIFE_STEP_SUBMITTED 1
#define LIFE_STEP_LOCKED 3
#define LIFE_STEP_ARCHIVED 4 /* of what is signed: the ward has received it */

/* How a record of a kind with LIFE_FILE goes on. */
struct life_move {
    const char *name;  /* "submit" */
    uint64_t from, to; /* steps */
    bool next_round;   /* it is sent back */
    bool by_ward;
};
extern const struct life_move life_moves[];
extern const size_t life_move_count;

/* The row that leads from a state to another; NULL: none does. */
const struct life_move *life_move(uint64_t round, uint64_t step, uint64_t to_round, uint64_t to_step);
/* Whether one would, wherever it came from: to this step, and by whom. NULL: none. */
const struct life_move *life_move_to(uint64_t to_round, uint64_t to_step);
/* A field in which the level above says its word: it may while the record is with it. */
bool life_is_word_from_above(const struct field_info *f);

/* Does this change say that the ward has received what is signed, and nothing else? Its row is "archive". */
bool life_receives(const struct change *c);

/* Of a record that is a FILE: would this change write what is submitted or locked, or take it where no row leads? */
bool life_closes(const struct part *p, const struct change *c);

#endif
