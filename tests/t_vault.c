/* t_vault.c - what is written cannot be read off the disk, moved to another place, or changed unseen; same for keys. */
#include "test.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../client/vault.h"
#include "../common/crypto.h"
#include "../server/safe.h"

#define PLANTED "Nguyễn Thị Mẫu Đơn"
#define PLANTED_KEY "khu phố Bốn Mươi"

struct home {
    const char *dir;
    char vault[300], data[320], key_file[300];
    struct key key;
};

static void make_home(struct home *h)
{
    crypto_init();
    h->dir = test_dir();
    snprintf(h->vault, sizeof(h->vault), "%s/so", h->dir);
    snprintf(h->data, sizeof(h->data), "%s/so/data.mdb", h->dir);
    snprintf(h->key_file, sizeof(h->key_file), "%s/khoa", h->dir);
    CHECK_EQ(key_create(h->dir), ERR_OK);
    CHECK_EQ(key_load(h->dir, &h->key), ERR_OK);
    CHECK_EQ(vault_create(h->vault, &h->key), ERR_OK);
}

static void read_file(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "rb");
    int c;
    buf_clear(out);
    while (f != NULL && (c = getc(f)) != EOF)
        buf_put_u8(out, (uint8_t)c);
    if (f != NULL)
        fclose(f);
}

static void write_file(const char *path, struct bytes content)
{
    int fd = open(path, O_WRONLY | O_TRUNC);
    CHECK(fd >= 0 && write(fd, content.p, content.n) == (ssize_t)content.n);
    close(fd);
}

/* Where the needle stands in any file of a directory; counts the files, too. */
static unsigned search(const char *dir, const char *needle, unsigned *files)
{
    unsigned found = 0;
    char path[800];
    struct buf content = {0};
    DIR *d = opendir(dir);
    for (struct dirent *entry; d != NULL && (entry = readdir(d)) != NULL;) {
        snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
        if (entry->d_type != DT_REG)
            continue;
        read_file(path, &content);
        found += content.n > 0 && memmem(content.p, content.n, needle, strlen(needle)) != NULL;
        *files += 1;
    }
    if (d != NULL)
        closedir(d);
    buf_deinit(&content);
    return found;
}

/* One record whose text stands in key and value: in a hidden key, behind open bytes, behind a group, and at length. */
static void plant(struct txn *txn)
{
    struct buf key = {0}, value = {0};
    CHECK_EQ(store_put(txn, TABLE_meta, bytes_of_str(PLANTED_KEY), bytes_of_str(PLANTED)), ERR_OK);
    buf_put_u32(&key, 1);
    buf_put_str(&key, PLANTED_KEY);
    CHECK_EQ(store_put(txn, TABLE_stream, buf_bytes(&key), bytes_of_str(PLANTED)), ERR_OK);
    for (unsigned i = 0; i < 500; i++)
        buf_put_str(&value, PLANTED " ");
    buf_clear(&key);
    buf_put_str(&key, PLANTED_KEY);
    CHECK_EQ(store_put(txn, TABLE_part, buf_bytes(&key), buf_bytes(&value)), ERR_OK);
    buf_deinit(&key);
    buf_deinit(&value);
}

TEST(nothing_typed_stands_in_the_files)
{
    struct home h;
    struct vault v;
    struct vault_txn t;
    unsigned files = 0;
    make_home(&h);
    REQUIRE(vault_open(h.vault, &h.key, KV_WRITE, &v) == ERR_OK);
    for (unsigned round = 0; round < 3; round++) {
        REQUIRE(vault_begin(&v, true, &t) == ERR_OK);
        plant(&t.txn);
        CHECK_EQ(round == 1 ? ERR_OK : vault_commit(&t), ERR_OK);
        vault_abort(&t);
    }
    vault_close(&v);
    CHECK_EQ(search(h.vault, PLANTED, &files), 0);
    CHECK_EQ(search(h.vault, PLANTED_KEY, &files), 0);
    CHECK_EQ(search(h.vault, "Nguy", &files), 0);
    CHECK_EQ(files, 9);
    /* the search itself finds what is there: the ward's store is not sealed */
    struct safe s;
    struct safe_txn st;
    char dir[300];
    snprintf(dir, sizeof(dir), "%s/ward", h.dir);
    CHECK_EQ(mkdir(dir, 0700), 0);
    REQUIRE(safe_create(dir) == ERR_OK);
    REQUIRE(safe_open(dir, KV_WRITE, &s) == ERR_OK);
    REQUIRE(safe_begin(&s, true, &st) == ERR_OK);
    plant(&st.txn);
    CHECK_EQ(safe_commit(&st), ERR_OK);
    safe_close(&s);
    snprintf(dir, sizeof(dir), "%s/ward/so", h.dir);
    CHECK_EQ(search(dir, PLANTED, &files), 1);
    CHECK_EQ(search(dir, PLANTED_KEY, &files), 1);
}

