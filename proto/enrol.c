/* enrol.c - see enrol.h. */
#include "enrol.h"

#include "mp.h"
#include "sign.h"

#define VERSION 1
#define CONTEXT "chibo1/enrol"
#define PROVED_SIZE (BINDING_SIZE + INVITE_ID_SIZE + 2 * SIGN_PUBLIC_SIZE + 4)

static struct bytes proved(uint8_t room[PROVED_SIZE], const struct enrol *e, const uint8_t binding[BINDING_SIZE]);
static void tag_make(uint8_t tag[HASH_SIZE], const uint8_t secret[INVITE_SECRET_SIZE], struct bytes m);
static void read_into(struct mp *r, void *to, size_t n);

struct id enrol_device_id(const uint8_t signing_key[SIGN_PUBLIC_SIZE])
{
    struct hash h;
    struct bytes pieces[] = {
        bytes_of("chibo1/device", sizeof("chibo1/device")), bytes_of(signing_key, SIGN_PUBLIC_SIZE),
    };

    crypto_blake2b(h.b, HASH_SIZE, bytes_of(NULL, 0), pieces, ARRAY_LEN(pieces));
    return id_from(h.b);
}

void enrol_prove(struct enrol *e, const uint8_t binding[BINDING_SIZE], const uint8_t secret[INVITE_SECRET_SIZE],
                 const uint8_t tls_secret_key[SIGN_SECRET_SIZE], const uint8_t signing_secret_key[SIGN_SECRET_SIZE])
{
    uint8_t room[PROVED_SIZE];

    invite_id(e->invite_id, secret);
    struct bytes m = proved(room, e, binding);
    tag_make(e->tag, secret, m);
    sign_make(e->tls_signature, CONTEXT, m, tls_secret_key);
    sign_make(e->signature, CONTEXT, m, signing_secret_key);
}

enum err enrol_check(const struct enrol *e, const uint8_t binding[BINDING_SIZE],
                     const uint8_t secret[INVITE_SECRET_SIZE])
{
    uint8_t room[PROVED_SIZE], tag[HASH_SIZE], id[INVITE_ID_SIZE];
    struct bytes m = proved(room, e, binding);

    invite_id(id, secret);
    tag_make(tag, secret, m);
    if (!crypto_equal(id, e->invite_id, sizeof(id)) || !crypto_equal(tag, e->tag, sizeof(tag)))
        return ERR_INVITE_BAD;
    bool holds = sign_check(e->tls_signature, CONTEXT, m, e->tls_key) &&
                 sign_check(e->signature, CONTEXT, m, e->signing_key);
    return holds ? ERR_OK : ERR_BAD_SIGNATURE;
}

void enrol_encode(const struct enrol *e, struct buf *out)
{
    mp_put_array(out, 8);
    mp_put_uint(out, VERSION);
    mp_put_bin(out, e->invite_id, INVITE_ID_SIZE);
    mp_put_bin(out, e->tls_key, SIGN_PUBLIC_SIZE);
    mp_put_bin(out, e->signing_key, SIGN_PUBLIC_SIZE);
    mp_put_uint(out, e->incarnation);
    mp_put_bin(out, e->tag, HASH_SIZE);
    mp_put_bin(out, e->tls_signature, SIGNATURE_SIZE);
    mp_put_bin(out, e->signature, SIGNATURE_SIZE);
}

enum err enrol_decode(struct enrol *e, struct bytes body)
{
    struct mp r;

    mp_open(&r, body);
    mp_expect_array(&r, 8);
    if (mp_uint(&r, UINT64_MAX) != VERSION)
        mp_fail(&r, ERR_TOO_NEW);
    read_into(&r, e->invite_id, INVITE_ID_SIZE);
    read_into(&r, e->tls_key, SIGN_PUBLIC_SIZE);
    read_into(&r, e->signing_key, SIGN_PUBLIC_SIZE);
    e->incarnation = (uint32_t)mp_uint(&r, UINT32_MAX);
    read_into(&r, e->tag, HASH_SIZE);
    read_into(&r, e->tls_signature, SIGNATURE_SIZE);
    read_into(&r, e->signature, SIGNATURE_SIZE);
    return mp_close(&r);
}

void enrol_answer_encode(const struct enrolled *a, struct buf *out)
{
    mp_put_array(out, 8);
    mp_put_bin(out, a->certificate.p, a->certificate.n);
    mp_put_bin(out, a->device.b, ID_SIZE);
    mp_put_bin(out, a->person.b, ID_SIZE);
    mp_put_bin(out, a->org.b, ID_SIZE);
    mp_put_bin(out, a->ward.b, ID_SIZE);
    mp_put_bin(out, a->ward_key, SIGN_PUBLIC_SIZE);
    mp_put_bin(out, a->ratchet, RATCHET_SIZE);
    mp_put_uint(out, a->time);
}

enum err enrol_answer_decode(struct enrolled *a, struct bytes body)
{
    struct mp r;

    mp_open(&r, body);
    mp_expect_array(&r, 8);
    a->certificate = mp_bin(&r, ENROL_CERTIFICATE_MAX);
    read_into(&r, a->device.b, ID_SIZE);
    read_into(&r, a->person.b, ID_SIZE);
    read_into(&r, a->org.b, ID_SIZE);
    read_into(&r, a->ward.b, ID_SIZE);
    read_into(&r, a->ward_key, SIGN_PUBLIC_SIZE);
    read_into(&r, a->ratchet, RATCHET_SIZE);
    a->time = mp_uint(&r, UINT64_MAX);
    return mp_close(&r);
}

/* What the secret and both keys answer for. */
static struct bytes proved(uint8_t room[PROVED_SIZE], const struct enrol *e, const uint8_t binding[BINDING_SIZE])
{
    uint8_t *at = room;

    memcpy(at, binding, BINDING_SIZE);
    at += BINDING_SIZE;
    memcpy(at, e->invite_id, INVITE_ID_SIZE);
    at += INVITE_ID_SIZE;
    memcpy(at, e->tls_key, SIGN_PUBLIC_SIZE);
    at += SIGN_PUBLIC_SIZE;
    memcpy(at, e->signing_key, SIGN_PUBLIC_SIZE);
    store_u32(at + SIGN_PUBLIC_SIZE, e->incarnation);
    return bytes_of(room, PROVED_SIZE);
}

static void tag_make(uint8_t tag[HASH_SIZE], const uint8_t secret[INVITE_SECRET_SIZE], struct bytes m)
{
    struct bytes pieces[] = {bytes_of(CONTEXT, sizeof(CONTEXT)), m};

    crypto_blake2b(tag, HASH_SIZE, bytes_of(secret, INVITE_SECRET_SIZE), pieces, ARRAY_LEN(pieces));
}

static void read_into(struct mp *r, void *to, size_t n)
{
    memcpy(to, mp_bin_exact(r, n), n);
}
