/* conn.h - one connection of a peer, as the session layer sees it: plain bytes in, plain bytes out.
 *
 * TLS, sockets, deadlines and fairness are conn.c's matter; what the bytes mean is not. All calls and callbacks happen
 * on the loop's thread. A connection lives from on_open to the end of on_close; nothing else is called after on_close,
 * and no callback comes from inside a call of the session layer.
 *
 * Output is gathered and leaves when the loop's turn ends, so that frames sent together share one record and one write.
 * Once conn_full() says so, stop producing until on_drained; reading goes on, or two peers could wait for each other.
 *
 * A connection that has not said who it is counts against tight limits until conn_admit(). */
#ifndef CHIBO_CONN_H
#define CHIBO_CONN_H

#include "../common/base.h"
#include "../common/buf.h"
#include "../common/err.h"
#include "../common/tls.h"

/* Sizes in bytes; meaning and reasons in server_limits.h. */
struct conn_limits {
    size_t unknown_max;
    size_t source_max;
    size_t conns_max;
    uint64_t handshake_ms;
    uint64_t first_ms;
    uint64_t idle_ms;
    uint64_t leave_ms;
    uint64_t tick_ms;
    uint64_t retry_ms;
    uint64_t rate_window_ms;
    size_t rate_window_min;
    size_t out_high;
    size_t out_hard;
};
/* server_limits.h, and as many connections as this process may have descriptors, less SERVER_FDS_KEPT. */
struct conn_limits conn_limits_default(void);

struct conn;

/* Who is there, by TLS alone. Valid during on_open; cert as long as the connection. */
struct conn_peer {
    const struct tls_cert *cert; /* NULL: no certificate (enrolment) */
    bool expired;
    bool resumed;
    uint8_t binding[TLS_BINDING_SIZE]; /* the exporter of TLS_BINDING_LABEL */
};

struct conn_ops {
    void (*on_open)(struct conn *c, const struct conn_peer *peer);
    void (*on_bytes)(struct conn *c, struct bytes plain); /* valid until it returns */
    void (*on_drained)(struct conn *c);                   /* output fell to half, after conn_full */
    void (*on_wake)(struct conn *c);                      /* the time of conn_wake_at has come */
    /* ERR_OK: we closed, nothing wrong. ERR_CUT: the peer or the network did. ERR_TIMEOUT: too slow, in whatever.
     * ERR_BAD_FRAME: TLS broken. Else what conn_close or conn_leave was given. */
    void (*on_close)(struct conn *c, enum err why);
};

/* The session layer's own pointer; NULL at first. conn_shared: what listener_new was given. */
void conn_set_user(struct conn *c, void *user);
void *conn_user(const struct conn *c);
void *conn_shared(const struct conn *c);
uint64_t conn_now_ms(const struct conn *c); /* monotonic, as of this turn of the loop */

/* Its certificate or its first frame was good: from here on the idle deadline holds, not that of the first frame. */
void conn_admit(struct conn *c);
/* Copies. Ignored when the connection is leaving or closed. */
void conn_send(struct conn *c, struct bytes plain);
size_t conn_queue_n(const struct conn *c); /* bytes not yet taken by the kernel */
bool conn_full(const struct conn *c);
/* Stops or resumes taking bytes from the peer (the store is behind). Deadlines on its input rest meanwhile. */
void conn_pause(struct conn *c, bool paused);
/* The peer is in the middle of a frame: it owes bytes and must keep up the least rate. False: it may be silent. */
void conn_owed(struct conn *c, bool owed);
void conn_wake_at(struct conn *c, uint64_t at_ms); /* by conn_now_ms; one at a time; 0: never mind */

/* Both may be called at any time and again; the first reason counts. on_close follows in a later turn. */
void conn_leave(struct conn *c, enum err why); /* sends what is queued, then goes; what still comes in is dropped */
void conn_close(struct conn *c, enum err why); /* at once */

#endif
