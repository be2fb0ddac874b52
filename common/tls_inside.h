/* tls_inside.h - between tls.c and tls_context.c only. */
#ifndef CHIBO_TLS_INSIDE_H
#define CHIBO_TLS_INSIDE_H

#include <openssl/bio.h>
#include <openssl/ssl.h>

#include "tls.h"

struct tls_context {
    SSL_CTX *ctx;
    BIO_METHOD *method;
    enum tls_role role;
    uint8_t pin[TLS_PIN_SIZE];
    const struct tls_cache_ops *cache;
    void *cache_user;
};

struct tls {
    struct tls_context *context;
    SSL *ssl;
    struct bytes in;
    struct buf out;
    enum tls_state state;
    enum err err;          /* why TLS_FAILED */
    enum err refusal;      /* what a callback refused, before OpenSSL says so in its own words */
    size_t handshake_in_n;
    SSL_SESSION *offered;  /* client: the newest session the server offered */
    bool has_peer;
    bool peer_expired;
    struct tls_cert peer;
};

/* For SSL_CTX: how its connections reach their struct tls, which is BIO_get_data of theirs. */
BIO_METHOD *tls_bio_method(void);
/* Appends the DER of a session; false: too large to be ours. */
bool tls_context_encode_session(SSL_SESSION *session, struct buf *out);
/* NULL: not one TLS 1.3 session in DER. The caller frees it. */
SSL_SESSION *tls_context_decode_session(struct bytes from);

#endif
