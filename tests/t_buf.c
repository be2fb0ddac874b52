/* t_buf.c - growing, cutting, comparing, and big-endian numbers. */
#include "test.h"

#include <stdlib.h>

TEST(an_empty_buffer_is_harmless)
{
    struct buf b = {0};

    buf_put(&b, NULL, 0);
    buf_put_str(&b, "");
    buf_drop_front(&b, 0);
    CHECK_EQ(buf_bytes(&b).n, 0);
    CHECK_STR(buf_cstr(&b), "");
    buf_deinit(&b);
    buf_deinit(&b);
    CHECK(b.p == NULL && b.n == 0 && b.cap == 0);
    buf_wipe_deinit(&b);
}

TEST(numbers_are_big_endian)
{
    struct buf b = {0};
    static const uint8_t want[] = {0x01, 0x12, 0x34, 0xfe, 0xdc, 0xba, 0x98, 0x80, 0x01,
                                   0x02, 0x03, 0x04, 0x05, 0x06, 0xff};

    buf_put_u8(&b, 1);
    buf_put_u16(&b, 0x1234);
    buf_put_u32(&b, 0xfedcba98u);
    buf_put_u64(&b, 0x80010203040506ffu);
    CHECK_BYTES(buf_bytes(&b), bytes_of(want, sizeof(want)));
    CHECK(load_u16(b.p + 1) == 0x1234);
    CHECK(load_u32(b.p + 3) == 0xfedcba98u);
    CHECK(load_u64(b.p + 7) == 0x80010203040506ffu);
    buf_deinit(&b);
}

TEST(growing_keeps_what_was_there)
{
    struct buf b = {0};

    for (unsigned i = 0; i < 100000; i++)
        buf_put_u32(&b, i);
    CHECK_EQ(b.n, 400000);
    unsigned wrong = 0;
    for (unsigned i = 0; i < 100000; i++)
        wrong += load_u32(b.p + 4 * (size_t)i) != i;
    CHECK_EQ(wrong, 0);
    size_t cap = b.cap;
    buf_clear(&b);
    CHECK(b.n == 0 && b.cap == cap);
    buf_deinit(&b);
}

TEST(dropping_the_front_moves_the_rest)
{
    struct buf b = {0};

    buf_put_str(&b, "sổ chi bộ");
    buf_drop_front(&b, strlen("sổ "));
    CHECK_STR(buf_cstr(&b), "chi bộ");
    CHECK_EQ(b.n, strlen("chi bộ"));
    buf_drop_front(&b, b.n);
    CHECK_EQ(b.n, 0);
    buf_deinit(&b);
}

TEST(printf_appends)
{
    struct buf b = {0};
    char longer[5001];

    memset(longer, 'x', 5000);
    longer[5000] = '\0';
    buf_put_str(&b, "a");
    buf_printf(&b, "%d-%s", 42, "b");
    CHECK_STR(buf_cstr(&b), "a42-b");
    buf_printf(&b, "%s", longer);
    CHECK_EQ(b.n, 5005);
    CHECK_EQ(strlen(buf_cstr(&b)), 5005);
    buf_printf(&b, "%s", "");
    CHECK_EQ(b.n, 5005);
    buf_deinit(&b);
}

/* Texts that just fill what was reserved: the sanitizers see the NUL that would not fit. */
TEST(printf_of_every_length)
{
    for (int length = 0; length <= 300; length++) {
        struct buf b = {0};
        buf_printf(&b, "%*d", length, 7);
        CHECK_EQ(b.n, length == 0 ? 1 : length);
        CHECK_EQ(buf_cstr(&b)[b.n - 1], '7');
        buf_deinit(&b);
    }
}

static int sign(int n)
{
    return (n > 0) - (n < 0);
}

TEST(order_of_bytes)
{
    static const char *ascending[] = {"", "a", "aa", "ab", "b", "\xff"};

    for (unsigned i = 0; i < ARRAY_LEN(ascending); i++)
        for (unsigned j = 0; j < ARRAY_LEN(ascending); j++) {
            struct bytes a = bytes_of_str(ascending[i]), b = bytes_of_str(ascending[j]);
            CHECK_EQ(sign(bytes_compare(a, b)), sign((int)i - (int)j));
            CHECK_EQ(bytes_equal(a, b), i == j);
        }
    CHECK(bytes_equal(bytes_of(NULL, 0), bytes_of_str("")));
}

TEST(cutting)
{
    struct bytes b = bytes_of_str("abc");

    CHECK_BYTES(bytes_cut(b, 0), b);
    CHECK_BYTES(bytes_cut(b, 2), bytes_of_str("c"));
    CHECK_EQ(bytes_cut(b, 3).n, 0);
    CHECK_EQ(bytes_cut(bytes_of(NULL, 0), 0).n, 0);
}

TEST(memory_comes_zeroed)
{
    static const uint8_t zeros[1000];
    uint8_t *p = mem_alloc(sizeof(zeros));

    CHECK_MEM(p, zeros, sizeof(zeros));
    free(p);
    free(mem_alloc(0));
}
