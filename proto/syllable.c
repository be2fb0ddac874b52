/* syllable.c - see syllable.h. */
#include "syllable.h"

#include "dictionary.h"

#define ONE_BYTE 0x80u   /* syllables 0 to 63 */
#define TWO_BYTES 0xc0u  /* the others: lead byte and a second */
#define CAPITAL 0xfdu    /* the next syllable begins with a capital letter */
#define IN_FULL 0xfeu    /* u8 n, n bytes */
#define FEW 64u          /* syllables of one byte */
#define MOST (FEW + (0xfcu - TWO_BYTES) * 256u)
#define SLOTS 8192u      /* of the hash table; a power of two, more than twice what the table holds */
#define NONE UINT16_MAX
#define LETTERS_MAX 9u   /* bytes of the longest syllable there is, such as "phường" */

static struct bytes table[DICTIONARY_SYLLABLES_MAX];
static uint16_t slots[SLOTS];
static size_t known;

_Static_assert(DICTIONARY_SYLLABLES_MAX <= MOST && DICTIONARY_SYLLABLES_MAX * 2 <= SLOTS, "every syllable has a code");

static size_t slot_of(const uint8_t *p, size_t n)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * 16777619u;
    return (h ^ h >> 15) & (SLOTS - 1);
}

static void learn(struct bytes syllable)
{
    size_t slot = slot_of(syllable.p, syllable.n);
    assert(known < DICTIONARY_SYLLABLES_MAX);
    while (slots[slot] != NONE)
        slot = (slot + 1) & (SLOTS - 1);
    table[known] = syllable;
    slots[slot] = (uint16_t)known++;
}

/* Once in a process. */
static void prepare(void)
{
    if (known > 0)
        return;
    memset(slots, 0xff, sizeof slots);
    for (const char *const *line = dictionary_1_syllables; *line != NULL; line++)
        for (const char *s = *line, *end; (end = strchr(s, ' ')) != NULL; s = end + 1)
            learn(bytes_of((const uint8_t *)s, (size_t)(end - s)));
}

static uint16_t find(struct bytes letters)
{
    size_t slot = slot_of(letters.p, letters.n);
    for (; slots[slot] != NONE; slot = (slot + 1) & (SLOTS - 1)) {
        struct bytes s = table[slots[slot]];
        if (s.n == letters.n && memcmp(s.p, letters.p, s.n) == 0)
            return slots[slot];
    }
    return NONE;
}

/* The first letter in the other case, where that is one bit: a to z, đ, and the letters of Latin-1. False: not so. */
static bool lower(uint8_t *p)
{
    if (p[0] >= 'A' && p[0] <= 'Z')
        p[0] = (uint8_t)(p[0] + 0x20);
    else if (p[0] == 0xc4 && p[1] == 0x90)
        p[1] = 0x91;
    else if (p[0] == 0xc3 && p[1] >= 0x80 && p[1] < 0x9f && p[1] != 0x97)
        p[1] = (uint8_t)(p[1] + 0x20);
    else
        return false;
    return true;
}

static bool upper(uint8_t *p, size_t n)
{
    if (p[0] >= 'a' && p[0] <= 'z')
        p[0] = (uint8_t)(p[0] - 0x20);
    else if (n > 1 && p[0] == 0xc4 && p[1] == 0x91)
        p[1] = 0x90;
    else if (n > 1 && p[0] == 0xc3 && p[1] >= 0xa0 && p[1] < 0xbf && p[1] != 0xb7)
        p[1] = (uint8_t)(p[1] - 0x20);
    else
        return false;
    return true;
}

