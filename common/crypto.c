/* crypto.c - the only file that includes libsodium, and before crypto.h, which renames two of its names. */
#include <sodium.h>
#include <stdlib.h>

#include "crypto.h"

static_assert(HASH_SIZE == crypto_hash_sha256_BYTES, "SHA-256");
static_assert(SIGN_PUBLIC_SIZE == crypto_sign_PUBLICKEYBYTES, "Ed25519");
static_assert(SIGN_SECRET_SIZE == crypto_sign_SECRETKEYBYTES, "Ed25519");
static_assert(SIGNATURE_SIZE == crypto_sign_BYTES, "Ed25519");
static_assert(KEY_SIZE == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "XChaCha20-Poly1305");
static_assert(AEAD_NONCE_SIZE == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "XChaCha20-Poly1305");
static_assert(AEAD_TAG_SIZE == crypto_aead_xchacha20poly1305_ietf_ABYTES, "XChaCha20-Poly1305");
static_assert(KEY_SIZE == crypto_scalarmult_BYTES, "X25519");
static_assert(KEY_SIZE == crypto_stream_chacha20_ietf_KEYBYTES, "ChaCha20");

/* libsodium picks its fastest code here and opens the kernel's random source; a failure leaves nothing to stand on. */
void crypto_init(void)
{
    if (sodium_init() < 0)
        abort();
}

void crypto_random(void *out, size_t n)
{
    randombytes_buf(out, n);
}

void crypto_wipe(void *p, size_t n)
{
    if (n > 0)
        sodium_memzero(p, n);
}

bool crypto_equal(const void *a, const void *b, size_t n)
{
    return n == 0 || sodium_memcmp(a, b, n) == 0;
}

struct hash crypto_sha256(const struct bytes *pieces, size_t count)
{
    struct hash out;
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    for (size_t i = 0; i < count; i++) {
        if (pieces[i].n > 0)
            crypto_hash_sha256_update(&state, pieces[i].p, pieces[i].n);
    }
    crypto_hash_sha256_final(&state, out.b);
    return out;
}

void crypto_blake2b(void *out, size_t out_n, struct bytes key, const struct bytes *pieces, size_t count)
{
    assert(out_n >= crypto_generichash_BYTES_MIN && out_n <= crypto_generichash_BYTES_MAX);
    assert(key.n == 0 || (key.n >= crypto_generichash_KEYBYTES_MIN && key.n <= crypto_generichash_KEYBYTES_MAX));
    crypto_generichash_state state;
    int rc = crypto_generichash_init(&state, key.n > 0 ? key.p : NULL, key.n, out_n);
    assert(rc == 0);
    for (size_t i = 0; i < count; i++) {
        if (pieces[i].n > 0)
            crypto_generichash_update(&state, pieces[i].p, pieces[i].n);
    }
    rc = crypto_generichash_final(&state, out, out_n);
    assert(rc == 0);
}

void crypto_expand(uint8_t out[2048], const uint8_t key[KEY_SIZE])
{
    static const uint8_t nonce[crypto_stream_chacha20_ietf_NONCEBYTES];
    crypto_stream_chacha20_ietf(out, 2048, nonce, key);
}

void crypto_sign_keypair(uint8_t public_key[SIGN_PUBLIC_SIZE], uint8_t secret_key[SIGN_SECRET_SIZE])
{
    uint8_t seed[crypto_sign_SEEDBYTES];
    crypto_random(seed, sizeof(seed));
    crypto_sign_from_seed(seed, public_key, secret_key);
    crypto_wipe(seed, sizeof(seed));
}

void crypto_sign_from_seed(const uint8_t seed[32], uint8_t public_key[SIGN_PUBLIC_SIZE],
                           uint8_t secret_key[SIGN_SECRET_SIZE])
{
    int rc = crypto_sign_seed_keypair(public_key, secret_key, seed);
    assert(rc == 0);
}

/* libsodium adds key and message pointers even when the length is 0, so an empty message still gets an address. */
static const uint8_t *address_of(struct bytes b)
{
    static const uint8_t none[1];
    return b.p != NULL ? b.p : none;
}

void crypto_sign(uint8_t signature[SIGNATURE_SIZE], struct bytes message, const uint8_t secret_key[SIGN_SECRET_SIZE])
{
    int rc = crypto_sign_detached(signature, NULL, address_of(message), message.n, secret_key);
    assert(rc == 0);
}

bool crypto_verify(const uint8_t signature[SIGNATURE_SIZE], struct bytes message,
                   const uint8_t public_key[SIGN_PUBLIC_SIZE])
{
    return crypto_sign_verify_detached(signature, address_of(message), message.n, public_key) == 0;
}

void crypto_seal(uint8_t *out, const uint8_t key[KEY_SIZE], struct bytes plain, struct bytes associated)
{
    uint8_t nonce[AEAD_NONCE_SIZE];

    crypto_random(nonce, sizeof(nonce));
    crypto_seal_with_nonce(out, key, nonce, plain, associated);
}

void crypto_seal_with_nonce(uint8_t *out, const uint8_t key[KEY_SIZE], const uint8_t nonce[AEAD_NONCE_SIZE],
                            struct bytes plain, struct bytes associated)
{
    memcpy(out, nonce, AEAD_NONCE_SIZE);
    int rc = crypto_aead_xchacha20poly1305_ietf_encrypt(out + AEAD_NONCE_SIZE, NULL, address_of(plain), plain.n,
                                                        address_of(associated), associated.n, NULL, out, key);
    assert(rc == 0);
}

enum err crypto_open(uint8_t *out, const uint8_t key[KEY_SIZE], struct bytes sealed, struct bytes associated)
{
    if (sealed.n < AEAD_OVERHEAD)
        return ERR_DAMAGED;
    const uint8_t *box = sealed.p + AEAD_NONCE_SIZE;
    size_t box_n = sealed.n - AEAD_NONCE_SIZE;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, box, box_n, address_of(associated), associated.n,
                                                   sealed.p, key) != 0)
        return ERR_DAMAGED;
    return ERR_OK;
}

enum err crypto_agree_send(uint8_t shared[KEY_SIZE], uint8_t sent[KEY_SIZE], const uint8_t seed[KEY_SIZE],
                           const uint8_t receiver[SIGN_PUBLIC_SIZE])
{
    uint8_t point[KEY_SIZE];

    if (crypto_sign_ed25519_pk_to_curve25519(point, receiver) != 0 || crypto_scalarmult_base(sent, seed) != 0 ||
        crypto_scalarmult(shared, seed, point) != 0)
        return ERR_DAMAGED;
    return ERR_OK;
}

enum err crypto_agree_receive(uint8_t shared[KEY_SIZE], const uint8_t sent[KEY_SIZE],
                              const uint8_t secret_key[SIGN_SECRET_SIZE])
{
    uint8_t scalar[KEY_SIZE];
    int rc = crypto_sign_ed25519_sk_to_curve25519(scalar, secret_key);

    if (rc == 0)
        rc = crypto_scalarmult(shared, scalar, sent);
    crypto_wipe(scalar, sizeof(scalar));
    return rc == 0 ? ERR_OK : ERR_DAMAGED;
}
