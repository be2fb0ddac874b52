/* Periods: months, quarters, halves, years. Today is 04/11/2026. */
#include "../common/date.h"
#include "../common/period.h"
#include "test.h"

#define TODAY 20261104

static const struct good {
    const char *text;
    uint32_t period;
} goods[] = {
    { "11/2026", 202611 },
    { "3/2026", 202603 },
    { "03-2026", 202603 },
    { "11.2026", 202611 },
    { "tháng 11/2026", 202611 },
    { "Tháng 11 năm 2026", 202611 },
    { "tháng 11", 202611 },
    { "11", 202611 },
    { "2026-11", 202611 },
    { "2026/11", 202611 },
    { "quý 4/2026", 202624 },
    { "Quý IV/2026", 202624 },
    { "quý IV năm 2026", 202624 },
    { "quý I", 202621 },
    { "quý II", 202622 },
    { "quý III/2025", 202523 },
    { "Q1/2026", 202621 },
    { "q4", 202624 },
    { "2026-Q4", 202624 },
    { "6 tháng đầu năm 2026", 202631 },
    { "6 tháng cuối năm 2025", 202532 },
    { "6 thang dau nam", 202631 },
    { "sáu tháng đầu năm 2026", 202631 },
    { "H2/2026", 202632 },
    { "2026-H1", 202631 },
    { "2026", 202600 },
    { "năm 2026", 202600 },
};

TEST(what_people_write)
{
    for (size_t i = 0; i < ARRAY_LEN(goods); i++) {
        uint32_t period = 0;
        bool ok = CHECK_EQ(period_parse(goods[i].text, TODAY, &period), ERR_OK);
        ok = CHECK_EQ(period, goods[i].period) && ok;
        if (!ok)
            CHECK_STR(goods[i].text, "");
    }
}

TEST(what_is_no_period)
{
    static const char *const bads[] = {
        "",       "0",        "13",        "0/2026",    "13/2026", "2026-13", "2026-00",    "4/11/2026", "quý 5/2026",
        "quý 12", "Q0/2026",  "H3/2026",   "quý",       "tháng",   "năm",     "11/202",     "11/20266",  "202611",
        "1799",   "11/1799",  "11/2200",   "quý V",     "2026-",   "11/",     "2026-11-04", "q12026",    "11/2026 x",
        "11/26",  "4/11",     "thang 4-11", "q4/26",
        "11//2026", "x",      "11\x1B",    "11/2026\xFF", "-11/2026", "quý IVa",
    };
    for (size_t i = 0; i < ARRAY_LEN(bads); i++) {
        uint32_t period = 7;
        bool ok = CHECK_EQ(period_parse(bads[i], TODAY, &period), ERR_BAD_VALUE);
        if (!ok || !CHECK_EQ(period, 7))
            CHECK_STR(bads[i], "");
    }
}

TEST(printing_and_the_days_covered)
{
    static const struct {
        uint32_t period;
        const char *people;
        const char *iso;
        uint32_t first;
        uint32_t last;
    } rows[] = {
        { 202611, "11/2026", "2026-11", 20261101, 20261130 },
        { 202402, "02/2024", "2024-02", 20240201, 20240229 },
        { 202621, "Q1/2026", "2026-Q1", 20260101, 20260331 },
        { 202622, "Q2/2026", "2026-Q2", 20260401, 20260630 },
        { 202624, "Q4/2026", "2026-Q4", 20261001, 20261231 },
        { 202631, "H1/2026", "2026-H1", 20260101, 20260630 },
        { 202632, "H2/2026", "2026-H2", 20260701, 20261231 },
        { 202600, "2026", "2026", 20260101, 20261231 },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char out[PERIOD_TEXT_SIZE];
        uint32_t back = 0;
        period_print(rows[i].period, out);
        CHECK_STR(out, rows[i].people);
        CHECK_EQ(period_parse(out, TODAY, &back), ERR_OK);
        CHECK_EQ(back, rows[i].period);
        period_print_iso(rows[i].period, out);
        CHECK_STR(out, rows[i].iso);
        CHECK_EQ(period_parse(out, TODAY, &back), ERR_OK);
        CHECK_EQ(back, rows[i].period);
        CHECK_EQ(period_first_day(rows[i].period), rows[i].first);
        CHECK_EQ(period_last_day(rows[i].period), rows[i].last);
        CHECK(period_is_valid(rows[i].period));
    }
    char none[PERIOD_TEXT_SIZE];
    period_print(0, none);
    CHECK_STR(none, "");
}

TEST(validity)
{
    static const uint64_t bad[] = { 0, 202613, 202620, 202625, 202630, 202633, 202640, 179911, 220001, UINT64_MAX };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        CHECK(!period_is_valid(bad[i]));
    CHECK(period_is_month(202611));
    CHECK(!period_is_month(202600));
    CHECK(!period_is_month(202621));
    CHECK_EQ(period_of_date(20261104), 202611);
    CHECK_EQ(period_of_date(20261100), 202611);
}
