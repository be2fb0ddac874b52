/* mp.c - see mp.h. Reading goes over the encoded bytes in place: values are small and many, and a tree of objects in a
 * zone cost more than all the rest of taking a part or a change apart (docs/performance.md). */
#include "mp.h"

#include "../common/text.h"

#include <msgpack.h>

/* The first bytes of one encoded value. */
struct head {
    enum mp_type type;
    uint32_t size;  /* of the head itself */
    uint32_t count; /* str, bin: bytes that follow; array: values that follow */
    uint64_t value; /* int: as two's complement when negative */
    bool negative;
};

static bool head_read(struct head *h, const uint8_t *p, size_t left);
static size_t value_size(const uint8_t *p, size_t left);

/* --- writing --- */

static int put_bytes(void *data, const char *p, size_t n)
{
    buf_put(data, p, n);
    return 0;
}

static msgpack_packer packer(struct buf *b)
{
    msgpack_packer pk;

    msgpack_packer_init(&pk, b, put_bytes);
    return pk;
}

void mp_put_nil(struct buf *b)
{
    msgpack_packer pk = packer(b);
    msgpack_pack_nil(&pk);
}

void mp_put_uint(struct buf *b, uint64_t v)
{
    msgpack_packer pk = packer(b);
    msgpack_pack_uint64(&pk, v);
}

void mp_put_int(struct buf *b, int64_t v)
{
    msgpack_packer pk = packer(b);
    msgpack_pack_int64(&pk, v);
}

void mp_put_str(struct buf *b, struct bytes utf8)
{
    msgpack_packer pk = packer(b);
    assert(utf8.n <= UINT32_MAX);
    msgpack_pack_str(&pk, utf8.n);
    buf_put_bytes(b, utf8);
}

void mp_put_bin(struct buf *b, const void *p, size_t n)
{
    msgpack_packer pk = packer(b);
    assert(n <= UINT32_MAX);
    msgpack_pack_bin(&pk, n);
    buf_put(b, p, n);
}

void mp_put_array(struct buf *b, size_t count)
{
    msgpack_packer pk = packer(b);
    assert(count <= MP_ELEMENTS_MAX);
    msgpack_pack_array(&pk, count);
}

void mp_put_raw(struct buf *b, struct bytes canonical)
{
    buf_put_bytes(b, canonical);
}

/* --- checking --- */

/* Lead bytes 0xc0 to 0xdf: what they begin, how many bytes of number follow, and the smallest number that needs
 * them (for signed integers: the smallest magnitude). Rows of width 0 but nil are not ours: booleans, floats,
 * extensions, maps and the unused byte. */
static const struct wide_row {
    uint8_t is; /* enum mp_type; MP_END is refused */
    uint8_t width;
    bool is_signed;
    uint64_t min;
} wide_rows[32] = {
    [0x00] = { MP_NIL, 0, false, 0 },
    [0x01] = { MP_END, 0, false, 0 },
    [0x02] = { MP_END, 0, false, 0 },
    [0x03] = { MP_END, 0, false, 0 },
    [0x04] = { MP_BIN, 1, false, 0 },
    [0x05] = { MP_BIN, 2, false, 0x100 },
    [0x06] = { MP_BIN, 4, false, 0x10000 },
    [0x07] = { MP_END, 0, false, 0 },
    [0x08] = { MP_END, 0, false, 0 },
    [0x09] = { MP_END, 0, false, 0 },
    [0x0a] = { MP_END, 0, false, 0 },
    [0x0b] = { MP_END, 0, false, 0 },
    [0x0c] = { MP_INT, 1, false, 0x80 },
    [0x0d] = { MP_INT, 2, false, 0x100 },
    [0x0e] = { MP_INT, 4, false, 0x10000 },
    [0x0f] = { MP_INT, 8, false, 0x100000000 },
    [0x10] = { MP_INT, 1, true, 0x21 },
    [0x11] = { MP_INT, 2, true, 0x81 },
    [0x12] = { MP_INT, 4, true, 0x8001 },
    [0x13] = { MP_INT, 8, true, 0x80000001 },
    [0x14] = { MP_END, 0, false, 0 },
    [0x15] = { MP_END, 0, false, 0 },
    [0x16] = { MP_END, 0, false, 0 },
    [0x17] = { MP_END, 0, false, 0 },
    [0x18] = { MP_END, 0, false, 0 },
    [0x19] = { MP_STR, 1, false, 0x20 },
    [0x1a] = { MP_STR, 2, false, 0x100 },
    [0x1b] = { MP_STR, 4, false, 0x10000 },
    [0x1c] = { MP_ARRAY, 2, false, 0x10 },
    [0x1d] = { MP_ARRAY, 4, false, 0x10000 },
    [0x1e] = { MP_END, 0, false, 0 },
    [0x1f] = { MP_END, 0, false, 0 },
};

