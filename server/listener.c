/* listener.c - see listener.h.
 *
 * The listening socket is ours (listen_fd); libuv gets a duplicate, so that closing its handle loses neither the port
 * nor the clients in the queue. The door is open (an active handle), closed for a moment (retry_at_ms) or shut for
 * good. */
#include "listener.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "conn_host.h"
#include "server_limits.h"

struct listener {
    struct conn_host host;
    uv_tcp_t door;
    uv_timer_t tick;
    int listen_fd;
    uint64_t retry_at_ms; /* 0: no need */
    uint64_t accepted, accept_errors;
    unsigned turn_accepts;
    unsigned closing; /* handles of the host's and ours in their last turn, but for the door's */
    bool open;         /* the door is an active handle */
    bool door_closing; /* and may not be used again yet */
    bool pending;      /* libuv holds an accepted connection that nobody took yet */
    bool shut;         /* for good */
    bool stopping;
    void (*done)(void *user);
    void *done_user;
};

static void listener_on_connection(uv_stream_t *door, int status);
static void finish_stop(struct listener *l);

/* ---- the door ---- */

static void listener_on_door_closed(uv_handle_t *handle)
{
    struct listener *l = handle->data;
    l->door_closing = false;
    finish_stop(l);
}

static void close_door(struct listener *l)
{
    if (!l->open)
        return;
    l->open = false;
    l->pending = false; /* libuv closes the descriptor it held */
    l->door_closing = true;
    uv_close((uv_handle_t *)&l->door, listener_on_door_closed);
}

/* False: no descriptor left for it. */
static bool open_door(struct listener *l)
{
    const int fd = fcntl(l->listen_fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0)
        return false;
    int status = uv_tcp_init(l->host.loop, &l->door);
    assert(status == 0); /* it creates no descriptor */
    l->door.data = l;
    l->open = true;
    if (uv_tcp_open(&l->door, fd) != 0)
        close(fd);
    else if (uv_listen((uv_stream_t *)&l->door, SERVER_BACKLOG, listener_on_connection) == 0)
        return true;
    close_door(l);
    return false;
}

static bool has_room(const struct listener *l)
{
    return l->host.conn_n < l->host.limits.conns_max && l->host.unknown_n < l->host.limits.unknown_max &&
           l->turn_accepts < SERVER_ACCEPTS_PER_TURN;
}

/* Takes the connection that waits. Leaving it where it is makes libuv stop asking the kernel for more. */
static void admit_waiting(struct listener *l)
{
    if (!l->pending || !has_room(l))
        return;
    l->pending = false;
    l->turn_accepts++;
    l->accepted++;
    conn_accept(&l->host, (uv_stream_t *)&l->door);
}

static void listener_on_connection(uv_stream_t *door, int status)
{
    struct listener *l = door->data;
    if (status == 0) {
        l->pending = true;
        admit_waiting(l);
        return;
    }
    l->accept_errors++;
    l->retry_at_ms = uv_now(l->host.loop) + l->host.limits.retry_ms;
    close_door(l); /* ends libuv's accept loop */
}

/* ---- turns and ticks ---- */

static void listener_on_room(struct conn_host *host)
{
    admit_waiting(host->owner);
    finish_stop(host->owner);
}

static void listener_on_turn(struct conn_host *host)
{
    struct listener *l = host->owner;
    l->turn_accepts = 0;
    admit_waiting(l);
}

static void listener_on_tick(uv_timer_t *tick)
{
    struct listener *l = tick->data;
    const uint64_t now_ms = uv_now(l->host.loop);
    conn_host_tick(&l->host);
    if (l->retry_at_ms != 0 && now_ms >= l->retry_at_ms && !l->door_closing && !l->shut)
        l->retry_at_ms = open_door(l) ? 0 : now_ms + l->host.limits.retry_ms;
}

/* ---- beginning and end ---- */

