/* kv.h - ordered tables of bytes on disk, durable at commit; the only door to LMDB.
 *
 * A store is a directory: data.mdb, lock.mdb (LMDB's) and lock-writer (ours). One struct kv per store and process; it
 * owns the map and the locks and may be used by several threads, except that a write transaction stays on the thread
 * that began it. One writer at a time over all processes: the lock is taken by kv_begin, so a process that holds a
 * store open but writes nothing hinders nobody. Readers never wait and are never waited for; keep them short, because
 * pages a reader may still see are not reused.
 *
 * Durable means: when kv_commit returns ERR_OK the bytes are on the disk. ERR_NO_SPACE: nothing was changed, the store
 * goes on. Any other error of a commit means that nobody knows; the struct then answers every call with that error
 * and the process must start again and read what is there (crash-only).
 *
 * Errors of all calls: ERR_NO_STORE (no such directory), ERR_DAMAGED (the files are not what LMDB wrote), ERR_TOO_NEW
 * (written by another LMDB format), ERR_LOCKED (another process writes), ERR_BUSY (try later), ERR_NO_SPACE, ERR_IO,
 * ERR_REMOTE_DISK (a network file system, whose locks and maps cannot be trusted). Pitfalls of LMDB 0.9.24 that shaped
 * this: no duplicate keys, no nested transactions, no flag that weakens a commit. */
#ifndef CHIBO_KV_H
#define CHIBO_KV_H

#include <sys/types.h>

#include "base.h"
#include "buf.h"
#include "err.h"

#define KV_TABLES_MAX 64
#define KV_KEY_MAX 511          /* bytes, and at least 1 */
#define KV_LOCK_WAIT_MS 2000    /* kv_begin waits this long for another writer */
#define KV_READERS_MAX 512
#define KV_TXN_ROOM (8u << 20)  /* bytes kept free ahead of a write transaction; it should write half of that */

struct kv_spec {
    const char *const *tables;  /* names; a table's number is its place. Added ones are created by the next writer */
    size_t table_count;
    size_t map_first;           /* bytes of address space a new store starts with; doubles when 70 % are used */
    size_t map_max;             /* and never beyond this: then ERR_NO_SPACE */
};

enum kv_mode {
    KV_READ,         /* kv_begin for writing is a bug */
    KV_WRITE,
    KV_CHECK_WRITE,  /* every page of the file is checked first, so that damage is an error and never a crash */
};

struct kv;

struct kv_txn {
    struct kv *kv;
    void *mdb;
    bool write;
};

/* Makes a store that did not exist: in a directory of another name beside it, which gets this name when all of it is
 * durable, so nobody ever sees half a store. fill writes the first rows (may be NULL). ERR_EXISTS. */
MUST_CHECK enum err kv_create(const char *dir, const struct kv_spec *spec,
                              enum err (*fill)(void *arg, struct kv_txn *txn), void *arg);
MUST_CHECK enum err kv_open(const char *dir, const struct kv_spec *spec, enum kv_mode mode, struct kv **out);
void kv_close(struct kv *kv);           /* no transaction may be open; NULL is fine */
/* Every page reachable and free is where it belongs. Holds the writer's lock meanwhile. */
MUST_CHECK enum err kv_check(struct kv *kv);
pid_t kv_lock_holder(struct kv *kv);    /* after ERR_LOCKED: who writes; 0 when it cannot be told */
/* After ERR_NO_SPACE: it was the map, not the disk, and the next transaction for writing begins with a larger one. */
bool kv_will_grow(const struct kv *kv);
uint64_t kv_commits(const struct kv *kv); /* there ever were in this store; a copy from before has fewer */
MUST_CHECK enum err kv_reap_readers(struct kv *kv); /* frees the slots of readers that died; also done by kv_open */

/* Ends by exactly one of commit and abort. kv_commit ends it whatever it returns; of a reader it is an abort. */
MUST_CHECK enum err kv_begin(struct kv *kv, bool write, struct kv_txn *txn);
MUST_CHECK enum err kv_commit(struct kv_txn *txn);
void kv_abort(struct kv_txn *txn); /* also of a transaction that has ended, or that kv_begin refused */

/* value is valid until the transaction's next put or del, or its end. ERR_NOT_FOUND. */
MUST_CHECK enum err kv_get(struct kv_txn *txn, size_t table, struct bytes key, struct bytes *value);
/* After an error the transaction can only be aborted. */
MUST_CHECK enum err kv_put(struct kv_txn *txn, size_t table, struct bytes key, struct bytes value);
MUST_CHECK enum err kv_del(struct kv_txn *txn, size_t table, struct bytes key); /* an absent key is no error */
/* Rows whose key begins with prefix, in key order, until visit returns false. visit may not write. */
typedef bool kv_visit(void *arg, struct bytes key, struct bytes value);
MUST_CHECK enum err kv_scan(struct kv_txn *txn, size_t table, struct bytes prefix, kv_visit *visit, void *arg);

/* For tests: the countdown-th call from now at this place (1: the next) fails with e, or ends the process by SIGKILL
 * when e is ERR_OK. ERR_IO at a commit leaves the commit done, as a disk may: the caller cannot know. 0 disarms. */
enum kv_place {
    KV_AT_PUT,
    KV_AT_COMMIT,
    KV_PLACE_COUNT
};
void kv_test_fault(struct kv *kv, enum kv_place place, unsigned countdown, enum err e);

#endif
