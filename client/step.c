/* step.c - see step.h. */
#include "step.h"

#include <stdio.h>
#include <stdlib.h>

#include "../proto/draft.h"
#include "../proto/freeze.h"
#include "../proto/ledger.h"
#include "../proto/life.h"
#include "../proto/mp.h"

#define STEP_VALUES_MAX (STEP_CHANGES_MAX * 64) /* lists count by element; more are too many, as with changes */

struct step_mark step_mark(uint32_t tag, struct bytes value)
{
    struct step_mark m;
    uint8_t room[4];

    store_u32(room, tag);
    const struct bytes pieces[] = {bytes_of(room, sizeof(room)), value};
    const struct hash h = crypto_sha256(pieces, ARRAY_LEN(pieces));
    memcpy(m.b, h.b, sizeof(m.b));
    return m;
}

/* --- noting --- */

void step_begin(struct book *b)
{
    buf_clear(&b->step);
    b->step_changes = 0;
    b->step_number = b->replica.pending_next;
}

static void note_head(struct book *b, const struct scope *s, uint32_t kind, const struct id *record, enum op op)
{
    mp_put_array(&b->step, 6);
    mp_put_uint(&b->step, s->number);
    mp_put_uint(&b->step, b->replica.pending_next);
    mp_put_uint(&b->step, kind);
    mp_put_bin(&b->step, record->b, ID_SIZE);
    mp_put_uint(&b->step, op);
    b->step_changes++;
}

static void note_value(struct buf *out, uint32_t tag, struct bytes ours, bool had, struct bytes before)
{
    const struct step_mark mine = step_mark(tag, ours), old = step_mark(tag, before);

    mp_put_array(out, 3);
    mp_put_uint(out, tag);
    mp_put_bin(out, mine.b, sizeof(mine.b));
    if (had)
        mp_put_bin(out, old.b, sizeof(old.b));
    else
        mp_put_nil(out);
}

static bool has_element(const struct entry *e, struct bytes element)
{
    for (size_t i = 0; e != NULL && i < e->count; i++)
        if (bytes_equal(e->candidate[i].value, element))
            return true;
    return false;
}

/* Each element of a list stands for itself. */
static size_t note_triple(const struct triple *t, const struct entry *e, struct buf *out)
{
    struct mp r;
    size_t n;

    if (TAG_CLASS(t->tag) != MERGE_UNION) {
        note_value(out, t->tag, t->value, e != NULL, e == NULL ? t->value : e->candidate[0].value);
        return 1;
    }
    mp_open(&r, t->value);
    n = mp_array(&r, LIST_MAX);
    for (size_t i = 0; i < n; i++) {
        const struct bytes element = mp_raw(&r);
        note_value(out, t->tag, element, has_element(e, element), element);
    }
    return mp_close(&r) == ERR_OK ? n : 0;
}

/* What the record is before this change. A new one has nothing. */
static enum err note_values(struct book *b, const struct scope *s, const struct change *c)
{
    struct txn *txn = book_txn(b);
    struct buf values = {0};
    struct draft d;
    struct part p;
    size_t n = 0;
    enum err e = ledger_part(txn, s, c->kind, &c->record, &p);

    draft_init(&d);
    if (e == ERR_OK)
        e = draft_load(txn, c->kind, &c->record, s->number, &d);
    if (e == ERR_OK)
        e = draft_lay_over(&d, &p);
    for (size_t i = 0; e == ERR_OK && i < c->count; i++)
        n += note_triple(&c->triple[i], fold_entry(&p, c->triple[i].tag), &values);
    mp_put_array(&b->step, n);
    mp_put_raw(&b->step, buf_bytes(&values));
    buf_deinit(&values);
    draft_deinit(&d);
    part_deinit(&p);
    return e;
}

/* What the ward would refuse for the step the record has reached, or for what stands on paper, is not written. */
static enum err check_life(struct book *b, const struct scope *s, const struct change *c)
{
    const struct kind_info *k = schema_kind(c->kind);
    struct view v;
    enum err e;

    if (k == NULL || !(life_is(k, LIFE_FILE) || life_is(k, LIFE_PLACED)))
        return ERR_OK;
    e = replica_view(book_txn(b), &b->replica, c->kind, &c->record, &v);
    for (size_t i = 0; e == ERR_OK && i < v.parts; i++)
        if (v.part[i].scope_number == s->number && freeze_closes(&v.part[i].part, c))
            e = ERR_FROZEN;
    replica_view_deinit(&v);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err step_record(struct book *b, const struct scope *s, struct change *c)
{
    enum err e = check_life(b, s, c);

    if (e != ERR_OK)
        return e;
    note_head(b, s, c->kind, &c->record, c->op);
    if (c->op == OP_CREATE)
        mp_put_array(&b->step, 0);
    else
        e = note_values(b, s, c);
    return e == ERR_OK ? replica_record(book_txn(b), &b->replica, s, c, &b->moment) : e;
}

enum err step_close(struct book *b, const struct scope *s, uint32_t kind, const struct id *record, uint64_t to,
                    unsigned *changes)
{
    struct buf state = {0};
    enum err e;

    note_head(b, s, kind, record, OP_CLOSE);
    mp_put_uint(&state, to);
    mp_put_array(&b->step, 1);
    note_value(&b->step, TAG_STATE, buf_bytes(&state), false, buf_bytes(&state));
    buf_deinit(&state);
    e = replica_close(book_txn(b), &b->replica, s, kind, record, to, &b->moment, changes);
    return e;
}

/* --- keeping --- */

static void row_name(uint64_t index, char name[16])
{
    snprintf(name, 16, "step %u", (unsigned)(index % STEPS_MAX));
}

static enum err last_load(struct book *b, uint64_t *last)
{
    struct buf row = {0};
    struct mp r;
    enum err e = book_get(b, BOOK_STEP, &row);

