/* safe.c - see safe.h. Value on disk: value ‖ BLAKE2b-128 of (table name, 0, u8 key length, key, value). */
#include "safe.h"

#include <stdlib.h>

#include "../common/disk.h"
#include "../common/key_file.h"

#define KEY_FILE "khoa-so"
#define KEY_USE "chibo1/safe-key"
#define STORE_DIR "so"
#define TAG_SIZE 16
#define MAP_FIRST ((size_t)256 << 20)
#define MAP_MAX ((size_t)256 << 30)

/* Our own table, after proto's. */
#define TABLE_FORMAT TABLE_COUNT
#define FORMAT_KEY "format"

static const char *const names[TABLE_COUNT + 1] = {
#define NAME(name, open, grouped) #name,
    STORE_TABLES(NAME)
#undef NAME
    "format",
};

static const struct kv_spec spec = {names, TABLE_COUNT + 1, MAP_FIRST, MAP_MAX};

static enum err safe_get(void *handle, enum table t, struct bytes key, struct buf *value);
static enum err safe_put(void *handle, enum table t, struct bytes key, struct bytes value);
static enum err safe_del(void *handle, enum table t, struct bytes key);
static enum err safe_scan(void *handle, enum table t, struct bytes prefix, store_visit *visit, void *arg);

static enum err safe_sift(void *handle, enum table t, struct buf *found);

static const struct store_ops safe_ops = {safe_get, safe_put, safe_del, safe_scan, safe_sift};

static void tag_of(const struct safe *s, size_t table, struct bytes key, struct bytes value, uint8_t out[TAG_SIZE])
{
    uint8_t key_n = (uint8_t)key.n;
    struct bytes pieces[] = {bytes_of(names[table], strlen(names[table]) + 1), bytes_of(&key_n, 1), key, value};
    crypto_blake2b(out, TAG_SIZE, bytes_of(s->key, KEY_SIZE), pieces, ARRAY_LEN(pieces));
}

static enum err put_row(const struct safe *s, struct kv_txn *txn, size_t table, struct bytes key, struct bytes value,
                        struct buf *scratch)
{
    buf_clear(scratch);
    buf_put_bytes(scratch, value);
    tag_of(s, table, key, value, buf_grow(scratch, TAG_SIZE));
    return kv_put(txn, table, key, buf_bytes(scratch));
}

/* The value without its tag; borrowed from the row. */
static enum err check_row(const struct safe *s, size_t table, struct bytes key, struct bytes row, struct bytes *value)
{
    uint8_t tag[TAG_SIZE];
    if (row.n < TAG_SIZE || key.n > STORE_KEY_MAX)
        return ERR_DAMAGED;
    *value = bytes_of(row.p, row.n - TAG_SIZE);
    tag_of(s, table, key, *value, tag);
    return crypto_equal(tag, row.p + value->n, TAG_SIZE) ? ERR_OK : ERR_DAMAGED;
}

/* --- the files --- */

static enum err fill(void *arg, struct kv_txn *txn)
{
    struct buf scratch = {0};
    uint8_t format[4];
    store_u32(format, SAFE_FORMAT);
    enum err e = put_row(arg, txn, TABLE_FORMAT, bytes_of_str(FORMAT_KEY), bytes_of(format, 4), &scratch);
    buf_deinit(&scratch);
    return e;
}

/* The key first; one that is there already, from someone who died between the two, is as good as a new one. */
enum err safe_create(const char *home)
{
    struct safe s = {0};
    char *dir = disk_join(home, STORE_DIR);
    enum err e = key_file_create(home, KEY_FILE, KEY_USE);
    if (e == ERR_EXISTS)
        e = ERR_OK;
    if (e == ERR_OK)
        e = key_file_load(home, KEY_FILE, KEY_USE, s.key);
    if (e == ERR_OK)
        e = kv_create(dir, &spec, fill, &s);
    safe_close(&s);
    free(dir);
    return e;
}

static enum err check_format(struct safe *s)
{
    struct kv_txn txn;
    struct bytes row, value;
    enum err e = kv_begin(s->kv, false, &txn);
    if (e != ERR_OK)
        return e;
    e = kv_get(&txn, TABLE_FORMAT, bytes_of_str(FORMAT_KEY), &row);
    if (e == ERR_NOT_FOUND || (e == ERR_OK && row.n < 4))
        e = ERR_DAMAGED;
    if (e == ERR_OK && load_u32(row.p) != SAFE_FORMAT)
        e = load_u32(row.p) > SAFE_FORMAT ? ERR_TOO_NEW : ERR_TOO_OLD;
    if (e == ERR_OK)
        e = check_row(s, TABLE_FORMAT, bytes_of_str(FORMAT_KEY), row, &value);
    kv_abort(&txn);
    return e;
}

