/* t_frame.c - frames and messages: cutting, feeding in pieces, damage, bombs. The frames by hand are
 * from protocol.md 6. */
#include "../proto/frame.h"
#include "test.h"
#include "vector.h"

#include <stdlib.h>

static void fill_random(struct buf *b, size_t n, uint64_t seed)
{
    uint8_t *p = buf_grow(b, n);

    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)test_random(&seed);
}

/* Packs well, but not to nothing. */
static void fill_words(struct buf *b, size_t n, uint64_t seed)
{
    static const char *const word[] = { "chi bộ ", "đảng viên ", "nghị quyết ",
                                        "sinh hoạt ", "tháng mười một ", "2026 " };
    size_t end = b->n + n;

    while (b->n < end)
        buf_put_str(b, word[test_random(&seed) % ARRAY_LEN(word)]);
    b->n = end;
}

/* Frames in a whole stream, by their heads alone. */
static size_t count_frames(struct bytes wire)
{
    size_t count = 0;

    for (; wire.n > 0; count++) {
        if (!CHECK(wire.n >= 4 && wire.n - 4 >= load_u16(wire.p)))
            return 0;
        wire = bytes_cut(wire, 4u + load_u16(wire.p));
    }
    return count;
}

/* Feeds `step` bytes at a time and expects exactly this one message from all of wire. */
static void expect_one(struct frame_in *in, struct bytes wire, size_t step, uint8_t type, bool last, struct bytes plain)
{
    size_t messages = 0;

    while (wire.n > 0) {
        struct bytes more = bytes_of(wire.p, wire.n < step ? wire.n : step);
        wire = bytes_cut(wire, more.n);
        while (more.n > 0) {
            bool got;
            REQUIRE(frame_next(in, &more, &got) == ERR_OK);
            if (!got)
                continue;
            messages++;
            CHECK_EQ(wire.n + more.n, 0);
            CHECK_EQ(in->type, type);
            CHECK_EQ(in->last, last);
            CHECK(bytes_equal(buf_bytes(&in->message), plain));
        }
    }
    CHECK_EQ(messages, 1);
}

static enum err feed(struct frame_in *in, struct bytes wire, size_t *messages)
{
    *messages = 0;
    for (;;) {
        bool got;
        enum err e = frame_next(in, &wire, &got);
        if (e != ERR_OK)
            return e;
        *messages += got;
        CHECK(in->message.n <= MESSAGE_MAX);
        if (!got && wire.n == 0)
            return ERR_OK;
    }
}

TEST(frames_by_hand)
{
    struct frame_out out;
    struct buf wire = { 0 }, want = { 0 };

    frame_out_init(&out, 3);
    frame_put(&out, 11, bytes_of("\x90", 1), true, &wire);
    frame_put(&out, 16, bytes_of("", 0), false, &wire);
    frame_put(&out, 3, bytes_of("abc", 3), false, &wire);
    hex_to_buf("0001 0b 40 90   0000 10 00   0003 03 00 616263", &want);
    CHECK_BYTES(buf_bytes(&wire), buf_bytes(&want));
    buf_deinit(&wire);
    buf_deinit(&want);
    frame_out_deinit(&out);
    frame_out_deinit(&out);
}

TEST(messages_of_every_size_in_any_pieces)
{
    static const size_t sizes[] = { 0, 1, 63, 64, 65, 61439, 61440, 61441, 122880,
                                    122881, MESSAGE_MAX - 1, MESSAGE_MAX };
    static const int levels[] = { 0, 1, 3, 19 };

    for (size_t l = 0; l < ARRAY_LEN(levels); l++) {
        struct frame_out out;
        struct frame_in whole, single;
        frame_out_init(&out, levels[l]);
        frame_in_init(&whole);
        frame_in_init(&single);
        for (size_t i = 0; i < 2 * ARRAY_LEN(sizes); i++) {
            struct buf plain = { 0 }, wire = { 0 };
            size_t n = sizes[i / 2];
            if (i % 2 == 0)
                fill_words(&plain, n, i);
            else
                fill_random(&plain, n, i);
            frame_put(&out, (uint8_t)i, buf_bytes(&plain), i % 3 == 0, &wire);
            CHECK_EQ(count_frames(buf_bytes(&wire)), n == 0 ? 1 : (n + 61439) / 61440);
            CHECK(wire.n <= n + 4 * 6);
            CHECK(i % 2 == 1 || levels[l] == 0 || n < 1000 || wire.n < n / 2);
            expect_one(&whole, buf_bytes(&wire), SIZE_MAX, (uint8_t)i, i % 3 == 0, buf_bytes(&plain));
            expect_one(&single, buf_bytes(&wire), n > 100000 ? 997 : 1, (uint8_t)i, i % 3 == 0, buf_bytes(&plain));
            buf_deinit(&plain);
            buf_deinit(&wire);
        }
        frame_out_deinit(&out);
        frame_in_deinit(&whole);
        frame_in_deinit(&single);
    }
}

