/* store.h - what proto asks of an ordered key-value store, inside one transaction.
 *
 * proto never begins or commits: a driver opens a transaction, calls into proto, commits, and only then feeds the
 * result back to the session ("acknowledged means durable"). Implementations: server/safe.c (LMDB, keyed tag on each
 * value), client/vault.c (LMDB, each value sealed, keys hidden), tests/memstore.c (memory, loses unsynced writes).
 *
 * Keys are <= 64 bytes. `hide` says what may show in a key on a client's disk: the first `open` bytes are written as
 * they are (numbers and sequence only), the next `grouped` bytes become one keyed hash (so that a prefix scan over
 * them works), what is left becomes another. scan() visits the rows whose key begins with `prefix`, whose length is
 * 0, `open` or `open + grouped`, or any length <= open; in key order where grouped == 0 and nothing is hidden, else
 * in any order. The visitor always gets the true key.
 *
 * Errors: ERR_NOT_FOUND (get), ERR_DAMAGED (a value does not authenticate), ERR_NO_SPACE, ERR_IO.
 * To add a table: one row, and its lines in docs/storage.md. */
#ifndef CHIBO_STORE_H
#define CHIBO_STORE_H

#include "../common/base.h"
#include "../common/buf.h"
#include "../common/err.h"

#define STORE_KEY_MAX 64

/* clang-format off */
/*      name       open grouped   key layout (big-endian)                          */
#define STORE_TABLES(ROW) \
    ROW(meta,      0,   0)     /* a name                                             */ \
    ROW(scope,     0,   0)     /* scope id(16): number, epoch, size, frontier        */ \
    ROW(leaf,      6,   0)     /* scope number(2) index(4)                           */ \
    ROW(node,      7,   0)     /* scope number(2) level(1) index(4): tree node       */ \
    ROW(stream,    4,   0)     /* scope number(2) stream number(2)                   */ \
    ROW(origin,    2,   0)     /* scope number(2) device(16) incarnation(4): stream number */ \
    ROW(change,    2,   0)     /* scope number(2) version(8): leaf index, position   */ \
    ROW(part,      0,   2)     /* kind(2) record id(16) scope number(2): folded part */ \
    ROW(held,      8,   0)     /* scope number(2) leaf index(4) position(2): waits for a person */ \
    ROW(actor,     3,   0)     /* scope number(2) what(1) id(16): fold of control leaves */ \
    ROW(state,     2,   0)     /* scope number(2): LtHash16 accumulator              */ \
    ROW(pending,   6,   0)     /* scope number(2) number(4): a change not sealed yet (client) */ \
    ROW(draft,     0,   2)     /* kind(2) record id(16) scope number(2): changes over the part (client) */ \
    ROW(outbox,    6,   0)     /* scope number(2) first sequence(4): sealed, not acknowledged (client) */ \
    ROW(again,    10,   0)     /* scope number(2) epoch(4) index(4): ours of an older incarnation, rewound (client) */ \
    ROW(verdict,   4,   0)     /* number(4): refused or held change, with reason (client) */ \
    ROW(cursor,   16,   0)     /* device(16) scope(16): sizes confirmed   (server)   */ \
    ROW(device,    0,   0)     /* device(16): ratchet, certificate, state (server)   */ \
    ROW(home,      2,   0)     /* scope number(2) record(16): the scope that is its home now */ \
    ROW(raised,    2,   0)     /* scope number(2) record(16): the class it has now, above the scope's */ \
    ROW(successor, 0,  16)     /* org(16) successor(16): decision, date              */ \
    ROW(incarnation, 16,  0)   /* device(16) incarnation(4): its newest ratchet (server) */ \
    ROW(person,    0,   0)     /* person(16): name                        (server)   */ \
    ROW(org,       0,   0)     /* org(16): code, name, type, its scopes   (server)   */ \
    ROW(role,     16,   0)     /* person(16) org(16) role(1): from, to    (server)   */ \
    ROW(invite,    0,   0)     /* invite id(8)                            (server)   */ \
    ROW(quarantine, 41, 0)     /* device(16) [scope(16) incarnation(4) [first(4)]]…: ward_quarantine.c (server) */ \
    ROW(staged,   16,   0)     /* device(16) session(8) number(4): of a lost flight (server) */ \
    ROW(older,     0,   0)     /* scope id(16): a log that comes again from its beginning (client) */ \
    ROW(snapshot,  6,   0)     /* scope number(2) index(4): of a snapshot, head and parts (server) */ \
    ROW(missing,   2,   0)     /* scope number(2) device(16) incarnation(4) first(4): bodies wanted (server) */ \
    ROW(aside,     5,   0)     /* table(1) number(4): rows that could not be read, as they stood (sift) */ \
    ROW(wanted,    6,   0)     /* scope number(2) index(4): a damaged leaf, asked for from who holds it (server) */ \
    ROW(waits,     2,   0)     /* scope number(2) kind(2) record(16): a part that may wait for a person (waits.h) */
/* clang-format on */

enum table {
#define STORE_ENUM(name, open, grouped) TABLE_##name,
    STORE_TABLES(STORE_ENUM)
#undef STORE_ENUM
    TABLE_COUNT
};

struct table_info {
    const char *name;
    uint8_t open;
    uint8_t grouped;
};
extern const struct table_info store_tables[TABLE_COUNT];

/* Return true to go on, false to stop. key and value are valid during the call only. The visitor may not write. */
typedef bool store_visit(void *arg, struct bytes key, struct bytes value);

struct store_ops {
    enum err (*get)(void *handle, enum table t, struct bytes key, struct buf *value); /* value is cleared first */
    enum err (*put)(void *handle, enum table t, struct bytes key, struct bytes value);
    enum err (*del)(void *handle, enum table t, struct bytes key); /* an absent key is no error */
    enum err (*scan)(void *handle, enum table t, struct bytes prefix, store_visit *visit, void *arg);
    /* Removes each row that does not authenticate; appends to found: u8 n, the n bytes of its key that can be read (of
     * a client's store those that are open; they may be wrong too), u32 m, the m bytes of key and value as they
     * stood. */
    enum err (*sift)(void *handle, enum table t, struct buf *found);
};

/* One open transaction; the driver owns it. */
struct txn {
    const struct store_ops *ops;
    void *handle;
};

MUST_CHECK enum err store_get(struct txn *txn, enum table t, struct bytes key, struct buf *value);
MUST_CHECK enum err store_put(struct txn *txn, enum table t, struct bytes key, struct bytes value);
MUST_CHECK enum err store_del(struct txn *txn, enum table t, struct bytes key);
MUST_CHECK enum err store_scan(struct txn *txn, enum table t, struct bytes prefix, store_visit *visit, void *arg);
MUST_CHECK enum err store_any(struct txn *txn, enum table t, struct bytes prefix, bool *any); /* is there a row? */
/* One row that store_sift found. */
struct store_sifted {
    struct bytes key; /* what can be read of it */
    struct bytes raw;
};
/* Reads every row of the table, and takes away those that are damaged: the list is for store_sifted_next. */
MUST_CHECK enum err store_sift(struct txn *txn, enum table t, struct buf *found);
bool store_sifted_next(struct bytes *found, struct store_sifted *row);
void store_sifted_put(struct buf *found, struct bytes key, struct bytes stored_key, struct bytes value);

#endif
