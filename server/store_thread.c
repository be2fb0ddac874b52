/* store_thread.c - see store_thread.h. */
#include "store_thread.h"

#include <stdlib.h>
#include <uv.h>

#include "safe.h"
#include "server_clock.h"

struct job_list {
    struct store_job *first, **end;
};

struct store_thread {
    struct safe *safe;
    uv_thread_t thread;
    uv_async_t async;
    uv_mutex_t mutex; /* of all below, down to stats */
    uv_cond_t wanted;
    struct job_list queue, finished;
    bool stopping;
    enum err lost;
    struct store_thread_stats stats;
    size_t open_n; /* put and not done; the loop's */
    void (*on_lost)(void *user, enum err e);
    void (*stopped)(void *user);
    void *user, *stopped_user;
};

static void list_init(struct job_list *l)
{
    l->first = NULL;
    l->end = &l->first;
}

static void list_put(struct job_list *l, struct store_job *job)
{
    job->next = NULL;
    *l->end = job;
    l->end = &job->next;
}

static void list_move(struct job_list *to, struct job_list *from)
{
    if (from->first == NULL)
        return;
    *to->end = from->first;
    to->end = from->end;
    list_init(from);
}

/* ---- the thread ---- */

/* From the last that was run back to the first. */
static void undo_from(struct store_job *last, enum err e)
{
    for (; last != NULL; last = last->previous)
        last->undo(last, e);
}

/* Runs these jobs in one transaction. ERR_OK: durable. *unknown: so it may be, nobody knows. Else it was taken back. */
static enum err run_together(struct store_thread *t, struct store_job *first, bool *unknown)
{
    struct safe_txn txn;
    struct store_job *last = NULL;
    const uint64_t now_s = server_clock_s();
    enum err e = safe_begin(t->safe, true, &txn);
    const bool begun = e == ERR_OK;
    for (struct store_job *job = first; job != NULL && e == ERR_OK; job = job->next) {
        last = job;
        e = job->run(job, &txn.txn, now_s);
    }
    *unknown = e == ERR_IO;
    if (begun && e == ERR_OK) {
        e = safe_commit(&txn);
        *unknown = e != ERR_OK && e != ERR_NO_SPACE;
    } else if (begun) {
        safe_abort(&txn);
    }
    if (e != ERR_OK && !*unknown) {
        const bool alone = first->next == NULL;
        undo_from(alone ? first : last, alone ? e : ERR_OK);
    }
    return e;
}

/* Each by itself. The error that ends the process, or ERR_OK. */
static enum err run_alone(struct store_thread *t, struct store_job *first)
{
    for (struct store_job *job = first, *next; job != NULL; job = next) {
        bool unknown;
        next = job->next;
        job->next = job->previous = NULL;
        job->err = run_together(t, job, &unknown);
        job->next = next;
        if (unknown)
            return job->err;
        uv_mutex_lock(&t->mutex);
        t->stats.alone++;
        uv_mutex_unlock(&t->mutex);
    }
    return ERR_OK;
}

static enum err run_batch(struct store_thread *t, struct store_job *first)
{
    bool unknown;
    const enum err e = run_together(t, first, &unknown);
    if (unknown)
        return e;
    if (e != ERR_OK && first->next != NULL)
        return run_alone(t, first);
    for (struct store_job *job = first; job != NULL; job = job->next)
        job->err = e; /* ERR_OK, or there is only one */
    return ERR_OK;
}

/* Holding the mutex: what fits into one transaction, at least one job. */
static void take_batch(struct store_thread *t, struct job_list *batch)
{
    struct store_job *last = NULL;
    size_t cost = 0;
    list_init(batch);
    while (t->queue.first != NULL) {
        struct store_job *job = t->queue.first;
        if (batch->first != NULL && cost + job->cost + 1 > STORE_BATCH_COST)
            break;
        cost += job->cost + 1;
        t->queue.first = job->next;
        job->previous = last;
        last = job;
        list_put(batch, job);
    }
    if (t->queue.first == NULL)
        list_init(&t->queue);
}

