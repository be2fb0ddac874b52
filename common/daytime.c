/* daytime.c - hour, minute and the part of the day, over folded text. */
#include "daytime.h"

#include "text.h"

/* What an hour means in a part of the day. The first row that fits counts; an hour that fits none is refused. */
static const struct part_row {
    const char *word; /* folded */
    unsigned from;
    unsigned to;
    int add;
} part_rows[] = {
    { "", 0, 23, 0 },
    { "sang", 0, 11, 0 },
    { "trua", 10, 14, 0 },
    { "trua", 1, 2, 12 },
    { "chieu", 1, 6, 12 },
    { "chieu", 12, 18, 0 },
    { "toi", 5, 11, 12 },
    { "toi", 17, 23, 0 },
    { "dem", 12, 12, -12 },
    { "dem", 9, 11, 12 },
    { "dem", 0, 4, 0 },
    { "dem", 21, 23, 0 },
    { "am", 12, 12, -12 },
    { "am", 0, 11, 0 },
    { "pm", 12, 12, 0 },
    { "pm", 1, 11, 12 },
};

static const char *const hour_marks[] = { "gio", "h", "g", ":", "." };
static const char *const minute_marks[] = { "phut", "ph", "p" };

static void skip_blanks(const char **at)
{
    while (**at == ' ')
        (*at)++;
}

/* One or two digits. */
static bool take_number(const char **at, unsigned *value)
{
    unsigned digits = 0;
    skip_blanks(at);
    *value = 0;
    for (; **at >= '0' && **at <= '9' && digits < 3; (*at)++, digits++)
        *value = *value * 10 + (unsigned)(**at - '0');
    return digits == 1 || digits == 2;
}

static bool take_word(const char **at, const char *word)
{
    skip_blanks(at);
    size_t n = strlen(word);
    if (strncmp(*at, word, n) != 0)
        return false;
    *at += n;
    return true;
}

static bool take_any(const char **at, const char *const words[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (take_word(at, words[i]))
            return true;
    }
    return false;
}

/* "phut", "ph", "p", but not the p of "pm". */
static void skip_minute_mark(const char **at)
{
    const char *after = *at;
    if (take_any(&after, minute_marks, ARRAY_LEN(minute_marks)) && (*after == 0 || *after == ' '))
        *at = after;
}

static bool starts_number(const char *at)
{
    skip_blanks(&at);
    return *at >= '0' && *at <= '9';
}

/* "19h30", "19 gio", "7 ruoi", "7" with `*bare` set. The rest of the text is the part of the day. */
static bool take_clock(const char **at, unsigned *hour, unsigned *minute, bool *bare)
{
    *minute = 0;
    if (!take_number(at, hour))
        return false;
    bool marked = take_any(at, hour_marks, ARRAY_LEN(hour_marks));
    bool needs_minutes = marked && ((*at)[-1] == ':' || (*at)[-1] == '.');
    *bare = !marked;
    if (take_word(at, "ruoi")) {
        *bare = false;
        *minute = 30;
        return !needs_minutes;
    }
    if (!marked || !starts_number(*at))
        return !needs_minutes;
    if (!take_number(at, minute))
        return false;
    skip_minute_mark(at);
    return *minute < 60;
}

static bool parse_key(const char *key, unsigned *minutes)
{
    const char *at = key;
    unsigned hour, minute;
    bool bare;
    if (!take_clock(&at, &hour, &minute, &bare))
        return false;
    skip_blanks(&at);
    if (bare && *at == 0)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(part_rows); i++) {
        const struct part_row *row = &part_rows[i];
        if (strcmp(at, row->word) == 0 && hour >= row->from && hour <= row->to) {
            *minutes = (unsigned)((int)hour + row->add) * 60 + minute;
            return true;
        }
    }
    return false;
}

enum err daytime_parse(const char *text, unsigned *minutes)
{
    struct buf key = { 0 };
    bool ok = text_key(bytes_of_str(text), &key) == ERR_OK && parse_key(buf_cstr(&key), minutes);
    buf_deinit(&key);
    return ok ? ERR_OK : ERR_BAD_VALUE;
}

void daytime_print(unsigned minutes, char out[DAYTIME_TEXT_SIZE])
{
    assert(daytime_is_valid(minutes));
    out[0] = (char)('0' + minutes / 600);
    out[1] = (char)('0' + minutes / 60 % 10);
    out[2] = ':';
    out[3] = (char)('0' + minutes % 60 / 10);
    out[4] = (char)('0' + minutes % 10);
    out[5] = 0;
}

bool daytime_is_valid(uint64_t minutes)
{
    return minutes < DAYTIME_MINUTES;
}
