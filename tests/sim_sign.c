/* sim_sign.c - see sim_sign.h. */
#include "sim_sign.h"

bool sim_sign_real;

/* An Ed25519 secret key ends with its public key (crypto.h: 64 bytes of libsodium's form). */
static void stand_in(uint8_t out[SIGNATURE_SIZE], struct bytes message, const uint8_t *public_key)
{
    crypto_blake2b(out, SIGNATURE_SIZE, bytes_of(public_key, SIGN_PUBLIC_SIZE), &message, 1);
}

void sim_sign_make(uint8_t signature[SIGNATURE_SIZE], struct bytes message,
                   const uint8_t secret_key[SIGN_SECRET_SIZE])
{
    if (sim_sign_real)
        sim_sign_real_make(signature, message, secret_key);
    else
        stand_in(signature, message, secret_key + SIGN_SECRET_SIZE - SIGN_PUBLIC_SIZE);
}

bool sim_sign_check(const uint8_t signature[SIGNATURE_SIZE], struct bytes message,
                    const uint8_t public_key[SIGN_PUBLIC_SIZE])
{
    uint8_t expected[SIGNATURE_SIZE];

    if (sim_sign_real)
        return sim_sign_real_check(signature, message, public_key);
    stand_in(expected, message, public_key);
    return crypto_equal(expected, signature, SIGNATURE_SIZE);
}
