/* print_history.h - who wrote what, when: the other values of a conflict, and all changes of a record. For print.c. */
#ifndef CHIBO_PRINT_HISTORY_H
#define CHIBO_PRINT_HISTORY_H

#include "print.h"

/* "conflicts" and "history", as members of the object that is open. */
MUST_CHECK enum err print_history_conflicts_json(struct print *p, const struct view *v, struct json *j);
MUST_CHECK enum err print_history_json(struct print *p, const struct view *v, struct json *j);
MUST_CHECK enum err print_history_conflicts(struct print *p, const struct view *v, struct buf *out);
MUST_CHECK enum err print_history(struct print *p, const struct view *v, struct buf *out);

#endif
