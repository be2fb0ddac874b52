/* replica_pace.c - how fast this device's link was, kept from one session to the next (pace.h). */
#include "replica.h"

static struct bytes key(void)
{
    return bytes_of_str("pace");
}

enum err replica_pace_load(struct txn *txn, enum pace_class *class)
{
    struct buf row = {0};
    enum err e = store_get(txn, TABLE_meta, key(), &row);
    *class = PACE_UNKNOWN;
    if (e == ERR_OK && row.n != 1)
        e = ERR_DAMAGED;
    if (e == ERR_OK && row.p[0] < PACE_CLASSES)
        *class = (enum pace_class)row.p[0];
    buf_deinit(&row);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Written only when it changes: a session that brings nothing writes as little as before. */
enum err replica_pace_save(struct txn *txn, enum pace_class class)
{
    uint8_t now = (uint8_t)class;
    enum pace_class before;
    enum err e = replica_pace_load(txn, &before);
    if (e != ERR_OK || before == class || class == PACE_UNKNOWN)
        return e;
    return store_put(txn, TABLE_meta, key(), bytes_of(&now, 1));
}
