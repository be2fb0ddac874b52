/* t_frame_choice.c - a sender takes the smallest of the forms there are: a newer one never makes a frame worse. */
#include "../proto/columns.h"
#include "../proto/dictionary.h"
#include "../proto/frame.h"
#include "../proto/message.h"
#include "../proto/mp.h"
#include "message_random.h"
#include "test.h"

/* What each form would take, at the history the sender has now. */
struct sizes {
    size_t plain, zstd, dictionary, columns;
};

static size_t packed_n(const struct frame_out *f, struct bytes dictionary, struct bytes plain)
{
    struct buf out = {0};
    size_t n = zip_pack(&f->zip, dictionary, plain, f->level, &out) ? out.n : SIZE_MAX;
    buf_deinit(&out);
    return n;
}

static struct sizes weigh(const struct frame_out *f, struct bytes message)
{
    struct bytes with = bytes_of(dictionary_1, dictionary_1_size);
    struct buf raw = {0}, arranged = {0};
    struct sizes s = {message.n, packed_n(f, bytes_of(NULL, 0), message), packed_n(f, with, message), SIZE_MAX};
    if (columns_arrange(message, true, &raw, &arranged) && arranged.n <= FRAME_PLAIN_MAX) {
        size_t n = packed_n(f, with, buf_bytes(&arranged));
        s.columns = n == SIZE_MAX ? n : n + raw.n + (raw.n < 128 ? 1u : raw.n < 16384 ? 2u : 3u);
    }
    buf_deinit(&raw);
    buf_deinit(&arranged);
    return s;
}

/* One message after the other, of any size that one frame holds: text, random bytes, both, in columns or not. */
static void message_of(uint64_t *chance, size_t i, struct buf *out)
{
    struct buf text = {0};
    if (i % 3 > 0) {
        do {
            buf_clear(out);
            message_random(chance, i % 3 == 1 ? 8 : 300, out);
        } while (out->n > FRAME_PLAIN_MAX);
        return;
    }
    message_random_text(chance, test_random(chance) % 2000, &text); /* one change with a long text, as minutes are */
    mp_put_array(out, 8);
    for (size_t n = 0; n < 7; n++)
        mp_put_uint(out, n);
    mp_put_array(out, 1);
    mp_put_array(out, 6);
    mp_put_bin(out, dictionary_1, 16);
    for (size_t n = 1; n < 5; n++)
        mp_put_uint(out, n);
    mp_put_str(out, buf_bytes(&text));
    buf_deinit(&text);
}

static void send(int level, uint64_t chance, size_t count)
{
    struct frame_out out;
    struct frame_in in;
    frame_out_init(&out, level);
    frame_in_init(&in);
    out.packing = PACKING_NEWEST;
    for (size_t i = 0; i < count; i++) {
        struct buf message = {0}, wire = {0};
        bool got = false;
        message_of(&chance, i, &message);
        struct sizes s = weigh(&out, buf_bytes(&message));
        frame_put(&out, i % 2 == 0 ? MESSAGE_LEAF : MESSAGE_CHANGESET, buf_bytes(&message), false, &wire);
        size_t n = wire.n - FRAME_HEADER_SIZE;
        CHECK(n <= s.plain && n <= s.zstd && n <= s.dictionary && n <= s.columns);
        struct bytes more = buf_bytes(&wire);
        CHECK(frame_next(&in, &more, &got) == ERR_OK && got && more.n == 0);
        CHECK_BYTES(buf_bytes(&in.message), buf_bytes(&message));
        buf_deinit(&message);
        buf_deinit(&wire);
    }
    frame_out_deinit(&out);
    frame_in_deinit(&in);
}

TEST(no_form_would_have_been_smaller)
{
    for (uint64_t seed = 1; seed <= 2; seed++) {
        send(3, seed, 60);
        send(5, seed + 100, 60);
    }
}

TEST(nor_at_the_level_of_slow_links)
{
    send(19, 9, 15);
}

/* What one frame does not hold goes without columns, and comes back as well. */
TEST(messages_of_several_frames_come_back_at_every_packing)
{
    uint64_t chance = 5;
    for (unsigned packing = 0; packing <= PACKING_NEWEST; packing++)
        for (int level = 0; level <= 19; level += level < 5 ? 1 : 7) {
            struct frame_out out;
            struct frame_in in;
            frame_out_init(&out, level);
            frame_in_init(&in);
            out.packing = packing;
            for (size_t i = 0; i < 3; i++) {
                struct buf message = {0}, wire = {0};
                bool got = false;
                message_random_text(&chance, test_random(&chance) % 30000, &message);
                frame_put(&out, MESSAGE_CHANGESET, buf_bytes(&message), true, &wire);
                struct bytes more = buf_bytes(&wire);
                CHECK(frame_next(&in, &more, &got) == ERR_OK && got && more.n == 0);
                CHECK_BYTES(buf_bytes(&in.message), buf_bytes(&message));
                buf_deinit(&message);
                buf_deinit(&wire);
            }
            frame_out_deinit(&out);
            frame_in_deinit(&in);
        }
}