struct sizes {
    unsigned rows, of_step[8];
};

static bool note_size(void *arg, struct bytes key, struct bytes sealed)
{
    struct sizes *sizes = arg;
    CHECK_EQ(key.n, 16); /* all of it hidden */
    CHECK_EQ((sealed.n - AEAD_OVERHEAD) % 64, 0);
    sizes->of_step[(sealed.n - AEAD_OVERHEAD) / 64 % 8]++;
    sizes->rows++;
    return true;
}

/* 3 bytes besides the value: length of the key inside, the key, the mark of the end. */
TEST(sizes_show_in_steps_only)
{
    struct home h;
    struct vault v;
    struct vault_txn t;
    struct kv *kv;
    struct kv_txn raw;
    struct sizes sizes = {0};
    static const char *const names[] = {"meta"};
    static const struct kv_spec spec = {names, 1, 32 << 20, 64 << 20};
    make_home(&h);
    REQUIRE(vault_open(h.vault, &h.key, KV_WRITE, &v) == ERR_OK);
    REQUIRE(vault_begin(&v, true, &t) == ERR_OK);
    uint8_t value[200] = {0};
    for (uint8_t n = 0; n < 189; n++)
        CHECK_EQ(store_put(&t.txn, TABLE_meta, bytes_of(&n, 1), bytes_of(value, n)), ERR_OK);
    CHECK_EQ(vault_commit(&t), ERR_OK);
    vault_close(&v);
    REQUIRE(kv_open(h.vault, &spec, KV_READ, &kv) == ERR_OK);
    REQUIRE(kv_begin(kv, false, &raw) == ERR_OK);
    CHECK_EQ(kv_scan(&raw, 0, bytes_of(NULL, 0), note_size, &sizes), ERR_OK);
    kv_abort(&raw);
    kv_close(kv);
    CHECK_EQ(sizes.rows, 189);
    CHECK_EQ(sizes.of_step[1], 62);
    CHECK_EQ(sizes.of_step[2], 64);
    CHECK_EQ(sizes.of_step[3], 63);
}

struct moved {
    struct buf rows[2];
    struct buf keys[2];
    unsigned n;
};

static bool take_two(void *arg, struct bytes key, struct bytes value)
{
    struct moved *m = arg;
    CHECK_EQ(value.n % 64, 40); /* steps of 64, and nonce and tag */
    buf_put_bytes(&m->keys[m->n], key);
    buf_put_bytes(&m->rows[m->n++], value);
    return m->n < 2;
}

/* A row copied over another one of the same table, of the same size, opens nowhere. */
TEST(rows_cannot_change_places)
{
    struct home h;
    struct vault v;
    struct vault_txn t;
    struct kv *kv;
    struct kv_txn raw;
    struct moved m = {0};
    struct buf value = {0};
    static const char *const names[] = {"meta"};
    static const struct kv_spec spec = {names, 1, 32 << 20, 64 << 20};
    make_home(&h);
    REQUIRE(vault_open(h.vault, &h.key, KV_WRITE, &v) == ERR_OK);
    REQUIRE(vault_begin(&v, true, &t) == ERR_OK);
    CHECK_EQ(store_put(&t.txn, TABLE_meta, bytes_of_str("a"), bytes_of_str("1")), ERR_OK);
    CHECK_EQ(store_put(&t.txn, TABLE_meta, bytes_of_str("b"), bytes_of_str("2")), ERR_OK);
    CHECK_EQ(vault_commit(&t), ERR_OK);
    vault_close(&v);
    REQUIRE(kv_open(h.vault, &spec, KV_WRITE, &kv) == ERR_OK);
    REQUIRE(kv_begin(kv, true, &raw) == ERR_OK);
    CHECK_EQ(kv_scan(&raw, 0, bytes_of(NULL, 0), take_two, &m), ERR_OK);
    CHECK_EQ(m.n, 2);
    CHECK_EQ(kv_put(&raw, 0, buf_bytes(&m.keys[0]), buf_bytes(&m.rows[1])), ERR_OK);
    CHECK_EQ(kv_commit(&raw), ERR_OK);
    kv_close(kv);
    REQUIRE(vault_open(h.vault, &h.key, KV_WRITE, &v) == ERR_OK);
    REQUIRE(vault_begin(&v, false, &t) == ERR_OK);
    enum err a = store_get(&t.txn, TABLE_meta, bytes_of_str("a"), &value);
    CHECK_EQ(value.n, a == ERR_OK ? 1 : 0);
    enum err b = store_get(&t.txn, TABLE_meta, bytes_of_str("b"), &value);
    CHECK((a == ERR_OK) != (b == ERR_OK));
    CHECK(a == ERR_DAMAGED || b == ERR_DAMAGED);
    vault_abort(&t);
    CHECK_EQ(vault_scrub(&v, NULL), ERR_DAMAGED);
    vault_close(&v);
    buf_deinit(&value);
    for (unsigned i = 0; i < 2; i++) {
        buf_deinit(&m.keys[i]);
        buf_deinit(&m.rows[i]);
    }
}

