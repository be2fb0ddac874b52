/* tls.h - TLS 1.3 (RFC 8446) as a byte filter: cipher bytes in, plain bytes out, and the reverse. No sockets, no files.
 *
 * Both ends of a link drive it alike: what arrives goes through tls_feed, what tls_drain yields is sent, and that
 * after every call, failed ones too (an alert tells the peer why). Once tls_state says TLS_OPEN, tls_write takes plain
 * bytes. The client's last handshake bytes and its first plain bytes leave in one flight if it drains after writing.
 *
 * TLS 1.3 only; X25519, then P-256; Ed25519 certificates; AES-128-GCM, ChaCha20-Poly1305. No 0-RTT: early data can be
 * replayed. The client believes the server's pin and what it leads to (tls_chain.h), nothing else: no name, no CA, no
 * clock; tls_peer()->pin is the one to know from then on. The server asks for a
 * certificate of its CA but goes on without one (enrolment); one outside its validity passes and is flagged (it may
 * hand in its work). Sessions resume through the server's cache (SSL_OP_NO_TICKET: the ticket is a name of 32 bytes,
 * not a sealed copy of the client's certificate); a resumed session knows its peer as a full one does, and the caller
 * still asks the registry. A link that just drops keeps its session; one that breaks the protocol loses it.
 *
 * The client program must not link OpenSSL (1 ms and 3 MB at every start), so it gets these functions from
 * chibo-tls.so as `struct tls_api` (tls_load.h). Not thread-safe: one context and its connections, one thread. */
#ifndef CHIBO_TLS_H
#define CHIBO_TLS_H

#include "base.h"
#include "buf.h"
#include "err.h"
#include "tls_identity.h"

/* A handshake that has not ended after so many bytes never will: ours take ~1.1 KB, the largest certificate list
 * counted. */
#define TLS_HANDSHAKE_IN_MAX ((size_t)16 * 1024)
#define TLS_CERT_LIST_MAX (8 * 1024) /* read before anything is trusted (CVE-2022-0778 was there) */
#define TLS_RECORD_MAX 16384         /* plain bytes in a record, RFC 8446 section 5.1 */
#define TLS_SESSION_MAX 2048         /* a saved session is ~500 bytes; what is larger is not ours */
#define TLS_SESSION_LIFE_S (7L * 24 * 3600) /* the longest RFC 8446 section 4.6.1 allows */
#define TLS_BINDING_SIZE 32
#define TLS_BINDING_LABEL "EXPORTER-chibo1" /* RFC 8446 section 7.5; the enrolment proof is bound to it */

enum tls_role { TLS_CLIENT, TLS_SERVER };

enum tls_state {
    TLS_HANDSHAKE,
    TLS_OPEN,
    TLS_CLOSED, /* the peer said that nothing follows */
    TLS_FAILED,
};

/* The server's sessions, kept by the caller. A session holds secrets: memory, or sealed at rest. */
struct tls_cache_ops {
    /* peer: whose session, so that the caller may keep few for each device and forget those of a revoked one. */
    void (*put)(void *user, struct bytes id, const struct tls_cert *peer, struct bytes session);
    bool (*get)(void *user, struct bytes id, struct buf *session); /* appends; false: none */
    void (*del)(void *user, struct bytes id);
};

/* Everything is copied, but for cache and cache_user, which must outlive the context. */
struct tls_settings {
    enum tls_role role;
    const uint8_t *seed; /* TLS_SEED_SIZE bytes; NULL: a client without certificate (enrolment) */
    struct bytes cert;   /* DER, of that seed */
    struct bytes ca;     /* server: DER of the CA its clients' certificates come from */
    const uint8_t *pin;  /* client: TLS_PIN_SIZE bytes */
    const struct tls_cache_ops *cache; /* server; NULL: nothing resumes */
    void *cache_user;
};

struct tls_context;
struct tls;

