/* vault.c - see vault.h.
 *
 * Key on disk:   open bytes ‖ keyed hash(8) of the grouped ones ‖ keyed hash(16) of the whole; parts a key does not
 *                reach are left out.
 * Value on disk: XChaCha20-Poly1305 under the key of values; associated data = table name, 0, format, key on disk.
 * Sealed:        u8 n ‖ the n bytes of the key that do not show ‖ value ‖ 0x80 ‖ zeros up to a multiple of 64. */
#include "vault.h"

#include <stdlib.h>

#define GROUP_SIZE 8
#define REST_SIZE 16
#define STEP 64 /* sizes of sealed values show in steps of so many bytes */
#define HIDDEN_MAX (STORE_KEY_MAX + GROUP_SIZE + REST_SIZE)
#define MAP_FIRST ((size_t)32 << 20)
#define MAP_MAX ((size_t)16 << 30)

/* Our own table, after proto's: what must be read before the key is known to be right. */
#define TABLE_FORMAT TABLE_COUNT
#define FORMAT_KEY "format"

static const char *const names[TABLE_COUNT + 1] = {
#define NAME(name, open, grouped) #name,
    STORE_TABLES(NAME)
#undef NAME
    "format",
};

static const struct kv_spec spec = {names, TABLE_COUNT + 1, MAP_FIRST, MAP_MAX};

struct hidden {
    uint8_t b[HIDDEN_MAX];
    size_t n;
};

struct visit {
    struct vault_txn *t;
    enum table table;
    struct bytes prefix;
    store_visit *visit;
    void *arg;
    struct buf plain;
    enum err e;
};

static enum err vault_get(void *handle, enum table t, struct bytes key, struct buf *value);
static enum err vault_put(void *handle, enum table t, struct bytes key, struct bytes value);
static enum err vault_del(void *handle, enum table t, struct bytes key);
static enum err vault_scan(void *handle, enum table t, struct bytes prefix, store_visit *visit, void *arg);

static const struct store_ops vault_ops = {vault_get, vault_put, vault_del, vault_scan};

static void derive(const struct key *key, struct key *values, struct key *name_key)
{
    struct bytes use = bytes_of("chibo1/vault-values", 20);
    crypto_blake2b(values->b, KEY_SIZE, bytes_of(key->b, KEY_SIZE), &use, 1);
    use = bytes_of("chibo1/vault-names", 19);
    crypto_blake2b(name_key->b, KEY_SIZE, bytes_of(key->b, KEY_SIZE), &use, 1);
}

static struct hidden hide(const struct vault *v, enum table t, struct bytes key)
{
    const struct table_info *info = &store_tables[t];
    struct hidden h;
    size_t grouped_end = (size_t)info->open + info->grouped;
    uint8_t hash[16];
    h.n = key.n < info->open ? key.n : info->open;
    if (h.n > 0)
        memcpy(h.b, key.p, h.n);
    for (int rest = 0; rest < 2; rest++) {
        size_t from = rest ? grouped_end : info->open;
        if (key.n <= from || (!rest && info->grouped == 0))
            continue;
        size_t end = rest || key.n < grouped_end ? key.n : grouped_end;
        struct bytes pieces[] = {bytes_of(rest ? "rest" : "group", 5), bytes_of_str(info->name), bytes_of("", 1),
                                 bytes_of(key.p, end)};
        crypto_blake2b(hash, sizeof(hash), bytes_of(v->names.b, KEY_SIZE), pieces, ARRAY_LEN(pieces));
        size_t n = rest ? REST_SIZE : GROUP_SIZE;
        memcpy(h.b + h.n, hash, n);
        h.n += n;
    }
    return h;
}

/* What the seal is bound to, besides the key of this store. */
static size_t bind(const char *table, struct bytes stored_key, uint8_t out[64 + HIDDEN_MAX])
{
    size_t n = strlen(table) + 1;
    assert(n < 60 && stored_key.n <= HIDDEN_MAX);
    memcpy(out, table, n);
    out[n++] = VAULT_FORMAT;
    memcpy(out + n, stored_key.p, stored_key.n);
    return n + stored_key.n;
}

