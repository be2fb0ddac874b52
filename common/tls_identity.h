/* tls_identity.h - Ed25519 certificates for TLS: a server's own, a small CA's, and those it issues to devices.
 *
 * A TLS key is its 32-byte seed (RFC 8032 private key); its public half and signatures made with it outside TLS
 * (the proof at enrolment) come from crypto.h. Certificates are DER bytes, appended to a struct buf of the
 * caller, who also stores them: there are no files here. Times are Unix seconds and may lie in the past.
 * Serial numbers are random, so crypto_init() comes first.
 *
 * A device certificate carries the device id and nothing else: in the subject (CN, for people) and as the URI
 * chibo:device:<32 hex digits> in subjectAltName (for programs). Roles and scopes are the registry's matter. */
#ifndef CHIBO_TLS_IDENTITY_H
#define CHIBO_TLS_IDENTITY_H

#include "base.h"
#include "buf.h"
#include "err.h"
#include "id.h"

#define TLS_SEED_SIZE 32
#define TLS_PUBLIC_SIZE 32
#define TLS_PIN_SIZE 16      /* 128 bits of SHA-256: second preimages are what a pin must withstand */
#define TLS_NAME_MAX 64      /* RFC 5280 ub-common-name */
#define TLS_CERT_MAX 2048    /* ~300 bytes, a server's ~1,850 with all its statements; what is larger is not ours */

/* From not_before_s to not_after_s, both included. */
struct tls_validity {
    int64_t not_before_s;
    int64_t not_after_s;
};

/* What a certificate says, once read. Reading is not verifying. */
struct tls_cert {
    struct id device; /* zero: it names no device */
    uint8_t public_key[TLS_PUBLIC_SIZE];
    uint8_t pin[TLS_PIN_SIZE]; /* first bytes of SHA-256 over the DER SubjectPublicKeyInfo (RFC 7469 section 2.4) */
    struct tls_validity validity;
};

/* A self-signed server certificate. It is known by its pin; its name and validity are for people.
 * ERR_BAD_VALUE: name empty or longer than TLS_NAME_MAX, or a time outside years 1 to 9999. */
MUST_CHECK enum err tls_identity_server(const uint8_t seed[TLS_SEED_SIZE], const char *name,
                                        struct tls_validity validity, struct buf *cert);
/* The same for the key that follows old_seed, with the statement of that one and of those before it (tls_chain.h).
 * ERR_BAD_VALUE also: old_cert is not a certificate of old_seed. */
MUST_CHECK enum err tls_identity_successor(const uint8_t seed[TLS_SEED_SIZE], const char *name,
                                           struct tls_validity validity, const uint8_t old_seed[TLS_SEED_SIZE],
                                           struct bytes old_cert, struct buf *cert);
/* A self-signed CA that may sign end certificates only (pathlen 0). Errors as above. */
MUST_CHECK enum err tls_identity_ca(const uint8_t seed[TLS_SEED_SIZE], const char *name, struct tls_validity validity,
                                    struct buf *cert);
/* A client certificate for a device's raw Ed25519 public key. That the device holds the key, and is who it says,
 * was settled before. ERR_BAD_VALUE: ca_cert is not a certificate of ca_seed, or a time as above. */
MUST_CHECK enum err tls_identity_issue(const uint8_t ca_seed[TLS_SEED_SIZE], struct bytes ca_cert,
                                       const uint8_t public_key[TLS_PUBLIC_SIZE], const struct id *device,
                                       struct tls_validity validity, struct buf *cert);

/* ERR_BAD_VALUE: not one DER certificate of at most TLS_CERT_MAX bytes, not Ed25519, a time that cannot be read,
 * or a subjectAltName that names a device badly or twice; *out is all zero then. */
MUST_CHECK enum err tls_identity_read(struct bytes cert, struct tls_cert *out);
/* The same of a parsed certificate; for tls.c, which has them from the handshake (x509_st is OpenSSL's X509). */
struct x509_st;
MUST_CHECK enum err tls_identity_of(const struct x509_st *x509, struct tls_cert *out);

#endif
