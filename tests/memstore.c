/* memstore.c - see memstore.h. Sorted arrays of rows, and a list of what to put back. */
#include "memstore.h"

#include <stdlib.h>

/* Immutable and shared between copies. */
struct row {
    unsigned refs;
    uint32_t key_n, value_n;
    bool rotten; /* does not authenticate */
    uint8_t data[]; /* key, value */
};

struct rows {
    struct row **at;
    size_t n, cap;
};

/* A key as it was before: row is NULL when it was not there, and then `key` is the row that came. */
struct undo {
    enum table table;
    struct row *before, *after;
};

struct undos {
    struct undo *at;
    size_t n, cap;
};

struct memstore {
    struct rows tables[TABLE_COUNT];
    struct undos txn;      /* of the open transaction */
    struct undos unsynced; /* of commits that a crash takes back */
    bool hidden, open, write;
    unsigned scanning; /* scans in progress: a visitor may look, not write */
    unsigned countdown;
    enum err fault;
};

static enum err mem_get(void *handle, enum table t, struct bytes key, struct buf *value);
static enum err mem_put(void *handle, enum table t, struct bytes key, struct bytes value);
static enum err mem_del(void *handle, enum table t, struct bytes key);
static enum err mem_scan(void *handle, enum table t, struct bytes prefix, store_visit *visit, void *arg);

static enum err mem_sift(void *handle, enum table t, struct buf *found);

static const struct store_ops mem_ops = {mem_get, mem_put, mem_del, mem_scan, mem_sift};

static struct bytes key_of(const struct row *r)
{
    return bytes_of(r->data, r->key_n);
}

static struct bytes value_of(const struct row *r)
{
    return bytes_of(r->data + r->key_n, r->value_n);
}

static void *grown(void *p, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return p;
    *cap = *cap == 0 ? 16 : 2 * *cap;
    p = realloc(p, *cap * size);
    assert(p != NULL);
    return p;
}

static struct row *row_new(struct bytes key, struct bytes value)
{
    struct row *r = malloc(sizeof(*r) + key.n + value.n);
    assert(r != NULL);
    *r = (struct row){1, (uint32_t)key.n, (uint32_t)value.n, false};
    memcpy(r->data, key.p, key.n);
    if (value.n > 0)
        memcpy(r->data + key.n, value.p, value.n);
    return r;
}

static struct row *row_share(struct row *r)
{
    if (r != NULL)
        r->refs++;
    return r;
}

static void row_drop(struct row *r)
{
    if (r != NULL && --r->refs == 0)
        free(r);
}

