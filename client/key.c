/* key.c - see key.h. */
#include "key.h"

#include "../common/buf.h"
#include "../common/disk.h"

#define KEY_FILE "khoa"
#define CHECK_SIZE 16

static void check_of(const uint8_t secret[KEY_SIZE], uint8_t out[CHECK_SIZE])
{
    struct bytes pieces[] = {bytes_of("chibo1/key-file", 16)};
    crypto_blake2b(out, CHECK_SIZE, bytes_of(secret, KEY_SIZE), pieces, 1);
}

enum err key_create(const char *home)
{
    uint8_t file[KEY_SIZE + CHECK_SIZE];
    crypto_random(file, KEY_SIZE);
    check_of(file, file + KEY_SIZE);
    enum err e = disk_create(home, KEY_FILE, bytes_of(file, sizeof(file)));
    crypto_wipe(file, sizeof(file));
    return e;
}

enum err key_load(const char *home, struct key *out)
{
    uint8_t check[CHECK_SIZE];
    struct buf file = {0};
    *out = (struct key){0};
    enum err e = disk_read_private(home, KEY_FILE, KEY_SIZE + CHECK_SIZE, &file);
    if (e == ERR_NOT_FOUND)
        e = ERR_NO_STORE;
    if (e == ERR_TOO_LONG || (e == ERR_OK && file.n != KEY_SIZE + CHECK_SIZE))
        e = ERR_DAMAGED;
    if (e == ERR_OK) {
        check_of(file.p, check);
        if (!crypto_equal(check, file.p + KEY_SIZE, CHECK_SIZE))
            e = ERR_DAMAGED;
    }
    if (e == ERR_OK)
        memcpy(out->b, file.p, KEY_SIZE);
    buf_wipe_deinit(&file);
    return e;
}

void key_wipe(struct key *key)
{
    crypto_wipe(key, sizeof(*key));
}
