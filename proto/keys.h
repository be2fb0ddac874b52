/* keys.h - the ward's signing keys, one after the other (protocol.md 4.6): who trusts one of them comes to trust all.
 *
 * Each link is signed by both of its keys: the old one says what follows it, so whoever knew it goes on; the new one
 * says what it followed, so whoever was enrolled later may check what the old one signed. The message (20) and the row
 * of table meta are the same bytes. */
#ifndef CHIBO_KEYS_H
#define CHIBO_KEYS_H

#include "control.h"

/* One a year for longer than anybody works; all are kept, for the logs begin with the first. 200 bytes each. */
#define KEYS_MAX 64

struct key_link {
    uint8_t old_key[SIGN_PUBLIC_SIZE];
    uint8_t new_key[SIGN_PUBLIC_SIZE];
    uint8_t by_new[SIGNATURE_SIZE]; /* as in a key leaf: control_key_sign */
    uint8_t by_old[SIGNATURE_SIZE];
};

struct keys {
    size_t count;
    struct key_link link[KEYS_MAX];
};

/* Continues the list; its last new key is `old`, or it is empty. ERR_TOO_LONG. */
MUST_CHECK enum err keys_add(struct keys *k, const struct id *ward, const uint8_t old_public[SIGN_PUBLIC_SIZE],
                             const uint8_t old_secret[SIGN_SECRET_SIZE], const uint8_t new_public[SIGN_PUBLIC_SIZE],
                             const uint8_t new_secret[SIGN_SECRET_SIZE]);
void keys_encode(const struct keys *k, struct buf *out);
MUST_CHECK enum err keys_decode(struct keys *k, struct bytes encoded); /* ERR_BAD_FRAME; not verified */
/* ERR_BAD_PROOF: a link does not continue the one before, or a signature does not hold. */
MUST_CHECK enum err keys_verify(const struct keys *k, const struct id *ward);
/* The place of a key in the list: 0 the first old key, count the newest; false: it is none of them. */
bool keys_find(const struct keys *k, const uint8_t key[SIGN_PUBLIC_SIZE], size_t *place);
const uint8_t *keys_at(const struct keys *k, size_t place); /* place <= count, count > 0 */

#endif
