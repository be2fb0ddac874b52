/* scope.c - the rows of one scope's log. */
#include "scope.h"

#include <stdlib.h>

#include "mp.h"

struct bytes scope_key2(uint8_t *room, uint16_t number)
{
    store_u16(room, number);
    return bytes_of(room, 2);
}

struct bytes scope_key6(uint8_t *room, uint16_t number, uint32_t index)
{
    store_u16(room, number);
    store_u32(room + 2, index);
    return bytes_of(room, 6);
}

struct bytes scope_key_record(uint8_t *room, uint16_t number, const struct id *record)
{
    store_u16(room, number);
    memcpy(room + 2, record->b, ID_SIZE);
    return bytes_of(room, 2 + ID_SIZE);
}

struct bytes scope_key_part(uint8_t *room, uint32_t kind, const struct id *record, uint16_t number)
{
    store_u16(room, (uint16_t)kind);
    memcpy(room + 2, record->b, ID_SIZE);
    store_u16(room + 2 + ID_SIZE, number);
    return bytes_of(room, 4 + ID_SIZE);
}

/* --- the scope's row ------------------------------------------------------------------------------ */

static void row_encode(const struct scope *s, struct buf *b)
{
    size_t nodes = (size_t)__builtin_popcountll(s->frontier.size);

    mp_put_array(b, 17);
    mp_put_uint(b, s->number);
    mp_put_bin(b, s->org.b, ID_SIZE);
    mp_put_uint(b, (uint64_t)s->access);
    mp_put_uint(b, s->epoch);
    mp_put_uint(b, s->streams);
    mp_put_uint(b, s->policy);
    mp_put_bin(b, s->ward_key, sizeof s->ward_key);
    mp_put_uint(b, s->frontier.size);
    mp_put_bin(b, s->frontier.node, nodes * HASH_SIZE);
    mp_put_uint(b, s->signed_size);
    mp_put_uint(b, s->signed_time);
    mp_put_bin(b, s->signature, sizeof s->signature);
    mp_put_uint(b, s->confirmed_epoch);
    mp_put_uint(b, s->confirmed_size);
    mp_put_uint(b, s->fold_version);
    mp_put_uint(b, s->from);
    mp_put_uint(b, s->confirmed_from);
}

static enum err row_decode(struct scope *s, struct bytes row)
{
    struct mp r;
    struct bytes nodes;

    mp_open(&r, row);
    mp_expect_array(&r, 17);
    s->number = (uint16_t)mp_uint(&r, UINT16_MAX);
    s->org = id_from(mp_bin_exact(&r, ID_SIZE));
    s->access = (enum access)mp_uint(&r, ACCESS_D);
    s->epoch = (uint32_t)mp_uint(&r, UINT32_MAX);
    s->streams = (uint32_t)mp_uint(&r, STREAMS_MAX);
    s->policy = mp_uint(&r, UINT64_MAX);
    memcpy(s->ward_key, mp_bin_exact(&r, sizeof s->ward_key), sizeof s->ward_key);
    s->frontier.size = mp_uint(&r, UINT32_MAX);
    nodes = mp_bin(&r, sizeof s->frontier.node);
    if (nodes.n != (size_t)__builtin_popcountll(s->frontier.size) * HASH_SIZE)
        mp_fail(&r, ERR_DAMAGED);
    else if (nodes.n > 0)
        memcpy(s->frontier.node, nodes.p, nodes.n);
    s->signed_size = mp_uint(&r, UINT64_MAX);
    s->signed_time = mp_uint(&r, UINT64_MAX);
    memcpy(s->signature, mp_bin_exact(&r, sizeof s->signature), sizeof s->signature);
    s->confirmed_epoch = (uint32_t)mp_uint(&r, UINT32_MAX);
    s->confirmed_size = mp_uint(&r, UINT64_MAX);
    s->fold_version = (uint32_t)mp_uint(&r, UINT8_MAX);
    s->from = mp_uint(&r, UINT32_MAX);
    s->confirmed_from = mp_uint(&r, UINT32_MAX);
    return mp_close(&r) == ERR_OK ? ERR_OK : ERR_DAMAGED;
}

