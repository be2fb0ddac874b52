/* t_store.c - one list of random operations, three kinds of store, one set of answers; and what memory alone can do. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "../client/vault.h"
#include "../common/crypto.h"
#include "../server/safe.h"
#include "memstore.h"

enum { MEMORY, VAULT, SAFE, KINDS };

/* Every store at once; each call goes to all of them and the answers are compared. */
struct all {
    struct memstore *memory, *hidden;
    struct vault vault;
    struct safe safe;
    struct vault_txn vault_txn;
    struct safe_txn safe_txn;
    struct txn memory_txn, hidden_txn;
    struct txn *txns[KINDS + 1];
};

static void open_disks(struct all *a, const char *dir, bool create)
{
    char path[300];
    struct key key;
    snprintf(path, sizeof(path), "%s/vault", dir);
    if (create) {
        CHECK_EQ(key_create(dir), ERR_OK);
        CHECK_EQ(safe_create(dir), ERR_OK);
    }
    CHECK_EQ(key_load(dir, &key), ERR_OK);
    if (create)
        CHECK_EQ(vault_create(path, &key), ERR_OK);
    CHECK_EQ(vault_open(path, &key, KV_CHECK_WRITE, &a->vault), ERR_OK);
    CHECK_EQ(safe_open(dir, KV_CHECK_WRITE, &a->safe), ERR_OK);
}

static void close_disks(struct all *a)
{
    vault_close(&a->vault);
    vault_close(&a->vault);
    safe_close(&a->safe);
    safe_close(&a->safe);
}

static void begin_all(struct all *a, bool write)
{
    memstore_begin(a->memory, write, &a->memory_txn);
    memstore_begin(a->hidden, write, &a->hidden_txn);
    CHECK_EQ(vault_begin(&a->vault, write, &a->vault_txn), ERR_OK);
    CHECK_EQ(safe_begin(&a->safe, write, &a->safe_txn), ERR_OK);
    struct txn *txns[] = {&a->memory_txn, &a->vault_txn.txn, &a->safe_txn.txn, &a->hidden_txn};
    memcpy(a->txns, txns, sizeof(txns));
}

static void end_all(struct all *a, bool commit)
{
    if (commit) {
        CHECK_EQ(memstore_commit(a->memory, true), ERR_OK);
        CHECK_EQ(memstore_commit(a->hidden, true), ERR_OK);
        CHECK_EQ(vault_commit(&a->vault_txn), ERR_OK);
        CHECK_EQ(safe_commit(&a->safe_txn), ERR_OK);
    } else {
        memstore_abort(a->memory);
        memstore_abort(a->hidden);
        vault_abort(&a->vault_txn);
        safe_abort(&a->safe_txn);
    }
}

/* Few different bytes, so that keys meet again and begin alike. */
static struct bytes make_key(uint64_t *chance, enum table t, uint8_t out[STORE_KEY_MAX])
{
    static const uint8_t letters[] = {0, 1, 0xff};
    size_t whole = (size_t)store_tables[t].open + store_tables[t].grouped;
    size_t n = 1 + test_random(chance) % (whole + 4);
    if (test_random(chance) % 50 == 0)
        n = STORE_KEY_MAX;
    for (size_t i = 0; i < n; i++)
        out[i] = letters[test_random(chance) % (i < 2 ? 3 : 2)];
    return bytes_of(out, n);
}

struct row_list {
    struct buf text; /* rows as they came */
    uint64_t sum;    /* of their hashes: the set, whatever its order */
    unsigned left;
};

static bool add_row(void *arg, struct bytes key, struct bytes value)
{
    struct row_list *list = arg;
    uint8_t hash[16];
    uint8_t key_n = (uint8_t)key.n;
    struct bytes pieces[] = {bytes_of(&key_n, 1), key, value};
    crypto_blake2b(hash, sizeof(hash), bytes_of(NULL, 0), pieces, 3);
    buf_put(&list->text, hash, sizeof(hash));
    list->sum += load_u64(hash);
    return --list->left > 0;
}

