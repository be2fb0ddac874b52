/* snapshot_part.c - see snapshot_part.h. */
#include "snapshot_part.h"

#define ELEMENTS 8

static void put_list(size_t count, struct bytes list, struct buf *out)
{
    mp_put_array(out, count);
    mp_put_raw(out, list);
}

void snapshot_part_encode(const struct snapshot_part *p, struct buf *out)
{
    mp_put_array(out, ELEMENTS);
    mp_put_uint(out, p->number);
    put_list(p->controls, p->control, out);
    put_list(p->streams, p->stream, out);
    put_list(p->past, p->past_leaf, out);
    put_list(p->parts, p->part, out);
    put_list(p->origins, p->origin, out);
    put_list(p->places, p->place, out);
    put_list(p->bodies, p->body, out);
}

static void read_list(struct mp *r, size_t *count, struct bytes *list)
{
    size_t from;

    *count = mp_array(r, MP_ELEMENTS_MAX);
    from = r->at;
    for (size_t i = 0; i < *count; i++)
        mp_raw(r);
    *list = bytes_cut(r->all, from);
    list->n = r->at - from;
}

enum err snapshot_part_decode(struct snapshot_part *p, struct bytes message)
{
    struct mp r;

    memset(p, 0, sizeof *p);
    mp_open(&r, message);
    mp_expect_array(&r, ELEMENTS);
    p->number = mp_uint(&r, UINT32_MAX);
    read_list(&r, &p->controls, &p->control);
    read_list(&r, &p->streams, &p->stream);
    read_list(&r, &p->past, &p->past_leaf);
    read_list(&r, &p->parts, &p->part);
    read_list(&r, &p->origins, &p->origin);
    read_list(&r, &p->places, &p->place);
    read_list(&r, &p->bodies, &p->body);
    if (p->places != 2 * p->bodies || p->bodies > SNAPSHOT_BODIES)
        mp_fail(&r, ERR_BAD_FRAME);
    return mp_close(&r) == ERR_OK ? ERR_OK : ERR_BAD_FRAME;
}

void snapshot_place_put(struct snapshot_place *at, uint32_t leaf, uint32_t position, bool owns, struct buf *out)
{
    bool same = at->begun && leaf == at->leaf;

    assert(!at->begun || leaf > at->leaf || (same && position > at->position));
    mp_put_uint(out, leaf - at->leaf);
    mp_put_uint(out, (uint64_t)(same ? position - at->position - 1 : position) << 1 | owns);
    *at = (struct snapshot_place){true, owns, leaf, position};
}

static uint32_t take_uint(struct bytes *list, enum err *e)
{
    struct mp r;
    uint64_t v;

    if (list->n == 0) {
        *e = ERR_BAD_FRAME;
        return 0;
    }
    mp_open(&r, mp_split(list));
    v = mp_uint(&r, UINT32_MAX);
    if (mp_close(&r) != ERR_OK)
        *e = ERR_BAD_FRAME;
    return (uint32_t)v;
}

enum err snapshot_place_next(struct snapshot_place *at, struct bytes *places, bool *new_leaf)
{
    enum err e = ERR_OK;
    uint32_t leaf = take_uint(places, &e), place = take_uint(places, &e), position = place >> 1;

    *new_leaf = !at->begun || leaf > 0;
    if (!*new_leaf)
        position += at->position + 1;
    *at = (struct snapshot_place){true, place & 1, at->leaf + leaf, position};
    return e;
}

void snapshot_origin_put(const struct snapshot_origin *o, const struct snapshot_origin *before, struct buf *out)
{
    mp_put_array(out, 3);
    mp_put_uint(out, o->stream);
    if (before != NULL && id_equal(&before->person, &o->person))
        mp_put_nil(out);
    else
        mp_put_bin(out, o->person.b, ID_SIZE);
    mp_put_bin(out, o->seed, SALT_SIZE);
}

enum err snapshot_origin_next(struct snapshot_origin *o, bool begun, struct bytes *origins)
{
    struct mp r;

    if (origins->n == 0)
        return ERR_BAD_FRAME;
    mp_open(&r, mp_split(origins));
    mp_expect_array(&r, 3);
    o->stream = (uint32_t)mp_uint(&r, UINT32_MAX);
    if (!begun || !mp_nil(&r))
        o->person = id_from(mp_bin_exact(&r, ID_SIZE));
    memcpy(o->seed, mp_bin_exact(&r, SALT_SIZE), SALT_SIZE);
    return mp_close(&r) == ERR_OK ? ERR_OK : ERR_BAD_FRAME;
}

/* What the fold makes candidates of: a value, or the elements of a union, of which there may be none. */
static size_t elements(const struct triple *t, struct bytes *first)
{
    size_t count = 0;
    struct mp r;

    *first = t->value;
    if (TAG_CLASS(t->tag) != MERGE_UNION)
        return 1;
    mp_open(&r, t->value);
    if (mp_peek(&r) == MP_ARRAY) {
        count = mp_array(&r, MP_ELEMENTS_MAX);
        *first = bytes_cut(t->value, r.at);
    }
    mp_fail(&r, ERR_BAD_FRAME); /* enough was read */
    (void)!mp_close(&r);
    return count;
}

/* As the fold begins a part (protocol.md 5): a candidate for each value, in class 0 for each element. */
void snapshot_single(const struct change *c, const struct version *v, bool owns, uint32_t leaf, uint32_t position,
                     struct buf *out)
{
    uint8_t where[8];
    struct bytes element;
    size_t tags = 0;

    for (size_t i = 0; i < c->count; i++)
        tags += elements(&c->triple[i], &element) > 0;
    mp_put_array(out, 3);
    mp_put_uint(out, c->kind);
    mp_put_array(out, 2 * tags);
    for (size_t i = 0; i < c->count; i++) {
        const struct triple *t = &c->triple[i];
        bool owner = TAG_CLASS(t->tag) == MERGE_OWNER;
        size_t count = elements(t, &element);

        if (count == 0)
            continue;
        mp_put_uint(out, t->tag);
        mp_put_array(out, count);
        for (size_t k = 0; k < count; k++) {
            mp_put_array(out, owner ? 3 : 2);
            mp_put_bin(out, v->b, VERSION_SIZE);
            mp_put_raw(out, mp_split(&element));
            if (owner)
                mp_put_uint(out, owns);
        }
    }
    store_u32(where, leaf);
    store_u32(where + 4, position);
    mp_put_bin(out, where, sizeof where);
}
