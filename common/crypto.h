/* crypto.h - every hash, signature, key and random byte of chibo; the only door to libsodium.
 *
 * Suite 1: Ed25519 (RFC 8032), SHA-256 for log trees (RFC 6962), BLAKE2b (RFC 7693) for commitments, salts and
 * keyed tags, XChaCha20-Poly1305 for values at rest. Inputs longer than a buffer are given as a list of pieces,
 * hashed as if concatenated. Nothing here allocates; nothing fails but verification and decryption.
 * crypto_init() once per process before anything else. */
#ifndef CHIBO_CRYPTO_H
#define CHIBO_CRYPTO_H

#include "base.h"
#include "buf.h"
#include "err.h"

#define HASH_SIZE 32
#define KEY_SIZE 32
#define SIGN_PUBLIC_SIZE 32
#define SIGN_SECRET_SIZE 64
#define SIGNATURE_SIZE 64
#define AEAD_NONCE_SIZE 24
#define AEAD_TAG_SIZE 16
#define AEAD_OVERHEAD (AEAD_NONCE_SIZE + AEAD_TAG_SIZE)

/* libsodium exports functions of these two names; ours must not take their place when the program is linked. */
#define crypto_sign crypto_sign_message
#define crypto_sign_keypair crypto_sign_new_pair

struct hash {
    uint8_t b[HASH_SIZE];
};

void crypto_init(void);
void crypto_random(void *out, size_t n);
void crypto_wipe(void *p, size_t n);
bool crypto_equal(const void *a, const void *b, size_t n); /* constant time */

struct hash crypto_sha256(const struct bytes *pieces, size_t count);

/* BLAKE2b with output of out_n bytes (16..64); key may be empty (else 16..64 bytes). */
void crypto_blake2b(void *out, size_t out_n, struct bytes key, const struct bytes *pieces, size_t count);

/* 2,048 bytes of ChaCha20 keystream (IETF, zero nonce, counter 0) under key: the expansion of LtHash16. */
void crypto_expand(uint8_t out[2048], const uint8_t key[KEY_SIZE]);

void crypto_sign_keypair(uint8_t public_key[SIGN_PUBLIC_SIZE], uint8_t secret_key[SIGN_SECRET_SIZE]);
/* secret_key from a 32-byte seed (RFC 8032 private key), for tests and vectors. */
void crypto_sign_from_seed(const uint8_t seed[32], uint8_t public_key[SIGN_PUBLIC_SIZE],
                           uint8_t secret_key[SIGN_SECRET_SIZE]);
void crypto_sign(uint8_t signature[SIGNATURE_SIZE], struct bytes message, const uint8_t secret_key[SIGN_SECRET_SIZE]);
MUST_CHECK bool crypto_verify(const uint8_t signature[SIGNATURE_SIZE], struct bytes message,
                              const uint8_t public_key[SIGN_PUBLIC_SIZE]);

/* XChaCha20-Poly1305: out gets nonce || ciphertext || tag, plain.n + AEAD_OVERHEAD bytes; random nonce. */
void crypto_seal(uint8_t *out, const uint8_t key[KEY_SIZE], struct bytes plain, struct bytes associated);
/* The same with the caller's nonce, for code that may not draw chance itself: never twice under one key. */
void crypto_seal_with_nonce(uint8_t *out, const uint8_t key[KEY_SIZE], const uint8_t nonce[AEAD_NONCE_SIZE],
                            struct bytes plain, struct bytes associated);
/* out gets sealed.n - AEAD_OVERHEAD bytes. ERR_DAMAGED if sealed is too short or does not authenticate. */
MUST_CHECK enum err crypto_open(uint8_t *out, const uint8_t key[KEY_SIZE], struct bytes sealed,
                                struct bytes associated);

/* A secret between whoever knows the receiver's Ed25519 public key and the receiver, by X25519 over both keys mapped to
 * Curve25519: the sender draws `seed` once, and its public half goes with what is sealed. The result is the raw shared
 * point: hash it with both public keys before use. ERR_DAMAGED: a key is no point of the curve, or of small order. */
MUST_CHECK enum err crypto_agree_send(uint8_t shared[KEY_SIZE], uint8_t sent[KEY_SIZE], const uint8_t seed[KEY_SIZE],
                                      const uint8_t receiver[SIGN_PUBLIC_SIZE]);
MUST_CHECK enum err crypto_agree_receive(uint8_t shared[KEY_SIZE], const uint8_t sent[KEY_SIZE],
                                         const uint8_t secret_key[SIGN_SECRET_SIZE]);

#endif
