/* model_mp.h - MessagePack for the reference model, written again so that it shares nothing with proto/mp.c.
 *
 * Values are trees in a pool that is freed at once. Reading trusts its input: the model is fed by tests. */
#ifndef CHIBO_MODEL_MP_H
#define CHIBO_MODEL_MP_H

#include "../common/base.h"
#include "../common/buf.h"

struct model_pool {
    struct model_pool_block *first;
};
void *model_mp_take(struct model_pool *pool, size_t n);
void model_mp_free(struct model_pool *pool);

/* In the order of protocol.md 5.2. */
enum model_type { MODEL_NIL, MODEL_INT, MODEL_STR, MODEL_BIN, MODEL_ARRAY };

struct model_value {
    enum model_type type;
    bool negative;
    uint64_t number;    /* MODEL_INT: the magnitude */
    struct bytes bytes; /* MODEL_STR, MODEL_BIN; borrowed from what was read */
    size_t count;       /* MODEL_ARRAY */
    struct model_value *item;
};

struct model_value model_mp_read(struct model_pool *pool, struct bytes one_value);
void model_mp_write(const struct model_value *v, struct buf *out);
int model_mp_compare(const struct model_value *a, const struct model_value *b);

void model_mp_uint(struct buf *out, uint64_t n);
void model_mp_bin(struct buf *out, const void *p, size_t n);
void model_mp_array(struct buf *out, size_t count);

#endif
