/* t_text_utf8.c - the automaton of text_is_utf8 against utf8proc, which reads character by character. */
#include "../common/text.h"
#include "test.h"

static bool agree(const uint8_t *p, size_t n)
{
    struct bytes s = bytes_of(p, n);
    return text_is_utf8(s) == (text_utf8_prefix(s) == n);
}

TEST(every_sequence_of_three_bytes)
{
    size_t differences = 0;

    for (uint32_t v = 0; v < 0x1000000; v++) {
        uint8_t s[3] = { (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v };
        differences += !agree(s, 3);
    }
    CHECK_EQ(differences, 0);
}

/* Four bytes matter only behind the leads E0 and up; edges of every range in each place. */
TEST(four_and_five_bytes_at_the_edges)
{
    static const uint8_t edge[] = { 0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf,
                                    0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff };
    size_t differences = 0, count = ARRAY_LEN(edge);

    for (size_t v = 0; v < count * count * count * count * count; v++) {
        uint8_t s[5];
        size_t rest = v;
        for (size_t i = 0; i < 5; i++, rest /= count)
            s[i] = edge[rest % count];
        differences += !agree(s, 4) || !agree(s, 5);
    }
    CHECK_EQ(differences, 0);
}

TEST(what_rfc_3629_names)
{
    struct buf s = { 0 };

    CHECK(text_is_utf8(bytes_of("", 0)));
    CHECK(text_is_utf8(bytes_of_str("Nguyễn Thị Đạt — \xf0\x9f\x87\xbb")));
    hex_to_buf("efbfbf ed9fbf ee8080 f48fbfbf f0908080 dfbf e0a080 00", &s);
    CHECK(text_is_utf8(buf_bytes(&s)));
    static const char *const bad[] = { "c080", "c1bf", "e09fbf", "eda080", "edbfbf", "f08fbfbf", "f4908080", "f5808080",
                                       "80", "bf", "e1bb", "c3", "f09f87", "c3c3", "ff", "fe", "41c3" };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        buf_clear(&s);
        hex_to_buf(bad[i], &s);
        if (!CHECK(!text_is_utf8(buf_bytes(&s))))
            CHECK_STR(bad[i], "refused");
    }
    buf_deinit(&s);
}