static enum err load(struct txn *txn, enum table t, const struct id *id, struct scope *s)
{
    struct buf row = {0};
    enum err e = store_get(txn, t, bytes_of(id->b, ID_SIZE), &row);

    memset(s, 0, sizeof *s);
    s->id = *id;
    s->older = t == TABLE_older;
    if (e == ERR_OK)
        e = row_decode(s, buf_bytes(&row));
    buf_deinit(&row);
    return e;
}

enum err scope_load(struct txn *txn, const struct id *id, struct scope *s)
{
    return load(txn, TABLE_scope, id, s);
}

enum err scope_load_older(struct txn *txn, const struct id *id, struct scope *s)
{
    return load(txn, TABLE_older, id, s);
}

enum err scope_save(struct txn *txn, const struct scope *s)
{
    struct buf row = {0};
    enum err e;

    row_encode(s, &row);
    e = store_put(txn, s->older ? TABLE_older : TABLE_scope, bytes_of(s->id.b, ID_SIZE), buf_bytes(&row));
    buf_deinit(&row);
    return e;
}

struct gather {
    struct buf rows; /* struct scope, one after the other */
    size_t count;
    enum err err;
};

static bool gather_visit(void *arg, struct bytes key, struct bytes value)
{
    struct gather *g = arg;
    struct scope s = {0};

    if (key.n != ID_SIZE) {
        g->err = ERR_DAMAGED;
        return false;
    }
    s.id = id_from(key.p);
    g->err = row_decode(&s, value);
    if (g->err != ERR_OK)
        return false;
    buf_put(&g->rows, &s, sizeof s);
    g->count++;
    return true;
}

static int scope_order(const void *a, const void *b)
{
    return id_compare(&((const struct scope *)a)->id, &((const struct scope *)b)->id);
}

enum err scope_list(struct txn *txn, struct scope **list, size_t *count)
{
    struct gather g = {0};
    enum err e = store_scan(txn, TABLE_scope, bytes_of(NULL, 0), gather_visit, &g);

    *list = NULL;
    *count = 0;
    if (e == ERR_OK)
        e = g.err;
    if (e == ERR_OK && g.count > 0) {
        *list = mem_alloc(g.count * sizeof **list);
        memcpy(*list, g.rows.p, g.count * sizeof **list);
        *count = g.count;
        qsort(*list, *count, sizeof **list, scope_order);
    }
    buf_deinit(&g.rows);
    return e;
}

enum err scope_number_new(struct txn *txn, uint16_t *number)
{
    static const char name[] = "scope number";
    struct buf value = {0};
    uint8_t next[2];
    enum err e = store_get(txn, TABLE_meta, bytes_of_str(name), &value);

    *number = 0;
    if (e == ERR_OK && value.n == 2)
        *number = load_u16(value.p);
    else if (e == ERR_OK)
        e = ERR_DAMAGED;
    if (e == ERR_OK || e == ERR_NOT_FOUND) {
        store_u16(next, (uint16_t)(*number + 1));
        e = *number == UINT16_MAX ? ERR_NO_SPACE : store_put(txn, TABLE_meta, bytes_of_str(name), bytes_of(next, 2));
    }
    buf_deinit(&value);
    return e;
}

/* --- leaves and nodes ------------------------------------------------------------------------------- */

struct node_context {
    struct txn *txn;
    const struct scope *scope;
};

static struct bytes node_key(uint8_t *room, uint16_t number, unsigned level, uint64_t index)
{
    store_u16(room, number);
    room[2] = (uint8_t)level;
    store_u32(room + 3, (uint32_t)index);
    return bytes_of(room, 7);
}

static enum err node_store(void *arg, unsigned level, uint64_t index, const struct hash *node)
{
    const struct node_context *c = arg;
    uint8_t room[STORE_KEY_MAX];

    return store_put(c->txn, TABLE_node, node_key(room, c->scope->number, level, index), bytes_of(node->b, HASH_SIZE));
}

static enum err node_fetch(void *arg, unsigned level, uint64_t index, struct hash *node)
{
    const struct node_context *c = arg;
    uint8_t room[STORE_KEY_MAX];
    struct buf value = {0};
    enum err e = store_get(c->txn, TABLE_node, node_key(room, c->scope->number, level, index), &value);

