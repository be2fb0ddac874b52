/* sim_sign.h - signatures for the simulator's bulk: a keyed hash in place of Ed25519, put between by the linker
 * (-Wl,--wrap, t_sim only), so that no code under test knows. It has the same shape: whoever lacks the secret key's
 * seed in this process cannot make one that verifies by accident, and one bit more or less does not verify. */
#ifndef CHIBO_SIM_SIGN_H
#define CHIBO_SIM_SIGN_H

#include "../common/crypto.h"

extern bool sim_sign_real; /* this seed signs with Ed25519 */

/* Under the names that the linker asks for. */
void sim_sign_make(uint8_t signature[SIGNATURE_SIZE], struct bytes message,
                   const uint8_t secret_key[SIGN_SECRET_SIZE]) __asm__("__wrap_crypto_sign_message");
bool sim_sign_check(const uint8_t signature[SIGNATURE_SIZE], struct bytes message,
                    const uint8_t public_key[SIGN_PUBLIC_SIZE]) __asm__("__wrap_crypto_verify");
/* The real ones. */
void sim_sign_real_make(uint8_t signature[SIGNATURE_SIZE], struct bytes message,
                        const uint8_t secret_key[SIGN_SECRET_SIZE]) __asm__("__real_crypto_sign_message");
bool sim_sign_real_check(const uint8_t signature[SIGNATURE_SIZE], struct bytes message,
                         const uint8_t public_key[SIGN_PUBLIC_SIZE]) __asm__("__real_crypto_verify");

#endif
