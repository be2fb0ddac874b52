/* serve.h - sessions of devices: between a connection (conn.h), the session machine (proto/session.h) and the
 * store's thread.
 *
 * For each connection one peer: bytes go into its session, what the session has to say goes out, the jobs it asks
 * for go to the store's thread and come back when they are durable. A peer outlives its connection until its jobs
 * are back. What was received before a cut is still stored; of a session that was revoked nothing more is begun.
 * A new connection of a device takes over from its old one: it waits until what came through the old one is stored, so
 * that a device that is cut and comes back at once need not send it again. All on the loop's thread. */
#ifndef CHIBO_SERVE_H
#define CHIBO_SERVE_H

#include "conn.h"
#include "home.h"
#include "store_thread.h"

struct serve;

extern const struct conn_ops serve_ops; /* conn_shared(): the struct serve */

/* on_idle: after serve_stop, when the last peer has gone. home and store outlive it. */
struct serve *serve_new(const struct home *home, struct store_thread *store, void (*on_idle)(void *user), void *user);
void serve_free(struct serve *s); /* no peers are left */
size_t serve_peers(const struct serve *s);
/* Before the next frame: the sessions of this device end. */
void serve_revoked(struct serve *s, const struct id *device);
/* No session begins another job. The connections are the listener's to close. */
void serve_stop(struct serve *s);

#endif
