/* store_thread.h - the one thread that writes the ward's store: it gathers what waits into one durable transaction.
 *
 *   loop:   store_thread_put(job) ----------------------------> queue
 *   thread:                          takes up to STORE_BATCH_COST, one transaction, run() each in order, commit
 *   loop:   job->done(job) <-- uv_async -- only after the commit is durable
 *
 * Jobs run in the order they were put, and their done() is called in that order. A run() that fails (it may only
 * return errors of the store, class MACHINE or CORRUPT), or a commit for which there is no space, takes the whole
 * transaction back; then each job of the batch gets its turn alone, so that the disk that is full for one, or a damaged
 * row that one needs, fails this one and no other. A transaction that wrote nothing costs no sync (LMDB sees to that).
 *
 * ERR_IO, and any failure of a commit but ERR_NO_SPACE, means that nobody knows what is on the disk: on_lost is
 * called on the loop's thread, no job of that batch or after it is ever done, and the process must end at once
 * (crash-only). */
#ifndef CHIBO_STORE_THREAD_H
#define CHIBO_STORE_THREAD_H

#include "../common/base.h"
#include "../common/err.h"
#include "../proto/store.h"

/* About 1,000 changes at 380 bytes each: kv.h keeps room for 8 MiB of dirty pages, and a commit takes milliseconds.
 * */
#define STORE_BATCH_COST 1024
#define STORE_COST_BYTES 384 /* input that counts as one */

struct uv_loop_s;
struct safe;
struct store_thread;

struct store_job {
    /* On the store's thread. now_s: the transaction's time. */
    enum err (*run)(struct store_job *job, struct txn *txn, uint64_t now_s);
    /* On the store's thread: the job's transaction was taken back, or could not begin. What run() changed outside the
     * store must be as before it, for all jobs of the transaction in reverse order. e: why the job has failed for
     * good, or ERR_OK when it will be run again. */
    void (*undo)(struct store_job *job, enum err e);
    /* On the loop's thread; job->err is ERR_OK, or why nothing of it was written. The job is its owner's again. */
    void (*done)(struct store_job *job);
    size_t cost; /* input bytes / STORE_COST_BYTES; one more is added */
    enum err err;
    struct store_job *next, *previous; /* the thread's */
};

/* Counts since the start, for the operator and for tests. */
struct store_thread_stats {
    uint64_t jobs;
    uint64_t batches;
    uint64_t alone; /* jobs that were run again by themselves */
};

/* safe: open for writing, used by this thread alone until store_thread_free. */
struct store_thread *store_thread_new(struct uv_loop_s *loop, struct safe *safe,
                                      void (*on_lost)(void *user, enum err e), void *user);
/* On the loop's thread: jobs linked by `next`, in order. What is put at once stands in one transaction, if its cost
 * lets it: so the end of a flight and its answer cost one commit. */
void store_thread_put(struct store_thread *t, struct store_job *first);
bool store_thread_idle(const struct store_thread *t);                 /* no job is waiting, running or undelivered */
struct store_thread_stats store_thread_stats(struct store_thread *t);
/* When idle: ends the thread; gone, with its handle, once stopped() is called. Once. */
void store_thread_stop(struct store_thread *t, void (*stopped)(void *user), void *user);

#endif
