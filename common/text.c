/* text.c - UTF-8, NFC, cleaning, folding and width over utf8proc. */
#include "text.h"

#include <stdlib.h>
#include <utf8proc.h>

#include "text_plain.h"

/* One character from the front of s (s.n > 0): its length in bytes, or 0 when the bytes are not UTF-8. */
static size_t next_char(struct bytes s, int32_t *c)
{
    if (s.p[0] < 0x80) {
        *c = s.p[0];
        return 1;
    }
    utf8proc_ssize_t n = utf8proc_iterate(s.p, (utf8proc_ssize_t)s.n, c);
    return n > 0 ? (size_t)n : 0;
}

size_t text_utf8_prefix(struct bytes s)
{
    size_t at = 0;
    while (at < s.n) {
        int32_t c;
        size_t n = next_char(bytes_cut(s, at), &c);
        if (n == 0)
            break;
        at += n;
    }
    return at;
}

/* --- normal form --- */

/* Characters of combining class 0 that are NFC_Quick_Check=Yes and that compose with nothing before them: text
 * made of these alone is in NFC. Latin up to U+02FF, the Vietnamese letters of U+1EA0.., dashes and quotes. */
static bool is_plainly_nfc(int32_t c)
{
    return c < 0x300 || (c >= 0x1EA0 && c <= 0x1EF9) || (c >= 0x2010 && c <= 0x2027);
}

/* The code points of s after decomposition under `options`; s is valid UTF-8. The caller frees; room for one more. */
static int32_t *decompose(struct bytes s, utf8proc_option_t options, utf8proc_custom_func map, size_t *count)
{
    utf8proc_ssize_t size = (utf8proc_ssize_t)s.n;
    utf8proc_ssize_t need = utf8proc_decompose_custom(s.p, size, NULL, 0, options, map, NULL);
    assert(need >= 0);
    int32_t *points = mem_alloc(((size_t)need + 1) * sizeof(*points));
    utf8proc_ssize_t got = utf8proc_decompose_custom(s.p, size, points, need, options, map, NULL);
    assert(got == need);
    *count = (size_t)got;
    return points;
}

static void put_points(struct buf *out, int32_t *points, size_t count, utf8proc_option_t options)
{
    /* utf8proc_reencode works in place: UTF-8 is never longer than the code points it came from. */
    utf8proc_ssize_t n = utf8proc_reencode(points, (utf8proc_ssize_t)count, options);
    assert(n >= 0);
    buf_put(out, points, (size_t)n);
    explicit_bzero(points, count * sizeof(*points)); /* names and minutes do not stay in freed memory */
    free(points);
}

static void put_nfc(struct buf *out, struct bytes s)
{
    size_t count;
    utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
    int32_t *points = decompose(s, options, NULL, &count);
    put_points(out, points, count, options);
}

/* Where the text stops being plainly in NFC; s.n when it never does, valid UTF-8 up to there. */
static size_t plain_prefix(struct bytes s)
{
    size_t at = 0;
    while (at < s.n) {
        int32_t c;
        size_t n = next_char(bytes_cut(s, at), &c);
        if (n == 0 || !is_plainly_nfc(c))
            break;
        at += n;
    }
    return at;
}

bool text_is_nfc(struct bytes s)
{
    size_t plain = plain_prefix(s);
    if (plain == s.n)
        return true;
    if (!text_is_utf8(bytes_cut(s, plain)))
        return false;
    struct buf nfc = { 0 };
    put_nfc(&nfc, s);
    bool same = bytes_equal(buf_bytes(&nfc), s);
    buf_wipe_deinit(&nfc);
    return same;
}

/* --- cleaning --- */

enum char_class { CHAR_KEEP, CHAR_SPACE, CHAR_LINE, CHAR_DROP, CHAR_REFUSE };

/* What to do with a character. Rows are ranges of code points, tried in order. */
static const struct char_row {
    int32_t from;
    int32_t to;
    enum char_class class;
} char_rows[] = {
    { '\t', '\t', CHAR_SPACE },       { '\n', '\n', CHAR_LINE },        { '\r', '\r', CHAR_LINE },
    { 0x00, 0x1F, CHAR_REFUSE },      { 0x7F, 0x84, CHAR_REFUSE },      { 0x85, 0x85, CHAR_LINE },
    { 0x86, 0x9F, CHAR_REFUSE },      { 0xAD, 0xAD, CHAR_DROP },        { 0x200B, 0x200B, CHAR_DROP },
    { 0x2028, 0x2029, CHAR_LINE },    { 0x202A, 0x202E, CHAR_REFUSE },  { 0x2066, 0x2069, CHAR_REFUSE },
    { 0xFEFF, 0xFEFF, CHAR_DROP },
};

static enum char_class classify(int32_t c)
{
    for (size_t i = 0; i < ARRAY_LEN(char_rows); i++) {
        if (c >= char_rows[i].from && c <= char_rows[i].to)
            return char_rows[i].class;
    }
    return utf8proc_category(c) == UTF8PROC_CATEGORY_ZS ? CHAR_SPACE : CHAR_KEEP;
}

