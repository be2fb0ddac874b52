/* buf.h - the two shapes of a run of bytes.
 *
 * struct bytes borrows: valid until the next call on its owner (each return says whose).
 * struct buf owns: grows by doubling, dies when the machine has no memory (every caller has checked the
 * size against limits.h before). buf_deinit leaves it zeroed and may run twice; buf_wipe_deinit clears
 * the memory first (keys, plaintext; growing may leave copies behind, so reserve before filling one with a key).
 * Integers are big-endian. */
#ifndef CHIBO_BUF_H
#define CHIBO_BUF_H

#include "base.h"

struct bytes {
    const uint8_t *p;
    size_t n;
};

struct buf {
    uint8_t *p;
    size_t n;
    size_t cap;
};

struct bytes bytes_of(const void *p, size_t n);
struct bytes bytes_of_str(const char *s); /* without the NUL */
struct bytes bytes_cut(struct bytes b, size_t from); /* from <= b.n */
bool bytes_equal(struct bytes a, struct bytes b);
int bytes_compare(struct bytes a, struct bytes b); /* memcmp order, shorter first */

struct bytes buf_bytes(const struct buf *b); /* valid until the next call that changes b */
void buf_clear(struct buf *b);               /* n = 0, keeps the memory */
void buf_reserve(struct buf *b, size_t more);
uint8_t *buf_grow(struct buf *b, size_t n);  /* n new bytes at the end, uninitialised */
void buf_put(struct buf *b, const void *p, size_t n);
void buf_put_bytes(struct buf *b, struct bytes s);
void buf_put_str(struct buf *b, const char *s); /* without the NUL */
void buf_put_u8(struct buf *b, uint8_t v);
void buf_put_u16(struct buf *b, uint16_t v);
void buf_put_u32(struct buf *b, uint32_t v);
void buf_put_u64(struct buf *b, uint64_t v);
void buf_drop_front(struct buf *b, size_t n); /* n <= b->n */
const char *buf_cstr(struct buf *b);          /* NUL-terminated view; the NUL is not counted in n */
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_deinit(struct buf *b);
void buf_wipe_deinit(struct buf *b);
void *mem_alloc(size_t n);   /* zeroed; dies instead of returning NULL */

/* 16-bit numbers in little-endian order, in the header so that compilers make vectors of them. */
static inline uint16_t buf_little(uint16_t v)
{
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? v : __builtin_bswap16(v);
}

static inline uint16_t buf_little_at(const uint8_t *p)
{
    uint16_t v;

    memcpy(&v, p, sizeof(v));
    return buf_little(v);
}

uint16_t load_u16(const uint8_t *p);
uint32_t load_u32(const uint8_t *p);
uint64_t load_u64(const uint8_t *p);
void store_u16(uint8_t *p, uint16_t v);
void store_u32(uint8_t *p, uint32_t v);
void store_u64(uint8_t *p, uint64_t v);

#endif
