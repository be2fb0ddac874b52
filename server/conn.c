/* conn.c - socket, TLS and the session layer's callbacks glued; see conn.h.
 *
 *   accept -> HANDSHAKE -> UNKNOWN -> LIVE -> LEAVING -> CLOSED -> freed
 *
 * Any phase may jump to LEAVING (a TLS error still sends its alert) or CLOSED. A uv call that returns an error never
 * calls back, so it is handled in place. */
#include "conn.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "conn_host.h"
#include "server_limits.h"

/* So much plain text that its records (22 bytes for each of 16 KiB, RFC 8446 section 5.2) fit into one write together
 * with what TLS itself has to say, such as a session ticket. */
#define FLUSH_SLACK ((size_t)512)
#define FLUSH_PLAIN_MAX (SERVER_WRITE_MAX - 2 * FLUSH_SLACK)

struct conn_limits conn_limits_default(void)
{
    struct rlimit files = {0};
    getrlimit(RLIMIT_NOFILE, &files);
    const size_t fds = files.rlim_cur == RLIM_INFINITY ? SIZE_MAX : (size_t)files.rlim_cur;
    return (struct conn_limits){
        .unknown_max = SERVER_UNKNOWN_MAX,
        .source_max = SERVER_SOURCE_MAX,
        .conns_max = fds > 2 * SERVER_FDS_KEPT ? fds - SERVER_FDS_KEPT : SERVER_FDS_KEPT,
        .handshake_ms = SERVER_HANDSHAKE_MS,
        .first_ms = SERVER_FIRST_MS,
        .idle_ms = SERVER_IDLE_MS,
        .leave_ms = SERVER_LEAVE_MS,
        .tick_ms = SERVER_TICK_MS,
        .retry_ms = SERVER_RETRY_MS,
        .rate_window_ms = SERVER_RATE_WINDOW_MS,
        .rate_window_min = SERVER_RATE_WINDOW_MIN,
        .out_high = SERVER_OUT_HIGH,
        .out_hard = SERVER_OUT_HARD,
    };
}

static uv_stream_t *stream(struct conn *c)
{
    return (uv_stream_t *)&c->tcp;
}

static size_t in_flight_n(const struct conn *c)
{
    return uv_stream_get_write_queue_size((const uv_stream_t *)&c->tcp);
}

/* ---- phases ---- */

static void enter(struct conn *c, enum conn_phase phase)
{
    assert(phase > c->phase);
    c->phase = phase;
    c->phase_since_ms = c->host->clock_ms;
}

/* No longer one of those that tight limits are for: it said who it is, or it is gone. */
static void leave_unknown(struct conn *c)
{
    if (c->known)
        return;
    c->known = true;
    assert(c->host->unknown_n > 0);
    c->host->unknown_n--;
    c->host->on_room(c->host);
}

static void conn_on_closed(uv_handle_t *handle)
{
    struct conn *c = handle->data;
    struct conn_host *host = c->host;
    if (c->opened)
        host->ops->on_close(c, c->why);
    conn_host_unlink(host, c);
    tls_free(c->tls);
    buf_wipe_deinit(&c->plain_out);
    buf_deinit(&c->sending);
    free(c);
    host->on_room(host);
}

void conn_close(struct conn *c, enum err why)
{
    if (c->phase == CONN_CLOSED)
        return;
    if (c->phase != CONN_LEAVING)
        c->why = why;
    enter(c, CONN_CLOSED);
    leave_unknown(c);
    uv_close((uv_handle_t *)&c->tcp, conn_on_closed);
}

void conn_leave(struct conn *c, enum err why)
{
    if (c->phase >= CONN_LEAVING)
        return;
    c->why = why;
    enter(c, CONN_LEAVING);
    c->paused = false; /* unread input would turn our FIN into a reset, and the last frame with it */
    conn_resume(c);
    conn_host_dirty(c->host, c);
}

void conn_admit(struct conn *c)
{
    if (c->phase != CONN_UNKNOWN)
        return;
    enter(c, CONN_LIVE);
    leave_unknown(c);
}

/* ---- in ---- */

static void conn_on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
    const struct conn *c = handle->data;
    (void)suggested;
    *out = uv_buf_init((char *)c->host->read_buffer, (unsigned)SERVER_READ_MAX);
}

/* It makes us answer and does not read. */
static void drop_if_drowning(struct conn *c)
{
    if (conn_queue_n(c) > c->host->limits.out_hard)
        conn_close(c, ERR_TIMEOUT);
}

static void meet(struct conn *c)
{
    struct conn_peer peer = {
        .cert = tls_peer(c->tls),
        .expired = tls_peer_expired(c->tls),
        .resumed = tls_resumed(c->tls),
    };
    tls_exporter(c->tls, TLS_BINDING_LABEL, peer.binding);
    enter(c, CONN_UNKNOWN);
    c->opened = true;
    c->host->ops->on_open(c, &peer);
}

