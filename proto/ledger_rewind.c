/* ledger_rewind.c - a log goes back to an earlier size: what the leaves left behind is forgotten, those that stay are
 * folded again. It takes as long as reading and folding them all: it happens once in the life of a ward, if ever. */
#include "ledger.h"

/* Everything under a scope's number that is a function of its leaves. The nodes of the tree are written over. */
static const enum table folded[] = {TABLE_stream, TABLE_origin, TABLE_change, TABLE_actor,
                                    TABLE_state,  TABLE_held,   TABLE_home,   TABLE_raised,
                                    TABLE_waits};

struct keys {
    struct buf list; /* u8 length, key; … */
    uint16_t number;
    bool parts;      /* of table part: the number stands at the end */
};

static bool keys_visit(void *arg, struct bytes key, struct bytes value)
{
    struct keys *k = arg;

    (void)value;
    if (k->parts && (key.n != 4 + ID_SIZE || load_u16(key.p + 2 + ID_SIZE) != k->number))
        return true;
    buf_put_u8(&k->list, (uint8_t)key.n);
    buf_put_bytes(&k->list, key);
    return true;
}

static enum err forget(struct txn *txn, enum table t, uint16_t number)
{
    uint8_t room[STORE_KEY_MAX];
    struct keys k = {.number = number, .parts = t == TABLE_part};
    enum err e = store_scan(txn, t, k.parts ? bytes_of(NULL, 0) : scope_key2(room, number), keys_visit, &k);

    for (struct bytes left = buf_bytes(&k.list); e == ERR_OK && left.n > 0; left = bytes_cut(left, 1 + left.p[0]))
        e = store_del(txn, t, bytes_of(left.p + 1, left.p[0]));
    buf_deinit(&k.list);
    return e;
}

static enum err forget_all(struct txn *txn, const struct scope *s, uint64_t size)
{
    uint8_t room[STORE_KEY_MAX];
    enum err e = forget(txn, TABLE_part, s->number);

    for (size_t i = 0; e == ERR_OK && i < ARRAY_LEN(folded); i++)
        e = forget(txn, folded[i], s->number);
    for (uint64_t i = size; e == ERR_OK && i < s->frontier.size; i++)
        e = store_del(txn, TABLE_leaf, scope_key6(room, s->number, (uint32_t)i));
    return e;
}

enum err ledger_forget(struct txn *txn, const struct scope *s)
{
    enum err e = forget(txn, TABLE_leaf, s->number);

    if (e == ERR_OK)
        e = forget(txn, TABLE_node, s->number);
    return e == ERR_OK ? forget_all(txn, s, s->frontier.size) : e;
}

enum err ledger_add_again(struct txn *txn, struct scope *s, struct ledger_leaf *l)
{
    struct stream stream;
    struct header h;
    enum err e;

    if (l->is_control)
        return ledger_add_control(txn, s, l->control, l->signature);
    if (header_decode(&h, l->header) != ERR_OK)
        return ERR_DAMAGED;
    e = scope_stream_of(txn, s, &h.device, h.incarnation, &stream);
    if (e == ERR_NOT_FOUND)
        e = scope_stream_new(txn, s, &h.device, h.incarnation, &stream);
    if (e == ERR_OK && stream.next != h.first)
        e = ERR_DAMAGED;
    if (e != ERR_OK)
        return e;
    changeset_commit(&l->changeset, &h.scope, &h.device, &h.person);
    return ledger_add_changeset(txn, s, &stream, &h, l->header, &l->changeset, l->accepted, l->policy, l->verdicts);
}

enum err ledger_rewind(struct txn *txn, struct scope *s, uint64_t size)
{
    uint8_t room[STORE_KEY_MAX];
    enum err e = forget_all(txn, s, size);

    assert(size <= s->frontier.size);
    memset(&s->frontier, 0, sizeof s->frontier);
    s->streams = 0;
    s->policy = 0;
    s->epoch = 0;
    s->fold_version = 0;
    if (s->signed_size > size)
        s->signed_size = 0;
    for (uint64_t i = 0; e == ERR_OK && i < size; i++) {
        struct buf row = {0};
        struct ledger_leaf l = {0};

        e = store_get(txn, TABLE_leaf, scope_key6(room, s->number, (uint32_t)i), &row);
        if (e == ERR_OK)
            e = ledger_decode(&l, buf_bytes(&row));
        else if (e == ERR_NOT_FOUND)
            e = ERR_DAMAGED;
        if (e == ERR_OK)
            e = ledger_add_again(txn, s, &l);
        ledger_leaf_deinit(&l);
        buf_deinit(&row);
    }
    return e == ERR_OK ? scope_save(txn, s) : e;
}
