/* html.h - what a page is written with. Text comes in through html_text alone, which leaves nothing in it that a
 * browser could take for markup, in an element as well as in a quoted attribute. All append to a buffer. */
#ifndef CHIBO_HTML_H
#define CHIBO_HTML_H

#include "../../common/buf.h"

/* Anybody's text: & < > " ' become references; what text_show replaces (control characters, those that turn the
 * direction of writing, what is no UTF-8) becomes ?. Line ends stay. */
void html_text(struct buf *out, struct bytes text);
void html_str(struct buf *out, const char *text); /* the same of a C string */
/* Our own markup, as it is. */
void html_put(struct buf *out, const char *markup);
/* ` name="value"`, the value as text. */
void html_attr(struct buf *out, const char *name, const char *value);
/* <tag class="class">text</tag>; class NULL: none. */
void html_element(struct buf *out, const char *tag, const char *class, const char *text);
/* <a href="…">text</a> */
void html_link(struct buf *out, const char *href, const char *text);

#endif
