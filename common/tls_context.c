/* tls_context.c - what all connections of one side share: keys, whom they believe, and the sessions they resume.
 *
 * OpenSSL's callbacks find the connection as SSL_get_app_data, the context as SSL_CTX_get_app_data. */
#include <openssl/err.h>
#include <stdlib.h>

#include "crypto.h"
#include "tls_chain.h"
#include "tls_inside.h"

/* ---- sessions ---- */

bool tls_context_encode_session(SSL_SESSION *session, struct buf *out)
{
    int size = i2d_SSL_SESSION(session, NULL);
    if (size <= 0 || size > TLS_SESSION_MAX)
        return false;
    unsigned char *end = buf_grow(out, (size_t)size);
    i2d_SSL_SESSION(session, &end);
    return true;
}

SSL_SESSION *tls_context_decode_session(struct bytes from)
{
    if (from.n == 0 || from.n > TLS_SESSION_MAX)
        return NULL;
    const unsigned char *end = from.p;
    SSL_SESSION *session = d2i_SSL_SESSION(NULL, &end, (long)from.n);
    ERR_clear_error();
    if (session != NULL && end == from.p + from.n && SSL_SESSION_get_protocol_version(session) == TLS1_3_VERSION)
        return session;
    SSL_SESSION_free(session);
    return NULL;
}

static struct bytes session_id(const SSL_SESSION *session)
{
    unsigned n = 0;
    const unsigned char *id = SSL_SESSION_get_id(session, &n);
    return bytes_of(id, n);
}

/* Client: the server offers a session; the newest is kept (OpenSSL's reference becomes ours: return 1). */
static int client_on_session(SSL *ssl, SSL_SESSION *session)
{
    struct tls *tls = SSL_get_app_data(ssl);
    SSL_SESSION_free(tls->offered);
    tls->offered = session;
    return 1;
}

/* Server: a session is ready. One without a device is an enrolment's, which nobody resumes. */
static int server_on_session(SSL *ssl, SSL_SESSION *session)
{
    struct tls *tls = SSL_get_app_data(ssl);
    const X509 *x509 = SSL_SESSION_get0_peer(session);
    struct tls_cert peer;
    struct buf der = {0};
    if (x509 != NULL && tls_identity_of(x509, &peer) == ERR_OK && tls_context_encode_session(session, &der))
        tls->context->cache->put(tls->context->cache_user, session_id(session), &peer, buf_bytes(&der));
    buf_wipe_deinit(&der);
    return 0;
}

static SSL_SESSION *server_on_lookup(SSL *ssl, const unsigned char *id, int n, int *copy)
{
    struct tls *tls = SSL_get_app_data(ssl);
    struct buf der = {0};
    SSL_SESSION *session = NULL;
    *copy = 0;
    if (n > 0 && tls->context->cache->get(tls->context->cache_user, bytes_of(id, (size_t)n), &der))
        session = tls_context_decode_session(buf_bytes(&der));
    buf_wipe_deinit(&der);
    return session;
}

static void server_on_remove(SSL_CTX *ctx, SSL_SESSION *session)
{
    struct tls_context *context = SSL_CTX_get_app_data(ctx);
    context->cache->del(context->cache_user, session_id(session));
}

/* ---- context ---- */

/* In place of a chain check: the pin is all a client knows of its server. */
static int client_on_verify(X509_STORE_CTX *store, void *user)
{
    const struct tls_context *context = user;
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct tls *tls = SSL_get_app_data(ssl);
    struct tls_cert cert;
    const X509 *x509 = X509_STORE_CTX_get0_cert(store);
    if (tls_identity_of(x509, &cert) == ERR_OK && tls_chain_leads(x509, &cert, context->pin)) {
        X509_STORE_CTX_set_error(store, X509_V_OK);
        return 1;
    }
    tls->refusal = ERR_BAD_PIN;
    X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
    return 0;
}

static X509 *parse_cert(struct bytes der)
{
    struct tls_cert checked;
    if (tls_identity_read(der, &checked) != ERR_OK)
        return NULL;
    const unsigned char *end = der.p;
    return d2i_X509(NULL, &end, (long)der.n);
}

