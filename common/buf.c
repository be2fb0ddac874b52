/* buf.c - see buf.h. */
#include "buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CAP_MIN 64

static void die_without_memory(void) __attribute__((noreturn));

struct bytes bytes_of(const void *p, size_t n)
{
    return (struct bytes){p, n};
}

struct bytes bytes_of_str(const char *s)
{
    return bytes_of(s, strlen(s));
}

struct bytes bytes_cut(struct bytes b, size_t from)
{
    assert(from <= b.n);
    return from == 0 ? b : bytes_of(b.p + from, b.n - from);
}

bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

int bytes_compare(struct bytes a, struct bytes b)
{
    size_t shared = a.n < b.n ? a.n : b.n;
    int order = shared == 0 ? 0 : memcmp(a.p, b.p, shared);

    return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

struct bytes buf_bytes(const struct buf *b)
{
    return bytes_of(b->p, b->n);
}

void buf_clear(struct buf *b)
{
    b->n = 0;
}

void buf_reserve(struct buf *b, size_t more)
{
    size_t need, cap = b->cap < CAP_MIN ? CAP_MIN : b->cap;

    if (__builtin_add_overflow(b->n, more, &need) || need > SIZE_MAX / 4)
        die_without_memory();
    if (need <= b->cap)
        return;
    while (cap < need)
        cap *= 2;
    uint8_t *p = realloc(b->p, cap);
    if (p == NULL)
        die_without_memory();
    b->p = p;
    b->cap = cap;
}

uint8_t *buf_grow(struct buf *b, size_t n)
{
    buf_reserve(b, n);
    uint8_t *at = b->p == NULL ? NULL : b->p + b->n;
    b->n += n;
    return at;
}

void buf_put(struct buf *b, const void *p, size_t n)
{
    if (n > 0)
        memcpy(buf_grow(b, n), p, n);
}

void buf_put_bytes(struct buf *b, struct bytes s)
{
    buf_put(b, s.p, s.n);
}

void buf_put_str(struct buf *b, const char *s)
{
    buf_put(b, s, strlen(s));
}

void buf_put_u8(struct buf *b, uint8_t v)
{
    *buf_grow(b, 1) = v;
}

void buf_put_u16(struct buf *b, uint16_t v)
{
    store_u16(buf_grow(b, sizeof(v)), v);
}

void buf_put_u32(struct buf *b, uint32_t v)
{
    store_u32(buf_grow(b, sizeof(v)), v);
}

void buf_put_u64(struct buf *b, uint64_t v)
{
    store_u64(buf_grow(b, sizeof(v)), v);
}

void buf_drop_front(struct buf *b, size_t n)
{
    assert(n <= b->n);
    b->n -= n;
    if (n > 0 && b->n > 0)
        memmove(b->p, b->p + n, b->n);
}

const char *buf_cstr(struct buf *b)
{
    buf_reserve(b, 1);
    b->p[b->n] = '\0';
    return (const char *)b->p;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list args, again;

    va_start(args, fmt);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, fmt, args);
    assert(length >= 0);
    size_t n = (size_t)length;
    buf_reserve(b, n + 1);
    vsnprintf((char *)b->p + b->n, n + 1, fmt, again);
    b->n += n;
    va_end(again);
    va_end(args);
}

void buf_deinit(struct buf *b)
{
    free(b->p);
    *b = (struct buf){0};
}

void buf_wipe_deinit(struct buf *b)
{
    if (b->p != NULL)
        explicit_bzero(b->p, b->cap);
    buf_deinit(b);
}

void *mem_alloc(size_t n)
{
    void *p = calloc(1, n > 0 ? n : 1);

    if (p == NULL)
        die_without_memory();
    return p;
}

/* No stdio here: it may want memory too. */
static void die_without_memory(void)
{
    static const char words[] = "out of memory\n";

    if (write(STDERR_FILENO, words, sizeof(words) - 1) < 0)
        abort();
    abort();
}

uint16_t load_u16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

uint32_t load_u32(const uint8_t *p)
{
    return (uint32_t)load_u16(p) << 16 | load_u16(p + 2);
}

uint64_t load_u64(const uint8_t *p)
{
    return (uint64_t)load_u32(p) << 32 | load_u32(p + 4);
}

void store_u16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

void store_u32(uint8_t *p, uint32_t v)
{
    store_u16(p, (uint16_t)(v >> 16));
    store_u16(p + 2, (uint16_t)v);
}

void store_u64(uint8_t *p, uint64_t v)
{
    store_u32(p, (uint32_t)(v >> 32));
    store_u32(p + 4, (uint32_t)v);
}
