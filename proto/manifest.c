/* manifest.c - see manifest.h. */
#include "manifest.h"

#include "mp.h"

#define ELEMENTS 9

void manifest_encode(const struct manifest *m, struct buf *out)
{
    mp_put_array(out, ELEMENTS);
    mp_put_uint(out, PROTOCOL_VERSION);
    mp_put_uint(out, (uint64_t)m->direction);
    mp_put_bin(out, m->ward.b, ID_SIZE);
    mp_put_bin(out, m->device.b, ID_SIZE);
    mp_put_uint(out, m->incarnation);
    mp_put_bin(out, m->number, MANIFEST_NUMBER_SIZE);
    if (m->direction == MANIFEST_FROM_WARD)
        mp_put_bin(out, m->answers, MANIFEST_NUMBER_SIZE);
    else
        mp_put_nil(out);
    mp_put_uint(out, m->time);
    message_list_encode(&m->needs, out);
}

enum err manifest_decode(struct manifest *m, struct bytes body)
{
    struct bytes needs;
    struct mp r;
    uint64_t version;
    enum err e;

    memset(m, 0, sizeof *m);
    mp_open(&r, body);
    mp_array(&r, MP_ELEMENTS_MAX);
    version = mp_uint(&r, UINT64_MAX);
    e = mp_error(&r);
    (void)!mp_close(&r); /* what a later version goes on with is not ours to read */
    if (e == ERR_OK && version != PROTOCOL_VERSION)
        return ERR_TOO_NEW;
    mp_open(&r, body);
    mp_expect_array(&r, ELEMENTS);
    mp_uint(&r, UINT64_MAX);
    m->direction = (enum manifest_direction)mp_uint(&r, MANIFEST_FROM_WARD);
    m->ward = id_from(mp_bin_exact(&r, ID_SIZE));
    m->device = id_from(mp_bin_exact(&r, ID_SIZE));
    m->incarnation = (uint32_t)mp_uint(&r, UINT32_MAX);
    memcpy(m->number, mp_bin_exact(&r, MANIFEST_NUMBER_SIZE), MANIFEST_NUMBER_SIZE);
    if (m->direction == MANIFEST_FROM_WARD)
        memcpy(m->answers, mp_bin_exact(&r, MANIFEST_NUMBER_SIZE), MANIFEST_NUMBER_SIZE);
    else if (!mp_nil(&r))
        mp_fail(&r, ERR_BAD_FRAME);
    m->time = mp_uint(&r, TIME_MAX);
    needs = mp_raw(&r);
    e = mp_close(&r);
    return e == ERR_OK ? message_sizes_decode(&m->needs, needs) : e;
}
