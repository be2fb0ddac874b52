/* tickets.c - see tickets.h. One array, searched from end to end: 1,024 compares cost less than the handshake's hashes. */
#include "tickets.h"

#include <stdlib.h>

struct ticket {
    struct id device;
    struct buf id, session; /* session.n == 0: free */
    uint64_t age;           /* when it was put, counted in puts */
};

struct tickets {
    struct ticket *ticket;
    size_t most, most_per_device;
    uint64_t puts;
};

static void drop(struct ticket *k)
{
    buf_deinit(&k->id);
    buf_wipe_deinit(&k->session);
    *k = (struct ticket){0};
}

static struct ticket *find(const struct tickets *t, struct bytes id)
{
    for (size_t i = 0; i < t->most; i++)
        if (t->ticket[i].session.n > 0 && bytes_equal(buf_bytes(&t->ticket[i].id), id))
            return &t->ticket[i];
    return NULL;
}

/* A free place; else this device's oldest if it has its share, else the oldest of all. */
static struct ticket *make_room(struct tickets *t, const struct id *device)
{
    struct ticket *empty = NULL, *oldest = NULL, *own = NULL;
    size_t own_n = 0;
    for (struct ticket *k = t->ticket; k < t->ticket + t->most; k++) {
        if (k->session.n == 0) {
            empty = empty == NULL ? k : empty;
            continue;
        }
        if (oldest == NULL || k->age < oldest->age)
            oldest = k;
        if (!id_equal(&k->device, device))
            continue;
        own_n++;
        if (own == NULL || k->age < own->age)
            own = k;
    }
    if (own_n >= t->most_per_device)
        return own;
    return empty != NULL ? empty : oldest;
}

static void on_put(void *user, struct bytes id, const struct tls_cert *peer, struct bytes session)
{
    struct tickets *t = user;
    if (peer == NULL || id_is_zero(&peer->device) || session.n == 0)
        return;
    struct ticket *k = make_room(t, &peer->device);
    drop(k);
    k->device = peer->device;
    k->age = ++t->puts;
    buf_put_bytes(&k->id, id);
    buf_reserve(&k->session, session.n);
    buf_put_bytes(&k->session, session);
}

static bool on_get(void *user, struct bytes id, struct buf *session)
{
    const struct ticket *k = find(user, id);
    if (k != NULL)
        buf_put_bytes(session, buf_bytes(&k->session));
    return k != NULL;
}

static void on_del(void *user, struct bytes id)
{
    struct ticket *k = find(user, id);
    if (k != NULL)
        drop(k);
}

const struct tls_cache_ops tickets_ops = {on_put, on_get, on_del};

struct tickets *tickets_new(size_t most, size_t most_per_device)
{
    struct tickets *t = mem_alloc(sizeof(*t));
    assert(most > 0 && most_per_device > 0);
    t->most = most;
    t->most_per_device = most_per_device;
    t->ticket = mem_alloc(most * sizeof(*t->ticket));
    return t;
}

void tickets_free(struct tickets *t)
{
    if (t == NULL)
        return;
    for (size_t i = 0; i < t->most; i++)
        drop(&t->ticket[i]);
    free(t->ticket);
    free(t);
}

void tickets_forget(struct tickets *t, const struct id *device)
{
    for (size_t i = 0; i < t->most; i++)
        if (t->ticket[i].session.n > 0 && id_equal(&t->ticket[i].device, device))
            drop(&t->ticket[i]);
}

size_t tickets_count(const struct tickets *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->most; i++)
        n += t->ticket[i].session.n > 0;
    return n;
}
