/* model.c - see model.h. Leaves and trees of protocol.md 2 to 4; model_state.c has section 5. */
#include <stdlib.h>

#include "model.h"
#include "model_mp.h"
#include "model_state.h"

#define CONTEXT(name) bytes_of(name, sizeof(name)) /* with its zero byte */
struct seen_change {
    uint64_t version;
    struct bytes body; /* in the pool; empty: not here */
};

struct log_leaf {
    struct bytes encoded;
    struct hash hash; /* with the 0 byte before: a leaf of the tree */
    struct bytes header;
    struct id device;
    uint64_t incarnation, first;
    size_t count; /* 0 for control leaves */
    struct seen_change *change;
    struct hash head;
};

struct model {
    struct id scope;
    struct model_pool pool;
    size_t leaves, leaves_cap;
    struct log_leaf *leaf;
    struct model_state state;
};

static struct bytes keep(struct model *m, struct bytes b)
{
    uint8_t *p = model_mp_take(&m->pool, b.n);

    if (b.n > 0)
        memcpy(p, b.p, b.n);
    return bytes_of(p, b.n);
}

struct model *model_new(const struct id *scope)
{
    struct model *m = mem_alloc(sizeof(*m));

    m->scope = *scope;
    return m;
}

void model_free(struct model *m)
{
    if (m == NULL)
        return;
    model_state_deinit(&m->state);
    free(m->leaf);
    model_mp_free(&m->pool);
    free(m);
}

/* ---- protocol.md 2: trees ---- */

static struct hash tree_of(const struct hash *leaf, size_t n)
{
    static const uint8_t one = 1;
    size_t left = 1;

    if (n == 0)
        return crypto_sha256(NULL, 0);
    if (n == 1)
        return leaf[0];
    while (left * 2 < n)
        left *= 2;
    struct hash l = tree_of(leaf, left), r = tree_of(leaf + left, n - left);
    struct bytes pieces[] = {bytes_of(&one, 1), bytes_of(l.b, HASH_SIZE), bytes_of(r.b, HASH_SIZE)};
    return crypto_sha256(pieces, 3);
}

static struct hash tree_leaf_of(struct bytes context, struct bytes d)
{
    static const uint8_t zero = 0;
    struct bytes pieces[] = {bytes_of(&zero, 1), context, d};

    return crypto_sha256(pieces, 3);
}

struct hash model_root(const struct model *m, size_t size)
{
    struct hash *hashes = mem_alloc(size * sizeof(*hashes));

    assert(size <= m->leaves);
    for (size_t i = 0; i < size; i++)
        hashes[i] = m->leaf[i].hash;
    struct hash root = tree_of(hashes, size);
    free(hashes);
    return root;
}

/* ---- protocol.md 3 and 4: leaves ---- */

static struct hash commitment_of(const struct model *m, const struct model_changeset *cs, size_t i)
{
    const struct model_slot *s = &cs->slot[i];
    uint8_t position[4], salt[16];
    struct hash h = s->commitment;

    if (s->body.n == 0)
        return h;
    if (cs->seed != NULL) {
        store_u32(position, (uint32_t)i);
        struct bytes pieces[] = {CONTEXT("chibo1/salt"), bytes_of(position, 4)};
        crypto_blake2b(salt, 16, bytes_of(cs->seed, 16), pieces, 2);
    } else {
        memcpy(salt, s->salt, 16);
    }
    struct bytes pieces[] = {CONTEXT("chibo1/commit"), bytes_of(m->scope.b, 16), bytes_of(cs->device.b, 16),
                             bytes_of(cs->person.b, 16), s->body};
    crypto_blake2b(h.b, 32, bytes_of(salt, 16), pieces, 5);
    return h;
}

static const struct log_leaf *stream_before(const struct model *m, const struct id *device, uint64_t incarnation)
{
    for (size_t i = m->leaves; i > 0; i--) {
        const struct log_leaf *l = &m->leaf[i - 1];
        if (l->count > 0 && l->incarnation == incarnation && memcmp(l->device.b, device->b, ID_SIZE) == 0)
            return l;
    }
    return NULL;
}

