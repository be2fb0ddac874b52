/* t_zip.c - what goes in comes out, in order; what was not made by the other side is refused before it costs memory. */
#include "test.h"

#include "../common/zip.h"

#define PLAIN_MAX 61440u

/* Text that repeats itself about as records do: words of a small list, numbers, now and then noise. */
static void make_plain(uint64_t *chance, struct buf *out)
{
    static const char *const words[] = {"Nguyễn", "Trần", "sinh hoạt", "chi bộ", "tháng", "nghị quyết", "khu phố",
                                        "đảng viên", "Tân Thanh", "biên bản", "ghi chép", "học tập"};
    size_t n = test_random(chance) % 8 == 0 ? test_random(chance) % PLAIN_MAX : test_random(chance) % 3000;
    bool noise = test_random(chance) % 10 == 0;
    buf_clear(out);
    while (out->n < n) {
        if (noise)
            buf_put_u64(out, test_random(chance));
        else
            buf_printf(out, "%s %u, ", words[test_random(chance) % ARRAY_LEN(words)],
                       (unsigned)(test_random(chance) % 2000));
    }
    if (out->n > n)
        out->n = n;
}

TEST(two_sides_stay_in_step)
{
    struct zip sender = {0}, receiver = {0};
    struct buf plain = {0}, packed = {0}, got = {0};
    uint64_t chance = 1;
    size_t in = 0, sent = 0;
    unsigned raw = 0;
    for (unsigned i = 0; i < 2000; i++) {
        make_plain(&chance, &plain);
        buf_clear(&packed);
        buf_clear(&got);
        buf_put_str(&got, "kept ");
        if (test_random(&chance) % 16 == 0) { /* the sender chose not to pack */
            zip_note(&sender, buf_bytes(&plain));
            zip_note(&receiver, buf_bytes(&plain));
            continue;
        }
        if (zip_compress(&sender, buf_bytes(&plain), ZIP_LEVEL, &packed)) {
            CHECK(packed.n < plain.n);
            REQUIRE(zip_expand(&receiver, buf_bytes(&packed), PLAIN_MAX, &got) == ERR_OK);
            CHECK_BYTES(bytes_cut(buf_bytes(&got), 5), buf_bytes(&plain));
        } else {
            CHECK_EQ(packed.n, 0);
            zip_note(&receiver, buf_bytes(&plain));
            raw++;
        }
        in += plain.n;
        sent += packed.n > 0 ? packed.n : plain.n;
        CHECK(sender.history.n <= 2 * ZIP_HISTORY && receiver.history.n == sender.history.n);
    }
    CHECK(raw > 20 && raw < 1000);
    CHECK(sent < in / 2);
    zip_deinit(&sender);
    zip_deinit(&sender);
    zip_deinit(&receiver);
    zip_shutdown();
    zip_shutdown();
    buf_deinit(&plain);
    buf_deinit(&packed);
    buf_deinit(&got);
}

/* The history is the last 131,072 bytes whatever the pieces were: one side notes whole ones, the other crumbs of 1 to
 * 32 bytes. (Once it is full each crumb moves all of it, which a sanitizer does byte by byte.) */
TEST(history_is_counted_in_bytes)
{
    struct zip a = {0}, b = {0};
    struct buf plain = {0}, packed = {0}, got = {0};
    uint64_t chance = 5;
    for (unsigned i = 0; i < 40; i++) {
        make_plain(&chance, &plain);
        zip_note(&a, buf_bytes(&plain));
        for (size_t at = 0, n; at < plain.n; at += n) {
            n = 1 + test_random(&chance) % 32;
            n = n < plain.n - at ? n : plain.n - at;
            zip_note(&b, bytes_of(plain.p + at, n));
        }
        make_plain(&chance, &plain);
        buf_clear(&packed);
        buf_clear(&got);
        if (!zip_compress(&a, buf_bytes(&plain), ZIP_LEVEL, &packed)) {
            zip_note(&b, buf_bytes(&plain));
            continue;
        }
        REQUIRE(zip_expand(&b, buf_bytes(&packed), PLAIN_MAX, &got) == ERR_OK);
        CHECK_BYTES(buf_bytes(&got), buf_bytes(&plain));
    }
    struct buf large = {0};
    memset(buf_grow(&large, 3 * ZIP_HISTORY), 7, 3 * ZIP_HISTORY);
    zip_note(&a, buf_bytes(&large));
    CHECK(a.history.n <= 2 * ZIP_HISTORY);
    buf_deinit(&large);
    zip_deinit(&a);
    zip_deinit(&b);
    zip_shutdown();
    buf_deinit(&plain);
    buf_deinit(&packed);
    buf_deinit(&got);
}

/* A direction at a given state, so that each try below starts from the same one. */
static void start(struct zip *zip)
{
    struct buf text = {0};
    uint64_t chance = 9;
    zip_deinit(zip);
    for (unsigned i = 0; i < 5; i++) {
        make_plain(&chance, &text);
        zip_note(zip, buf_bytes(&text));
    }
    buf_deinit(&text);
}

