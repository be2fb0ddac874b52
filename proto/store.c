/* store.c - the table of tables, and the calls through a transaction's operations. */
#include "store.h"

const struct table_info store_tables[TABLE_COUNT] = {
#define STORE_INFO(name, open, grouped) {#name, open, grouped},
    STORE_TABLES(STORE_INFO)
#undef STORE_INFO
};

enum err store_get(struct txn *txn, enum table t, struct bytes key, struct buf *value)
{
    assert(t < TABLE_COUNT && key.n <= STORE_KEY_MAX);
    return txn->ops->get(txn->handle, t, key, value);
}

enum err store_put(struct txn *txn, enum table t, struct bytes key, struct bytes value)
{
    assert(t < TABLE_COUNT && key.n <= STORE_KEY_MAX && key.n > 0);
    return txn->ops->put(txn->handle, t, key, value);
}

enum err store_del(struct txn *txn, enum table t, struct bytes key)
{
    assert(t < TABLE_COUNT && key.n <= STORE_KEY_MAX && key.n > 0);
    return txn->ops->del(txn->handle, t, key);
}

enum err store_scan(struct txn *txn, enum table t, struct bytes prefix, store_visit *visit, void *arg)
{
    assert(t < TABLE_COUNT && prefix.n <= STORE_KEY_MAX);
    return txn->ops->scan(txn->handle, t, prefix, visit, arg);
}
