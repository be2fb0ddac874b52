/* page_seen.h - what a person saw when a button was drawn: a fingerprint of the record in the form. Whoever signs,
 * makes void or settles does it for what stood on the page; if it is another by then, the page is shown anew. */
#ifndef CHIBO_PAGE_SEEN_H
#define CHIBO_PAGE_SEEN_H

#include "../print.h"
#include "page.h"

MUST_CHECK enum err page_seen(struct print *print, const struct view *v, char seen[GUARD_TEXT_SIZE]);
void page_seen_put(struct page *p, const char *seen);
/* ERR_STALE_BASE: the form that was sent is of another text. */
MUST_CHECK enum err page_seen_check(struct page *p, struct print *print, const struct view *v);
/* The record's values as a table. */
void page_values(struct page *p, struct print *print, const struct view *v);

#endif
