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
#define HIDDEN_MAX VAULT_HIDDEN_MAX
static_assert(VAULT_HIDDEN_MAX >= STORE_KEY_MAX + GROUP_SIZE + REST_SIZE, "room for a hidden key");
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

static enum err vault_sift(void *handle, enum table t, struct buf *found);

static const struct store_ops vault_ops = {vault_get, vault_put, vault_del, vault_scan, vault_sift};

static void derive(const struct key *key, struct key *values, struct key *name_key)
{
    struct bytes use = bytes_of("chibo1/vault-values", 20);
    crypto_blake2b(values->b, KEY_SIZE, bytes_of(key->b, KEY_SIZE), &use, 1);
    use = bytes_of("chibo1/vault-names", 19);
    crypto_blake2b(name_key->b, KEY_SIZE, bytes_of(key->b, KEY_SIZE), &use, 1);
}

static void hash_name(const struct vault *v, const char *use, enum table t, struct bytes key, uint8_t out[16])
{
    struct bytes pieces[] = {bytes_of(use, 5), bytes_of_str(store_tables[t].name), bytes_of("", 1), key};
    crypto_blake2b(out, 16, bytes_of(v->names.b, KEY_SIZE), pieces, ARRAY_LEN(pieces));
}

static void hide_group(const struct vault *v, enum table t, struct bytes grouped, struct vault_name *name)
{
    if (!bytes_equal(grouped, bytes_of(name->grouped, name->grouped_n))) {
        hash_name(v, "group", t, grouped, name->group);
        memcpy(name->grouped, grouped.p, grouped.n);
        name->grouped_n = grouped.n;
    }
    memcpy(name->stored + name->stored_n, name->group, GROUP_SIZE);
    name->stored_n += GROUP_SIZE;
}

/* The key as it stands on the disk; valid until the next call for this table. */
static struct bytes hide(struct vault_txn *txn, enum table t, struct bytes key)
{
    const struct table_info *info = &store_tables[t];
    struct vault_name *name = &txn->name[t];
    size_t grouped_end = (size_t)info->open + info->grouped;
    uint8_t hash[16];
    assert(key.n <= STORE_KEY_MAX);
    if (key.n > 0 && bytes_equal(key, bytes_of(name->key, name->key_n)))
        return bytes_of(name->stored, name->stored_n);
    name->stored_n = key.n < info->open ? key.n : info->open;
    if (key.n > 0) {
        memcpy(name->key, key.p, key.n);
        memcpy(name->stored, key.p, name->stored_n);
    }
    name->key_n = key.n;
    if (key.n > info->open && info->grouped > 0)
        hide_group(txn->vault, t, bytes_of(key.p, key.n < grouped_end ? key.n : grouped_end), name);
    if (key.n > grouped_end) {
        hash_name(txn->vault, "rest", t, key, hash);
        memcpy(name->stored + name->stored_n, hash, REST_SIZE);
        name->stored_n += REST_SIZE;
    }
    return bytes_of(name->stored, name->stored_n);
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

/* No nonce twice: the first 16 bytes are this transaction's own, the rest counts. */
static void next_nonce(struct vault_txn *t)
{
    store_u64(t->nonce + 16, load_u64(t->nonce + 16) + 1);
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
    next_nonce(t);
    crypto_seal_with_nonce(buf_grow(out, plain->n + AEAD_OVERHEAD), t->vault->values.b, t->nonce, buf_bytes(plain),
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
    crypto_random(t.nonce, sizeof(t.nonce) - 8);
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
        e = load_u32(row.p) > VAULT_FORMAT ? ERR_TOO_NEW : ERR_TOO_OLD;
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

bool vault_will_grow(const struct vault *v)
{
    return kv_will_grow(v->kv);
}

/* --- transactions --- */

enum err vault_begin(struct vault *v, bool write, struct vault_txn *out)
{
    *out = (struct vault_txn){.txn = {&vault_ops, out}, .vault = v};
    if (write)
        crypto_random(out->nonce, sizeof(out->nonce) - 8);
    return kv_begin(v->kv, write, &out->kv);
}

static void forget(struct vault_txn *t)
{
    buf_wipe_deinit(&t->scratch);
    buf_deinit(&t->sealed);
    crypto_wipe(t->name, sizeof(t->name));
}

enum err vault_commit(struct vault_txn *t)
{
    enum err e = kv_commit(&t->kv);
    forget(t);
    return e;
}

void vault_abort(struct vault_txn *t)
{
    kv_abort(&t->kv);
    forget(t);
}

static enum err vault_get(void *handle, enum table table, struct bytes key, struct buf *value)
{
    struct vault_txn *t = handle;
    struct bytes stored = hide(t, table, key), sealed, key_rest, found;
    buf_clear(value);
    enum err e = kv_get(&t->kv, table, stored, &sealed);
    if (e != ERR_OK)
        return e;
    e = open_sealed(t->vault, store_tables[table].name, stored, sealed, value, &key_rest, &found);
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
    struct bytes stored = hide(t, table, key);
    buf_clear(&t->sealed);
    seal(t, store_tables[table].name, stored, rest_of(table, key), value, &t->sealed);
    return kv_put(&t->kv, table, stored, buf_bytes(&t->sealed));
}

static enum err vault_del(void *handle, enum table table, struct bytes key)
{
    struct vault_txn *t = handle;
    return kv_del(&t->kv, table, hide(t, table, key));
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
    uint8_t stored[VAULT_HIDDEN_MAX]; /* the visitor may read other rows of this table */
    struct bytes hidden = hide(t, table, prefix);
    struct visit state = {t, table, prefix, visit, arg, {0}, ERR_OK};
    memcpy(stored, hidden.p, hidden.n);
    enum err e = kv_scan(&t->kv, table, bytes_of(stored, hidden.n), visit_row, &state);
    buf_wipe_deinit(&state.plain);
    return state.e != ERR_OK ? state.e : e;
}

struct sift {
    struct vault_txn *t;
    enum table table;
    struct buf plain, *found;
};

static bool sift_row(void *arg, struct bytes stored_key, struct bytes sealed)
{
    struct sift *sift = arg;
    const struct table_info *info = &store_tables[sift->table];
    struct bytes key_rest, value;
    buf_clear(&sift->plain);
    if (open_sealed(sift->t->vault, info->name, stored_key, sealed, &sift->plain, &key_rest, &value) != ERR_OK)
        store_sifted_put(sift->found, bytes_of(stored_key.p, stored_key.n < info->open ? stored_key.n : info->open),
                         stored_key, sealed);
    return true;
}

static enum err vault_sift(void *handle, enum table table, struct buf *found)
{
    struct vault_txn *t = handle;
    const size_t before = found->n;
    struct sift sift = {t, table, {0}, found};
    struct store_sifted row;
    enum err e = kv_scan(&t->kv, table, bytes_of(NULL, 0), sift_row, &sift);
    for (struct bytes left = bytes_cut(buf_bytes(found), before); e == ERR_OK && store_sifted_next(&left, &row);)
        e = kv_del(&t->kv, table, bytes_of(row.raw.p + 1, row.raw.p[0]));
    buf_wipe_deinit(&sift.plain);
    return e;
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
