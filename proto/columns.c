/* columns.c - arranging; see columns.h. columns_restore.c is the way back. */
#include "columns.h"

#include "columns_item.h"
#include "syllable.h"

struct column {
    uint32_t kind, tag;
    struct buf heads, contents;
};

struct arranging {
    struct bytes in;
    struct buf *raw, *skeleton;
    struct column column[COLUMNS_MAX];
    size_t columns, last; /* where the last column was found */
    struct bytes record, base; /* the last ones; empty: none yet */
    uint64_t time; /* of the last record id, milliseconds */
    bool near;
};

/* An item of the message around the bodies: whatever is long there is random. */
static bool outside(struct arranging *a, int depth)
{
    struct columns_item item;
    struct bytes content;
    if (depth > MP_DEPTH_MAX || !columns_item(&a->in, &item))
        return false;
    buf_put_bytes(a->skeleton, item.head);
    for (size_t i = 0; item.kind == ITEM_ARRAY && i < item.n; i++)
        if (!outside(a, depth + 1))
            return false;
    if (item.kind == ITEM_SCALAR || item.kind == ITEM_ARRAY)
        return true;
    if (!columns_take(&a->in, item.n, &content))
        return false;
    buf_put_bytes(item.kind == ITEM_BIN ? a->raw : a->skeleton, content);
    return true;
}

static bool value(struct arranging *a, struct column *c, int depth)
{
    struct columns_item item;
    struct bytes content;
    if (depth > MP_DEPTH_MAX || !columns_item(&a->in, &item))
        return false;
    buf_put_bytes(&c->heads, item.head);
    for (size_t i = 0; item.kind == ITEM_ARRAY && i < item.n; i++)
        if (!value(a, c, depth + 1))
            return false;
    if (item.kind == ITEM_SCALAR || item.kind == ITEM_ARRAY)
        return true;
    if (!columns_take(&a->in, item.n, &content))
        return false;
    if (item.kind == ITEM_STR)
        syllable_pack(content, &c->contents);
    else
        buf_put_bytes(&c->contents, content);
    return true;
}

/* Bodies of one kind name their fields in the same order: most often it is the column behind the last one. */
static struct column *column_of(struct arranging *a, uint32_t kind, uint32_t tag)
{
    for (size_t i = 1; i <= a->columns; i++) {
        size_t at = (a->last + i) % a->columns;
        if (a->column[at].kind == kind && a->column[at].tag == tag) {
            a->last = at;
            return &a->column[at];
        }
    }
    if (a->columns == COLUMNS_MAX)
        return NULL;
    a->last = a->columns++;
    a->column[a->last].kind = kind;
    a->column[a->last].tag = tag;
    return &a->column[a->last];
}

static bool base(struct arranging *a)
{
    struct columns_item item;
    struct bytes content = {0};
    if (!columns_item(&a->in, &item) || item.kind == ITEM_STR || item.kind == ITEM_ARRAY)
        return false;
    if (item.kind == ITEM_BIN && !columns_take(&a->in, item.n, &content))
        return false;
    if (content.n == VERSION_SIZE && item.head.n == 2) {
        if (a->base.n > 0 && memcmp(a->base.p, content.p, VERSION_SIZE) == 0) {
            buf_put(a->skeleton, &(uint8_t){COLUMNS_BASE_AGAIN}, 1);
            return true;
        }
        a->base = content;
    }
    buf_put_bytes(a->skeleton, item.head);
    buf_put_bytes(a->raw, content);
    return true;
}

static uint64_t load_time(const uint8_t *p)
{
    return (uint64_t)load_u16(p) << 32 | load_u32(p + 2);
}

/* Zigzag, with two bits more below, seven bits a byte, the low ones first. */
static void put_difference(struct buf *b, uint64_t from, uint64_t to, unsigned two)
{
    uint64_t z = to >= from ? (to - from) * 2 : (from - to) * 2 - 1;
    for (z = z << 2 | two; z >= 128; z >>= 7)
        buf_put(b, &(uint8_t){(uint8_t)(z | 128)}, 1);
    buf_put(b, &(uint8_t){(uint8_t)z}, 1);
}

