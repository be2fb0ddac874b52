/* model_mp.c - see model_mp.h; the encodings are those of the MessagePack specification. */
#include <stdlib.h>

#include "model_mp.h"

#define BLOCK_SIZE 65536

struct model_pool_block {
    struct model_pool_block *next;
    size_t used, size;
    uint64_t data[];
};

void *model_mp_take(struct model_pool *pool, size_t n)
{
    struct model_pool_block *b = pool->first;

    n = (n + 7) & ~(size_t)7;
    if (b == NULL || b->size - b->used < n) {
        size_t size = n > BLOCK_SIZE ? n : BLOCK_SIZE;
        b = mem_alloc(sizeof(*b) + size);
        b->size = size;
        b->next = pool->first;
        pool->first = b;
    }
    b->used += n;
    return (uint8_t *)b->data + b->used - n;
}

void model_mp_free(struct model_pool *pool)
{
    while (pool->first != NULL) {
        struct model_pool_block *next = pool->first->next;
        free(pool->first);
        pool->first = next;
    }
}

/* ---- reading ---- */

static uint64_t number_at(const uint8_t **p, unsigned bytes)
{
    uint64_t n = 0;

    while (bytes-- > 0)
        n = n * 256 + *(*p)++;
    return n;
}

static void read_signed(struct model_value *v, const uint8_t **p, unsigned bytes)
{
    uint64_t n = number_at(p, bytes);
    uint64_t sign = (uint64_t)1 << (8 * bytes - 1);

    assert((n & sign) != 0); /* a positive number would be in its shorter form */
    v->type = MODEL_INT;
    v->negative = true;
    v->number = ~n + 1;
    if (bytes < 8)
        v->number &= 2 * sign - 1;
}

static void read_run(struct model_value *v, const uint8_t **p, enum model_type type, uint64_t n)
{
    v->type = type;
    v->bytes = bytes_of(*p, n);
    *p += n;
}

static void read_value(struct model_pool *pool, struct model_value *v, const uint8_t **p);

static void read_items(struct model_pool *pool, struct model_value *v, const uint8_t **p, uint64_t n)
{
    v->type = MODEL_ARRAY;
    v->count = n;
    v->item = model_mp_take(pool, n * sizeof(*v->item));
    for (size_t i = 0; i < n; i++)
        read_value(pool, &v->item[i], p);
}

static void read_value(struct model_pool *pool, struct model_value *v, const uint8_t **p)
{
    uint8_t lead = *(*p)++;

    *v = (struct model_value){.type = MODEL_INT};
    v->negative = lead >= 0xe0;
    if (lead <= 0x7f)
        v->number = lead;
    else if (lead >= 0xe0)
        v->number = 256u - lead;
    else if (lead >= 0x90 && lead <= 0x9f)
        read_items(pool, v, p, lead - 0x90u);
    else if (lead >= 0xa0 && lead <= 0xbf)
        read_run(v, p, MODEL_STR, lead - 0xa0u);
    else if (lead == 0xc0)
        v->type = MODEL_NIL;
    else if (lead >= 0xc4 && lead <= 0xc6)
        read_run(v, p, MODEL_BIN, number_at(p, 1u << (lead - 0xc4)));
    else if (lead >= 0xcc && lead <= 0xcf)
        v->number = number_at(p, 1u << (lead - 0xcc));
    else if (lead >= 0xd0 && lead <= 0xd3)
        read_signed(v, p, 1u << (lead - 0xd0));
    else if (lead >= 0xd9 && lead <= 0xdb)
        read_run(v, p, MODEL_STR, number_at(p, 1u << (lead - 0xd9)));
    else if (lead == 0xdc)
        read_items(pool, v, p, number_at(p, 2));
    else
        assert(lead == 0xc0); /* chibo uses no other type */
}

struct model_value model_mp_read(struct model_pool *pool, struct bytes one_value)
{
    struct model_value v;
    const uint8_t *p = one_value.p;

    read_value(pool, &v, &p);
    assert(p == one_value.p + one_value.n);
    return v;
}

