/* Text: UTF-8, NFC, cleaning, folding, width. Expected values come from RFC 3629, UAX #15 and Python's unicodedata. */
#include "../common/text.h"
#include "test.h"


/* Every vowel with every tone (ngang huyền sắc hỏi ngã nặng), both cases, precomposed. */
static const struct vowel {
    const char *base; /* without marks, lower case */
    const char *mark; /* of the vowel, not of the tone: breve, circumflex or horn */
    const char *lower[6];
    const char *upper[6];
} vowels[] = {
#define BREVE "\xCC\x86"
#define CIRCUMFLEX "\xCC\x82"
#define HORN "\xCC\x9B"
    { "a", "", { "a", "à", "á", "ả", "ã", "ạ" }, { "A", "À", "Á", "Ả", "Ã", "Ạ" } },
    { "a", BREVE, { "ă", "ằ", "ắ", "ẳ", "ẵ", "ặ" }, { "Ă", "Ằ", "Ắ", "Ẳ", "Ẵ", "Ặ" } },
    { "a", CIRCUMFLEX, { "â", "ầ", "ấ", "ẩ", "ẫ", "ậ" }, { "Â", "Ầ", "Ấ", "Ẩ", "Ẫ", "Ậ" } },
    { "e", "", { "e", "è", "é", "ẻ", "ẽ", "ẹ" }, { "E", "È", "É", "Ẻ", "Ẽ", "Ẹ" } },
    { "e", CIRCUMFLEX, { "ê", "ề", "ế", "ể", "ễ", "ệ" }, { "Ê", "Ề", "Ế", "Ể", "Ễ", "Ệ" } },
    { "i", "", { "i", "ì", "í", "ỉ", "ĩ", "ị" }, { "I", "Ì", "Í", "Ỉ", "Ĩ", "Ị" } },
    { "o", "", { "o", "ò", "ó", "ỏ", "õ", "ọ" }, { "O", "Ò", "Ó", "Ỏ", "Õ", "Ọ" } },
    { "o", CIRCUMFLEX, { "ô", "ồ", "ố", "ổ", "ỗ", "ộ" }, { "Ô", "Ồ", "Ố", "Ổ", "Ỗ", "Ộ" } },
    { "o", HORN, { "ơ", "ờ", "ớ", "ở", "ỡ", "ợ" }, { "Ơ", "Ờ", "Ớ", "Ở", "Ỡ", "Ợ" } },
    { "u", "", { "u", "ù", "ú", "ủ", "ũ", "ụ" }, { "U", "Ù", "Ú", "Ủ", "Ũ", "Ụ" } },
    { "u", HORN, { "ư", "ừ", "ứ", "ử", "ữ", "ự" }, { "Ư", "Ừ", "Ứ", "Ử", "Ữ", "Ự" } },
    { "y", "", { "y", "ỳ", "ý", "ỷ", "ỹ", "ỵ" }, { "Y", "Ỳ", "Ý", "Ỷ", "Ỹ", "Ỵ" } },
};
static const char *const tone_marks[6] = { "", "\xCC\x80", "\xCC\x81", "\xCC\x89", "\xCC\x83", "\xCC\xA3" };

static const char nguyen_nfc[] = "Nguyễn Thị Thủy";
static const char nguyen_nfd[] = "Nguye\xCC\x82\xCC\x83n Thi\xCC\xA3 Thu\xCC\x89y";

static enum err clean(const char *in, enum text_lines lines, struct buf *out)
{
    buf_clear(out);
    return text_clean(bytes_of_str(in), lines, out);
}

static bool cleans_to(const char *in, const char *want)
{
    struct buf out = { 0 };
    bool ok = CHECK_EQ(clean(in, TEXT_ONE_LINE, &out), ERR_OK) && CHECK_STR(buf_cstr(&out), want);
    buf_deinit(&out);
    return ok;
}

static bool lines_clean_to(const char *in, const char *want)
{
    struct buf out = { 0 };
    bool ok = CHECK_EQ(clean(in, TEXT_MULTILINE, &out), ERR_OK) && CHECK_STR(buf_cstr(&out), want);
    buf_deinit(&out);
    return ok;
}

