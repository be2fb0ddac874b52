/* replica_packing.c - what the ward can unpack, remembered from one session to the next: the first bytes of a session
 * go out before the ward has said anything. */
#include "dictionary.h"
#include "replica.h"

static struct bytes key(void)
{
    return bytes_of_str("packing");
}

enum err replica_packing_load(struct txn *txn, unsigned *newest)
{
    struct buf row = {0};
    enum err e = store_get(txn, TABLE_meta, key(), &row);
    *newest = 0;
    if (e == ERR_OK && row.n != 1)
        e = ERR_DAMAGED;
    if (e == ERR_OK)
        *newest = row.p[0] < PACKING_NEWEST ? row.p[0] : PACKING_NEWEST;
    buf_deinit(&row);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Written only when it changes: a session that brings nothing writes as little as before. */
enum err replica_packing_save(struct txn *txn, uint64_t newest)
{
    uint8_t now = newest < PACKING_NEWEST ? (uint8_t)newest : (uint8_t)PACKING_NEWEST;
    unsigned before;
    enum err e = replica_packing_load(txn, &before);
    if (e != ERR_OK || before == now)
        return e;
    return store_put(txn, TABLE_meta, key(), bytes_of(&now, 1));
}
