/* conn_host.h - between listener.c and conn.c only: what the connections of one listener share, and a connection's
 * inside.
 *
 * Each connection has one libuv handle, its socket. Deadlines need none: one timer of the listener calls
 * conn_host_tick. Two more handles serve all: `flusher` runs before the loop waits and sends what the turn has
 * gathered; `waker` keeps the loop from waiting while connections rest that have used up their share of a turn. */
#ifndef CHIBO_CONN_HOST_H
#define CHIBO_CONN_HOST_H

#include <uv.h>

#include "conn.h"

#define SOURCE_SIZE 16

enum conn_phase {
    CONN_HANDSHAKE, /* no TLS yet */
    CONN_UNKNOWN,   /* TLS, but no good first frame */
    CONN_LIVE,      /* admitted */
    CONN_LEAVING,   /* sends its last bytes, then FIN, then waits for the peer's */
    CONN_CLOSED,    /* uv_close was called; freed in its callback */
};

/* Progress over a window: since when, and what the count was then. since_ms 0: not running. */
struct conn_meter {
    uint64_t since_ms;
    uint64_t count;
};

struct conn {
    uv_tcp_t tcp;
    uv_write_t write;
    uv_shutdown_t shutdown;
    struct conn_host *host;
    struct conn *next, *previous; /* of host->all */
    struct conn *next_dirty, *next_resting;
    struct tls *tls;
    struct buf plain_out; /* gathered in this turn, not yet encrypted */
    struct buf sending;   /* of the one write in flight */
    uint64_t in_n, sent_n; /* cipher bytes so far */
    struct conn_meter in_meter, out_meter;
    uint64_t phase_since_ms, last_in_ms, wake_at_ms;
    size_t turn_in_n;
    void *user;
    enum conn_phase phase;
    enum err why;
    uint8_t source[SOURCE_SIZE];
    bool known; /* admitted, or gone: not counted in unknown_n */
    bool opened, writing, shut, reading, paused, resting, dirty, owed, was_full;
};

struct conn_host {
    uv_loop_t *loop;
    struct tls_context *tls;
    const struct conn_ops *ops;
    void *shared;
    struct conn_limits limits;
    struct conn *all, *dirty, *resting;
    /* What deadlines go by: the loop's time, but it stands still while this process does (a long commit, a suspended
     * machine), for which no peer is to blame. */
    uint64_t clock_ms;
    uint64_t ticked_ms; /* by the loop's time, when clock_ms was last moved */
    size_t conn_n;
    size_t unknown_n; /* of these, neither admitted nor closed */
    uv_prepare_t flusher;
    uv_idle_t waker;
    struct buf plain;   /* what one read gave */
    uint8_t *read_buffer; /* SERVER_READ_MAX; libuv asks for it and fills it within one call */
    void *owner;                             /* the listener */
    void (*on_room)(struct conn_host *host); /* a connection went, or became known */
    void (*on_turn)(struct conn_host *host); /* before the loop waits */
};

void conn_host_init(struct conn_host *host, uv_loop_t *loop); /* fields of the caller's are set before */
void conn_host_deinit(struct conn_host *host);                /* after both handles' close callbacks */
void conn_host_tick(struct conn_host *host);
void conn_host_link(struct conn_host *host, struct conn *c);
void conn_host_unlink(struct conn_host *host, struct conn *c);
void conn_host_dirty(struct conn_host *host, struct conn *c); /* flush it when the turn ends */
void conn_host_rest(struct conn_host *host, struct conn *c);  /* let it read again in the next turn */
size_t conn_host_count_source(const struct conn_host *host, const uint8_t source[SOURCE_SIZE]);

/* A new connection waits in `from`: takes it, or closes it when its source has too many. */
void conn_accept(struct conn_host *host, uv_stream_t *from);
void conn_flush(struct conn *c);
void conn_resume(struct conn *c);
void conn_tick(struct conn *c);

#endif
