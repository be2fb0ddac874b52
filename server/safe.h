/* safe.h - the ward's store on disk: proto/store.h over common/kv, keys and values plain, every value tagged.
 *
 * The tag is a keyed hash of table, key and value under a key kept beside the store (file `khoa-so` in the same
 * home), so that a changed byte, or a row put in another's place, is ERR_DAMAGED and never an answer.
 *
 * A struct safe is one open store, one per process. Several threads may read while one writes; a transaction stays on
 * the thread that began it. A struct safe_txn is the caller's, must not move while it is open, and ends by exactly one
 * of commit and abort. Errors are those of kv.h. */
#ifndef CHIBO_SAFE_H
#define CHIBO_SAFE_H

#include "../common/crypto.h"
#include "../common/kv.h"
#include "../proto/store.h"

#define SAFE_FORMAT 1

struct safe {
    struct kv *kv;
    uint8_t key[KEY_SIZE];
};

struct safe_txn {
    struct txn txn; /* what proto is given; &t.txn */
    struct safe *safe;
    struct kv_txn kv;
    struct buf scratch;
};

/* home exists; makes home/khoa-so and home/so, the store, which appears whole or not at all. ERR_EXISTS. */
MUST_CHECK enum err safe_create(const char *home);
/* On an error out is closed. KV_CHECK_WRITE after a crash, or for a scrub. */
MUST_CHECK enum err safe_open(const char *home, enum kv_mode mode, struct safe *out);
void safe_close(struct safe *s); /* may run twice */
/* Frees what readers hold that died without a word: until then no page they could see is used again, and the file
 * grows. From any thread. */
MUST_CHECK enum err safe_reap(struct safe *s);

MUST_CHECK enum err safe_begin(struct safe *s, bool write, struct safe_txn *out);
MUST_CHECK enum err safe_commit(struct safe_txn *t); /* ERR_OK: durable */
void safe_abort(struct safe_txn *t);                 /* also of one that has ended or never began */

/* What a scrub found first. */
struct safe_scrub {
    uint64_t rows, damaged;
    enum table table; /* of the first damaged row */
};
/* Reads every row; goes on after damage. ERR_DAMAGED when there was any. */
MUST_CHECK enum err safe_scrub(struct safe *s, struct safe_scrub *out);

#endif
