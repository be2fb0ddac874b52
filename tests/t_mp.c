/* t_mp.c - canonical MessagePack. Bytes are written by hand from the MessagePack specification. Random and damaged
 * input is in t_mp_random.c. */
#include "../proto/mp.h"
#include "test.h"

static struct buf hex(const char *text)
{
    struct buf b = { 0 };
    hex_to_buf(text, &b);
    return b;
}

/* --- integers --- */

static const struct int_row {
    int64_t value;
    const char *hex;
} int_rows[] = {
    { 0, "00" },
    { 127, "7f" },
    { 128, "cc80" },
    { 255, "ccff" },
    { 256, "cd0100" },
    { 65535, "cdffff" },
    { 65536, "ce00010000" },
    { 4294967295, "ceffffffff" },
    { 4294967296, "cf0000000100000000" },
    { INT64_MAX, "cf7fffffffffffffff" },
    { -1, "ff" },
    { -32, "e0" },
    { -33, "d0df" },
    { -128, "d080" },
    { -129, "d1ff7f" },
    { -32768, "d18000" },
    { -32769, "d2ffff7fff" },
    { -2147483648, "d280000000" },
    { -2147483649, "d3ffffffff7fffffff" },
    { INT64_MIN, "d38000000000000000" },
};

TEST(integers_at_every_boundary_both_ways)
{
    for (size_t i = 0; i < ARRAY_LEN(int_rows); i++) {
        struct buf want = hex(int_rows[i].hex), got = { 0 };
        struct mp r;

        mp_put_int(&got, int_rows[i].value);
        CHECK_BYTES(buf_bytes(&got), buf_bytes(&want));
        mp_open(&r, buf_bytes(&want));
        CHECK_EQ(mp_peek(&r), MP_INT);
        CHECK_EQ(mp_int(&r), int_rows[i].value);
        CHECK_EQ(mp_peek(&r), MP_END);
        CHECK_EQ(mp_close(&r), ERR_OK);
        if (int_rows[i].value >= 0) {
            buf_clear(&got);
            mp_put_uint(&got, (uint64_t)int_rows[i].value);
            CHECK_BYTES(buf_bytes(&got), buf_bytes(&want));
        }
        buf_deinit(&want);
        buf_deinit(&got);
    }
}

static enum err read_uint(const char *text, uint64_t max, uint64_t *v)
{
    struct buf b = hex(text);
    struct mp r;

    mp_open(&r, buf_bytes(&b));
    *v = mp_uint(&r, max);
    enum err e = mp_close(&r);
    buf_deinit(&b);
    return e;
}

TEST(unsigned_integers_know_their_bound)
{
    uint64_t v;

    CHECK_EQ(read_uint("cfffffffffffffffff", UINT64_MAX, &v), ERR_OK);
    CHECK(v == UINT64_MAX);
    CHECK_EQ(read_uint("ccff", 255, &v), ERR_OK);
    CHECK_EQ(v, 255);
    CHECK_EQ(read_uint("cd0100", 255, &v), ERR_BAD_FRAME);
    CHECK_EQ(v, 0);
    CHECK_EQ(read_uint("ff", UINT64_MAX, &v), ERR_BAD_FRAME);
    CHECK_EQ(read_uint("c0", UINT64_MAX, &v), ERR_BAD_FRAME);

    struct buf b = hex("cf8000000000000000");
    struct mp r;
    mp_open(&r, buf_bytes(&b));
    CHECK_EQ(mp_int(&r), 0);
    CHECK_EQ(mp_close(&r), ERR_BAD_FRAME);
    buf_deinit(&b);
}

/* --- str, bin, array --- */

