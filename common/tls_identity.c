/* tls_identity.c - Ed25519 certificates; see tls_identity.h. */
#include "tls_identity.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <time.h>

#include "crypto.h"
#include "tls_chain.h"

#define SERIAL_SIZE 16
#define DEVICE_URI "chibo:device:"
#define DEVICE_URI_SIZE (sizeof(DEVICE_URI) - 1 + 2 * ID_SIZE)
/* What ASN.1 GeneralizedTime can say: the years 1 to 9999. */
#define TIME_MIN_S INT64_C(-62135596800)
#define TIME_MAX_S INT64_C(253402300799)

struct extension {
    int nid;
    const char *value; /* in OpenSSL's configuration syntax */
};

/* The machine's openssl.cnf has no say here; the first call of a process settles that for all. */
static void ready(void)
{
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS, NULL);
    ERR_clear_error();
}

static EVP_PKEY *key_of_seed(const uint8_t seed[TLS_SEED_SIZE])
{
    ready();
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, TLS_SEED_SIZE);
    if (key == NULL)
        abort(); /* every 32 bytes are a seed: only memory can be missing */
    return key;
}

/* A random positive number: the top bit is cleared, the next one set, so the length is always the same. */
static bool set_serial(X509 *x509)
{
    uint8_t raw[SERIAL_SIZE];
    crypto_random(raw, sizeof(raw));
    raw[0] = (uint8_t)((raw[0] & 0x7f) | 0x40);
    BIGNUM *number = BN_bin2bn(raw, sizeof(raw), NULL);
    bool ok = number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509)) != NULL;
    BN_free(number);
    return ok;
}

static bool set_times(X509 *x509, struct tls_validity validity)
{
    return ASN1_TIME_set(X509_getm_notBefore(x509), (time_t)validity.not_before_s) != NULL &&
           ASN1_TIME_set(X509_getm_notAfter(x509), (time_t)validity.not_after_s) != NULL;
}

static bool set_subject(X509 *x509, const char *name)
{
    return X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_UTF8, (const unsigned char *)name,
                                      -1, -1, 0) == 1;
}

static bool add_extensions(X509 *x509, const struct extension *extensions, size_t count)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, x509, x509, NULL, NULL, 0);
    for (size_t i = 0; i < count; i++) {
        X509_EXTENSION *extension = X509V3_EXT_nconf_nid(NULL, &context, extensions[i].nid, extensions[i].value);
        bool ok = extension != NULL && X509_add_ext(x509, extension, -1) == 1;
        X509_EXTENSION_free(extension);
        if (!ok)
            return false;
    }
    return true;
}

static bool name_fits(const char *name)
{
    return name[0] != '\0' && strlen(name) <= TLS_NAME_MAX;
}

static bool times_fit(struct tls_validity validity)
{
    return validity.not_before_s >= TIME_MIN_S && validity.not_before_s <= validity.not_after_s &&
           validity.not_after_s <= TIME_MAX_S;
}

/* Subject, key and times; the issuer is set by whoever signs. NULL when OpenSSL refuses a part. */
static X509 *draft(const char *name, EVP_PKEY *key, struct tls_validity validity, const struct extension *extensions,
                   size_t count)
{
    X509 *x509 = X509_new();
    if (x509 == NULL)
        abort();
    if (X509_set_version(x509, X509_VERSION_3) == 1 && set_serial(x509) && set_times(x509, validity) &&
        set_subject(x509, name) && X509_set_pubkey(x509, key) == 1 && add_extensions(x509, extensions, count))
        return x509;
    X509_free(x509);
    return NULL;
}

/* Signs and appends the DER. x509 may be NULL. */
static enum err sign_into(X509 *x509, const X509_NAME *issuer, EVP_PKEY *key, struct buf *cert)
{
    if (x509 == NULL || X509_set_issuer_name(x509, issuer) != 1 || X509_sign(x509, key, NULL) == 0)
        return ERR_BAD_VALUE;
    int size = i2d_X509(x509, NULL);
    if (size <= 0 || size > TLS_CERT_MAX)
        return ERR_BAD_VALUE;
    unsigned char *end = buf_grow(cert, (size_t)size);
    i2d_X509(x509, &end);
    return ERR_OK;
}

