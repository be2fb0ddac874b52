/* net_echo.h - for tests: a session layer that echoes, notes what happened, and does what it is told. */
#ifndef CHIBO_NET_ECHO_H
#define CHIBO_NET_ECHO_H

#include "net_world.h"

enum { NET_ON_OPEN = 1, NET_ON_BYTES = 2, NET_ON_DRAINED = 4, NET_ON_WAKE = 8 };

struct net_echo {
    struct net_world net;
    unsigned opened, closed, drained, woken;
    enum err why;      /* of the last on_close */
    struct conn *conn; /* the last opened */
    bool had_cert, expired, resumed;
    struct id device;
    uint8_t binding[TLS_BINDING_SIZE];
    size_t in_n, turn_in_n, queue_max;
    /* orders */
    size_t to_produce_n; /* bytes to send as fast as conn_full allows */
    bool mute;           /* no echo */
    bool keep_unknown;   /* no conn_admit */
    bool owed;           /* every byte received begins a frame that is not complete */
    bool heedless;       /* produces without asking conn_full */
    unsigned close_in;   /* NET_ON_ callbacks in which to close */
    enum err leave_with; /* not ERR_OK: leave after the first bytes */
};

extern const struct conn_ops net_echo_ops;

/* limits NULL: net_echo_limits(). End it with net_world_deinit(&s->net). */
void net_echo_init(struct net_echo *s, const struct conn_limits *limits);
/* The real limits but for a tick that tests need not wait for, and room for many clients from one address. */
struct conn_limits net_echo_limits(void);
/* A client whose handshake both sides have completed. */
struct net_client *net_echo_client(struct net_echo *s);
/* For net_until. */
bool net_echo_is_open(void *echo);
bool net_echo_is_closed(void *echo);
bool net_echo_is_empty(void *echo); /* no connection is left */

#endif
