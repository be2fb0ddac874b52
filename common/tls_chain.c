/* tls_chain.c - see tls_chain.h. */
#include "tls_chain.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "crypto.h"

#define OID "2.25.295863226207198298590772270231550534231"
#define CONTEXT "chibo1/tls-key" /* signed with its closing zero */
#define KEY_PART TLS_PUBLIC_SIZE

static void pin_of(const uint8_t public_key[TLS_PUBLIC_SIZE], uint8_t pin[TLS_PIN_SIZE])
{
    /* DER of an Ed25519 SubjectPublicKeyInfo up to the key, RFC 8410 section 4. */
    static const uint8_t prefix[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
    const struct bytes spki[] = {bytes_of(prefix, sizeof(prefix)), bytes_of(public_key, TLS_PUBLIC_SIZE)};
    const struct hash hash = crypto_sha256(spki, ARRAY_LEN(spki));
    memcpy(pin, hash.b, TLS_PIN_SIZE);
}

static void stated(const uint8_t *old_key, const uint8_t *new_key, uint8_t out[sizeof(CONTEXT) + 2 * TLS_PUBLIC_SIZE])
{
    memcpy(out, CONTEXT, sizeof(CONTEXT));
    memcpy(out + sizeof(CONTEXT), old_key, TLS_PUBLIC_SIZE);
    memcpy(out + sizeof(CONTEXT) + TLS_PUBLIC_SIZE, new_key, TLS_PUBLIC_SIZE);
}

/* Borrowed from the certificate's extension, parsed into *holder; empty: it has none, or not one of ours. */
static struct bytes statements_of(const X509 *x509, ASN1_OCTET_STRING **holder)
{
    struct bytes found = bytes_of(NULL, 0);
    ASN1_OBJECT *object = OBJ_txt2obj(OID, 1);
    const int at = object == NULL ? -1 : X509_get_ext_by_OBJ(x509, object, -1);
    *holder = NULL;
    ASN1_OBJECT_free(object);
    if (at < 0)
        return found;
    const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(X509_get_ext(x509, at));
    const unsigned char *end = ASN1_STRING_get0_data(value);
    *holder = d2i_ASN1_OCTET_STRING(NULL, &end, ASN1_STRING_length(value));
    if (*holder != NULL)
        found = bytes_of(ASN1_STRING_get0_data(*holder), (size_t)ASN1_STRING_length(*holder));
    ERR_clear_error();
    return found.n % TLS_STATEMENT_SIZE == 0 && found.n <= TLS_STATEMENTS_MAX * TLS_STATEMENT_SIZE ? found
                                                                                              : bytes_of(NULL, 0);
}

enum err tls_chain_next(const struct x509_st *old, const uint8_t old_seed[TLS_SEED_SIZE],
                        const uint8_t public_key[TLS_PUBLIC_SIZE], struct buf *statements)
{
    uint8_t old_key[SIGN_PUBLIC_SIZE], secret[SIGN_SECRET_SIZE], message[sizeof(CONTEXT) + 2 * TLS_PUBLIC_SIZE];
    ASN1_OCTET_STRING *holder;
    struct tls_cert cert;
    if (tls_identity_of(old, &cert) != ERR_OK)
        return ERR_BAD_VALUE;
    crypto_sign_from_seed(old_seed, old_key, secret);
    if (!crypto_equal(old_key, cert.public_key, TLS_PUBLIC_SIZE)) {
        crypto_wipe(secret, sizeof(secret));
        return ERR_BAD_VALUE;
    }
    struct bytes before = statements_of(old, &holder);
    if (before.n == TLS_STATEMENTS_MAX * TLS_STATEMENT_SIZE)
        before = bytes_cut(before, TLS_STATEMENT_SIZE);
    buf_put_bytes(statements, before);
    buf_put(statements, old_key, TLS_PUBLIC_SIZE);
    stated(old_key, public_key, message);
    crypto_sign(buf_grow(statements, SIGNATURE_SIZE), bytes_of(message, sizeof(message)), secret);
    crypto_wipe(secret, sizeof(secret));
    ASN1_OCTET_STRING_free(holder);
    return ERR_OK;
}

struct X509_extension_st *tls_chain_extension(struct bytes statements)
{
    ASN1_OBJECT *object = OBJ_txt2obj(OID, 1);
    ASN1_OCTET_STRING *inner = ASN1_OCTET_STRING_new(), *value = ASN1_OCTET_STRING_new();
    X509_EXTENSION *extension = NULL;
    unsigned char *der = NULL;
    if (object == NULL || inner == NULL || value == NULL ||
        ASN1_OCTET_STRING_set(inner, statements.p, (int)statements.n) != 1)
        goto out;
    const int n = i2d_ASN1_OCTET_STRING(inner, &der);
    if (n > 0 && ASN1_OCTET_STRING_set(value, der, n) == 1)
        extension = X509_EXTENSION_create_by_OBJ(NULL, object, 0, value);
out:
    OPENSSL_free(der);
    ASN1_OCTET_STRING_free(value);
    ASN1_OCTET_STRING_free(inner);
    ASN1_OBJECT_free(object);
    return extension;
}

/* From the newest statement of the pinned key on, each must hold. */
static bool follow(struct bytes statements, const uint8_t *newest, const uint8_t pin[TLS_PIN_SIZE])
{
    const size_t count = statements.n / TLS_STATEMENT_SIZE;
    uint8_t message[sizeof(CONTEXT) + 2 * TLS_PUBLIC_SIZE], own[TLS_PIN_SIZE];
    for (size_t i = count; i > 0; i--) {
        const uint8_t *old_key = statements.p + (i - 1) * TLS_STATEMENT_SIZE;
        const uint8_t *next = i < count ? old_key + TLS_STATEMENT_SIZE : newest;
        stated(old_key, next, message);
        if (!crypto_verify(old_key + KEY_PART, bytes_of(message, sizeof(message)), old_key))
            return false;
        pin_of(old_key, own);
        if (crypto_equal(own, pin, TLS_PIN_SIZE))
            return true;
    }
    return false;
}

bool tls_chain_leads(const struct x509_st *x509, const struct tls_cert *cert, const uint8_t pin[TLS_PIN_SIZE])
{
    ASN1_OCTET_STRING *holder;
    if (crypto_equal(cert->pin, pin, TLS_PIN_SIZE))
        return true;
    const bool leads = follow(statements_of(x509, &holder), cert->public_key, pin);
    ASN1_OCTET_STRING_free(holder);
    return leads;
}
