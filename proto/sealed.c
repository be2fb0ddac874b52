/* sealed.c - see sealed.h. */
#include "sealed.h"

#include "limits.h"
#include "mp.h"

#define CONTEXT "chibo1/seal"
#define ASSOCIATED_SIZE (sizeof(CONTEXT) + ID_SIZE + 4)

static void associated_make(uint8_t out[ASSOCIATED_SIZE], const struct id *record, uint32_t tag);
static enum err sealed_decode(struct bytes sealed, const uint8_t **key_id, struct bytes *ciphertext);

void sealed_encode(const uint8_t key_id[SEALED_KEY_ID_SIZE], const uint8_t key[KEY_SIZE],
                   const uint8_t nonce[AEAD_NONCE_SIZE], const struct id *record, uint32_t tag, struct bytes value,
                   struct buf *out)
{
    uint8_t associated[ASSOCIATED_SIZE];
    struct buf ciphertext = {0};

    associated_make(associated, record, tag);
    uint8_t *at = buf_grow(&ciphertext, value.n + AEAD_OVERHEAD);
    crypto_seal_with_nonce(at, key, nonce, value, bytes_of(associated, sizeof(associated)));
    mp_put_array(out, 2);
    mp_put_bin(out, key_id, SEALED_KEY_ID_SIZE);
    mp_put_bin(out, ciphertext.p, ciphertext.n);
    buf_deinit(&ciphertext);
}

enum err sealed_key_id(struct bytes sealed, uint8_t key_id[SEALED_KEY_ID_SIZE])
{
    const uint8_t *found;
    struct bytes ciphertext;
    enum err e = sealed_decode(sealed, &found, &ciphertext);

    if (e == ERR_OK)
        memcpy(key_id, found, SEALED_KEY_ID_SIZE);
    return e;
}

enum err sealed_open(struct bytes sealed, const uint8_t key[KEY_SIZE], const struct id *record, uint32_t tag,
                     struct buf *out)
{
    uint8_t associated[ASSOCIATED_SIZE];
    const uint8_t *key_id;
    struct bytes ciphertext;
    struct buf value = {0};
    enum err e = sealed_decode(sealed, &key_id, &ciphertext);

    if (e != ERR_OK)
        return e;
    if (ciphertext.n <= AEAD_OVERHEAD)
        return ERR_DAMAGED;
    associated_make(associated, record, tag);
    uint8_t *at = buf_grow(&value, ciphertext.n - AEAD_OVERHEAD);
    e = crypto_open(at, key, ciphertext, bytes_of(associated, sizeof(associated)));
    if (e == ERR_OK)
        e = mp_check(buf_bytes(&value));
    if (e == ERR_OK)
        buf_put_bytes(out, buf_bytes(&value));
    buf_wipe_deinit(&value);
    return e;
}

static void associated_make(uint8_t out[ASSOCIATED_SIZE], const struct id *record, uint32_t tag)
{
    memcpy(out, CONTEXT, sizeof(CONTEXT));
    memcpy(out + sizeof(CONTEXT), record->b, ID_SIZE);
    store_u32(out + sizeof(CONTEXT) + ID_SIZE, tag);
}

static enum err sealed_decode(struct bytes sealed, const uint8_t **key_id, struct bytes *ciphertext)
{
    struct mp r;

    mp_open(&r, sealed);
    mp_expect_array(&r, 2);
    *key_id = mp_bin_exact(&r, SEALED_KEY_ID_SIZE);
    *ciphertext = mp_bin(&r, CHANGE_BODY_MAX);
    return mp_close(&r);
}
