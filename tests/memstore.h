/* memstore.h - a store in memory for the simulator and for tests: it can lose what was not synced, be copied, and
 * fail.
 *
 * One transaction at a time. What is committed is either durable at once or only after memstore_sync (or the next
 * durable commit); memstore_crash takes back everything that is not. Deterministic: the same calls give the same
 * answers in the same order. With `hidden`, tables whose keys are hidden on a client's disk are scanned in an
 * order that has nothing to do with the keys, as client/vault.c does, so that nobody comes to rely on more than
 * store.h says. */
#ifndef CHIBO_MEMSTORE_H
#define CHIBO_MEMSTORE_H

#include "../proto/store.h"

struct memstore;

struct memstore *memstore_new(bool hidden);
void memstore_free(struct memstore *m); /* NULL is fine; an open transaction is dropped */

/* out->ops and out->handle are valid until commit or abort. Writing in a transaction begun for reading asserts. */
void memstore_begin(struct memstore *m, bool write, struct txn *out);
MUST_CHECK enum err memstore_commit(struct memstore *m, bool durable); /* an error of memstore_fail: nothing changed */
void memstore_abort(struct memstore *m);                               /* without a transaction: nothing happens */

void memstore_sync(struct memstore *m);
void memstore_crash(struct memstore *m);
bool memstore_is_durable(const struct memstore *m);

/* What is committed, as another durable store of its own: a backup, or a cloned disk. */
struct memstore *memstore_copy(const struct memstore *m);
/* m becomes what `from` has committed: a restored backup. No transaction may be open. */
void memstore_restore(struct memstore *m, const struct memstore *from);

/* The countdown-th put, del or commit from now (1: the next) fails with e; 0 disarms. */
void memstore_fail(struct memstore *m, unsigned countdown, enum err e);

/* Damages one row: FLIP: it does not authenticate any more. DROP: it is gone. LIE: another byte, and nobody
 * notices. SWAP: it and the next one of the table change places, and nobody notices. */
enum memstore_rot { MEMSTORE_FLIP, MEMSTORE_DROP, MEMSTORE_LIE, MEMSTORE_SWAP, MEMSTORE_ROTS };
void memstore_rot(struct memstore *m, enum table t, size_t place, enum memstore_rot how);
size_t memstore_table_rows(const struct memstore *m, enum table t);

size_t memstore_rows(const struct memstore *m);
/* Of all rows that a transaction of any kind of store sees: equal contents, equal digest, whatever the order. */
uint64_t memstore_digest(struct txn *txn);

#endif
