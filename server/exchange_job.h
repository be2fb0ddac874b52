/* exchange_job.h - one job of a file's exchange as bytes, on its way from the operator's process to whoever writes the
 * store. Both are the same program (admin.h sees to that); only jobs of the ward are let through. */
#ifndef CHIBO_EXCHANGE_JOB_H
#define CHIBO_EXCHANGE_JOB_H

#include "../proto/ward.h"

void exchange_job_encode(const struct work *job, struct buf *out);
/* Runs it inside a write transaction; row gets what exchange_job_take reads. The store's errors are returned. */
MUST_CHECK enum err exchange_job_run(struct txn *txn, const struct ward *w, struct bytes request, uint64_t now_s,
                                     struct buf *row);
/* The results into the job that was encoded. The job's own error, or ERR_BAD_FRAME. */
MUST_CHECK enum err exchange_job_take(struct work *job, struct bytes row);

#endif