static enum err listen_on(const struct listener_settings *settings, int *out)
{
    struct sockaddr_storage address = {0};
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    socklen_t n = 0;
    if (uv_ip4_addr(settings->address, settings->port, &v4) == 0)
        memcpy(&address, &v4, n = sizeof(v4));
    else if (uv_ip6_addr(settings->address, settings->port, &v6) == 0)
        memcpy(&address, &v6, n = sizeof(v6));
    else
        return ERR_BAD_VALUE;
    const int fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int yes = 1, unsent = SERVER_UNSENT_BYTES;
    if (fd < 0)
        return ERR_IO;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof(unsent)); /* connections take it over */
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0 &&
        bind(fd, (const struct sockaddr *)&address, n) == 0 && listen(fd, SERVER_BACKLOG) == 0) {
        *out = fd;
        return ERR_OK;
    }
    const enum err e = errno == EADDRINUSE ? ERR_EXISTS : ERR_IO;
    close(fd);
    return e;
}

enum err listener_new(struct uv_loop_s *loop, const struct listener_settings *settings, struct listener **out)
{
    int fd = -1;
    *out = NULL;
    const enum err e = listen_on(settings, &fd);
    if (e != ERR_OK)
        return e;
    signal(SIGPIPE, SIG_IGN); /* libuv writes without MSG_NOSIGNAL: a peer that is gone would end the server */
    struct listener *l = mem_alloc(sizeof(*l));
    l->listen_fd = fd;
    l->host = (struct conn_host){
        .tls = settings->tls,
        .ops = settings->ops,
        .shared = settings->shared,
        .limits = settings->limits,
        .owner = l,
        .on_room = listener_on_room,
        .on_turn = listener_on_turn,
    };
    conn_host_init(&l->host, loop);
    uv_timer_init(loop, &l->tick);
    l->tick.data = l;
    uv_timer_start(&l->tick, listener_on_tick, l->host.limits.tick_ms, l->host.limits.tick_ms);
    l->retry_at_ms = open_door(l) ? 0 : 1; /* no descriptor now: the first tick tries again */
    *out = l;
    return ERR_OK;
}

uint16_t listener_port(const struct listener *l)
{
    struct sockaddr_storage name = {0};
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    socklen_t n = sizeof(name);
    if (getsockname(l->listen_fd, (struct sockaddr *)&name, &n) != 0)
        return 0;
    memcpy(&v4, &name, sizeof(v4));
    memcpy(&v6, &name, sizeof(v6));
    return ntohs(name.ss_family == AF_INET ? v4.sin_port : v6.sin6_port);
}

struct listener_stats listener_stats(const struct listener *l)
{
    return (struct listener_stats){
        .accepted = l->accepted,
        .accept_errors = l->accept_errors,
        .conn_n = l->host.conn_n,
        .unknown_n = l->host.unknown_n,
    };
}

void listener_shut(struct listener *l)
{
    l->shut = true;
    close_door(l);
    if (l->listen_fd >= 0)
        close(l->listen_fd); /* who is still in the kernel's queue is told so at once */
    l->listen_fd = -1;
}

static void listener_on_closed(uv_handle_t *handle)
{
    struct listener *l = handle->data;
    if (--l->closing > 0)
        return;
    conn_host_deinit(&l->host);
    if (l->done != NULL)
        l->done(l->done_user);
    free(l);
}

static void last_close(struct listener *l, uv_handle_t *handle)
{
    handle->data = l;
    l->closing++;
    uv_close(handle, listener_on_closed);
}

/* All connections and the door are gone: the handles that served them go too. */
static void finish_stop(struct listener *l)
{
    if (!l->stopping || l->closing > 0 || l->open || l->door_closing || l->host.conn_n > 0)
        return;
    last_close(l, (uv_handle_t *)&l->tick);
    last_close(l, (uv_handle_t *)&l->host.flusher);
    last_close(l, (uv_handle_t *)&l->host.waker);
}

void listener_stop(struct listener *l, void (*done)(void *user), void *user)
{
    assert(!l->stopping);
    l->done = done;
    l->done_user = user;
    listener_shut(l);
    for (struct conn *c = l->host.all; c != NULL; c = c->next)
        conn_leave(c, ERR_BUSY);
    l->stopping = true;
    finish_stop(l);
}