/* Leads 0xc0 to 0xdf. */
static bool head_read_wide(struct head *h, const uint8_t *p, size_t left)
{
    const struct wide_row *row = &wide_rows[p[0] & 0x1f];
    uint64_t v = 0;

    if (row->is == MP_END || left <= row->width)
        return false;
    for (unsigned i = 1; i <= row->width; i++)
        v = v << 8 | p[i];
    h->type = (enum mp_type)row->is;
    h->size = 1u + row->width;
    if (row->is_signed) {
        unsigned unused = 64 - 8u * row->width;
        v = (uint64_t)((int64_t)(v << unused) >> unused);
        h->negative = v >> 63 != 0;
        h->value = v;
        return h->negative && 0 - v >= row->min;
    }
    h->value = v;
    h->count = row->is == MP_INT ? 0 : (uint32_t)v;
    return v >= row->min;
}

/* False for what is not the shortest form, not of our types, or cut off. Lengths are not held against what is left. */
static bool head_read(struct head *h, const uint8_t *p, size_t left)
{
    *h = (struct head){ .size = 1 };
    if (left == 0)
        return false;
    uint8_t lead = p[0];
    if (lead < 0x80) {
        h->type = MP_INT;
        h->value = lead;
    } else if (lead < 0x90) {
        return false;
    } else if (lead < 0xa0) {
        h->type = MP_ARRAY;
        h->value = h->count = lead & 0x0f;
    } else if (lead < 0xc0) {
        h->type = MP_STR;
        h->value = h->count = lead & 0x1f;
    } else if (lead >= 0xe0) {
        h->type = MP_INT;
        h->value = (uint64_t)(int64_t)(int8_t)lead;
        h->negative = true;
    } else {
        return head_read_wide(h, p, left);
    }
    return true;
}

/* Walks one whole value and what it holds. */
static bool check(struct bytes b)
{
    uint32_t left[MP_DEPTH_MAX + 1];
    size_t at = 0;
    int depth = 0;
    struct head h;

    if (b.n == 0)
        return false;
    left[0] = 1;
    for (;;) {
        while (left[depth] == 0) {
            if (depth-- == 0)
                return at == b.n;
        }
        left[depth]--;
        if (!head_read(&h, b.p + at, b.n - at))
            return false;
        at += h.size;
        if (h.type == MP_ARRAY) {
            if (depth == MP_DEPTH_MAX || h.count > MP_ELEMENTS_MAX || h.count > b.n - at)
                return false;
            left[++depth] = h.count;
        } else {
            if (h.count > b.n - at || (h.type == MP_STR && !text_is_utf8(bytes_of(b.p + at, h.count))))
                return false;
            at += h.count;
        }
    }
}

enum err mp_check(struct bytes untrusted)
{
    return check(untrusted) ? ERR_OK : ERR_BAD_FRAME;
}

/* --- reading --- */

void mp_open(struct mp *r, struct bytes untrusted)
{
    r->all = untrusted;
    r->at = 0;
    r->depth = 0;
    r->left[0] = 1;
    r->err = mp_check(untrusted);
    r->is_open = r->err == ERR_OK;
}

enum err mp_close(struct mp *r)
{
    if (r->is_open && r->err == ERR_OK && r->at != r->all.n)
        r->err = ERR_BAD_FRAME;
    r->is_open = false;
    return r->err;
}

void mp_fail(struct mp *r, enum err e)
{
    assert(e != ERR_OK);
    if (r->err == ERR_OK)
        r->err = e;
}

enum err mp_error(const struct mp *r)
{
    return r->err;
}

/* The head of the next value, and the level it is at. False: nothing is left, or an error. */
static bool next_head(const struct mp *r, struct head *h, int *depth)
{
    if (r->err != ERR_OK || !r->is_open)
        return false;
    for (*depth = r->depth; r->left[*depth] == 0; --*depth)
        if (*depth == 0)
            return false;
    bool ok = head_read(h, r->all.p + r->at, r->all.n - r->at);
    assert(ok);
    return true;
}

enum mp_type mp_peek(const struct mp *r)
{
    struct head h;
    int depth;

    return next_head(r, &h, &depth) ? h.type : MP_END;
}

/* Goes past `size` encoded bytes, which are the next value (or the head of an array that is then entered). */
static void pass(struct mp *r, int depth, size_t size)
{
    r->depth = depth;
    r->left[depth]--;
    r->at += size;
}

bool mp_nil(struct mp *r)
{
    struct head h;
    int depth;

    if (!next_head(r, &h, &depth) || h.type != MP_NIL)
        return false;
    pass(r, depth, h.size);
    return true;
}

/* Goes past the head of the next value if it is of this type and, as a size or number without a sign, at most `max`. */
static bool take(struct mp *r, enum mp_type type, uint64_t max, struct head *h)
{
    int depth;

    if (!next_head(r, h, &depth) || h->type != type || (!h->negative && h->value > max)) {
        mp_fail(r, ERR_BAD_FRAME);
        return false;
    }
    pass(r, depth, h->size);
    return true;
}

uint64_t mp_uint(struct mp *r, uint64_t max)
{
    struct head h;

    if (!take(r, MP_INT, max, &h))
        return 0;
    if (h.negative)
        mp_fail(r, ERR_BAD_FRAME);
    return h.negative ? 0 : h.value;
}

