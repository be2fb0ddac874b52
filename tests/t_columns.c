/* t_columns.c - transforms 3 and 4 (protocol.md 6.3): every message comes back byte for byte, nothing else does harm. */
#include "../proto/columns.h"
#include "../proto/dictionary.h"
#include "../proto/frame.h"
#include "../proto/message.h"
#include "../proto/mp.h"
#include "../proto/syllable.h"
#include "message_random.h"
#include "test.h"
#include "vector.h"

TEST(any_text_and_any_bytes_come_back_from_syllables)
{
    uint64_t chance = 1;
    for (size_t i = 0; i < 20000; i++) {
        struct buf text = {0}, packed = {0}, again = {0};
        if (i % 3 == 0)
            for (size_t n = test_random(&chance) % 700; n > 0; n--)
                buf_put_u8(&text, (uint8_t)test_random(&chance));
        else
            message_random_text(&chance, test_random(&chance) % 40, &text);
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

TEST(a_message_comes_back_byte_for_byte)
{
    uint64_t chance = 3;
    size_t arranged_count = 0;
    for (size_t i = 0; i < 4000; i++) {
        struct buf message = {0}, raw = {0}, arranged = {0}, again = {0};
        message_random(&chance, i % 50 == 0 ? 120 : 6, &message);
        if (columns_arrange(buf_bytes(&message), i % 2 > 0, &raw, &arranged)) {
            arranged_count++;
            CHECK(columns_restore(buf_bytes(&raw), buf_bytes(&arranged), i % 2 > 0, message.n, &again) == ERR_OK);
            CHECK_BYTES(buf_bytes(&again), buf_bytes(&message));
            buf_clear(&again);
            CHECK(columns_restore(buf_bytes(&raw), buf_bytes(&arranged), i % 2 > 0, message.n - 1, &again) != ERR_OK);
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
        if (columns_arrange(buf_bytes(&message), i % 2 > 0, &raw, &arranged)) {
            struct buf *half = raw.n > 0 && test_random(&chance) % 4 == 0 ? &raw : &arranged;
            if (test_random(&chance) % 2 == 0)
                half->p[test_random(&chance) % half->n] = (uint8_t)test_random(&chance);
            else
                half->n = test_random(&chance) % half->n;
            enum err e = columns_restore(buf_bytes(&raw), buf_bytes(&arranged), i % 2 > 0, 20000, &again);
            CHECK(e == ERR_OK || e == ERR_BAD_FRAME);
            CHECK(again.n <= 20000);
        }
        buf_deinit(&message);
        buf_deinit(&raw);
        buf_deinit(&arranged);
        buf_deinit(&again);
    }
}

/* A month's progress of twenty tasks, in words of the language. */
static void message_of_updates(uint64_t *chance, struct buf *out)
{
    uint8_t id[16] = {1, 2, 3, 4, 5, 6, 0x70, 0, 0x80};
    mp_put_array(out, 8);
    for (size_t i = 0; i < 7; i++)
        mp_put_uint(out, i);
    mp_put_array(out, 20);
    for (size_t i = 0; i < 20; i++) {
        for (size_t n = 9; n < 16; n++)
            id[n] = (uint8_t)test_random(chance);
        mp_put_array(out, 9);
        mp_put_bin(out, id, sizeof id);
        mp_put_uint(out, 10);
        mp_put_uint(out, 1);
        mp_put_uint(out, 17);
        mp_put_nil(out);
        mp_put_uint(out, 20261100 + i);
        mp_put_uint(out, 34);
        mp_put_nil(out);
        mp_put_str(out, bytes_of_str(dictionary_1_syllables[i]));
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
        if (i == 0) /* what a dictionary is for: the first words of a session */
            buf_put_str(&message, "Chi bộ thống nhất phân công đồng chí Lan vận động các hộ");
        else if (i == 1) /* and columns: one field beside the other */
            message_of_updates(&chance, &message);
        else
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

TEST(who_has_not_confirmed_a_packing_gets_what_everybody_reads)
{
    unsigned old = 0, first = 0, second = 0;
    send_all(0, 7, &old);
    send_all(1, 7, &first);
    send_all(2, 7, &second);
    CHECK((old & ~3u) == 0);
    CHECK((first & ~0xfu) == 0 && (first & 0xcu) == 0xcu);
    CHECK((second & 0x14u) == 0x14u);
}

/* One body with two texts that have nothing in common. */
static void message_of_two_texts(uint64_t *chance, struct buf *out)
{
    uint8_t id[16] = {1, 2, 3, 4, 5, 6, 0x70, 0, 0x80};
    struct buf words = {0}, digits = {0};
    while (words.n < 30000) {
        const char *line = dictionary_1_syllables[test_random(chance) % 20], *from = line + test_random(chance) % 50;
        from = strchr(from, ' ') + 1;
        buf_put_bytes(&words, bytes_of(from, (size_t)(strchr(from, ' ') + 1 - from)));
    }
    while (digits.n < 25000)
        buf_printf(&digits, "%03u;", (unsigned)(test_random(chance) % 300));
    mp_put_array(out, 8);
    for (size_t i = 0; i < 7; i++)
        mp_put_uint(out, i);
    mp_put_array(out, 1);
    mp_put_array(out, 9);
    mp_put_bin(out, id, sizeof id);
    mp_put_uint(out, 10);
    mp_put_uint(out, 1);
    mp_put_uint(out, 17);
    mp_put_nil(out);
    mp_put_str(out, buf_bytes(&words));
    mp_put_uint(out, 34);
    mp_put_nil(out);
    mp_put_str(out, buf_bytes(&digits));
    buf_deinit(&words);
    buf_deinit(&digits);
}

/* zstd makes several blocks of that at the level of slow links; transform 4 has room for one. */
TEST(what_zstd_cuts_into_blocks_goes_by_transform_3)
{
    uint64_t chance = 11;
    unsigned transforms = 0;
    struct frame_out out;
    struct frame_in in;
    struct buf message = {0}, wire = {0};
    bool got = false;
    frame_out_init(&out, 19);
    frame_in_init(&in);
    out.packing = PACKING_NEWEST;
    for (size_t i = 0; i < 3; i++) {
        buf_clear(&message);
        buf_clear(&wire);
        message_of_two_texts(&chance, &message);
        frame_put(&out, MESSAGE_CHANGESET, buf_bytes(&message), false, &wire);
        transforms |= 1u << (wire.p[3] & FRAME_TRANSFORM_MASK);
        struct bytes more = buf_bytes(&wire);
        CHECK(frame_next(&in, &more, &got) == ERR_OK && got && more.n == 0);
        CHECK_BYTES(buf_bytes(&in.message), buf_bytes(&message));
    }
    CHECK((transforms & 8u) != 0);
    buf_deinit(&message);
    buf_deinit(&wire);
    frame_out_deinit(&out);
    frame_in_deinit(&in);
}

static void check_frame(const char *name, struct bytes message)
{
    struct frame_in in;
    struct bytes more = vector("columns", name);
    bool got = false;
    frame_in_init(&in);
    enum err e = frame_next(&in, &more, &got);
    if (message.n == 0) {
        if (!CHECK_EQ(e, ERR_BAD_FRAME))
            CHECK_STR(name, "refused");
    } else if (CHECK_EQ(e, ERR_OK) && CHECK(got && more.n == 0)) {
        CHECK_BYTES(buf_bytes(&in.message), message);
    }
    frame_in_deinit(&in);
}

/* tests/vectors/columns.hex, put together by hand from protocol.md 6.3. */
TEST(columns_of_the_vectors)
{
    static const char *const bad[] = {"bad_more",      "bad_raw",        "bad_rest",     "bad_near_more",
                                      "bad_near_short", "bad_near_bomb", "bad_near_size"};
    struct buf raw = {0}, arranged = {0}, letters = {0};
    struct bytes message = vector("columns", "message");
    CHECK(columns_arrange(message, false, &raw, &arranged));
    CHECK_BYTES(buf_bytes(&raw), vector("columns", "raw"));
    CHECK_BYTES(buf_bytes(&arranged), vector("columns", "arranged"));
    check_frame("frame", message);
    buf_clear(&raw);
    buf_clear(&arranged);
    CHECK(columns_arrange(message, true, &raw, &arranged));
    CHECK_BYTES(buf_bytes(&raw), vector("columns", "near_raw"));
    CHECK_BYTES(buf_bytes(&arranged), vector("columns", "arranged"));
    check_frame("near", message);
    check_frame("run", vector("columns", "run_message"));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        check_frame(bad[i], bytes_of(NULL, 0));
    for (size_t i = 0; i < 200; i++)
        buf_put_str(&letters, "a");
    check_frame("dictionary", buf_bytes(&letters));
    CHECK(vector_all_read("columns"));
    buf_deinit(&letters);
    buf_deinit(&raw);
    buf_deinit(&arranged);
}