static bool folds_to(const char *in, const char *want)
{
    struct buf out = { 0 };
    bool ok = CHECK_EQ(text_fold(bytes_of_str(in), &out), ERR_OK) && CHECK_STR(buf_cstr(&out), want);
    buf_deinit(&out);
    return ok;
}

TEST(utf8_accepts_the_edges_of_rfc_3629)
{
    CHECK(text_is_utf8(bytes_of(NULL, 0)));
    CHECK(text_is_utf8(bytes_of("a\0b", 3)));
    CHECK(text_is_utf8(bytes_of_str("\x7F \xC2\x80 \xDF\xBF \xE0\xA0\x80 \xEF\xBF\xBF")));
    CHECK(text_is_utf8(bytes_of_str("\xED\x9F\xBF \xEE\x80\x80 \xF0\x90\x80\x80 \xF4\x8F\xBF\xBF")));
}

TEST(utf8_refuses_what_rfc_3629_forbids)
{
    static const char *const bad[] = {
        "\x80",             /* a continuation alone */
        "\xBF",
        "\xC0\x80",         /* overlong NUL */
        "\xC0\xAF",         /* overlong slash */
        "\xC1\xBF",         /* overlong U+007F */
        "\xE0\x9F\xBF",     /* overlong U+07FF */
        "\xF0\x8F\xBF\xBF", /* overlong U+FFFF */
        "\xED\xA0\x80",     /* U+D800 */
        "\xED\xBF\xBF",     /* U+DFFF */
        "\xF4\x90\x80\x80", /* U+110000 */
        "\xF5\x80\x80\x80", "\xFE", "\xFF",
        "\xC3",             /* cut */
        "\xE1\xBB",         "\xF0\x9F\x98", "\xC3(", "\xE1\xBB(", "\xE1(\xBB", "\xF0\x9F\x98(",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct buf text = { 0 };
        buf_put_str(&text, "Hội ");
        buf_put_str(&text, bad[i]);
        if (!CHECK(!text_is_utf8(buf_bytes(&text))))
            CHECK_EQ(i, -1); /* says which */
        CHECK_EQ(text_utf8_prefix(buf_bytes(&text)), strlen("Hội "));
        CHECK(!text_is_nfc(buf_bytes(&text)));
        struct buf out = { 0 };
        CHECK_EQ(text_clean(buf_bytes(&text), TEXT_ONE_LINE, &out), ERR_BAD_UTF8);
        CHECK_EQ(text_fold(buf_bytes(&text), &out), ERR_BAD_UTF8);
        CHECK_EQ(out.n, 0);
        buf_deinit(&out);
        buf_deinit(&text);
    }
}

TEST(every_vietnamese_letter_composes_and_folds)
{
    unsigned letters = 2; /* đ Đ */
    for (size_t v = 0; v < ARRAY_LEN(vowels); v++) {
        for (size_t tone = 0; tone < 6; tone++) {
            const struct vowel *w = &vowels[v];
            letters += w->mark[0] != 0 || tone != 0 ? 2 : 0;
            char parts[16];
            for (int upper = 0; upper < 2; upper++) {
                const char *letter = upper ? w->upper[tone] : w->lower[tone];
                parts[0] = (char)(w->base[0] - (upper ? 'a' - 'A' : 0));
                stpcpy(stpcpy(parts + 1, w->mark), tone_marks[tone]);
                CHECK(text_is_nfc(bytes_of_str(letter)));
                CHECK_EQ(text_is_nfc(bytes_of_str(parts)), w->mark[0] == 0 && tone == 0);
                cleans_to(parts, letter);
                cleans_to(letter, letter);
                folds_to(letter, w->base);
                folds_to(parts, w->base);
                CHECK_EQ(text_width(bytes_of_str(letter)), 1);
                CHECK_EQ(text_width(bytes_of_str(parts)), 1);
            }
        }
    }
    CHECK_EQ(letters, 134);
    folds_to("đĐ", "dd");
    cleans_to("đĐ", "đĐ");
}

