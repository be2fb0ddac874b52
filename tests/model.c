/* model.c - see model.h. Written from protocol.md 3 to 5 with lists that are built anew at each step; slow is fine. */
#include <stdlib.h>

#include "model.h"
#include "model_mp.h"

#define CONTEXT(name) bytes_of(name, sizeof(name)) /* with its zero byte */
#define CANDIDATES 512
#define TAGS 1024

struct candidate_row {
    uint64_t *version; /* ascending */
    size_t versions;
    struct model_value value;
    uint64_t owns;
};

struct field {
    uint64_t tag;
    size_t count;
    struct candidate_row *row; /* from malloc */
};

struct state_part {
    uint64_t kind;
    struct id record;
    size_t fields;
    struct field field[TAGS];
    struct buf changes;
    struct buf encoded; /* valid unless dirty, as are the numbers */
    uint8_t numbers[MODEL_ACCUMULATOR_SIZE];
    bool dirty;
};

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
    size_t parts, parts_cap;
    struct state_part **part;
    size_t folded, folded_cap;
    uint64_t *folded_version;
};

static void *room_for_one(void *old, size_t count, size_t *cap, size_t size)
{
    if (count < *cap)
        return old;
    *cap = *cap == 0 ? 8 : *cap * 2;
    void *p = realloc(old, *cap * size);
    assert(p != NULL);
    return p;
}

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
    for (size_t i = 0; i < m->parts; i++) {
        for (size_t k = 0; k < m->part[i]->fields; k++)
            free(m->part[i]->field[k].row);
        buf_deinit(&m->part[i]->changes);
        buf_deinit(&m->part[i]->encoded);
        free(m->part[i]);
    }
    free(m->part);
    free(m->leaf);
    free(m->folded_version);
    model_mp_free(&m->pool);
    free(m);
}

/* ---- versions ---- */

static bool has_version(const uint64_t *list, size_t n, uint64_t v)
{
    for (size_t i = 0; i < n; i++) {
        if (list[i] == v)
            return true;
    }
    return false;
}

static void join_version(struct model *m, struct candidate_row *c, uint64_t v)
{
    uint64_t *more = model_mp_take(&m->pool, (c->versions + 1) * sizeof(*more));
    size_t n = 0;

    if (has_version(c->version, c->versions, v))
        return;
    for (size_t i = 0; i < c->versions; i++) {
        if (n == i && c->version[i] > v)
            more[n++] = v;
        more[n++] = c->version[i];
    }
    if (n == c->versions)
        more[n++] = v;
    c->version = more;
    c->versions = n;
}

/* ---- protocol.md 5.2 and 5.3: one triple upon one field ---- */

struct triple_seen {
    uint64_t base[16];
    size_t bases;
    const struct model_value *value;
    uint64_t version, op, owns;
};

static struct candidate_row fresh_row(struct model *m, const struct triple_seen *t, const struct model_value *value)
{
    struct candidate_row c = {.value = *value, .owns = t->owns};

    join_version(m, &c, t->version);
    return c;
}

static bool is_covered(const struct candidate_row *c, const struct triple_seen *t)
{
    for (size_t i = 0; i < t->bases; i++) {
        if (has_version(c->version, c->versions, t->base[i]))
            return true;
    }
    return false;
}

/* Rule 3: does the new one go before this one? */
static bool goes_before(uint64_t merge, const struct candidate_row *new_row, const struct candidate_row *old)
{
    if (merge == 1)
        return old->owns <= new_row->owns;
    if (merge == 3)
        return model_mp_compare(&old->value, &new_row->value) < 0;
    return merge == 2 || merge == 4;
}

static void replace_rows(struct field *f, struct candidate_row *rows, size_t n)
{
    free(f->row);
    f->row = rows;
    f->count = n < CANDIDATES ? n : CANDIDATES;
}

static void place_row(struct field *f, struct candidate_row *others, size_t n, const struct candidate_row *c)
{
    struct candidate_row *rows = mem_alloc((n + 1) * sizeof(*rows));
    size_t at = 0;

    while (at < n && !goes_before(f->tag % 8, c, &others[at]))
        at++;
    if (at > 0)
        memcpy(rows, others, at * sizeof(*rows));
    rows[at] = *c;
    if (n > at)
        memcpy(rows + at + 1, others + at, (n - at) * sizeof(*rows));
    replace_rows(f, rows, n + 1);
    free(others);
}

static void merge_value(struct model *m, struct field *f, const struct triple_seen *t)
{
    uint64_t merge = f->tag % 8;
    struct candidate_row *others = mem_alloc((f->count + 1) * sizeof(*others)), equal;
    size_t n = 0, same = SIZE_MAX;

    for (size_t i = 0; i < f->count; i++) {
        if (merge != 6 && is_covered(&f->row[i], t))
            continue;
        if (model_mp_compare(&f->row[i].value, t->value) == 0)
            same = n;
        others[n++] = f->row[i];
    }
    if (same == SIZE_MAX) {
        equal = fresh_row(m, t, t->value);
    } else {
        join_version(m, &others[same], t->version);
        if (t->owns > others[same].owns)
            others[same].owns = t->owns;
        if (merge == 3 || merge == 5 || merge == 6) {
            replace_rows(f, others, n);
            return;
        }
        equal = others[same];
        for (size_t i = same; i + 1 < n; i++)
            others[i] = others[i + 1];
        n--;
    }
    place_row(f, others, n, &equal);
}

