/* tickets.h - the server's TLS sessions, in memory: the cache behind tls.h's struct tls_cache_ops.
 *
 * Bounded twice: a device keeps its newest few (more than one, since the answer that brings the newest may be lost),
 * all devices together a fixed number; the oldest goes. A server that restarts has none, which costs each device one
 * full handshake. Revoking a device forgets its sessions; that it may not come back is the registry's matter. */
#ifndef CHIBO_TICKETS_H
#define CHIBO_TICKETS_H

#include "../common/tls.h"

struct tickets;

/* As tls_settings.cache, with the struct tickets as cache_user. */
extern const struct tls_cache_ops tickets_ops;

struct tickets *tickets_new(size_t max, size_t per_device); /* both > 0; see server_limits.h */
void tickets_free(struct tickets *t);                       /* NULL is fine; after the TLS context that uses it */
void tickets_forget(struct tickets *t, const struct id *device);
size_t tickets_n(const struct tickets *t);

#endif