    if (e == ERR_NOT_FOUND || (e == ERR_OK && value.n != HASH_SIZE))
        e = ERR_DAMAGED;
    if (e == ERR_OK)
        memcpy(node->b, value.p, HASH_SIZE);
    buf_deinit(&value);
    return e;
}

enum err scope_append(struct txn *txn, struct scope *s, const struct hash *leaf_hash, struct bytes row)
{
    struct node_context c = {txn, s};
    uint8_t room[STORE_KEY_MAX];
    enum err e;

    if (s->frontier.size >= UINT32_MAX)
        return ERR_NO_SPACE;
    e = store_put(txn, TABLE_leaf, scope_key6(room, s->number, (uint32_t)s->frontier.size), row);
    if (e == ERR_OK)
        e = tree_append(&s->frontier, leaf_hash, node_store, &c);
    return e;
}

enum err scope_leaf(struct txn *txn, const struct scope *s, uint64_t index, struct buf *row)
{
    uint8_t room[STORE_KEY_MAX];
    enum err e;

    if (index >= s->frontier.size)
        return ERR_NOT_FOUND;
    e = store_get(txn, TABLE_leaf, scope_key6(room, s->number, (uint32_t)index), row);
    return e == ERR_NOT_FOUND && index >= s->from ? ERR_DAMAGED : e;
}

enum err scope_leaf_past(struct txn *txn, const struct scope *s, uint64_t index, struct bytes row)
{
    uint8_t room[STORE_KEY_MAX];

    return store_put(txn, TABLE_leaf, scope_key6(room, s->number, (uint32_t)index), row);
}

/* Every later frontier that has one of these subtrees takes it from here. */
enum err scope_begin_at(struct txn *txn, struct scope *s, const struct tree_frontier *f)
{
    struct node_context c = {txn, s};
    size_t count = 0;
    enum err e = ERR_OK;

    for (unsigned level = TREE_LEVELS_MAX; e == ERR_OK && level-- > 0;)
        if ((f->size >> level & 1) != 0)
            e = node_store(&c, level, (f->size >> level) - 1, &f->node[count++]);
    s->frontier = *f;
    s->from = f->size;
    return e;
}

enum err scope_leaf_replace(struct txn *txn, const struct scope *s, uint64_t index, struct bytes row)
{
    uint8_t room[STORE_KEY_MAX];

    assert(index < s->frontier.size);
    return store_put(txn, TABLE_leaf, scope_key6(room, s->number, (uint32_t)index), row);
}

enum err scope_frontier_at(struct txn *txn, const struct scope *s, uint64_t size, struct tree_frontier *f)
{
    struct node_context c = {txn, s};

    if (size == s->frontier.size) {
        *f = s->frontier;
        return ERR_OK;
    }
    if (size > s->frontier.size || size < s->from)
        return ERR_NOT_FOUND;
    return tree_frontier_at(f, size, node_fetch, &c);
}

enum err scope_root_at(struct txn *txn, const struct scope *s, uint64_t size, struct hash *root)
{
    struct tree_frontier f;
    enum err e = scope_frontier_at(txn, s, size, &f);

    if (e == ERR_OK)
        *root = tree_root(&f);
    return e;
}

enum err scope_leaf_hash(struct txn *txn, const struct scope *s, uint64_t index, struct hash *hash)
{
    struct node_context c = {txn, s};

    return index < s->frontier.size ? node_fetch(&c, 0, index, hash) : ERR_NOT_FOUND;
}

struct hash scope_root(const struct scope *s)
{
    return tree_root(&s->frontier);
}

/* --- streams ------------------------------------------------------------------------------------------ */

static struct bytes stream_key(uint8_t *room, uint16_t number, uint32_t stream)
{
    store_u16(room, number);
    store_u16(room + 2, (uint16_t)stream);
    return bytes_of(room, 4);
}

static struct bytes origin_key(uint8_t *room, uint16_t number, const struct id *device, uint32_t incarnation)
{
    store_u16(room, number);
    memcpy(room + 2, device->b, ID_SIZE);
    store_u32(room + 2 + ID_SIZE, incarnation);
    return bytes_of(room, 6 + ID_SIZE);
}

