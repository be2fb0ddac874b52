/* sim_value.c - see sim_value.h. */
#include "sim_value.h"

#include "../proto/mp.h"
#include "test.h"

#define TEXT_COMMON 24

void sim_value_deinit(struct sim_value *v)
{
    for (size_t i = 0; i < ARRAY_LEN(v->count); i++)
        buf_deinit(&v->count[i]);
    for (size_t i = 0; i < CHANGE_TRIPLES_MAX; i++)
        buf_deinit(&v->room[i]);
    memset(v, 0, sizeof *v);
}

static void put_text(const struct field_info *f, uint64_t mark, size_t n, struct buf *out)
{
    size_t most = f->limit == 0 || f->list ? SCHEMA_LINE_MAX : f->limit;
    struct buf text = {0};

    buf_printf(&text, "%llx ", (unsigned long long)mark);
    while (text.n < n)
        buf_put_u8(&text, (uint8_t)('a' + (mark ^ text.n * text.n >> 3) % 26));
    if (text.n > most)
        text.n = most;
    mp_put_str(out, buf_bytes(&text));
    buf_deinit(&text);
}

static void put_enum(const struct field_info *f, uint64_t mark, struct buf *out)
{
    size_t count = 0;

    while (f->values[count].name != NULL)
        count++;
    mp_put_uint(out, f->values[mark % count].value);
}

static void put_id(uint64_t mark, struct buf *out)
{
    struct id id = {{0}};

    store_u64(id.b, mark % 11 + 1); /* few, so that sets meet the same element */
    mp_put_bin(out, id.b, ID_SIZE);
}

static void put_one(const struct field_info *f, uint64_t mark, size_t text, struct buf *out)
{
    uint64_t most = f->limit == 0 || f->limit > 1000 ? 1000 : f->limit;

    switch (f->type) {
    case TYPE_TEXT:
        put_text(f, mark, text, out);
        break;
    case TYPE_DATE:
        mp_put_uint(out, 20170000 + mark % 12 * 100 + 100 + mark % 28 + 1);
        break;
    case TYPE_PERIOD:
        mp_put_uint(out, 201701 + mark % 12);
        break;
    case TYPE_ENUM:
        put_enum(f, mark, out);
        break;
    case TYPE_RECORD:
    case TYPE_ORG:
        put_id(mark, out);
        break;
    case TYPE_TIME:
        mp_put_uint(out, mark % 1440);
        break;
    case TYPE_DECIMAL:
        mp_put_array(out, 2);
        mp_put_uint(out, mark % 1000 * 10 + 1); /* no nought at the end: it has one form only */
        mp_put_uint(out, 1 + mark % 3);
        break;
    default:
        mp_put_uint(out, mark % (most + 1));
    }
}

void sim_value_field(const struct field_info *f, uint64_t mark, size_t text, struct buf *out)
{
    size_t count = f->list ? 1 + mark % 3 : 1;

    if (f->list)
        mp_put_array(out, count);
    for (size_t i = 0; i < count; i++)
        put_one(f, mark + i * 5, text, out);
}

static void begin(struct sim_value *v, const struct kind_info *k, const struct id *record, enum op op)
{
    size_t text = v->text;

    sim_value_deinit(v);
    v->text = text;
    v->change.record = *record;
    v->change.kind = k->number;
    v->change.op = op;
}

static void add_triple(struct sim_value *v, uint32_t tag)
{
    struct change *c = &v->change;
    size_t i = c->count++;

    while (i > 0 && c->triple[i - 1].tag > tag) {
        c->triple[i] = c->triple[i - 1];
        i--;
    }
    c->triple[i] = (struct triple){.tag = tag, .value = buf_bytes(&v->room[c->count - 1])};
}

static void add_field(struct sim_value *v, const struct field_info *f, bool clear, uint64_t *chance)
{
    uint64_t dice = test_random(chance);

    if (clear)
        mp_put_nil(&v->room[v->change.count]);
    else
        sim_value_field(f, dice >> 8, v->text > 0 ? v->text : TEXT_COMMON, &v->room[v->change.count]);
    add_triple(v, schema_tag(f));
}

static void add_state(struct sim_value *v, uint64_t *chance)
{
    struct buf *room = &v->room[v->change.count];
    uint64_t dice = test_random(chance);

    mp_put_array(room, 2);
    mp_put_uint(room, dice % 3);
    mp_put_uint(room, (dice >> 8) % 4);
    add_triple(v, TAG_STATE);
}

/* The counts of a vote are written together and add up: for, against, other opinions, and all of them. */
static void mend_counts(struct sim_value *v, const struct kind_info *k, uint64_t *chance)
{
    static const char *const names[] = {"agree", "against", "abstain", "eligible"};
    uint64_t all = 0;

    if (schema_check_sums(&v->change) == NULL)
        return;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const struct field_info *f = schema_field_named(k, names[i]);
        uint64_t n = i == 3 ? all : test_random(chance) % 20;
        size_t at = 0;
        while (at < v->change.count && v->change.triple[at].tag != schema_tag(f))
            at++;
        if (at == v->change.count)
            add_field(v, f, false, chance);
        for (at = 0; v->change.triple[at].tag != schema_tag(f);)
            at++;
        buf_clear(&v->count[i]);
        mp_put_uint(&v->count[i], n);
        v->change.triple[at].value = buf_bytes(&v->count[i]);
        all += n;
    }
}

void sim_value_create(struct sim_value *v, const struct kind_info *k, enum access access, const struct id *record,
                      uint64_t *chance)
{
    begin(v, k, record, OP_CREATE);
    for (size_t i = 0; i < k->fields; i++) {
        const struct field_info *f = &k->field[i];

        if (f->access == access && (f->required || test_random(chance) % 2 == 0))
            add_field(v, f, false, chance);
    }
    if (v->change.count == 0 && k->access == access)
        add_state(v, chance);
    mend_counts(v, k, chance);
}

/* May this operation touch the field at all? */
static bool fits(const struct field_info *f, enum access access, enum op op)
{
    if (f->access != access || f->merge == MERGE_IMMUTABLE)
        return false;
    return op == OP_ADD || op == OP_REMOVE ? f->list : true;
}

bool sim_value_edit(struct sim_value *v, const struct kind_info *k, enum access access, const struct id *record,
                    enum op op, uint64_t *chance)
{
    begin(v, k, record, op);
    if (op == OP_STATE) {
        if (k->access == access)
            add_state(v, chance);
        return v->change.count > 0;
    }
    for (size_t i = 0; i < k->fields; i++) {
        const struct field_info *f = &k->field[i];
        bool clear = op == OP_SET && !f->required && !f->list && test_random(chance) % 8 == 0;

        if (fits(f, access, op) && test_random(chance) % 3 == 0)
            add_field(v, f, clear, chance);
    }
    mend_counts(v, k, chance);
    return v->change.count > 0;
}
