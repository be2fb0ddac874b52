/* period.c - periods: one table of names, with a year before or after. */
#include "period.h"

#include "date.h"
#include "text.h"

#define QUARTER 20
#define HALF 30

/* Folded names of quarters and halves; the longer of two that begin alike comes first. */
static const struct name_row {
    const char *name;
    unsigned code;
} name_rows[] = {
    { "quy iv", QUARTER + 4 },        { "quy iii", QUARTER + 3 },      { "quy ii", QUARTER + 2 },
    { "quy i", QUARTER + 1 },         { "quy 1", QUARTER + 1 },        { "quy 2", QUARTER + 2 },
    { "quy 3", QUARTER + 3 },         { "quy 4", QUARTER + 4 },        { "q1", QUARTER + 1 },
    { "q2", QUARTER + 2 },            { "q3", QUARTER + 3 },           { "q4", QUARTER + 4 },
    { "6 thang dau nam", HALF + 1 },  { "6 thang dau", HALF + 1 },     { "sau thang dau nam", HALF + 1 },
    { "6 thang cuoi nam", HALF + 2 }, { "6 thang cuoi", HALF + 2 },    { "sau thang cuoi nam", HALF + 2 },
    { "h1", HALF + 1 },               { "h2", HALF + 2 },
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z');
}

static bool take(const char **at, const char *word)
{
    size_t n = strlen(word);
    if (strncmp(*at, word, n) != 0)
        return false;
    *at += n;
    return true;
}

static void skip_blanks(const char **at)
{
    while (**at == ' ')
        (*at)++;
}

/* The number's digits, or 0 when there are none or more than four. */
static unsigned take_number(const char **at, unsigned *value)
{
    unsigned digits = 0;
    for (*value = 0; is_digit(**at) && digits <= 4; (*at)++, digits++)
        *value = *value * 10 + (unsigned)(**at - '0');
    return digits <= 4 ? digits : 0;
}

/* "quy 4", "6 thang dau nam", "11", "thang 11": the part below the year. */
static bool take_part(const char **at, unsigned *code)
{
    for (size_t i = 0; i < ARRAY_LEN(name_rows); i++) {
        const char *after = *at;
        if (take(&after, name_rows[i].name) && !is_word(*after)) {
            *at = after;
            *code = name_rows[i].code;
            return true;
        }
    }
    take(at, "thang ");
    unsigned digits = take_number(at, code);
    return (digits == 1 || digits == 2) && *code >= 1 && *code <= 12;
}

static void take_joint(const char **at)
{
    static const char *const joints[] = { "/", "-", ".", "nam " };
    skip_blanks(at);
    for (size_t i = 0; i < ARRAY_LEN(joints) && !take(at, joints[i]); i++)
        continue;
    skip_blanks(at);
}

/* Part first, then the year or nothing. */
static bool parse_part_year(const char *at, uint32_t today, unsigned *year, unsigned *code)
{
    if (!take_part(&at, code))
        return false;
    if (*at == 0) {
        *year = date_year(today);
        return true;
    }
    take_joint(&at);
    return take_number(&at, year) == 4 && *at == 0; /* "4/11" is a day of November to most people */
}

/* Year first, then the part or nothing. */
static bool parse_year_part(const char *at, unsigned *year, unsigned *code)
{
    take(&at, "nam ");
    *code = 0;
    if (take_number(&at, year) != 4)
        return false;
    if (*at == 0)
        return true;
    take_joint(&at);
    return take_part(&at, code) && *at == 0;
}

enum err period_parse(const char *text, uint32_t today, uint32_t *out)
{
    assert(date_is_full(today));
    struct buf key = { 0 };
    enum err e = ERR_BAD_VALUE;
    if (text_key(bytes_of_str(text), &key) == ERR_OK) {
        const char *at = buf_cstr(&key);
        unsigned year = 0, code = 0;
        bool ok = parse_year_part(at, &year, &code) || parse_part_year(at, today, &year, &code);
        if (ok && period_is_valid(year * 100 + code)) {
            *out = year * 100 + code;
            e = ERR_OK;
        }
    }
    buf_deinit(&key);
    return e;
}

static char *put_year(char *at, uint32_t period)
{
    unsigned year = period / 100;
    for (unsigned i = 4; i > 0; i--, year /= 10)
        at[i - 1] = (char)('0' + year % 10);
    return at + 4;
}

/* "11", "Q4", "H1": two characters. */
static char *put_part(char *at, uint32_t period)
{
    unsigned code = period % 100;
    char tens = (char)('0' + code / 10);
    at[0] = code > HALF ? 'H' : code > QUARTER ? 'Q' : tens;
    at[1] = (char)('0' + code % 10);
    return at + 2;
}

void period_print(uint32_t period, char out[PERIOD_TEXT_SIZE])
{
    char *at = out;
    if (period % 100 != 0) {
        at = put_part(at, period);
        *at++ = '/';
    }
    if (period != 0)
        at = put_year(at, period);
    *at = 0;
}

void period_print_iso(uint32_t period, char out[PERIOD_TEXT_SIZE])
{
    char *at = out;
    if (period != 0)
        at = put_year(at, period);
    if (period % 100 != 0) {
        *at++ = '-';
        at = put_part(at, period);
    }
    *at = 0;
}

bool period_is_valid(uint64_t period)
{
    uint64_t year = period / 100, code = period % 100;
    return year >= DATE_YEAR_MIN && year <= DATE_YEAR_MAX &&
           (code <= 12 || (code > QUARTER && code <= QUARTER + 4) || (code > HALF && code <= HALF + 2));
}

bool period_is_month(uint32_t period)
{
    return period_is_valid(period) && period % 100 >= 1 && period % 100 <= 12;
}

uint32_t period_of_date(uint32_t date)
{
    assert(date_is_valid(date) && date_month(date) != 0);
    return date / 100;
}

/* The first of its months and how many there are. */
static unsigned first_month(uint32_t period, unsigned *count)
{
    unsigned code = period % 100;
    assert(period_is_valid(period));
    *count = code == 0 ? 12 : code > HALF ? 6 : code > QUARTER ? 3 : 1;
    return code == 0 ? 1 : code > HALF ? (code - HALF) * 6 - 5 : code > QUARTER ? (code - QUARTER) * 3 - 2 : code;
}

uint32_t period_first_day(uint32_t period)
{
    unsigned count;
    return period / 100 * 10000 + first_month(period, &count) * 100 + 1;
}

uint32_t period_last_day(uint32_t period)
{
    unsigned count;
    unsigned year = period / 100;
    unsigned month = first_month(period, &count) + count - 1;
    return year * 10000 + month * 100 + date_month_days(year, month);
}