static void write_header(const struct model *m, const struct model_changeset *cs, const struct hash *commitments,
                         struct buf *out)
{
    const struct log_leaf *before = stream_before(m, &cs->device, cs->incarnation);
    struct hash previous = {{0}};

    if (before != NULL)
        previous = before->head;
    model_mp_array(out, 14);
    model_mp_uint(out, 1);
    model_mp_bin(out, m->scope.b, 16);
    model_mp_bin(out, cs->device.b, 16);
    model_mp_uint(out, cs->incarnation);
    model_mp_bin(out, cs->person.b, 16);
    model_mp_uint(out, cs->first);
    model_mp_uint(out, cs->count);
    model_mp_bin(out, previous.b, 32);
    model_mp_uint(out, cs->seen_epoch);
    model_mp_uint(out, cs->seen_size);
    model_mp_bin(out, cs->seen_root.b, 32);
    model_mp_bin(out, commitments->b, 32);
    model_mp_uint(out, cs->time);
    model_mp_uint(out, cs->quality);
}

static void write_verdicts(const struct model_changeset *cs, struct buf *out)
{
    bool equal = true;

    for (size_t i = 1; i < cs->count; i++)
        equal = equal && cs->slot[i].verdict == cs->slot[0].verdict;
    if (!equal)
        model_mp_array(out, cs->count);
    for (size_t i = 0; i < (equal ? 1 : cs->count); i++)
        model_mp_uint(out, cs->slot[i].verdict);
}

static struct log_leaf *append_leaf(struct model *m, struct log_leaf l, struct buf *encoded)
{
    l.encoded = keep(m, buf_bytes(encoded));
    l.hash = tree_leaf_of(CONTEXT("chibo1/leaf"), l.encoded);
    if (m->leaves == m->leaves_cap) {
        m->leaves_cap = m->leaves_cap * 2 + 16;
        m->leaf = realloc(m->leaf, m->leaves_cap * sizeof(*m->leaf));
        assert(m->leaf != NULL);
    }
    m->leaf[m->leaves] = l;
    buf_deinit(encoded);
    return &m->leaf[m->leaves++];
}

static void fold_seen(struct model *m, const struct seen_change *c, uint64_t verdict, size_t leaf, uint64_t position)
{
    if (c->body.n > 0)
        model_state_fold(&m->state, c->version, c->body, verdict / 4 % 2, leaf, position);
}

void model_add_changeset(struct model *m, const struct model_changeset *cs)
{
    struct log_leaf l = {.device = cs->device, .incarnation = cs->incarnation, .first = cs->first, .count = cs->count};
    struct hash *commitments = mem_alloc(cs->count * sizeof(*commitments));
    struct buf b = {0};

    assert(cs->count > 0);
    l.change = model_mp_take(&m->pool, cs->count * sizeof(*l.change));
    for (size_t i = 0; i < cs->count; i++) {
        struct hash h = commitment_of(m, cs, i);
        l.change[i] = (struct seen_change){load_u64(h.b), keep(m, cs->slot[i].body)};
        commitments[i] = tree_leaf_of(bytes_of(NULL, 0), bytes_of(h.b, 32));
    }
    struct hash root = tree_of(commitments, cs->count);
    free(commitments);
    write_header(m, cs, &root, &b);
    l.header = keep(m, buf_bytes(&b));
    struct bytes pieces[] = {CONTEXT("chibo1/head"), l.header, bytes_of(cs->signature, SIGNATURE_SIZE)};
    crypto_blake2b(l.head.b, 32, bytes_of(NULL, 0), pieces, 3);
    buf_clear(&b);
    model_mp_array(&b, 6);
    model_mp_uint(&b, 1);
    model_mp_bin(&b, l.header.p, l.header.n);
    model_mp_bin(&b, cs->signature, SIGNATURE_SIZE);
    model_mp_uint(&b, cs->accepted);
    model_mp_uint(&b, cs->policy);
    write_verdicts(cs, &b);
    append_leaf(m, l, &b);
    for (size_t i = 0; i < cs->count; i++) {
        if (cs->slot[i].verdict % 4 == 0)
            fold_seen(m, &l.change[i], cs->slot[i].verdict, m->leaves - 1, i);
    }
}

