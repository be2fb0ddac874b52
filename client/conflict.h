/* conflict.h - fields that wait for a person: which they are, whose value is whose, and how one is settled.
 *
 * A field waits when two people wrote it without having seen each other and its merge class asks (domain of the class:
 * ask; owner, where the values are of equal right or this book's keeper is the owner). In all other classes the fold
 * decides and the history keeps the rest. Needs the open transaction. */
#ifndef CHIBO_CONFLICT_H
#define CHIBO_CONFLICT_H

#include "past.h"
#include "record.h"

/* Does this field of the record wait? */
bool conflict_waits(struct book *b, const struct view *v, const struct field_info *f);
size_t conflict_count(struct book *b, const struct view *v); /* that wait; and the record itself, if it was made
                                                                void and came back */
/* After an exchange, in transactions of its own. All records are looked at only if something `moved`. */
MUST_CHECK enum err conflict_count_all(struct book *b, bool moved, uint64_t *records);

/* One field with several values. `mine`: the candidate that was written here, else the one that counts. */
struct conflict {
    const struct field_info *field;
    const struct entry *entry;
    const struct past_value *base; /* NULL: nobody had seen anything */
    size_t mine;
};
void conflict_look(struct conflict *c, struct book *b, const struct view *v, const struct past *p,
                   const struct field_info *f);

/* Gives f what one candidate's author wrote, in this field and in those that mean something only together with it. */
void conflict_take(const struct view *v, const struct conflict *c, size_t candidate, struct fields *f);
/* Gives f another value for this field alone; where its group has no value yet, the ones that count. ERR_BAD_VALUE … as
 * fields_set. */
MUST_CHECK enum err conflict_retype(const struct view *v, const struct conflict *c, const char *text, uint32_t today,
                                    const struct entry_refs *refs, struct fields *f, char why[ENTRY_WHY_SIZE]);

#endif