static const struct size_row {
    size_t size;
    const char *str, *bin, *array; /* heads; NULL: over the bound of arrays */
} size_rows[] = {
    { 0, "a0", "c400", "90" },
    { 1, "a1", "c401", "91" },
    { 15, "af", "c40f", "9f" },
    { 16, "b0", "c410", "dc0010" },
    { 31, "bf", "c41f", "dc001f" },
    { 32, "d920", "c420", "dc0020" },
    { 255, "d9ff", "c4ff", "dc00ff" },
    { 256, "da0100", "c50100", "dc0100" },
    { 4096, "da1000", "c51000", "dc1000" },
    { 4097, "da1001", "c51001", NULL },
    { 65535, "daffff", "c5ffff", NULL },
    { 65536, "db00010000", "c600010000", NULL },
};

static void check_str_bin(const struct size_row *row)
{
    struct buf str = hex(row->str), bin = hex(row->bin), got = { 0 };
    size_t str_head = str.n, bin_head = bin.n;
    struct mp r;

    memset(buf_grow(&str, row->size), 'a', row->size);
    memset(buf_grow(&bin, row->size), 0xee, row->size);
    mp_put_str(&got, bytes_cut(buf_bytes(&str), str_head));
    CHECK_BYTES(buf_bytes(&got), buf_bytes(&str));
    buf_clear(&got);
    mp_put_bin(&got, bin.p + bin_head, row->size);
    CHECK_BYTES(buf_bytes(&got), buf_bytes(&bin));

    mp_open(&r, buf_bytes(&str));
    CHECK_BYTES(mp_str(&r, row->size), bytes_cut(buf_bytes(&str), str_head));
    CHECK_EQ(mp_close(&r), ERR_OK);
    mp_open(&r, buf_bytes(&bin));
    CHECK_EQ(mp_peek(&r), MP_BIN);
    CHECK_BYTES(mp_bin(&r, row->size), bytes_cut(buf_bytes(&bin), bin_head));
    CHECK_EQ(mp_close(&r), ERR_OK);
    if (row->size > 0) {
        mp_open(&r, buf_bytes(&str));
        CHECK_EQ(mp_str(&r, row->size - 1).n, 0);
        CHECK_EQ(mp_close(&r), ERR_BAD_FRAME);
        mp_open(&r, buf_bytes(&bin));
        CHECK_EQ(mp_bin(&r, row->size - 1).n, 0);
        CHECK_EQ(mp_close(&r), ERR_BAD_FRAME);
    }
    buf_deinit(&str);
    buf_deinit(&bin);
    buf_deinit(&got);
}

static void check_array(const struct size_row *row)
{
    struct buf array = hex(row->array), got = { 0 };
    struct mp r;

    memset(buf_grow(&array, row->size), 0xc0, row->size);
    mp_put_array(&got, row->size);
    for (size_t i = 0; i < row->size; i++)
        mp_put_nil(&got);
    CHECK_BYTES(buf_bytes(&got), buf_bytes(&array));
    mp_open(&r, buf_bytes(&array));
    CHECK_EQ(mp_array(&r, row->size), row->size);
    for (size_t i = 0; i < row->size; i++)
        CHECK(mp_nil(&r));
    CHECK(!mp_nil(&r));
    CHECK_EQ(mp_close(&r), ERR_OK);
    buf_deinit(&array);
    buf_deinit(&got);
}

TEST(sizes_at_every_boundary_both_ways)
{
    for (size_t i = 0; i < ARRAY_LEN(size_rows); i++) {
        check_str_bin(&size_rows[i]);
        if (size_rows[i].array != NULL)
            check_array(&size_rows[i]);
    }
}

/* --- what is refused --- */

static void check_refused(const char *text)
{
    struct buf b = hex(text);
    struct mp r;

    if (!CHECK_EQ(mp_check(buf_bytes(&b)), ERR_BAD_FRAME))
        CHECK_STR(text, "refused");
    mp_open(&r, buf_bytes(&b));
    CHECK_EQ(mp_peek(&r), MP_END);
    CHECK_EQ(mp_raw(&r).n, 0);
    CHECK_EQ(mp_close(&r), ERR_BAD_FRAME);
    CHECK_EQ(mp_close(&r), ERR_BAD_FRAME);
    buf_deinit(&b);
}

