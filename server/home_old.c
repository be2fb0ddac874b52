/* home_old.c - keys the ward had before, in khoa-cu: seeds, the newest last, empty places (zeros) behind. They open
 * files that are sealed to them, and sign nothing. */
#include <stdlib.h>
#include <unistd.h>

#include "../common/disk.h"
#include "home.h"

#define OLD_FILE "khoa-cu"
#define SEED_SIZE 32

void home_old_take(struct ward *w, const uint8_t content[HOME_OLD_CONTENT])
{
    static const uint8_t empty[SEED_SIZE];
    struct ward_key key;
    for (size_t i = 0; i < HOME_OLD_CONTENT; i += SEED_SIZE)
        if (!crypto_equal(content + i, empty, SEED_SIZE)) {
            crypto_sign_from_seed(content + i, key.public_key, key.secret_key);
            ward_key_keep(w, &key);
        }
    crypto_wipe(&key, sizeof(key));
}

void home_old_content(const struct ward *w, uint8_t content[HOME_OLD_CONTENT])
{
    memset(content, 0, HOME_OLD_CONTENT);
    for (size_t i = 0; i < w->old_count; i++)
        memcpy(content + i * SEED_SIZE, w->old[i].secret_key, SEED_SIZE); /* a secret key begins with its seed */
}

enum err home_old_load(struct home *h)
{
    uint8_t content[HOME_OLD_CONTENT];
    h->at = OLD_FILE;
    const enum err e = home_file_read(h->dir, OLD_FILE, sizeof(content), content);
    if (e == ERR_OK)
        home_old_take(&h->ward, content);
    crypto_wipe(content, sizeof(content));
    return e == ERR_NOT_FOUND ? ERR_OK : e; /* the key was never changed */
}

enum err home_old_save(struct home *h, const struct ward *w)
{
    uint8_t content[HOME_OLD_CONTENT];
    char *half = disk_join(h->dir, OLD_FILE HOME_NEW);
    (void)unlink(half); /* of someone who died here */
    free(half);
    home_old_content(w, content);
    h->at = OLD_FILE HOME_NEW;
    enum err e = home_file_create_as(h->dir, OLD_FILE HOME_NEW, OLD_FILE, bytes_of(content, sizeof(content)));
    h->at = OLD_FILE;
    if (e == ERR_OK)
        e = disk_replace(h->dir, OLD_FILE HOME_NEW, OLD_FILE);
    crypto_wipe(content, sizeof(content));
    return e;
}