/* Spaces and line ends are held back until a character follows, so none is left at an end. */
struct gap {
    bool space;
    size_t lines;
};

static void put_gap(struct buf *out, struct gap *gap, bool at_start)
{
    if (!at_start) {
        for (size_t i = 0; i < gap->lines; i++)
            buf_put_u8(out, '\n');
        if (gap->lines == 0 && gap->space)
            buf_put_u8(out, ' ');
    }
    *gap = (struct gap){ 0 };
}

/* Everything but the normal form. */
static enum err squeeze(struct bytes in, enum text_lines lines, struct buf *out)
{
    struct gap gap = { 0 };
    bool after_cr = false; /* \r\n is one line end */
    for (size_t at = 0, n; at < in.n; at += n) {
        int32_t c;
        n = next_char(bytes_cut(in, at), &c);
        if (n == 0)
            return ERR_BAD_UTF8;
        enum char_class class = classify(c);
        if (class == CHAR_REFUSE)
            return ERR_BAD_VALUE;
        if (class == CHAR_SPACE || (class == CHAR_LINE && lines == TEXT_ONE_LINE)) {
            gap.space = true;
        } else if (class == CHAR_LINE) {
            gap.lines += !(after_cr && c == '\n');
        } else if (class == CHAR_KEEP) {
            put_gap(out, &gap, out->n == 0);
            buf_put(out, in.p + at, n);
        }
        after_cr = c == '\r';
    }
    return ERR_OK;
}

enum err text_clean(struct bytes in, enum text_lines lines, struct buf *out)
{
    struct buf squeezed = { 0 };
    /* Before composing: a dropped character may have stood between a letter and its mark. */
    enum err e = squeeze(in, lines, &squeezed);
    if (e == ERR_OK) {
        struct bytes s = buf_bytes(&squeezed);
        if (plain_prefix(s) == s.n)
            buf_put_bytes(out, s);
        else
            put_nfc(out, s);
    }
    buf_wipe_deinit(&squeezed);
    return e;
}

/* A run of what may be shown goes out in one piece. */
void text_show(struct bytes in, struct buf *out)
{
    size_t from = 0;
    for (size_t at = 0, n; at < in.n; at += n) {
        int32_t c = 0;
        n = next_char(bytes_cut(in, at), &c);
        if (n > 0 && ((c >= ' ' && c < 0x7F) || c == '\n' || (c > 0x7F && classify(c) != CHAR_REFUSE && c != 0x85)))
            continue;
        buf_put(out, in.p + from, at - from);
        buf_put_u8(out, '?');
        n += n == 0;
        from = at + n;
    }
    buf_put(out, in.p + from, in.n - from);
}

/* --- folding --- */

/* Letters with a stroke have no decomposition. Eth and the African D look the same and are mistaken for Đ. */
static utf8proc_int32_t fold_stroke(utf8proc_int32_t c, void *unused)
{
    (void)unused;
    switch (c) {
    case 0x0110: /* Đ */
    case 0x0111: /* đ */
    case 0x00D0: /* Ð */
    case 0x00F0: /* ð */
    case 0x0189: /* Ɖ */
        return 'd';
    default:
        return c;
    }
}

enum err text_fold(struct bytes in, struct buf *out)
{
    if (!text_is_utf8(in))
        return ERR_BAD_UTF8;
    utf8proc_option_t options =
        UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_STRIPMARK | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
    size_t count;
    int32_t *points = decompose(in, options, fold_stroke, &count);
    put_points(out, points, count, options);
    return ERR_OK;
}

enum err text_key(struct bytes in, struct buf *out)
{
    struct buf clean = { 0 };
    if (text_plain_key(in, out))
        return ERR_OK;
    enum err e = text_clean(in, TEXT_ONE_LINE, &clean);
    if (e == ERR_OK)
        e = text_fold(buf_bytes(&clean), out);
    buf_wipe_deinit(&clean);
    return e;
}

enum err text_upper(struct bytes in, struct buf *out)
{
    if (!text_is_utf8(in))
        return ERR_BAD_UTF8;
    while (in.n > 0) {
        utf8proc_uint8_t upper[4];
        utf8proc_int32_t c;
        size_t n = next_char(in, &c);
        buf_put(out, upper, (size_t)utf8proc_encode_char(utf8proc_toupper(c), upper));
        in = bytes_cut(in, n);
    }
    return ERR_OK;
}

enum err text_capitals(struct bytes in, struct buf *out)
{
    bool begins = true;

    if (!text_is_utf8(in))
        return ERR_BAD_UTF8;
    for (size_t at = 0; at < in.n;) {
        utf8proc_int32_t c;
        utf8proc_uint8_t encoded[4];
        at += (size_t)utf8proc_iterate(in.p + at, (utf8proc_ssize_t)(in.n - at), &c);
        buf_put(out, encoded, (size_t)utf8proc_encode_char(begins ? utf8proc_toupper(c) : c, encoded));
        begins = c == ' ' || c == '-' || c == '\n';
    }
    return ERR_OK;
}