static void seal(struct vault_txn *t, const char *table, struct bytes stored_key, struct bytes key_rest,
                 struct bytes value, struct buf *out)
{
    struct buf *plain = &t->scratch;
    uint8_t bound[64 + HIDDEN_MAX];
    buf_clear(plain);
    buf_put_u8(plain, (uint8_t)key_rest.n);
    buf_put_bytes(plain, key_rest);
    buf_put_bytes(plain, value);
    buf_put_u8(plain, 0x80);
    size_t pad = (STEP - plain->n % STEP) % STEP;
    memset(buf_grow(plain, pad), 0, pad);
    size_t bound_n = bind(table, stored_key, bound);
    crypto_seal(buf_grow(out, plain->n + AEAD_OVERHEAD), t->vault->values.b, buf_bytes(plain),
                bytes_of(bound, bound_n));
}

/* Appends the opened value to plain; key_rest and value point into it. */
static enum err open_sealed(const struct vault *v, const char *table, struct bytes stored_key, struct bytes sealed,
                            struct buf *plain, struct bytes *key_rest, struct bytes *value)
{
    uint8_t bound[64 + HIDDEN_MAX];
    if (sealed.n <= AEAD_OVERHEAD || stored_key.n > HIDDEN_MAX)
        return ERR_DAMAGED;
    size_t bound_n = bind(table, stored_key, bound);
    size_t n = sealed.n - AEAD_OVERHEAD;
    uint8_t *p = buf_grow(plain, n);
    enum err e = crypto_open(p, v->values.b, sealed, bytes_of(bound, bound_n));
    if (e != ERR_OK)
        return e;
    while (n > 0 && p[n - 1] == 0)
        n--;
    if (n < 2 || p[n - 1] != 0x80 || p[0] > STORE_KEY_MAX || p[0] > n - 2)
        return ERR_DAMAGED;
    *key_rest = bytes_of(p + 1, p[0]);
    *value = bytes_of(p + 1 + p[0], n - 2 - p[0]);
    return ERR_OK;
}

/* The part of a key that does not show and so is kept inside. */
static struct bytes rest_of(enum table t, struct bytes key)
{
    size_t open = store_tables[t].open;
    return bytes_cut(key, key.n < open ? key.n : open);
}

/* --- the file --- */

static enum err fill(void *arg, struct kv_txn *txn)
{
    struct vault_txn t = {.vault = arg};
    struct buf row = {0};
    buf_put_u32(&row, VAULT_FORMAT);
    seal(&t, "format", bytes_of_str(FORMAT_KEY), bytes_of(NULL, 0), bytes_of_str("chibo"), &row);
    enum err e = kv_put(txn, TABLE_FORMAT, bytes_of_str(FORMAT_KEY), buf_bytes(&row));
    buf_wipe_deinit(&t.scratch);
    buf_deinit(&row);
    return e;
}

enum err vault_create(const char *dir, const struct key *key)
{
    struct vault v = {0};
    derive(key, &v.values, &v.names);
    enum err e = kv_create(dir, &spec, fill, &v);
    vault_close(&v);
    return e;
}

/* The number first, in the clear: a newer format may seal in another way. Then a seal that only the right key opens. */
static enum err check_format(struct vault *v)
{
    struct kv_txn txn;
    struct bytes row, key_rest, value;
    struct buf plain = {0};
    enum err e = kv_begin(v->kv, false, &txn);
    if (e != ERR_OK)
        return e;
    e = kv_get(&txn, TABLE_FORMAT, bytes_of_str(FORMAT_KEY), &row);
    if (e == ERR_NOT_FOUND || (e == ERR_OK && row.n < 4))
        e = ERR_DAMAGED;
    if (e == ERR_OK && load_u32(row.p) != VAULT_FORMAT)
        e = load_u32(row.p) > VAULT_FORMAT ? ERR_TOO_NEW : ERR_DAMAGED;
    if (e == ERR_OK)
        e = open_sealed(v, "format", bytes_of_str(FORMAT_KEY), bytes_cut(row, 4), &plain, &key_rest, &value);
    kv_abort(&txn);
    buf_deinit(&plain);
    return e;
}

enum err vault_open(const char *dir, const struct key *key, enum kv_mode mode, struct vault *out)
{
    *out = (struct vault){0};
    derive(key, &out->values, &out->names);
    enum err e = kv_open(dir, &spec, mode, &out->kv);
    if (e == ERR_OK)
        e = check_format(out);
    if (e != ERR_OK)
        vault_close(out);
    return e;
}

void vault_close(struct vault *v)
{
    kv_close(v->kv);
    crypto_wipe(v, sizeof(*v));
}

pid_t vault_lock_holder(struct vault *v)
{
    return kv_lock_holder(v->kv);
}

/* --- transactions --- */

