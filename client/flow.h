/* flow.h - what is recorded one after the other in the menu: each flow is a table of rows, each row a form whose fields
 * are known from the rows before, a roll call, or a field that is asked again at the end. */
#ifndef CHIBO_FLOW_H
#define CHIBO_FLOW_H

#include "cmd.h"

enum flow_what {
    FLOW_FORM, /* a record of `kind` */
    FLOW_CALL, /* the roll call of the meeting */
    FLOW_LATE, /* `field` of the record written before, if it is empty; and `note` when there is a note about it */
};

enum flow_no { FLOW_STOP, FLOW_SKIP }; /* what "no" to the row's question means for the rest */

/* An answer that is known before: of the record of kind `from` in this flow its `value`, or it itself (NULL); without
 * `from` the words in `value`; with `month_of` today's month, or where it is like the last one that of this answer. It
 * is asked for all the same where `asked`. */
struct flow_known {
    const char *field, *from, *value, *month_of;
    bool asked;
};

#define FLOW_KNOWN_MAX 8

struct flow_row {
    enum flow_what what;
    const char *kind;
    const char *question; /* yes or no, asked first; NULL: none */
    enum flow_no no;
    bool repeated;        /* until the answer is no */
    const char *field, *note;          /* of FLOW_LATE */
    const char *const *like;       /* what Enter keeps is that of the last record of this kind: fields, up to NULL */
    const char *const *like_too;   /* where it is to be like that one, these too, */
    const char *const *like_asked; /* and only these are asked for */
    struct flow_known known[FLOW_KNOWN_MAX];
};

/* Each record is saved before the next row begins. Ends early at `<` or when nobody is there any more. */
MUST_CHECK enum err flow_run(struct cmd_env *env, const struct flow_row *rows, size_t count);

#endif