/* ---- writing ---- */

static void put_number(struct buf *out, uint64_t n, unsigned bytes)
{
    while (bytes-- > 0)
        buf_put_u8(out, (uint8_t)(n >> (8 * bytes)));
}

/* A lead byte and a number of 1, 2, 4 or 8 bytes, whichever is the first to hold it; leads follow each other. */
static void put_sized(struct buf *out, uint8_t lead_of_smallest, unsigned smallest, uint64_t n)
{
    unsigned bytes = smallest;

    while (bytes < 8 && n >> (8 * bytes) != 0) {
        bytes *= 2;
        lead_of_smallest++;
    }
    buf_put_u8(out, lead_of_smallest);
    put_number(out, n, bytes);
}

void model_mp_uint(struct buf *out, uint64_t n)
{
    if (n < 128)
        buf_put_u8(out, (uint8_t)n);
    else
        put_sized(out, 0xcc, 1, n);
}

static void put_negative(struct buf *out, uint64_t magnitude)
{
    unsigned bytes = 1;
    uint8_t lead = 0xd0;

    if (magnitude <= 32) {
        buf_put_u8(out, (uint8_t)(256 - magnitude));
        return;
    }
    for (; bytes < 8 && magnitude > (uint64_t)1 << (8 * bytes - 1); bytes *= 2)
        lead++;
    buf_put_u8(out, lead);
    put_number(out, 0 - magnitude, bytes);
}

void model_mp_bin(struct buf *out, const void *p, size_t n)
{
    put_sized(out, 0xc4, 1, n);
    buf_put(out, p, n);
}

void model_mp_array(struct buf *out, size_t count)
{
    if (count < 16)
        buf_put_u8(out, (uint8_t)(0x90 + count));
    else
        put_sized(out, 0xdc, 2, count);
}

void model_mp_write(const struct model_value *v, struct buf *out)
{
    switch (v->type) {
    case MODEL_NIL:
        buf_put_u8(out, 0xc0);
        break;
    case MODEL_INT:
        if (v->negative)
            put_negative(out, v->number);
        else
            model_mp_uint(out, v->number);
        break;
    case MODEL_STR:
        if (v->bytes.n < 32)
            buf_put_u8(out, (uint8_t)(0xa0 + v->bytes.n));
        else
            put_sized(out, 0xd9, 1, v->bytes.n);
        buf_put_bytes(out, v->bytes);
        break;
    case MODEL_BIN:
        model_mp_bin(out, v->bytes.p, v->bytes.n);
        break;
    case MODEL_ARRAY:
        model_mp_array(out, v->count);
        for (size_t i = 0; i < v->count; i++)
            model_mp_write(&v->item[i], out);
        break;
    }
}

/* ---- protocol.md 5.2, last paragraph but one ---- */

static int compare_numbers(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

static int compare_encoded(const struct model_value *a, const struct model_value *b)
{
    struct buf x = {0}, y = {0};

    model_mp_write(a, &x);
    model_mp_write(b, &y);
    size_t n = x.n < y.n ? x.n : y.n;
    int order = memcmp(x.p, y.p, n);
    if (order == 0)
        order = compare_numbers(x.n, y.n);
    buf_deinit(&x);
    buf_deinit(&y);
    return order;
}

int model_mp_compare(const struct model_value *a, const struct model_value *b)
{
    if (a->type != b->type)
        return a->type < b->type ? -1 : 1;
    if (a->type == MODEL_INT) {
        if (a->negative != b->negative)
            return a->negative ? -1 : 1;
        return a->negative ? compare_numbers(b->number, a->number) : compare_numbers(a->number, b->number);
    }
    if (a->type != MODEL_ARRAY)
        return compare_encoded(a, b);
    for (size_t i = 0; i < a->count && i < b->count; i++) {
        int order = model_mp_compare(&a->item[i], &b->item[i]);
        if (order != 0)
            return order;
    }
    return compare_numbers(a->count, b->count);
}
