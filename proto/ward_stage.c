/* ward_stage.c - what a device hands back, as it comes, until it is whole. */
#include "ward_recall.h"

#define SESSION_MARK 8 /* bytes of the TLS binding: staging belongs to one session */
#define PREFIX_SIZE (ID_SIZE + SESSION_MARK)
#define CLEAR_KEYS_BYTES 65536 /* gathered at once: a flight may have millions of rows */

static struct bytes stage_key(uint8_t *room, const struct work *job, uint32_t number)
{
    memcpy(room, job->device.b, ID_SIZE);
    memcpy(room + ID_SIZE, job->binding, SESSION_MARK);
    store_u32(room + PREFIX_SIZE, number);
    return bytes_of(room, PREFIX_SIZE + 4);
}

static bool key_visit(void *arg, struct bytes key, struct bytes value)
{
    struct buf *keys = arg;

    (void)value;
    if (key.n == PREFIX_SIZE + 4)
        buf_put_bytes(keys, key);
    return keys->n < CLEAR_KEYS_BYTES;
}

static enum err clear(struct txn *txn, struct bytes prefix, size_t *rows)
{
    const size_t size = PREFIX_SIZE + 4;
    struct buf keys = {0};
    enum err e;

    do {
        buf_clear(&keys);
        e = store_scan(txn, TABLE_staged, prefix, key_visit, &keys);
        for (size_t i = 0; e == ERR_OK && i + size <= keys.n; i += size, ++*rows)
            e = store_del(txn, TABLE_staged, bytes_of(keys.p + i, size));
    } while (e == ERR_OK && keys.n > 0);
    buf_deinit(&keys);
    return e;
}

enum err ward_stage_clear(struct txn *txn, const struct id *device)
{
    size_t rows = 0;

    return clear(txn, bytes_of(device->b, ID_SIZE), &rows);
}

enum err ward_stage_clear_all(struct txn *txn, size_t *rows)
{
    *rows = 0;
    return clear(txn, bytes_of(NULL, 0), rows);
}

enum err ward_stage(struct txn *txn, struct work *job)
{
    uint8_t room[STORE_KEY_MAX];
    struct bytes list = buf_bytes(&job->in), message;
    uint32_t number = (uint32_t)job->at;
    uint8_t type;
    enum err e = number == 0 ? ward_stage_clear(txn, &job->device) : ERR_OK;

    while (e == ERR_OK && work_message_next(&list, &type, &message)) {
        struct buf row = {0};

        buf_put_u8(&row, type);
        buf_put_bytes(&row, message);
        e = store_put(txn, TABLE_staged, stage_key(room, job, number++), buf_bytes(&row));
        buf_deinit(&row);
    }
    return e;
}

enum err ward_staged(struct txn *txn, const struct work *job, uint32_t number, uint8_t *type, struct buf *message)
{
    uint8_t room[STORE_KEY_MAX];
    enum err e = store_get(txn, TABLE_staged, stage_key(room, job, number), message);

    if (e == ERR_OK && message->n == 0)
        e = ERR_DAMAGED;
    if (e == ERR_OK) {
        *type = message->p[0];
        buf_drop_front(message, 1);
    }
    return e;
}
