/* tickets.c - see tickets.h. A plain table: a scan of all of it takes a hundredth of the handshake that asks for it. */
#include "tickets.h"

#include <stdlib.h>

#define ID_MAX 32 /* SSL_MAX_SSL_SESSION_ID_LENGTH, RFC 5246 section 7.4.1.2 */

struct ticket {
    uint64_t born; /* by the counter; 0: free */
    struct id device;
    uint8_t id[ID_MAX];
    size_t id_n;
    struct buf session;
};

struct tickets {
    struct ticket *all;
    size_t max, per_device;
    uint64_t counter;
};

static void discard(struct ticket *ticket)
{
    buf_wipe_deinit(&ticket->session);
    memset(ticket, 0, sizeof(*ticket));
}

static struct ticket *find(struct tickets *t, struct bytes id)
{
    for (size_t i = 0; i < t->max; i++) {
        struct ticket *one = &t->all[i];
        if (one->born != 0 && bytes_equal(bytes_of(one->id, one->id_n), id))
            return one;
    }
    return NULL;
}

/* The place for a new one: a free one or the oldest of all; or the oldest of the device's, when it has its share. */
static struct ticket *place_for(struct tickets *t, const struct id *device)
{
    struct ticket *oldest = &t->all[0], *own = NULL;
    size_t own_n = 0;
    for (size_t i = 0; i < t->max; i++) {
        struct ticket *one = &t->all[i];
        if (one->born < oldest->born)
            oldest = one;
        if (one->born == 0 || !id_equal(&one->device, device))
            continue;
        own_n++;
        if (own == NULL || one->born < own->born)
            own = one;
    }
    return own_n >= t->per_device ? own : oldest;
}

static void tickets_put(void *user, struct bytes id, const struct tls_cert *peer, struct bytes session)
{
    struct tickets *t = user;
    if (id.n == 0 || id.n > ID_MAX)
        return;
    struct ticket *ticket = find(t, id);
    if (ticket == NULL)
        ticket = place_for(t, &peer->device);
    discard(ticket);
    ticket->born = ++t->counter;
    ticket->device = peer->device;
    memcpy(ticket->id, id.p, id.n);
    ticket->id_n = id.n;
    buf_put_bytes(&ticket->session, session);
}

static bool tickets_get(void *user, struct bytes id, struct buf *session)
{
    const struct ticket *ticket = find(user, id);
    if (ticket != NULL)
        buf_put_bytes(session, buf_bytes(&ticket->session));
    return ticket != NULL;
}

static void tickets_del(void *user, struct bytes id)
{
    struct ticket *ticket = find(user, id);
    if (ticket != NULL)
        discard(ticket);
}

const struct tls_cache_ops tickets_ops = {tickets_put, tickets_get, tickets_del};

struct tickets *tickets_new(size_t max, size_t per_device)
{
    assert(max > 0 && per_device > 0);
    struct tickets *t = mem_alloc(sizeof(*t));
    t->all = mem_alloc(max * sizeof(*t->all));
    t->max = max;
    t->per_device = per_device;
    return t;
}

void tickets_free(struct tickets *t)
{
    if (t == NULL)
        return;
    for (size_t i = 0; i < t->max; i++)
        discard(&t->all[i]);
    free(t->all);
    free(t);
}

void tickets_forget(struct tickets *t, const struct id *device)
{
    for (size_t i = 0; i < t->max; i++)
        if (t->all[i].born != 0 && id_equal(&t->all[i].device, device))
            discard(&t->all[i]);
}

size_t tickets_n(const struct tickets *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->max; i++)
        n += t->all[i].born != 0;
    return n;
}