TEST(what_went_before_need_not_be_sent_again)
{
    struct frame_out out;
    struct frame_in in;
    struct buf plain = { 0 }, wire = { 0 };

    frame_out_init(&out, 3);
    frame_in_init(&in);
    fill_random(&plain, 50000, 1);
    frame_put(&out, 4, buf_bytes(&plain), false, &wire); /* goes as it is, but into the history */
    CHECK_EQ(wire.p[3] & FRAME_TRANSFORM_MASK, 0);
    expect_one(&in, buf_bytes(&wire), 4096, 4, false, buf_bytes(&plain));
    buf_clear(&wire);
    frame_put(&out, 4, buf_bytes(&plain), true, &wire);
    CHECK_EQ(wire.p[3], FRAME_LAST | 1);
    CHECK(wire.n < 200);
    expect_one(&in, buf_bytes(&wire), 1, 4, true, buf_bytes(&plain));
    buf_deinit(&plain);
    buf_deinit(&wire);
    frame_out_deinit(&out);
    frame_in_deinit(&in);
}

/* --- what is refused --- */

static void check_bad(const char *hex, size_t zeros)
{
    struct frame_in in;
    struct buf wire = { 0 };
    size_t messages;
    bool got = true;

    hex_to_buf(hex, &wire);
    memset(buf_grow(&wire, zeros), 0, zeros);
    frame_in_init(&in);
    if (!CHECK_EQ(feed(&in, buf_bytes(&wire), &messages), ERR_BAD_FRAME))
        CHECK_STR(hex, "refused");
    CHECK(in.raw.p == NULL && in.message.p == NULL);
    /* And so it stays, whatever comes. */
    struct bytes good = bytes_of("\x00\x01\x0b\x40\x90", 5), none = bytes_of("", 0);
    CHECK_EQ(frame_next(&in, &good, &got), ERR_BAD_FRAME);
    CHECK(!got);
    CHECK_EQ(frame_next(&in, &none, &got), ERR_BAD_FRAME);
    frame_in_deinit(&in);
    frame_in_deinit(&in);
    buf_deinit(&wire);
}

