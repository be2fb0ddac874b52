/* columns_restore.c - the way back of columns.c: the skeleton is walked twice, to learn how many values each column
 * has, and, when the columns are read, to put all in its place. */
#include "columns.h"

#include "../common/crypto.h"
#include "../common/id.h"
#include "columns_item.h"
#include "syllable.h"

struct column {
    uint32_t kind, tag;
    size_t count;      /* values */
    struct buf values; /* encoded, one after the other */
    struct bytes left; /* of them, while the message is put together */
};

struct restoring {
    struct bytes in, raw;
    struct column column[COLUMNS_MAX];
    size_t columns, last;
    size_t made, max;    /* bytes of values; the message */
    struct buf *message; /* NULL: the first walk */
    size_t begin;        /* where the message begins in its buffer */
    struct bytes base; /* the last of one version */
    uint8_t record[ID_SIZE];
    bool has_record;
    uint64_t time;
    bool near;
};

static bool put(struct restoring *r, struct bytes b)
{
    if (r->message == NULL)
        return true;
    if (b.n > r->max - (r->message->n - r->begin))
        return false;
    buf_put_bytes(r->message, b);
    return true;
}

/* Bytes of raw, which only the second walk reads. */
static bool put_raw(struct restoring *r, size_t n, struct bytes *content)
{
    *content = bytes_of(NULL, 0);
    if (r->message == NULL)
        return true;
    return columns_take(&r->raw, n, content) && put(r, *content);
}

static bool outside(struct restoring *r, int depth)
{
    struct columns_item item;
    struct bytes content;
    if (depth > MP_DEPTH_MAX || !columns_item(&r->in, &item) || !put(r, item.head))
        return false;
    for (size_t i = 0; item.kind == ITEM_ARRAY && i < item.n; i++)
        if (!outside(r, depth + 1))
            return false;
    if (item.kind == ITEM_BIN)
        return put_raw(r, item.n, &content);
    return item.kind != ITEM_STR || (columns_take(&r->in, item.n, &content) && put(r, content));
}

static struct column *column_of(struct restoring *r, uint32_t kind, uint32_t tag)
{
    for (size_t i = 1; i <= r->columns; i++) {
        size_t at = (r->last + i) % r->columns;
        if (r->column[at].kind == kind && r->column[at].tag == tag) {
            r->last = at;
            return &r->column[at];
        }
    }
    if (r->columns == COLUMNS_MAX)
        return NULL;
    r->last = r->columns++;
    r->column[r->last].kind = kind;
    r->column[r->last].tag = tag;
    return &r->column[r->last];
}

/* The next value of a column; in the first walk only its count. */
static bool value(struct restoring *r, struct column *c)
{
    struct bytes before = c->left;
    if (r->message == NULL) {
        c->count++;
        return true;
    }
    for (size_t open = 1; open > 0; open--) {
        struct columns_item item;
        struct bytes content;
        if (!columns_item(&c->left, &item))
            return false;
        if (item.kind == ITEM_ARRAY)
            open += item.n;
        else if (item.kind != ITEM_SCALAR && !columns_take(&c->left, item.n, &content))
            return false;
    }
    return put(r, bytes_of(before.p, before.n - c->left.n));
}

static bool base(struct restoring *r)
{
    static const uint8_t head[2] = {0xc4, VERSION_SIZE};
    struct columns_item item;
    struct bytes content;
    if (r->in.n > 0 && r->in.p[0] == COLUMNS_BASE_AGAIN) {
        r->in = bytes_cut(r->in, 1);
        return r->message == NULL || (r->base.n > 0 && put(r, bytes_of(head, sizeof head)) && put(r, r->base));
    }
    if (!columns_item(&r->in, &item) || item.kind == ITEM_STR || item.kind == ITEM_ARRAY || !put(r, item.head))
        return false;
    if (item.kind != ITEM_BIN)
        return true;
    if (!put_raw(r, item.n, &content))
        return false;
    if (content.n == VERSION_SIZE && item.head.n == 2)
        r->base = content;
    return true;
}

static bool take_difference(struct bytes *b, uint64_t *time, unsigned *two)
{
    uint64_t z = 0;
    for (unsigned shift = 0; shift < 56; shift += 7) {
        if (b->n == 0)
            return false;
        uint8_t c = b->p[0];
        *b = bytes_cut(*b, 1);
        z |= (uint64_t)(c & 127u) << shift;
        if (c < 128) {
            *two = z & 3u;
            z >>= 2;
            *time = z & 1 ? *time - (z + 1) / 2 : *time + z / 2;
            return *time >> 48 == 0;
        }
    }
    return false;
}