static bool take_nonce(void *arg, struct bytes key, struct bytes value)
{
    (void)key;
    buf_put(arg, value.p, AEAD_NONCE_SIZE);
    return true;
}

static int nonce_order(const void *a, const void *b)
{
    return memcmp(a, b, AEAD_NONCE_SIZE);
}

/* One key seals every value: a nonce used twice would show both. */
TEST(no_nonce_is_used_twice)
{
    struct home h;
    struct vault v;
    struct vault_txn t;
    struct kv *kv;
    struct kv_txn raw;
    struct buf nonces = {0};
    static const char *const names[] = {"meta"};
    static const struct kv_spec spec = {names, 1, 32 << 20, 64 << 20};
    make_home(&h);
    REQUIRE(vault_open(h.vault, &h.key, KV_WRITE, &v) == ERR_OK);
    for (uint8_t round = 0; round < 3; round++) {
        REQUIRE(vault_begin(&v, true, &t) == ERR_OK);
        for (uint8_t i = 0; i < 50; i++)
            CHECK_EQ(store_put(&t.txn, TABLE_meta, bytes_of((uint8_t[]){round, i}, 2), bytes_of_str("same")), ERR_OK);
        CHECK_EQ(vault_commit(&t), ERR_OK);
    }
    vault_close(&v);
    REQUIRE(kv_open(h.vault, &spec, KV_READ, &kv) == ERR_OK);
    REQUIRE(kv_begin(kv, false, &raw) == ERR_OK);
    CHECK_EQ(kv_scan(&raw, 0, bytes_of(NULL, 0), take_nonce, &nonces), ERR_OK);
    kv_abort(&raw);
    kv_close(kv);
    REQUIRE(nonces.n == 150 * AEAD_NONCE_SIZE);
    qsort(nonces.p, 150, AEAD_NONCE_SIZE, nonce_order);
    for (size_t at = AEAD_NONCE_SIZE; at < nonces.n; at += AEAD_NONCE_SIZE)
        CHECK(memcmp(nonces.p + at - AEAD_NONCE_SIZE, nonces.p + at, AEAD_NONCE_SIZE) != 0);
    buf_deinit(&nonces);
}

TEST(another_key_opens_nothing)
{
    struct home h, other;
    struct vault v;
    make_home(&h);
    make_home(&other);
    CHECK(memcmp(h.key.b, other.key.b, KEY_SIZE) != 0);
    CHECK_EQ(vault_open(h.vault, &other.key, KV_WRITE, &v), ERR_DAMAGED);
    CHECK(v.kv == NULL);
    CHECK_EQ(vault_open("/nonexistent/so", &h.key, KV_WRITE, &v), ERR_NO_STORE);
    CHECK_EQ(vault_create(h.vault, &h.key), ERR_EXISTS);
}

