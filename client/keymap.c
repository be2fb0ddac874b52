/* keymap.c - see keymap.h. */
#include "keymap.h"

#include <stdlib.h>

struct keymap_item {
    struct buf key;
    struct id id;
    uint32_t next; /* 1 + index of an older one in the chain */
};

static uint32_t *chain(struct keymap *m, struct bytes key)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < key.n; i++)
        hash = (hash ^ key.p[i]) * 16777619u;
    return &m->head[(hash ^ hash >> 16) % KEYMAP_CHAINS];
}

void keymap_put(struct keymap *m, struct bytes key, const struct id *id)
{
    uint32_t *head = chain(m, key);

    if (m->count == m->cap) {
        m->cap = m->cap == 0 ? 256 : 2 * m->cap;
        m->item = realloc(m->item, m->cap * sizeof(*m->item));
        assert(m->item != NULL);
    }
    struct keymap_item *item = &m->item[m->count++];
    *item = (struct keymap_item){.id = *id, .next = *head};
    buf_put_bytes(&item->key, key);
    *head = (uint32_t)m->count;
}

const struct id *keymap_next(const struct keymap *m, struct bytes key, uint32_t *at)
{
    uint32_t i = *at != 0 ? m->item[*at - 1].next : *chain((struct keymap *)(uintptr_t)m, key);

    while (i != 0 && !bytes_equal(buf_bytes(&m->item[i - 1].key), key))
        i = m->item[i - 1].next;
    *at = i;
    return i == 0 ? NULL : &m->item[i - 1].id;
}

void keymap_cut(struct keymap *m, size_t count)
{
    while (m->count > count) {
        struct keymap_item *item = &m->item[m->count - 1];
        *chain(m, buf_bytes(&item->key)) = item->next;
        buf_wipe_deinit(&item->key);
        m->count--;
    }
}

void keymap_deinit(struct keymap *m)
{
    keymap_cut(m, 0);
    free(m->item);
    m->item = NULL;
    m->cap = 0;
}
