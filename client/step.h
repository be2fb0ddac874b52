/* step.h - the last things that were written on this device, so that each can be taken back as a whole.
 *
 * A step is what one transaction wrote: one record, a roll call, one answer. Of each change it keeps where it lies and
 * what it is about; of the values only marks (truncated hashes), by which the undo finds them again in the record's
 * history: nothing that is erased there stays readable here. The last STEPS_MAX are kept. */
#ifndef CHIBO_STEP_H
#define CHIBO_STEP_H

#include "book.h"

#define STEPS_MAX 16
#define STEP_CHANGES_MAX 512 /* of a larger one (an import), or a resend, only the numbers: it goes while unsent */
#define STEP_MARK_SIZE 16

struct step_mark {
    uint8_t b[STEP_MARK_SIZE];
};

struct step_value {
    uint32_t tag;
    bool had;                /* there was a value before; of a list: the element was there */
    struct step_mark ours, before;
};

struct step_change {
    uint16_t scope_number;
    uint32_t number;         /* of its row in `pending`, while unsealed */
    uint32_t kind;
    struct id record;
    enum op op;
    size_t first, values;    /* in step.value */
};

struct step {
    uint64_t index;          /* ascending */
    uint32_t number, count;  /* rows in `pending`: the first, and how many */
    size_t changes;          /* 0: too many to be kept */
    struct step_change *change;
    struct step_value *value;
};

struct step_mark step_mark(uint32_t tag, struct bytes value);

/* replica_record and replica_close, noted for the step of the open transaction. */
MUST_CHECK enum err step_record(struct book *b, const struct scope *s, struct change *c);
MUST_CHECK enum err step_close(struct book *b, const struct scope *s, uint32_t kind, const struct id *record,
                               uint64_t to, unsigned *changes);
/* For book.c: the step begins, and is kept with what it is about. */
void step_begin(struct book *b);
MUST_CHECK enum err step_keep(struct book *b);

/* The newest that was not taken back. ERR_NOT_FOUND. */
MUST_CHECK enum err step_newest(struct book *b, struct step *out);
void step_deinit(struct step *s);
MUST_CHECK enum err step_forget(struct book *b, const struct step *s);

#endif
