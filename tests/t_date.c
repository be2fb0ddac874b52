/* Dates: what people write, what is refused and why, the calendar. Expected values are reasoned or from Python's
 * datetime; "today" is Wednesday 04/11/2026 unless a case says otherwise. */
#include "../common/date.h"
#include "../common/language.h"
#include "test.h"

#include <stdlib.h>

#define TODAY 20261104

static const struct good {
    const char *text;
    uint32_t date;
} goods[] = {
    { "4/11", 20261104 },
    { "04/11", 20261104 },
    { "4-11-26", 20261104 },
    { "04.11.2026", 20261104 },
    { "4/11/2026", 20261104 },
    { " 4 / 11 / 2026 ", 20261104 },
    { "4 11 2026", 20261104 },
    { "4.11", 20261104 },
    { "31/12", 20261231 }, /* a year left out is today's, also when that lies ahead */
    { "29/2/2024", 20240229 },
    { "29/02/2000", 20000229 },
    { "03/1958", 19580300 },
    { "3-1958", 19580300 },
    { "1958", 19580000 },
    { "2026-11-04", 20261104 },
    { "2026-11", 20261100 },
    { "2026/11/4", 20261104 },
    { "hôm nay", 20261104 },
    { "Hôm Nay", 20261104 },
    { "hom-nay", 20261104 },
    { "homnay", 20261104 },
    { "ho\xCC\x82m nay", 20261104 }, /* decomposed */
    { "hôm qua", 20261103 },
    { "hom-qua", 20261103 },
    { "hôm kia", 20261102 },
    { "ngày mai", 20261105 },
    { "today", 20261104 },
    { "yesterday", 20261103 },
    { "ngày 4 tháng 11 năm 2026", 20261104 },
    { "Ngày 4/11/2026", 20261104 },
    { "4 thang 11", 20261104 },
    { "tháng 11 năm 2026", 20261100 },
    { "tháng 3/1958", 19580300 },
    { "tháng 3 năm 58", 19580300 },
    { "tháng 3", 20260300 },
    { "năm 1958", 19580000 },
    { "năm 58", 19580000 },
    { "1/1/1800", 18000101 },
    { "31/12/2199", 21991231 },
    /* two digits: from 89 years ago to 10 ahead */
    { "1/1/36", 20360101 },
    { "1/1/37", 19370101 },
    { "1/1/00", 20000101 },
    { "1/1/99", 19990101 },
};

TEST(what_people_write)
{
    for (size_t i = 0; i < ARRAY_LEN(goods); i++) {
        uint32_t date = 0;
        struct date_fault fault;
        CHECK_EQ(date_parse(goods[i].text, TODAY, &date, &fault), ERR_OK);
        CHECK_EQ(fault.kind, DATE_FAULT_NONE);
        if (!CHECK_EQ(date, goods[i].date))
            CHECK_STR(goods[i].text, "");
    }
}

static const struct bad {
    const char *text;
    enum date_fault_kind kind;
    unsigned month;
    unsigned day_max;
} bads[] = {
    { "31/11", DATE_FAULT_DAY, 11, 30 },
    { "31/11/2026", DATE_FAULT_DAY, 11, 30 },
    { "2026-11-31", DATE_FAULT_DAY, 11, 30 },
    { "31 tháng 4", DATE_FAULT_DAY, 4, 30 },
    { "32/12", DATE_FAULT_DAY, 12, 31 },
    { "29/2", DATE_FAULT_DAY, 2, 28 }, /* 2026 */
    { "29/2/1900", DATE_FAULT_DAY, 2, 28 },
    { "30/2/2024", DATE_FAULT_DAY, 2, 29 },
    { "4/13", DATE_FAULT_MONTH, 13, 0 },
    { "11/26/2026", DATE_FAULT_MONTH, 26, 0 },
    { "13/1958", DATE_FAULT_MONTH, 13, 0 },
    { "1/1/1799", DATE_FAULT_YEAR, 1, 0 },
    { "2200", DATE_FAULT_YEAR, 0, 0 },
    { "0206", DATE_FAULT_YEAR, 0, 0 },
    { "mùng 4", DATE_FAULT_LUNAR, 0, 0 },
    { "Mồng 4 tháng 11", DATE_FAULT_LUNAR, 0, 0 },
    { "mung4", DATE_FAULT_LUNAR, 0, 0 },
    { "rằm tháng 7", DATE_FAULT_LUNAR, 0, 0 },
    { "30 tháng Chạp", DATE_FAULT_LUNAR, 0, 0 },
    { "30 Tết", DATE_FAULT_LUNAR, 0, 0 },
    { "4/11 âm lịch", DATE_FAULT_LUNAR, 0, 0 },
    { "4/11 AL", DATE_FAULT_LUNAR, 0, 0 },
    { "", DATE_FAULT_FORM, 0, 0 },
    { "   ", DATE_FAULT_FORM, 0, 0 },
    { "4", DATE_FAULT_FORM, 0, 0 },
    { "ngày 4", DATE_FAULT_FORM, 0, 0 },
    { "0/11", DATE_FAULT_FORM, 0, 0 },
    { "4/0", DATE_FAULT_FORM, 0, 0 },
    { "4/11/6", DATE_FAULT_FORM, 0, 0 },
    { "4/11/026", DATE_FAULT_FORM, 0, 0 },
    { "4/11/20266", DATE_FAULT_FORM, 0, 0 },
    { "4//11", DATE_FAULT_FORM, 0, 0 },
    { "4/11/", DATE_FAULT_FORM, 0, 0 },
    { "/4/11", DATE_FAULT_FORM, 0, 0 },
    { "-4/11", DATE_FAULT_FORM, 0, 0 },
    { "4/11/2026/1", DATE_FAULT_FORM, 0, 0 },
    { "4/2026/11", DATE_FAULT_FORM, 0, 0 },
    { "2026-11-2026", DATE_FAULT_FORM, 0, 0 },
    { "04112026", DATE_FAULT_FORM, 0, 0 },
    { "4/11 abc", DATE_FAULT_FORM, 0, 0 },
    { "4 năm 11 tháng 26", DATE_FAULT_FORM, 0, 0 },
    { "thứ tư", DATE_FAULT_FORM, 0, 0 },
    { "4/1\x1B", DATE_FAULT_FORM, 0, 0 },
    { "4/11\xFF", DATE_FAULT_FORM, 0, 0 },
    { "999999999999999999999999", DATE_FAULT_FORM, 0, 0 },
};

