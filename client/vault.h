/* vault.h - a client's store on disk: proto/store.h over common/kv, every value sealed, keys hidden.
 *
 * What shows to who has the disk and not the key: how many rows each table has, their sizes in steps of 64 bytes, the
 * numbers that store.h leaves open in keys, the number of commits. Nothing else; docs/storage.md has the layout.
 * Each value is bound to its table and key, so that none can be put in another's place. There is no store id: every
 * store has its own random key, from which the keys of values and of names are derived, and these bind a row to it.
 *
 * A struct vault is one open store; one per process. A struct vault_txn is the caller's, must not move while it is
 * open, and ends by exactly one of commit and abort. Errors are those of kv.h; ERR_DAMAGED also means the wrong key,
 * or a value that does not authenticate; ERR_TOO_NEW, ERR_TOO_OLD a format of another program. */
#ifndef CHIBO_VAULT_H
#define CHIBO_VAULT_H

#include <sys/types.h>

#include "../common/kv.h"
#include "../proto/store.h"
#include "key.h"

#define VAULT_FORMAT 1

#define VAULT_HIDDEN_MAX (STORE_KEY_MAX + 24) /* a key as it stands on the disk */

/* A key and what hides it: the same rows are read, written and removed one after the other. */
struct vault_name {
    uint8_t key[STORE_KEY_MAX], stored[VAULT_HIDDEN_MAX];
    size_t key_n, stored_n;
    uint8_t grouped[STORE_KEY_MAX], group[16]; /* the hash of the grouped bytes, which change less often still */
    size_t grouped_n;
};

struct vault {
    struct kv *kv;
    struct key values, names; /* derived from the store's key */
};

struct vault_txn {
    struct txn txn; /* what proto is given; &t.txn */
    struct vault *vault;
    struct kv_txn kv;
    struct buf scratch, sealed;
    struct vault_name name[TABLE_COUNT];  /* the last of each table */
    uint8_t nonce[AEAD_NONCE_SIZE];       /* 16 random bytes, new in each transaction, and a counter */
};

/* The directory appears whole or not at all. */
MUST_CHECK enum err vault_create(const char *dir, const struct key *key);
/* The key is copied; on an error out is closed. KV_CHECK_WRITE for `verify`. */
MUST_CHECK enum err vault_open(const char *dir, const struct key *key, enum kv_mode mode, struct vault *out);
void vault_close(struct vault *v); /* wipes; may run twice */

MUST_CHECK enum err vault_begin(struct vault *v, bool write, struct vault_txn *out);
MUST_CHECK enum err vault_commit(struct vault_txn *t);
void vault_abort(struct vault_txn *t); /* also of one that has ended or never began */

/* Opens every value. ERR_DAMAGED; rows gets how many were read (may be NULL). */
MUST_CHECK enum err vault_scrub(struct vault *v, uint64_t *rows);
pid_t vault_lock_holder(struct vault *v); /* after ERR_LOCKED */
bool vault_will_grow(const struct vault *v); /* after ERR_NO_SPACE: the same once more may succeed */

#endif
