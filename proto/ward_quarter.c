/* ward_quarter.c - see ward_quarter.h. */
#include "ward_quarter.h"

#include "../common/date.h"
#include "held.h"
#include "org.h"
#include "quarter_text.h"
#include "ward_held.h"

#define STEP_SUBMITTED 1

struct matching {
    struct txn *txn;
    const struct ward *ward;
    const struct kind_info *kind;
    struct org org;
    struct scope scope; /* of class B: where the record is */
    uint32_t period;
    uint64_t now;
    struct quarter_sum sum;
    struct buf logs; /* text: sizes at the cut-off */
    struct ward_quarter *out;
};

/* ---- logs ---- */

/* Every leaf as it is now under the root that the ward signs. */
static enum err log_check(struct txn *txn, const struct scope *s)
{
    struct tree_frontier f = {0};
    struct buf row = {0};
    struct hash root, ours = scope_root(s);
    enum err e = ERR_OK;

    for (uint64_t i = 0; e == ERR_OK && i < s->frontier.size; i++) {
        struct ledger_leaf l = {0};
        struct hash h;

        buf_clear(&row);
        e = ledger_leaf_at(txn, s, i, &row, &l);
        if (e == ERR_OK) {
            h = ledger_hash(&l);
            e = tree_append(&f, &h, NULL, NULL);
        }
        ledger_leaf_deinit(&l);
    }
    root = tree_root(&f);
    buf_deinit(&row);
    if (e == ERR_OK && !crypto_equal(root.b, ours.b, HASH_SIZE))
        e = ERR_BAD_PROOF;
    return e == ERR_NOT_FOUND ? ERR_DAMAGED : e;
}

static enum err logs_check(struct matching *m)
{
    enum err e = ERR_OK;

    for (int a = ACCESS_A; e == ERR_OK && a <= ACCESS_B; a++) {
        struct scope s;

        e = scope_load(m->txn, &m->org.scope[a], &s);
        if (e == ERR_OK)
            e = log_check(m->txn, &s);
        if (e == ERR_OK)
            buf_printf(&m->logs, "%s%c %u/%llu", a == ACCESS_A ? "" : ", ", 'A' + a - ACCESS_A, (unsigned)s.epoch,
                       (unsigned long long)s.frontier.size);
        m->scope = s;
    }
    return e;
}

/* ---- versions that are there ---- */

static struct id version_id(const struct matching *m, unsigned version)
{
    struct buf period = {0}, number = {0};
    struct id id;

    mp_put_uint(&period, m->period);
    mp_put_uint(&number, version);
    const struct bytes key[] = {buf_bytes(&period), buf_bytes(&number)};
    id = schema_natural_id(m->kind, &m->org.id, 0, key, ARRAY_LEN(key));
    buf_deinit(&period);
    buf_deinit(&number);
    return id;
}

static const struct entry *entry_of(const struct matching *m, const struct part *p, const char *field)
{
    return fold_entry(p, schema_tag(schema_field_named(m->kind, field)));
}

static struct bytes text_of(const struct matching *m, const struct part *p, const char *field)
{
    const struct entry *e = entry_of(m, p, field);
    struct bytes text = {0};
    struct mp r;

    if (e == NULL)
        return text;
    mp_open(&r, e->candidate[0].value);
    text = mp_str(&r, TEXT_MAX);
    return mp_close(&r) == ERR_OK ? text : bytes_of(NULL, 0);
}

static bool is_signed(const struct matching *m, const struct part *p, const char *field)
{
    const struct entry *e = entry_of(m, p, field);

    return e != NULL && e->candidate[0].value.p[0] != 0xc0;
}

/* Does somebody explain this line? An empty word explains nothing. */
static bool is_explained(const struct matching *m, const struct part *p, unsigned number)
{
    const struct entry *e = entry_of(m, p, "explanations");

    for (size_t i = 0; e != NULL && i < e->count; i++) {
        struct bytes text, why;
        struct mp r;

        mp_open(&r, e->candidate[i].value);
        text = mp_str(&r, SCHEMA_LINE_MAX);
        if (mp_close(&r) == ERR_OK && quarter_explained(text, &why) == number && why.n > 0)
            return true;
    }
    return false;
}

typedef enum err version_call(struct matching *m, const struct part *p);

static enum err sum_version(struct matching *m, const struct part *p)
{
    return quarter_sum_add(&m->sum, text_of(m, p, "figures"), text_of(m, p, "lines"));
}

static enum err tell_version(struct matching *m, const struct part *p)
{
    struct bytes lines = text_of(m, p, "lines");
    bool cell = is_signed(m, p, "cell_signed"), ward = is_signed(m, p, "ward_signed"), came = false;
    struct quarter_line l;
    unsigned number;
    enum err e = ERR_OK;

    while (quarter_line_next(&lines, &l, &number, &e)) {
        if (l.sign != '+' || !quarter_sum_stands(&m->sum, &l))
            continue;
        came = true;
        m->out->explained += is_explained(m, p, number);
    }
    m->out->cell_signed += cell;
    m->out->ward_signed += ward;
    m->out->open += came && !(cell && ward);
    return e;
}

static enum err each_version(struct matching *m, version_call *call)
{
    enum err e = ERR_OK;
    unsigned v;

    for (v = 0; e == ERR_OK && v < WARD_QUARTER_VERSIONS; v++) {
        struct id id = version_id(m, v);
        struct part p;

        e = ledger_part(m->txn, &m->scope, m->kind->number, &id, &p);
        if (e == ERR_OK && p.changes == 0) {
            part_deinit(&p);
            break;
        }
        if (e == ERR_OK)
            e = call(m, &p);
        m->out->record = id;
        part_deinit(&p);
    }
    m->out->versions = v;
    return e;
}

