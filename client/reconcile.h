/* reconcile.h - is this book what it was, and what the ward has? Damage is put right: what follows from the log is made
 * anew here, leaves of the log come from the ward (proto/replica_repair.h). Each step is durable by itself, so that it
 * may be interrupted anywhere and run again, also from a timer. */
#ifndef CHIBO_RECONCILE_H
#define CHIBO_RECONCILE_H

#include "link.h"

struct reconcile_report {
    uint64_t scopes, leaves;
    uint64_t rows;      /* that could not be read, and follow from leaves or will come */
    uint64_t leaves_bad; /* of the first look */
    uint64_t folded;    /* scopes whose state was made anew */
    uint64_t left;      /* leaves that are still damaged */
    uint64_t aside;     /* rows that nobody else has; they could not be read and are kept aside */
    struct buf names;   /* of their tables */
    bool compared;      /* with the ward, to the end */
    bool states_differ; /* and the ward folds the same log to another state */
    struct link_report link;
};
void reconcile_report_deinit(struct reconcile_report *r);

/* The book is open for writing. ERR_OK: it went to its end, whatever it found. A book that has no ward is looked at
 * alone. Errors are those of link_sync. */
MUST_CHECK enum err reconcile_run(struct book *b, const struct tls_api *api, struct reconcile_report *r);

#endif
