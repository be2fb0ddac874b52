/* key.h - the secret a store is sealed with, and where it lives.
 *
 * For now a file `khoa` in the home: 32 random bytes and 16 that check them, readable by its owner only. A passphrase
 * and the kernel's keyring come behind these same two calls. Losing the key loses the store: it is there for that. */
#ifndef CHIBO_KEY_H
#define CHIBO_KEY_H

#include "../common/base.h"
#include "../common/crypto.h"
#include "../common/err.h"

struct key {
    uint8_t b[KEY_SIZE];
};

/* Durable when it returns. ERR_EXISTS (never replaced), ERR_NO_SPACE, ERR_IO. */
MUST_CHECK enum err key_create(const char *home);
/* ERR_NO_STORE (there is none), ERR_NOT_ALLOWED (others may read it), ERR_DAMAGED (a bit of it changed). */
MUST_CHECK enum err key_load(const char *home, struct key *out);
void key_wipe(struct key *key);

#endif