TEST(every_vietnamese_letter_has_its_capital)
{
    struct buf out = {0};

    for (size_t v = 0; v < ARRAY_LEN(vowels); v++)
        for (size_t tone = 0; tone < 6; tone++) {
            buf_clear(&out);
            CHECK_EQ(text_upper(bytes_of_str(vowels[v].lower[tone]), &out), ERR_OK);
            CHECK_STR(buf_cstr(&out), vowels[v].upper[tone]);
        }
    buf_clear(&out);
    CHECK_EQ(text_upper(bytes_of_str("Tổ dân phố 14, đã Đủ"), &out), ERR_OK);
    CHECK_STR(buf_cstr(&out), "TỔ DÂN PHỐ 14, ĐÃ ĐỦ");
    CHECK_EQ(text_upper(bytes_of_str("a\xFF"), &out), ERR_BAD_UTF8);
    CHECK_STR(buf_cstr(&out), "TỔ DÂN PHỐ 14, ĐÃ ĐỦ");
    buf_deinit(&out);
}

TEST(marks_in_the_other_order_compose_too)
{
    cleans_to("Nguye\xCC\x82\xCC\x83n", "Nguyễn");
    cleans_to("Vie\xCC\xA3\xCC\x82t", "Việt"); /* the dot below sorts before the circumflex */
    cleans_to("Vie\xCC\x82\xCC\xA3t", "Việt");
    cleans_to("Vi\xC3\xAA\xCC\xA3t", "Việt"); /* ê and a dot, as UniKey's "Unicode tổ hợp" types it */
    CHECK(!text_is_nfc(bytes_of_str("Vi\xC3\xAA\xCC\xA3t")));
}

TEST(a_name_in_both_normal_forms_is_one_name)
{
    CHECK_EQ(sizeof(nguyen_nfd) - 1, 11 + 4 * 2 + 4); /* 19 code points, 4 of them marks of two bytes */
    CHECK(text_is_nfc(bytes_of_str(nguyen_nfc)));
    CHECK(!text_is_nfc(bytes_of_str(nguyen_nfd)));
    cleans_to(nguyen_nfd, nguyen_nfc);
    folds_to(nguyen_nfd, "nguyen thi thuy");
    folds_to(nguyen_nfc, "nguyen thi thuy");
    CHECK_EQ(text_width(bytes_of_str(nguyen_nfc)), 15);
    CHECK_EQ(text_width(bytes_of_str(nguyen_nfd)), 15);
}

TEST(the_place_of_the_tone_differs_in_nfc_and_not_in_the_fold)
{
    cleans_to("hoà", "hoà");
    cleans_to("hòa", "hòa");
    CHECK(!bytes_equal(bytes_of_str("hoà"), bytes_of_str("hòa")));
    folds_to("hoà", "hoa");
    folds_to("Hòa", "hoa");
    folds_to("Thuỷ", "thuy");
    folds_to("THỦY", "thuy");
}

TEST(nfc_outside_vietnamese)
{
    static const char *const not_nfc[] = {
        "\xE2\x84\xAB",             /* ANGSTROM SIGN -> Å */
        "\xE2\x84\xA6",             /* OHM SIGN -> Ω */
        "\xEF\xA4\x80",             /* a CJK compatibility ideograph */
        "\xE1\x84\x80\xE1\x85\xA1", /* Hangul jamo */
        "\xE0\xA4\x95\xE0\xA4\xBC\xCC\x81\xCC\xA3", /* marks out of order */
        "\xE0\xA5\x98",             /* a composition exclusion: stays apart */
    };
    for (size_t i = 0; i < ARRAY_LEN(not_nfc); i++)
        CHECK(!text_is_nfc(bytes_of_str(not_nfc[i])));
    CHECK(text_is_nfc(bytes_of_str("Å Ω 가 日本 😀 – “…”")));
    CHECK(text_is_nfc(bytes_of_str("x\xCC\x81"))); /* there is no precomposed form */
    cleans_to("\xE2\x84\xAB", "Å");
    cleans_to("\xE1\x84\x80\xE1\x85\xA1", "가");
}