/* ---- comparing ---- */

/* A change that waits for a person is the cell's word, and not yet the ward's. */
static bool take_held(void *arg, const struct ward_held *h)
{
    const struct version v = change_version(&h->held.id);
    struct part p;

    if (!quarter_kind(h->change->kind))
        return true;
    part_init(&p);
    if (fold_change(&p, h->scope->fold_version, h->change, &v, false, h->held.leaf, h->held.position))
        quarter_take(arg, &h->scope->org, h->change->kind, &h->change->record, &p);
    part_deinit(&p);
    return true;
}

static enum err ward_compare(struct matching *m, struct quarter_result *r)
{
    struct quarter_book book = {0};
    enum err e = quarter_load(m->txn, &book, true);

    book.whole = true;

    if (e == ERR_OK)
        e = ward_held_each(m->txn, take_held, &book);
    if (e == ERR_OK)
        quarter_compare(&book, &m->org.id, m->period, r);
    quarter_book_deinit(&book);
    return e;
}

/* ---- writing ---- */

static struct buf *put(struct matching *m, struct change *c, struct buf *value, const char *field)
{
    struct triple *t = &c->triple[c->count];

    t->tag = field == NULL ? TAG_STATE : schema_tag(schema_field_named(m->kind, field));
    return &value[c->count++];
}

static enum err write_version(struct matching *m, struct bytes figures, struct bytes lines,
                              const uint8_t random[WARD_DESK_RANDOM])
{
    struct change c = {.record = version_id(m, m->out->versions), .kind = m->kind->number, .op = OP_CREATE};
    struct buf value[12] = {{0}}, body = {0}, *state = put(m, &c, value, NULL);
    struct id first = version_id(m, 0);
    enum err e;

    mp_put_array(state, 2);
    mp_put_uint(state, 0);
    mp_put_uint(state, STEP_SUBMITTED);
    mp_put_bin(put(m, &c, value, "org"), m->org.id.b, ID_SIZE);
    mp_put_uint(put(m, &c, value, "quarter"), m->period);
    mp_put_uint(put(m, &c, value, "version"), m->out->versions);
    if (m->out->versions > 0)
        mp_put_bin(put(m, &c, value, "first"), first.b, ID_SIZE);
    mp_put_uint(put(m, &c, value, "cutoff"), date_from_unix((int64_t)m->now));
    mp_put_str(put(m, &c, value, "logs"), buf_bytes(&m->logs));
    mp_put_str(put(m, &c, value, "figures"), figures);
    if (lines.n > 0)
        mp_put_str(put(m, &c, value, "lines"), lines);
    for (size_t i = 0; i < c.count; i++)
        c.triple[i].value = buf_bytes(&value[i]);
    change_encode(&c, &body);
    e = ward_desk_write(m->txn, m->ward, &m->scope, buf_bytes(&body), random, m->now);
    m->out->record = c.record;
    for (size_t i = 0; i < c.count; i++)
        buf_wipe_deinit(&value[i]);
    buf_wipe_deinit(&body);
    return e;
}

/* One version, or as many as the list takes. Each has chance of its own: the seed stands for one changeset. */
static enum err write_all(struct matching *m, const struct quarter_result *r, const uint8_t random[WARD_DESK_RANDOM])
{
    enum err e = ERR_OK;
    bool differs = true;

    while (e == ERR_OK && differs) {
        struct buf figures = {0}, lines = {0};
        uint8_t chance[WARD_DESK_RANDOM], number[4];
        const struct bytes pieces[] = {bytes_of(random, WARD_DESK_RANDOM), bytes_of(number, sizeof number)};

        store_u32(number, m->out->versions);
        crypto_blake2b(chance, sizeof chance, bytes_of(NULL, 0), pieces, ARRAY_LEN(pieces));
        differs = quarter_sum_differs(&m->sum, r, &figures, &lines);
        if (differs && m->out->versions == WARD_QUARTER_VERSIONS)
            e = ERR_TOO_LONG;
        if (e == ERR_OK && differs)
            e = write_version(m, buf_bytes(&figures), buf_bytes(&lines), chance);
        if (e == ERR_OK && differs) {
            e = quarter_sum_add(&m->sum, buf_bytes(&figures), buf_bytes(&lines));
            m->out->versions++;
            m->out->written++;
        }
        buf_deinit(&figures);
        buf_wipe_deinit(&lines);
    }
    return e;
}

enum err ward_quarter(struct txn *txn, const struct ward *w, const struct id *org, uint32_t period,
                      const uint8_t random[WARD_DESK_RANDOM], uint64_t now, struct ward_quarter *out)
{
    struct matching m = {.txn = txn, .ward = w, .period = period, .now = now, .out = out};
    struct quarter_result r = {0};
    enum err e = org_load(txn, org, &m.org);

    memset(out, 0, sizeof *out);
    m.kind = schema_kind_named("reconciliation");
    if (e == ERR_OK)
        e = logs_check(&m);
    if (e == ERR_OK)
        e = each_version(&m, sum_version);
    if (e == ERR_OK)
        e = ward_compare(&m, &r);
    if (e == ERR_OK)
        e = write_all(&m, &r, random);
    memcpy(out->figure, r.figure, sizeof out->figure);
    out->lines = m.sum.lines.n / sizeof(struct quarter_line);
    if (e == ERR_OK)
        e = each_version(&m, tell_version);
    quarter_sum_deinit(&m.sum);
    quarter_result_deinit(&r);
    buf_deinit(&m.logs);
    return e;
}
