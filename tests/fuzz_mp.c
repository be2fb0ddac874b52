/* fuzz_mp.c - any bytes as MessagePack: what the checker accepts is read to its end and written again to the same
 * bytes, and is ordered against its neighbour the same way from both sides. Also replayed by t_fuzz_replay.c. */
#include "../proto/mp.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void mp_must(bool holds)
{
    if (!holds)
        abort();
}

static void mp_copy(struct mp *r, struct buf *out)
{
    struct bytes bin;
    size_t n;

    switch (mp_peek(r)) {
    case MP_NIL:
        mp_must(mp_nil(r));
        mp_put_nil(out);
        break;
    case MP_INT:
        if (r->all.p[r->at] == 0xcf) /* perhaps above the signed ones */
            mp_put_uint(out, mp_uint(r, UINT64_MAX));
        else
            mp_put_int(out, mp_int(r));
        break;
    case MP_STR:
        mp_put_str(out, mp_str(r, SIZE_MAX));
        break;
    case MP_BIN:
        bin = mp_bin(r, SIZE_MAX);
        mp_put_bin(out, bin.p, bin.n);
        break;
    case MP_ARRAY:
        n = mp_array(r, MP_ELEMENTS_MAX);
        mp_put_array(out, n);
        for (; n > 0; n--)
            mp_copy(r, out);
        break;
    case MP_END:
        abort();
    }
}

/* The first two elements against each other. */
static void mp_order(struct bytes whole)
{
    struct mp r;

    mp_open(&r, whole);
    if (mp_peek(&r) == MP_ARRAY && mp_array(&r, MP_ELEMENTS_MAX) >= 2) {
        struct bytes a = mp_raw(&r), b = mp_raw(&r);
        int ab = mp_compare(a, b), ba = mp_compare(b, a);
        mp_must((ab > 0) == (ba < 0) && (ab < 0) == (ba > 0));
        mp_must((ab == 0) == bytes_equal(a, b));
    }
    enum err e = mp_close(&r);
    mp_must(e == ERR_OK || e == ERR_BAD_FRAME); /* what was not read is left over */
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct bytes input = bytes_of(p, n);
    struct buf out = { 0 };
    struct mp r;
    bool accepted = mp_check(input) == ERR_OK;

    mp_open(&r, input);
    mp_must(accepted == (mp_error(&r) == ERR_OK));
    if (accepted) {
        mp_copy(&r, &out);
        mp_must(bytes_equal(buf_bytes(&out), input));
        mp_must(mp_compare(input, input) == 0);
        mp_order(input);
    }
    mp_must((mp_close(&r) == ERR_OK) == accepted);
    buf_deinit(&out);
    return 0;
}
