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

static bool any_visit(void *arg, struct bytes key, struct bytes value)
{
    (void)key;
    (void)value;
    *(bool *)arg = true;
    return false;
}

enum err store_any(struct txn *txn, enum table t, struct bytes prefix, bool *any)
{
    *any = false;
    return store_scan(txn, t, prefix, any_visit, any);
}

enum err store_sift(struct txn *txn, enum table t, struct buf *found)
{
    assert(t < TABLE_COUNT);
    return txn->ops->sift(txn->handle, t, found);
}

void store_sifted_put(struct buf *found, struct bytes key, struct bytes stored_key, struct bytes value)
{
    buf_put_u8(found, (uint8_t)key.n);
    buf_put_bytes(found, key);
    buf_put_u32(found, (uint32_t)(1 + stored_key.n + value.n));
    buf_put_u8(found, (uint8_t)stored_key.n);
    buf_put_bytes(found, stored_key);
    buf_put_bytes(found, value);
}

bool store_sifted_next(struct bytes *found, struct store_sifted *row)
{
    if (found->n == 0)
        return false;
    row->key = bytes_of(found->p + 1, found->p[0]);
    *found = bytes_cut(*found, 1 + (size_t)found->p[0]);
    row->raw = bytes_of(found->p + 4, load_u32(found->p));
    *found = bytes_cut(*found, 4 + row->raw.n);
    return true;
}
