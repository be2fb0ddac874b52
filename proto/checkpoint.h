/* checkpoint.h - the ward's signed word on how a scope's log stands (protocol.md 4.4). */
#ifndef CHIBO_CHECKPOINT_H
#define CHIBO_CHECKPOINT_H

#include "../common/base.h"
#include "../common/buf.h"
#include "../common/crypto.h"
#include "../common/err.h"
#include "../common/id.h"

struct checkpoint {
    struct id ward;
    struct id scope;
    uint32_t epoch;
    uint64_t size;
    struct hash root;
    uint64_t time;
};

void checkpoint_encode(const struct checkpoint *c, struct buf *out);
MUST_CHECK enum err checkpoint_decode(struct checkpoint *c, struct bytes encoded); /* ERR_BAD_FRAME, ERR_TOO_NEW */
void checkpoint_sign(uint8_t signature[SIGNATURE_SIZE], const struct checkpoint *c,
                     const uint8_t secret_key[SIGN_SECRET_SIZE]);
MUST_CHECK enum err checkpoint_verify(const uint8_t signature[SIGNATURE_SIZE], const struct checkpoint *c,
                                      const uint8_t public_key[SIGN_PUBLIC_SIZE]); /* ERR_BAD_PROOF */

#endif
