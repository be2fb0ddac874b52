/* keys.c - see keys.h. */
#include "keys.h"

#include "mp.h"
#include "sign.h"

#define CONTEXT "chibo1/ward-key"

static void stated(const struct id *ward, const struct key_link *l, struct buf *out)
{
    mp_put_array(out, 3);
    mp_put_bin(out, ward->b, ID_SIZE);
    mp_put_bin(out, l->old_key, SIGN_PUBLIC_SIZE);
    mp_put_bin(out, l->new_key, SIGN_PUBLIC_SIZE);
}

enum err keys_add(struct keys *k, const struct id *ward, const uint8_t old_public[SIGN_PUBLIC_SIZE],
                  const uint8_t old_secret[SIGN_SECRET_SIZE], const uint8_t new_public[SIGN_PUBLIC_SIZE],
                  const uint8_t new_secret[SIGN_SECRET_SIZE])
{
    struct buf message = {0};
    struct key_link *l;

    if (k->count == KEYS_MAX)
        return ERR_TOO_LONG;
    l = &k->link[k->count++];
    memcpy(l->old_key, old_public, SIGN_PUBLIC_SIZE);
    memcpy(l->new_key, new_public, SIGN_PUBLIC_SIZE);
    control_key_sign(l->by_new, ward, old_public, new_public, new_secret);
    stated(ward, l, &message);
    sign_make(l->by_old, CONTEXT, buf_bytes(&message), old_secret);
    buf_deinit(&message);
    return ERR_OK;
}

void keys_encode(const struct keys *k, struct buf *out)
{
    mp_put_array(out, k->count);
    for (size_t i = 0; i < k->count; i++) {
        const struct key_link *l = &k->link[i];

        mp_put_array(out, 4);
        mp_put_bin(out, l->old_key, SIGN_PUBLIC_SIZE);
        mp_put_bin(out, l->new_key, SIGN_PUBLIC_SIZE);
        mp_put_bin(out, l->by_new, SIGNATURE_SIZE);
        mp_put_bin(out, l->by_old, SIGNATURE_SIZE);
    }
}

enum err keys_decode(struct keys *k, struct bytes encoded)
{
    struct mp r;

    mp_open(&r, encoded);
    k->count = mp_array(&r, KEYS_MAX);
    for (size_t i = 0; i < k->count; i++) {
        struct key_link *l = &k->link[i];

        mp_expect_array(&r, 4);
        memcpy(l->old_key, mp_bin_exact(&r, SIGN_PUBLIC_SIZE), SIGN_PUBLIC_SIZE);
        memcpy(l->new_key, mp_bin_exact(&r, SIGN_PUBLIC_SIZE), SIGN_PUBLIC_SIZE);
        memcpy(l->by_new, mp_bin_exact(&r, SIGNATURE_SIZE), SIGNATURE_SIZE);
        memcpy(l->by_old, mp_bin_exact(&r, SIGNATURE_SIZE), SIGNATURE_SIZE);
    }
    if (k->count == 0)
        mp_fail(&r, ERR_BAD_FRAME);
    return mp_close(&r);
}

static enum err link_verify(const struct key_link *l, const struct id *ward)
{
    struct control c = {.ward = *ward, .kind = CONTROL_KEY};
    struct buf message = {0};
    bool holds;

    stated(ward, l, &message);
    holds = sign_check(l->by_old, CONTEXT, buf_bytes(&message), l->old_key);
    buf_deinit(&message);
    memcpy(c.is.key.key, l->new_key, SIGN_PUBLIC_SIZE);
    memcpy(c.is.key.signature, l->by_new, SIGNATURE_SIZE);
    return holds ? control_key_verify(&c, l->old_key) : ERR_BAD_PROOF;
}

enum err keys_verify(const struct keys *k, const struct id *ward)
{
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < k->count; i++) {
        e = link_verify(&k->link[i], ward);
        if (i > 0 && !crypto_equal(k->link[i].old_key, k->link[i - 1].new_key, SIGN_PUBLIC_SIZE))
            e = ERR_BAD_PROOF;
    }
    return e;
}

const uint8_t *keys_at(const struct keys *k, size_t place)
{
    assert(k->count > 0 && place <= k->count);
    return place == 0 ? k->link[0].old_key : k->link[place - 1].new_key;
}

bool keys_find(const struct keys *k, const uint8_t key[SIGN_PUBLIC_SIZE], size_t *place)
{
    for (size_t i = 0; k->count > 0 && i <= k->count; i++)
        if (crypto_equal(keys_at(k, i), key, SIGN_PUBLIC_SIZE)) {
            *place = i;
            return true;
        }
    return false;
}