static void record(struct arranging *a, struct bytes id)
{
    uint8_t how = COLUMNS_ID_RANDOM;
    if (a->record.n > 0 && memcmp(a->record.p, id.p, ID_SIZE) == 0)
        how = COLUMNS_ID_AGAIN;
    else if (id.p[6] >> 4 == 7 && id.p[8] >> 6 == 2)
        how = COLUMNS_ID_TIME;
    buf_put(a->skeleton, &how, 1);
    if (how == COLUMNS_ID_TIME) {
        uint8_t random[COLUMNS_RANDOM_SIZE];
        unsigned two = columns_random_pack(id.p, random);
        put_difference(a->raw, a->time, load_time(id.p), two);
        a->time = load_time(id.p);
        buf_put(a->raw, random, sizeof random);
    } else if (how == COLUMNS_ID_RANDOM) {
        buf_put_bytes(a->raw, id);
    }
    a->record = id;
}

static bool body(struct arranging *a, size_t n)
{
    struct columns_item id, kind, op, tag;
    struct bytes id_bytes;
    if (n < 6 || n % 3 != 0 || !columns_item(&a->in, &id) || id.kind != ITEM_BIN || id.n != ID_SIZE ||
        id.head.n != 2 || !columns_take(&a->in, id.n, &id_bytes))
        return false;
    if (!columns_item(&a->in, &kind) || kind.value == UINT32_MAX || !columns_item(&a->in, &op) ||
        op.kind != ITEM_SCALAR)
        return false;
    buf_put_bytes(a->skeleton, kind.head);
    buf_put_bytes(a->skeleton, op.head);
    record(a, id_bytes);
    for (size_t i = 3; i < n; i += 3) {
        if (!columns_item(&a->in, &tag) || tag.value == UINT32_MAX)
            return false;
        buf_put_bytes(a->skeleton, tag.head);
        struct column *c = column_of(a, kind.value, tag.value);
        if (c == NULL || !base(a) || !value(a, c, 0))
            return false;
    }
    return true;
}

static bool bodies(struct arranging *a)
{
    struct columns_item all, item;
    struct bytes content;
    if (!columns_item(&a->in, &all) || all.kind != ITEM_ARRAY)
        return false;
    buf_put_bytes(a->skeleton, all.head);
    for (size_t i = 0; i < all.n; i++) {
        if (!columns_item(&a->in, &item))
            return false;
        buf_put_bytes(a->skeleton, item.head);
        if (item.kind == ITEM_ARRAY) {
            if (!body(a, item.n))
                return false;
        } else if (item.kind == ITEM_BIN && columns_take(&a->in, item.n, &content)) {
            buf_put_bytes(a->raw, content);
        } else {
            return false;
        }
    }
    return true;
}

static bool arrange(struct arranging *a)
{
    struct columns_item all;
    if (!columns_item(&a->in, &all) || all.kind != ITEM_ARRAY || columns_bodies(all.n) == 0)
        return false;
    buf_put_bytes(a->skeleton, all.head);
    for (size_t i = 0; i < all.n; i++) {
        if (a->near)
            a->time = columns_time(all.n, i, a->in, a->time);
        if (!(i == columns_bodies(all.n) ? bodies(a) : outside(a, 0)))
            return false;
    }
    return a->in.n == 0;
}

bool columns_arrange(struct bytes message, bool near, struct buf *raw, struct buf *arranged)
{
    struct arranging a = {.in = message, .raw = raw, .skeleton = arranged, .near = near};
    bool fits = arrange(&a);
    for (size_t i = 0; i < a.columns; i++) {
        if (fits) {
            buf_put_bytes(arranged, buf_bytes(&a.column[i].heads));
            buf_put_bytes(arranged, buf_bytes(&a.column[i].contents));
        }
        buf_wipe_deinit(&a.column[i].heads);
        buf_wipe_deinit(&a.column[i].contents);
    }
    return fits;
}
