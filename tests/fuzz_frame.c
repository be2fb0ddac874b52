/* fuzz_frame.c - any bytes as a stream of frames; the first byte says in what pieces they come. Pieces must not
 * matter, bounds hold, an error stays, and each message that came goes out and in again. Also replayed by
 * t_fuzz_replay.c. */
#include "../proto/dictionary.h"
#include "../proto/frame.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void frame_must(bool holds)
{
    if (!holds)
        abort();
}

/* What came out of a stream: everything that messages say, one after the other. */
struct frame_story {
    struct buf all;
    enum err err;
};

static void frame_tell(struct frame_in *in, struct bytes stream, size_t step, struct frame_story *story)
{
    while (stream.n > 0 && story->err == ERR_OK) {
        struct bytes more = bytes_of(stream.p, stream.n < step ? stream.n : step);
        stream = bytes_cut(stream, more.n);
        while (more.n > 0 && story->err == ERR_OK) {
            bool got;
            story->err = frame_next(in, &more, &got);
            frame_must(!got || story->err == ERR_OK);
            frame_must(in->message.n <= MESSAGE_MAX && in->raw.n <= FRAME_HEADER_SIZE + FRAME_PACKED_MAX);
            if (!got)
                continue;
            buf_put_u8(&story->all, in->type);
            buf_put_u8(&story->all, in->last);
            buf_put_u32(&story->all, (uint32_t)in->message.n);
            buf_put_bytes(&story->all, buf_bytes(&in->message));
        }
    }
}

/* Sends what the story tells and expects to hear it again. */
static void frame_retell(const struct frame_story *story, unsigned packing)
{
    struct frame_out out;
    struct frame_in in;
    struct frame_story again = { { 0 }, ERR_OK };
    struct buf wire = { 0 };
    struct bytes rest = buf_bytes(&story->all);

    frame_out_init(&out, 1);
    out.packing = packing;
    frame_in_init(&in);
    while (rest.n > 0) {
        size_t n = load_u32(rest.p + 2);
        frame_put(&out, rest.p[0], bytes_of(rest.p + 6, n), rest.p[1] != 0, &wire);
        rest = bytes_cut(rest, 6 + n);
    }
    frame_tell(&in, buf_bytes(&wire), 4096, &again);
    frame_must(again.err == ERR_OK && bytes_equal(buf_bytes(&again.all), buf_bytes(&story->all)));
    buf_deinit(&again.all);
    buf_deinit(&wire);
    frame_in_deinit(&in);
    frame_out_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct frame_in whole, pieces;
    struct frame_story one = { { 0 }, ERR_OK }, other = { { 0 }, ERR_OK };
    bool got;

    if (n == 0)
        return 0;
    struct bytes stream = bytes_of(p + 1, n - 1), none = bytes_of("", 0);
    frame_in_init(&whole);
    frame_in_init(&pieces);
    frame_tell(&whole, stream, SIZE_MAX, &one);
    frame_tell(&pieces, stream, 1u + p[0], &other);
    frame_must(one.err == other.err && bytes_equal(buf_bytes(&one.all), buf_bytes(&other.all)));
    frame_must(frame_next(&whole, &none, &got) == one.err && !got);
    for (unsigned packing = 0; packing <= PACKING_NEWEST; packing++)
        frame_retell(&one, packing);
    frame_in_deinit(&whole);
    frame_in_deinit(&pieces);
    buf_deinit(&one.all);
    buf_deinit(&other.all);
    return 0;
}
