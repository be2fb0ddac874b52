/* close.c - see close.h. */
#include "close.h"

#include "fold.h"
#include "mp.h"
#include "versions.h"

static const uint8_t nil[] = {0xc0};

static bool state_read(struct bytes value, uint64_t *round, uint64_t *step)
{
    struct mp r;

    mp_open(&r, value);
    mp_expect_array(&r, 2);
    *round = mp_uint(&r, UINT32_MAX);
    *step = mp_uint(&r, UINT32_MAX);
    return mp_close(&r) == ERR_OK;
}

static bool is_void_value(struct bytes value)
{
    uint64_t round, step;

    return state_read(value, &round, &step) && step == CLOSE_STEP_VOID;
}

bool close_is_void(const struct change *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->op == OP_CLOSE && c->triple[i].tag == TAG_STATE && is_void_value(c->triple[i].value))
            return true;
    return false;
}

/* --- what the part says --- */

/* Was this value there when the record was made void? */
static bool is_seen(const struct entry *state, const struct candidate *c)
{
    for (size_t i = 0; i < state->count; i++)
        if (is_void_value(state->candidate[i].value) && versions_meet(c->versions, state->candidate[i].versions))
            return true;
    return false;
}

static bool all_seen(const struct part *p, const struct entry *state)
{
    for (size_t i = 0; i < p->entries; i++)
        for (size_t k = 0; k < p->entry[i].count; k++)
            if (!is_seen(state, &p->entry[i].candidate[k]))
                return false;
    return true;
}

enum close_void close_void(const struct part *p)
{
    const struct entry *state = fold_entry(p, TAG_STATE);
    size_t voids = 0;

    for (size_t i = 0; state != NULL && i < state->count; i++)
        voids += is_void_value(state->candidate[i].value);
    if (voids == 0)
        return CLOSE_STANDS;
    return is_void_value(state->candidate[0].value) && all_seen(p, state) ? CLOSE_VOID : CLOSE_RETURNED;
}

struct bytes close_state(const struct part *p)
{
    const struct entry *state = fold_entry(p, TAG_STATE);
    size_t i = 0;

    if (state == NULL)
        return bytes_of(NULL, 0);
    if (close_void(p) != CLOSE_VOID)
        while (i < state->count && is_void_value(state->candidate[i].value))
            i++;
    return i == state->count ? bytes_of(NULL, 0) : state->candidate[i].value;
}

void close_step(const struct part *p, uint64_t *round, uint64_t *step)
{
    if (!state_read(close_state(p), round, step))
        *round = *step = 0;
}

static struct bytes base_of(const struct change *c, uint32_t tag)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->triple[i].tag == tag)
            return c->triple[i].base;
    return bytes_of(NULL, 0);
}

bool close_saw(const struct part *p, const struct change *c)
{
    for (size_t i = 0; i < p->entries; i++)
        for (size_t k = 0; p->entry[i].tag != TAG_STATE && k < p->entry[i].count; k++)
            if (c->op != OP_CLOSE ||
                !versions_meet(p->entry[i].candidate[k].versions, base_of(c, p->entry[i].tag)))
                return false;
    return true;
}

/* --- making one --- */

/* Of the values that were not named yet, one version each. */
static void base_left(const struct entry *state, const struct entry *e, struct buf *out)
{
    for (size_t i = 0; i < e->count && out->n < BASE_VERSIONS_MAX * VERSION_SIZE; i++) {
        bool found;
        size_t at = versions_find(buf_bytes(out), e->candidate[i].versions.p, &found);

        if (found || is_seen(state, &e->candidate[i]))
            continue;
        buf_grow(out, VERSION_SIZE);
        memmove(out->p + at + VERSION_SIZE, out->p + at, out->n - at - VERSION_SIZE);
        memcpy(out->p + at, e->candidate[i].versions.p, VERSION_SIZE);
    }
}

static void triple_add(struct change *c, uint32_t tag, struct bytes base, struct bytes value)
{
    c->triple[c->count++] = (struct triple){tag, base, value};
}

/* A continuation leaves the state's base out: its version joins that of the change before. */
static void add_state(const struct part *p, bool more, struct change *c, struct close_room *room)
{
    struct buf *base = &room->base[c->count];

    buf_clear(base);
    if (!more)
        fold_base(fold_entry(p, TAG_STATE), base);
    triple_add(c, TAG_STATE, buf_bytes(base), buf_bytes(&room->value));
}

void close_make(const struct part *p, uint64_t round, uint64_t step, bool more, struct change *c,
                struct close_room *room)
{
    const struct entry *state = fold_entry(p, TAG_STATE);
    bool stated = false;

    c->op = OP_CLOSE;
    c->count = 0;
    buf_clear(&room->value);
    mp_put_array(&room->value, 2);
    mp_put_uint(&room->value, round);
    mp_put_uint(&room->value, step);
    for (size_t i = 0; i < p->entries && c->count + !stated < CHANGE_TRIPLES_MAX; i++) {
        const struct entry *e = &p->entry[i];

        if (!stated && e->tag >= TAG_STATE) {
            add_state(p, more, c, room);
            stated = true;
        }
        if (e->tag == TAG_STATE)
            continue;
        buf_clear(&room->base[c->count]);
        if (more)
            base_left(state, e, &room->base[c->count]);
        else
            fold_base(e, &room->base[c->count]);
        if (room->base[c->count].n > 0)
            triple_add(c, e->tag, buf_bytes(&room->base[c->count]), bytes_of(nil, sizeof(nil)));
    }
    if (!stated)
        add_state(p, more, c, room);
}

void close_room_deinit(struct close_room *room)
{
    buf_deinit(&room->value);
    for (size_t i = 0; i < CHANGE_TRIPLES_MAX; i++)
        buf_deinit(&room->base[i]);
}
