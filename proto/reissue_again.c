/* reissue_again.c - what a rewind took from us under an older incarnation, until the next close (reissue.h). */
#include <stdlib.h>

#include "reissue.h"

static struct bytes again_key(uint8_t *room, const struct scope *s, uint64_t index)
{
    store_u16(room, s->number);
    store_u32(room + 2, s->epoch);
    store_u32(room + 6, (uint32_t)index);
    return bytes_of(room, 10);
}

/* Within one epoch a log only grows: the place names the leaf, and rows are in the order of the log. */
enum err reissue_keep(struct txn *txn, const struct scope *s, uint64_t index, struct bytes row)
{
    uint8_t room[STORE_KEY_MAX];

    return store_put(txn, TABLE_again, again_key(room, s, index), row);
}

enum err reissue_waits(struct txn *txn, const struct scope *s, bool *any)
{
    uint8_t room[STORE_KEY_MAX];

    return store_any(txn, TABLE_again, scope_key2(room, s->number), any);
}

struct kept {
    uint8_t key[10];
    struct buf row;
};

static bool kept_visit(void *arg, struct bytes key, struct bytes value)
{
    struct kept k = {.row = {0}};

    if (key.n != sizeof k.key)
        return true;
    memcpy(k.key, key.p, sizeof k.key);
    buf_put_bytes(&k.row, value);
    buf_put(arg, &k, sizeof k);
    return true;
}

static int kept_order(const void *a, const void *b)
{
    const struct kept *x = a, *y = b;

    return memcmp(x->key, y->key, sizeof x->key);
}

static enum err scope_closed(struct txn *txn, struct replica *r, struct scope *scope)
{
    struct reissue s = {.txn = txn, .r = r, .scope = scope};
    uint8_t room[STORE_KEY_MAX];
    struct buf list = {0};
    struct kept *k;
    size_t count;
    enum err e = store_scan(txn, TABLE_again, scope_key2(room, scope->number), kept_visit, &list);

    k = (struct kept *)(void *)list.p;
    count = list.n / sizeof *k;
    if (count > 1)
        qsort(k, count, sizeof *k, kept_order);
    if (e == ERR_OK && count > 0)
        e = replica_end_load(txn, scope->number, &s.end);
    if (e == ERR_OK && count > 0)
        e = reissue_begin(&s);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = reissue_row(&s, buf_bytes(&k[i].row));
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = store_del(txn, TABLE_again, bytes_of(k[i].key, sizeof k[i].key));
    for (size_t i = 0; i < count; i++)
        buf_wipe_deinit(&k[i].row);
    buf_deinit(&list);
    reissue_end(&s);
    return e;
}

enum err reissue_closed(struct txn *txn, struct replica *r)
{
    struct scope *scope = NULL;
    size_t count = 0;
    enum err e = scope_list(txn, &scope, &count);

    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = scope_closed(txn, r, &scope[i]);
    free(scope);
    return e;
}