static void thread_main(void *arg)
{
    struct store_thread *t = arg;
    struct job_list batch;
    uv_mutex_lock(&t->mutex);
    while (t->lost == ERR_OK) {
        while (t->queue.first == NULL && !t->stopping)
            uv_cond_wait(&t->wanted, &t->mutex);
        if (t->queue.first == NULL)
            break;
        take_batch(t, &batch);
        uv_mutex_unlock(&t->mutex);
        const enum err lost = run_batch(t, batch.first);
        uv_mutex_lock(&t->mutex);
        t->stats.batches++;
        t->lost = lost;
        if (lost == ERR_OK)
            list_move(&t->finished, &batch);
        uv_async_send(&t->async);
    }
    uv_mutex_unlock(&t->mutex);
}

/* ---- the loop ---- */

static void store_thread_on_async(uv_async_t *async)
{
    struct store_thread *t = async->data;
    struct job_list finished;
    list_init(&finished);
    uv_mutex_lock(&t->mutex);
    list_move(&finished, &t->finished);
    const enum err lost = t->lost;
    uv_mutex_unlock(&t->mutex);
    for (struct store_job *job = finished.first, *next; job != NULL; job = next) {
        next = job->next;
        job->next = NULL;
        assert(t->open_n > 0);
        t->open_n--;
        job->done(job);
    }
    if (lost != ERR_OK)
        t->on_lost(t->user, lost);
}

struct store_thread *store_thread_new(struct uv_loop_s *loop, struct safe *safe,
                                      void (*on_lost)(void *user, enum err e), void *user)
{
    struct store_thread *t = mem_alloc(sizeof(*t));
    t->safe = safe;
    t->on_lost = on_lost;
    t->user = user;
    list_init(&t->queue);
    list_init(&t->finished);
    int status = uv_mutex_init(&t->mutex);
    assert(status == 0);
    status = uv_cond_init(&t->wanted);
    assert(status == 0);
    status = uv_async_init(loop, &t->async, store_thread_on_async);
    assert(status == 0);
    t->async.data = t;
    status = uv_thread_create(&t->thread, thread_main, t);
    assert(status == 0);
    return t;
}

void store_thread_put(struct store_thread *t, struct store_job *first)
{
    if (first == NULL)
        return;
    uv_mutex_lock(&t->mutex);
    assert(!t->stopping);
    for (struct store_job *job = first, *next; job != NULL; job = next) {
        next = job->next;
        job->next = NULL;
        t->open_n++;
        t->stats.jobs++;
        list_put(&t->queue, job);
    }
    uv_cond_signal(&t->wanted);
    uv_mutex_unlock(&t->mutex);
}

bool store_thread_idle(const struct store_thread *t)
{
    return t->open_n == 0;
}

struct store_thread_stats store_thread_stats(struct store_thread *t)
{
    uv_mutex_lock(&t->mutex);
    const struct store_thread_stats stats = t->stats;
    uv_mutex_unlock(&t->mutex);
    return stats;
}

static void store_thread_on_closed(uv_handle_t *handle)
{
    struct store_thread *t = handle->data;
    uv_cond_destroy(&t->wanted);
    uv_mutex_destroy(&t->mutex);
    if (t->stopped != NULL)
        t->stopped(t->stopped_user);
    free(t);
}

void store_thread_stop(struct store_thread *t, void (*stopped)(void *user), void *user)
{
    assert(t->open_n == 0);
    t->stopped = stopped;
    t->stopped_user = user;
    uv_mutex_lock(&t->mutex);
    t->stopping = true;
    uv_cond_signal(&t->wanted);
    uv_mutex_unlock(&t->mutex);
    uv_thread_join(&t->thread);
    uv_close((uv_handle_t *)&t->async, store_thread_on_closed);
}
