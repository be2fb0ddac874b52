/* tls_world.c - see tls_world.h. */
#include "tls_world.h"

#include <time.h>

#include "../common/crypto.h"

static struct world_session *find(struct tls_world *w, struct bytes id)
{
    for (size_t i = 0; i < ARRAY_LEN(w->sessions); i++)
        if (bytes_equal(buf_bytes(&w->sessions[i].id), id))
            return &w->sessions[i];
    return NULL;
}

static void on_put(void *user, struct bytes id, const struct tls_cert *peer, struct bytes session)
{
    struct tls_world *w = user;
    struct world_session *slot = find(w, bytes_of(NULL, 0));
    assert(slot != NULL);
    w->puts++;
    buf_put_bytes(&slot->id, id);
    buf_put_bytes(&slot->der, session);
    slot->peer = *peer;
}

static bool on_get(void *user, struct bytes id, struct buf *session)
{
    struct tls_world *w = user;
    const struct world_session *slot = find(w, id);
    w->gets++;
    if (slot != NULL)
        buf_put_bytes(session, buf_bytes(&slot->der));
    return slot != NULL;
}

static void on_del(void *user, struct bytes id)
{
    struct tls_world *w = user;
    struct world_session *slot = find(w, id);
    w->dels++;
    if (slot == NULL)
        return;
    buf_deinit(&slot->id);
    buf_deinit(&slot->der);
}

static const struct tls_cache_ops cache_ops = {on_put, on_get, on_del};

void tls_world_init(struct tls_world *w)
{
    memset(w, 0, sizeof(*w));
    crypto_init();
    memset(w->ca_seed, 1, TLS_SEED_SIZE);
    memset(w->other_ca_seed, 2, TLS_SEED_SIZE);
    memset(w->server_seed, 3, TLS_SEED_SIZE);
    memset(w->device_seed, 4, TLS_SEED_SIZE);
    memset(w->device.b, 0xd5, ID_SIZE);
    uint8_t secret[SIGN_SECRET_SIZE];
    crypto_sign_from_seed(w->device_seed, w->device_public, secret);
    const int64_t now_s = (int64_t)time(NULL);
    w->now = (struct tls_validity){now_s - 86400, now_s + 86400};
    w->past = (struct tls_validity){946684800, 978307200}; /* the year 2000 */

    struct tls_cert cert;
    enum err e = tls_identity_ca(w->ca_seed, "ward CA", w->now, &w->ca);
    assert(e == ERR_OK);
    e = tls_identity_ca(w->other_ca_seed, "ward CA", w->now, &w->other_ca);
    assert(e == ERR_OK);
    e = tls_identity_server(w->server_seed, "ward", w->now, &w->server_cert);
    assert(e == ERR_OK);
    e = tls_identity_read(buf_bytes(&w->server_cert), &cert);
    assert(e == ERR_OK);
    memcpy(w->pin, cert.pin, TLS_PIN_SIZE);
    const struct tls_settings settings = {
        .role = TLS_SERVER,
        .seed = w->server_seed,
        .cert = buf_bytes(&w->server_cert),
        .ca = buf_bytes(&w->ca),
        .cache = &cache_ops,
        .cache_user = w,
    };
    e = tls_context_new(&settings, &w->server);
    assert(e == ERR_OK);
}

void tls_world_deinit(struct tls_world *w)
{
    tls_context_free(w->server);
    for (size_t i = 0; i < ARRAY_LEN(w->sessions); i++) {
        buf_deinit(&w->sessions[i].id);
        buf_deinit(&w->sessions[i].der);
    }
    buf_deinit(&w->ca);
    buf_deinit(&w->other_ca);
    buf_deinit(&w->server_cert);
}

struct tls_context *tls_world_client(const struct tls_world *w, struct bytes cert, const uint8_t *pin)
{
    struct tls_context *context;
    const struct tls_settings settings = {
        .role = TLS_CLIENT,
        .seed = cert.n == 0 ? NULL : w->device_seed,
        .cert = cert,
        .pin = pin == NULL ? w->pin : pin,
    };
    enum err e = tls_context_new(&settings, &context);
    assert(e == ERR_OK);
    return context;
}

void tls_world_issue(const struct tls_world *w, bool other_ca, struct tls_validity validity, struct buf *cert)
{
    enum err e = tls_identity_issue(other_ca ? w->other_ca_seed : w->ca_seed,
                                    buf_bytes(other_ca ? &w->other_ca : &w->ca), w->device_public, &w->device, validity,
                                    cert);
    assert(e == ERR_OK);
}

void tls_pair_init(struct tls_pair *p, struct tls_context *client, struct tls_context *server, struct bytes session)
{
    memset(p, 0, sizeof(*p));
    p->client_context = client;
    p->client = tls_new(client, session);
    p->server = tls_new(server, bytes_of(NULL, 0));
}

static bool move(struct tls *from, struct tls *to, struct buf *plain, size_t *count, enum err *first_err)
{
    struct buf cipher = {0};
    tls_drain(from, &cipher, SIZE_MAX);
    *count += cipher.n;
    bool any = cipher.n > 0;
    if (any) {
        enum err e = tls_feed(to, buf_bytes(&cipher), plain);
        if (*first_err == ERR_OK)
            *first_err = e;
    }
    buf_deinit(&cipher);
    return any;
}

void tls_pair_run(struct tls_pair *p)
{
    for (bool any = true; any;) {
        any = move(p->client, p->server, &p->at_server, &p->up_n, &p->server_err);
        any = move(p->server, p->client, &p->at_client, &p->down_n, &p->client_err) || any;
    }
}

void tls_pair_deinit(struct tls_pair *p)
{
    tls_free(p->client);
    tls_free(p->server);
    tls_context_free(p->client_context);
    buf_deinit(&p->at_client);
    buf_deinit(&p->at_server);
}