TEST(longer_forms_than_needed_are_refused)
{
    static const char *const longer[] = {
        "cc00", "cc7f", "cd0000", "cd00ff", "ce00000000", "ce0000ffff", "cf0000000000000000", "cf00000000ffffffff",
        "d0ff", "d0e0", "d000", "d07f", "d1ff80", "d1ffff", "d10001", "d17fff", "d2ffff8000", "d2ffffffff",
        "d200000001", "d27fffffff", "d3ffffffff80000000", "d3ffffffffffffffff", "d30000000000000001",
        "d37fffffffffffffff", "d900", "d90161", "da000161", "db0000000161", "c5000100", "c60000000100", "dc0000",
        "dc0001c0", "dd00000000", "dd00000001c0",
    };
    for (size_t i = 0; i < ARRAY_LEN(longer); i++)
        check_refused(longer[i]);

    /* The longest of each short form, written in the next longer one. */
    static const struct {
        const char *head;
        size_t size;
        uint8_t fill;
    } rows[] = {
        { "d91f", 31, 'a' },         { "da00ff", 255, 'a' },     { "db0000ffff", 65535, 'a' }, { "c500ff", 255, 0 },
        { "c60000ffff", 65535, 0 },  { "dc000f", 15, 0xc0 },     { "dd0000000f", 15, 0xc0 },
        { "dd00001000", 4096, 0xc0 },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf b = hex(rows[i].head);
        memset(buf_grow(&b, rows[i].size), rows[i].fill, rows[i].size);
        CHECK_EQ(mp_check(buf_bytes(&b)), ERR_BAD_FRAME);
        buf_deinit(&b);
    }
}

TEST(types_that_are_not_ours_are_refused)
{
    static const char *const foreign[] = {
        "c2", "c3", "ca3f800000", "cb3ff0000000000000", "80", "81c0c0", "de0000", "df00000000", "c1", "d40100",
        "d5010000", "d60100000000", "d7010000000000000000", "d80100000000000000000000000000000000", "c70001",
        "c8000001", "c90000000001", "91c2", "92c080", "9191ca3f800000",
    };
    for (size_t i = 0; i < ARRAY_LEN(foreign); i++)
        check_refused(foreign[i]);
}

TEST(lying_lengths_are_refused)
{
    static const char *const lies[] = {
        "", "a1", "a26f", "d920", "d9", "da", "da01", "daffff00", "db", "dbffffffff", "dbffffffff00", "c4", "c401",
        "c5ffff", "c6ffffffff", "c6ffff", "91", "92c0", "9f", "dc", "dc00", "dcffff", "dc0fffc0", "dd", "ddffffffff",
        "dd7fffffffc0", "cc", "cd00", "ce000000", "cf00000000000000", "d0", "d1ff", "d2ffffff", "d3ffffffffffffff",
        "0000", "c0c0", "90c0", "91c0c0", "a100c0", "9191c0c0", "dd10000000",
    };
    for (size_t i = 0; i < ARRAY_LEN(lies); i++)
        check_refused(lies[i]);
}