static bool use_own(SSL_CTX *ctx, const uint8_t *seed, struct bytes cert)
{
    X509 *x509 = parse_cert(cert);
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, TLS_SEED_SIZE);
    bool ok = x509 != NULL && key != NULL && SSL_CTX_use_certificate(ctx, x509) == 1 &&
              SSL_CTX_use_PrivateKey(ctx, key) == 1 && SSL_CTX_check_private_key(ctx) == 1;
    EVP_PKEY_free(key);
    X509_free(x509);
    return ok;
}

/* Validity is judged by us, after the handshake: a device that was away too long must still be heard. */
static bool trust_ca(SSL_CTX *ctx, struct bytes ca)
{
    X509 *x509 = parse_cert(ca);
    bool ok = x509 != NULL && X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), x509) == 1 &&
              X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(ctx), X509_V_FLAG_NO_CHECK_TIME) == 1;
    SSL_CTX_set_verify_depth(ctx, 0); /* a device's certificate comes from the CA itself */
    X509_free(x509);
    return ok;
}

static bool set_common(SSL_CTX *ctx)
{
    char groups[] = "X25519:P-256", signatures[] = "ed25519"; /* OpenSSL's macros want them writable */
    SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
    SSL_CTX_set_max_cert_list(ctx, TLS_CERT_LIST_MAX);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_timeout(ctx, TLS_SESSION_LIFE_S);
    return SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_max_proto_version(ctx, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set1_groups_list(ctx, groups) == 1 && SSL_CTX_set1_sigalgs_list(ctx, signatures) == 1 &&
           SSL_CTX_set_ciphersuites(ctx, "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256") == 1 &&
           SSL_CTX_set_max_early_data(ctx, 0) == 1 && SSL_CTX_set_recv_max_early_data(ctx, 0) == 1;
}

static bool set_server(struct tls_context *context, const struct tls_settings *settings)
{
    static const unsigned char id_context[] = "chibo1";
    SSL_CTX *ctx = context->ctx;
    if (!use_own(ctx, settings->seed, settings->cert) || !trust_ca(ctx, settings->ca))
        return false;
    if (SSL_CTX_set_session_id_context(ctx, id_context, sizeof(id_context) - 1) != 1 ||
        SSL_CTX_set_num_tickets(ctx, settings->cache == NULL ? 0 : 1) != 1)
        return false;
    if (settings->cache == NULL) {
        SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
        return true;
    }
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(ctx, server_on_session);
    SSL_CTX_sess_set_get_cb(ctx, server_on_lookup);
    SSL_CTX_sess_set_remove_cb(ctx, server_on_remove);
    return true;
}

static bool set_client(struct tls_context *context, const struct tls_settings *settings)
{
    SSL_CTX *ctx = context->ctx;
    memcpy(context->pin, settings->pin, TLS_PIN_SIZE);
    SSL_CTX_set_cert_verify_callback(ctx, client_on_verify, context);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(ctx, client_on_session);
    return settings->seed == NULL || use_own(ctx, settings->seed, settings->cert);
}

enum err tls_context_new(const struct tls_settings *settings, struct tls_context **out)
{
    assert(settings->role == TLS_CLIENT ? settings->pin != NULL : settings->seed != NULL);
    OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_SSL_STRINGS |
                         OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS, NULL);
    ERR_clear_error();
    struct tls_context *context = mem_alloc(sizeof(*context));
    context->role = settings->role;
    context->cache = settings->cache;
    context->cache_user = settings->cache_user;
    context->method = tls_bio_method();
    context->ctx = SSL_CTX_new(settings->role == TLS_SERVER ? TLS_server_method() : TLS_client_method());
    if (context->ctx == NULL || !set_common(context->ctx))
        abort(); /* constants that this OpenSSL does not take, or no memory */
    SSL_CTX_set_app_data(context->ctx, context);
    bool ok = settings->role == TLS_SERVER ? set_server(context, settings) : set_client(context, settings);
    ERR_clear_error();
    *out = context;
    if (ok)
        return ERR_OK;
    tls_context_free(context);
    *out = NULL;
    return ERR_BAD_VALUE;
}

void tls_context_free(struct tls_context *context)
{
    if (context == NULL)
        return;
    SSL_CTX_free(context->ctx);
    BIO_meth_free(context->method);
    free(context);
}
