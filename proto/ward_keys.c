/* ward_keys.c - the ward's signing key changes: a leaf in every log, and the proof for those who were away. */
#include <stdlib.h>

#include "actor.h"
#include "keys.h"
#include "message.h"
#include "parcel.h"
#include "ward.h"

static const char meta_keys[] = "keys";

static enum err keys_row(struct txn *txn, struct buf *row)
{
    return store_get(txn, TABLE_meta, bytes_of_str(meta_keys), row);
}

static enum err keys_load(struct txn *txn, struct keys *k)
{
    struct buf row = {0};
    enum err e = keys_row(txn, &row);

    k->count = 0;
    if (e == ERR_OK && keys_decode(k, buf_bytes(&row)) != ERR_OK)
        e = ERR_DAMAGED;
    buf_deinit(&row);
    return e;
}

enum err ward_key_newest(struct txn *txn, uint8_t key[SIGN_PUBLIC_SIZE])
{
    struct keys k;
    enum err e = keys_load(txn, &k);

    if (e == ERR_OK)
        memcpy(key, keys_at(&k, k.count), SIGN_PUBLIC_SIZE);
    return e;
}

enum err ward_key_was(struct txn *txn, const uint8_t *key_id, bool *yes)
{
    uint8_t old[PARCEL_KEY_ID_SIZE];
    struct keys k;
    enum err e = keys_load(txn, &k);

    *yes = false;
    for (size_t i = 0; e == ERR_OK && i < k.count; i++) {
        parcel_key_id(old, keys_at(&k, i));
        *yes = *yes || memcmp(old, key_id, sizeof old) == 0;
    }
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

void ward_key_keep(struct ward *w, const struct ward_key *key)
{
    for (size_t i = 0; i < w->old_count; i++)
        if (crypto_equal(w->old[i].public_key, key->public_key, SIGN_PUBLIC_SIZE))
            return;
    if (w->old_count == WARD_OLD_KEYS)
        memmove(&w->old[0], &w->old[1], --w->old_count * sizeof w->old[0]);
    w->old[w->old_count++] = *key;
}

void ward_key_take(struct ward *w, const uint8_t new_public[SIGN_PUBLIC_SIZE],
                   const uint8_t new_secret[SIGN_SECRET_SIZE])
{
    struct ward_key before;

    memcpy(before.public_key, w->public_key, SIGN_PUBLIC_SIZE);
    memcpy(before.secret_key, w->secret_key, SIGN_SECRET_SIZE);
    ward_key_keep(w, &before);
    memcpy(w->public_key, new_public, SIGN_PUBLIC_SIZE);
    memcpy(w->secret_key, new_secret, SIGN_SECRET_SIZE);
    crypto_wipe(&before, sizeof before);
}

bool ward_key_opens(const struct ward *w, const uint8_t *key_id, struct ward_key *key)
{
    uint8_t id[PARCEL_KEY_ID_SIZE];

    memcpy(key->public_key, w->public_key, SIGN_PUBLIC_SIZE);
    memcpy(key->secret_key, w->secret_key, SIGN_SECRET_SIZE);
    for (size_t i = w->old_count;; *key = w->old[--i]) {
        parcel_key_id(id, key->public_key);
        if (memcmp(id, key_id, sizeof id) == 0)
            return true;
        if (i == 0)
            return false;
    }
}

static enum err key_leaf(struct txn *txn, const struct ward *w, struct scope *s, const struct key_link *l, uint64_t now)
{
    struct control c = {.kind = CONTROL_KEY};

    memcpy(c.is.key.key, l->new_key, SIGN_PUBLIC_SIZE);
    memcpy(c.is.key.signature, l->by_new, SIGNATURE_SIZE);
    return ward_control(txn, w, s, &c, now);
}

enum err ward_rotate(struct txn *txn, const struct ward *w, const uint8_t new_public[SIGN_PUBLIC_SIZE],
                     const uint8_t new_secret[SIGN_SECRET_SIZE], uint64_t now)
{
    struct buf row = {0};
    struct scope *scope = NULL;
    size_t count = 0;
    uint64_t policy;
    struct keys k;
    enum err e = keys_load(txn, &k);

    if (e == ERR_OK || e == ERR_NOT_FOUND)
        e = keys_add(&k, &w->id, w->public_key, w->secret_key, new_public, new_secret);
    if (e == ERR_OK)
        e = ward_policy_next(txn, &policy);
    if (e == ERR_OK) {
        keys_encode(&k, &row);
        e = store_put(txn, TABLE_meta, bytes_of_str(meta_keys), buf_bytes(&row));
    }
    if (e == ERR_OK)
        e = scope_list(txn, &scope, &count);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = key_leaf(txn, w, &scope[i], &k.link[k.count - 1], now);
    free(scope);
    buf_deinit(&row);
    return e;
}

/* Is there a key leaf among what this answer brings? */
static enum err ahead(struct txn *txn, const struct reach *r, bool *yes)
{
    struct scope s;
    uint64_t index;
    enum err e = scope_load(txn, &r->scope, &s);

    if (e == ERR_OK)
        e = actor_key_leaf(txn, &s, &index);
    if (e == ERR_OK)
        *yes = *yes || index >= r->sent;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err ward_keys_send(struct txn *txn, const struct reach *reach, size_t count, bool anyway, struct buf *list)
{
    struct buf row = {0};
    bool yes = anyway;
    enum err e = keys_row(txn, &row);

    for (size_t i = 0; e == ERR_OK && i < count && !yes; i++)
        e = ahead(txn, &reach[i], &yes);
    if (e == ERR_OK && yes)
        work_message(list, MESSAGE_KEYS, buf_bytes(&row));
    buf_deinit(&row);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}
