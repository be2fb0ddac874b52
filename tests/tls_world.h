/* tls_world.h - for tests: a ward's CA and server, a device, another ward's CA, and two TLS ends joined in memory.
 *
 * Seeds are constants, so keys, pins and public keys are the same in every run; serials and handshakes are not. */
#ifndef CHIBO_TLS_WORLD_H
#define CHIBO_TLS_WORLD_H

#include "../common/tls.h"

#define WORLD_SESSIONS_MAX 64

struct world_session {
    struct buf id;
    struct buf der;
    struct tls_cert peer;
};

struct tls_world {
    uint8_t ca_seed[TLS_SEED_SIZE], other_ca_seed[TLS_SEED_SIZE];
    uint8_t server_seed[TLS_SEED_SIZE], device_seed[TLS_SEED_SIZE];
    uint8_t device_public[TLS_PUBLIC_SIZE];
    struct id device;
    struct tls_validity now;  /* around the present */
    struct tls_validity past; /* over since 2001 */
    struct buf ca, other_ca, server_cert;
    uint8_t pin[TLS_PIN_SIZE];
    struct world_session sessions[WORLD_SESSIONS_MAX]; /* the server's cache; empty id: free */
    unsigned puts, gets, dels;
    struct tls_context *server;
};

void tls_world_init(struct tls_world *w);
void tls_world_deinit(struct tls_world *w);
/* A client context. cert: empty for none; pin: NULL for the world's own. */
struct tls_context *tls_world_client(const struct tls_world *w, struct bytes cert, const uint8_t *pin);
/* A certificate for the world's device, from the given CA. */
void tls_world_issue(const struct tls_world *w, bool other_ca, struct tls_validity validity, struct buf *cert);

struct tls_pair {
    struct tls_context *client_context;
    struct tls *client, *server;
    size_t up_n, down_n; /* cipher bytes that went by */
    struct buf at_client, at_server;
    enum err client_err, server_err; /* the first of each */
};

/* Takes the client context. */
void tls_pair_init(struct tls_pair *p, struct tls_context *client, struct tls_context *server, struct bytes session);
void tls_pair_run(struct tls_pair *p); /* until nothing moves any more */
void tls_pair_deinit(struct tls_pair *p); /* as a dropped link: nobody says goodbye */

#endif
