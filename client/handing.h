/* handing.h - one version of a report as a record: its form, period, cut-off and lines of figures (supplement.h says
 * how versions follow one another). Needs the open write transaction. */
#ifndef CHIBO_HANDING_H
#define CHIBO_HANDING_H

#include "cmd.h"
#include "print.h"
#include "record.h"

struct handing {
    const struct id *org; /* NULL: this book's own */
    const char *form;
    uint32_t period;
    uint64_t version;
    const char *figures;
};

/* Cut off today, and without the narrative: whoever signs for it says what he has to say. Explains its errors. */
MUST_CHECK enum err handing_write(struct cmd_env *env, struct print *p, const struct handing *h,
                                  struct record_written *w);
/* The record of this version, if it is there. ERR_NOT_FOUND. */
MUST_CHECK enum err handing_find(struct cmd_env *env, struct print *p, const struct handing *h, struct id *out);

#endif
