/* charset.c - see charset.h. */
#include "charset.h"

#include <errno.h>
#include <iconv.h>
#include <strings.h>

#include "../common/text.h"

/* What else people and programs call them. */
static const struct row {
    const char *name, *iconv;
    const char *also[5];
} rows[CHARSET_COUNT] = {
    [CHARSET_UTF8] = {"utf-8", NULL, {"utf8", "unicode"}},
    [CHARSET_UTF16LE] = {"utf-16le", "UTF-16LE", {"utf16le", "utf-16", "utf16"}},
    [CHARSET_UTF16BE] = {"utf-16be", "UTF-16BE", {"utf16be"}},
    [CHARSET_TCVN3] = {"tcvn3", "TCVN5712-1", {"tcvn", "abc", "tcvn5712", "tcvn5712-1"}},
    [CHARSET_VNI] = {"vni", NULL, {"vni-win", "vni-windows", "vniwin"}},
    [CHARSET_CP1258] = {"cp1258", "CP1258", {"windows-1258", "windows1258", "1258"}},
    [CHARSET_VNI_UTF8] = {"vni-utf8", NULL, {"vni-unicode"}},
};

const char *charset_name(enum charset c)
{
    return rows[c].name;
}

bool charset_named(const char *typed, enum charset *out)
{
    for (size_t i = 0; i < CHARSET_COUNT; i++) {
        bool is = strcasecmp(typed, rows[i].name) == 0;
        for (size_t k = 0; k < ARRAY_LEN(rows[i].also) && rows[i].also[k] != NULL; k++)
            is = is || strcasecmp(typed, rows[i].also[k]) == 0;
        if (is) {
            *out = (enum charset)i;
            return true;
        }
    }
    return false;
}

/* Bytes of the mark that this encoding may begin with. */
static size_t mark(struct bytes text, enum charset c)
{
    static const struct {
        enum charset charset;
        const char *bytes;
    } marks[] = {{CHARSET_UTF8, "\xef\xbb\xbf"}, {CHARSET_UTF16LE, "\xff\xfe"}, {CHARSET_UTF16BE, "\xfe\xff"}};

    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        size_t n = strlen(marks[i].bytes);
        if (marks[i].charset == c && text.n >= n && memcmp(text.p, marks[i].bytes, n) == 0)
            return n;
    }
    return 0;
}

bool charset_told(struct bytes text, enum charset *out)
{
    for (enum charset c = CHARSET_UTF8; c <= CHARSET_UTF16BE; c++)
        if (mark(text, c) > 0) {
            *out = c;
            return true;
        }
    *out = CHARSET_UTF8;
    return text_is_utf8(text) && (text.n == 0 || memchr(text.p, 0, text.n) == NULL);
}

/* --- iconv --- */

static enum err convert(iconv_t with, struct bytes text, struct buf *out)
{
    /* iconv does not write to its input, though its prototype would let it. */
    char *in = (char *)(uintptr_t)text.p;
    size_t left = text.n;

    while (left > 0) {
        char chunk[4096], *to = chunk;
        size_t room = sizeof(chunk);
        size_t done = iconv(with, &in, &left, &to, &room);
        buf_put(out, chunk, sizeof(chunk) - room);
        if (done == (size_t)-1 && errno != E2BIG)
            return ERR_BAD_UTF8;
    }
    /* What is held back in case a mark follows. */
    char rest[64], *to = rest;
    size_t room = sizeof(rest);
    if (iconv(with, NULL, NULL, &to, &room) == (size_t)-1)
        return ERR_BAD_UTF8;
    buf_put(out, rest, sizeof(rest) - room);
    return ERR_OK;
}

static enum err with_iconv(struct bytes text, const char *name, struct buf *out)
{
    iconv_t with = iconv_open("UTF-8", name);
    if (with == (iconv_t)-1)
        return ERR_OTHER;
    enum err e = convert(with, text, out);
    iconv_close(with);
    return e;
}

/* --- VNI: a letter, and behind it one byte for all its marks --- */

#define CIRCUMFLEX "\xcc\x82"
#define BREVE "\xcc\x86"
#define ACUTE "\xcc\x81"
#define GRAVE "\xcc\x80"
#define HOOK "\xcc\x89"
#define TILDE "\xcc\x83"
#define DOT "\xcc\xa3"

/* Small letters; capitals lie 0x20 below. */
static const struct {
    uint8_t byte;
    const char *small, *capital;
} vni_letters[] = {
    {0xf1, "đ", "Đ"}, {0xf4, "ơ", "Ơ"}, {0xf6, "ư", "Ư"}, {0xed, "í", "Í"}, {0xec, "ì", "Ì"},
    {0xe6, "ỉ", "Ỉ"}, {0xf3, "ĩ", "Ĩ"}, {0xf2, "ị", "Ị"}, {0xee, "ỵ", "Ỵ"},
};

