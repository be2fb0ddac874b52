/* t_columns.c - transform 3 (protocol.md 6.3): every message comes back byte for byte, nothing else does harm. */
#include "../proto/columns.h"
#include "../proto/frame.h"
#include "../proto/message.h"
#include "../proto/mp.h"
#include "../proto/syllable.h"
#include "test.h"

static const char *const words[] = {"Chi", "bộ", "Đảng", "họp", "ý", "Ý", "khuếch", "BCH", " ", "  ", ", ", ".", "12", "đồng", "Ở", "…", "\n",
                                    "a", "A", "Đ", "ÿ", "Nguyễn", "Thị", "trường-lớp", "\t", "xyzzyplugh", "₫"};

static void text_random(uint64_t *chance, size_t pieces, struct buf *out)
{
    for (size_t i = 0; i < pieces; i++) {
        buf_put_str(out, words[test_random(chance) % ARRAY_LEN(words)]);
        if (test_random(chance) % 3 > 0)
            buf_put_str(out, " ");
    }
}

TEST(any_text_and_any_bytes_come_back_from_syllables)
{
    uint64_t chance = 1;
    for (size_t i = 0; i < 20000; i++) {
        struct buf text = {0}, packed = {0}, again = {0};
        if (i % 3 == 0)
            for (size_t n = test_random(&chance) % 700; n > 0; n--)
                buf_put_u8(&text, (uint8_t)test_random(&chance));
        else
            text_random(&chance, test_random(&chance) % 40, &text);
        syllable_pack(buf_bytes(&text), &packed);
        struct bytes left = buf_bytes(&packed);
        CHECK(syllable_unpack(&left, text.n, &again));
        CHECK_EQ(left.n, 0);
        CHECK_BYTES(buf_bytes(&again), buf_bytes(&text));
        buf_deinit(&text);
        buf_deinit(&packed);
        buf_deinit(&again);
    }
}

TEST(common_vietnamese_takes_less_than_half)
{
    const char *text = "Chi bộ thống nhất phân công đồng chí Lan vận động các hộ trong tổ giữ gìn vệ sinh chung.";
    struct buf packed = {0};
    syllable_pack(bytes_of_str(text), &packed);
    CHECK(packed.n * 2 < strlen(text));
    buf_deinit(&packed);
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
        text_random(chance, test_random(chance) % 60, &text);
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
static void message_random(uint64_t *chance, size_t most, struct buf *out)
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

TEST(a_message_comes_back_byte_for_byte)
{
    uint64_t chance = 3;
    size_t arranged_count = 0;
    for (size_t i = 0; i < 4000; i++) {
        struct buf message = {0}, raw = {0}, arranged = {0}, again = {0};
        message_random(&chance, i % 50 == 0 ? 120 : 6, &message);
        if (columns_arrange(buf_bytes(&message), &raw, &arranged)) {
            arranged_count++;
            CHECK(columns_restore(buf_bytes(&raw), buf_bytes(&arranged), message.n, &again) == ERR_OK);
            CHECK_BYTES(buf_bytes(&again), buf_bytes(&message));
            buf_clear(&again);
            CHECK(columns_restore(buf_bytes(&raw), buf_bytes(&arranged), message.n - 1, &again) != ERR_OK);
            CHECK(again.n < message.n);
        }
        buf_deinit(&message);
        buf_deinit(&raw);
        buf_deinit(&arranged);
        buf_deinit(&again);
    }
    CHECK(arranged_count > 3900);
}

TEST(halves_that_were_tampered_with_are_bounded)
{
    uint64_t chance = 4;
    for (size_t i = 0; i < 20000; i++) {
        struct buf message = {0}, raw = {0}, arranged = {0}, again = {0};
        message_random(&chance, 4, &message);
        if (columns_arrange(buf_bytes(&message), &raw, &arranged)) {
            struct buf *half = raw.n > 0 && test_random(&chance) % 4 == 0 ? &raw : &arranged;
            if (test_random(&chance) % 2 == 0)
                half->p[test_random(&chance) % half->n] = (uint8_t)test_random(&chance);
            else
                half->n = test_random(&chance) % half->n;
            enum err e = columns_restore(buf_bytes(&raw), buf_bytes(&arranged), 20000, &again);
            CHECK(e == ERR_OK || e == ERR_BAD_FRAME);
            CHECK(again.n <= 20000);
        }
        buf_deinit(&message);
        buf_deinit(&raw);
        buf_deinit(&arranged);
        buf_deinit(&again);
    }
}

/* What a sender of this packing makes of many messages, and which transforms it used. */
static void send_all(unsigned packing, uint64_t seed, unsigned *transforms)
{
    struct frame_out out;
    struct frame_in in;
    uint64_t chance = seed;
    frame_out_init(&out, 3);
    frame_in_init(&in);
    out.packing = packing;
    for (size_t i = 0; i < 200; i++) {
        struct buf message = {0}, wire = {0};
        bool got = false;
        message_random(&chance, 30, &message);
        frame_put(&out, i % 4 == 0 ? MESSAGE_CONTROL : i % 4 == 1 ? MESSAGE_LEAF : MESSAGE_CHANGESET, buf_bytes(&message),
                  false, &wire);
        *transforms |= 1u << (wire.p[3] & FRAME_TRANSFORM_MASK);
        struct bytes more = buf_bytes(&wire);
        CHECK(frame_next(&in, &more, &got) == ERR_OK && got && more.n == 0);
        CHECK_BYTES(buf_bytes(&in.message), buf_bytes(&message));
        buf_deinit(&message);
        buf_deinit(&wire);
    }
    frame_out_deinit(&out);
    frame_in_deinit(&in);
}

TEST(who_has_not_confirmed_a_dictionary_gets_what_everybody_reads)
{
    unsigned old = 0, new = 0;
    send_all(0, 7, &old);
    send_all(1, 7, &new);
    CHECK((old & ~3u) == 0);
    CHECK((new & 0xcu) == 0xcu);
}