static void compare_scans(struct all *a, uint64_t *chance, enum table t)
{
    uint8_t key[STORE_KEY_MAX];
    const struct table_info *info = &store_tables[t];
    struct bytes prefix = make_key(chance, t, key);
    size_t whole = (size_t)info->open + info->grouped;
    if (prefix.n > info->open)
        prefix.n = prefix.n >= whole && test_random(chance) % 2 == 0 ? whole : info->open;
    if (test_random(chance) % 8 == 0)
        prefix.n = 0;
    struct row_list lists[KINDS + 1] = {{{0}, 0, 0}};
    for (size_t i = 0; i <= KINDS; i++) {
        lists[i].left = UINT32_MAX;
        CHECK_EQ(store_scan(a->txns[i], t, prefix, add_row, &lists[i]), ERR_OK);
        CHECK_EQ(lists[i].sum, lists[MEMORY].sum);
        CHECK_EQ(lists[i].text.n, lists[MEMORY].text.n);
    }
    CHECK_BYTES(buf_bytes(&lists[SAFE].text), buf_bytes(&lists[MEMORY].text)); /* both in key order */
    for (size_t i = 0; i <= KINDS; i++)
        buf_deinit(&lists[i].text);
}

static void one_step(struct all *a, uint64_t *chance)
{
    static const size_t sizes[] = {0, 1, 14, 15, 16, 46, 47, 48, 62, 63, 64, 300, 1100, 5000, 70000};
    static struct buf value, got[KINDS + 1];
    uint8_t key_bytes[STORE_KEY_MAX];
    enum table t = (enum table)(test_random(chance) % TABLE_COUNT);
    struct bytes key = make_key(chance, t, key_bytes);
    unsigned what = (unsigned)(test_random(chance) % 10);
    if (what < 5) {
        size_t n = sizes[test_random(chance) % (test_random(chance) % 20 == 0 ? ARRAY_LEN(sizes) : 12)];
        buf_clear(&value);
        while (value.n < n)
            buf_put_u8(&value, (uint8_t)(test_random(chance) % 3 * 0x40)); /* zeros and 0x80 at the end, too */
        for (size_t i = 0; i <= KINDS; i++)
            CHECK_EQ(store_put(a->txns[i], t, key, buf_bytes(&value)), ERR_OK);
    } else if (what < 7) {
        for (size_t i = 0; i <= KINDS; i++)
            CHECK_EQ(store_del(a->txns[i], t, key), ERR_OK);
    } else if (what < 9) {
        for (size_t i = 0; i <= KINDS; i++) {
            enum err e = store_get(a->txns[i], t, key, &got[i]);
            CHECK(e == ERR_OK || e == ERR_NOT_FOUND);
            CHECK_BYTES(buf_bytes(&got[i]), buf_bytes(&got[MEMORY]));
            CHECK_EQ(e == ERR_OK, store_get(a->txns[MEMORY], t, key, &got[MEMORY]) == ERR_OK);
        }
    } else {
        compare_scans(a, chance, t);
    }
}

TEST(all_stores_answer_alike)
{
    struct all a = {0};
    const char *dir = test_dir();
    uint64_t chance = 2026;
    crypto_init();
    a.memory = memstore_new(false);
    a.hidden = memstore_new(true);
    open_disks(&a, dir, true);
    for (unsigned round = 0; round < 120; round++) {
        begin_all(&a, true);
        for (unsigned step = 0; step < 100; step++)
            one_step(&a, &chance);
        end_all(&a, test_random(&chance) % 4 != 0);
        if (round % 20 == 19) {
            close_disks(&a);
            open_disks(&a, dir, false);
        }
        if (round % 10 != 9)
            continue;
        begin_all(&a, false);
        uint64_t digest = memstore_digest(a.txns[MEMORY]);
        for (size_t i = 1; i <= KINDS; i++)
            CHECK_EQ(memstore_digest(a.txns[i]), digest);
        end_all(&a, false);
    }
    uint64_t rows;
    struct safe_scrub scrub;
    CHECK(memstore_rows(a.memory) > 500);
    CHECK_EQ(vault_scrub(&a.vault, &rows), ERR_OK);
    CHECK_EQ(rows, memstore_rows(a.memory));
    CHECK_EQ(safe_scrub(&a.safe, &scrub), ERR_OK);
    CHECK_EQ(scrub.rows, memstore_rows(a.memory));
    close_disks(&a);
    memstore_free(a.memory);
    memstore_free(a.hidden);
}

static void put_word(struct memstore *m, const char *word, bool durable)
{
    struct txn txn;
    memstore_begin(m, true, &txn);
    CHECK_EQ(store_put(&txn, TABLE_meta, bytes_of_str(word), bytes_of_str(word)), ERR_OK);
    CHECK_EQ(store_put(&txn, TABLE_meta, bytes_of_str("last"), bytes_of_str(word)), ERR_OK);
    CHECK_EQ(memstore_commit(m, durable), ERR_OK);
}

