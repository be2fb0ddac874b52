/* money.c - groups of three, a decimal comma, a unit. */
#include "money.h"

#include "text.h"

static const struct unit {
    const char *word; /* folded */
    int64_t factor;
} units[] = {
    { "", 1 },         { "d", 1 },         { "dong", 1 },       { "vnd", 1 },         { "k", 1000 },
    { "nghin", 1000 }, { "ngan", 1000 },   { "tr", 1000000 },   { "trieu", 1000000 }, { "ty", 1000000000 },
    { "ti", 1000000000 },
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* value * 10 + digit, refused when it would not fit. */
static bool push_digit(int64_t *value, char digit)
{
    return !__builtin_mul_overflow(*value, 10, value) && !__builtin_add_overflow(*value, digit - '0', value);
}

static size_t count_digits(const char *at)
{
    size_t n = 0;
    while (is_digit(at[n]))
        n++;
    return n;
}

/* Digits in one run, or in groups of three parted by one and the same sign. */
static bool take_whole(const char **at, int64_t *value)
{
    size_t first = count_digits(*at);
    char sign = (*at)[first];
    bool grouped = (sign == '.' || sign == ' ') && is_digit((*at)[first + 1]);
    if (first == 0 || (grouped && first > 3))
        return false;
    *value = 0;
    for (size_t n = first;; n = 3) {
        for (size_t i = 0; i < n; i++) {
            if (!push_digit(value, *(*at)++))
                return false;
        }
        if (!grouped || **at != sign || !is_digit((*at)[1]))
            return true;
        (*at)++;
        if (count_digits(*at) != 3)
            return false;
    }
}

static bool take_decimals(const char **at, int64_t *value, int64_t *scale)
{
    *scale = 1;
    if (**at != ',')
        return true;
    (*at)++;
    if (!is_digit(**at))
        return false;
    while (is_digit(**at)) {
        if (!push_digit(value, *(*at)++) || __builtin_mul_overflow(*scale, 10, scale))
            return false;
    }
    return true;
}

static bool apply_unit(const char *word, int64_t value, int64_t scale, int64_t *dong)
{
    while (*word == ' ')
        word++;
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (strcmp(word, units[i].word) == 0) {
            int64_t factor = units[i].factor;
            return factor % scale == 0 && !__builtin_mul_overflow(value, factor / scale, dong);
        }
    }
    return false;
}

static bool parse_key(const char *at, int64_t *dong)
{
    int64_t value, scale, sum;
    bool negative = *at == '-';
    at += negative;
    if (!take_whole(&at, &value) || !take_decimals(&at, &value, &scale) || !apply_unit(at, value, scale, &sum))
        return false;
    *dong = negative ? -sum : sum;
    return true;
}

enum err money_parse(const char *text, int64_t *dong)
{
    struct buf key = { 0 };
    bool ok = text_key(bytes_of_str(text), &key) == ERR_OK && parse_key(buf_cstr(&key), dong);
    buf_deinit(&key);
    return ok ? ERR_OK : ERR_BAD_VALUE;
}

void money_print(int64_t dong, char out[MONEY_TEXT_SIZE])
{
    char reversed[MONEY_TEXT_SIZE];
    size_t n = 0;
    size_t digits = 0;
    uint64_t rest = dong < 0 ? 0 - (uint64_t)dong : (uint64_t)dong;
    do {
        if (digits > 0 && digits % 3 == 0)
            reversed[n++] = '.';
        reversed[n++] = (char)('0' + rest % 10);
        rest /= 10;
        digits++;
    } while (rest != 0);
    if (dong < 0)
        reversed[n++] = '-';
    for (size_t i = 0; i < n; i++)
        out[i] = reversed[n - 1 - i];
    out[n] = 0;
}
