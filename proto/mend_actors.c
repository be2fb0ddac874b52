/* mend_actors.c - what control leaves say of devices, persons, roles and organisations, folded into memory and compared
 * with the rows that are there. Registries are small: rows stand in one list. */
#include <stdlib.h>

#include "actor.h"
#include "mend.h"

struct shadow {
    struct txn *real;
    const struct scope *scope;
    struct shadow_row {
        enum table table;
        size_t key_n;
        uint8_t key[STORE_KEY_MAX];
        struct buf value;
    } *row;
    size_t count, cap;
};

static struct shadow_row *find(const struct shadow *sh, enum table t, struct bytes key)
{
    for (size_t i = 0; i < sh->count; i++)
        if (sh->row[i].table == t && bytes_equal(bytes_of(sh->row[i].key, sh->row[i].key_n), key))
            return &sh->row[i];
    return NULL;
}

/* Of the scope's own tables nothing but what its leaves said is there; others are shared by several scopes. */
static enum err shadow_get(void *handle, enum table t, struct bytes key, struct buf *value)
{
    struct shadow *sh = handle;
    const struct shadow_row *row = find(sh, t, key);

    if (row == NULL)
        return t == TABLE_actor || t == TABLE_home ? ERR_NOT_FOUND : store_get(sh->real, t, key, value);
    buf_clear(value);
    buf_put_bytes(value, buf_bytes(&row->value));
    return ERR_OK;
}

static enum err shadow_put(void *handle, enum table t, struct bytes key, struct bytes value)
{
    struct shadow *sh = handle;
    struct shadow_row *row = find(sh, t, key);

    if (row == NULL && sh->count == sh->cap) {
        struct shadow_row *more = mem_alloc((2 * sh->cap + 16) * sizeof *more);

        if (sh->count > 0)
            memcpy(more, sh->row, sh->count * sizeof *more);
        free(sh->row);
        sh->row = more;
        sh->cap = 2 * sh->cap + 16;
    }
    if (row == NULL) {
        row = &sh->row[sh->count++];
        *row = (struct shadow_row){.table = t, .key_n = key.n};
        memcpy(row->key, key.p, key.n);
    }
    buf_clear(&row->value);
    buf_put_bytes(&row->value, value);
    return ERR_OK;
}

static enum err shadow_del(void *handle, enum table t, struct bytes key)
{
    (void)handle;
    (void)t;
    (void)key;
    return ERR_OK;
}

static enum err shadow_scan(void *handle, enum table t, struct bytes prefix, store_visit *visit, void *arg)
{
    struct shadow *sh = handle;

    return store_scan(sh->real, t, prefix, visit, arg);
}

static const struct store_ops shadow_ops = {shadow_get, shadow_put, shadow_del, shadow_scan, NULL};

static bool count_visit(void *arg, struct bytes key, struct bytes value)
{
    (void)key;
    (void)value;
    (*(size_t *)arg)++;
    return true;
}

static enum err compare(struct shadow *sh, bool *same)
{
    uint8_t room[STORE_KEY_MAX];
    size_t there = 0, said = 0;
    enum err e = store_scan(sh->real, TABLE_actor, scope_key2(room, sh->scope->number), count_visit, &there);

    for (size_t i = 0; e == ERR_OK && i < sh->count; i++) {
        struct buf value = {0};
        enum err got = store_get(sh->real, sh->row[i].table, bytes_of(sh->row[i].key, sh->row[i].key_n), &value);

        said += sh->row[i].table == TABLE_actor;
        *same = *same && got == ERR_OK && bytes_equal(buf_bytes(&value), buf_bytes(&sh->row[i].value));
        buf_deinit(&value);
    }
    *same = *same && there == said;
    return e;
}

enum err mend_actors(struct txn *txn, const struct scope *s, bool *same)
{
    struct shadow sh = {.real = txn, .scope = s};
    struct txn shadow = {&shadow_ops, &sh};
    struct scope copy = *s;
    enum err e = ERR_OK;

    *same = true;
    memset(&copy.frontier, 0, sizeof copy.frontier);
    for (uint64_t i = 0; e == ERR_OK && i < s->frontier.size; i++) {
        struct buf row = {0};
        struct ledger_leaf l = {0};
        struct control c;

        e = ledger_leaf_at(txn, s, i, &row, &l);
        copy.frontier.size = i + 1;
        if (e == ERR_OK && l.is_control && (e = control_decode(&c, l.control)) == ERR_OK)
            e = actor_apply(&shadow, &copy, &c);
        ledger_leaf_deinit(&l);
        buf_deinit(&row);
    }
    if (e == ERR_OK)
        e = compare(&sh, same);
    for (size_t i = 0; i < sh.count; i++)
        buf_deinit(&sh.row[i].value);
    free(sh.row);
    return e;
}
