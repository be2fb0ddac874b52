/* change.c - see change.h. Decoding copies no value: every triple points into the body. */
#include "change.h"

#include "mp.h"

#define BODY_HEAD 3 /* record id, kind, op; triples follow */

static void triple_decode(struct triple *t, struct mp *r);
static bool base_is_ascending(struct bytes base);
static bool set_is_well_formed(struct bytes value);

enum err change_decode(struct change *c, struct bytes body)
{
    struct mp r;

    c->count = 0;
    if (body.n > CHANGE_BODY_MAX)
        return ERR_BAD_FRAME;
    mp_open(&r, body);
    size_t elements = mp_array(&r, BODY_HEAD + 3 * CHANGE_TRIPLES_MAX);
    if (elements <= BODY_HEAD || elements % 3 != 0)
        mp_fail(&r, ERR_BAD_FRAME);
    c->record = id_from(mp_bin_exact(&r, ID_SIZE));
    c->kind = (uint32_t)mp_uint(&r, KIND_MAX);
    uint64_t op = mp_uint(&r, OP_CLOSE);
    if (op < OP_CREATE)
        mp_fail(&r, ERR_BAD_FRAME);
    c->op = (enum op)op;
    for (size_t i = 0; mp_error(&r) == ERR_OK && i < (elements - BODY_HEAD) / 3; i++) {
        triple_decode(&c->triple[i], &r);
        if (i > 0 && c->triple[i].tag <= c->triple[i - 1].tag)
            mp_fail(&r, ERR_BAD_FRAME);
        c->count = i + 1;
    }
    enum err e = mp_close(&r);
    if (e != ERR_OK)
        c->count = 0;
    return e;
}

void change_encode(const struct change *c, struct buf *out)
{
    assert(c->count > 0 && c->count <= CHANGE_TRIPLES_MAX);
    mp_put_array(out, BODY_HEAD + 3 * c->count);
    mp_put_bin(out, c->record.b, ID_SIZE);
    mp_put_uint(out, c->kind);
    mp_put_uint(out, (uint64_t)c->op);
    for (size_t i = 0; i < c->count; i++) {
        const struct triple *t = &c->triple[i];
        assert(i == 0 || t->tag > c->triple[i - 1].tag);
        mp_put_uint(out, t->tag);
        if (t->base.n == 0)
            mp_put_nil(out);
        else
            mp_put_bin(out, t->base.p, t->base.n);
        mp_put_raw(out, t->value);
    }
}

void change_subject(struct bytes body, uint32_t *kind, struct id *record)
{
    struct bytes rest = bytes_cut(body, body.p[0] == 0xdc ? 3 : 1); /* behind the head of the array */
    struct bytes id = mp_split(&rest);
    struct bytes number = mp_split(&rest);

    assert(id.n == 2 + ID_SIZE && number.n <= 3);
    *record = id_from(id.p + 2);
    *kind = number.n == 1 ? number.p[0] : number.n == 2 ? number.p[1] : load_u16(number.p + 1);
}

void change_salt(uint8_t salt[SALT_SIZE], const uint8_t seed[SALT_SIZE], uint32_t position)
{
    uint8_t at[4];

    store_u32(at, position);
    struct bytes pieces[] = {bytes_of("chibo1/salt", sizeof("chibo1/salt")), bytes_of(at, sizeof(at))};
    crypto_blake2b(salt, SALT_SIZE, bytes_of(seed, SALT_SIZE), pieces, ARRAY_LEN(pieces));
}

struct hash change_commit(const uint8_t salt[SALT_SIZE], const struct id *scope, const struct id *device,
                          const struct id *person, struct bytes body)
{
    struct hash commitment;
    struct bytes pieces[] = {
        bytes_of("chibo1/commit", sizeof("chibo1/commit")), bytes_of(scope->b, ID_SIZE), bytes_of(device->b, ID_SIZE),
        bytes_of(person->b, ID_SIZE), body,
    };

    crypto_blake2b(commitment.b, HASH_SIZE, bytes_of(salt, SALT_SIZE), pieces, ARRAY_LEN(pieces));
    return commitment;
}

struct version change_version(const struct hash *commitment)
{
    struct version v;

    memcpy(v.b, commitment->b, VERSION_SIZE);
    return v;
}

static void triple_decode(struct triple *t, struct mp *r)
{
    t->tag = (uint32_t)mp_uint(r, UINT32_MAX);
    bool seen_nothing = mp_nil(r);
    t->base = seen_nothing ? bytes_of(NULL, 0) : mp_bin(r, BASE_VERSIONS_MAX * VERSION_SIZE);
    t->value = mp_raw(r);
    if (mp_error(r) != ERR_OK)
        return;
    if (TAG_CLASS(t->tag) > MERGE_IMMUTABLE || (!seen_nothing && !base_is_ascending(t->base)) ||
        (TAG_CLASS(t->tag) == MERGE_UNION && !set_is_well_formed(t->value)) || mp_depth(t->value) > VALUE_DEPTH_MAX)
        mp_fail(r, ERR_BAD_FRAME);
}

/* One way to write each base, or one body would have several commitments; an empty one is written nil. */
static bool base_is_ascending(struct bytes base)
{
    if (base.n == 0 || base.n % VERSION_SIZE != 0)
        return false;
    for (size_t at = VERSION_SIZE; at < base.n; at += VERSION_SIZE) {
        if (memcmp(base.p + at - VERSION_SIZE, base.p + at, VERSION_SIZE) >= 0)
            return false;
    }
    return true;
}

/* A set is an array, or nil to clear it. The value has passed mp_open, so its header can be read directly. */
static bool set_is_well_formed(struct bytes value)
{
    uint8_t first = value.p[0];

    if (first == 0xc0 || (first & 0xf0) == 0x90)
        return true;
    return first == 0xdc && load_u16(value.p + 1) <= LIST_MAX;
}
