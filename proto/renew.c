/* renew.c - see renew.h. */
#include "renew.h"

#include "mp.h"

void renew_encode(uint32_t incarnation, struct bytes sizes, struct buf *out)
{
    mp_put_array(out, 2);
    mp_put_uint(out, incarnation);
    mp_put_raw(out, sizes);
}

enum err renew_decode(struct renew *m, struct bytes body)
{
    struct bytes sizes;
    struct mp r;
    enum err e;

    mp_open(&r, body);
    mp_expect_array(&r, 2);
    m->incarnation = (uint32_t)mp_uint(&r, UINT32_MAX);
    sizes = mp_raw(&r);
    e = mp_close(&r);
    return e == ERR_OK ? message_sizes_decode(&m->sizes, sizes) : e;
}

void renew_show(uint8_t out[RATCHET_SIZE], const uint8_t ratchet[RATCHET_SIZE], uint32_t attempt)
{
    memcpy(out, ratchet, RENEW_PROOF_SIZE);
    store_u32(out + RENEW_PROOF_SIZE, attempt);
}

uint32_t renew_attempt(const uint8_t shown[RATCHET_SIZE])
{
    return load_u32(shown + RENEW_PROOF_SIZE);
}
