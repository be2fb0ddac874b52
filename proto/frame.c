/* frame.c - see frame.h. */
#include "frame.h"

#define PACK_MIN 64 /* bytes; what zstd saves on less, its own head eats */
#define FORM_KNOWN (FRAME_LAST | FRAME_MORE | FRAME_TRANSFORM_MASK)

enum transform { TRANSFORM_PLAIN = 0, TRANSFORM_ZSTD = 1 };

_Static_assert(ZIP_HISTORY == HISTORY_MAX, "both sides keep the same history");
_Static_assert(FRAME_PLAIN_MAX <= FRAME_PACKED_MAX, "a plain frame fits its length field");

/* --- out --- */

void frame_out_init(struct frame_out *f, int level)
{
    assert(level >= 0 && level <= 19);
    *f = (struct frame_out){ .level = level };
}

void frame_out_deinit(struct frame_out *f)
{
    zip_deinit(&f->zip);
}

/* Packs or copies the slice behind the head. A side that never packs needs no history. */
static enum transform put_payload(struct frame_out *f, struct bytes slice, struct buf *wire)
{
    if (f->level > 0 && slice.n >= PACK_MIN) {
        if (zip_compress(&f->zip, slice, f->level, wire))
            return TRANSFORM_ZSTD;
    } else if (f->level > 0) {
        zip_note(&f->zip, slice);
    }
    buf_put_bytes(wire, slice);
    return TRANSFORM_PLAIN;
}

static void put_frame(struct frame_out *f, uint8_t type, struct bytes slice, unsigned flags, struct buf *wire)
{
    size_t head = wire->n;

    buf_grow(wire, FRAME_HEADER_SIZE);
    unsigned form = flags | (unsigned)put_payload(f, slice, wire);
    store_u16(wire->p + head, (uint16_t)(wire->n - head - FRAME_HEADER_SIZE));
    wire->p[head + 2] = type;
    wire->p[head + 3] = (uint8_t)form;
}

void frame_put(struct frame_out *f, uint8_t type, struct bytes plain, bool last, struct buf *wire)
{
    assert(plain.n <= MESSAGE_MAX);
    while (plain.n > FRAME_PLAIN_MAX) {
        put_frame(f, type, bytes_of(plain.p, FRAME_PLAIN_MAX), FRAME_MORE, wire);
        plain = bytes_cut(plain, FRAME_PLAIN_MAX);
    }
    put_frame(f, type, plain, last ? FRAME_LAST : 0, wire);
}

/* --- in --- */

struct frame_head {
    size_t n;
    uint8_t type;
    uint8_t form;
};

void frame_in_init(struct frame_in *f)
{
    *f = (struct frame_in){ 0 };
}

static void free_buffers(struct frame_in *f)
{
    buf_wipe_deinit(&f->raw);
    buf_wipe_deinit(&f->message);
}

void frame_in_deinit(struct frame_in *f)
{
    zip_deinit(&f->zip);
    free_buffers(f);
}

static struct frame_head read_head(const uint8_t *p)
{
    return (struct frame_head){ .n = load_u16(p), .type = p[2], .form = p[3] };
}

/* All that can be said before the payload is there: nothing is kept for a frame that will be refused. */
static bool acceptable(const struct frame_in *f, const struct frame_head *head)
{
    unsigned transform = head->form & FRAME_TRANSFORM_MASK;

    if ((head->form & ~FORM_KNOWN) != 0 || transform > TRANSFORM_ZSTD)
        return false;
    if ((head->form & FRAME_LAST) && (head->form & FRAME_MORE))
        return false;
    if (f->in_message && head->type != f->type)
        return false;
    size_t room = MESSAGE_MAX - (f->in_message ? f->message.n : 0);
    return transform != TRANSFORM_PLAIN || (head->n <= FRAME_PLAIN_MAX && head->n <= room);
}

/* Adds one whole frame to the message. *got: the message is complete. */
static enum err take_frame(struct frame_in *f, const struct frame_head *head, const uint8_t *payload, bool *got)
{
    struct bytes b = bytes_of(payload, head->n);

    if (!f->in_message)
        buf_clear(&f->message);
    size_t room = MESSAGE_MAX - f->message.n;
    if ((head->form & FRAME_TRANSFORM_MASK) == TRANSFORM_ZSTD) {
        enum err e = zip_expand(&f->zip, b, room < FRAME_PLAIN_MAX ? room : FRAME_PLAIN_MAX, &f->message);
        if (e != ERR_OK)
            return e;
    } else {
        zip_note(&f->zip, b);
        buf_put_bytes(&f->message, b);
    }
    f->type = head->type;
    f->in_message = (head->form & FRAME_MORE) != 0;
    f->last = (head->form & FRAME_LAST) != 0;
    *got = !f->in_message;
    return ERR_OK;
}

/* Moves bytes from *more to raw until raw holds `want`. False: they ran out. */
static bool gather(struct frame_in *f, struct bytes *more, size_t want)
{
    size_t n = want > f->raw.n ? want - f->raw.n : 0;

    if (n > more->n)
        n = more->n;
    buf_put(&f->raw, more->p, n);
    *more = bytes_cut(*more, n);
    return f->raw.n >= want;
}

/* One frame, from raw or, where it lies there whole, straight from *more. *moved false: not all of it is there yet. */
static enum err next_frame(struct frame_in *f, struct bytes *more, bool *moved, bool *got)
{
    struct frame_head head;
    const uint8_t *payload;
    bool whole;

    *moved = false;
    if (f->raw.n == 0 && more->n >= FRAME_HEADER_SIZE) {
        head = read_head(more->p);
        payload = more->p + FRAME_HEADER_SIZE;
        whole = more->n - FRAME_HEADER_SIZE >= head.n;
    } else {
        if (!gather(f, more, FRAME_HEADER_SIZE))
            return ERR_OK;
        head = read_head(f->raw.p);
        whole = false;
    }
    if (!acceptable(f, &head))
        return ERR_BAD_FRAME;
    if (whole) {
        *more = bytes_cut(*more, FRAME_HEADER_SIZE + head.n);
    } else {
        if (!gather(f, more, FRAME_HEADER_SIZE + head.n))
            return ERR_OK;
        payload = f->raw.p + FRAME_HEADER_SIZE;
    }
    *moved = true;
    enum err e = take_frame(f, &head, payload, got);
    buf_clear(&f->raw);
    return e;
}

enum err frame_next(struct frame_in *f, struct bytes *more, bool *got)
{
    bool moved = true;

    *got = false;
    if (f->failed)
        return ERR_BAD_FRAME;
    if (more->n == 0 && f->raw.n == 0 && !f->in_message)
        free_buffers(f);
    while (moved && !*got && more->n > 0) {
        if (next_frame(f, more, &moved, got) != ERR_OK) {
            f->failed = true;
            *got = false;
            free_buffers(f);
            return ERR_BAD_FRAME;
        }
    }
    return ERR_OK;
}
