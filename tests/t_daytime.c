/* Times of day as people say them. */
#include "../common/daytime.h"
#include "test.h"

static const struct good {
    const char *text;
    unsigned hour;
    unsigned minute;
} goods[] = {
    { "19:30", 19, 30 },     { "19h30", 19, 30 },        { "19H30", 19, 30 },    { "19.30", 19, 30 },
    { "19h", 19, 0 },        { "7h", 7, 0 },             { "0:00", 0, 0 },       { "23:59", 23, 59 },
    { "7h30 tối", 19, 30 },  { "7h30 toi", 19, 30 },     { "7h30toi", 19, 30 },  { "7 giờ 30 tối", 19, 30 },
    { "7 giờ 30 phút tối", 19, 30 }, { "7 rưỡi tối", 19, 30 }, { "7 giờ rưỡi", 7, 30 }, { "7g30", 7, 30 },
    { "19h30p", 19, 30 },    { "2h chiều", 14, 0 },      { "2h chieu", 14, 0 },  { "2 chiều", 14, 0 },
    { "14h chiều", 14, 0 },  { "8h sáng", 8, 0 },        { "11h trưa", 11, 0 },  { "12h trưa", 12, 0 },
    { "1h trưa", 13, 0 },    { "11h đêm", 23, 0 },       { "12h đêm", 0, 0 },    { "1h đêm", 1, 0 },
    { "19h30 tối", 19, 30 }, { "7:30 PM", 19, 30 },      { "12:15 am", 0, 15 },  { "12:15 pm", 12, 15 },
    { " 19 : 30 ", 19, 30 }, { "7h5", 7, 5 },            { "7 toi", 19, 0 },
};

TEST(what_people_say)
{
    for (size_t i = 0; i < ARRAY_LEN(goods); i++) {
        unsigned minutes = 9999;
        bool ok = CHECK_EQ(daytime_parse(goods[i].text, &minutes), ERR_OK);
        ok = CHECK_EQ(minutes, goods[i].hour * 60 + goods[i].minute) && ok;
        if (!ok)
            CHECK_STR(goods[i].text, "");
    }
}

TEST(what_no_clock_shows)
{
    static const char *const bads[] = {
        "",         "7",       "19",      "1930",   "24:00",  "25h",    "7h60",   "7:",      "7:3000", ":30",     "h30",
        "14h sáng", "13h am",  "8h chiều", "3h tối", "6h trưa", "7h30 x", "7h30 30", "-7h",    "7h-30",  "tối",     "abc",
        "7:30\x07", "7:30\xFF", "0 pm",    "tối 7h", "7h tối tối",
    };
    for (size_t i = 0; i < ARRAY_LEN(bads); i++) {
        unsigned minutes = 9999;
        bool ok = CHECK_EQ(daytime_parse(bads[i], &minutes), ERR_BAD_VALUE);
        if (!ok || !CHECK_EQ(minutes, 9999))
            CHECK_STR(bads[i], "");
    }
}

TEST(every_minute_prints_and_parses_back)
{
    char out[DAYTIME_TEXT_SIZE];
    for (unsigned m = 0; m < DAYTIME_MINUTES; m++) {
        unsigned back = 9999;
        daytime_print(m, out);
        if (daytime_parse(out, &back) != ERR_OK || back != m)
            CHECK_EQ(back, m);
    }
    daytime_print(19 * 60 + 5, out);
    CHECK_STR(out, "19:05");
    CHECK(daytime_is_valid(1439));
    CHECK(!daytime_is_valid(1440));
}