/* more: one extension beside those, or NULL. */
static enum err self_signed(const uint8_t seed[TLS_SEED_SIZE], const char *name, struct tls_validity validity,
                            const struct extension *extensions, size_t count, X509_EXTENSION *more, struct buf *cert)
{
    if (!name_fits(name) || !times_fit(validity))
        return ERR_BAD_VALUE;
    EVP_PKEY *key = key_of_seed(seed);
    X509 *x509 = draft(name, key, validity, extensions, count);
    if (x509 != NULL && more != NULL && X509_add_ext(x509, more, -1) != 1) {
        X509_free(x509);
        x509 = NULL;
    }
    enum err e = sign_into(x509, x509 == NULL ? NULL : X509_get_subject_name(x509), key, cert);
    X509_free(x509);
    EVP_PKEY_free(key);
    return e;
}

/* One certificate and nothing behind it. */
static X509 *parse(struct bytes cert)
{
    if (cert.n == 0 || cert.n > TLS_CERT_MAX)
        return NULL;
    ready();
    const unsigned char *end = cert.p;
    X509 *x509 = d2i_X509(NULL, &end, (long)cert.n);
    if (x509 != NULL && end == cert.p + cert.n)
        return x509;
    X509_free(x509);
    return NULL;
}

static const struct extension server_extensions[] = {
    {NID_key_usage, "critical,digitalSignature"},
    {NID_ext_key_usage, "serverAuth"},
};

enum err tls_identity_server(const uint8_t seed[TLS_SEED_SIZE], const char *name, struct tls_validity validity,
                             struct buf *cert)
{
    return self_signed(seed, name, validity, server_extensions, ARRAY_LEN(server_extensions), NULL, cert);
}

enum err tls_identity_successor(const uint8_t seed[TLS_SEED_SIZE], const char *name, struct tls_validity validity,
                                const uint8_t old_seed[TLS_SEED_SIZE], struct bytes old_cert, struct buf *cert)
{
    uint8_t public_key[SIGN_PUBLIC_SIZE], secret[SIGN_SECRET_SIZE];
    struct buf statements = {0};
    X509 *old = parse(old_cert);
    X509_EXTENSION *more = NULL;
    crypto_sign_from_seed(seed, public_key, secret);
    crypto_wipe(secret, sizeof(secret));
    enum err e = old == NULL ? ERR_BAD_VALUE : tls_chain_next(old, old_seed, public_key, &statements);
    if (e == ERR_OK)
        more = tls_chain_extension(buf_bytes(&statements));
    if (more != NULL)
        e = self_signed(seed, name, validity, server_extensions, ARRAY_LEN(server_extensions), more, cert);
    else
        e = ERR_BAD_VALUE;
    X509_EXTENSION_free(more);
    X509_free(old);
    buf_deinit(&statements);
    return e;
}

enum err tls_identity_ca(const uint8_t seed[TLS_SEED_SIZE], const char *name, struct tls_validity validity,
                         struct buf *cert)
{
    static const struct extension extensions[] = {
        {NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
        {NID_key_usage, "critical,keyCertSign"},
    };
    return self_signed(seed, name, validity, extensions, ARRAY_LEN(extensions), NULL, cert);
}

enum err tls_identity_issue(const uint8_t ca_seed[TLS_SEED_SIZE], struct bytes ca_cert,
                            const uint8_t public_key[TLS_PUBLIC_SIZE], const struct id *device,
                            struct tls_validity validity, struct buf *cert)
{
    if (!times_fit(validity))
        return ERR_BAD_VALUE;
    char name[ID_TEXT_SIZE];
    id_print(device, name);
    char uri[sizeof("URI:" DEVICE_URI) + ID_TEXT_SIZE] = "URI:" DEVICE_URI;
    memcpy(uri + sizeof("URI:" DEVICE_URI) - 1, name, sizeof(name));
    const struct extension extensions[] = {
        {NID_key_usage, "critical,digitalSignature"},
        {NID_ext_key_usage, "clientAuth"},
        {NID_subject_alt_name, uri},
    };