int64_t mp_int(struct mp *r)
{
    struct head h;

    return take(r, MP_INT, INT64_MAX, &h) ? (int64_t)h.value : 0;
}

static struct bytes take_bytes(struct mp *r, enum mp_type type, size_t max_size)
{
    struct head h;

    if (!take(r, type, max_size, &h))
        return (struct bytes){ 0 };
    struct bytes b = bytes_of(r->all.p + r->at, h.count);
    r->at += h.count;
    return b;
}

struct bytes mp_str(struct mp *r, size_t max_size)
{
    return take_bytes(r, MP_STR, max_size);
}

struct bytes mp_bin(struct mp *r, size_t max_size)
{
    return take_bytes(r, MP_BIN, max_size);
}

const uint8_t *mp_bin_exact(struct mp *r, size_t n)
{
    static const uint8_t zeros[64];
    assert(n <= sizeof(zeros));
    struct bytes b = mp_bin(r, n);

    if (mp_error(r) == ERR_OK && b.n != n)
        mp_fail(r, ERR_BAD_FRAME);
    return mp_error(r) == ERR_OK ? b.p : zeros;
}

size_t mp_array(struct mp *r, size_t max_count)
{
    struct head h;

    if (!take(r, MP_ARRAY, max_count, &h))
        return 0;
    r->left[++r->depth] = h.count;
    return h.count;
}

void mp_expect_array(struct mp *r, size_t count)
{
    if (mp_array(r, count) != count)
        mp_fail(r, ERR_BAD_FRAME);
}

void mp_text(struct mp *r, char *out, size_t most)
{
    const struct bytes text = mp_str(r, most);

    if (text.n > 0)
        memcpy(out, text.p, text.n);
    out[text.n] = '\0';
}

struct bytes mp_raw(struct mp *r)
{
    struct head h;
    int depth;

    if (!next_head(r, &h, &depth)) {
        mp_fail(r, ERR_BAD_FRAME);
        return (struct bytes){ 0 };
    }
    struct bytes value = bytes_of(r->all.p + r->at, value_size(r->all.p + r->at, r->all.n - r->at));
    pass(r, depth, value.n);
    return value;
}

/* --- over encoded values that passed the checker --- */

static size_t value_size(const uint8_t *p, size_t left)
{
    size_t at = 0;
    struct head h;

    for (size_t values = 1; values > 0; values--) {
        bool ok = head_read(&h, p + at, left - at);
        assert(ok);
        at += h.size;
        if (h.type == MP_ARRAY)
            values += h.count;
        else
            at += h.count;
    }
    assert(at <= left);
    return at;
}

int mp_depth(struct bytes value)
{
    uint32_t left[MP_DEPTH_MAX + 1];
    size_t at = 0;
    int depth = 0, deepest = 0;
    struct head h;

    left[0] = 1;
    for (;;) {
        while (left[depth] == 0) {
            if (depth-- == 0)
                return deepest;
        }
        left[depth]--;
        bool ok = head_read(&h, value.p + at, value.n - at);
        assert(ok && (h.type != MP_ARRAY || depth < MP_DEPTH_MAX));
        at += h.size;
        if (h.type == MP_ARRAY)
            left[++depth] = h.count;
        else
            at += h.count;
        if (depth > deepest)
            deepest = depth;
    }
}

struct bytes mp_split(struct bytes *values)
{
    struct bytes first = bytes_of(values->p, value_size(values->p, values->n));

    *values = bytes_cut(*values, first.n);
    return first;
}

static int order(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* Two heads without what follows them: the type, then the number, then what decides if all that follows is equal. */
static int compare_heads(const struct head *x, const struct head *y)
{
    if (x->type != y->type)
        return order(x->type, y->type);
    if (x->negative != y->negative)
        return x->negative ? -1 : 1;
    return order(x->value, y->value);
}

/* Values are in step until the first difference, so one walk does for both; lengths of arrays wait on a stack. */
int mp_compare(struct bytes a, struct bytes b)
{
    uint32_t left[MP_DEPTH_MAX + 1];
    int longer[MP_DEPTH_MAX + 1];
    size_t at = 0; /* in both: equal so far is equally long but for the heads of arrays */
    size_t bt = 0;
    int depth = 0;
    struct head x, y;

    left[0] = 1;
    longer[0] = 0;
    for (;;) {
        while (left[depth] == 0) {
            if (longer[depth] != 0 || depth == 0)
                return longer[depth];
            depth--;
        }
        left[depth]--;
        bool ok = head_read(&x, a.p + at, a.n - at) && head_read(&y, b.p + bt, b.n - bt);
        assert(ok);
        at += x.size;
        bt += y.size;
        if (x.type == MP_ARRAY && y.type == MP_ARRAY) {
            depth++;
            assert(depth <= MP_DEPTH_MAX);
            left[depth] = x.count < y.count ? x.count : y.count;
            longer[depth] = order(x.count, y.count);
            continue;
        }
        int decided = compare_heads(&x, &y);
        if (decided == 0 && x.count > 0)
            decided = memcmp(a.p + at, b.p + bt, x.count);
        if (decided != 0)
            return decided;
        at += x.count;
        bt += y.count;
    }
}
