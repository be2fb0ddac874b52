/* key_file.c - see key_file.h. */
#include "key_file.h"

#include "buf.h"
#include "disk.h"

#define CHECK_SIZE 16

static void check_of(const uint8_t secret[KEY_SIZE], const char *use, uint8_t out[CHECK_SIZE])
{
    const struct bytes piece = bytes_of(use, strlen(use) + 1);
    crypto_blake2b(out, CHECK_SIZE, bytes_of(secret, KEY_SIZE), &piece, 1);
}

enum err key_file_create(const char *dir, const char *name, const char *use)
{
    uint8_t file[KEY_SIZE + CHECK_SIZE];
    crypto_random(file, KEY_SIZE);
    check_of(file, use, file + KEY_SIZE);
    const enum err e = disk_create(dir, name, bytes_of(file, sizeof(file)));
    crypto_wipe(file, sizeof(file));
    return e;
}

enum err key_file_load(const char *dir, const char *name, const char *use, uint8_t out[KEY_SIZE])
{
    uint8_t check[CHECK_SIZE];
    struct buf file = {0};
    buf_reserve(&file, KEY_SIZE + CHECK_SIZE); /* it never moves: no copy stays behind */
    enum err e = disk_read_private(dir, name, KEY_SIZE + CHECK_SIZE, &file);
    if (e == ERR_NOT_FOUND)
        e = ERR_NO_STORE;
    if (e == ERR_TOO_LONG || (e == ERR_OK && file.n != KEY_SIZE + CHECK_SIZE))
        e = ERR_DAMAGED;
    if (e == ERR_OK) {
        check_of(file.p, use, check);
        e = crypto_equal(check, file.p + KEY_SIZE, CHECK_SIZE) ? ERR_OK : ERR_DAMAGED;
    }
    if (e == ERR_OK)
        memcpy(out, file.p, KEY_SIZE);
    buf_wipe_deinit(&file);
    return e;
}
