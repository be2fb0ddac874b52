/* date_parse.c - dates as people write them. The text is folded first, so marks and case do not matter; then it is up
 * to three numbers with something between them:
 *
 *     lead   number  joint  number  joint  number
 *     ngày     4       /      11      -      26
 *
 * Four digits are a year, and tell in which order the others stand. */
#include "date.h"
#include "text.h"

enum lead { LEAD_NONE, LEAD_DAY, LEAD_MONTH, LEAD_YEAR };

struct number {
    unsigned value;
    unsigned digits;
};

struct numbers {
    enum lead lead;
    bool year_is_named; /* "năm" stands before the last one */
    unsigned count;
    struct number n[3];
};

static const struct relative {
    const char *word; /* folded, without blanks and dashes */
    int days;
} relatives[] = {
    { "homnay", 0 }, { "today", 0 },   { "homqua", -1 },  { "yesterday", -1 },
    { "homkia", -2 }, { "ngaymai", 1 }, { "tomorrow", 1 },
};

/* What betrays a day of the lunar calendar. */
static const char *const lunar_words[] = { "mung", "mong", "ram", "gieng", "chap", "tet", "nhuan", "am", "al" };

static const char *const joints[] = { "/", "-", ".", " ", "thang" };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool has_word(const char *key, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = strstr(key, word); at != NULL; at = strstr(at + 1, word)) {
        if ((at == key || !is_letter(at[-1])) && !is_letter(at[n]))
            return true;
    }
    return false;
}

static bool is_lunar(const char *key)
{
    for (size_t i = 0; i < ARRAY_LEN(lunar_words); i++) {
        if (has_word(key, lunar_words[i]))
            return true;
    }
    return false;
}

static bool equal_but_blanks(const char *key, const char *word)
{
    for (; *key != 0; key++) {
        if (*key == ' ' || *key == '-')
            continue;
        if (*key != *word++)
            return false;
    }
    return *word == 0;
}

static bool parse_relative(const char *key, uint32_t today, uint32_t *out)
{
    for (size_t i = 0; i < ARRAY_LEN(relatives); i++) {
        if (equal_but_blanks(key, relatives[i].word)) {
            *out = date_from_days(date_to_days(today) + relatives[i].days);
            return true;
        }
    }
    return false;
}

/* The run of other characters up to the next digit or the end, without the blanks around it; a run of nothing
 * but blanks is one blank. */
static struct bytes take_run(const char **at)
{
    const char *from = *at;
    while (**at != 0 && !is_digit(**at))
        (*at)++;
    const char *to = *at;
    const char *whole = from;
    while (from < to && *from == ' ')
        from++;
    while (to > from && to[-1] == ' ')
        to--;
    return from == to && whole < *at ? bytes_of_str(" ") : bytes_of(from, (size_t)(to - from));
}

static bool take_lead(const char **at, enum lead *lead)
{
    static const char *const leads[] = {
        [LEAD_NONE] = "", [LEAD_DAY] = "ngay", [LEAD_MONTH] = "thang", [LEAD_YEAR] = "nam",
    };
    struct bytes run = take_run(at);
    for (unsigned i = 0; i < ARRAY_LEN(leads); i++) {
        if (bytes_equal(run, bytes_of_str(leads[i]))) {
            *lead = (enum lead)i;
            return true;
        }
    }
    return false;
}

static bool take_joint(const char **at, bool *year_is_named)
{
    struct bytes run = take_run(at);
    if (*year_is_named) /* nothing follows a year that was called one */
        return false;
    *year_is_named = bytes_equal(run, bytes_of_str("nam"));
    if (*year_is_named)
        return true;
    for (size_t i = 0; i < ARRAY_LEN(joints); i++) {
        if (bytes_equal(run, bytes_of_str(joints[i])))
            return true;
    }
    return false;
}