TEST(clean_trims_and_squeezes)
{
    cleans_to("", "");
    cleans_to("  \t ", "");
    cleans_to("  Lò   Văn\t Thử ", "Lò Văn Thử");
    cleans_to("Lò\xC2\xA0Văn\xE3\x80\x80Thử\xE2\x80\x89", "Lò Văn Thử"); /* no-break, ideographic, thin space */
    cleans_to("Lò\r\nVăn\nThử\n", "Lò Văn Thử");
    cleans_to("\xEF\xBB\xBFL\xE2\x80\x8Bò \xE2\x80\x8B Văn", "Lò Văn");
    cleans_to("Lo\xE2\x80\x8B\xCC\x80", "Lò"); /* composed only once the space of no width is gone */
}

TEST(clean_keeps_lines_where_lines_are_meant)
{
    lines_clean_to("một \r\n  hai\rba\n\nbốn\n\n", "một\nhai\nba\n\nbốn");
    lines_clean_to("\n\n a  b \n", "a b");
    lines_clean_to("a\xE2\x80\xA8"
                   "b",
                   "a\nb");
}

TEST(clean_refuses_controls)
{
    static const char *const bad[] = {
        "a\x1B[31m", "a\x07", "\x7F", "a\xC2\x9B", "\xE2\x80\xAEnop", "\xE2\x81\xA6",
    };
    struct buf out = { 0 };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        CHECK_EQ(clean(bad[i], TEXT_ONE_LINE, &out), ERR_BAD_VALUE);
        CHECK_EQ(clean(bad[i], TEXT_MULTILINE, &out), ERR_BAD_VALUE);
    }
    CHECK_EQ(text_clean(bytes_of("a\0b", 3), TEXT_ONE_LINE, &out), ERR_BAD_VALUE);
    CHECK_EQ(out.n, 0);
    buf_deinit(&out);
}

TEST(clean_appends_and_leaves_out_alone_when_it_fails)
{
    struct buf out = { 0 };
    buf_put_str(&out, "x");
    CHECK_EQ(text_clean(bytes_of_str(" e\xCC\x82 "), TEXT_ONE_LINE, &out), ERR_OK);
    CHECK_EQ(text_fold(bytes_of_str("Ơ"), &out), ERR_OK);
    CHECK_EQ(text_clean(bytes_of_str("tốt \x01"), TEXT_ONE_LINE, &out), ERR_BAD_VALUE);
    CHECK_STR(buf_cstr(&out), "xêo");
    buf_deinit(&out);
}

/* Random runs of the pieces that make trouble, and of random bytes: the result is clean, and stays. */
static void shows(struct bytes in, const char *want)
{
    struct buf out = { 0 };
    text_show(in, &out);
    CHECK_STR(buf_cstr(&out), want);
    buf_deinit(&out);
}

TEST(what_is_shown_cannot_drive_a_terminal)
{
    shows(bytes_of_str("Đồng chí Lò Văn Thử\n  → đã họp · 92,5 %…\n"), "Đồng chí Lò Văn Thử\n  → đã họp · 92,5 %…\n");
    shows(bytes_of_str("a\x1B[31m\x07\x7F\r\tb"), "a?[31m????b");
    shows(bytes_of_str("\xC2\x9B"
                       "2J\xC2\x80\xC2\x85\xC2\x9F\xC2\xA0x"), "?2J???\xC2\xA0x");
    shows(bytes_of_str("\xE2\x80\xAEnop\xE2\x81\xA6"), "?nop?");
    shows(bytes_of_str("\x9B\xFF\xC3"), "???");
    shows(bytes_of("a\0b", 3), "a?b");
    shows(bytes_of(NULL, 0), "");
}