static const struct {
    uint8_t byte;
    const char *on; /* letters that may bear it: ơ is o, ư is u after a horn, written w */
    const char *marks;
} vni_marks[] = {
    {0xf9, "aeouyw", ACUTE}, {0xf8, "aeouyw", GRAVE}, {0xfb, "aeouyw", HOOK}, {0xf5, "aeouyw", TILDE},
    {0xef, "aeouyw", DOT},
    {0xe2, "aeo", CIRCUMFLEX}, {0xe1, "aeo", CIRCUMFLEX ACUTE}, {0xe0, "aeo", CIRCUMFLEX GRAVE},
    {0xe5, "aeo", CIRCUMFLEX HOOK}, {0xe3, "aeo", CIRCUMFLEX TILDE}, {0xe4, "aeo", CIRCUMFLEX DOT},
    {0xea, "a", BREVE}, {0xe9, "a", BREVE ACUTE}, {0xe8, "a", BREVE GRAVE}, {0xfa, "a", BREVE HOOK},
    {0xfc, "a", BREVE TILDE}, {0xeb, "a", BREVE DOT},
};

/* Punctuation of the code page below. */
static const struct {
    uint8_t byte;
    const char *text;
} vni_signs[] = {
    {0x85, "…"}, {0x91, "‘"}, {0x92, "’"}, {0x93, "“"}, {0x94, "”"}, {0x95, "•"}, {0x96, "–"}, {0x97, "—"},
    {0xa0, " "}, {0xa7, "§"}, {0xab, "«"}, {0xb0, "°"}, {0xb7, "·"}, {0xbb, "»"},
};

static bool vni_letter(uint8_t byte, struct buf *out)
{
    for (size_t i = 0; i < ARRAY_LEN(vni_letters); i++)
        if ((byte | 0x20) == vni_letters[i].byte && byte >= 0xc0) {
            buf_put_str(out, byte & 0x20 ? vni_letters[i].small : vni_letters[i].capital);
            return true;
        }
    for (size_t i = 0; i < ARRAY_LEN(vni_signs); i++)
        if (byte == vni_signs[i].byte) {
            buf_put_str(out, vni_signs[i].text);
            return true;
        }
    return false;
}

/* last: the letter before. */
static bool vni_mark(uint8_t byte, char last, struct buf *out)
{
    for (size_t i = 0; i < ARRAY_LEN(vni_marks); i++)
        if (byte >= 0xc0 && (byte | 0x20) == vni_marks[i].byte && last != 0 && strchr(vni_marks[i].on, last) != NULL) {
            buf_put_str(out, vni_marks[i].marks);
            return true;
        }
    return false;
}

static char bears_marks(uint8_t byte)
{
    uint8_t low = byte | 0x20;
    if (byte == 0xf4 || byte == 0xd4 || byte == 0xf6 || byte == 0xd6)
        return 'w';
    return byte < 0x80 && strchr("aeouy", low) != NULL ? (char)low : 0;
}

static enum err with_vni(struct bytes text, struct buf *out)
{
    char last = 0;

    for (size_t i = 0; i < text.n; i++) {
        uint8_t byte = text.p[i];
        bool marked = vni_mark(byte, last, out);
        if (!marked && byte < 0x80)
            buf_put_u8(out, byte);
        else if (!marked && !vni_letter(byte, out))
            return ERR_BAD_UTF8;
        last = marked ? 0 : bears_marks(byte);
    }
    return ERR_OK;
}

/* What was VNI, in whatever of Unicode it was saved. */
static enum err with_vni_again(struct bytes text, struct buf *out)
{
    struct buf plain = {0};
    enum charset c;
    enum err e = charset_told(text, &c) ? charset_decode(text, c, &plain) : ERR_BAD_UTF8;

    if (e == ERR_OK && !charset_was_vni(buf_bytes(&plain), out))
        e = ERR_BAD_UTF8;
    buf_wipe_deinit(&plain);
    return e;
}

enum err charset_decode(struct bytes text, enum charset c, struct buf *out)
{
    size_t before = out->n;
    struct bytes rest = bytes_cut(text, mark(text, c));
    enum err e = ERR_OK;

    if (c == CHARSET_VNI)
        e = with_vni(rest, out);
    else if (c == CHARSET_VNI_UTF8)
        e = with_vni_again(text, out);
    else if (c != CHARSET_UTF8)
        e = with_iconv(rest, rows[c].iconv, out);
    else if (text_is_utf8(rest))
        buf_put_bytes(out, rest);
    else
        e = ERR_BAD_UTF8;
    if (e != ERR_OK)
        out->n = before;
    return e;
}