TEST(cut_and_flipped_frames)
{
    struct zip zip = {0};
    struct buf plain = {0}, packed = {0}, got = {0};
    uint64_t chance = 20;
    unsigned refused = 0, other = 0;
    while (plain.n < 1500)
        make_plain(&chance, &plain);
    start(&zip);
    REQUIRE(zip_compress(&zip, buf_bytes(&plain), ZIP_LEVEL, &packed));
    start(&zip);
    size_t before = zip.history.n;
    for (size_t n = 0; n < packed.n; n++)
        CHECK_EQ(zip_expand(&zip, bytes_of(packed.p, n), PLAIN_MAX, &got), ERR_BAD_FRAME);
    CHECK_EQ(zip.history.n, before);
    CHECK_EQ(got.n, 0);
    for (size_t bit = 0; bit < 8 * packed.n; bit++) {
        packed.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
        enum err e = zip_expand(&zip, buf_bytes(&packed), PLAIN_MAX, &got);
        CHECK(e == ERR_BAD_FRAME || (e == ERR_OK && got.n <= PLAIN_MAX)); /* else the signatures inside notice */
        *(e == ERR_OK ? &other : &refused) += 1;
        if (e == ERR_OK)
            start(&zip);
        buf_clear(&got);
        packed.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    CHECK(refused > 100);
    start(&zip);
    CHECK_EQ(zip_expand(&zip, buf_bytes(&packed), PLAIN_MAX, &got), ERR_OK); /* refusals left nothing behind */
    CHECK_BYTES(buf_bytes(&got), buf_bytes(&plain));
    start(&zip);
    buf_put_u8(&packed, 0);
    CHECK_EQ(zip_expand(&zip, buf_bytes(&packed), PLAIN_MAX, &got), ERR_BAD_FRAME); /* exactly one frame */
    zip_deinit(&zip);
    zip_shutdown();
    buf_deinit(&plain);
    buf_deinit(&packed);
    buf_deinit(&got);
}

/* Frames written by hand from RFC 8878: magic, descriptor, [window], [dictionary id], [content size], blocks. */
TEST(frames_of_the_wrong_kind)
{
    static const struct {
        const char *hex;
        enum err e;
        const char *what;
    } rows[] = {
        {"28b52ffd 20 05 290000 68656c6c6f", ERR_OK, "size 5, one raw block"},
        {"28b52ffd 20 05 2b0000 68", ERR_OK, "size 5, one block of a byte repeated"},
        {"28b52ffd 20 06 290000 68656c6c6f", ERR_BAD_FRAME, "less than it says"},
        {"28b52ffd 20 04 290000 68656c6c6f", ERR_BAD_FRAME, "more than it says"},
        {"28b52ffd 00 00 290000 68656c6c6f", ERR_BAD_FRAME, "no content size"},
        {"28b52ffd 24 05 290000 68656c6c6f 00000000", ERR_BAD_FRAME, "a checksum"},
        {"28b52ffd 21 07 05 290000 68656c6c6f", ERR_BAD_FRAME, "a dictionary id"},
        {"28b52ffd 60 01ef 02000c 00 02000c 00 030078 00", ERR_BAD_FRAME, "content size 61441"},
        {"28b52ffd a0 00000040 0300f8 00", ERR_BAD_FRAME, "content size 1 GiB"},
        {"28b52ffd e0 ffffffffffffffff 0300f8 00", ERR_BAD_FRAME, "content size 2^64 - 1"},
        {"28b52ffd c0 88 0500000000000000 290000 68656c6c6f", ERR_BAD_FRAME, "a window of 128 MiB"},
        {"502a4d18 05000000 68656c6c6f", ERR_BAD_FRAME, "a skippable frame"},
        {"25b52ffd 05 290000 68656c6c6f", ERR_BAD_FRAME, "an old magic"},
        {"", ERR_BAD_FRAME, "nothing"},
    };
    struct zip zip = {0};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf frame = {0}, got = {0};
        hex_to_buf(rows[i].hex, &frame);
        if (!CHECK_EQ(zip_expand(&zip, buf_bytes(&frame), PLAIN_MAX, &got), rows[i].e))
            CHECK_STR(rows[i].what, "");
        CHECK_EQ(got.n, rows[i].e == ERR_OK ? 5 : 0);
        CHECK(got.cap <= 2 * PLAIN_MAX);
        buf_deinit(&frame);
        buf_deinit(&got);
    }
    zip_deinit(&zip);
    zip_shutdown();
}

/* 61,440 equal bytes are fine, one more is refused though it packs to almost nothing. */
TEST(the_bound_is_exact)
{
    struct zip sender = {0}, receiver = {0};
    struct buf plain = {0}, packed = {0}, got = {0};
    memset(buf_grow(&plain, PLAIN_MAX + 1), 'a', PLAIN_MAX + 1);
    REQUIRE(zip_compress(&sender, bytes_of(plain.p, PLAIN_MAX), ZIP_LEVEL, &packed));
    CHECK_EQ(zip_expand(&receiver, buf_bytes(&packed), PLAIN_MAX, &got), ERR_OK);
    CHECK_EQ(got.n, PLAIN_MAX);
    buf_clear(&packed);
    buf_clear(&got);
    REQUIRE(zip_compress(&sender, buf_bytes(&plain), ZIP_LEVEL, &packed));
    CHECK(packed.n < 100);
    CHECK_EQ(zip_expand(&receiver, buf_bytes(&packed), PLAIN_MAX, &got), ERR_BAD_FRAME);
    CHECK_EQ(zip_expand(&receiver, buf_bytes(&packed), PLAIN_MAX + 1, &got), ERR_OK);
    CHECK(!zip_compress(&sender, bytes_of(NULL, 0), ZIP_LEVEL, &packed));
    zip_deinit(&sender);
    zip_deinit(&receiver);
    zip_shutdown();
    buf_deinit(&plain);
    buf_deinit(&packed);
    buf_deinit(&got);
}
