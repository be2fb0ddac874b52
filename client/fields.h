/* fields.h - what is to be written into one record, as typed: a value for each field of its kind that was given. */
#ifndef CHIBO_FIELDS_H
#define CHIBO_FIELDS_H

#include "entry.h"

struct fields_value {
    bool given;        /* typed; what was derived has a count and is not given */
    bool clear;        /* emptied; of a list: before what follows is added */
    size_t count;      /* elements in value; 1 for no list */
    struct buf value;  /* encoded, elements one after the other */
};

struct fields {
    const struct kind_info *kind;
    struct fields_value value[CHANGE_TRIPLES_MAX]; /* in the order of kind->field */
};

void fields_init(struct fields *f, const struct kind_info *kind);
void fields_deinit(struct fields *f);

/* Text for one field; empty text clears it; for a list it is one more element. ERR_USAGE when a field that is no
 * list was given already; else errors of entry_parse. why as there. */
MUST_CHECK enum err fields_set(struct fields *f, const struct field_info *field, const char *text, uint32_t today,
                               const struct entry_refs *refs, char why[ENTRY_WHY_SIZE]);
struct fields_value *fields_value(struct fields *f, const struct field_info *field);
/* Fills in what another field says: the year of a paper. fields_set does. */
void fields_derive(struct fields *f);
/* Appends the value as a change holds it: of a list, an array; nil when it was cleared and nothing added. */
void fields_encode(const struct field_info *field, const struct fields_value *v, struct buf *out);
/* The first required field, at or after `from` in the kind's order, that was not given; NULL: none. */
const struct field_info *fields_missing(const struct fields *f, size_t from);

#endif