/* ERR_BAD_VALUE: a certificate that cannot be read, or not of this seed. *out is NULL then. */
MUST_CHECK enum err tls_context_new(const struct tls_settings *settings, struct tls_context **out);
void tls_context_free(struct tls_context *context); /* NULL is fine; its connections must be gone */

/* A connection; a client's first flight is ready to drain at once. session: what tls_session_save gave earlier, or
 * empty; one that does not fit (other server, other version, damaged) is passed over in silence: the handshake is a
 * full one. */
struct tls *tls_new(struct tls_context *context, struct bytes session);
void tls_free(struct tls *tls); /* NULL is fine; sends nothing, keeps the session resumable */

enum tls_state tls_state(const struct tls *tls);

/* Takes all of cipher; appends to plain what could be opened (at most as many bytes as came in, and one record). What
 * was appended before an error is genuine. Errors are final, every later call returns the same one: ERR_BAD_PIN
 * (client) the server is not the pinned one; ERR_AUTH a certificate was refused, ours or the peer's; ERR_BAD_FRAME all
 * else: not TLS 1.3, damaged, or too long a handshake. */
MUST_CHECK enum err tls_feed(struct tls *tls, struct bytes cipher, struct buf *plain);
/* Needs a handshake that was completed (assert). ERR_CUT after TLS_CLOSED; else errors as tls_feed. */
MUST_CHECK enum err tls_write(struct tls *tls, struct bytes plain);
/* Moves at most max cipher bytes to the end of out; says how many remain. */
size_t tls_drain(struct tls *tls, struct buf *out, size_t max);
size_t tls_waiting_n(const struct tls *tls); /* cipher bytes to drain */
/* Tells the peer that nothing follows. Optional: what ends a session is a frame of its own. */
void tls_close(struct tls *tls);

/* From here on: after the handshake only (assert). */
/* The peer's certificate; NULL if it gave none. Lives as long as tls. */
const struct tls_cert *tls_peer(const struct tls *tls);
/* It was outside its validity when the handshake ended, by this machine's clock. */
bool tls_peer_expired(const struct tls *tls);
bool tls_resumed(const struct tls *tls);
/* A secret both ends share and nobody else, the same at both ends for the same label. */
void tls_exporter(struct tls *tls, const char *label, uint8_t out[TLS_BINDING_SIZE]);
/* Client: appends the newest session the server offered; a secret. It speaks for the certificate it began with:
 * forget it when that is renewed. ERR_NOT_FOUND: none was offered yet (it comes with the server's first bytes). */
MUST_CHECK enum err tls_session_save(const struct tls *tls, struct buf *out);

/* The same functions for a program that loads them at run time. Fields are named for what they hold. */
struct tls_api {
    const char *version; /* CHIBO_VERSION it was built with */
    size_t size;         /* of this struct, ditto */
    enum err (*context_new)(const struct tls_settings *settings, struct tls_context **out);
    void (*context_free)(struct tls_context *context);
    struct tls *(*new)(struct tls_context *context, struct bytes session);
    void (*free)(struct tls *tls);
    enum tls_state (*state)(const struct tls *tls);
    enum err (*feed)(struct tls *tls, struct bytes cipher, struct buf *plain);
    enum err (*write)(struct tls *tls, struct bytes plain);
    size_t (*drain)(struct tls *tls, struct buf *out, size_t max);
    size_t (*waiting_n)(const struct tls *tls);
    void (*close)(struct tls *tls);
    const struct tls_cert *(*peer)(const struct tls *tls);
    bool (*peer_expired)(const struct tls *tls);
    bool (*resumed)(const struct tls *tls);
    void (*exporter)(struct tls *tls, const char *label, uint8_t out[TLS_BINDING_SIZE]);
    enum err (*session_save)(const struct tls *tls, struct buf *out);
    enum err (*identity_read)(struct bytes cert, struct tls_cert *out);
};
extern const struct tls_api tls_api;

#endif
