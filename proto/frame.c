/* frame.c - see frame.h. */
#include "frame.h"

#include "columns.h"
#include "dictionary.h"
#include "message.h"

#define PACK_MIN 64        /* bytes; what zstd saves on less, its own head eats */
#define DICTIONARY_MIN 16  /* with a dictionary and without magic number */
#define TRY_ALL_MAX 4096   /* a small payload is packed in every way there is, and the smallest sent */
#define TRIAL_LEVEL 5      /* up to here a large one is, too */
#define LENGTH_MAX 3       /* bytes of a length in columns */
#define FORM_KNOWN (FRAME_LAST | FRAME_MORE | FRAME_TRANSFORM_MASK)

enum transform {
    TRANSFORM_PLAIN = 0, TRANSFORM_ZSTD = 1, TRANSFORM_DICTIONARY = 2, TRANSFORM_COLUMNS = 3, TRANSFORM_NEAR = 4
};

_Static_assert(ZIP_HISTORY == HISTORY_MAX, "both sides keep the same history");
_Static_assert(FRAME_PLAIN_MAX <= FRAME_PACKED_MAX, "a plain frame fits its length field");

static struct bytes dictionary(void)
{
    return bytes_of(dictionary_1, dictionary_1_size);
}

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

/* One way to send a payload: `packed` is what goes out, `noted` what the history gets. */
struct packed {
    enum transform transform;
    struct buf packed;
    struct bytes noted;
};

static void take_if_smaller(struct packed *best, enum transform transform, struct buf *packed, struct bytes noted)
{
    if (packed->n > 0 && (best->packed.n == 0 || packed->n < best->packed.n)) {
        struct buf old = best->packed;
        *best = (struct packed){transform, *packed, noted};
        *packed = old;
    }
    buf_deinit(packed);
}

static void try_plain(const struct frame_out *f, struct bytes slice, enum transform transform, int level,
                      struct packed *best)
{
    struct bytes with = transform == TRANSFORM_DICTIONARY ? dictionary() : bytes_of(NULL, 0);
    struct buf packed = {0};
    if (slice.n >= (with.n > 0 ? DICTIONARY_MIN : PACK_MIN) && zip_pack(&f->zip, with, slice, level, &packed))
        take_if_smaller(best, transform, &packed, slice);
    buf_deinit(&packed); /* also of what did not get smaller */
}

static void put_length(struct buf *b, size_t n)
{
    for (; n >= 128; n >>= 7)
        buf_put(b, &(uint8_t){(uint8_t)(n | 128)}, 1);
    buf_put(b, &(uint8_t){(uint8_t)n}, 1);
}

/* The raw half with the times of ids as transform 3 has them; the other half is the same. */
static void arrange_far(struct bytes slice, struct buf *raw, struct buf *arranged)
{
    buf_clear(raw);
    buf_clear(arranged);
    bool fits = columns_arrange(slice, false, raw, arranged);
    assert(fits);
}

/* Transform 4, or 3 where the receiver knows no other or zstd made several blocks. arranged stays the caller's:
 * best->noted may lie in it. */
static void try_columns(const struct frame_out *f, struct bytes slice, struct buf *arranged, struct packed *best)
{
    struct buf raw = {0}, zipped = {0}, packed = {0};
    bool near = f->packing >= PACKING_NEAR;
    if (columns_arrange(slice, near, &raw, arranged) && arranged->n <= FRAME_PLAIN_MAX) {
        bool smaller = zip_pack(&f->zip, dictionary(), buf_bytes(arranged), f->level, &zipped);
        struct bytes half = smaller ? buf_bytes(&zipped) : buf_bytes(arranged);
        size_t n = arranged->n;
        if (near && smaller && !zip_strip(buf_bytes(&zipped), &half, &n)) {
            near = false;
            half = buf_bytes(&zipped);
            arrange_far(slice, &raw, arranged);
        }
        put_length(&packed, raw.n);
        buf_put_bytes(&packed, buf_bytes(&raw));
        if (near)
            put_length(&packed, n);
        buf_put_bytes(&packed, half);
        if ((near || smaller) && packed.n < slice.n)
            take_if_smaller(best, near ? TRANSFORM_NEAR : TRANSFORM_COLUMNS, &packed, buf_bytes(arranged));
    }
    buf_deinit(&raw);
    buf_deinit(&zipped);
    buf_deinit(&packed);
}

/* At a high level each way takes as long as all others together, and the ways without columns are nearly always far
 * behind. So a large payload is looked at quickly first: a high level does not make up for a quarter. */
static bool worth_a_try(const struct frame_out *f, struct bytes slice, enum transform transform, size_t best_n)
{
    struct packed trial = {0};
    if (best_n == 0 || slice.n <= TRY_ALL_MAX || f->level <= TRIAL_LEVEL)
        return true;
    try_plain(f, slice, transform, TRIAL_LEVEL, &trial);
    bool worth = trial.packed.n > 0 && trial.packed.n / 5 * 4 < best_n;
    buf_deinit(&trial.packed);
    return worth;
}

