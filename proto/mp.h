/* mp.h - canonical MessagePack (docs/protocol.md section 1): written by msgpack-c, read in place after our checker.
 *
 * Writing appends to a struct buf. Reading: mp_open() walks the untrusted bytes first (depth, counts against the bytes
 * left, lengths, shortest forms, UTF-8, no maps, floats, booleans or extensions); then values are pulled in order out
 * of what passed, in place. Nothing is allocated. Errors are sticky: after the first one every read returns zero/empty,
 * and the caller looks once, at mp_close(). Slices point into the bytes given to mp_open and live as long as those.
 *
 *   struct mp r;
 *   mp_open(&r, bytes);
 *   mp_expect_array(&r, 3);
 *   size = mp_uint(&r, UINT32_MAX); ...
 *   e = mp_close(&r);            ERR_BAD_FRAME if anything was wrong or something was left over
 *
 * Arrays need no end: after the last element mp_peek and the next read go on behind the array, so read by count.
 *
 * This is the only file that includes msgpack.h. */
#ifndef CHIBO_MP_H
#define CHIBO_MP_H

#include "../common/base.h"
#include "../common/buf.h"
#include "../common/err.h"
#include "limits.h"

enum mp_type { MP_NIL, MP_INT, MP_STR, MP_BIN, MP_ARRAY, MP_END }; /* MP_END: nothing left, or an error */

struct mp; /* a pull reader; its members are private, see below */

void mp_put_nil(struct buf *b);
void mp_put_uint(struct buf *b, uint64_t v);
void mp_put_int(struct buf *b, int64_t v);
void mp_put_str(struct buf *b, struct bytes utf8); /* the caller has checked the UTF-8 */
void mp_put_bin(struct buf *b, const void *p, size_t n);
void mp_put_array(struct buf *b, size_t count);    /* count values follow */
void mp_put_raw(struct buf *b, struct bytes canonical); /* one or more values that are encoded already */

/* Checks one whole value, nothing behind it. ERR_BAD_FRAME. Never allocates. */
MUST_CHECK enum err mp_check(struct bytes untrusted);

void mp_open(struct mp *r, struct bytes untrusted);
MUST_CHECK enum err mp_close(struct mp *r); /* may run twice; nothing is read after it */
void mp_fail(struct mp *r, enum err e);     /* the caller found the meaning wrong; the first failure stays */
enum err mp_error(const struct mp *r);

enum mp_type mp_peek(const struct mp *r);
bool mp_nil(struct mp *r);                           /* takes a nil if one is next; no error otherwise */
uint64_t mp_uint(struct mp *r, uint64_t max);        /* larger, or negative: error */
int64_t mp_int(struct mp *r);                        /* int64 range */
struct bytes mp_str(struct mp *r, size_t max_size);
struct bytes mp_bin(struct mp *r, size_t max_size);
const uint8_t *mp_bin_exact(struct mp *r, size_t n); /* on error: n zero bytes (n <= 64) */
size_t mp_array(struct mp *r, size_t max_count);     /* its elements come next */
void mp_expect_array(struct mp *r, size_t count);
void mp_text(struct mp *r, char *out, size_t most);  /* a str of at most so many bytes, and a NUL behind it */
struct bytes mp_raw(struct mp *r);                   /* skips one whole value, whatever it is; its encoded bytes */

/* Arrays within arrays: 0 for what is no array, 1 for one that holds none. For values that passed the checker. */
int mp_depth(struct bytes value);

/* Cuts the first value off one or more values that passed the checker. values->n > 0. */
struct bytes mp_split(struct bytes *values);

/* The order of docs/protocol.md section 5.2 over two encoded values that passed the checker: <0, 0, >0. */
int mp_compare(struct bytes a, struct bytes b);

struct mp {
    struct bytes all;           /* what was opened */
    size_t at;                  /* offset of the next value in all */
    enum err err;
    bool is_open;               /* it passed the checker, and was not closed */
    uint32_t left[MP_DEPTH_MAX + 1]; /* elements left at each level */
    int depth;
};

#endif