static void take(struct conn *c, struct bytes cipher)
{
    struct buf *plain = &c->host->plain;
    buf_clear(plain);
    const enum err e = tls_feed(c->tls, cipher, plain);
    const enum tls_state state = tls_state(c->tls);
    if (c->phase == CONN_HANDSHAKE && (state == TLS_OPEN || state == TLS_CLOSED || plain->n > 0))
        meet(c);
    /* What TLS says of its own (a ticket) leaves before the session hears a word: nothing goes while its jobs run. */
    if (plain->n > 0 && tls_waiting_n(c->tls) > 0)
        conn_flush(c);
    if (plain->n > 0 && c->phase < CONN_LEAVING)
        c->host->ops->on_bytes(c, buf_bytes(plain)); /* genuine, whatever came after it */
    if (e != ERR_OK)
        buf_wipe_deinit(&c->plain_out); /* only an alert can follow */
    if (e != ERR_OK || state == TLS_CLOSED)
        conn_leave(c, e != ERR_OK ? e : ERR_CUT);
    conn_host_dirty(c->host, c); /* TLS may have something to say of its own */
    drop_if_drowning(c);         /* answers to key updates, for example */
}

static void conn_on_read(uv_stream_t *from, ssize_t n, const uv_buf_t *buf)
{
    struct conn *c = from->data;
    if (n < 0) {
        conn_close(c, ERR_CUT); /* a conn that was leaving keeps its reason */
        return;
    }
    c->in_n += (uint64_t)n;
    c->turn_in_n += (size_t)n;
    c->last_in_ms = c->host->clock_ms;
    if (c->phase < CONN_LEAVING && n > 0)
        take(c, bytes_of(buf->base, (size_t)n));
    if (c->turn_in_n >= SERVER_READ_MAX && c->reading && c->phase != CONN_CLOSED) {
        uv_read_stop(from);
        c->reading = false;
        conn_host_rest(c->host, c);
    }
}

/* Reads again, unless something still holds it back. */
void conn_resume(struct conn *c)
{
    c->turn_in_n = 0;
    if (c->phase == CONN_CLOSED || c->reading || c->paused || c->resting)
        return;
    if (uv_read_start(stream(c), conn_on_alloc, conn_on_read) != 0)
        conn_close(c, ERR_CUT);
    else
        c->reading = true;
}

void conn_pause(struct conn *c, bool paused)
{
    if (c->phase >= CONN_LEAVING)
        return;
    c->paused = paused;
    c->last_in_ms = c->host->clock_ms;
    c->in_meter.since_ms = 0;
    if (!paused) {
        conn_resume(c);
    } else if (c->reading) {
        uv_read_stop(stream(c));
        c->reading = false;
    }
}

/* ---- out ---- */

static void conn_on_shut(uv_shutdown_t *request, int status)
{
    (void)request, (void)status; /* the peer's FIN, or the deadline, ends it */
}

static void conn_on_written(uv_write_t *request, int status)
{
    struct conn *c = request->data;
    c->writing = false;
    c->sent_n += c->sending.n;
    buf_deinit(&c->sending);
    if (c->phase == CONN_CLOSED)
        return;
    if (status != 0) {
        conn_close(c, ERR_CUT);
        return;
    }
    conn_host_dirty(c->host, c);
    if (c->was_full && c->phase < CONN_LEAVING && conn_queue_n(c) <= c->host->limits.out_high / 2) {
        c->was_full = false;
        c->host->ops->on_drained(c);
    }
}

static void write_some(struct conn *c)
{
    const uv_buf_t piece = uv_buf_init((char *)c->sending.p, (unsigned)c->sending.n);
    c->write.data = c;
    c->writing = true;
    if (uv_write(&c->write, stream(c), &piece, 1, conn_on_written) == 0)
        return;
    c->writing = false;
    conn_close(c, ERR_CUT);
}

static bool encrypt_some(struct conn *c)
{
    const size_t n = c->plain_out.n < FLUSH_PLAIN_MAX ? c->plain_out.n : FLUSH_PLAIN_MAX;
    if (tls_write(c->tls, bytes_of(c->plain_out.p, n)) != ERR_OK)
        return false;
    buf_drop_front(&c->plain_out, n);
    if (c->plain_out.n == 0)
        buf_deinit(&c->plain_out); /* an idle connection holds nothing */
    return true;
}

/* Ends the turn of one connection: one write of at most SERVER_WRITE_MAX, if none is in flight. */
void conn_flush(struct conn *c)
{
    if (c->phase == CONN_CLOSED || c->writing)
        return;
    if (c->plain_out.n > 0 && tls_waiting_n(c->tls) <= FLUSH_SLACK && !encrypt_some(c)) {
        conn_close(c, ERR_CUT);
        return;
    }
    tls_drain(c->tls, &c->sending, SERVER_WRITE_MAX);
    if (c->sending.n > 0) {
        write_some(c);
    } else if (c->phase == CONN_LEAVING && !c->shut) {
        c->shut = true;
        if (uv_shutdown(&c->shutdown, stream(c), conn_on_shut) != 0)
            conn_close(c, c->why);
    }
}