/* Place of key, or where it would go. */
static size_t find(const struct rows *rows, struct bytes key, bool *found)
{
    size_t low = 0, high = rows->n;
    *found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = bytes_compare(key_of(rows->at[middle]), key);
        *found = *found || order == 0;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Takes over the reference to row; NULL takes the key away. Returns the row that was there, with its reference. */
static struct row *set(struct rows *rows, struct bytes key, struct row *row)
{
    bool found;
    size_t i = find(rows, key, &found);
    struct row *before = found ? rows->at[i] : NULL;
    if (found && row != NULL) {
        rows->at[i] = row;
    } else if (found) {
        rows->n--;
        memmove(rows->at + i, rows->at + i + 1, (rows->n - i) * sizeof(row));
    } else if (row != NULL) {
        rows->at = grown(rows->at, rows->n, &rows->cap, sizeof(row));
        memmove(rows->at + i + 1, rows->at + i, (rows->n - i) * sizeof(row));
        rows->at[i] = row;
        rows->n++;
    }
    return before;
}

static void note(struct undos *undos, struct undo u)
{
    undos->at = grown(undos->at, undos->n, &undos->cap, sizeof(u));
    undos->at[undos->n++] = u;
}

static void forget(struct undos *undos)
{
    for (size_t i = 0; i < undos->n; i++) {
        row_drop(undos->at[i].before);
        row_drop(undos->at[i].after);
    }
    undos->n = 0;
}

static void take_back(struct memstore *m, struct undos *undos)
{
    for (size_t i = undos->n; i-- > 0;) {
        struct undo *u = &undos->at[i];
        struct bytes key = key_of(u->before != NULL ? u->before : u->after);
        row_drop(set(&m->tables[u->table], key, row_share(u->before)));
    }
    forget(undos);
}

struct memstore *memstore_new(bool hidden)
{
    struct memstore *m = mem_alloc(sizeof(*m));
    m->hidden = hidden;
    return m;
}

static void clear(struct memstore *m)
{
    forget(&m->txn);
    forget(&m->unsynced);
    for (size_t t = 0; t < TABLE_COUNT; t++) {
        for (size_t i = 0; i < m->tables[t].n; i++)
            row_drop(m->tables[t].at[i]);
        free(m->tables[t].at);
        m->tables[t] = (struct rows){0};
    }
}

void memstore_free(struct memstore *m)
{
    if (m == NULL)
        return;
    clear(m);
    free(m->txn.at);
    free(m->unsynced.at);
    free(m);
}

void memstore_begin(struct memstore *m, bool write, struct txn *out)
{
    assert(!m->open);
    m->open = true;
    m->write = write;
    *out = (struct txn){&mem_ops, m};
}

/* True when this call is the one that shall fail. */
static bool strike(struct memstore *m)
{
    return m->countdown > 0 && --m->countdown == 0;
}

enum err memstore_commit(struct memstore *m, bool durable)
{
    assert(m->open && m->scanning == 0);
    if (m->write && strike(m)) {
        memstore_abort(m);
        return m->fault;
    }
    for (size_t i = 0; i < m->txn.n && !durable; i++)
        note(&m->unsynced, m->txn.at[i]);
    if (durable)
        forget(&m->txn);
    m->txn.n = 0;
    m->open = false;
    if (durable)
        memstore_sync(m);
    return ERR_OK;
}

void memstore_abort(struct memstore *m)
{
    take_back(m, &m->txn);
    m->open = false;
    m->scanning = 0;
}

void memstore_sync(struct memstore *m)
{
    forget(&m->unsynced);
}

void memstore_crash(struct memstore *m)
{
    memstore_abort(m);
    take_back(m, &m->unsynced);
}

bool memstore_is_durable(const struct memstore *m)
{
    return m->unsynced.n == 0;
}

struct memstore *memstore_copy(const struct memstore *m)
{
    struct memstore *copy = memstore_new(m->hidden);
    memstore_restore(copy, m);
    return copy;
}

void memstore_restore(struct memstore *m, const struct memstore *from)
{
    assert(!m->open && !from->open && m != from);
    clear(m);
    for (size_t t = 0; t < TABLE_COUNT; t++) {
        struct rows *rows = &m->tables[t];
        rows->n = rows->cap = from->tables[t].n;
        rows->at = rows->n > 0 ? mem_alloc(rows->n * sizeof(*rows->at)) : NULL;
        for (size_t i = 0; i < rows->n; i++)
            rows->at[i] = row_share(from->tables[t].at[i]);
    }
}

void memstore_fail(struct memstore *m, unsigned countdown, enum err e)
{
    m->countdown = countdown;
    m->fault = e;
}

size_t memstore_rows(const struct memstore *m)
{
    size_t n = 0;
    for (size_t t = 0; t < TABLE_COUNT; t++)
        n += m->tables[t].n;
    return n;
}

static enum err mem_get(void *handle, enum table t, struct bytes key, struct buf *value)
{
    struct memstore *m = handle;
    bool found;
    assert(m->open);
    size_t i = find(&m->tables[t], key, &found);
    buf_clear(value);
    if (!found)
        return ERR_NOT_FOUND;
    if (m->tables[t].at[i]->rotten)
        return ERR_DAMAGED;
    buf_put_bytes(value, value_of(m->tables[t].at[i]));
    return ERR_OK;
}

static enum err change(struct memstore *m, enum table t, struct bytes key, struct row *row)
{
    assert(m->open && m->write && m->scanning == 0);
    if (strike(m)) {
        row_drop(row);
        return m->fault;
    }
    struct row *before = set(&m->tables[t], key, row_share(row));
    if (before != NULL || row != NULL)
        note(&m->txn, (struct undo){t, before, row});
    return ERR_OK;
}

static enum err mem_put(void *handle, enum table t, struct bytes key, struct bytes value)
{
    return change(handle, t, key, row_new(key, value));
}

static enum err mem_del(void *handle, enum table t, struct bytes key)
{
    return change(handle, t, key, NULL);
}

/* FNV-1a with a final mix. */
static uint64_t hash_more(uint64_t h, struct bytes b)
{
    for (size_t i = 0; i < b.n; i++)
        h = (h ^ b.p[i]) * 0x100000001b3u;
    h ^= h >> 29;
    h *= 0xbf58476d1ce4e5b9u;
    return h ^ h >> 32;
}

static int by_hash(const void *a, const void *b)
{
    struct bytes ka = key_of(*(struct row *const *)a), kb = key_of(*(struct row *const *)b);
    uint64_t ha = hash_more(1, ka), hb = hash_more(1, kb);
    return ha != hb ? (ha > hb) - (ha < hb) : bytes_compare(ka, kb);
}

static bool begins(const struct row *r, struct bytes prefix)
{
    return prefix.n == 0 || (r->key_n >= prefix.n && memcmp(r->data, prefix.p, prefix.n) == 0);
}

static enum err mem_scan(void *handle, enum table t, struct bytes prefix, store_visit *visit, void *arg)
{
    struct memstore *m = handle;
    const struct table_info *info = &store_tables[t];
    struct rows *rows = &m->tables[t];
    bool found;
    assert(m->open);
    assert(prefix.n <= info->open || prefix.n == (size_t)info->open + info->grouped);
    size_t from = find(rows, prefix, &found), to = from, hidden = 0;
    while (to < rows->n && begins(rows->at[to], prefix))
        hidden += rows->at[to++]->key_n > info->open;
    struct row **chosen = to > from ? &rows->at[from] : NULL, **shuffled = NULL;
    if (m->hidden && hidden > 0) {
        shuffled = mem_alloc((to - from) * sizeof(*shuffled));
        memcpy(shuffled, chosen, (to - from) * sizeof(*shuffled));
        qsort(shuffled, to - from, sizeof(*shuffled), by_hash);
        chosen = shuffled;
    }
    m->scanning++;
    enum err e = ERR_OK;
    for (size_t i = 0; e == ERR_OK && i < to - from; i++) {
        e = chosen[i]->rotten ? ERR_DAMAGED : ERR_OK;
        if (e == ERR_OK && !visit(arg, key_of(chosen[i]), value_of(chosen[i])))
            break;
    }
    m->scanning--;
    free(shuffled);
    return e;
}

static enum err mem_sift(void *handle, enum table t, struct buf *found)
{
    struct memstore *m = handle;
    enum err e = ERR_OK;
    for (size_t i = 0; e == ERR_OK && i < m->tables[t].n;) {
        struct row *r = m->tables[t].at[i];
        struct bytes key = key_of(r);
        if (!r->rotten) {
            i++;
            continue;
        }
        store_sifted_put(found, bytes_of(key.p, m->hidden && key.n > store_tables[t].open ? store_tables[t].open : key.n),
                         key, value_of(r));
        e = change(m, t, key, NULL);
    }
    return e;
}

size_t memstore_table_rows(const struct memstore *m, enum table t)
{
    return m->tables[t].n;
}

void memstore_rot(struct memstore *m, enum table t, size_t place, enum memstore_rot how)
{
    struct rows *rows = &m->tables[t];
    assert(!m->open && place < rows->n);
    struct row *r = rows->at[place], *other = rows->at[(place + 1) % rows->n];
    struct row *rot = row_new(key_of(r), value_of(how == MEMSTORE_SWAP ? other : r));
    rot->rotten = how == MEMSTORE_FLIP;
    if (how == MEMSTORE_SWAP) {
        struct row *back = row_new(key_of(other), value_of(r));
        row_drop(set(rows, key_of(other), back));
    }
    if (how == MEMSTORE_LIE && rot->value_n > 0)
        rot->data[rot->key_n + rot->value_n / 2] ^= 1;
    struct row *before = set(rows, key_of(r), how == MEMSTORE_DROP ? NULL : rot);
    if (how == MEMSTORE_DROP)
        row_drop(rot);
    row_drop(before);
}

struct sum {
    uint64_t total;
    enum table table;
};

static bool add_row(void *arg, struct bytes key, struct bytes value)
{
    struct sum *sum = arg;
    uint64_t sizes[] = {key.n, value.n, sum->table};
    sum->total += hash_more(hash_more(hash_more(14695981039346656037u, bytes_of(sizes, sizeof(sizes))), key), value);
    return true;
}

uint64_t memstore_digest(struct txn *txn)
{
    struct sum sum = {0};
    for (unsigned t = 0; t < TABLE_COUNT; t++) {
        sum.table = (enum table)t;
        enum err e = store_scan(txn, sum.table, bytes_of(NULL, 0), add_row, &sum);
        assert(e == ERR_OK);
    }
    return sum.total;
}
