/* net_world.c - see net_world.h. */
#include "net_world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

uint64_t net_now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void net_world_init(struct net_world *n, const struct conn_limits *limits, const struct conn_ops *ops, void *shared)
{
    memset(n, 0, sizeof(*n));
    tls_world_init(&n->w);
    tls_world_issue(&n->w, false, n->w.now, &n->cert);
    uv_loop_init(&n->loop);
    for (size_t i = 0; i < NET_CLIENTS_MAX; i++)
        n->clients[i].fd = -1;
    const struct listener_settings settings = {
        .address = "127.0.0.1", .limits = *limits, .tls = n->w.server, .ops = ops, .shared = shared};
    enum err e = listener_new(&n->loop, &settings, &n->listener);
    assert(e == ERR_OK);
}

static void on_stopped(void *user)
{
    struct net_world *n = user;
    n->stopped = true;
    n->listener = NULL;
}

static bool is_stopped(void *user)
{
    return ((struct net_world *)user)->stopped;
}

void net_world_deinit(struct net_world *n)
{
    if (n->listener != NULL)
        listener_stop(n->listener, on_stopped, n);
    for (size_t i = 0; i < NET_CLIENTS_MAX; i++)
        net_client_close(&n->clients[i]);
    bool ok = net_until(n, is_stopped, n);
    assert(ok);
    int busy = uv_run(&n->loop, UV_RUN_NOWAIT);
    assert(busy == 0);
    busy = uv_loop_close(&n->loop);
    assert(busy == 0);
    buf_deinit(&n->cert);
    tls_world_deinit(&n->w);
}

struct net_client *net_connect(struct net_world *n)
{
    struct net_client *c = n->clients;
    while (c->fd >= 0)
        c++;
    assert(c < n->clients + NET_CLIENTS_MAX);
    memset(c, 0, sizeof(*c));
    const struct sockaddr_in to = {.sin_family = AF_INET,
                                   .sin_port = htons(listener_port(n->listener)),
                                   .sin_addr = {htonl(INADDR_LOOPBACK)}};
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert(c->fd >= 0);
    int status = connect(c->fd, (const struct sockaddr *)&to, sizeof(to));
    assert(status == 0 || errno == EINPROGRESS);
    return c;
}

struct net_client *net_connect_tls(struct net_world *n, struct bytes session)
{
    struct net_client *c = net_connect(n);
    c->context = tls_world_client(&n->w, buf_bytes(&n->cert), NULL);
    c->tls = tls_new(c->context, session);
    return c;
}

void net_client_close(struct net_client *c)
{
    if (c->fd < 0)
        return;
    close(c->fd);
    c->fd = -1;
    tls_free(c->tls);
    tls_context_free(c->context);
    c->tls = NULL;
    c->context = NULL;
    buf_deinit(&c->out);
    buf_deinit(&c->in);
}

static void client_send(struct net_client *c)
{
    if (c->tls != NULL)
        tls_drain(c->tls, &c->out, SIZE_MAX);
    const ssize_t n = send(c->fd, c->out.p, c->out.n, MSG_NOSIGNAL);
    if (n > 0)
        buf_drop_front(&c->out, (size_t)n);
    else if (n < 0 && (errno == ECONNRESET || errno == EPIPE))
        c->reset = true;
}

static void client_receive(struct net_client *c)
{
    uint8_t piece[65536];
    const ssize_t n = c->deaf ? -1 : recv(c->fd, piece, sizeof(piece), 0);
    if (n == 0)
        c->eof = true;
    else if (n < 0)
        c->reset = c->reset || (!c->deaf && errno == ECONNRESET);
    else if (c->tls == NULL)
        buf_put(&c->in, piece, (size_t)n);
    else if (c->err == ERR_OK)
        c->err = tls_feed(c->tls, bytes_of(piece, (size_t)n), &c->in);
}

void net_turn(struct net_world *n)
{
    uv_run(&n->loop, UV_RUN_NOWAIT);
    for (struct net_client *c = n->clients; c < n->clients + NET_CLIENTS_MAX; c++) {
        if (c->fd < 0)
            continue;
        if (c->out.n > 0 || (c->tls != NULL && tls_waiting_n(c->tls) > 0))
            client_send(c);
        client_receive(c);
    }
}

bool net_until(struct net_world *n, bool (*holds)(void *user), void *user)
{
    const uint64_t end_ms = net_now_ms() + NET_PATIENCE_MS;
    while (!holds(user)) {
        if (net_now_ms() > end_ms)
            return false;
        net_turn(n);
    }
    return true;
}

bool net_client_ended(void *user)
{
    const struct net_client *c = user;
    return c->eof || c->reset;
}

bool net_client_heard(void *user)
{
    const struct net_client *c = user;
    return c->in.n > 0;
}

void net_client_say(struct net_client *c, const char *text)
{
    enum err e = tls_write(c->tls, bytes_of_str(text));
    assert(e == ERR_OK);
}
