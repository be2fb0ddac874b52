/* page_field.h - one field of the schema table as an input of a page: the same table as the prompts are asked from.
 *
 * Names: "f." and the field's name; "o." and its name holds what stood there when the page was drawn. Records are
 * chosen by name from those of the person's own cell; where there are more than anybody looks through, a name is
 * typed. */
#ifndef CHIBO_PAGE_FIELD_H
#define CHIBO_PAGE_FIELD_H

#include "../choice.h"
#include "page.h"

#define PAGE_FIELD_KINDS 6 /* kinds that the fields of one kind refer to; one more is typed */

/* What can be chosen, by the kind referred to. */
struct page_field_choices {
    size_t count;
    struct {
        const char *kind;
        struct choice choice;
    } item[PAGE_FIELD_KINDS];
};

struct page_field {
    const struct field_info *info;
    const char *answer;   /* as it was typed; of a list one element a line */
    const char *before;   /* what stood there; NULL: a new record */
    const char *why;      /* what is wrong; "": nothing */
    const char *echo;     /* how it was understood; "": nothing to say */
    bool focus;
};

void page_field_choices_deinit(struct page_field_choices *c);
/* Needs the open transaction. */
MUST_CHECK enum err page_field_put(struct page *p, struct refs *refs, struct page_field_choices *c,
                                   const struct page_field *f);
/* Appends the values of this field that were sent, as an answer (form.h). */
void page_field_take(const struct params *form, const struct field_info *f, struct buf *answer);
/* Appends a stored value as an answer that would be read as the same value. */
void page_field_answer(const struct field_info *f, const struct entry *e, struct refs *refs, struct buf *answer);
bool page_field_typed(const struct field_info *f); /* can a person write it? */

#endif
