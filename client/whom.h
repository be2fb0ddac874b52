/* whom.h - about whom is this? What tells persons of one name apart, shown before something is written about one of
 * them: when two members are linked, and when the home cell comments on a member who works elsewhere (a comment is
 * about a link, the link about a member: it is easily taken for that of his homonym). Needs the open transaction, but
 * for the question. */
#ifndef CHIBO_WHOM_H
#define CHIBO_WHOM_H

#include "cmd.h"
#include "fields.h"
#include "print.h"

/* "Lò Văn Thử · 1961 · teacher · CB-014": name, birth, occupation, address, cell. born: the encoded date, for
 * comparing; may be NULL. ERR_NOT_FOUND: this book does not hold him. */
MUST_CHECK enum err whom_describe(struct refs *r, const struct id *member, struct buf *born, struct buf *line);

/* Before a comment on this link (residence_link) is written. line: the member with his cell at work; nothing if this
 * book does not hold them. namesakes: other members of the same folded name in this book, linked ones not counted. */
struct whom {
    struct buf line;
    size_t namesakes;
};
MUST_CHECK enum err whom_of_link(struct print *p, const struct id *link, struct whom *w);
void whom_deinit(struct whom *w);

/* Of a new record: nothing but for a comment. At a terminal it is shown and asked; elsewhere it is said where there are
 * namesakes. Opens a transaction of its own. ERR_BAD_VALUE: it is about somebody else, so nothing is written. */
MUST_CHECK enum err whom_ask(struct cmd_env *env, struct fields *f);
/* Of a comment that is changed: it is said, at a terminal and where there are namesakes. */
MUST_CHECK enum err whom_say(struct cmd_env *env, const struct id *comment);

#endif
