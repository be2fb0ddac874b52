/* net_world.h - for tests of the server's network side: a listener on loopback and clients, in one thread.
 *
 * net_turn runs one turn of the server's loop, then moves what each client can move without blocking. net_until turns
 * until a condition holds, or NET_PATIENCE_MS have gone by; nobody sleeps. */
#ifndef CHIBO_NET_WORLD_H
#define CHIBO_NET_WORLD_H

#include <uv.h>

#include "../server/listener.h"
#include "tls_world.h"

#define NET_CLIENTS_MAX 32
#define NET_PATIENCE_MS 60000

struct net_client {
    int fd; /* -1: none */
    struct tls *tls; /* NULL: it speaks no TLS */
    struct tls_context *context;
    struct buf out, in; /* cipher to send, plain received */
    enum err err;
    bool eof, reset, deaf; /* deaf: does not read */
};

struct net_world {
    struct tls_world w;
    struct buf cert;
    uv_loop_t loop;
    struct listener *listener;
    bool stopped;
    struct net_client clients[NET_CLIENTS_MAX];
};

/* ops are the session layer under test; shared is theirs. */
void net_world_init(struct net_world *n, const struct conn_limits *limits, const struct conn_ops *ops, void *shared);
void net_world_deinit(struct net_world *n); /* stops the listener, checks that nothing is left on the loop */
/* TCP only. */
struct net_client *net_connect(struct net_world *n);
/* And TLS, with the world's device certificate and a saved session (empty: none). */
struct net_client *net_connect_tls(struct net_world *n, struct bytes session);
void net_client_close(struct net_client *c);
void net_client_say(struct net_client *c, const char *text);
bool net_client_ended(void *client); /* for net_until: the connection is over */
bool net_client_heard(void *client); /* something came */
void net_turn(struct net_world *n);
bool net_until(struct net_world *n, bool (*holds)(void *user), void *user);
uint64_t net_now_ms(void);

#endif
