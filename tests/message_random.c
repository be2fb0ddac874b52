/* message_random.c - see message_random.h. */
#include "message_random.h"

#include "../proto/mp.h"
#include "test.h"

static const char *const words[] = {"Chi", "bộ", "Đảng", "họp", "ý", "Ý", "khuếch", "BCH", " ", "  ", ", ", ".", "12", "đồng", "Ở", "…", "\n",
                                    "a", "A", "Đ", "ÿ", "Nguyễn", "Thị", "trường-lớp", "\t", "xyzzyplugh", "₫"};

void message_random_text(uint64_t *chance, size_t pieces, struct buf *out)
{
    for (size_t i = 0; i < pieces; i++) {
        buf_put_str(out, words[test_random(chance) % ARRAY_LEN(words)]);
        if (test_random(chance) % 3 > 0)
            buf_put_str(out, " ");
    }
}

static void value_random(uint64_t *chance, int depth, struct buf *out)
{
    struct buf text = {0};
    switch (test_random(chance) % (depth > 2 ? 5 : 6)) {
    case 0:
        mp_put_nil(out);
        break;
    case 1:
        mp_put_uint(out, test_random(chance) >> test_random(chance) % 64);
        break;
    case 2:
        mp_put_int(out, -(int64_t)(test_random(chance) >> (1 + test_random(chance) % 62)));
        break;
    case 3:
        message_random_text(chance, test_random(chance) % 60, &text);
        mp_put_str(out, buf_bytes(&text));
        break;
    case 4:
        for (size_t n = test_random(chance) % 3 * 16; n > 0; n--)
            buf_put_u8(&text, (uint8_t)test_random(chance));
        mp_put_bin(out, text.p, text.n);
        break;
    default: {
        size_t n = test_random(chance) % 4;
        mp_put_array(out, n);
        while (n-- > 0)
            value_random(chance, depth + 1, out);
    }
    }
    buf_deinit(&text);
}

static void random_bytes(uint64_t *chance, uint8_t *p, size_t n)
{
    while (n-- > 0)
        *p++ = (uint8_t)test_random(chance);
}

static void body_random(uint64_t *chance, uint8_t id[16], struct buf *out)
{
    uint8_t base[24];
    size_t triples = 1 + test_random(chance) % 5, how = test_random(chance) % 4;
    random_bytes(chance, base, sizeof base);
    if (how > 0)
        random_bytes(chance, id, 16);
    if (how > 1) { /* a UUIDv7 */
        id[6] = (uint8_t)(0x70 | (id[6] & 15));
        id[8] = (uint8_t)(0x80 | (id[8] & 63));
    }
    mp_put_array(out, 3 + 3 * triples);
    mp_put_bin(out, id, 16);
    mp_put_uint(out, 1 + test_random(chance) % 14 * (test_random(chance) % 9 == 0 ? 1000 : 1));
    mp_put_uint(out, 1 + test_random(chance) % 6);
    for (size_t i = 0; i < triples; i++) {
        mp_put_uint(out, 8 * i + test_random(chance) % 3);
        if (test_random(chance) % 3 == 0)
            mp_put_nil(out);
        else
            mp_put_bin(out, base, test_random(chance) % 4 == 0 ? 24 : 8);
        value_random(chance, 0, out);
    }
}

/* A changeset, or a leaf that somebody may not read all of. */
void message_random(uint64_t *chance, size_t most, struct buf *out)
{
    uint8_t random[64], id[16] = {0};
    bool leaf = test_random(chance) % 2 == 0;
    size_t bodies = test_random(chance) % (most + 1);
    random_bytes(chance, random, sizeof random);
    mp_put_array(out, leaf ? 12 : 8);
    for (size_t i = 0; i < (leaf ? 6u : 5u); i++)
        value_random(chance, 0, out);
    mp_put_bin(out, random, 16);
    mp_put_bin(out, random, 64);
    mp_put_array(out, bodies);
    for (size_t i = 0; i < bodies; i++)
        if (test_random(chance) % 5 == 0)
            mp_put_bin(out, random, 32);
        else
            body_random(chance, id, out);
    for (size_t i = 0; leaf && i < 3; i++)
        value_random(chance, 0, out);
}
