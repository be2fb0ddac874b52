/* param.h - what a form of a page sends: names and values, application/x-www-form-urlencoded, in the order sent.
 *
 * Line ends become \n and tabs blanks: browsers send CRLF. Nothing else is changed; what a value means is judged where
 * it is used. */
#ifndef CHIBO_PARAM_H
#define CHIBO_PARAM_H

#include "../../common/buf.h"
#include "../../common/err.h"

#define PARAM_COUNT_MAX 8192 /* a roll of 500 persons has four each; nothing of ours has more */

struct param {
    const char *name, *value; /* NUL-terminated, in the owner's memory */
};

struct params {
    size_t count;
    struct param *item;
    struct buf text;
};

/* ERR_BAD_VALUE: a % without two digits, or a NUL; ERR_TOO_LONG: more than PARAM_COUNT_MAX. param_deinit in any
 * case. */
MUST_CHECK enum err param_parse(struct bytes encoded, struct params *out);
void param_deinit(struct params *p);

const char *param_get(const struct params *p, const char *name); /* the first of that name; "" where there is none */
bool param_given(const struct params *p, const char *name);
/* All values of that name one by one: *at is 0 at first; NULL after the last. */
const char *param_next(const struct params *p, const char *name, size_t *at);

#endif
