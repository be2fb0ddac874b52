/* t_store_thread.c - many jobs in one commit; one that fails fails alone; a lost disk ends everything. */
#include "test.h"

#include <stdlib.h>
#include <uv.h>

#include "../server/safe.h"
#include "../server/store_thread.h"

#define JOBS_MAX 256
#define HELD 255
#define NOBODY 254

struct trial {
    struct store_job job; /* first: the thread knows only this */
    struct world *world;
    uint8_t number;
    enum err fails; /* what run() returns */
    unsigned runs, undos;
    enum err undone_with; /* of the last undo */
    bool done;
    size_t done_as; /* how many were done before it */
};

struct world {
    uv_loop_t loop;
    struct safe safe;
    struct store_thread *thread;
    uv_sem_t begun, go;
    struct trial trial[JOBS_MAX];
    size_t done_n;
    uint8_t undone_last; /* its number */
    enum err lost;
    bool stopped;
};

static enum err run(struct store_job *job, struct txn *txn, uint64_t now_s)
{
    struct trial *t = (struct trial *)(void *)job;
    const enum err e = store_put(txn, TABLE_meta, bytes_of(&t->number, 1), bytes_of("x", 1));
    CHECK(now_s > 1700000000);
    t->runs++;
    return e != ERR_OK ? e : t->fails;
}

static void undo(struct store_job *job, enum err e)
{
    struct trial *t = (struct trial *)(void *)job;
    t->undos++;
    t->undone_with = e;
    t->world->undone_last = t->number;
}

static void done(struct store_job *job)
{
    struct trial *t = (struct trial *)(void *)job;
    t->done = true;
    t->done_as = t->world->done_n++;
}

static void on_lost(void *user, enum err e)
{
    struct world *w = user;
    w->lost = e;
    uv_stop(&w->loop);
}

static void on_stopped(void *user)
{
    ((struct world *)user)->stopped = true;
}

static struct world *world_new(void)
{
    struct world *w = mem_alloc(sizeof(*w));
    const char *dir = test_dir();
    crypto_init();
    uv_loop_init(&w->loop);
    uv_sem_init(&w->begun, 0);
    uv_sem_init(&w->go, 0);
    CHECK_EQ(safe_create(dir), ERR_OK);
    CHECK_EQ(safe_open(dir, KV_WRITE, &w->safe), ERR_OK);
    w->thread = store_thread_new(&w->loop, &w->safe, on_lost, w);
    return w;
}

static void world_free(struct world *w)
{
    if (w->lost == ERR_OK) {
        store_thread_stop(w->thread, on_stopped, w);
        uv_run(&w->loop, UV_RUN_DEFAULT);
        CHECK(w->stopped);
        CHECK_EQ(uv_loop_close(&w->loop), 0);
        safe_close(&w->safe);
        free(w);
    } else {
        static struct world *volatile kept; /* the process would have ended: nothing of it is taken down */
        kept = w;
        CHECK(kept != NULL);
    }
}

static void put(struct world *w, uint8_t number, enum err fails, size_t cost)
{
    struct trial *t = &w->trial[number];
    *t = (struct trial){.job = {.run = run, .undo = undo, .done = done, .cost = cost}, .world = w, .number = number,
                        .fails = fails};
    store_thread_put(w->thread, &t->job);
}

static void run_until_idle(struct world *w)
{
    while (!store_thread_idle(w->thread) && w->lost == ERR_OK)
        uv_run(&w->loop, UV_RUN_ONCE);
}

static bool is_stored(struct world *w, uint8_t number)
{
    struct safe_txn t;
    struct buf value = {0};
    CHECK_EQ(safe_begin(&w->safe, false, &t), ERR_OK);
    const enum err e = store_get(&t.txn, TABLE_meta, bytes_of(&number, 1), &value);
    safe_abort(&t);
    buf_deinit(&value);
    return e == ERR_OK;
}

static enum err run_held(struct store_job *job, struct txn *txn, uint64_t now_s)
{
    struct trial *t = (struct trial *)(void *)job;
    uv_sem_post(&t->world->begun);
    uv_sem_wait(&t->world->go);
    return run(job, txn, now_s);
}

/* One job that holds the thread until all others are put: they share the next transaction. */
static void gather(struct world *w, uint8_t n, uint8_t fails_at, enum err fails)
{
    struct trial *held = &w->trial[HELD];
    *held = (struct trial){.job = {.run = run_held, .undo = undo, .done = done}, .world = w, .number = HELD};
    store_thread_put(w->thread, &held->job);
    uv_sem_wait(&w->begun);
    for (uint8_t i = 0; i < n; i++)
        put(w, i, i == fails_at ? fails : ERR_OK, 0);
    uv_sem_post(&w->go);
    run_until_idle(w);
}

