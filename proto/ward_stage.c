/* ward_stage.c - what a device hands back, as it comes, until it is whole. */
#include "ward_recall.h"

#define SESSION_MARK 8 /* bytes of the TLS binding: staging belongs to one session */
#define PREFIX_SIZE (ID_SIZE + SESSION_MARK)

static struct bytes stage_key(uint8_t *room, const struct work *job, uint32_t number)
{
    memcpy(room, job->device.b, ID_SIZE);
    memcpy(room + ID_SIZE, job->binding, SESSION_MARK);
    store_u32(room + PREFIX_SIZE, number);
    return bytes_of(room, PREFIX_SIZE + 4);
}

static bool key_visit(void *arg, struct bytes key, struct bytes value)
{
    (void)value;
    if (key.n == PREFIX_SIZE + 4)
        buf_put_bytes(arg, key);
    return true;
}

enum err ward_stage_clear(struct txn *txn, const struct id *device)
{
    const size_t size = PREFIX_SIZE + 4;
    struct buf keys = {0};
    enum err e = store_scan(txn, TABLE_staged, bytes_of(device->b, ID_SIZE), key_visit, &keys);

    for (size_t i = 0; e == ERR_OK && i + size <= keys.n; i += size)
        e = store_del(txn, TABLE_staged, bytes_of(keys.p + i, size));
    buf_deinit(&keys);
    return e;
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