/* [1, ward, scope, 7, policy, time, device, incarnation, first, position, verdict, text, by] */
static void apply_verdict(struct model *m, const struct model_value *control)
{
    const struct model_value *payload = control->item + 6;
    uint64_t position = payload[3].number, verdict = payload[4].number;

    for (size_t i = 0; i < m->leaves && verdict % 4 == 0; i++) {
        const struct log_leaf *l = &m->leaf[i];
        if (l->incarnation == payload[1].number && l->first == payload[2].number && position < l->count &&
            memcmp(l->device.b, payload[0].bytes.p, ID_SIZE) == 0)
            fold_seen(m, &l->change[position], verdict, i, position);
    }
}

/* Protocol.md 4.7. [1, ward, scope, 11, policy, time, scope signed for, leaf, header, signature, position, path, salt, body,
 * verdict]: folded as a change of this leaf, under the version that its author gave it. */
static void apply_mirror(struct model *m, const struct model_value *control)
{
    const struct model_value *payload = control->item + 6;
    struct model_value header = model_mp_read(&m->pool, payload[2].bytes);
    struct bytes body = payload[7].bytes;
    struct hash h;

    if (m->state.fold_version < 2 || payload[8].number % 4 != 0)
        return;
    struct bytes pieces[] = {CONTEXT("chibo1/commit"), header.item[1].bytes, header.item[2].bytes, header.item[4].bytes, body};
    crypto_blake2b(h.b, 32, payload[6].bytes, pieces, 5);
    model_state_fold(&m->state, load_u64(h.b), body, payload[8].number / 4 % 2, m->leaves - 1, 0);
}

/* A mirror leaf whose body was erased: only its hash is known. */
static void add_erased(struct model *m, struct bytes hash)
{
    struct buf none = {0};
    struct log_leaf *l = append_leaf(m, (struct log_leaf){0}, &none);

    memcpy(l->hash.b, hash.p, HASH_SIZE);
}

void model_add_control(struct model *m, struct bytes control, struct bytes signature)
{
    struct buf b = {0};
    struct model_value v;

    if (control.n == HASH_SIZE) {
        add_erased(m, control);
        return;
    }
    v = model_mp_read(&m->pool, keep(m, control));
    model_mp_array(&b, 3);
    model_mp_uint(&b, 2);
    model_mp_bin(&b, control.p, control.n);
    model_mp_bin(&b, signature.p, signature.n);
    append_leaf(m, (struct log_leaf){0}, &b);
    if (v.item[3].number == 7)
        apply_verdict(m, &v);
    if (v.item[3].number == 12 && v.item[6].number > m->state.fold_version)
        m->state.fold_version = v.item[6].number;
    if (v.item[3].number == 11)
        apply_mirror(m, &v);
    if (v.item[3].number == 14 && m->state.fold_version >= 2)
        model_state_raise(&m->state, v.item[7].number, v.item[6].bytes.p);
}

size_t model_size(const struct model *m)
{
    return m->leaves;
}

struct bytes model_leaf(const struct model *m, size_t index)
{
    return m->leaf[index].encoded;
}

struct bytes model_header(const struct model *m, size_t index)
{
    return m->leaf[index].header;
}

size_t model_parts(const struct model *m)
{
    return m->state.parts;
}

struct bytes model_part(struct model *m, uint64_t kind, const struct id *record)
{
    return model_state_part(&m->state, kind, record);
}

void model_each_part(struct model *m, model_visit *visit, void *arg)
{
    for (size_t i = 0; i < m->state.parts; i++)
        visit(arg, m->state.part[i]->kind, &m->state.part[i]->record, model_state_encoded(m->state.part[i]));
}

void model_accumulator(struct model *m, uint8_t out[MODEL_ACCUMULATOR_SIZE])
{
    model_state_accumulator(&m->state, out);
}

struct hash model_state_hash(struct model *m)
{
    uint8_t accumulator[MODEL_ACCUMULATOR_SIZE];
    struct hash h;

    model_state_accumulator(&m->state, accumulator);
    struct bytes pieces[] = {CONTEXT("chibo1/digest"), bytes_of(accumulator, sizeof(accumulator))};
    crypto_blake2b(h.b, HASH_SIZE, bytes_of(NULL, 0), pieces, 2);
    return h;
}
