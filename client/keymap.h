/* keymap.h - keys of any bytes, each with the ids of records; a key may be there more than once. Grows, and can be cut
 * back to what it was. Keys are wiped when they are let go. */
#ifndef CHIBO_KEYMAP_H
#define CHIBO_KEYMAP_H

#include "../common/buf.h"
#include "../common/id.h"

#define KEYMAP_CHAINS 8192

struct keymap_item;

struct keymap {
    struct keymap_item *item;
    size_t count, cap;
    uint32_t head[KEYMAP_CHAINS]; /* 1 + index of the newest item of this chain */
};

void keymap_put(struct keymap *m, struct bytes key, const struct id *id);
/* The next id of this key, the newest first; *at is 0 at the beginning. NULL: no more. */
const struct id *keymap_next(const struct keymap *m, struct bytes key, uint32_t *at);
void keymap_cut(struct keymap *m, size_t count); /* as it was when it held so many */
void keymap_deinit(struct keymap *m);

#endif
