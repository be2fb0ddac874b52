/* net_echo.c - see net_echo.h. */
#include "net_echo.h"

#include "../server/server_limits.h"
#include "test.h"

static void close_if(struct net_echo *s, struct conn *c, unsigned callback)
{
    if ((s->close_in & callback) == 0)
        return;
    conn_close(c, ERR_BUSY);
    conn_close(c, ERR_OTHER); /* a second time is nothing */
    conn_leave(c, ERR_OTHER);
    conn_send(c, bytes_of_str("into the void"));
}

static void produce(struct net_echo *s, struct conn *c)
{
    static const uint8_t piece[5000];
    while (s->to_produce_n > 0 && (s->heedless || !conn_full(c))) {
        const size_t n = s->to_produce_n < sizeof(piece) ? s->to_produce_n : sizeof(piece);
        conn_send(c, bytes_of(piece, n));
        s->to_produce_n -= n;
        s->queue_max = conn_queue_n(c) > s->queue_max ? conn_queue_n(c) : s->queue_max;
    }
}

static void on_open(struct conn *c, const struct conn_peer *peer)
{
    struct net_echo *s = conn_shared(c);
    s->opened++;
    s->conn = c;
    s->had_cert = peer->cert != NULL;
    if (s->had_cert)
        s->device = peer->cert->device;
    s->expired = peer->expired;
    s->resumed = peer->resumed;
    memcpy(s->binding, peer->binding, sizeof(s->binding));
    CHECK(conn_user(c) == NULL);
    conn_set_user(c, s);
    close_if(s, c, NET_ON_OPEN);
}

static void on_bytes(struct conn *c, struct bytes plain)
{
    struct net_echo *s = conn_shared(c);
    CHECK(conn_user(c) == s);
    s->in_n += plain.n;
    s->turn_in_n += plain.n;
    if (!s->keep_unknown)
        conn_admit(c);
    if (!s->mute)
        conn_send(c, plain);
    conn_owed(c, s->owed);
    produce(s, c);
    if (s->leave_with != ERR_OK)
        conn_leave(c, s->leave_with);
    close_if(s, c, NET_ON_BYTES);
}

static void on_drained(struct conn *c)
{
    struct net_echo *s = conn_shared(c);
    s->drained++;
    CHECK(conn_queue_n(c) <= SERVER_OUT_HIGH / 2);
    produce(s, c);
    close_if(s, c, NET_ON_DRAINED);
}

static void on_wake(struct conn *c)
{
    struct net_echo *s = conn_shared(c);
    s->woken++;
    close_if(s, c, NET_ON_WAKE);
}

static void on_close(struct conn *c, enum err why)
{
    struct net_echo *s = conn_shared(c);
    s->closed++;
    s->why = why;
    if (s->conn == c)
        s->conn = NULL;
}

const struct conn_ops net_echo_ops = {on_open, on_bytes, on_drained, on_wake, on_close};

struct conn_limits net_echo_limits(void)
{
    struct conn_limits limits = conn_limits_default();
    limits.tick_ms = 1;
    limits.retry_ms = 5;
    limits.source_max = NET_CLIENTS_MAX;
    return limits;
}

void net_echo_init(struct net_echo *s, const struct conn_limits *limits)
{
    const struct conn_limits usual = net_echo_limits();
    memset(s, 0, sizeof(*s));
    net_world_init(&s->net, limits == NULL ? &usual : limits, &net_echo_ops, s);
}

bool net_echo_is_open(void *user)
{
    const struct net_echo *s = user;
    return s->opened > 0;
}

bool net_echo_is_closed(void *user)
{
    const struct net_echo *s = user;
    return s->closed > 0;
}

bool net_echo_is_empty(void *user)
{
    const struct net_echo *s = user;
    return listener_stats(s->net.listener).conn_n == 0;
}

struct net_client *net_echo_client(struct net_echo *s)
{
    struct net_client *c = net_connect_tls(&s->net, bytes_of(NULL, 0));
    const unsigned before = s->opened;
    while (s->opened == before || tls_state(c->tls) == TLS_HANDSHAKE)
        net_turn(&s->net);
    return c;
}