static void add_element(struct model *m, struct field *f, const struct triple_seen *t, const struct model_value *element)
{
    for (size_t i = 0; i < f->count; i++) {
        if (model_mp_compare(&f->row[i].value, element) == 0) {
            join_version(m, &f->row[i], t->version);
            return;
        }
    }
    struct candidate_row *others = mem_alloc((f->count + 1) * sizeof(*others));
    if (f->count > 0)
        memcpy(others, f->row, f->count * sizeof(*others));
    struct candidate_row c = fresh_row(m, t, element);
    place_row(f, others, f->count, &c);
}

static bool is_named(const struct model_value *list, const struct model_value *value)
{
    for (size_t i = 0; i < list->count; i++) {
        if (model_mp_compare(&list->item[i], value) == 0)
            return true;
    }
    return list->type == MODEL_NIL;
}

static void take_elements(struct field *f, const struct triple_seen *t)
{
    size_t left = 0;

    for (size_t i = 0; i < f->count; i++) {
        struct candidate_row c = f->row[i];
        size_t n = 0;
        for (size_t k = 0; k < c.versions && is_named(t->value, &c.value); k++) {
            if (!has_version(t->base, t->bases, c.version[k]))
                c.version[n++] = c.version[k];
        }
        if (is_named(t->value, &c.value))
            c.versions = n;
        if (c.versions > 0)
            f->row[left++] = c;
    }
    f->count = left;
}

static void merge_triple(struct model *m, struct field *f, struct triple_seen *t)
{
    if (f->tag % 8 != 1)
        t->owns = 0;
    if (f->tag % 8 != 0) {
        merge_value(m, f, t);
    } else if (t->op == 4) {
        take_elements(f, t);
    } else {
        for (size_t i = 0; i < t->value->count; i++)
            add_element(m, f, t, &t->value->item[i]);
    }
}

/* ---- one change ---- */

static struct state_part *find_part(const struct model *m, uint64_t kind, const struct id *record)
{
    for (size_t i = 0; i < m->parts; i++) {
        if (m->part[i]->kind == kind && memcmp(m->part[i]->record.b, record->b, ID_SIZE) == 0)
            return m->part[i];
    }
    return NULL;
}

static struct state_part *need_part(struct model *m, uint64_t kind, const struct id *record)
{
    struct state_part *p = find_part(m, kind, record);

    if (p == NULL) {
        p = mem_alloc(sizeof(*p));
        p->kind = kind;
        p->record = *record;
        m->part = room_for_one(m->part, m->parts, &m->parts_cap, sizeof(struct state_part *));
        m->part[m->parts++] = p;
    }
    return p;
}

/* The field with this tag, made in its place if there is room; NULL if not. */
static struct field *need_field(struct state_part *p, uint64_t tag)
{
    size_t at = 0;

    while (at < p->fields && p->field[at].tag < tag)
        at++;
    if (at < p->fields && p->field[at].tag == tag)
        return &p->field[at];
    if (p->fields == TAGS)
        return NULL;
    for (size_t i = p->fields++; i > at; i--)
        p->field[i] = p->field[i - 1];
    p->field[at] = (struct field){.tag = tag};
    return &p->field[at];
}

static void drop_if_empty(struct state_part *p, struct field *f)
{
    if (f->count > 0)
        return;
    free(f->row);
    for (p->fields--; f < p->field + p->fields; f++)
        *f = f[1];
}

static void fold_body(struct model *m, const struct seen_change *seen, uint64_t owns, size_t leaf, uint64_t position)
{
    if (seen->body.n == 0 || has_version(m->folded_version, m->folded, seen->version))
        return;
    m->folded_version = room_for_one(m->folded_version, m->folded, &m->folded_cap, sizeof(*m->folded_version));
    m->folded_version[m->folded++] = seen->version;
    struct model_value body = model_mp_read(&m->pool, seen->body);
    struct id record = id_from(body.item[0].bytes.p);
    struct state_part *p = need_part(m, body.item[1].number, &record);
    p->dirty = true;
    buf_put_u32(&p->changes, (uint32_t)leaf);
    buf_put_u32(&p->changes, (uint32_t)position);
    for (size_t i = 3; i < body.count; i += 3) {
        const struct model_value *base = &body.item[i + 1];
        struct triple_seen t = {
            .value = &body.item[i + 2], .version = seen->version, .op = body.item[2].number, .owns = owns};
        for (; t.bases < base->bytes.n / 8; t.bases++)
            t.base[t.bases] = load_u64(base->bytes.p + 8 * t.bases);
        struct field *f = need_field(p, body.item[i].number);
        if (f == NULL)
            continue;
        merge_triple(m, f, &t);
        drop_if_empty(p, f);
    }
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
    m->leaf = room_for_one(m->leaf, m->leaves, &m->leaves_cap, sizeof(*m->leaf));
    m->leaf[m->leaves] = l;
    buf_deinit(encoded);
    return &m->leaf[m->leaves++];
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
            fold_body(m, &l.change[i], cs->slot[i].verdict / 4 % 2, m->leaves - 1, i);
    }
}

