/* checkpoint.c - see checkpoint.h. */
#include "checkpoint.h"

#include "limits.h"
#include "mp.h"
#include "sign.h"

#define ELEMENTS 7
#define CONTEXT "chibo1/checkpoint"

void checkpoint_encode(const struct checkpoint *c, struct buf *out)
{
    mp_put_array(out, ELEMENTS);
    mp_put_uint(out, SUITE_1);
    mp_put_bin(out, c->ward.b, ID_SIZE);
    mp_put_bin(out, c->scope.b, ID_SIZE);
    mp_put_uint(out, c->epoch);
    mp_put_uint(out, c->size);
    mp_put_bin(out, c->root.b, HASH_SIZE);
    mp_put_uint(out, c->time);
}

enum err checkpoint_decode(struct checkpoint *c, struct bytes encoded)
{
    struct mp r;

    mp_open(&r, encoded);
    mp_expect_array(&r, ELEMENTS);
    if (mp_uint(&r, UINT64_MAX) != SUITE_1)
        mp_fail(&r, ERR_TOO_NEW);
    c->ward = id_from(mp_bin_exact(&r, ID_SIZE));
    c->scope = id_from(mp_bin_exact(&r, ID_SIZE));
    c->epoch = (uint32_t)mp_uint(&r, UINT32_MAX);
    c->size = mp_uint(&r, UINT64_MAX);
    memcpy(c->root.b, mp_bin_exact(&r, HASH_SIZE), HASH_SIZE);
    c->time = mp_uint(&r, UINT64_MAX);
    return mp_close(&r);
}

void checkpoint_sign(uint8_t signature[SIGNATURE_SIZE], const struct checkpoint *c,
                     const uint8_t secret_key[SIGN_SECRET_SIZE])
{
    struct buf encoded = {0};

    checkpoint_encode(c, &encoded);
    sign_make(signature, CONTEXT, buf_bytes(&encoded), secret_key);
    buf_deinit(&encoded);
}

enum err checkpoint_verify(const uint8_t signature[SIGNATURE_SIZE], const struct checkpoint *c,
                           const uint8_t public_key[SIGN_PUBLIC_SIZE])
{
    struct buf encoded = {0};

    checkpoint_encode(c, &encoded);
    bool holds = sign_check(signature, CONTEXT, buf_bytes(&encoded), public_key);
    buf_deinit(&encoded);
    return holds ? ERR_OK : ERR_BAD_PROOF;
}