TEST(text_that_is_not_utf8_is_refused)
{
    static const char *const bad[] = {
        "a180", "a2c080", "a2c1bf", "a3e09fbf", "a3eda080", "a3edbfbf", "a4f08fbfbf", "a4f4908080", "a4f5808080",
        "a1c3", "a2e1bb", "a3f09f87", "a1ff", "91a1fe", "92a161a1bf",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        check_refused(bad[i]);
    struct buf good = hex("96 a100 a2c280 a3e0a080 a3ed9fbf a4f0908080 a4f48fbfbf");
    CHECK_EQ(mp_check(buf_bytes(&good)), ERR_OK);
    buf_deinit(&good);
    good = hex("c403 ffc080"); /* bin may hold anything */
    CHECK_EQ(mp_check(buf_bytes(&good)), ERR_OK);
    buf_deinit(&good);
}

TEST(eight_arrays_deep_and_no_deeper)
{
    struct buf deepest = hex("9191919191919191 05");
    struct mp r;

    mp_open(&r, buf_bytes(&deepest));
    for (int i = 0; i < 8; i++)
        mp_expect_array(&r, 1);
    CHECK_EQ(mp_uint(&r, 5), 5);
    CHECK_EQ(mp_close(&r), ERR_OK);
    buf_deinit(&deepest);
    check_refused("919191919191919191 05");
    check_refused("919191919191919190");
    deepest = hex("92919191919191 90 91919191919190");
    CHECK_EQ(mp_check(buf_bytes(&deepest)), ERR_OK);
    buf_deinit(&deepest);
}

TEST(as_many_elements_as_the_bound_and_no_more)
{
    struct buf b = hex("dc1001");

    memset(buf_grow(&b, 4097), 0xc0, 4097);
    CHECK_EQ(mp_check(buf_bytes(&b)), ERR_BAD_FRAME);
    b.p[2] = 0;
    b.n--;
    CHECK_EQ(mp_check(buf_bytes(&b)), ERR_OK);
    buf_deinit(&b);
}

/* --- reading in order --- */

#define SAMPLE "98 c0 d1ff7f a26869 c4020102 93019002 91c0 cd0100 a3e1bb8d"

TEST(values_come_in_order_and_slices_are_exact)
{
    struct buf b = hex(SAMPLE), inner = hex("93019002");
    struct mp r;

    mp_open(&r, buf_bytes(&b));
    CHECK_EQ(mp_peek(&r), MP_ARRAY);
    mp_expect_array(&r, 8);
    CHECK_EQ(mp_peek(&r), MP_NIL);
    CHECK(mp_nil(&r));
    CHECK(!mp_nil(&r));
    CHECK_EQ(mp_int(&r), -129);
    CHECK_BYTES(mp_str(&r, 2), bytes_of_str("hi"));
    CHECK_MEM(mp_bin_exact(&r, 2), "\x01\x02", 2);
    CHECK_BYTES(mp_raw(&r), buf_bytes(&inner));
    CHECK_EQ(mp_array(&r, 1), 1);
    CHECK(mp_nil(&r));
    CHECK_EQ(mp_peek(&r), MP_INT); /* behind the inner array */
    CHECK_EQ(mp_uint(&r, 256), 256);
    CHECK_EQ(mp_peek(&r), MP_STR);
    struct bytes text = mp_str(&r, 3);
    CHECK_EQ(mp_peek(&r), MP_END);
    CHECK_EQ(mp_error(&r), ERR_OK);
    CHECK_EQ(mp_close(&r), ERR_OK);
    CHECK_EQ(mp_close(&r), ERR_OK);
    CHECK(text.p == b.p + b.n - 3); /* borrowed from what was opened, also after the end */
    buf_deinit(&b);
    buf_deinit(&inner);
}

TEST(raw_slices_of_all_values_are_the_whole)
{
    struct buf b = hex(SAMPLE), again = hex("98");
    struct mp r;

    mp_open(&r, buf_bytes(&b));
    for (size_t n = mp_array(&r, 8); n > 0; n--)
        mp_put_raw(&again, mp_raw(&r));
    CHECK_EQ(mp_close(&r), ERR_OK);
    CHECK_BYTES(buf_bytes(&again), buf_bytes(&b));
    mp_open(&r, buf_bytes(&b));
    CHECK_BYTES(mp_raw(&r), buf_bytes(&b));
    CHECK_EQ(mp_close(&r), ERR_OK);
    buf_deinit(&b);
    buf_deinit(&again);
}

TEST(the_first_error_stays_and_reads_give_nothing)
{
    struct buf b = hex("93 a161 05 c0");
    struct mp r;
    static const uint8_t zeros[64];

    mp_open(&r, buf_bytes(&b));
    mp_expect_array(&r, 3);
    CHECK_EQ(mp_uint(&r, 9), 0); /* it is a str */
    CHECK_EQ(mp_error(&r), ERR_BAD_FRAME);
    mp_fail(&r, ERR_BAD_VALUE);
    CHECK_EQ(mp_peek(&r), MP_END);
    CHECK_EQ(mp_str(&r, 9).n, 0);
    CHECK(!mp_nil(&r));
    CHECK_EQ(mp_int(&r), 0);
    CHECK_EQ(mp_array(&r, 9), 0);
    CHECK_EQ(mp_raw(&r).n, 0);
    CHECK_MEM(mp_bin_exact(&r, 64), zeros, 64);
    CHECK_EQ(mp_close(&r), ERR_BAD_FRAME);
    CHECK_EQ(mp_close(&r), ERR_BAD_FRAME);

    mp_open(&r, buf_bytes(&b));
    mp_fail(&r, ERR_TOO_LONG);
    CHECK_EQ(mp_array(&r, 3), 0);
    CHECK_EQ(mp_close(&r), ERR_TOO_LONG);
    buf_deinit(&b);
}

TEST(what_is_left_over_is_an_error)
{
    struct buf b = hex("92 91c0 05");
    struct mp r;

    mp_open(&r, buf_bytes(&b));
    CHECK_EQ(mp_close(&r), ERR_BAD_FRAME);
    mp_open(&r, buf_bytes(&b));
    mp_expect_array(&r, 2);
    mp_raw(&r);
    CHECK_EQ(mp_close(&r), ERR_BAD_FRAME);
    mp_open(&r, buf_bytes(&b));
    mp_expect_array(&r, 1);
    CHECK_EQ(mp_close(&r), ERR_BAD_FRAME);
    mp_open(&r, buf_bytes(&b));
    mp_expect_array(&r, 3);
    CHECK_EQ(mp_close(&r), ERR_BAD_FRAME);
    buf_deinit(&b);
    b = hex("c40101");
    mp_open(&r, buf_bytes(&b));
    CHECK_EQ(mp_bin_exact(&r, 2)[0], 0); /* a bin shorter than asked for */
    CHECK_EQ(mp_close(&r), ERR_BAD_FRAME);
    buf_deinit(&b);
}

/* --- order of values (protocol.md 5.2) --- */

TEST(values_are_ordered_by_type_number_then_bytes)
{
    static const char *const rising[] = {
        "c0", "d38000000000000000", "d280000000", "d18000", "d1ff7f", "d080", "d0df", "e0", "fe", "ff", "00", "01",
        "7f", "cc80", "cd0100", "ce00010000", "cf0000000100000000", "cfffffffffffffffff", "a0", "a100", "a161", "a162",
        "a26161", "a3c3a161", "d9206161616161616161616161616161616161616161616161616161616161616161", "c400", "c40100",
        "c401ff", "c4020000", "90", "91c0", "92c0c0", "93c00001", "9105", "920501", "920502", "920590", "9206ff",
        "91a0", "91a161", "92a161c0", "9190", "929005", "9191c0", "929105ff", "92920505c0", "92920505ff",
    };
    for (size_t i = 0; i < ARRAY_LEN(rising); i++) {
        for (size_t j = 0; j < ARRAY_LEN(rising); j++) {
            struct buf a = hex(rising[i]), b = hex(rising[j]);
            int got = mp_compare(buf_bytes(&a), buf_bytes(&b));
            if (!CHECK_EQ((got > 0) - (got < 0), (i > j) - (i < j)))
                CHECK_STR(rising[i], rising[j]);
            buf_deinit(&a);
            buf_deinit(&b);
        }
    }
}
