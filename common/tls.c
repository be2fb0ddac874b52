/* tls.c - TLS 1.3 over OpenSSL; see tls.h.
 *
 * OpenSSL reads and writes through one BIO whose two ends are `in` (the bytes of the present tls_feed, borrowed) and
 * `out` (what waits for tls_drain). Every call into it begins with an empty error queue, or its verdict would be
 * that of an earlier call on another connection. */
#include "tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <time.h>

#include "crypto.h"

#define OUT_KEEP_MAX ((size_t)4 * 1024) /* an idle connection holds no more than this for output */

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

/* ---- the BIO ---- */

static int bio_read(BIO *bio, char *to, int n)
{
    struct tls *tls = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (n <= 0)
        return 0;
    if (tls->in.n == 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    size_t taken = tls->in.n < (size_t)n ? tls->in.n : (size_t)n;
    memcpy(to, tls->in.p, taken);
    tls->in = bytes_cut(tls->in, taken);
    return (int)taken;
}

static int bio_write(BIO *bio, const char *from, int n)
{
    struct tls *tls = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (n > 0)
        buf_put(&tls->out, from, (size_t)n);
    return n;
}

static long bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
    (void)bio, (void)number, (void)pointer;
    return command == BIO_CTRL_FLUSH;
}

static BIO_METHOD *method_new(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "chibo");
    if (method == NULL || BIO_meth_set_read(method, bio_read) != 1 || BIO_meth_set_write(method, bio_write) != 1 ||
        BIO_meth_set_ctrl(method, bio_ctrl) != 1)
        abort();
    return method;
}

/* ---- sessions ---- */

/* Both cache callbacks' session as DER. False: too large to be ours. */
static bool session_encode(SSL_SESSION *session, struct buf *out)
{
    int size = i2d_SSL_SESSION(session, NULL);
    if (size <= 0 || size > TLS_SESSION_MAX)
        return false;
    unsigned char *end = buf_grow(out, (size_t)size);
    i2d_SSL_SESSION(session, &end);
    return true;
}

