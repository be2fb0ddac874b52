/* text_plain.c - see text_plain.h. tests/t_text.c holds every letter of it against utf8proc. */
#include "text_plain.h"

/* Of the letters from U+00C0 on; a blank: not one of these. */
static const char latin[] = "aaaaaa ceeeeiiiidnooooo  uuuuy  aaaaaa ceeeeiiiidnooooo  uuuuy y";

/* Of pairs, capital and small, from U+1EA0 on. */
static const char vietnamese[] = "aaaaaaaaaaaaeeeeeeeeiioooooooooooouuuuuuuyyyy";

static char letter_of_two(unsigned c)
{
    if (c >= 0xC0 && c <= 0xFF)
        return latin[c - 0xC0];
    switch (c & ~1u) {
    case 0x102: return 'a';
    case 0x110: return 'd';
    case 0x128: return 'i';
    case 0x168: return 'u';
    case 0x1A0: return 'o';
    default: return c == 0x1AF || c == 0x1B0 ? 'u' : ' ';
    }
}

/* The letter that begins here, without its marks; ' ': none of ours. */
static char letter_at(struct bytes in, size_t at, size_t *length)
{
    const uint8_t *p = in.p + at;
    const size_t left = in.n - at;

    *length = p[0] < 0xE0 ? 2 : 3;
    if (left < *length || (p[1] & 0xC0) != 0x80)
        return ' ';
    if (*length == 2)
        return p[0] < 0xC2 ? ' ' : letter_of_two((p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu));
    const unsigned c = (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
    if (p[0] != 0xE1 || (p[2] & 0xC0) != 0x80 || c < 0x1EA0 || c > 0x1EF9)
        return ' ';
    return vietnamese[(c - 0x1EA0) / 2];
}

bool text_plain_key(struct bytes in, struct buf *out)
{
    const size_t before = out->n;
    uint8_t *to = buf_grow(out, in.n);
    size_t n = 0, length;
    bool gap = false;

    for (size_t at = 0; at < in.n; at += length) {
        const uint8_t c = in.p[at];
        char letter = (char)c;
        length = 1;
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            gap = n > 0;
            continue;
        }
        if (c >= 'A' && c <= 'Z')
            letter = (char)(c + 'a' - 'A');
        else if (c >= 0x80)
            letter = letter_at(in, at, &length);
        if (letter == ' ' || c < ' ' || c == 0x7F) {
            out->n = before;
            return false;
        }
        if (gap)
            to[n++] = ' ';
        gap = false;
        to[n++] = (uint8_t)letter;
    }
    out->n = before + n;
    return true;
}