enum err safe_open(const char *home, enum kv_mode mode, struct safe *out)
{
    char *dir = disk_join(home, STORE_DIR);
    *out = (struct safe){0};
    enum err e = kv_open(dir, &spec, mode, &out->kv);
    if (e == ERR_OK)
        e = key_file_load(home, KEY_FILE, KEY_USE, out->key);
    if (e == ERR_OK)
        e = check_format(out);
    if (e != ERR_OK)
        safe_close(out);
    free(dir);
    return e;
}

void safe_close(struct safe *s)
{
    kv_close(s->kv);
    crypto_wipe(s, sizeof(*s));
}

enum err safe_reap(struct safe *s)
{
    return kv_reap_readers(s->kv);
}

/* --- transactions --- */

enum err safe_begin(struct safe *s, bool write, struct safe_txn *out)
{
    *out = (struct safe_txn){.txn = {&safe_ops, out}, .safe = s};
    return kv_begin(s->kv, write, &out->kv);
}

enum err safe_commit(struct safe_txn *t)
{
    enum err e = kv_commit(&t->kv);
    buf_deinit(&t->scratch);
    return e;
}

void safe_abort(struct safe_txn *t)
{
    kv_abort(&t->kv);
    buf_deinit(&t->scratch);
}

static enum err safe_get(void *handle, enum table table, struct bytes key, struct buf *value)
{
    struct safe_txn *t = handle;
    struct bytes row, found;
    buf_clear(value);
    enum err e = kv_get(&t->kv, table, key, &row);
    if (e == ERR_OK)
        e = check_row(t->safe, table, key, row, &found);
    if (e == ERR_OK)
        buf_put_bytes(value, found);
    return e;
}

static enum err safe_put(void *handle, enum table table, struct bytes key, struct bytes value)
{
    struct safe_txn *t = handle;
    return put_row(t->safe, &t->kv, table, key, value, &t->scratch);
}

static enum err safe_del(void *handle, enum table table, struct bytes key)
{
    struct safe_txn *t = handle;
    return kv_del(&t->kv, table, key);
}

struct visit {
    const struct safe *safe;
    enum table table;
    store_visit *visit;
    void *arg;
    enum err e;
};

static bool visit_row(void *arg, struct bytes key, struct bytes row)
{
    struct visit *visit = arg;
    struct bytes value;
    visit->e = check_row(visit->safe, visit->table, key, row, &value);
    return visit->e == ERR_OK && visit->visit(visit->arg, key, value);
}

static enum err safe_scan(void *handle, enum table table, struct bytes prefix, store_visit *visit, void *arg)
{
    struct safe_txn *t = handle;
    const struct table_info *info = &store_tables[table];
    assert(prefix.n <= info->open || prefix.n == (size_t)info->open + info->grouped);
    struct visit state = {t->safe, table, visit, arg, ERR_OK};
    enum err e = kv_scan(&t->kv, table, prefix, visit_row, &state);
    return state.e != ERR_OK ? state.e : e;
}

struct sift {
    const struct safe *safe;
    enum table table;
    struct buf *found;
};

static bool sift_row(void *arg, struct bytes key, struct bytes row)
{
    struct sift *sift = arg;
    struct bytes value;
    if (check_row(sift->safe, sift->table, key, row, &value) != ERR_OK)
        store_sifted_put(sift->found, key, key, row);
    return true;
}

static enum err safe_sift(void *handle, enum table table, struct buf *found)
{
    struct safe_txn *t = handle;
    const size_t before = found->n;
    struct sift sift = {t->safe, table, found};
    struct store_sifted row;
    enum err e = kv_scan(&t->kv, table, bytes_of(NULL, 0), sift_row, &sift);
    for (struct bytes left = bytes_cut(buf_bytes(found), before); e == ERR_OK && store_sifted_next(&left, &row);)
        e = kv_del(&t->kv, table, row.key);
    return e;
}

struct scrub {
    const struct safe *safe;
    size_t table;
    struct safe_scrub *out;
};

static bool scrub_row(void *arg, struct bytes key, struct bytes row)
{
    struct scrub *scrub = arg;
    struct bytes value;
    if (check_row(scrub->safe, scrub->table, key, row, &value) != ERR_OK && scrub->out->damaged++ == 0)
        scrub->out->table = (enum table)scrub->table;
    scrub->out->rows++;
    return true;
}

enum err safe_scrub(struct safe *s, struct safe_scrub *out)
{
    struct kv_txn txn;
    *out = (struct safe_scrub){0};
    enum err e = kv_begin(s->kv, false, &txn);
    for (size_t table = 0; table < TABLE_COUNT && e == ERR_OK; table++) {
        struct scrub scrub = {s, table, out};
        e = kv_scan(&txn, table, bytes_of(NULL, 0), scrub_row, &scrub);
    }
    kv_abort(&txn);
    return e == ERR_OK && out->damaged > 0 ? ERR_DAMAGED : e;
}