/* [1, ward, scope, 7, policy, time, device, incarnation, first, position, verdict] */
static void apply_verdict(struct model *m, const struct model_value *control)
{
    const struct model_value *payload = control->item + 6;
    uint64_t position = payload[3].number, verdict = payload[4].number;

    for (size_t i = 0; i < m->leaves && verdict % 4 == 0; i++) {
        const struct log_leaf *l = &m->leaf[i];
        if (l->incarnation == payload[1].number && l->first == payload[2].number && position < l->count &&
            memcmp(l->device.b, payload[0].bytes.p, ID_SIZE) == 0)
            fold_body(m, &l->change[position], verdict / 4 % 2, i, position);
    }
}

void model_add_control(struct model *m, struct bytes control, struct bytes signature)
{
    struct buf b = {0};
    struct model_value v = model_mp_read(&m->pool, keep(m, control));

    model_mp_array(&b, 3);
    model_mp_uint(&b, 2);
    model_mp_bin(&b, control.p, control.n);
    model_mp_bin(&b, signature.p, signature.n);
    append_leaf(m, (struct log_leaf){0}, &b);
    if (v.item[3].number == 7)
        apply_verdict(m, &v);
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

/* ---- protocol.md 5.1 and 5.4 ---- */

static void write_field(const struct field *f, struct buf *out)
{
    model_mp_uint(out, f->tag);
    model_mp_array(out, f->count);
    for (size_t i = 0; i < f->count; i++) {
        struct buf versions = {0};
        for (size_t k = 0; k < f->row[i].versions; k++)
            buf_put_u64(&versions, f->row[i].version[k]);
        model_mp_array(out, f->tag % 8 == 1 ? 3 : 2);
        model_mp_bin(out, versions.p, versions.n);
        model_mp_write(&f->row[i].value, out);
        if (f->tag % 8 == 1)
            model_mp_uint(out, f->row[i].owns);
        buf_deinit(&versions);
    }
}

static void refresh(struct state_part *p)
{
    static const uint8_t fold_version = 1;
    uint8_t key[KEY_SIZE];

    if (!p->dirty)
        return;
    buf_clear(&p->encoded);
    model_mp_array(&p->encoded, 3);
    model_mp_uint(&p->encoded, p->kind);
    model_mp_array(&p->encoded, 2 * p->fields);
    for (size_t i = 0; i < p->fields; i++)
        write_field(&p->field[i], &p->encoded);
    model_mp_bin(&p->encoded, p->changes.p, p->changes.n);
    struct bytes pieces[] = {CONTEXT("chibo1/state"), bytes_of(&fold_version, 1), bytes_of(p->record.b, ID_SIZE),
                             buf_bytes(&p->encoded)};
    crypto_blake2b(key, KEY_SIZE, bytes_of(NULL, 0), pieces, 4);
    crypto_expand(p->numbers, key);
    p->dirty = false;
}

size_t model_parts(const struct model *m)
{
    return m->parts;
}

struct bytes model_part(struct model *m, uint64_t kind, const struct id *record)
{
    struct state_part *p = find_part(m, kind, record);

    if (p == NULL)
        return bytes_of(NULL, 0);
    refresh(p);
    return buf_bytes(&p->encoded);
}

void model_each_part(struct model *m, model_visit *visit, void *arg)
{
    for (size_t i = 0; i < m->parts; i++) {
        refresh(m->part[i]);
        visit(arg, m->part[i]->kind, &m->part[i]->record, buf_bytes(&m->part[i]->encoded));
    }
}

void model_accumulator(struct model *m, uint8_t out[MODEL_ACCUMULATOR_SIZE])
{
    uint16_t sum[MODEL_ACCUMULATOR_SIZE / 2] = {0};

    for (size_t i = 0; i < m->parts; i++) {
        const uint8_t *x = m->part[i]->numbers;
        refresh(m->part[i]);
        for (size_t k = 0; k < ARRAY_LEN(sum); k++)
            sum[k] = (uint16_t)(sum[k] + x[2 * k] + 256 * x[2 * k + 1]);
    }
    for (size_t k = 0; k < ARRAY_LEN(sum); k++) {
        out[2 * k] = (uint8_t)(sum[k] % 256);
        out[2 * k + 1] = (uint8_t)(sum[k] / 256);
    }
}

struct hash model_state_hash(struct model *m)
{
    uint8_t accumulator[MODEL_ACCUMULATOR_SIZE];
    struct hash h;

    model_accumulator(m, accumulator);
    struct bytes pieces[] = {CONTEXT("chibo1/digest"), bytes_of(accumulator, sizeof(accumulator))};
    crypto_blake2b(h.b, HASH_SIZE, bytes_of(NULL, 0), pieces, 2);
    return h;
}