/* The number stands before anything that a key must open: what is behind it may be of any form. */
static void check_format(uint8_t format, enum err want)
{
    struct home h;
    struct vault v;
    struct kv *kv;
    struct kv_txn raw;
    static const char *const names[] = {"format"};
    static const struct kv_spec spec = {names, 1, 32 << 20, 64 << 20};
    make_home(&h);
    REQUIRE(kv_open(h.vault, &spec, KV_WRITE, &kv) == ERR_OK);
    REQUIRE(kv_begin(kv, true, &raw) == ERR_OK);
    const uint8_t other[] = {0, 0, 0, format, 'w', 'h', 'a', 't'};
    CHECK_EQ(kv_put(&raw, 0, bytes_of_str("format"), bytes_of(other, sizeof(other))), ERR_OK);
    CHECK_EQ(kv_commit(&raw), ERR_OK);
    kv_close(kv);
    CHECK_EQ(vault_open(h.vault, &h.key, KV_WRITE, &v), want);
}

TEST(another_format)
{
    check_format(VAULT_FORMAT + 1, ERR_TOO_NEW);
    check_format(VAULT_FORMAT - 1, ERR_TOO_OLD);
}

/* Every row says what it was written with: value = its number, repeated. */
static bool as_written(void *arg, struct bytes key, struct bytes value)
{
    unsigned *wrong = arg;
    bool right = key.n == 4 && value.n == 30 + key.p[3] % 200u;
    for (size_t i = 0; i < value.n; i++)
        right = right && value.p[i] == key.p[3];
    *wrong += !right;
    return true;
}

static enum err read_all(const struct home *h, unsigned *wrong, uint64_t *rows)
{
    struct vault v;
    struct vault_txn t;
    enum err e = vault_open(h->vault, &h->key, KV_CHECK_WRITE, &v);
    if (e != ERR_OK)
        return e;
    e = vault_begin(&v, false, &t);
    if (e == ERR_OK)
        e = store_scan(&t.txn, TABLE_pending, bytes_of(NULL, 0), as_written, wrong);
    vault_abort(&t);
    if (e == ERR_OK)
        e = vault_scrub(&v, rows);
    vault_close(&v);
    return e;
}

TEST(a_flipped_bit_is_seen_or_makes_no_difference)
{
    struct home h;
    struct vault v;
    struct vault_txn t;
    struct buf whole = {0};
    unsigned wrong = 0, damaged = 0;
    uint64_t rows, chance = 4;
    make_home(&h);
    REQUIRE(vault_open(h.vault, &h.key, KV_WRITE, &v) == ERR_OK);
    REQUIRE(vault_begin(&v, true, &t) == ERR_OK);
    for (uint32_t i = 0; i < 150; i++) {
        uint8_t key[4], value[250];
        store_u32(key, i);
        memset(value, key[3], sizeof(value));
        CHECK_EQ(store_put(&t.txn, TABLE_pending, bytes_of(key, 4), bytes_of(value, 30 + i % 200)), ERR_OK);
    }
    CHECK_EQ(vault_commit(&t), ERR_OK);
    vault_close(&v);
    read_file(h.data, &whole);
    CHECK_EQ(read_all(&h, &wrong, &rows), ERR_OK);
    CHECK_EQ(rows, 150);
    for (unsigned i = 0; i < 1500; i++) {
        size_t at = test_random(&chance) % whole.n;
        uint8_t bit = (uint8_t)(1u << test_random(&chance) % 8);
        whole.p[at] ^= bit;
        write_file(h.data, buf_bytes(&whole));
        enum err e = read_all(&h, &wrong, &rows);
        CHECK(e == ERR_DAMAGED || e == ERR_TOO_NEW || e == ERR_TOO_OLD || (e == ERR_OK && rows == 150));
        damaged += e != ERR_OK;
        whole.p[at] ^= bit;
    }
    CHECK_EQ(wrong, 0);
    CHECK(damaged > 500);
    buf_deinit(&whole);
}