static bool is_letter(uint8_t c)
{
    return c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void put_code(unsigned i, bool capital, struct buf *out)
{
    uint8_t code[3];
    size_t n = 0;
    if (capital)
        code[n++] = CAPITAL;
    if (i < FEW) {
        code[n++] = (uint8_t)(ONE_BYTE + i);
    } else {
        code[n++] = (uint8_t)(TWO_BYTES + (i - FEW) / 256);
        code[n++] = (uint8_t)((i - FEW) % 256);
    }
    buf_put(out, code, n);
}

/* Letters that are no syllable of the table: ASCII as it is, the others in runs. */
static void put_in_full(struct bytes b, struct buf *out)
{
    while (b.n > 0) {
        size_t n = 0;
        while (n < b.n && n < 255 && b.p[n] >= 0x80)
            n++;
        if (n > 0) {
            uint8_t head[2] = {IN_FULL, (uint8_t)n};
            buf_put(out, head, sizeof head);
        } else {
            while (n < b.n && b.p[n] < 0x80)
                n++;
        }
        buf_put(out, b.p, n);
        b = bytes_cut(b, n);
    }
}

/* True: the letters went out as a code. */
static bool put_syllable(struct bytes letters, struct buf *out)
{
    uint8_t small[LETTERS_MAX + 1] = {0};
    if (letters.n == 0 || letters.n > LETTERS_MAX)
        return false;
    memcpy(small, letters.p, letters.n);
    bool capital = lower(small);
    uint16_t i = find(bytes_of(small, letters.n));
    if (i != NONE)
        put_code(i, capital, out);
    return i != NONE;
}

void syllable_pack(struct bytes text, struct buf *out)
{
    bool after = false, space = false; /* behind a code; behind a code and a space that has not gone out */
    prepare();
    while (text.n > 0) {
        size_t n = 0;
        while (n < text.n && is_letter(text.p[n]))
            n++;
        if (n > 0 && put_syllable(bytes_of(text.p, n), out)) {
            after = true;
            space = false;
        } else if (n == 0 && after && !space && text.p[0] == ' ') {
            n = 1;
            space = true;
        } else {
            n = n > 0 ? n : 1;
            if (space)
                buf_put(out, " ", 1);
            put_in_full(bytes_of(text.p, n), out);
            after = space = false;
        }
        text = bytes_cut(text, n);
    }
    if (space)
        buf_put(out, " ", 1);
}

/* One code of a syllable; *after: another one stands right before it, so there is a space between. */
static bool take_syllable(struct bytes *packed, size_t room, bool after, struct buf *out)
{
    bool capital = packed->p[0] == CAPITAL;
    size_t at = capital ? 1 : 0, i;
    if (packed->n < at + 1 || packed->p[at] < ONE_BYTE || packed->p[at] >= 0xfc)
        return false;
    i = packed->p[at] - ONE_BYTE;
    if (packed->p[at++] >= TWO_BYTES) {
        if (packed->n < at + 1)
            return false;
        i = FEW + (packed->p[at - 1] - TWO_BYTES) * 256u + packed->p[at];
        at++;
    }
    *packed = bytes_cut(*packed, at);
    if (i >= known || table[i].n + after > room)
        return false;
    if (after)
        buf_put(out, " ", 1);
    struct bytes s = table[i];
    buf_put_bytes(out, s);
    return !capital || upper(out->p + out->n - s.n, s.n);
}

bool syllable_unpack(struct bytes *packed, size_t n, struct buf *out)
{
    size_t end = out->n + n;
    bool after = false;
    prepare();
    while (out->n < end) {
        if (packed->n == 0)
            return false;
        uint8_t c = packed->p[0];
        size_t skip = 0, take = 1;
        if (c == IN_FULL && packed->n > 1) {
            skip = 2;
            take = packed->p[1];
        } else if (c >= ONE_BYTE) {
            if (!take_syllable(packed, end - out->n, after, out))
                return false;
            after = true;
            continue;
        }
        if (take == 0 || packed->n < skip + take || take > end - out->n)
            return false;
        buf_put(out, packed->p + skip, take);
        *packed = bytes_cut(*packed, skip + take);
        after = false;
    }
    return true;
}