    *last = 0;
    if (e == ERR_OK) {
        mp_open(&r, buf_bytes(&row));
        *last = mp_uint(&r, UINT64_MAX);
        e = mp_close(&r) == ERR_OK ? ERR_OK : ERR_DAMAGED;
    }
    buf_deinit(&row);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err last_save(struct book *b, uint64_t last)
{
    struct buf row = {0};

    mp_put_uint(&row, last);
    enum err e = book_put(b, BOOK_STEP, buf_bytes(&row));
    buf_deinit(&row);
    return e;
}

enum err step_keep(struct book *b)
{
    const size_t kept = b->step_changes <= STEP_CHANGES_MAX ? b->step_changes : 0;
    struct buf row = {0};
    char name[16];
    uint64_t last;

    if (b->replica.pending_next == b->step_number)
        return ERR_OK;
    enum err e = last_load(b, &last);
    if (e != ERR_OK)
        return e;
    mp_put_array(&row, 5);
    mp_put_uint(&row, ++last);
    mp_put_bin(&row, b->replica.org.b, ID_SIZE); /* it is another one after joining a ward, and so are natural ids */
    mp_put_uint(&row, b->step_number);
    mp_put_uint(&row, b->replica.pending_next - b->step_number);
    mp_put_array(&row, kept);
    if (kept > 0)
        mp_put_raw(&row, buf_bytes(&b->step));
    row_name(last, name);
    e = book_put(b, name, buf_bytes(&row));
    buf_deinit(&row);
    return e == ERR_OK ? last_save(b, last) : e;
}

/* --- reading --- */

static void read_change(struct mp *r, struct step_change *c, struct buf *values)
{
    mp_expect_array(r, 6);
    c->scope_number = (uint16_t)mp_uint(r, UINT16_MAX);
    c->number = (uint32_t)mp_uint(r, UINT32_MAX);
    c->kind = (uint32_t)mp_uint(r, UINT32_MAX);
    c->record = id_from(mp_bin_exact(r, ID_SIZE));
    c->op = (enum op)mp_uint(r, OP_CLOSE);
    c->first = values->n / sizeof(struct step_value);
    c->values = mp_array(r, STEP_VALUES_MAX);
    for (size_t i = 0; i < c->values && mp_error(r) == ERR_OK; i++) {
        struct step_value v = {0};
        mp_expect_array(r, 3);
        v.tag = (uint32_t)mp_uint(r, UINT32_MAX);
        memcpy(v.ours.b, mp_bin_exact(r, STEP_MARK_SIZE), STEP_MARK_SIZE);
        v.had = !mp_nil(r);
        if (v.had)
            memcpy(v.before.b, mp_bin_exact(r, STEP_MARK_SIZE), STEP_MARK_SIZE);
        buf_put(values, &v, sizeof(v));
    }
}

/* ERR_NOT_FOUND: the row is of an older step, or of the book before it joined a ward. */
static enum err read_row(struct book *b, struct bytes row, uint64_t index, struct step *out)
{
    struct buf values = {0};
    struct mp r;

    mp_open(&r, row);
    mp_expect_array(&r, 5);
    out->index = mp_uint(&r, UINT64_MAX);
    const struct id org = id_from(mp_bin_exact(&r, ID_SIZE));
    out->number = (uint32_t)mp_uint(&r, UINT32_MAX);
    out->count = (uint32_t)mp_uint(&r, UINT32_MAX);
    out->changes = mp_array(&r, STEP_CHANGES_MAX);
    out->change = mem_alloc((out->changes + 1) * sizeof(*out->change));
    for (size_t i = 0; i < out->changes && mp_error(&r) == ERR_OK; i++)
        read_change(&r, &out->change[i], &values);
    out->value = (struct step_value *)(void *)values.p;
    enum err e = mp_close(&r) == ERR_OK ? ERR_OK : ERR_DAMAGED;
    return e == ERR_OK && (out->index != index || !id_equal(&org, &b->replica.org)) ? ERR_NOT_FOUND : e;
}

enum err step_newest(struct book *b, struct step *out)
{
    struct buf row = {0};
    char name[16];
    uint64_t last;
    enum err e = last_load(b, &last);

    memset(out, 0, sizeof(*out));
    if (e == ERR_OK && last == 0)
        e = ERR_NOT_FOUND;
    row_name(last, name);
    if (e == ERR_OK)
        e = book_get(b, name, &row);
    if (e == ERR_OK)
        e = read_row(b, buf_bytes(&row), last, out);
    buf_deinit(&row);
    return e;
}

void step_deinit(struct step *s)
{
    free(s->change);
    free(s->value);
    memset(s, 0, sizeof(*s));
}

enum err step_forget(struct book *b, const struct step *s)
{
    char name[16];

    row_name(s->index, name);
    enum err e = book_del(b, name);
    return e == ERR_OK ? last_save(b, s->index - 1) : e;
}
