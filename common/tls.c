/* tls.c - one connection of TLS 1.3 over OpenSSL; see tls.h.
 *
 * OpenSSL reads and writes through one BIO whose two ends are `in` (the bytes of the present tls_feed, borrowed) and
 * `out` (what waits for tls_drain). Every call into it begins with an empty error queue, or its verdict would be
 * that of an earlier call on another connection. */
#include "tls.h"

#include <openssl/err.h>
#include <stdlib.h>
#include <time.h>

#include "crypto.h"
#include "tls_chain.h"
#include "tls_inside.h"

#define OUT_KEEP_MAX ((size_t)4 * 1024) /* an idle connection holds no more than this for output */

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

BIO_METHOD *tls_bio_method(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "chibo");
    if (method == NULL || BIO_meth_set_read(method, bio_read) != 1 || BIO_meth_set_write(method, bio_write) != 1 ||
        BIO_meth_set_ctrl(method, bio_ctrl) != 1)
        abort();
    return method;
}

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
    return tls_chain_leads(x509, &tls->peer, tls->context->pin) ? ERR_OK : fail(tls, ERR_BAD_PIN);
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
    SSL_SESSION *session = tls_context_decode_session(saved);
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
    return tls->offered != NULL && tls_context_encode_session(tls->offered, out) ? ERR_OK : ERR_NOT_FOUND;
}

const struct tls_api tls_api = {
    .version = CHIBO_VERSION,
    .size = sizeof(struct tls_api),
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
