/* conn_host.c - what connections share: lists, turns, ticks; see conn_host.h. */
#include "conn_host.h"

#include <stdlib.h>

#include "server_limits.h"

static void host_on_prepare(uv_prepare_t *flusher);
static void host_on_idle(uv_idle_t *waker);

void conn_host_init(struct conn_host *host, uv_loop_t *loop)
{
    host->loop = loop;
    host->ticked_ms = uv_now(loop);
    host->clock_ms = 1; /* 0 is "never" where times are kept */
    host->read_buffer = mem_alloc(SERVER_READ_MAX);
    uv_prepare_init(loop, &host->flusher);
    uv_idle_init(loop, &host->waker);
    host->flusher.data = host;
    host->waker.data = host;
    uv_prepare_start(&host->flusher, host_on_prepare);
}

void conn_host_deinit(struct conn_host *host)
{
    assert(host->all == NULL && host->conn_n == 0 && host->unknown_n == 0);
    free(host->read_buffer);
    host->read_buffer = NULL;
    buf_deinit(&host->plain);
}

/* The list holds still: connections leave it in their close callbacks only. */
void conn_host_tick(struct conn_host *host)
{
    const uint64_t now_ms = uv_now(host->loop);
    const uint64_t passed_ms = now_ms - host->ticked_ms;
    host->ticked_ms = now_ms;
    host->clock_ms += passed_ms < 2 * host->limits.tick_ms ? passed_ms : 2 * host->limits.tick_ms;
    for (struct conn *c = host->all; c != NULL; c = c->next)
        conn_tick(c);
}

void conn_host_link(struct conn_host *host, struct conn *c)
{
    c->next = host->all;
    if (host->all != NULL)
        host->all->previous = c;
    host->all = c;
    host->conn_n++;
    host->unknown_n++;
}

static void drop_dirty(struct conn_host *host, struct conn *c)
{
    struct conn **at = &host->dirty;
    while (*at != NULL && *at != c)
        at = &(*at)->next_dirty;
    if (*at != NULL)
        *at = c->next_dirty;
}

static void drop_resting(struct conn_host *host, struct conn *c)
{
    struct conn **at = &host->resting;
    while (*at != NULL && *at != c)
        at = &(*at)->next_resting;
    if (*at != NULL)
        *at = c->next_resting;
}

void conn_host_unlink(struct conn_host *host, struct conn *c)
{
    drop_dirty(host, c);
    drop_resting(host, c);
    if (c->next != NULL)
        c->next->previous = c->previous;
    *(c->previous != NULL ? &c->previous->next : &host->all) = c->next;
    assert(host->conn_n > 0);
    host->conn_n--;
}

void conn_host_dirty(struct conn_host *host, struct conn *c)
{
    if (c->dirty)
        return;
    c->dirty = true;
    c->next_dirty = host->dirty;
    host->dirty = c;
}

void conn_host_rest(struct conn_host *host, struct conn *c)
{
    assert(!c->resting);
    c->resting = true;
    c->next_resting = host->resting;
    host->resting = c;
    uv_idle_start(&host->waker, host_on_idle);
}

size_t conn_host_count_source(const struct conn_host *host, const uint8_t source[SOURCE_SIZE])
{
    size_t n = 0;
    for (const struct conn *c = host->all; c != NULL; c = c->next)
        n += !c->known && memcmp(c->source, source, SOURCE_SIZE) == 0;
    return n;
}

static void host_on_prepare(uv_prepare_t *flusher)
{
    struct conn_host *host = flusher->data;
    while (host->dirty != NULL) {
        struct conn *c = host->dirty;
        host->dirty = c->next_dirty;
        c->dirty = false;
        conn_flush(c);
    }
    host->on_turn(host);
}

static void host_on_idle(uv_idle_t *waker)
{
    struct conn_host *host = waker->data;
    uv_idle_stop(waker);
    while (host->resting != NULL) {
        struct conn *c = host->resting;
        host->resting = c->next_resting;
        c->resting = false;
        conn_resume(c);
    }
}