enum err scope_stream(struct txn *txn, const struct scope *s, uint32_t number, struct stream *out)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf row = {0};
    struct mp r;
    enum err e;

    if (number >= s->streams)
        return ERR_NOT_FOUND;
    e = store_get(txn, TABLE_stream, stream_key(room, s->number, number), &row);
    if (e != ERR_OK) {
        buf_deinit(&row);
        return e == ERR_NOT_FOUND ? ERR_DAMAGED : e;
    }
    mp_open(&r, buf_bytes(&row));
    mp_expect_array(&r, 4);
    out->number = number;
    out->device = id_from(mp_bin_exact(&r, ID_SIZE));
    out->incarnation = (uint32_t)mp_uint(&r, UINT32_MAX);
    out->next = mp_uint(&r, UINT32_MAX);
    memcpy(out->head.b, mp_bin_exact(&r, HASH_SIZE), HASH_SIZE);
    e = mp_close(&r) == ERR_OK ? ERR_OK : ERR_DAMAGED;
    buf_deinit(&row);
    return e;
}

enum err scope_stream_of(struct txn *txn, const struct scope *s, const struct id *device, uint32_t incarnation,
                         struct stream *out)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf value = {0};
    enum err e = store_get(txn, TABLE_origin, origin_key(room, s->number, device, incarnation), &value);

    if (e == ERR_OK)
        e = value.n == 2 ? scope_stream(txn, s, load_u16(value.p), out) : ERR_DAMAGED;
    buf_deinit(&value);
    return e;
}

enum err scope_stream_save(struct txn *txn, const struct scope *s, const struct stream *stream)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf row = {0};
    enum err e;

    mp_put_array(&row, 4);
    mp_put_bin(&row, stream->device.b, ID_SIZE);
    mp_put_uint(&row, stream->incarnation);
    mp_put_uint(&row, stream->next);
    mp_put_bin(&row, stream->head.b, HASH_SIZE);
    e = store_put(txn, TABLE_stream, stream_key(room, s->number, stream->number), buf_bytes(&row));
    buf_deinit(&row);
    return e;
}

enum err scope_stream_new(struct txn *txn, struct scope *s, const struct id *device, uint32_t incarnation,
                          struct stream *out)
{
    uint8_t room[STORE_KEY_MAX], number[2];
    enum err e;

    if (s->streams >= STREAMS_MAX)
        return ERR_TOO_LONG;
    memset(out, 0, sizeof *out);
    out->device = *device;
    out->incarnation = incarnation;
    out->number = s->streams;
    store_u16(number, (uint16_t)out->number);
    e = store_put(txn, TABLE_origin, origin_key(room, s->number, device, incarnation), bytes_of(number, 2));
    if (e == ERR_OK)
        e = scope_stream_save(txn, s, out);
    if (e == ERR_OK)
        s->streams++;
    return e;
}

/* --- where versions are -------------------------------------------------------------------------------- */

static struct bytes change_key(uint8_t *room, uint16_t number, const struct version *v)
{
    store_u16(room, number);
    memcpy(room + 2, v->b, VERSION_SIZE);
    return bytes_of(room, 2 + VERSION_SIZE);
}

enum err scope_change_find(struct txn *txn, const struct scope *s, const struct version *v, uint32_t *leaf,
                           uint32_t *position)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf value = {0};
    enum err e = store_get(txn, TABLE_change, change_key(room, s->number, v), &value);

    if (e == ERR_OK && value.n != 8)
        e = ERR_DAMAGED;
    if (e == ERR_OK) {
        *leaf = load_u32(value.p);
        *position = load_u32(value.p + 4);
    }
    buf_deinit(&value);
    return e;
}

enum err scope_change_note(struct txn *txn, const struct scope *s, const struct version *v, uint32_t leaf,
                           uint32_t position)
{
    uint8_t room[STORE_KEY_MAX], where[8];

    store_u32(where, leaf);
    store_u32(where + 4, position);
    return store_put(txn, TABLE_change, change_key(room, s->number, v), bytes_of(where, sizeof where));
}
