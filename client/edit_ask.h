/* edit_ask.h - a record that is there, field by field at the terminal: Enter keeps what it says. */
#ifndef CHIBO_EDIT_ASK_H
#define CHIBO_EDIT_ASK_H

#include "form.h"

struct edit_ask {
    struct cmd_env *env;
    struct form form;
    struct buf before[CHANGE_TRIPLES_MAX]; /* the answers that stood there */
    bool left;                             /* `<` at the first question, or nobody there any more: nothing is written */
};

/* typed: the record, as refs_find takes it. What is set once is not asked. No transaction may be open. */
MUST_CHECK enum err edit_ask(struct edit_ask *a, struct cmd_env *env, const char *typed);
void edit_ask_deinit(struct edit_ask *a); /* left stays */
/* Only what was answered otherwise; in a transaction, with which the half-way answers go. */
MUST_CHECK enum err edit_ask_fields(struct edit_ask *a, struct fields *out);

#endif
