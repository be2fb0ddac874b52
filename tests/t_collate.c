/* t_collate.c - the order of Vietnamese names against ICU's, which is CLDR's (vi): the test's oracle, linked nowhere else.
 * Names are made up from onsets, rimes and tones, so that all letters and marks of the language meet. */
#include "../common/text.h"
#include "test.h"

#include <stdio.h>
#include <unicode/ucol.h>
#include <unicode/ustring.h>

#define PAIRS 200000

static const char *const onsets[] = {
    "", "B", "C", "Ch", "D", "Đ", "G", "Gi", "H", "Kh", "L", "M", "N", "Ng", "Ngh", "Nh", "Ph", "Qu", "R", "S", "T", "Th",
    "Tr", "V", "X", "b", "đ", "d", "t",
};
/* The vowel that bears the tone stands first, with what it may be: a or â or ă and so on; then what follows it. */
static const char *const vowels[] = { "a", "ă", "â", "e", "ê", "i", "o", "ô", "ơ", "u", "ư", "y" };
static const char *const ends[] = { "", "n", "ng", "nh", "m", "c", "t", "p", "i", "o", "u" };
static const char *const tones[] = { "", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323" };

static uint64_t chance = 20261123;

static uint32_t draw(uint32_t below)
{
    chance = chance * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(chance >> 33) % below;
}

static void syllable(struct buf *out)
{
    struct buf loose = { 0 };

    buf_printf(&loose, "%s%s%s%s", onsets[draw(ARRAY_LEN(onsets))], vowels[draw(ARRAY_LEN(vowels))],
               tones[draw(ARRAY_LEN(tones))], ends[draw(ARRAY_LEN(ends))]);
    CHECK_EQ(text_clean(buf_bytes(&loose), TEXT_ONE_LINE, out), ERR_OK);
    buf_deinit(&loose);
}

static UCollator *collator(void)
{
    UErrorCode status = U_ZERO_ERROR;
    UCollator *c = ucol_open("vi", &status);

    if (U_FAILURE(status))
        return NULL;
    ucol_setStrength(c, UCOL_SECONDARY); /* case does not count */
    return c;
}

/* -1, 0, 1 as ICU says; 2: it failed. */
static int icu_order(UCollator *c, const struct buf *a, const struct buf *b)
{
    UErrorCode status = U_ZERO_ERROR;
    UCharIterator x, y;

    uiter_setUTF8(&x, (const char *)a->p, (int32_t)a->n);
    uiter_setUTF8(&y, (const char *)b->p, (int32_t)b->n);
    int order = ucol_strcollIter(c, &x, &y, &status);
    return U_FAILURE(status) ? 2 : order;
}

static int our_order(const struct buf *a, const struct buf *b)
{
    struct buf x = { 0 }, y = { 0 };

    CHECK_EQ(text_sort_key(buf_bytes(a), &x), ERR_OK);
    CHECK_EQ(text_sort_key(buf_bytes(b), &y), ERR_OK);
    int order = bytes_compare(buf_bytes(&x), buf_bytes(&y));
    buf_deinit(&x);
    buf_deinit(&y);
    return order < 0 ? -1 : order > 0;
}

/* Half of the second names are the first with one thing changed, so that late letters and tones decide too. */
static void pair(struct buf *a, struct buf *b, unsigned words)
{
    buf_clear(a);
    buf_clear(b);
    bool near = draw(2) == 0;
    for (unsigned i = 0; i < words; i++) {
        size_t from = a->n;
        if (i > 0) {
            buf_put_u8(a, ' ');
            buf_put_u8(b, ' ');
            from++;
        }
        syllable(a);
        if (near && draw(words) != 0)
            buf_put_bytes(b, bytes_cut(buf_bytes(a), from));
        else
            syllable(b);
    }
}

static void compare_with_icu(unsigned words, unsigned pairs)
{
    UCollator *c = collator();
    struct buf a = { 0 }, b = { 0 };
    unsigned equal = 0, wrong = 0;

    REQUIRE(c != NULL);
    for (unsigned i = 0; i < pairs; i++) {
        pair(&a, &b, words);
        int want = icu_order(c, &a, &b);
        equal += want == 0;
        if (our_order(&a, &b) != want && wrong++ < 5)
            printf("  %s | %s: ICU says %d\n", buf_cstr(&a), buf_cstr(&b), want);
    }
    CHECK_EQ(wrong, 0);
    CHECK(equal < pairs / 2); /* it was not all the same name */
    buf_deinit(&a);
    buf_deinit(&b);
    ucol_close(c);
}

TEST(one_syllable)
{
    compare_with_icu(1, PAIRS / 2);
}

TEST(names_of_several_syllables)
{
    compare_with_icu(2, PAIRS / 4);
    compare_with_icu(3, PAIRS / 4);
}

/* A list of persons goes by given name, then family name, then middle name: three keys joined are three comparisons. */
TEST(persons_by_given_name)
{
    UCollator *c = collator();
    struct buf part[2][3] = { 0 };

    REQUIRE(c != NULL);
    for (unsigned i = 0; i < 20000; i++) {
        struct buf key[2] = { 0 };
        int want = 0;
        for (unsigned k = 0; k < 3; k++) {
            pair(&part[0][k], &part[1][k], k == 2 ? 2 : 1);
            want = want == 0 ? icu_order(c, &part[0][k], &part[1][k]) : want;
            CHECK_EQ(text_sort_key(buf_bytes(&part[0][k]), &key[0]), ERR_OK);
            CHECK_EQ(text_sort_key(buf_bytes(&part[1][k]), &key[1]), ERR_OK);
        }
        int got = bytes_compare(buf_bytes(&key[0]), buf_bytes(&key[1]));
        CHECK_EQ(got < 0 ? -1 : got > 0, want);
        buf_deinit(&key[0]);
        buf_deinit(&key[1]);
    }
    for (unsigned k = 0; k < 3; k++) {
        buf_deinit(&part[0][k]);
        buf_deinit(&part[1][k]);
    }
    ucol_close(c);
}

/* What people search by: no marks, either place of the tone, either normal form, one key. */
TEST(search_keys_are_one_for_all_spellings)
{
    static const char *const same[][3] = {
        { "Hòa", "Hoà", "hoa" }, { "Thủy", "Thuỷ", "THUY" },
        { "Nguyễn Văn Úy", "Nguye\u0302\u0303n Va\u0306n U\u0301y", "nguyen van uy" },
        { "Khỏe", "Khoẻ", "khoe" }, { "Đặng", "đa\u0323\u0306ng", "dang" },
    };
    for (size_t i = 0; i < ARRAY_LEN(same); i++) {
        struct buf key[3] = { 0 };
        for (unsigned k = 0; k < 3; k++)
            CHECK_EQ(text_key(bytes_of_str(same[i][k]), &key[k]), ERR_OK);
        CHECK(bytes_equal(buf_bytes(&key[0]), buf_bytes(&key[1])) && bytes_equal(buf_bytes(&key[0]), buf_bytes(&key[2])));
        for (unsigned k = 0; k < 3; k++)
            buf_deinit(&key[k]);
    }
}
