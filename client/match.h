/* match.h - the quarterly match of registers in this book (proto/quarter.h): the ward's record of it, version by
 * version, beside what the book says now; explaining lines, and signing.
 *
 * A line is named as it is printed: "3" of the record, "1.3" of its first supplement. Needs the open transaction. */
#ifndef CHIBO_MATCH_H
#define CHIBO_MATCH_H

#include "../proto/quarter_text.h"
#include "../proto/rights.h"
#include "cmd.h"
#include "print.h"

struct match {
    struct cmd_env *env;
    const struct kind_info *kind;
    struct org org;
    uint32_t period;
    enum role role;            /* of this book's keeper, here */
    struct buf versions;       /* struct view[], 0 first */
    struct quarter_sum sum;    /* what they say together */
    struct quarter_result now; /* what this book says, drafts and all; nothing of other cells */
};

/* org NULL: the keeper's own. ERR_NOT_READABLE: its officers' book is not here. match_deinit in any case. */
MUST_CHECK enum err match_load(struct match *m, struct cmd_env *env, const struct id *org, uint32_t period);
void match_deinit(struct match *m);

size_t match_count(const struct match *m);
const struct view *match_version(const struct match *m, size_t version);
const struct entry *match_entry(const struct match *m, size_t version, const char *field); /* NULL: none */
struct bytes match_text(const struct match *m, size_t version, const char *field);         /* empty: none */
uint32_t match_date(const struct match *m, size_t version, const char *field);             /* 0: none */
/* The i-th explanation of a line; false: there are no more. */
bool match_why(const struct match *m, size_t version, unsigned line, size_t i, struct bytes *text);
/* Lines that want an explanation and have none; names, if not NULL, gets how they are called. */
uint64_t match_open(const struct match *m, size_t version, struct buf *names);

/* In a transaction for writing. "3=TEXT"; an empty text takes the explanation back. ERR_NO_SUCH_RECORD: nothing to
 * explain yet, or no such line. ERR_FROZEN: signed. */
MUST_CHECK enum err match_explain(struct match *m, const char *word);
/* Every version this side has not signed. ERR_DIFFERS: lines are left. ERR_NOT_ALLOWED. */
MUST_CHECK enum err match_sign(struct match *m);

/* match_print.c */
MUST_CHECK enum err match_page(struct match *m, struct print *p, struct buf *out);
MUST_CHECK enum err match_json(struct match *m, struct print *p, struct buf *out);

#endif