TEST(what_is_refused_and_why)
{
    for (size_t i = 0; i < ARRAY_LEN(bads); i++) {
        uint32_t date = 7;
        struct date_fault fault;
        bool ok = CHECK_EQ(date_parse(bads[i].text, TODAY, &date, &fault), ERR_BAD_DATE);
        ok = CHECK_EQ(fault.kind, bads[i].kind) && ok;
        ok = CHECK_EQ(fault.month, bads[i].month) && ok;
        ok = CHECK_EQ(fault.day_max, bads[i].day_max) && ok;
        ok = CHECK_EQ(date, 7) && ok; /* untouched */
        if (!ok)
            CHECK_STR(bads[i].text, "");
    }
}

TEST(relative_words_cross_months_and_years)
{
    uint32_t date;
    struct date_fault fault;
    CHECK_EQ(date_parse("hôm qua", 20270101, &date, &fault), ERR_OK);
    CHECK_EQ(date, 20261231);
    CHECK_EQ(date_parse("ngày mai", 20240228, &date, &fault), ERR_OK);
    CHECK_EQ(date, 20240229);
    CHECK_EQ(date_parse("29/2", 20240228, &date, &fault), ERR_OK);
    CHECK_EQ(date, 20240229);
}

static bool fault_says(const char *text, const char *want)
{
    struct buf out = { 0 };
    uint32_t date;
    struct date_fault fault;
    CHECK_EQ(date_parse(text, TODAY, &date, &fault), ERR_BAD_DATE);
    date_fault_print(&fault, &out);
    bool ok = CHECK_STR(buf_cstr(&out), want);
    buf_deinit(&out);
    return ok;
}

TEST(the_reason_is_said_in_both_languages)
{
    unsetenv("CHIBO_LANG");
    language_init("en");
    fault_says("31/11", "Month 11 has only 30 days.");
    CHECK_STR(date_weekday_name(TODAY), "Wednesday");
    language_init(NULL);
    fault_says("31/11", "Tháng 11 chỉ có 30 ngày.");
    fault_says("29/2", "Tháng 2/2026 chỉ có 28 ngày.");
    fault_says("1/1/1799", "Năm phải nằm trong khoảng từ 1800 đến 2199.");
    CHECK_STR(date_weekday_name(TODAY), "thứ Tư");
    CHECK_STR(date_weekday_name(20261108), "Chủ nhật");
    for (int kind = DATE_FAULT_FORM; kind <= DATE_FAULT_LUNAR; kind++) {
        struct date_fault fault = { .kind = (enum date_fault_kind)kind, .month = 2, .year = 2026, .day_max = 28 };
        struct buf vi = { 0 }, en = { 0 };
        language_init(NULL);
        date_fault_print(&fault, &vi);
        language_init("en");
        date_fault_print(&fault, &en);
        CHECK(!bytes_equal(buf_bytes(&vi), buf_bytes(&en))); /* none was left untranslated */
        buf_deinit(&vi);
        buf_deinit(&en);
    }
}