TEST(clean_is_nfc_and_idempotent_on_random_text)
{
    static const char *const pieces[] = {
        "a", "e", "ê", "Đ", " ", "\t", "\n", "\r", "\xE2\x80\x8B", "\xC2\xA0", "\xCC\x81", "\xCC\xA3", "\xCC\x82",
        "\xCC\x9B", "ử", "\xE1\x84\x80", "\xE1\x85\xA1", "\xE2\x84\xAB", "\xE2\x80\x80", "\xCD\x81", "\xE0\xA5\x98",
    };
    uint64_t seed = 20261104;
    for (unsigned round = 0; round < 20000; round++) {
        struct buf in = { 0 }, once = { 0 }, twice = { 0 };
        for (uint64_t n = test_random(&seed) % 12; n > 0; n--) {
            if (round % 4 == 0)
                buf_put_u8(&in, (uint8_t)test_random(&seed));
            else
                buf_put_str(&in, pieces[test_random(&seed) % ARRAY_LEN(pieces)]);
        }
        enum text_lines lines = round % 2 ? TEXT_ONE_LINE : TEXT_MULTILINE;
        enum err e = text_clean(buf_bytes(&in), lines, &once);
        if (e == ERR_OK) {
            CHECK(text_is_nfc(buf_bytes(&once)));
            CHECK_EQ(text_clean(buf_bytes(&once), lines, &twice), ERR_OK);
            CHECK_BYTES(buf_bytes(&twice), buf_bytes(&once));
        } else {
            CHECK(e == ERR_BAD_VALUE || !text_is_utf8(buf_bytes(&in)));
        }
        buf_deinit(&in);
        buf_deinit(&once);
        buf_deinit(&twice);
    }
}

TEST(key_is_what_a_person_meant)
{
    struct buf out = { 0 };
    CHECK_EQ(text_key(bytes_of_str("  Đồng  Bộ\n"), &out), ERR_OK);
    CHECK_STR(buf_cstr(&out), "dong bo");
    CHECK_EQ(text_key(bytes_of_str("\x1B"), &out), ERR_BAD_VALUE);
    buf_deinit(&out);
}

static void person_key(const char *given, const char *family, const char *middle, struct buf *out)
{
    buf_clear(out);
    CHECK_EQ(text_sort_key(bytes_of_str(given), out), ERR_OK);
    CHECK_EQ(text_sort_key(bytes_of_str(family), out), ERR_OK);
    CHECK_EQ(text_sort_key(bytes_of_str(middle), out), ERR_OK);
}

/* CLDR's order for Vietnamese: letters first, tones between equals. */
/* What is decomposed goes the long way: both must say the same of every letter. */
TEST(plain_letters_have_the_key_that_utf8proc_gives_them)
{
    for (unsigned c = 1; c < 0x2000; c++) {
        struct buf letter = {0}, marks = {0}, one = {0}, other = {0};
        uint8_t utf8[3] = {(uint8_t)c, 0, 0};
        size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
        if (n == 2)
            memcpy(utf8, (uint8_t[]){(uint8_t)(0xC0 | c >> 6), (uint8_t)(0x80 | (c & 0x3F))}, 2);
        if (n == 3)
            memcpy(utf8, (uint8_t[]){(uint8_t)(0xE0 | c >> 12), (uint8_t)(0x80 | (c >> 6 & 0x3F)), (uint8_t)(0x80 | (c & 0x3F))}, 3);
        buf_printf(&letter, " x\t%.*s  y ", (int)n, utf8);
        buf_printf(&marks, " x\t%.*s  y a\xCC\x81", (int)n, utf8);
        const enum err e = text_key(buf_bytes(&letter), &one), with_marks = text_key(buf_bytes(&marks), &other);
        CHECK_EQ(e, with_marks);
        if (e == ERR_OK) {
            CHECK(other.n > 2);
            other.n -= 2; /* the " a" that made it go the long way */
            CHECK_BYTES(buf_bytes(&one), buf_bytes(&other));
        }
        buf_deinit(&letter);
        buf_deinit(&marks);
        buf_deinit(&one);
        buf_deinit(&other);
    }
}