void conn_send(struct conn *c, struct bytes plain)
{
    if (c->phase >= CONN_LEAVING || plain.n == 0)
        return;
    assert(c->phase != CONN_HANDSHAKE);
    buf_put_bytes(&c->plain_out, plain);
    conn_host_dirty(c->host, c);
    c->was_full = c->was_full || conn_full(c);
    drop_if_drowning(c);
}

size_t conn_queue_n(const struct conn *c)
{
    return c->plain_out.n + tls_waiting_n(c->tls) + in_flight_n(c);
}

bool conn_full(const struct conn *c)
{
    return conn_queue_n(c) >= c->host->limits.out_high;
}

/* ---- time ---- */

static bool too_slow(struct conn_meter *meter, bool running, uint64_t count, uint64_t now_ms,
                     const struct conn_limits *limits)
{
    if (running && meter->since_ms != 0 && now_ms - meter->since_ms < limits->rate_window_ms)
        return false;
    const bool slow = running && meter->since_ms != 0 && count - meter->count < limits->rate_window_min;
    *meter = (struct conn_meter){running ? now_ms : 0, count};
    return slow;
}

static bool is_late(struct conn *c)
{
    const uint64_t now_ms = c->host->clock_ms;
    const struct conn_limits *limits = &c->host->limits;
    const uint64_t sent_n = c->sent_n + c->sending.n - in_flight_n(c);
    switch (c->phase) {
    case CONN_HANDSHAKE:
        return now_ms - c->phase_since_ms >= limits->handshake_ms;
    case CONN_UNKNOWN:
        return now_ms - c->phase_since_ms >= limits->first_ms;
    case CONN_LIVE:
        return (!c->paused && now_ms - c->last_in_ms >= limits->idle_ms) ||
               too_slow(&c->in_meter, c->owed && !c->paused, c->in_n, now_ms, limits) ||
               too_slow(&c->out_meter, conn_queue_n(c) > 0, sent_n, now_ms, limits);
    case CONN_LEAVING:
        if (conn_queue_n(c) == 0)
            return now_ms - c->phase_since_ms >= limits->leave_ms;
        c->phase_since_ms = now_ms; /* the deadline is for the goodbye; last frames must only keep up the rate */
        return too_slow(&c->out_meter, true, sent_n, now_ms, limits);
    case CONN_CLOSED:
        return false;
    }
    return false;
}

void conn_tick(struct conn *c)
{
    if (is_late(c)) {
        conn_close(c, ERR_TIMEOUT);
    } else if (c->opened && c->phase < CONN_LEAVING && c->wake_at_ms != 0 &&
               conn_now_ms(c) >= c->wake_at_ms) {
        c->wake_at_ms = 0;
        c->host->ops->on_wake(c);
    }
}

void conn_wake_at(struct conn *c, uint64_t at_ms)
{
    c->wake_at_ms = at_ms;
}

void conn_owed(struct conn *c, bool owed)
{
    c->owed = owed;
    if (!owed)
        c->in_meter.since_ms = 0;
}

uint64_t conn_now_ms(const struct conn *c)
{
    return uv_now(c->host->loop);
}

/* ---- the beginning ---- */

/* IPv4: the address. IPv6: its /64. Anything else: all alike. */
static void read_source(struct conn *c)
{
    struct sockaddr_storage name = {0};
    int n = sizeof(name);
    if (uv_tcp_getpeername(&c->tcp, (struct sockaddr *)&name, &n) != 0)
        return;
    c->source[0] = (uint8_t)name.ss_family;
    if (name.ss_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, &name, sizeof(v4));
        memcpy(c->source + 1, &v4.sin_addr, 4);
    } else if (name.ss_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, &name, sizeof(v6));
        memcpy(c->source + 1, &v6.sin6_addr, 8);
    }
}

void conn_accept(struct conn_host *host, uv_stream_t *from)
{
    struct conn *c = mem_alloc(sizeof(*c));
    c->host = host;
    int status = uv_tcp_init(host->loop, &c->tcp);
    assert(status == 0); /* creates no descriptor yet */
    c->tcp.data = c;
    c->phase_since_ms = c->last_in_ms = host->clock_ms;
    conn_host_link(host, c);
    if (uv_accept(from, stream(c)) != 0) {
        conn_close(c, ERR_CUT);
        return;
    }
    read_source(c);
    if (conn_host_count_source(host, c->source) > host->limits.source_max) {
        conn_close(c, ERR_BUSY);
        return;
    }
    uv_tcp_nodelay(&c->tcp, 1); /* our writes are whole flights */
    c->tls = tls_new(host->tls, bytes_of(NULL, 0));
    conn_resume(c);
}

void conn_set_user(struct conn *c, void *user)
{
    c->user = user;
}

void *conn_user(const struct conn *c)
{
    return c->user;
}

void *conn_shared(const struct conn *c)
{
    return c->host->shared;
}