static bool take_number(const char **at, struct number *n)
{
    *n = (struct number){ 0 };
    for (; is_digit(**at) && n->digits < 5; (*at)++, n->digits++)
        n->value = n->value * 10 + (unsigned)(**at - '0');
    return n->digits == 1 || n->digits == 2 || n->digits == 4;
}

static bool scan(const char *key, struct numbers *out)
{
    const char *at = key;
    *out = (struct numbers){ 0 };
    if (!take_lead(&at, &out->lead))
        return false;
    while (*at != 0) {
        if (out->count == ARRAY_LEN(out->n) || (out->count > 0 && !take_joint(&at, &out->year_is_named)))
            return false;
        if (!take_number(&at, &out->n[out->count++]))
            return false;
    }
    return out->count > 0;
}

static bool is_typed_zero(struct number n)
{
    return n.digits > 0 && n.value == 0;
}

static unsigned full_year(struct number n, uint32_t today)
{
    return n.digits == 4 ? n.value : date_year_of_two_digits(n.value, today);
}

/* Which number is what. False when they do not make a date of any form. */
static bool assign(const struct numbers *in, uint32_t today, unsigned *year, unsigned *month, unsigned *day)
{
    static const struct number none = { 0 };
    const struct number *a = &in->n[0], *b = &in->n[1], *c = &in->n[2];
    const struct number *y = &none, *m = &none, *d = &none;
    if (in->count == 1 && in->lead == LEAD_MONTH)
        m = a;
    else if (in->count == 1 && (a->digits == 4 || in->lead == LEAD_YEAR))
        y = a;
    else if (in->count == 1 || in->lead == LEAD_YEAR)
        return false;
    else if (a->digits == 4)
        y = a, m = b, d = in->count == 3 ? c : &none;
    else if (in->count == 3)
        y = c, m = b, d = a;
    else if (b->digits == 4 || in->lead == LEAD_MONTH || in->year_is_named)
        y = b, m = a;
    else
        m = b, d = a;
    if (y->digits == 1 || m->digits == 4 || d->digits == 4 || is_typed_zero(*m) || is_typed_zero(*d))
        return false;
    *year = y->digits == 0 ? date_year(today) : full_year(*y, today);
    *month = m->value;
    *day = d->value;
    return true;
}

static enum date_fault_kind check(unsigned year, unsigned month, unsigned day)
{
    if (year < DATE_YEAR_MIN || year > DATE_YEAR_MAX)
        return DATE_FAULT_YEAR;
    if (month > 12)
        return DATE_FAULT_MONTH;
    if (day > 0 && day > date_month_days(year, month))
        return DATE_FAULT_DAY;
    return DATE_FAULT_NONE;
}

static enum date_fault_kind parse_key(const char *key, uint32_t today, uint32_t *out, struct date_fault *fault)
{
    struct numbers in;
    unsigned year, month, day;
    if (parse_relative(key, today, out))
        return DATE_FAULT_NONE;
    if (is_lunar(key))
        return DATE_FAULT_LUNAR;
    if (!scan(key, &in) || !assign(&in, today, &year, &month, &day))
        return DATE_FAULT_FORM;
    enum date_fault_kind kind = check(year, month, day);
    fault->year = year;
    fault->month = month;
    if (kind == DATE_FAULT_DAY)
        fault->day_max = date_month_days(year, month);
    if (kind == DATE_FAULT_NONE)
        *out = year * 10000 + month * 100 + day;
    return kind;
}

enum err date_parse(const char *text, uint32_t today, uint32_t *out, struct date_fault *fault)
{
    assert(date_is_full(today));
    struct buf key = { 0 };
    *fault = (struct date_fault){ .kind = DATE_FAULT_FORM };
    if (text_key(bytes_of_str(text), &key) == ERR_OK)
        fault->kind = parse_key(buf_cstr(&key), today, out, fault);
    buf_deinit(&key);
    return fault->kind == DATE_FAULT_NONE ? ERR_OK : ERR_BAD_DATE;
}