TEST(the_key_file)
{
    struct home h;
    struct key key;
    struct buf file = {0};
    struct stat st;
    make_home(&h);
    CHECK_EQ(stat(h.key_file, &st), 0);
    CHECK_EQ(st.st_mode & 0777, 0600);
    CHECK_EQ(key_create(h.dir), ERR_EXISTS);
    read_file(h.key_file, &file);
    CHECK_EQ(file.n, 48);
    for (size_t bit = 0; bit < 8 * file.n; bit++) {
        file.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
        write_file(h.key_file, buf_bytes(&file));
        CHECK_EQ(key_load(h.dir, &key), ERR_DAMAGED);
        file.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t n = 0; n < file.n; n += 7) {
        write_file(h.key_file, bytes_of(file.p, n));
        CHECK_EQ(key_load(h.dir, &key), ERR_DAMAGED);
    }
    buf_put_u8(&file, 0);
    write_file(h.key_file, buf_bytes(&file));
    CHECK_EQ(key_load(h.dir, &key), ERR_DAMAGED);
    write_file(h.key_file, bytes_of(file.p, 48));
    CHECK_EQ(key_load(h.dir, &key), ERR_OK);
    CHECK_EQ(chmod(h.key_file, 0640), 0);
    CHECK_EQ(key_load(h.dir, &key), ERR_NOT_ALLOWED);
    CHECK_EQ(chmod(h.key_file, 0604), 0);
    CHECK_EQ(key_load(h.dir, &key), ERR_NOT_ALLOWED);
    unlink(h.key_file);
    CHECK_EQ(key_load(h.dir, &key), ERR_NO_STORE);
    CHECK_EQ(symlink("/dev/zero", h.key_file), 0);
    CHECK(key_load(h.dir, &key) != ERR_OK);
    buf_deinit(&file);
}

TEST(the_ward_sees_every_changed_value)
{
    const char *dir = test_dir();
    char path[300];
    struct safe s;
    struct safe_txn t;
    struct safe_scrub scrub;
    struct buf whole = {0}, got = {0};
    crypto_init();
    snprintf(path, sizeof(path), "%s/so/data.mdb", dir);
    REQUIRE(safe_create(dir) == ERR_OK);
    REQUIRE(safe_open(dir, KV_WRITE, &s) == ERR_OK);
    REQUIRE(safe_begin(&s, true, &t) == ERR_OK);
    CHECK_EQ(store_put(&t.txn, TABLE_org, bytes_of_str("key"), bytes_of_str(PLANTED)), ERR_OK);
    CHECK_EQ(store_put(&t.txn, TABLE_org, bytes_of_str("kez"), bytes_of_str("other")), ERR_OK);
    CHECK_EQ(safe_commit(&t), ERR_OK);
    safe_close(&s);
    read_file(path, &whole);
    uint8_t *at = memmem(whole.p, whole.n, "key" PLANTED, 3 + strlen(PLANTED));
    REQUIRE(at != NULL);
    size_t n = strlen(PLANTED) + 16;
    for (size_t bit = 0; bit < 8 * n; bit++) {
        at[3 + bit / 8] ^= (uint8_t)(1u << bit % 8);
        write_file(path, buf_bytes(&whole));
        REQUIRE(safe_open(dir, KV_CHECK_WRITE, &s) == ERR_OK);
        REQUIRE(safe_begin(&s, false, &t) == ERR_OK);
        CHECK_EQ(store_get(&t.txn, TABLE_org, bytes_of_str("key"), &got), ERR_DAMAGED);
        CHECK_EQ(got.n, 0);
        CHECK_EQ(store_get(&t.txn, TABLE_org, bytes_of_str("kez"), &got), ERR_OK);
        safe_abort(&t);
        CHECK_EQ(safe_scrub(&s, &scrub), ERR_DAMAGED);
        CHECK(scrub.rows == 2 && scrub.damaged == 1 && scrub.table == TABLE_org);
        safe_close(&s);
        at[3 + bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    buf_deinit(&whole);
    buf_deinit(&got);
}

/* Months of work in one transaction may be more than the map had room for; the same again finds a larger one. */
TEST(a_transaction_larger_than_the_map_is_for_the_next_one)
{
    static const uint8_t text[2000];
    struct home h;
    struct vault v;
    struct vault_txn t;
    unsigned tries = 0;
    enum err e = ERR_NO_SPACE;

    make_home(&h);
    REQUIRE(vault_open(h.vault, &h.key, KV_WRITE, &v) == ERR_OK);
    while (e == ERR_NO_SPACE && tries < 8) {
        CHECK(tries == 0 || vault_will_grow(&v));
        tries++;
        REQUIRE(vault_begin(&v, true, &t) == ERR_OK);
        e = ERR_OK;
        for (uint32_t i = 0; e == ERR_OK && i < 20000; i++) { /* 40 MB and more */
            uint8_t key[4];

            store_u32(key, i);
            e = store_put(&t.txn, TABLE_verdict, bytes_of(key, 4), bytes_of(text, sizeof text));
        }
        if (e == ERR_OK)
            e = vault_commit(&t);
        vault_abort(&t);
    }
    CHECK_EQ(e, ERR_OK);
    CHECK(tries > 1);
    CHECK(!vault_will_grow(&v));
    vault_close(&v);
}
