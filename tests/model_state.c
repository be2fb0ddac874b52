/* model_state.c - see model_state.h. Lists are built anew at each step; slow is fine. */
#include <stdlib.h>

#include "model_state.h"

#define CONTEXT(name) bytes_of(name, sizeof(name)) /* with its zero byte */
#define CANDIDATES 512
#define GROUPS 16

static void *room_for_one(void *old, size_t count, size_t *cap, size_t size)
{
    if (count < *cap)
        return old;
    *cap = *cap == 0 ? 8 : *cap * 2;
    void *p = realloc(old, *cap * size);
    assert(p != NULL);
    return p;
}

static void part_free(struct model_part *p)
{
    while (p->fields > 0)
        free(p->field[--p->fields].row);
    buf_deinit(&p->changes);
    buf_deinit(&p->encoded);
    free(p);
}

void model_state_deinit(struct model_state *m)
{
    for (size_t i = 0; i < m->parts; i++)
        part_free(m->part[i]);
    free(m->part);
    free(m->folded_version);
    free(m->raised_record);
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

/* ---- protocol.md 5.2 and 5.4: one triple upon one field ---- */

struct triple_seen {
    uint64_t base[16];
    size_t bases;
    const struct model_value *value;
    uint64_t version, op, owns;
    const uint64_t *again; /* versions of resolutions that its change settles once more */
    size_t agains;
};

static struct model_row fresh_row(struct model_state *m, const struct triple_seen *t, const struct model_value *value)
{
    struct model_row c = {.value = *value, .owns = t->owns};

    join_version(m, &c, t->version);
    return c;
}

static bool names_any(const uint64_t *names, size_t n, const uint64_t *list, size_t count)
{
    for (size_t i = 0; i < n; i++) {
        if (has_version(list, count, names[i]))
            return true;
    }
    return false;
}

static bool is_covered(const struct model_row *c, const struct triple_seen *t)
{
    return names_any(t->base, t->bases, c->version, c->versions);
}

/* ---- protocol.md 5.3: resolutions ---- */

struct group_list {
    size_t count;
    struct model_group group[GROUPS];
};

static bool stands_in(const struct group_list *l, uint64_t version)
{
    for (size_t i = 0; i < l->count; i++) {
        if (has_version(l->group[i].version, l->group[i].count, version))
            return true;
    }
    return false;
}

static int number_order(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* A new group of those of `all` that stand in no other, the 16 smallest. Sorts `all`. */
static void add_group(struct group_list *l, uint64_t *all, size_t n)
{
    struct model_group g = {0};

    qsort(all, n, sizeof(*all), number_order);
    for (size_t i = 0; i < n; i++) {
        bool twice = i > 0 && all[i] == all[i - 1];
        if (!twice && g.count < ARRAY_LEN(g.version) && !stands_in(l, all[i]))
            g.version[g.count++] = all[i];
    }
    if (g.count > 0 && l->count < GROUPS)
        l->group[l->count++] = g;
}

static void add_groups(struct group_list *l, const struct model_group *group, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct model_group copy = group[i];
        add_group(l, copy.version, copy.count);
    }
}

static void add_candidate(struct group_list *l, const struct model_row *c, bool with_settled)
{
    uint64_t *all = mem_alloc((c->versions + 16 * c->groups + 1) * sizeof(*all));
    size_t n = c->versions;

    if (n > 0)
        memcpy(all, c->version, n * sizeof(*all));
    for (size_t i = 0; with_settled && i < c->groups; i++) {
        for (size_t k = 0; k < c->group[i].count; k++)
            all[n++] = c->group[i].version[k];
    }
    add_group(l, all, n);
    free(all);
}

static void keep_groups(struct model_state *m, struct model_row *c, const struct group_list *l)
{
    c->groups = l->count < 2 ? 0 : l->count;
    c->group = NULL;
    if (c->groups == 0)
        return;
    c->group = model_mp_take(&m->pool, l->count * sizeof(*c->group));
    memcpy(c->group, l->group, l->count * sizeof(*c->group));
}

/* Is the triple another resolution of what this one settled? */
static bool settles_again(const struct model_row *c, const struct triple_seen *t)
{
    size_t met = 0;

    for (size_t i = 0; i < c->groups; i++)
        met += names_any(t->base, t->bases, c->group[i].version, c->group[i].count);
    return met > 1 && c->owns <= t->owns;
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

enum fate { STAYS, COVERED, REPLACED, AGREES };

static enum fate fate_of(const struct model_field *f, const struct model_row *c, const struct triple_seen *t)
{
    if (f->tag % 8 == 6 || c->owns > t->owns)
        return STAYS;
    if (is_covered(c, t))
        return COVERED;
    if (!names_any(t->again, t->agains, c->version, c->versions))
        return STAYS;
    return model_mp_compare(&c->value, t->value) == 0 ? AGREES : REPLACED;
}

/* What the triple settled; false: it is no resolution. */
static bool settled_by(const struct model_state *m, const struct model_field *f, const struct triple_seen *t,
                       struct group_list *l)
{
    size_t fates[4] = {0};

    memset(l, 0, sizeof(*l));
    for (size_t i = 0; i < f->count; i++)
        fates[fate_of(f, &f->row[i], t)]++;
    if (m->fold_version >= 2 && (fates[COVERED] >= 2 || fates[REPLACED] > 0)) {
        for (size_t i = 0; i < f->count; i++)
            if (fate_of(f, &f->row[i], t) == COVERED)
                add_candidate(l, &f->row[i], true);
        for (size_t i = 0; i < f->count; i++) {
            if (fate_of(f, &f->row[i], t) != REPLACED)
                continue;
            add_groups(l, f->row[i].group, f->row[i].groups);
            add_candidate(l, &f->row[i], false);
        }
    }
    return fates[COVERED] >= 2 || fates[REPLACED] > 0 || fates[AGREES] > 0;
}

static void join_row(struct model_state *m, struct model_row *c, const struct triple_seen *t, bool resolves,
                     const struct group_list *more)
{
    struct group_list all = {0};

    join_version(m, c, t->version);
    if (t->owns > c->owns)
        c->owns = t->owns;
    if (resolves) {
        add_groups(&all, c->group, c->groups);
        add_groups(&all, more->group, more->count);
    }
    keep_groups(m, c, &all);
}

static void merge_value(struct model_state *m, struct model_field *f, const struct triple_seen *t)
{
    uint64_t merge = f->tag % 8;
    struct model_row *others = mem_alloc((f->count + 1) * sizeof(*others)), equal;
    struct group_list settled;
    bool resolves = settled_by(m, f, t, &settled);
    size_t n = 0, same = SIZE_MAX;

    for (size_t i = 0; i < f->count; i++) {
        enum fate fate = fate_of(f, &f->row[i], t);

        if (fate == COVERED || fate == REPLACED)
            continue;
        if (model_mp_compare(&f->row[i].value, t->value) == 0)
            same = n;
        others[n++] = f->row[i];
    }
    if (same == SIZE_MAX) {
        equal = fresh_row(m, t, t->value);
        keep_groups(m, &equal, &settled);
    } else {
        join_row(m, &others[same], t, resolves, &settled);
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

static void merge_triple(struct model_state *m, struct model_field *f, const struct triple_seen *t)
{
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

static struct triple_seen triple_of(const struct model_value *body, size_t i, uint64_t version, uint64_t owns)
{
    const struct model_value *base = &body->item[i + 1];
    struct triple_seen t = {.value = &body->item[i + 2], .version = version, .op = body->item[2].number, .owns = owns};

    for (; t.bases < base->bytes.n / 8; t.bases++)
        t.base[t.bases] = load_u64(base->bytes.p + 8 * t.bases);
    if (body->item[i].number % 8 != 1)
        t.owns = 0;
    return t;
}

/* Op 7 (protocol.md 5.6) says of all tags but 3 what was seen. */
static bool only_saw(const struct model_value *body, size_t i)
{
    return body->item[2].number == 7 && body->item[i].number != 3;
}

/* All versions of the resolutions that one of the triples settles once more; from malloc. */
static uint64_t *agains_of(struct model_part *p, const struct model_value *body, uint64_t owns, size_t *count)
{
    uint64_t *list = NULL;
    size_t cap = 0;

    *count = 0;
    for (size_t i = 3; i < body->count; i += 3) {
        struct triple_seen t = triple_of(body, i, 0, owns);
        for (size_t k = 0; k < p->fields && !only_saw(body, i); k++) {
            const struct model_field *f = &p->field[k];
            for (size_t c = 0; f->tag == body->item[i].number && c < f->count; c++) {
                for (size_t v = 0; settles_again(&f->row[c], &t) && v < f->row[c].versions; v++) {
                    list = room_for_one(list, *count, &cap, sizeof(*list));
                    list[(*count)++] = f->row[c].version[v];
                }
            }
        }
    }
    return list;
}

/* ---- protocol.md 5.6 ---- */

static void see(struct model_state *m, struct model_part *p, const struct model_value *body, size_t i, uint64_t version)
{
    struct triple_seen t = triple_of(body, i, version, 0);

    for (size_t k = 0; k < p->fields; k++)
        for (size_t c = 0; p->field[k].tag == body->item[i].number && c < p->field[k].count; c++)
            if (is_covered(&p->field[k].row[c], &t))
                join_version(m, &p->field[k].row[c], version);
}

static void fold_body(struct model_state *m, struct model_part *p, const struct model_value *body, uint64_t version,
                      uint64_t owns)
{
    size_t agains;
    uint64_t *again = agains_of(p, body, owns, &agains);

    for (size_t i = 3; i < body->count; i += 3) {
        if (only_saw(body, i)) {
            see(m, p, body, i, version);
            continue;
        }
        struct triple_seen t = triple_of(body, i, version, owns);
        t.again = again;
        t.agains = agains;
        struct model_field *f = need_field(p, body->item[i].number);
        if (f == NULL)
            continue;
        merge_triple(m, f, &t);
        drop_if_empty(p, f);
    }
    free(again);
}

void model_state_raise(struct model_state *m, uint64_t kind, const uint8_t record[ID_SIZE])
{
    size_t left = 0;

    for (size_t i = 0; i < m->parts; i++) {
        if (m->part[i]->kind == kind && memcmp(m->part[i]->record.b, record, ID_SIZE) == 0)
            part_free(m->part[i]);
        else
            m->part[left++] = m->part[i];
    }
    m->parts = left;
    m->raised_record = room_for_one(m->raised_record, m->raised, &m->raised_cap, sizeof(*m->raised_record));
    m->raised_record[m->raised++] = id_from(record);
}

static bool is_raised(const struct model_state *m, const uint8_t *record)
{
    size_t i = 0;
    while (i < m->raised && memcmp(m->raised_record[i].b, record, ID_SIZE) != 0)
        i++;
    return i < m->raised;
}

void model_state_fold(struct model_state *m, uint64_t version, struct bytes encoded, uint64_t owns, size_t leaf,
                      uint64_t position)
{
    struct model_value body = model_mp_read(&m->pool, encoded);

    if (has_version(m->folded_version, m->folded, version) || is_raised(m, body.item[0].bytes.p))
        return;
    m->folded_version = room_for_one(m->folded_version, m->folded, &m->folded_cap, sizeof(*m->folded_version));
    m->folded_version[m->folded++] = version;
    struct id record = id_from(body.item[0].bytes.p);
    struct model_part *p = need_part(m, body.item[1].number, &record);
    p->dirty = true;
    buf_put_u32(&p->changes, (uint32_t)leaf);
    buf_put_u32(&p->changes, (uint32_t)position);
    fold_body(m, p, &body, version, owns);
}

/* ---- protocol.md 5.1 and 5.5 ---- */

static void write_groups(const struct model_row *c, struct buf *out)
{
    if (c->groups > 0)
        model_mp_array(out, c->groups);
    for (size_t i = 0; i < c->groups; i++) {
        struct buf versions = {0};
        for (size_t k = 0; k < c->group[i].count; k++)
            buf_put_u64(&versions, c->group[i].version[k]);
        model_mp_bin(out, versions.p, versions.n);
        buf_deinit(&versions);
    }
}

static void write_field(const struct model_field *f, struct buf *out)
{
    model_mp_uint(out, f->tag);
    model_mp_array(out, f->count);
    for (size_t i = 0; i < f->count; i++) {
        struct buf versions = {0};
        for (size_t k = 0; k < f->row[i].versions; k++)
            buf_put_u64(&versions, f->row[i].version[k]);
        model_mp_array(out, (f->tag % 8 == 1 ? 3u : 2u) + (f->row[i].groups > 0));
        model_mp_bin(out, versions.p, versions.n);
        model_mp_write(&f->row[i].value, out);
        if (f->tag % 8 == 1)
            model_mp_uint(out, f->row[i].owns);
        write_groups(&f->row[i], out);
        buf_deinit(&versions);
    }
}

struct bytes model_state_encoded(struct model_part *p)
{
    static const uint8_t format = 1;
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
    struct bytes pieces[] = {CONTEXT("chibo1/state"), bytes_of(&format, 1), bytes_of(p->record.b, ID_SIZE),
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