enum err vault_begin(struct vault *v, bool write, struct vault_txn *out)
{
    *out = (struct vault_txn){.txn = {&vault_ops, out}, .vault = v};
    return kv_begin(v->kv, write, &out->kv);
}

enum err vault_commit(struct vault_txn *t)
{
    enum err e = kv_commit(&t->kv);
    buf_wipe_deinit(&t->scratch);
    return e;
}

void vault_abort(struct vault_txn *t)
{
    kv_abort(&t->kv);
    buf_wipe_deinit(&t->scratch);
}

static enum err vault_get(void *handle, enum table table, struct bytes key, struct buf *value)
{
    struct vault_txn *t = handle;
    struct hidden h = hide(t->vault, table, key);
    struct bytes sealed, key_rest, found;
    buf_clear(value);
    enum err e = kv_get(&t->kv, table, bytes_of(h.b, h.n), &sealed);
    if (e != ERR_OK)
        return e;
    e = open_sealed(t->vault, store_tables[table].name, bytes_of(h.b, h.n), sealed, value, &key_rest, &found);
    if (e == ERR_OK && !bytes_equal(key_rest, rest_of(table, key)))
        e = ERR_DAMAGED;
    if (e == ERR_OK) {
        memmove(value->p, found.p, found.n);
        value->n = found.n;
    } else {
        buf_clear(value);
    }
    return e;
}

static enum err vault_put(void *handle, enum table table, struct bytes key, struct bytes value)
{
    struct vault_txn *t = handle;
    struct hidden h = hide(t->vault, table, key);
    struct buf sealed = {0};
    seal(t, store_tables[table].name, bytes_of(h.b, h.n), rest_of(table, key), value, &sealed);
    enum err e = kv_put(&t->kv, table, bytes_of(h.b, h.n), buf_bytes(&sealed));
    buf_deinit(&sealed);
    return e;
}

static enum err vault_del(void *handle, enum table table, struct bytes key)
{
    struct vault_txn *t = handle;
    struct hidden h = hide(t->vault, table, key);
    return kv_del(&t->kv, table, bytes_of(h.b, h.n));
}

/* Puts the true key together and calls the visitor; rows of another group with the same hash are passed over. */
static bool visit_row(void *arg, struct bytes stored_key, struct bytes sealed)
{
    struct visit *visit = arg;
    const struct table_info *info = &store_tables[visit->table];
    struct bytes key_rest, value;
    uint8_t key[2 * STORE_KEY_MAX];
    buf_clear(&visit->plain);
    visit->e = open_sealed(visit->t->vault, info->name, stored_key, sealed, &visit->plain, &key_rest, &value);
    if (visit->e != ERR_OK)
        return false;
    size_t open = stored_key.n < info->open ? stored_key.n : info->open;
    memcpy(key, stored_key.p, open);
    memcpy(key + open, key_rest.p, key_rest.n);
    struct bytes whole = bytes_of(key, open + key_rest.n);
    if (whole.n < visit->prefix.n || (visit->prefix.n > 0 && memcmp(key, visit->prefix.p, visit->prefix.n) != 0))
        return true;
    return visit->visit(visit->arg, whole, value);
}

static enum err vault_scan(void *handle, enum table table, struct bytes prefix, store_visit *visit, void *arg)
{
    struct vault_txn *t = handle;
    const struct table_info *info = &store_tables[table];
    assert(prefix.n <= info->open || prefix.n == (size_t)info->open + info->grouped);
    struct hidden h = hide(t->vault, table, prefix);
    struct visit state = {t, table, prefix, visit, arg, {0}, ERR_OK};
    enum err e = kv_scan(&t->kv, table, bytes_of(h.b, h.n), visit_row, &state);
    buf_wipe_deinit(&state.plain);
    return state.e != ERR_OK ? state.e : e;
}

static bool count_row(void *arg, struct bytes key, struct bytes value)
{
    uint64_t *rows = arg;
    (void)key;
    (void)value;
    *rows += 1;
    return true;
}

enum err vault_scrub(struct vault *v, uint64_t *rows)
{
    struct vault_txn t;
    uint64_t count = 0;
    enum err e = vault_begin(v, false, &t);
    for (unsigned table = 0; table < TABLE_COUNT && e == ERR_OK; table++)
        e = store_scan(&t.txn, (enum table)table, bytes_of(NULL, 0), count_row, &count);
    vault_abort(&t);
    if (rows != NULL)
        *rows = count;
    return e;
}