TEST(forms_that_are_not_defined_are_refused_by_the_head_alone)
{
    static const char *const bad[] = {
        "0001 0b 10", "0001 0b 20", "0001 0b 05", "0001 0b 0f", "0001 0b 08", "0001 0b c0", "0001 0b c1",
        "f001 0b 00", "ffff 0b 40", "ffff 0b 05", "0001 0b 84", "0001 0b 80 90  0001 0b 03",
        "0001 0b 80 90  0001 0c 00", "0000 0b 80  0000 0c 80", /* another type inside a message */
        "0001 0b 40 90  0001 0b 30",                           /* after a good one */
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        check_bad(bad[i], 0);
    check_bad("0000 0b 01", 0);          /* an empty zstd frame is none */
    check_bad("0004 0b 01 00000000", 0);
    check_bad("0004 0b 02 00000000", 0); /* no zstd frame */
    check_bad("0004 0b 03 03000000", 0); /* and no half of a message */
    check_bad("0003 0b 03 ffffff", 0);
    check_bad("0003 0b 04 0003 00", 0); /* three bytes, and one of them there */
    check_bad("0002 0b 04 0000", 0);
    check_bad("0001 0b 04 00", 0);
    check_bad("f001 0b 00", 61441);
}

TEST(a_message_over_the_bound_is_refused)
{
    struct frame_in in;
    struct buf wire = { 0 };
    size_t messages;

    for (int i = 0; i < 5; i++) {
        hex_to_buf("f000 04 80", &wire);
        memset(buf_grow(&wire, 61440), 'x', 61440);
    }
    size_t five = wire.n; /* 307,200 of 327,680 */
    hex_to_buf("5000 04 00", &wire);
    memset(buf_grow(&wire, 20480), 'x', 20480);
    frame_in_init(&in);
    CHECK_EQ(feed(&in, buf_bytes(&wire), &messages), ERR_OK);
    CHECK_EQ(messages, 1);
    CHECK(in.message.cap <= 2 * MESSAGE_MAX && in.raw.cap <= 2 * (FRAME_PACKED_MAX + 4) + 64);
    CHECK(in.zip.history.cap <= 4 * HISTORY_MAX);
    frame_in_deinit(&in);

    wire.n = five;
    hex_to_buf("5001 04 00", &wire);
    frame_in_init(&in);
    CHECK_EQ(feed(&in, buf_bytes(&wire), &messages), ERR_BAD_FRAME);
    frame_in_deinit(&in);

    /* The same, but the surplus is packed. */
    struct zip zip = { 0 };
    struct buf tail = { 0 }, packed = { 0 };
    wire.n = five;
    fill_words(&tail, 20481, 1);
    REQUIRE(zip_compress(&zip, buf_bytes(&tail), 3, &packed));
    buf_put_u16(&wire, (uint16_t)packed.n);
    buf_put_u16(&wire, 0x0401);
    buf_put_bytes(&wire, buf_bytes(&packed));
    frame_in_init(&in);
    CHECK_EQ(feed(&in, buf_bytes(&wire), &messages), ERR_BAD_FRAME);
    frame_in_deinit(&in);
    zip_deinit(&zip);
    buf_deinit(&tail);
    buf_deinit(&packed);
    buf_deinit(&wire);
}

static enum err feed_zeros_packed(size_t n)
{
    struct frame_in in;
    struct zip zip = { 0 };
    struct buf zeros = { 0 }, packed = { 0 }, wire = { 0 };
    size_t messages;

    memset(buf_grow(&zeros, n), 0, n);
    CHECK(zip_compress(&zip, buf_bytes(&zeros), 19, &packed));
    CHECK(packed.n < 100);
    buf_put_u16(&wire, (uint16_t)packed.n);
    buf_put_u16(&wire, 0x0401);
    buf_put_bytes(&wire, buf_bytes(&packed));
    frame_in_init(&in);
    enum err e = feed(&in, buf_bytes(&wire), &messages);
    frame_in_deinit(&in);
    zip_deinit(&zip);
    buf_deinit(&zeros);
    buf_deinit(&packed);
    buf_deinit(&wire);
    return e;
}

TEST(a_bomb_is_refused)
{
    CHECK_EQ(feed_zeros_packed(61440), ERR_OK);
    CHECK_EQ(feed_zeros_packed(61441), ERR_BAD_FRAME);
    CHECK_EQ(feed_zeros_packed(1000000), ERR_BAD_FRAME);
}

/* --- damage --- */

static void make_stream(struct buf *wire, struct buf *plain)
{
    struct frame_out out;

    frame_out_init(&out, 3);
    fill_words(plain, 900, 5);
    frame_put(&out, 4, bytes_of(plain->p, 300), false, wire);
    frame_put(&out, 11, bytes_of("\x90", 1), false, wire);
    frame_put(&out, 5, buf_bytes(plain), true, wire);
    frame_out_deinit(&out);
}

TEST(every_flipped_bit_is_survived)
{
    struct buf wire = { 0 }, plain = { 0 };
    size_t messages, refused = 0;

    make_stream(&wire, &plain);
    for (size_t bit = 0; bit < 8 * wire.n; bit++) {
        struct frame_in in;
        wire.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
        frame_in_init(&in);
        if (feed(&in, buf_bytes(&wire), &messages) != ERR_OK) {
            refused++;
            CHECK_EQ(feed(&in, bytes_of("", 0), &messages), ERR_BAD_FRAME);
        }
        frame_in_deinit(&in);
        wire.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    CHECK(refused > 100);
    buf_deinit(&wire);
    buf_deinit(&plain);
}

TEST(a_stream_cut_anywhere_waits_for_the_rest)
{
    struct buf wire = { 0 }, plain = { 0 };

    make_stream(&wire, &plain);
    for (size_t cut = 0; cut <= wire.n; cut++) {
        struct frame_in in;
        size_t before, after;
        frame_in_init(&in);
        CHECK_EQ(feed(&in, bytes_of(wire.p, cut), &before), ERR_OK);
        CHECK(cut == wire.n || before < 3);
        CHECK_EQ(feed(&in, bytes_cut(buf_bytes(&wire), cut), &after), ERR_OK);
        CHECK_EQ(before + after, 3);
        CHECK(in.message.p == NULL && in.raw.p == NULL); /* idle and empty: feed ends with a call without bytes */
        frame_in_deinit(&in);
    }
    buf_deinit(&wire);
    buf_deinit(&plain);
}

/* --- tests/vectors/frames.hex, put together by hand in Python --- */

static void check_vector(const char *name, uint8_t type, bool last, size_t letters, const char *then)
{
    struct frame_in in;
    struct buf plain = { 0 };

    if (letters > 0)
        memset(buf_grow(&plain, letters), 'a', letters);
    buf_put_str(&plain, then);
    for (size_t step = 1; step <= 5; step++) {
        frame_in_init(&in);
        expect_one(&in, vector("frames", name), step, type, last, buf_bytes(&plain));
        frame_in_deinit(&in);
    }
    buf_deinit(&plain);
}

TEST(frames_of_the_vectors)
{
    static const char *const bad[] = { "bad_bit4", "bad_bit5", "bad_transform", "bad_both", "bad_type", "bad_bomb",
                                       "bad_two", "bad_checksum", "bad_dictionary", "bad_size", "bad_short" };

    check_vector("empty", 16, true, 0, "\x90");
    check_vector("nothing", 3, false, 0, "");
    check_vector("continued", 4, true, 0, "abc");
    check_vector("packed", 5, false, 200, "");
    check_vector("packed_most", 5, false, 61440, "");
    check_vector("packed_continued", 5, false, 200, "b");
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct frame_in in;
        size_t messages;
        frame_in_init(&in);
        if (!CHECK_EQ(feed(&in, vector("frames", bad[i]), &messages), ERR_BAD_FRAME))
            CHECK_STR(bad[i], "refused");
        frame_in_deinit(&in);
    }
    CHECK(vector_all_read("frames"));
}
