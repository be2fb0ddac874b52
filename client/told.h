/* told.h - the ward's word on what was written here: what it refused, why and by whom, and what became of each
 * change. */
#ifndef CHIBO_TOLD_H
#define CHIBO_TOLD_H

#include "../common/json.h"
#include "../proto/replica_verdict.h"
#include "link.h"
#include "past.h"

struct print;

/* One word for a change in the history: unsent sending held accepted merged superseded. merged: it stands, beside or
 * together with what others wrote; superseded: others wrote over all of it. */
const char *told_verdict(const struct past *past, const struct history_change *h);
const char *told_verdict_label(const char *verdict); /* msgid */

/* One change that was refused, or is held and known by this alone ("verdict":"held"):
 * {"number","id","record","kind","op","verdict":"refused","reason","message","text","by",
 * "time","fields"} without the braces; as lines of text, indented. */
void told_refused_json(struct print *p, const struct replica_verdict *v, struct json *j);
void told_refused_text(struct print *p, const struct replica_verdict *v, struct buf *out);

/* Those about one record, for its history. j or out is NULL. */
MUST_CHECK enum err told_of_record(struct print *p, const struct view *v, struct json *j, struct buf *out);

/* The reasons of what was held or refused since the book gave number `from`, into the report. */
MUST_CHECK enum err told_mark(struct book *b, uint32_t *from);
MUST_CHECK enum err told_since(struct book *b, uint32_t from, struct link_report *r);

#endif