/* --- sorting --- */

#define BREVE 0x306
#define CIRCUMFLEX 0x302
#define HORN 0x31B

/* The alphabet: letters that follow their base with a mark are letters of their own. */
static const struct letter {
    int32_t base;
    int32_t mark;
} alphabet[] = {
    { 'a', 0 }, { 'a', BREVE }, { 'a', CIRCUMFLEX }, { 'b', 0 }, { 'c', 0 }, { 'd', 0 }, { 0x111, 0 }, { 'e', 0 },
    { 'e', CIRCUMFLEX }, { 'f', 0 }, { 'g', 0 }, { 'h', 0 }, { 'i', 0 }, { 'j', 0 }, { 'k', 0 }, { 'l', 0 }, { 'm', 0 },
    { 'n', 0 }, { 'o', 0 }, { 'o', CIRCUMFLEX }, { 'o', HORN }, { 'p', 0 }, { 'q', 0 }, { 'r', 0 }, { 's', 0 },
    { 't', 0 }, { 'u', 0 }, { 'u', HORN }, { 'v', 0 }, { 'w', 0 }, { 'x', 0 }, { 'y', 0 }, { 'z', 0 },
};

/* huyền, hỏi, ngã, sắc, nặng; none comes before them. */
static const int32_t tones[] = { 0x300, 0x309, 0x303, 0x301, 0x323 };

enum { WEIGHT_END = 1, WEIGHT_OTHER = 2, WEIGHT_DIGIT = 0x10, WEIGHT_LETTER = 0x20, WEIGHT_FOREIGN = 0xFF };

static bool is_mark(int32_t c)
{
    return utf8proc_category(c) == UTF8PROC_CATEGORY_MN;
}

static void put_weight(struct buf *out, int32_t base, int32_t mark)
{
    for (size_t i = 0; i < ARRAY_LEN(alphabet); i++) {
        if (alphabet[i].base == base && alphabet[i].mark == mark) {
            buf_put_u8(out, (uint8_t)(WEIGHT_LETTER + i));
            return;
        }
    }
    if (mark != 0) {
        put_weight(out, base, 0); /* a mark that makes no letter here */
    } else if (base >= '0' && base <= '9') {
        buf_put_u8(out, (uint8_t)(WEIGHT_DIGIT + base - '0'));
    } else if (base < 0x80) {
        buf_put_u8(out, WEIGHT_OTHER);
    } else {
        buf_put_u8(out, WEIGHT_FOREIGN);
        buf_put_u32(out, (uint32_t)base);
    }
}

/* One letter with its marks from the front of `points`; returns how many code points that was. */
static size_t put_letter(const int32_t *points, size_t count, struct buf *weights, struct buf *tone_weights)
{
    int32_t mark = 0;
    uint8_t tone = 1;
    size_t n = 1;
    for (; n < count && is_mark(points[n]); n++) {
        if (points[n] == BREVE || points[n] == CIRCUMFLEX || points[n] == HORN)
            mark = points[n];
        for (uint8_t i = 0; i < ARRAY_LEN(tones); i++) {
            if (points[n] == tones[i])
                tone = (uint8_t)(i + 2);
        }
    }
    put_weight(weights, points[0], mark);
    buf_put_u8(tone_weights, tone);
    return n;
}

enum err text_sort_key(struct bytes in, struct buf *out)
{
    if (!text_is_utf8(in))
        return ERR_BAD_UTF8;
    size_t count;
    struct buf tone_weights = { 0 };
    int32_t *points = decompose(in, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD, NULL, &count);
    for (size_t at = 0; at < count;)
        at += put_letter(points + at, count - at, out, &tone_weights);
    buf_put_u8(out, WEIGHT_END);
    buf_put_bytes(out, buf_bytes(&tone_weights));
    buf_put_u8(out, 0); /* keys may be joined: the next one counts only between equals */
    explicit_bzero(points, count * sizeof(*points));
    free(points);
    buf_deinit(&tone_weights);
    return ERR_OK;
}

/* --- width --- */

struct bytes text_fit(struct bytes s, size_t columns)
{
    size_t used = 0;
    size_t at = 0;
    while (at < s.n) {
        int32_t c;
        size_t n = next_char(bytes_cut(s, at), &c);
        size_t wide = n == 0 ? 1 : (size_t)utf8proc_charwidth(c);
        if (wide > columns - used)
            break;
        used += wide;
        at += n == 0 ? 1 : n;
    }
    return bytes_of(s.p, at);
}

size_t text_width(struct bytes s)
{
    size_t columns = 0;
    for (size_t at = 0, n; at < s.n; at += n) {
        int32_t c;
        n = next_char(bytes_cut(s, at), &c);
        columns += n == 0 ? 1 : (size_t)utf8proc_charwidth(c);
        n += n == 0;
    }
    return columns;
}
