/* sealed.h - a value that only holders of its key can read, bound to its record and field (protocol.md 10.4). To
 * everybody else, and to the fold, it is one opaque value. */
#ifndef CHIBO_SEALED_H
#define CHIBO_SEALED_H

#include "../common/base.h"
#include "../common/buf.h"
#include "../common/crypto.h"
#include "../common/err.h"
#include "../common/id.h"

#define SEALED_KEY_ID_SIZE 8

/* Appends the sealed value. nonce must be random, brought by the caller; value is one encoded value. */
void sealed_encode(const uint8_t key_id[SEALED_KEY_ID_SIZE], const uint8_t key[KEY_SIZE],
                   const uint8_t nonce[AEAD_NONCE_SIZE], const struct id *record, uint32_t tag, struct bytes value,
                   struct buf *out);
/* Which key opens it. ERR_BAD_FRAME when it is no sealed value. */
MUST_CHECK enum err sealed_key_id(struct bytes sealed, uint8_t key_id[SEALED_KEY_ID_SIZE]);
/* Appends the value that was sealed. ERR_BAD_FRAME; ERR_DAMAGED: another key, record or tag, or altered bytes. */
MUST_CHECK enum err sealed_open(struct bytes sealed, const uint8_t key[KEY_SIZE], const struct id *record, uint32_t tag,
                                struct buf *out);

#endif
