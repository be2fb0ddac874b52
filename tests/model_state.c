/* model_state.c - see model_state.h. Lists are built anew at each step; slow is fine. */
#include <stdlib.h>

#include "model_state.h"

#define CONTEXT(name) bytes_of(name, sizeof(name)) /* with its zero byte */
#define CANDIDATES 512

static void *room_for_one(void *old, size_t count, size_t *cap, size_t size)
{
    if (count < *cap)
        return old;
    *cap = *cap == 0 ? 8 : *cap * 2;
    void *p = realloc(old, *cap * size);
    assert(p != NULL);
    return p;
}

void model_state_deinit(struct model_state *m)
{
    for (size_t i = 0; i < m->parts; i++) {
        for (size_t k = 0; k < m->part[i]->fields; k++)
            free(m->part[i]->field[k].row);
        buf_deinit(&m->part[i]->changes);
        buf_deinit(&m->part[i]->encoded);
        free(m->part[i]);
    }
    free(m->part);
    free(m->folded_version);
    model_mp_free(&m->pool);
    *m = (struct model_state){0};
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

static void join_version(struct model_state *m, struct model_row *c, uint64_t v)
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

static struct model_row fresh_row(struct model_state *m, const struct triple_seen *t, const struct model_value *value)
{
    struct model_row c = {.value = *value, .owns = t->owns};

    join_version(m, &c, t->version);
    return c;
}

static bool is_covered(const struct model_row *c, const struct triple_seen *t)
{
    for (size_t i = 0; i < t->bases; i++) {
        if (has_version(c->version, c->versions, t->base[i]))
            return true;
    }
    return false;
}

/* Rule 3: does the new one go before this one? */
static bool goes_before(uint64_t merge, const struct model_row *new_row, const struct model_row *old)
{
    if (merge == 1)
        return old->owns <= new_row->owns;
    if (merge == 3)
        return model_mp_compare(&old->value, &new_row->value) < 0;
    return merge == 2 || merge == 4;
}

static void replace_rows(struct model_field *f, struct model_row *rows, size_t n)
{
    free(f->row);
    f->row = rows;
    f->count = n < CANDIDATES ? n : CANDIDATES;
}

static void place_row(struct model_field *f, struct model_row *others, size_t n, const struct model_row *c)
{
    struct model_row *rows = mem_alloc((n + 1) * sizeof(*rows));
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

static void merge_value(struct model_state *m, struct model_field *f, const struct triple_seen *t)
{
    uint64_t merge = f->tag % 8;
    struct model_row *others = mem_alloc((f->count + 1) * sizeof(*others)), equal;
    size_t n = 0, same = SIZE_MAX;

    for (size_t i = 0; i < f->count; i++) {
        bool guarded = merge == 6 || (merge == 1 && f->row[i].owns > t->owns);

        if (!guarded && is_covered(&f->row[i], t))
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

static void add_element(struct model_state *m, struct model_field *f, const struct triple_seen *t,
                        const struct model_value *element)
{
    for (size_t i = 0; i < f->count; i++) {
        if (model_mp_compare(&f->row[i].value, element) == 0) {
            join_version(m, &f->row[i], t->version);
            return;
        }
    }
    struct model_row *others = mem_alloc((f->count + 1) * sizeof(*others));
    if (f->count > 0)
        memcpy(others, f->row, f->count * sizeof(*others));
    struct model_row c = fresh_row(m, t, element);
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

static void take_elements(struct model_field *f, const struct triple_seen *t)
{
    size_t left = 0;

    for (size_t i = 0; i < f->count; i++) {
        struct model_row c = f->row[i];
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

static void merge_triple(struct model_state *m, struct model_field *f, struct triple_seen *t)
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

static struct model_part *find_part(const struct model_state *m, uint64_t kind, const struct id *record)
{
    for (size_t i = 0; i < m->parts; i++) {
        if (m->part[i]->kind == kind && memcmp(m->part[i]->record.b, record->b, ID_SIZE) == 0)
            return m->part[i];
    }
    return NULL;
}

static struct model_part *need_part(struct model_state *m, uint64_t kind, const struct id *record)
{
    struct model_part *p = find_part(m, kind, record);

    if (p == NULL) {
        p = mem_alloc(sizeof(*p));
        p->kind = kind;
        p->record = *record;
        m->part = room_for_one(m->part, m->parts, &m->parts_cap, sizeof(struct model_part *));
        m->part[m->parts++] = p;
    }
    return p;
}

/* The field with this tag, made in its place if there is room; NULL if not. */
static struct model_field *need_field(struct model_part *p, uint64_t tag)
{
    size_t at = 0;

    while (at < p->fields && p->field[at].tag < tag)
        at++;
    if (at < p->fields && p->field[at].tag == tag)
        return &p->field[at];
    if (p->fields == MODEL_TAGS)
        return NULL;
    for (size_t i = p->fields++; i > at; i--)
        p->field[i] = p->field[i - 1];
    p->field[at] = (struct model_field){.tag = tag};
    return &p->field[at];
}

static void drop_if_empty(struct model_part *p, struct model_field *f)
{
    if (f->count > 0)
        return;
    free(f->row);
    for (p->fields--; f < p->field + p->fields; f++)
        *f = f[1];
}

void model_state_fold(struct model_state *m, uint64_t version, struct bytes encoded, uint64_t owns, size_t leaf,
                      uint64_t position)
{
    if (has_version(m->folded_version, m->folded, version))
        return;
    m->folded_version = room_for_one(m->folded_version, m->folded, &m->folded_cap, sizeof(*m->folded_version));
    m->folded_version[m->folded++] = version;
    struct model_value body = model_mp_read(&m->pool, encoded);
    struct id record = id_from(body.item[0].bytes.p);
    struct model_part *p = need_part(m, body.item[1].number, &record);
    p->dirty = true;
    buf_put_u32(&p->changes, (uint32_t)leaf);
    buf_put_u32(&p->changes, (uint32_t)position);
    for (size_t i = 3; i < body.count; i += 3) {
        const struct model_value *base = &body.item[i + 1];
        struct triple_seen t = {
            .value = &body.item[i + 2], .version = version, .op = body.item[2].number, .owns = owns};
        for (; t.bases < base->bytes.n / 8; t.bases++)
            t.base[t.bases] = load_u64(base->bytes.p + 8 * t.bases);
        struct model_field *f = need_field(p, body.item[i].number);
        if (f == NULL)
            continue;
        merge_triple(m, f, &t);
        drop_if_empty(p, f);
    }
}

/* ---- protocol.md 5.1 and 5.4 ---- */

static void write_field(const struct model_field *f, struct buf *out)
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

struct bytes model_state_encoded(struct model_part *p)
{
    static const uint8_t fold_version = 1;
    uint8_t key[KEY_SIZE];

    if (!p->dirty)
        return buf_bytes(&p->encoded);
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
    return buf_bytes(&p->encoded);
}

struct bytes model_state_part(struct model_state *m, uint64_t kind, const struct id *record)
{
    struct model_part *p = find_part(m, kind, record);

    return p == NULL ? bytes_of(NULL, 0) : model_state_encoded(p);
}

void model_state_accumulator(struct model_state *m, uint8_t out[MODEL_ACCUMULATOR_SIZE])
{
    uint16_t sum[MODEL_ACCUMULATOR_SIZE / 2] = {0};

    for (size_t i = 0; i < m->parts; i++) {
        const uint8_t *x = m->part[i]->numbers;
        model_state_encoded(m->part[i]); /* brings the numbers up to date */
        for (size_t k = 0; k < ARRAY_LEN(sum); k++)
            sum[k] = (uint16_t)(sum[k] + x[2 * k] + 256 * x[2 * k + 1]);
    }
    for (size_t k = 0; k < ARRAY_LEN(sum); k++) {
        out[2 * k] = (uint8_t)(sum[k] % 256);
        out[2 * k + 1] = (uint8_t)(sum[k] / 256);
    }
}