    enum err e = ERR_BAD_VALUE;
    EVP_PKEY *ca_key = key_of_seed(ca_seed);
    EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, TLS_PUBLIC_SIZE);
    X509 *ca = parse(ca_cert);
    X509 *x509 = NULL;
    if (key == NULL || ca == NULL || X509_check_private_key(ca, ca_key) != 1)
        goto out;
    x509 = draft(name, key, validity, extensions, ARRAY_LEN(extensions));
    e = sign_into(x509, X509_get_subject_name(ca), ca_key, cert);
out:
    X509_free(x509);
    X509_free(ca);
    EVP_PKEY_free(key);
    EVP_PKEY_free(ca_key);
    return e;
}

static bool read_time(const ASN1_TIME *from, int64_t *out_s)
{
    struct tm parts;
    if (ASN1_TIME_to_tm(from, &parts) != 1)
        return false;
    *out_s = (int64_t)timegm(&parts);
    return true;
}

static bool read_device_uri(const ASN1_IA5STRING *uri, struct id *device)
{
    const size_t prefix_n = sizeof(DEVICE_URI) - 1;
    char hex[ID_TEXT_SIZE] = {0};
    if (ASN1_STRING_length(uri) != (int)DEVICE_URI_SIZE ||
        memcmp(ASN1_STRING_get0_data(uri), DEVICE_URI, prefix_n) != 0)
        return false;
    memcpy(hex, ASN1_STRING_get0_data(uri) + prefix_n, ID_TEXT_SIZE - 1);
    return id_parse(hex, device) == ERR_OK && !id_is_zero(device);
}

/* No subjectAltName: no device. One that is there names exactly one device and nothing else. */
static bool read_device(const X509 *x509, struct id *device)
{
    int critical = 0;
    GENERAL_NAMES *names = X509_get_ext_d2i(x509, NID_subject_alt_name, &critical, NULL);
    if (names == NULL)
        return critical == -1; /* -1: absent; -2: there twice */
    bool ok = false;
    if (sk_GENERAL_NAME_num(names) == 1) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, 0);
        ok = name->type == GEN_URI && read_device_uri(name->d.uniformResourceIdentifier, device);
    }
    GENERAL_NAMES_free(names);
    return ok;
}

static bool read_key(const X509 *x509, struct tls_cert *out)
{
    const EVP_PKEY *key = X509_get0_pubkey(x509);
    size_t n = sizeof(out->public_key);
    if (key == NULL || EVP_PKEY_get_base_id(key) != EVP_PKEY_ED25519 ||
        EVP_PKEY_get_raw_public_key(key, out->public_key, &n) != 1)
        return false;
    unsigned char *spki = NULL;
    int spki_n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &spki);
    if (spki_n <= 0)
        return false;
    const struct bytes whole = bytes_of(spki, (size_t)spki_n);
    const struct hash hash = crypto_sha256(&whole, 1);
    memcpy(out->pin, hash.b, sizeof(out->pin));
    OPENSSL_free(spki);
    return true;
}

enum err tls_identity_of(const struct x509_st *x509, struct tls_cert *out)
{
    memset(out, 0, sizeof(*out));
    ERR_clear_error();
    if (read_key(x509, out) && read_device(x509, &out->device) &&
        read_time(X509_get0_notBefore(x509), &out->validity.not_before_s) &&
        read_time(X509_get0_notAfter(x509), &out->validity.not_after_s))
        return ERR_OK;
    memset(out, 0, sizeof(*out));
    return ERR_BAD_VALUE;
}

enum err tls_identity_read(struct bytes cert, struct tls_cert *out)
{
    memset(out, 0, sizeof(*out));
    X509 *x509 = parse(cert);
    if (x509 == NULL)
        return ERR_BAD_VALUE;
    enum err e = tls_identity_of(x509, out);
    X509_free(x509);
    return e;
}
