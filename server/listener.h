/* listener.h - the door: a listening socket, its limits, and the orderly end of all that came through it.
 *
 * Who is over a limit for all (unknown_max, conns_max) waits in the kernel's queue until there is room; who is over
 * the limit for one source is closed. Out of descriptors, the door is shut for a moment and opened again by a timer:
 * an accept that goes on failing must not keep libuv 1.44 in its accept loop for ever (robust even where a sandbox
 * denies "/"). */
#ifndef CHIBO_LISTENER_H
#define CHIBO_LISTENER_H

#include "conn.h"

struct uv_loop_s;
struct listener;

struct listener_settings {
    const char *address; /* numeric, IPv4 or IPv6: the server looks up no names */
    uint16_t port;       /* 0: any free one */
    struct conn_limits limits;
    struct tls_context *tls; /* outlives the listener, as do ops and shared */
    const struct conn_ops *ops;
    void *shared; /* conn_shared() of every connection */
};

/* Counts since the start, for the operator. */
struct listener_stats {
    uint64_t accepted;
    uint64_t accept_errors;
    size_t conn_n;
    size_t unknown_n;
};

/* Listens when it returns; SIGPIPE is ignored from then on. ERR_BAD_VALUE: not an address; ERR_EXISTS: the port
 * is taken; ERR_IO: else. *out is NULL then. */
MUST_CHECK enum err listener_new(struct uv_loop_s *loop, const struct listener_settings *settings,
                                 struct listener **out);
uint16_t listener_port(const struct listener *l);
struct listener_stats listener_stats(const struct listener *l);

/* No new connections from here on; those that are there go on. May be called again. */
void listener_shut(struct listener *l);
/* Shuts, lets every connection leave (its on_close says ERR_BUSY unless it was leaving already), and when the last one
 * is gone frees itself and calls done. A slow one is given leave_ms. Once. */
void listener_stop(struct listener *l, void (*done)(void *user), void *user);

#endif
