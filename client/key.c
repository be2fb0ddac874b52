/* key.c - see key.h. */
#include "key.h"

#include "../common/key_file.h"

#define KEY_FILE "khoa"
#define KEY_USE "chibo1/key-file"

enum err key_create(const char *home)
{
    return key_file_create(home, KEY_FILE, KEY_USE);
}

enum err key_load(const char *home, struct key *out)
{
    *out = (struct key){0};
    return key_file_load(home, KEY_FILE, KEY_USE, out->b);
}

void key_wipe(struct key *key)
{
    crypto_wipe(key, sizeof(*key));
}
