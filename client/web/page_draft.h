/* page_draft.h - a form of a page while it is filled in: what was typed, what is wrong with it, and what it would be.
 * Shared by a new record and by changes of one. Every button keeps what was typed in the book before anything else. */
#ifndef CHIBO_PAGE_DRAFT_H
#define CHIBO_PAGE_DRAFT_H

#include "../form.h"
#include "page_field.h"

#define PAGE_DRAFT_SAVE "ghi"
#define PAGE_DRAFT_KEEP "giu"
#define PAGE_DRAFT_DROP "bo"

struct page_draft {
    struct page *page;
    struct form form;
    struct fields fields;                         /* what was typed, as values */
    struct buf before[CHANGE_TRIPLES_MAX];        /* of a change: what stood there when the page was drawn */
    struct buf why[CHANGE_TRIPLES_MAX], echo[CHANGE_TRIPLES_MAX];
    bool fixed[CHANGE_TRIPLES_MAX];               /* shown, not to be changed */
    bool change;                                  /* of a record that is there */
    bool recalled;                                /* answers were half-way */
    bool sure;                                    /* the next time it is recorded without a question */
    size_t wrong;
};

void page_draft_init(struct page_draft *d, struct page *p, const struct kind_info *k);
void page_draft_deinit(struct page_draft *d);
/* The answers that were sent. */
void page_draft_take(struct page_draft *d);
/* Reads the answers of these fields (only NULL: of all) into d->fields, with why and echo; missing: what is required
 * and empty is wrong too. Needs a transaction. */
void page_draft_check(struct page_draft *d, const bool *only, bool missing);
/* A sentence about one field. */
void page_draft_blame(struct page_draft *d, const struct field_info *f, enum err e, const char *why);
/* The form with its buttons, behind what stands in the body. Needs a transaction. */
MUST_CHECK enum err page_draft_put(struct page_draft *d, const char *path, const char *rest);
bool page_draft_wants(const struct page_draft *d, const char *what); /* PAGE_DRAFT_…: which button was it? */
/* The form that was sent was saved before: goes on to its record. */
bool page_draft_was_saved(struct page_draft *d);
/* It is saved now: what is to be said of it on the record's page, and on to there. */
void page_draft_saved(struct page_draft *d, const struct record_written *w);

#endif
