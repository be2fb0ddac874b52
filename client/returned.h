/* returned.h - a draft that was made void while somebody else wrote to it: it stands, and waits for a person to say
 * whether it should. Needs the open transaction, but for the question. */
#ifndef CHIBO_RETURNED_H
#define CHIBO_RETURNED_H

#include "cmd.h"
#include "past.h"
#include "print.h"

/* One line of `chibo xung-dot`: which record, who made it void and when. */
void returned_json(struct print *p, const struct view *v, const struct past *past, uint64_t number, struct buf *out);
void returned_text(struct print *p, const struct view *v, const struct past *past, uint64_t number, struct buf *out);
/* Asks, with one key; writes what was chosen in a transaction of its own. False: nobody is there, or enough. */
bool returned_ask(struct cmd_env *env, uint32_t kind, const struct id *record, uint64_t number, enum err *e);

#endif
