/* limit_add.c - the least a program can do that keeps one record for good: open LMDB, put, commit, end.
 *
 *     limit_add DIR ROWS    makes DIR and puts every row of the file (u16 length, bytes) in one transaction
 *     limit_add DIR         adds one more record of 380 bytes, durable when it returns
 *
 * It shares nothing with chibo and links nothing but LMDB and the C library. */
#include <lmdb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define KEY_SIZE 24
#define ROW_SIZE 380
#define MAP_SIZE ((size_t)256 << 20)

static void must(int rc, const char *what)
{
    if (rc == 0)
        return;
    fprintf(stderr, "limit_add: %s: %s\n", what, mdb_strerror(rc));
    exit(1);
}

/* Ascending, as ids that begin with a time are. */
static void key_make(uint8_t key[KEY_SIZE], uint64_t number)
{
    memset(key, 0, KEY_SIZE);
    for (int i = 0; i < 8; i++)
        key[i] = (uint8_t)(number >> (56 - 8 * i));
}

static void put(MDB_txn *txn, MDB_dbi dbi, uint64_t number, void *row, size_t n)
{
    uint8_t key[KEY_SIZE];
    MDB_val k = {KEY_SIZE, key}, v = {n, row};

    key_make(key, number);
    must(mdb_put(txn, dbi, &k, &v, 0), "put");
}

static void put_file(MDB_txn *txn, MDB_dbi dbi, const char *path)
{
    FILE *f = fopen(path, "rb");
    uint8_t head[2], row[65536];
    uint64_t number = 0;

    if (f == NULL)
        must(1, path);
    while (fread(head, 1, 2, f) == 2) {
        size_t n = (size_t)head[0] << 8 | head[1];
        if (fread(row, 1, n, f) != n)
            must(1, "short file");
        put(txn, dbi, number++, row, n);
    }
    fclose(f);
}

static void put_next(MDB_txn *txn, MDB_dbi dbi)
{
    uint8_t row[ROW_SIZE];
    uint64_t number = 0;
    MDB_cursor *c;
    MDB_val k, v;

    must(mdb_cursor_open(txn, dbi, &c), "cursor");
    if (mdb_cursor_get(c, &k, &v, MDB_LAST) == 0)
        for (int i = 0; i < 8; i++)
            number = number << 8 | ((const uint8_t *)k.mv_data)[i];
    mdb_cursor_close(c);
    memset(row, (int)(number & 0x7f), sizeof row);
    put(txn, dbi, number + 1, row, sizeof row);
}

int main(int argc, char **argv)
{
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;

    if (argc < 2)
        return 2;
    if (argc > 2)
        mkdir(argv[1], 0700);
    must(mdb_env_create(&env), "create");
    must(mdb_env_set_mapsize(env, MAP_SIZE), "map size");
    must(mdb_env_open(env, argv[1], 0, 0600), "open");
    must(mdb_txn_begin(env, NULL, 0, &txn), "begin");
    must(mdb_dbi_open(txn, NULL, 0, &dbi), "table");
    if (argc > 2)
        put_file(txn, dbi, argv[2]);
    else
        put_next(txn, dbi);
    must(mdb_txn_commit(txn), "commit");
    mdb_env_close(env);
    return 0;
}
