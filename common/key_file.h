/* key_file.h - a secret key of 32 bytes in a private file, with a checksum keyed by itself.
 *
 * File: key || BLAKE2b-128(key; use || 0). `use` keeps a key of one store from being taken for another's. */
#ifndef CHIBO_KEY_FILE_H
#define CHIBO_KEY_FILE_H

#include "base.h"
#include "crypto.h"
#include "err.h"

/* A new random key, durable when it returns. ERR_EXISTS: there is a file of this name; it is never replaced. Others as
 * disk_create. */
MUST_CHECK enum err key_file_create(const char *dir, const char *name, const char *use);
/* ERR_NO_STORE: there is none; ERR_NOT_ALLOWED: others may read it; ERR_DAMAGED: a bit of it changed, or another
 * use. */
MUST_CHECK enum err key_file_load(const char *dir, const char *name, const char *use, uint8_t out[KEY_SIZE]);

#endif
