/* home_old.c - keys the ward had before, in khoa-cu: seeds, the newest last, empty places (zeros) behind. They open
 * files that are sealed to them, and sign nothing. */
#include <stdlib.h>
#include <unistd.h>

#include "../common/disk.h"
#include "home.h"

#define OLD_FILE "khoa-cu"
#define SEED_SIZE 32
#define OLD_CONTENT (WARD_OLD_KEYS * SEED_SIZE)

enum err home_old_load(struct home *h)
{
    static const uint8_t empty[SEED_SIZE];
    uint8_t content[OLD_CONTENT];
    struct ward_key key;
    h->at = OLD_FILE;
    enum err e = home_file_read(h->dir, OLD_FILE, sizeof(content), content);
    for (size_t i = 0; e == ERR_OK && i < OLD_CONTENT; i += SEED_SIZE)
        if (!crypto_equal(content + i, empty, SEED_SIZE)) {
            crypto_sign_from_seed(content + i, key.public_key, key.secret_key);
            ward_key_keep(&h->ward, &key);
        }
    crypto_wipe(content, sizeof(content));
    crypto_wipe(&key, sizeof(key));
    return e == ERR_NOT_FOUND ? ERR_OK : e; /* the key was never changed */
}

enum err home_old_save(struct home *h, const struct ward *w)
{
    uint8_t content[OLD_CONTENT] = {0};
    char *half = disk_join(h->dir, OLD_FILE HOME_NEW);
    (void)unlink(half); /* of someone who died here */
    free(half);
    for (size_t i = 0; i < w->old_count; i++)
        memcpy(content + i * SEED_SIZE, w->old[i].secret_key, SEED_SIZE); /* a secret key begins with its seed */
    h->at = OLD_FILE HOME_NEW;
    enum err e = home_file_create_as(h->dir, OLD_FILE HOME_NEW, OLD_FILE, bytes_of(content, sizeof(content)));
    h->at = OLD_FILE;
    if (e == ERR_OK)
        e = disk_replace(h->dir, OLD_FILE HOME_NEW, OLD_FILE);
    crypto_wipe(content, sizeof(content));
    return e;
}