static void check_last(struct memstore *m, const char *want, size_t rows)
{
    struct txn txn;
    struct buf value = {0};
    memstore_begin(m, false, &txn);
    CHECK_EQ(store_get(&txn, TABLE_meta, bytes_of_str("last"), &value), want != NULL ? ERR_OK : ERR_NOT_FOUND);
    CHECK_BYTES(buf_bytes(&value), bytes_of_str(want != NULL ? want : ""));
    memstore_abort(m);
    CHECK_EQ(memstore_rows(m), rows);
    buf_deinit(&value);
}

TEST(a_crash_loses_what_was_not_synced)
{
    struct memstore *m = memstore_new(false);
    struct txn txn;
    put_word(m, "a", false);
    CHECK(!memstore_is_durable(m));
    memstore_crash(m);
    check_last(m, NULL, 0);
    put_word(m, "a", true);
    put_word(m, "b", false);
    put_word(m, "c", false);
    check_last(m, "c", 4);
    memstore_crash(m);
    check_last(m, "a", 2);
    put_word(m, "b", false);
    put_word(m, "c", true); /* a durable commit carries the earlier ones */
    memstore_crash(m);
    check_last(m, "c", 4);
    put_word(m, "d", false);
    memstore_sync(m);
    memstore_begin(m, true, &txn);
    CHECK_EQ(store_del(&txn, TABLE_meta, bytes_of_str("last")), ERR_OK);
    CHECK_EQ(store_del(&txn, TABLE_meta, bytes_of_str("never")), ERR_OK);
    memstore_crash(m); /* in the middle of a transaction */
    check_last(m, "d", 5);
    memstore_free(m);
}

TEST(copies_restores_and_faults)
{
    struct memstore *m = memstore_new(false), *copy;
    struct txn txn;
    put_word(m, "a", true);
    copy = memstore_copy(m);
    put_word(m, "b", true);
    put_word(copy, "c", false);
    check_last(m, "b", 3);
    check_last(copy, "c", 3);
    memstore_crash(copy);
    memstore_restore(m, copy);
    check_last(m, "a", 2);
    memstore_fail(m, 2, ERR_NO_SPACE);
    memstore_begin(m, true, &txn);
    CHECK_EQ(store_put(&txn, TABLE_meta, bytes_of_str("last"), bytes_of_str("x")), ERR_OK);
    CHECK_EQ(store_put(&txn, TABLE_meta, bytes_of_str("y"), bytes_of_str("y")), ERR_NO_SPACE);
    memstore_abort(m);
    memstore_fail(m, 3, ERR_NO_SPACE);
    memstore_begin(m, true, &txn);
    CHECK_EQ(store_put(&txn, TABLE_meta, bytes_of_str("last"), bytes_of_str("x")), ERR_OK);
    CHECK_EQ(store_del(&txn, TABLE_meta, bytes_of_str("a")), ERR_OK);
    CHECK_EQ(memstore_commit(m, true), ERR_NO_SPACE);
    check_last(m, "a", 2);
    memstore_free(m);
    memstore_free(copy);
}

/* Hidden order is not key order, and the same every time. */
TEST(hidden_order)
{
    struct memstore *m = memstore_new(true);
    struct txn txn;
    struct row_list first = {.left = 1000}, second = {.left = 1000}, open = {.left = 1000}, stop = {.left = 3};
    memstore_begin(m, true, &txn);
    for (uint8_t i = 0; i < 100; i++) {
        CHECK_EQ(store_put(&txn, TABLE_scope, bytes_of(&i, 1), bytes_of(NULL, 0)), ERR_OK);
        CHECK_EQ(store_put(&txn, TABLE_leaf, bytes_of(&i, 1), bytes_of(NULL, 0)), ERR_OK);
    }
    CHECK_EQ(store_scan(&txn, TABLE_scope, bytes_of(NULL, 0), add_row, &first), ERR_OK);
    CHECK_EQ(store_scan(&txn, TABLE_scope, bytes_of(NULL, 0), add_row, &second), ERR_OK);
    CHECK_EQ(store_scan(&txn, TABLE_leaf, bytes_of(NULL, 0), add_row, &open), ERR_OK);
    CHECK_EQ(store_scan(&txn, TABLE_leaf, bytes_of(NULL, 0), add_row, &stop), ERR_OK);
    CHECK_BYTES(buf_bytes(&first.text), buf_bytes(&second.text));
    CHECK(!bytes_equal(buf_bytes(&first.text), buf_bytes(&open.text)));
    CHECK_EQ(first.sum, open.sum);
    CHECK_BYTES(buf_bytes(&stop.text), bytes_of(open.text.p, 48));
    buf_deinit(&first.text);
    buf_deinit(&second.text);
    buf_deinit(&open.text);
    buf_deinit(&stop.text);
    memstore_free(m);
}
