/* tickets.h - the TLS sessions that may be resumed, in memory: few for each device, forgotten when it is revoked.
 *
 * Not on disk: they are secrets, and a restart of the server costs each device one full handshake (~1 KB, ~1 ms). The
 * oldest gives way. That a session resumes says who is there; the registry is asked all the same (ward_judge). Sessions without
 * a device (enrolment) are not kept. */
#ifndef CHIBO_TICKETS_H
#define CHIBO_TICKETS_H

#include "../common/tls.h"

struct tickets;

struct tickets *tickets_new(size_t most, size_t most_per_device);
void tickets_free(struct tickets *t); /* wipes; NULL is fine */
extern const struct tls_cache_ops tickets_ops; /* user: the struct tickets */
void tickets_forget(struct tickets *t, const struct id *device);
size_t tickets_count(const struct tickets *t);

#endif