TEST(words_sort_as_in_a_vietnamese_dictionary)
{
    static const char *const sorted[] = {
        "", "10", "2", "a", "à", "ả", "ã", "á", "ạ", "an", "án", "an bình", "anh", "ánh", "ăn", "ân", "ẩn", "ấn", "ba",
        "dung", "dũng", "đạt", "e", "ẹ", "ê", "ho", "hồ", "hơ", "ly", "oanh", "ô", "ơ", "thu", "thư", "việt", "ý", "я",
    };
    struct buf a = { 0 }, b = { 0 };
    for (size_t i = 1; i < ARRAY_LEN(sorted); i++) {
        buf_clear(&a);
        buf_clear(&b);
        CHECK_EQ(text_sort_key(bytes_of_str(sorted[i - 1]), &a), ERR_OK);
        CHECK_EQ(text_sort_key(bytes_of_str(sorted[i]), &b), ERR_OK);
        if (!CHECK(bytes_compare(buf_bytes(&a), buf_bytes(&b)) < 0))
            CHECK_STR(sorted[i - 1], sorted[i]);
    }
    buf_clear(&a);
    buf_clear(&b);
    CHECK_EQ(text_sort_key(bytes_of_str(nguyen_nfc), &a), ERR_OK);
    CHECK_EQ(text_sort_key(bytes_of_str(nguyen_nfd), &b), ERR_OK);
    CHECK_BYTES(buf_bytes(&a), buf_bytes(&b));
    CHECK_EQ(text_sort_key(bytes_of_str("\xFF"), &a), ERR_BAD_UTF8);
    buf_deinit(&a);
    buf_deinit(&b);
}

TEST(persons_sort_by_given_then_family_then_middle_name)
{
    static const char *const sorted[][3] = {
        { "An", "Trần", "Thị" },    { "Ánh", "Đỗ", "Thị" },      { "Ân", "Lò", "Văn" },    { "Ẩn", "Nguyễn", "Văn" },
        { "Ấn", "Nguyễn", "Văn" },  { "Dung", "Quàng", "Thị" },  { "Dũng", "Đinh", "Văn" }, { "Đạt", "Lê", "Minh" },
        { "Đạt", "Lê", "Văn" },
    };
    struct buf a = { 0 }, b = { 0 };
    for (size_t i = 1; i < ARRAY_LEN(sorted); i++) {
        person_key(sorted[i - 1][0], sorted[i - 1][1], sorted[i - 1][2], &a);
        person_key(sorted[i][0], sorted[i][1], sorted[i][2], &b);
        if (!CHECK(bytes_compare(buf_bytes(&a), buf_bytes(&b)) < 0))
            CHECK_EQ(i, -1); /* says which */
    }
    buf_deinit(&a);
    buf_deinit(&b);
}

TEST(width_and_fit)
{
    CHECK_EQ(text_width(bytes_of_str("日本")), 4);
    CHECK_EQ(text_width(bytes_of_str("a\xFF")), 2);
    CHECK_BYTES(text_fit(bytes_of_str("Thủy Tiên"), 4), bytes_of_str("Thủy"));
    CHECK_BYTES(text_fit(bytes_of_str("Thu\xCC\x89y"), 3), bytes_of_str("Thu\xCC\x89"));
    CHECK_BYTES(text_fit(bytes_of_str("日本"), 3), bytes_of_str("日"));
    CHECK_BYTES(text_fit(bytes_of_str("Thủy"), 80), bytes_of_str("Thủy"));
}

TEST(words_get_their_capitals)
{
    struct buf out = {0};

    CHECK_EQ(text_capitals(bytes_of_str("nguyễn thị ánh  Đạt-ẩn mcX"), &out), ERR_OK);
    CHECK_STR(buf_cstr(&out), "Nguyễn Thị Ánh  Đạt-Ẩn McX");
    CHECK_EQ(text_capitals(bytes_of_str("\xc3"), &out), ERR_BAD_UTF8);
    buf_deinit(&out);
}
