/* ward_put_back.c - see ward_put_back.h. One row of table meta for each organisation. */
#include "ward_put_back.h"

#include <stdlib.h>

static const char meta_name[] = "put back";

static struct bytes row_key(uint8_t room[STORE_KEY_MAX], const struct id *org)
{
    memcpy(room, meta_name, sizeof meta_name);
    memcpy(room + sizeof meta_name, org->b, ID_SIZE);
    return bytes_of(room, sizeof meta_name + ID_SIZE);
}

enum err ward_put_back_note(struct txn *txn)
{
    struct ward_device *list;
    uint8_t room[STORE_KEY_MAX], one = 1;
    size_t count;
    enum err e = ward_device_list(txn, &list, &count);

    for (size_t i = 0; e == ERR_OK && i < count; i++)
        if (list[i].state != DEVICE_REVOKED)
            e = store_put(txn, TABLE_meta, row_key(room, &list[i].org), bytes_of(&one, 1));
    free(list);
    return e;
}

enum err ward_put_back_seen(struct txn *txn, const struct id *org)
{
    uint8_t room[STORE_KEY_MAX];

    return store_del(txn, TABLE_meta, row_key(room, org));
}

static enum err is_waited_for(struct txn *txn, const struct id *org, bool *yes)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf row = {0};
    enum err e = store_get(txn, TABLE_meta, row_key(room, org), &row);

    *yes = e == ERR_OK;
    buf_deinit(&row);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err ward_put_back_waits(struct txn *txn, bool *waits, struct id *org)
{
    struct ward_device *list;
    size_t count;
    enum err e = ward_device_list(txn, &list, &count);

    *waits = false;
    for (size_t i = 0; e == ERR_OK && !*waits && i < count; i++) {
        *org = list[i].org;
        if (list[i].state != DEVICE_REVOKED)
            e = is_waited_for(txn, org, waits);
    }
    free(list);
    return e;
}