static bool record(struct restoring *r, uint8_t how)
{
    static const uint8_t head[2] = {0xc4, ID_SIZE};
    struct bytes content = {0};
    if (how > COLUMNS_ID_AGAIN)
        return false;
    if (r->message == NULL)
        return true;
    if (how == COLUMNS_ID_TIME) {
        unsigned two;
        if (!take_difference(&r->raw, &r->time, &two) || !columns_take(&r->raw, COLUMNS_RANDOM_SIZE, &content))
            return false;
        store_u16(r->record, (uint16_t)(r->time >> 32));
        store_u32(r->record + 2, (uint32_t)r->time);
        columns_random_unpack(r->record, two, content.p);
    } else if (how == COLUMNS_ID_RANDOM) {
        if (!columns_take(&r->raw, ID_SIZE, &content))
            return false;
        memcpy(r->record, content.p, ID_SIZE);
    } else if (!r->has_record) {
        return false;
    }
    r->has_record = true;
    return put(r, bytes_of(head, sizeof head)) && put(r, bytes_of(r->record, ID_SIZE));
}

static bool body(struct restoring *r, size_t n)
{
    struct columns_item kind, op, tag;
    struct bytes how;
    if (n < 6 || n % 3 != 0 || !columns_item(&r->in, &kind) || kind.value == UINT32_MAX ||
        !columns_item(&r->in, &op) || op.kind != ITEM_SCALAR || !columns_take(&r->in, 1, &how))
        return false;
    if (!record(r, how.p[0]) || !put(r, kind.head) || !put(r, op.head))
        return false;
    for (size_t i = 3; i < n; i += 3) {
        if (!columns_item(&r->in, &tag) || tag.value == UINT32_MAX || !put(r, tag.head))
            return false;
        struct column *c = column_of(r, kind.value, tag.value);
        if (c == NULL || !base(r) || !value(r, c))
            return false;
    }
    return true;
}

static bool bodies(struct restoring *r)
{
    struct columns_item all, item;
    struct bytes content;
    if (!columns_item(&r->in, &all) || all.kind != ITEM_ARRAY || !put(r, all.head))
        return false;
    for (size_t i = 0; i < all.n; i++) {
        if (!columns_item(&r->in, &item) || !put(r, item.head))
            return false;
        if (item.kind == ITEM_ARRAY ? !body(r, item.n) : item.kind != ITEM_BIN || !put_raw(r, item.n, &content))
            return false;
    }
    return true;
}

static bool walk(struct restoring *r)
{
    struct columns_item all;
    r->last = 0;
    if (!columns_item(&r->in, &all) || all.kind != ITEM_ARRAY || columns_bodies(all.n) == 0 || !put(r, all.head))
        return false;
    for (size_t i = 0; i < all.n; i++) {
        if (r->near)
            r->time = columns_time(all.n, i, r->in, r->time);
        if (!(i == columns_bodies(all.n) ? bodies(r) : outside(r, 0)))
            return false;
    }
    return true;
}

/* The heads of a column's values, nesting and all, are its first part. */
static bool skip_heads(struct bytes *in, size_t values)
{
    struct columns_item item;
    for (size_t open = values; open > 0; open--) {
        if (!columns_item(in, &item))
            return false;
        if (item.kind == ITEM_ARRAY)
            open += item.n;
    }
    return true;
}

static bool read_column(struct restoring *r, struct column *c)
{
    struct bytes heads = r->in, content;
    if (!skip_heads(&r->in, c->count))
        return false;
    heads.n -= r->in.n;
    while (heads.n > 0) {
        struct columns_item item;
        if (!columns_item(&heads, &item))
            return false;
        size_t n = item.kind == ITEM_STR || item.kind == ITEM_BIN ? item.n : 0;
        if (item.head.n + n > r->max - r->made)
            return false;
        r->made += item.head.n + n;
        buf_put_bytes(&c->values, item.head);
        if (item.kind == ITEM_STR ? !syllable_unpack(&r->in, n, &c->values) : !columns_take(&r->in, n, &content))
            return false;
        if (item.kind == ITEM_BIN)
            buf_put_bytes(&c->values, content);
    }
    c->left = buf_bytes(&c->values);
    return true;
}

static bool restore(struct restoring *r, struct buf *message)
{
    struct bytes skeleton = r->in;
    if (!walk(r))
        return false;
    skeleton.n -= r->in.n;
    for (size_t i = 0; i < r->columns; i++)
        if (!read_column(r, &r->column[i]))
            return false;
    if (r->in.n > 0)
        return false;
    r->in = skeleton;
    r->message = message;
    return walk(r) && r->raw.n == 0;
}

enum err columns_restore(struct bytes raw, struct bytes arranged, bool near, size_t max, struct buf *message)
{
    struct restoring r = {.in = arranged, .raw = raw, .near = near, .max = max, .begin = message->n};
    bool fits = restore(&r, message);
    for (size_t i = 0; i < r.columns; i++)
        buf_wipe_deinit(&r.column[i].values);
    crypto_wipe(r.record, sizeof r.record);
    return fits ? ERR_OK : ERR_BAD_FRAME;
}
