/* sign.h - signatures over context || bytes (protocol.md 2). The contexts are listed there; each is written here
 * without its closing zero byte, which is signed too. */
#ifndef CHIBO_SIGN_H
#define CHIBO_SIGN_H

#include "../common/base.h"
#include "../common/crypto.h"

void sign_make(uint8_t signature[SIGNATURE_SIZE], const char *context, struct bytes message,
               const uint8_t secret_key[SIGN_SECRET_SIZE]);
MUST_CHECK bool sign_check(const uint8_t signature[SIGNATURE_SIZE], const char *context, struct bytes message,
                           const uint8_t public_key[SIGN_PUBLIC_SIZE]);

#endif