TEST(jobs_are_done_in_order_and_stored)
{
    struct world *w = world_new();
    for (uint8_t i = 0; i < 100; i++)
        put(w, i, ERR_OK, 0);
    run_until_idle(w);
    for (uint8_t i = 0; i < 100; i++) {
        CHECK(w->trial[i].done && w->trial[i].done_as == i && w->trial[i].job.err == ERR_OK);
        CHECK_EQ(w->trial[i].runs, 1);
        CHECK(is_stored(w, i));
    }
    CHECK(store_thread_stats(w->thread).batches <= 100);
    CHECK_EQ(store_thread_stats(w->thread).jobs, 100);
    world_free(w);
}

TEST(what_is_put_at_once_shares_a_commit)
{
    struct world *w = world_new();
    for (uint8_t i = 0; i < 20; i++)
        w->trial[i] = (struct trial){.job = {.run = run, .undo = undo, .done = done}, .world = w, .number = i};
    for (uint8_t i = 0; i < 20; i += 2) {
        w->trial[i].job.next = &w->trial[i + 1].job;
        store_thread_put(w->thread, &w->trial[i].job);
        run_until_idle(w);
    }
    for (uint8_t i = 0; i < 20; i++)
        CHECK(w->trial[i].done && w->trial[i].done_as == i && is_stored(w, i));
    CHECK_EQ(store_thread_stats(w->thread).batches, 10);
    world_free(w);
}

TEST(what_waits_shares_a_commit_within_the_bound)
{
    struct world *w = world_new();
    gather(w, 150, NOBODY, ERR_OK);
    CHECK_EQ(store_thread_stats(w->thread).batches, 2);
    for (uint8_t i = 0; i < 10; i++)
        put(w, i, ERR_OK, STORE_BATCH_COST); /* each as much as a transaction takes */
    run_until_idle(w);
    CHECK_EQ(store_thread_stats(w->thread).batches, 12);
    world_free(w);
}

TEST(one_that_fails_fails_alone)
{
    struct world *w = world_new();
    gather(w, 50, 20, ERR_NO_SPACE);
    for (uint8_t i = 0; i < 50; i++) {
        CHECK(w->trial[i].done && w->trial[i].done_as == i + 1u);
        CHECK_EQ(w->trial[i].job.err, i == 20 ? ERR_NO_SPACE : ERR_OK);
        CHECK_EQ(is_stored(w, i), i != 20);
        CHECK_EQ(w->trial[i].runs, i <= 20 ? 2 : 1); /* those behind it were not reached the first time */
        CHECK_EQ(w->trial[i].undos, i == 20 ? 2 : i < 20 ? 1 : 0);
    }
    CHECK_EQ(w->trial[20].undone_with, ERR_NO_SPACE);
    CHECK_EQ(w->trial[19].undone_with, ERR_OK);
    CHECK_EQ(store_thread_stats(w->thread).alone, 50);
    world_free(w);
}

TEST(damage_fails_its_reader_only)
{
    struct world *w = world_new();
    gather(w, 5, 0, ERR_DAMAGED);
    for (uint8_t i = 0; i < 5; i++)
        CHECK_EQ(w->trial[i].job.err, i == 0 ? ERR_DAMAGED : ERR_OK);
    world_free(w);
}

TEST(a_commit_without_space_is_tried_again_one_by_one)
{
    struct world *w = world_new();
    kv_test_fault(w->safe.kv, KV_AT_COMMIT, 2, ERR_NO_SPACE); /* the first is that of the job that holds */
    gather(w, 50, NOBODY, ERR_OK);
    for (uint8_t i = 0; i < 50; i++) {
        CHECK(w->trial[i].done && w->trial[i].job.err == ERR_OK && is_stored(w, i));
        CHECK(w->trial[i].runs == 2 && w->trial[i].undos == 1);
    }
    CHECK_EQ(w->undone_last, 0); /* in reverse order */
    world_free(w);
}

TEST(one_alone_without_space_has_failed)
{
    struct world *w = world_new();
    kv_test_fault(w->safe.kv, KV_AT_COMMIT, 1, ERR_NO_SPACE);
    put(w, 0, ERR_OK, 0);
    run_until_idle(w);
    CHECK(w->trial[0].done && w->trial[0].job.err == ERR_NO_SPACE && !is_stored(w, 0));
    CHECK(w->trial[0].runs == 1 && w->trial[0].undos == 1);
    world_free(w);
}

TEST(a_lost_disk_ends_everything_and_nothing_is_done)
{
    struct world *w = world_new();
    kv_test_fault(w->safe.kv, KV_AT_COMMIT, 1, ERR_IO);
    put(w, 0, ERR_OK, 0);
    put(w, 1, ERR_OK, 0);
    run_until_idle(w);
    CHECK_EQ(w->lost, ERR_IO);
    CHECK(!w->trial[0].done && !w->trial[1].done);
    CHECK_EQ(w->trial[0].undos, 0);
    world_free(w);
}