static SSL_SESSION *session_decode(struct bytes from)
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
    if (x509 != NULL && tls_identity_of(x509, &peer) == ERR_OK && session_encode(session, &der))
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
        session = session_decode(buf_bytes(&der));
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
    if (tls_identity_of(X509_STORE_CTX_get0_cert(store), &cert) == ERR_OK &&
        crypto_equal(cert.pin, context->pin, TLS_PIN_SIZE)) {
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
    context->method = method_new();
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

/* ---- connection ---- */

/* Was it the other side, or our own check of its certificate, that had something against a certificate? A signature
 * that does not verify is reported as decrypt_error (RFC 8446 section 6.2). */
static bool is_about_certificates(unsigned long error)
{
    static const int reasons[] = {
        SSL_R_CERTIFICATE_VERIFY_FAILED,
        SSL_R_WRONG_CERTIFICATE_TYPE,
        SSL_R_SSLV3_ALERT_BAD_CERTIFICATE,
        SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED,
        SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED,
        SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN,
        SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE,
        SSL_R_TLSV1_ALERT_ACCESS_DENIED,
        SSL_R_TLSV1_ALERT_DECRYPT_ERROR,
        SSL_R_TLSV1_ALERT_UNKNOWN_CA,
        SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED,
    };
    for (size_t i = 0; ERR_GET_LIB(error) == ERR_LIB_SSL && i < ARRAY_LEN(reasons); i++)
        if (reasons[i] == ERR_GET_REASON(error))
            return true;
    return false;
}

static enum err fail(struct tls *tls, enum err e)
{
    tls->state = TLS_FAILED;
    tls->err = e;
    tls->in = bytes_of(NULL, 0);
    ERR_clear_error();
    return e;
}

static enum err fail_by_openssl(struct tls *tls)
{
    if (tls->refusal != ERR_OK)
        return fail(tls, tls->refusal);
    enum err e = ERR_BAD_FRAME;
    for (unsigned long error; (error = ERR_get_error()) != 0;)
        if (is_about_certificates(error))
            e = ERR_AUTH;
    return fail(tls, e);
}

/* The handshake is complete: who is it? A resumed session brings the certificate of the one it continues. */
static enum err meet_peer(struct tls *tls)
{
    const X509 *x509 = SSL_get0_peer_certificate(tls->ssl);
    tls->state = TLS_OPEN;
    if (x509 == NULL)
        return tls->context->role == TLS_SERVER ? ERR_OK : fail(tls, ERR_BAD_PIN);
    if (tls_identity_of(x509, &tls->peer) != ERR_OK)
        return fail(tls, ERR_AUTH);
    tls->has_peer = true;
    const int64_t now_s = (int64_t)time(NULL);
    tls->peer_expired = now_s < tls->peer.validity.not_before_s || now_s > tls->peer.validity.not_after_s;
    if (tls->context->role == TLS_SERVER)
        return id_is_zero(&tls->peer.device) ? fail(tls, ERR_AUTH) : ERR_OK;
    return crypto_equal(tls->peer.pin, tls->context->pin, TLS_PIN_SIZE) ? ERR_OK : fail(tls, ERR_BAD_PIN);
}

static enum err shake_hands(struct tls *tls)
{
    ERR_clear_error();
    int done = SSL_do_handshake(tls->ssl);
    if (done == 1)
        return meet_peer(tls);
    if (SSL_get_error(tls->ssl, done) != SSL_ERROR_WANT_READ)
        return fail_by_openssl(tls);
    return tls->handshake_in_n > TLS_HANDSHAKE_IN_MAX ? fail(tls, ERR_BAD_FRAME) : ERR_OK;
}

/* A session of this client's server, or none. */
static void offer_session(struct tls *tls, struct bytes saved)
{
    struct tls_cert peer;
    SSL_SESSION *session = session_decode(saved);
    if (session == NULL)
        return;
    const X509 *x509 = SSL_SESSION_get0_peer(session);
    if (x509 != NULL && tls_identity_of(x509, &peer) == ERR_OK &&
        crypto_equal(peer.pin, tls->context->pin, TLS_PIN_SIZE) && SSL_SESSION_is_resumable(session))
        SSL_set_session(tls->ssl, session);
    SSL_SESSION_free(session);
    ERR_clear_error();
}

struct tls *tls_new(struct tls_context *context, struct bytes session)
{
    struct tls *tls = mem_alloc(sizeof(*tls));
    tls->context = context;
    tls->ssl = SSL_new(context->ctx);
    BIO *bio = BIO_new(context->method);
    if (tls->ssl == NULL || bio == NULL)
        abort();
    SSL_set_app_data(tls->ssl, tls);
    BIO_set_data(bio, tls);
    BIO_set_init(bio, 1);
    SSL_set_bio(tls->ssl, bio, bio);
    if (context->role == TLS_SERVER) {
        SSL_set_accept_state(tls->ssl);
        return tls;
    }
    SSL_set_connect_state(tls->ssl);
    offer_session(tls, session);
    enum err e = shake_hands(tls);
    assert(e == ERR_OK); /* writes a ClientHello, judges nothing */
    return tls;
}

void tls_free(struct tls *tls)
{
    if (tls == NULL)
        return;
    /* OpenSSL 3.0 takes a missing close_notify for a failure and would forget the session on both sides. */
    SSL_set_shutdown(tls->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(tls->ssl);
    SSL_SESSION_free(tls->offered);
    buf_deinit(&tls->out);
    free(tls);
}

enum tls_state tls_state(const struct tls *tls)
{
    return tls->state;
}

static enum err open_records(struct tls *tls, struct buf *plain)
{
    for (;;) {
        size_t n = 0;
        buf_reserve(plain, TLS_RECORD_MAX);
        ERR_clear_error();
        int done = SSL_read_ex(tls->ssl, plain->p + plain->n, TLS_RECORD_MAX, &n);
        if (done == 1) {
            plain->n += n;
            continue;
        }
        switch (SSL_get_error(tls->ssl, done)) {
        case SSL_ERROR_WANT_READ:
            return ERR_OK;
        case SSL_ERROR_ZERO_RETURN:
            tls->state = TLS_CLOSED;
            return ERR_OK;
        default:
            return fail_by_openssl(tls);
        }
    }
}

enum err tls_feed(struct tls *tls, struct bytes cipher, struct buf *plain)
{
    tls->in = cipher;
    enum err e = tls->err;
    if (tls->state == TLS_HANDSHAKE) {
        tls->handshake_in_n += cipher.n;
        e = shake_hands(tls);
    }
    if (tls->state == TLS_OPEN)
        e = open_records(tls, plain);
    assert(tls->in.n == 0 || tls->state == TLS_CLOSED || tls->state == TLS_FAILED);
    tls->in = bytes_of(NULL, 0);
    return e;
}

enum err tls_write(struct tls *tls, struct bytes plain)
{
    assert(tls->state != TLS_HANDSHAKE);
    if (tls->state != TLS_OPEN)
        return tls->state == TLS_FAILED ? tls->err : ERR_CUT;
    if (plain.n == 0)
        return ERR_OK;
    size_t n = 0;
    ERR_clear_error();
    if (SSL_write_ex(tls->ssl, plain.p, plain.n, &n) != 1)
        return fail_by_openssl(tls);
    assert(n == plain.n); /* our BIO takes everything */
    return ERR_OK;
}

size_t tls_drain(struct tls *tls, struct buf *out, size_t max)
{
    size_t n = tls->out.n < max ? tls->out.n : max;
    buf_put(out, tls->out.p, n);
    buf_drop_front(&tls->out, n);
    if (tls->out.n == 0 && tls->out.cap > OUT_KEEP_MAX)
        buf_deinit(&tls->out);
    return tls->out.n;
}

size_t tls_waiting_n(const struct tls *tls)
{
    return tls->out.n;
}

void tls_close(struct tls *tls)
{
    if (tls->state != TLS_OPEN && tls->state != TLS_CLOSED)
        return;
    ERR_clear_error();
    SSL_shutdown(tls->ssl); /* 0: the peer has not said so yet; that is not waited for */
    ERR_clear_error();
}

static bool was_opened(const struct tls *tls)
{
    return tls->state == TLS_OPEN || tls->state == TLS_CLOSED || SSL_is_init_finished(tls->ssl);
}

const struct tls_cert *tls_peer(const struct tls *tls)
{
    assert(was_opened(tls));
    return tls->has_peer ? &tls->peer : NULL;
}

bool tls_peer_expired(const struct tls *tls)
{
    assert(was_opened(tls));
    return tls->peer_expired;
}

bool tls_resumed(const struct tls *tls)
{
    assert(was_opened(tls));
    return SSL_session_reused(tls->ssl) == 1;
}

void tls_exporter(struct tls *tls, const char *label, uint8_t out[TLS_BINDING_SIZE])
{
    assert(was_opened(tls));
    ERR_clear_error();
    if (SSL_export_keying_material(tls->ssl, out, TLS_BINDING_SIZE, label, strlen(label), NULL, 0, 0) != 1)
        abort();
}

enum err tls_session_save(const struct tls *tls, struct buf *out)
{
    assert(was_opened(tls));
    return tls->offered != NULL && session_encode(tls->offered, out) ? ERR_OK : ERR_NOT_FOUND;
}

const struct tls_api tls_api = {
    .version = CHIBO_VERSION,
    .context_new = tls_context_new,
    .context_free = tls_context_free,
    .new = tls_new,
    .free = tls_free,
    .state = tls_state,
    .feed = tls_feed,
    .write = tls_write,
    .drain = tls_drain,
    .waiting_n = tls_waiting_n,
    .close = tls_close,
    .peer = tls_peer,
    .peer_expired = tls_peer_expired,
    .resumed = tls_resumed,
    .exporter = tls_exporter,
    .session_save = tls_session_save,
    .identity_read = tls_identity_read,
};