TEST(printing)
{
    char out[DATE_TEXT_SIZE];
    static const struct {
        uint32_t date;
        const char *people;
        const char *iso;
    } rows[] = {
        { 20261104, "04/11/2026", "2026-11-04" },
        { 19580300, "03/1958", "1958-03" },
        { 19580000, "1958", "1958" },
        { 0, "", "" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        date_print(rows[i].date, out);
        CHECK_STR(out, rows[i].people);
        date_print_iso(rows[i].date, out);
        CHECK_STR(out, rows[i].iso);
    }
    date_print(UINT32_MAX, out); /* nonsense fits too */
    CHECK(strlen(out) < sizeof(out));
}

TEST(validity)
{
    static const uint32_t good[] = { 20261104, 20261100, 20260000, 20240229, 18000101, 21991231 };
    static const uint32_t bad[] = { 0, 20261131, 20260229, 19000229, 20261300, 20260004, 17991231, 22000101, 20261132,
                                    UINT32_MAX };
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        CHECK(date_is_valid(good[i]));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        CHECK(!date_is_valid(bad[i]));
    CHECK(date_is_full(20261104));
    CHECK(!date_is_full(20261100));
    CHECK(!date_is_full(20260000));
}

TEST(day_numbers)
{
    CHECK_EQ(date_to_days(19700101), 0);
    CHECK_EQ(date_to_days(19691231), -1);
    CHECK_EQ(date_to_days(20261104), 20761); /* Python: date(2026, 11, 4).toordinal() - 719163 */
    CHECK_EQ(date_to_days(18000101), -62091);
    CHECK_EQ(date_weekday(19700101), 3);
    CHECK_EQ(date_weekday(20261104), 2);
    CHECK_EQ(date_weekday(19300203), 0); /* 3 February 1930 was a Monday */
}

/* Every day of four centuries, counted one by one. */
TEST(day_numbers_run_on)
{
    int32_t days = date_to_days(18000101);
    for (unsigned year = DATE_YEAR_MIN; year <= DATE_YEAR_MAX; year++) {
        for (unsigned month = 1; month <= 12; month++) {
            for (unsigned day = 1; day <= date_month_days(year, month); day++, days++) {
                uint32_t date = year * 10000 + month * 100 + day;
                if (date_to_days(date) != days || date_from_days(days) != date)
                    CHECK_EQ(date_from_days(days), date);
            }
        }
    }
    CHECK_EQ(days, 84006); /* Python: date(2200, 1, 1) */
}

TEST(the_day_in_vietnam)
{
    CHECK_EQ(date_from_unix(0), 19700101);
    CHECK_EQ(date_from_unix(-7 * 3600), 19700101);
    CHECK_EQ(date_from_unix(-7 * 3600 - 1), 19691231);
    CHECK_EQ(date_from_unix(1793725200 - 1), 20261103); /* 2026-11-03T16:59:59Z is 23:59:59 at home */
    CHECK_EQ(date_from_unix(1793725200), 20261104);
}

/* Whatever is typed: a valid date, which parses back from both its prints, or a reason. */
TEST(random_text_gives_a_valid_date_or_a_reason)
{
    static const char *const pieces[] = { "4", "11", "26", "2026", "31", "0", "/", "-", ".", " ", "ngày ", " tháng ",
                                          " năm ", "hôm", "nay", "58", "1958", "mùng", "x", "\xCC\x81" };
    uint64_t seed = 4112026;
    unsigned good = 0;
    for (unsigned round = 0; round < 100000; round++) {
        struct buf text = { 0 };
        uint32_t date = 0, back = 0;
        struct date_fault fault;
        char out[DATE_TEXT_SIZE];
        for (uint64_t n = test_random(&seed) % 7; n > 0; n--)
            buf_put_str(&text, pieces[test_random(&seed) % ARRAY_LEN(pieces)]);
        if (date_parse(buf_cstr(&text), TODAY, &date, &fault) == ERR_OK) {
            good++;
            bool ok = CHECK(date_is_valid(date));
            date_print(date, out);
            ok = CHECK_EQ(date_parse(out, TODAY, &back, &fault), ERR_OK) && CHECK_EQ(back, date) && ok;
            date_print_iso(date, out);
            ok = CHECK_EQ(date_parse(out, TODAY, &back, &fault), ERR_OK) && CHECK_EQ(back, date) && ok;
            if (!ok)
                CHECK_STR(buf_cstr(&text), "");
        } else {
            CHECK(fault.kind != DATE_FAULT_NONE);
        }
        buf_deinit(&text);
    }
    CHECK(good > 1000); /* the pieces do make dates */
}
