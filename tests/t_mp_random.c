/* t_mp_random.c - damaged and random input to the checker. The second opinion is msgpack-c itself, told nothing of our
 * rules: what the checker accepts, it unpacks, and packs again to the same bytes; so what is accepted is canonical. */
#include "../proto/mp.h"
#include "test.h"

#include <msgpack.h>
#include <stdlib.h>

static int put_bytes(void *data, const char *p, size_t n)
{
    buf_put(data, p, n);
    return 0;
}

/* Unpacked and packed again by msgpack-c alone. */
static bool is_canonical(struct bytes b)
{
    struct buf again = { 0 };
    msgpack_packer pk;
    msgpack_object o;
    size_t off = 0;
    msgpack_zone zone;

    msgpack_zone_init(&zone, 4096);
    bool ok = msgpack_unpack((const char *)b.p, b.n, &off, &zone, &o) == MSGPACK_UNPACK_SUCCESS && off == b.n;
    if (ok) {
        msgpack_packer_init(&pk, &again, put_bytes);
        msgpack_pack_object(&pk, o);
        ok = bytes_equal(buf_bytes(&again), b);
    }
    msgpack_zone_destroy(&zone);
    buf_deinit(&again);
    return ok;
}

/* Reads everything through the reader and writes it again. */
static void copy_value(struct mp *r, struct buf *out)
{
    size_t n;

    switch (mp_peek(r)) {
    case MP_NIL:
        CHECK(mp_nil(r));
        mp_put_nil(out);
        break;
    case MP_INT: {
        struct bytes raw = bytes_cut(r->all, r->at);
        if (raw.p[0] == 0xcf)
            mp_put_uint(out, mp_uint(r, UINT64_MAX));
        else
            mp_put_int(out, mp_int(r));
        break;
    }
    case MP_STR:
        mp_put_str(out, mp_str(r, SIZE_MAX));
        break;
    case MP_BIN: {
        struct bytes bin = mp_bin(r, SIZE_MAX);
        mp_put_bin(out, bin.p, bin.n);
        break;
    }
    case MP_ARRAY:
        n = mp_array(r, MP_ELEMENTS_MAX);
        mp_put_array(out, n);
        for (; n > 0; n--)
            copy_value(r, out);
        break;
    case MP_END:
        CHECK(false);
    }
}

/* In memory of exactly its size, so that a sanitizer sees a byte read too many. True: accepted. */
static bool examine(struct bytes sample)
{
    uint8_t *own = mem_alloc(sample.n);
    struct bytes b = bytes_of(own, sample.n);
    struct buf again = { 0 };
    struct mp r;

    if (sample.n > 0)
        memcpy(own, sample.p, sample.n);
    bool accepted = mp_check(b) == ERR_OK;
    mp_open(&r, b);
    CHECK_EQ(mp_error(&r) == ERR_OK, accepted);
    if (accepted) {
        CHECK(is_canonical(b));
        CHECK_EQ(mp_compare(b, b), 0);
        copy_value(&r, &again);
        CHECK_BYTES(buf_bytes(&again), b);
    }
    CHECK_EQ(mp_close(&r) == ERR_OK, accepted);
    buf_deinit(&again);
    free(own);
    return accepted;
}

/* A tree of values by chance; depth is how much deeper it may go. */
static void put_random(struct buf *b, uint64_t *chance, int depth)
{
    static const size_t sizes[] = { 0, 1, 5, 15, 16, 31, 32, 100, 255, 256, 700 };
    uint64_t what = test_random(chance) % (depth > 0 ? 8 : 6);
    size_t n = sizes[test_random(chance) % ARRAY_LEN(sizes)];

    switch (what) {
    case 0:
        mp_put_nil(b);
        break;
    case 1:
        mp_put_uint(b, test_random(chance) >> test_random(chance) % 64);
        break;
    case 2:
        mp_put_int(b, -(int64_t)(test_random(chance) >> (1 + test_random(chance) % 63)));
        break;
    case 3:
        mp_put_str(b, bytes_of_str("Nghị quyết đại hội"));
        break;
    case 4:
    case 5: {
        uint8_t fill[700];
        memset(fill, 'x', sizeof(fill));
        if (what == 4)
            mp_put_str(b, bytes_of(fill, n));
        else
            mp_put_bin(b, fill, n);
        break;
    }
    default:
        n = test_random(chance) % 20;
        mp_put_array(b, n);
        for (; n > 0; n--)
            put_random(b, chance, depth - 1);
    }
}

/* Each cut is read from its beginning: n * n / 2 bytes. Under a sanitizer, which is ten times as slow, one cut of eight,
 * but in memory that ends where the cut does: a byte read too many is what it is there to see. */
#ifdef __SANITIZE_ADDRESS__
#define CUT_STEP 8
#else
#define CUT_STEP 1
#endif

static enum err check_cut(const uint8_t *p, size_t n)
{
    uint8_t *own = mem_alloc(n);
    enum err e;

    if (n > 0)
        memcpy(own, p, n);
    e = mp_check(bytes_of(own, n));
    free(own);
    return e;
}

TEST(every_cut_of_a_large_sample_is_refused)
{
    struct buf b = { 0 };
    uint64_t chance = 7;

    mp_put_array(&b, 300);
    for (int i = 0; i < 300; i++)
        put_random(&b, &chance, 2);
    CHECK(b.n > 20000);
    CHECK(examine(buf_bytes(&b)));
    for (size_t n = 0; n < b.n; n += CUT_STEP)
        CHECK_EQ(check_cut(b.p, n), ERR_BAD_FRAME);
    buf_put_u8(&b, 0xc0);
    CHECK_EQ(mp_check(buf_bytes(&b)), ERR_BAD_FRAME);
    buf_deinit(&b);
}

TEST(every_flipped_bit_is_refused_or_canonical)
{
    struct buf b = { 0 };
    size_t accepted = 0;

    hex_to_buf("9a c0 d1ff7f a26869 c4020102 93019002 91c0 cd0100 a3e1bb8d cf0000000100000000"
               "d9206e6768e1bb8b207175796574 20 c491e1baa169 20 68e1bb996920786969696969", &b);
    REQUIRE(examine(buf_bytes(&b)));
    for (size_t bit = 0; bit < 8 * b.n; bit++) {
        b.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
        accepted += examine(buf_bytes(&b));
        b.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    CHECK(accepted > 50); /* letters and numbers changed */
    buf_deinit(&b);
}

TEST(random_trees_are_accepted_and_survive_damage_or_are_refused)
{
    uint64_t chance = 2026;
    size_t accepted = 0;

    for (int round = 0; round < 3000; round++) {
        struct buf b = { 0 };
        put_random(&b, &chance, 4);
        CHECK(examine(buf_bytes(&b)));
        for (int i = 0; i < 8; i++) {
            b.p[test_random(&chance) % (b.n < 200 ? b.n : 200)] = (uint8_t)test_random(&chance);
            accepted += examine(buf_bytes(&b));
        }
        buf_deinit(&b);
    }
    CHECK(accepted > 1000);
}

TEST(random_bytes_are_refused_or_canonical)
{
    uint64_t chance = 11;
    size_t accepted = 0;

    for (int round = 0; round < 300000; round++) {
        uint8_t b[24];
        size_t n = 1 + test_random(&chance) % sizeof(b);
        for (size_t i = 0; i < n; i++) {
            uint64_t v = test_random(&chance);
            b[i] = (uint8_t)(v & 0x300 ? v : 0x90 | (v & 0x0f)); /* more arrays than chance would make */
        }
        accepted += examine(bytes_of(b, n));
    }
    CHECK(accepted > 1000);
}
