/* past.h - what became of each value that was ever written into a record: does it count, stand beside, or who took its
 * place. The history is folded once more, step by step, and each step is looked at. Needs the open transaction. */
#ifndef CHIBO_PAST_H
#define CHIBO_PAST_H

#include "book.h"

enum past_fate {
    PAST_COUNTS,  /* it is the value */
    PAST_BESIDE,  /* it stands beside the one that counts */
    PAST_COVERED, /* somebody who saw it wrote another */
    PAST_SETTLED, /* it was one of several, and a person chose */
    PAST_REPLACED, /* a resolution, and another person's of the same conflict came later */
    PAST_NOTHING  /* an element of a list that was taken out, or a word that changed nothing */
};

/* One value of one change. */
struct past_value {
    struct version version;
    uint32_t tag;
    uint16_t scope_number;
    struct id device, person;
    uint64_t time, accepted;
    enum quality quality;
    struct buf base, value;
    enum past_fate fate;
    size_t by; /* COVERED, SETTLED, REPLACED: the index of the value that took its place */
};

struct past {
    size_t count, cap;
    struct past_value *value; /* scope by scope, in the order of the log, drafts last */
};

MUST_CHECK enum err past_load(struct past *p, struct book *b, uint32_t kind, const struct id *record);
void past_deinit(struct past *p);

/* The value this version wrote into this field; NULL: not known here. */
const struct past_value *past_find(const struct past *p, uint32_t tag, struct bytes version);
/* Of a candidate: the first of its versions that is known; the one by this device before all others. NULL: none. */
const struct past_value *past_of(const struct past *p, uint32_t tag, const struct candidate *c,
                                 const struct id *device);
/* What all candidates' authors had seen last: the newest value that is behind all of them. NULL: there is none. */
const struct past_value *past_base(const struct past *p, const struct entry *e);

#endif
