/* Sums in đồng as people write them. */
#include "../common/money.h"
#include "test.h"

static const struct good {
    const char *text;
    int64_t dong;
} goods[] = {
    { "0", 0 },
    { "1250000", 1250000 },
    { "1.250.000", 1250000 },
    { "1 250 000", 1250000 },
    { "1\xC2\xA0" "250\xC2\xA0" "000", 1250000 }, /* no-break spaces from a spreadsheet */
    { "1.250.000 đ", 1250000 },
    { "1.250.000đ", 1250000 },
    { "1.250.000 đồng", 1250000 },
    { "1.250.000 VNĐ", 1250000 },
    { "1250000 VND", 1250000 },
    { "50.000", 50000 },
    { "500k", 500000 },
    { "500 nghìn", 500000 },
    { "500 ngàn", 500000 },
    { "2tr", 2000000 },
    { "1,5 triệu", 1500000 },
    { "1,25 triệu", 1250000 },
    { "1,2 tỷ", 1200000000 },
    { "-500.000", -500000 },
    { "007", 7 },
    { "9.223.372.036.854.775.807", INT64_MAX },
};

TEST(what_people_write)
{
    for (size_t i = 0; i < ARRAY_LEN(goods); i++) {
        int64_t dong = -1;
        bool ok = CHECK_EQ(money_parse(goods[i].text, &dong), ERR_OK);
        ok = CHECK_EQ(dong, goods[i].dong) && ok;
        if (!ok)
            CHECK_STR(goods[i].text, "");
    }
}

TEST(what_could_mean_something_else)
{
    static const char *const bads[] = {
        "",        "đ",       "-",         "abc",          "1.25",       "1.25.000", "12.50000", "1250.000", "1.250 000",
        "1,250",   "1,5",     "1.250,5",   "1,",           "1,x triệu",  "1,2345 k", "1..000",   ".500",     "1.250.00",
        "1.000.",  "1.000 x", "--1",       "+5",           "1.250.000 đ đ", "1e6",   "1.250.000\x01", "5\xFF",
        "9.223.372.036.854.775.808", "9999999999999999999999", "9999999999 tỷ", "1,0000000000000000000000 tỷ",
    };
    for (size_t i = 0; i < ARRAY_LEN(bads); i++) {
        int64_t dong = -77;
        bool ok = CHECK_EQ(money_parse(bads[i], &dong), ERR_BAD_VALUE);
        if (!ok || !CHECK_EQ(dong, -77))
            CHECK_STR(bads[i], "");
    }
}

TEST(printing)
{
    static const struct good rows[] = {
        { "0", 0 },
        { "7", 7 },
        { "999", 999 },
        { "1.000", 1000 },
        { "1.250.000", 1250000 },
        { "-500.000", -500000 },
        { "9.223.372.036.854.775.807", INT64_MAX },
        { "-9.223.372.036.854.775.808", INT64_MIN },
    };
    char out[MONEY_TEXT_SIZE];
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        money_print(rows[i].dong, out);
        CHECK_STR(out, rows[i].text);
    }
}

TEST(what_is_printed_parses_back)
{
    uint64_t seed = 1250000;
    for (unsigned i = 0; i < 10000; i++) {
        char out[MONEY_TEXT_SIZE];
        int64_t dong = (int64_t)(test_random(&seed) >> (1 + test_random(&seed) % 63)) * (i % 2 ? 1 : -1);
        int64_t back = 0;
        money_print(dong, out);
        if (money_parse(out, &back) != ERR_OK || back != dong)
            CHECK_STR(out, "");
    }
}