/* Packs or copies the slice behind the head. A side that never packs needs no history. */
static enum transform put_payload(struct frame_out *f, uint8_t type, struct bytes slice, bool whole, struct buf *wire)
{
    struct packed best = {.noted = slice};
    struct buf arranged = {0};
    enum transform transform;
    if (f->level == 0) {
        buf_put_bytes(wire, slice);
        return TRANSFORM_PLAIN;
    }
    if (f->packing > 0 && whole && (type == MESSAGE_CHANGESET || type == MESSAGE_LEAF || type == MESSAGE_PART))
        try_columns(f, slice, &arranged, &best);
    if (f->packing > 0 && worth_a_try(f, slice, TRANSFORM_DICTIONARY, best.packed.n))
        try_plain(f, slice, TRANSFORM_DICTIONARY, f->level, &best);
    if (worth_a_try(f, slice, TRANSFORM_ZSTD, best.packed.n))
        try_plain(f, slice, TRANSFORM_ZSTD, f->level, &best);
    transform = best.transform;
    buf_put_bytes(wire, transform == TRANSFORM_PLAIN ? slice : buf_bytes(&best.packed));
    zip_note(&f->zip, best.noted);
    buf_deinit(&best.packed);
    buf_wipe_deinit(&arranged);
    return transform;
}

static void put_frame(struct frame_out *f, uint8_t type, struct bytes slice, unsigned flags, struct buf *wire)
{
    size_t head = wire->n;

    buf_grow(wire, FRAME_HEADER_SIZE);
    bool whole = !f->in_message && (flags & FRAME_MORE) == 0;
    unsigned form = flags | (unsigned)put_payload(f, type, slice, whole, wire);
    f->in_message = (flags & FRAME_MORE) != 0;
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
    buf_wipe_deinit(&f->arranged);
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

    if ((head->form & ~FORM_KNOWN) != 0 || transform > TRANSFORM_NEAR)
        return false;
    if ((head->form & FRAME_LAST) && (head->form & FRAME_MORE))
        return false;
    if (f->in_message && head->type != f->type)
        return false;
    if (transform >= TRANSFORM_COLUMNS && (f->in_message || (head->form & FRAME_MORE)))
        return false;
    size_t room = MESSAGE_MAX - (f->in_message ? f->message.n : 0);
    return transform != TRANSFORM_PLAIN || (head->n <= FRAME_PLAIN_MAX && head->n <= room);
}

static bool take_length(struct bytes *b, size_t max, size_t *n)
{
    size_t at = 0;
    bool more = true;
    *n = 0;
    for (unsigned shift = 0; more && at < LENGTH_MAX && at < b->n; shift += 7) {
        *n |= (size_t)(b->p[at] & 127u) << shift;
        more = b->p[at++] >= 128;
    }
    *b = bytes_cut(*b, at);
    return !more && *n <= max;
}

/* The packed half of a message in columns. */
static enum err take_arranged(struct frame_in *f, bool near, struct bytes b)
{
    struct buf whole = {0};
    size_t n;
    buf_clear(&f->arranged);
    if (!near)
        return zip_unpack(&f->zip, dictionary(), b, FRAME_PLAIN_MAX, &f->arranged);
    if (!take_length(&b, FRAME_PLAIN_MAX, &n) || b.n > n)
        return ERR_BAD_FRAME;
    zip_dress(b, n, &whole);
    enum err e = zip_unpack(&f->zip, dictionary(), buf_bytes(&whole), FRAME_PLAIN_MAX, &f->arranged);
    buf_deinit(&whole);
    return e;
}

/* Transforms 3 and 4: the length of the raw half, the raw half, the packed other half. */
static enum err take_columns(struct frame_in *f, bool near, struct bytes b)
{
    size_t n;
    if (!take_length(&b, FRAME_PACKED_MAX, &n) || n > b.n)
        return ERR_BAD_FRAME;
    struct bytes raw = bytes_of(b.p, n);
    enum err e = take_arranged(f, near, bytes_cut(b, n));
    if (e == ERR_OK)
        e = columns_restore(raw, buf_bytes(&f->arranged), near, FRAME_PLAIN_MAX, &f->message);
    if (e == ERR_OK)
        zip_note(&f->zip, buf_bytes(&f->arranged));
    return e;
}

/* The plain bytes of one frame behind those of the message, and into the history. */
static enum err take_payload(struct frame_in *f, enum transform transform, struct bytes b, size_t room)
{
    struct bytes with = transform == TRANSFORM_DICTIONARY ? dictionary() : bytes_of(NULL, 0);
    size_t before = f->message.n;
    if (transform >= TRANSFORM_COLUMNS)
        return take_columns(f, transform == TRANSFORM_NEAR, b);
    if (transform == TRANSFORM_PLAIN) {
        buf_put_bytes(&f->message, b);
    } else {
        enum err e = zip_unpack(&f->zip, with, b, room < FRAME_PLAIN_MAX ? room : FRAME_PLAIN_MAX, &f->message);
        if (e != ERR_OK)
            return e;
    }
    if (f->message.n > before) /* an empty message has no address */
        zip_note(&f->zip, bytes_of(f->message.p + before, f->message.n - before));
    return ERR_OK;
}

/* Adds one whole frame to the message. *got: the message is complete. */
static enum err take_frame(struct frame_in *f, const struct frame_head *head, const uint8_t *payload, bool *got)
{
    if (!f->in_message)
        buf_clear(&f->message);
    enum err e = take_payload(f, (enum transform)(head->form & FRAME_TRANSFORM_MASK), bytes_of(payload, head->n),
                              MESSAGE_MAX - f->message.n);
    if (e != ERR_OK)
        return e;
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
    const uint8_t *payload = NULL;
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
