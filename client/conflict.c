/* conflict.c - see conflict.h. */
#include "conflict.h"

#include "../proto/actor.h"
#include "../proto/mp.h"
#include "../proto/rights.h"
#include "../proto/versions.h"
#include "../proto/waits.h"

/* May the keeper of this book say what the ward says? A book of its own belongs to its keeper. */
static bool is_owner(struct book *b, const struct view *v, const struct field_info *f)
{
    struct scope s;
    enum role role;

    if (replica_scope(book_txn(b), &v->org, replica_view_access(v, f), &s) != ERR_OK)
        return false;
    if (s.frontier.size == 0)
        return true;
    return actor_role(book_txn(b), &s, &b->replica.person, &role) == ERR_OK &&
           rights_may_write(role, v->kind, f, OP_SET) == RIGHT_WRITE;
}

bool conflict_waits(struct book *b, const struct view *v, const struct field_info *f)
{
    const struct entry *e = replica_view_entry(v, f);

    if (e == NULL || e->count < 2 || replica_view_void(v) == CLOSE_VOID)
        return false;
    if (f->merge == MERGE_ASK)
        return true;
    return f->merge == MERGE_OWNER && is_owner(b, v, f);
}

size_t conflict_count(struct book *b, const struct view *v)
{
    const struct kind_info *k = schema_kind(v->kind);
    size_t n = replica_view_void(v) == CLOSE_RETURNED;

    for (size_t i = 0; k != NULL && i < k->fields; i++)
        n += conflict_waits(b, v, &k->field[i]);
    return n;
}

struct counting {
    struct book *book;
    uint64_t records;
};

static bool count_visit(void *arg, struct view *v)
{
    struct counting *c = arg;

    c->records += conflict_count(c->book, v) > 0;
    return true;
}

static enum err count_anew(struct book *b, uint64_t *records)
{
    struct counting c = {b, 0};
    uint8_t row[8];
    bool known = false;
    enum err e = waits_known(book_txn(b), &known);

    if (e == ERR_OK && !known) /* a book of an older program */
        e = waits_make(book_txn(b));
    if (e == ERR_OK)
        e = replica_each_waiting(book_txn(b), &b->replica, count_visit, &c);
    *records = c.records;
    store_u64(row, c.records);
    return e == ERR_OK ? book_put(b, BOOK_CONFLICTS, bytes_of(row, sizeof(row))) : e;
}

enum err conflict_count_all(struct book *b, bool moved, uint64_t *records)
{
    struct buf row = {0};
    enum err e = book_begin(b, false);

    if (e != ERR_OK)
        return e;
    e = book_get(b, BOOK_CONFLICTS, &row);
    book_abort(b);
    *records = e == ERR_OK && row.n == 8 ? load_u64(row.p) : 0;
    bool known = e == ERR_OK && row.n == 8 && !moved;
    buf_deinit(&row);
    if (known || (e != ERR_OK && e != ERR_NOT_FOUND))
        return known ? ERR_OK : e;
    e = book_begin(b, true);
    if (e != ERR_OK)
        return e;
    e = count_anew(b, records);
    if (e == ERR_OK)
        e = book_commit(b);
    book_abort(b);
    return e;
}

void conflict_look(struct conflict *c, struct book *b, const struct view *v, const struct past *p,
                   const struct field_info *f)
{
    *c = (struct conflict){.field = f, .entry = replica_view_entry(v, f)};
    c->base = past_base(p, c->entry);
    for (size_t i = c->entry->count; i-- > 0;) {
        const struct past_value *w = past_of(p, c->entry->tag, &c->entry->candidate[i], &b->replica.device);
        if (w != NULL && id_equal(&w->device, &b->replica.device))
            c->mine = i;
    }
}

static void give(struct fields *f, const struct field_info *field, struct bytes value)
{
    struct fields_value *v = fields_value(f, field);
    struct mp r;

    mp_open(&r, value);
    bool nil = mp_nil(&r);
    (void)!mp_close(&r); /* our own */
    v->given = true;
    v->clear = nil;
    v->count = nil ? 0 : 1;
    buf_clear(&v->value);
    if (!nil)
        buf_put_bytes(&v->value, value);
}

static size_t shared(struct bytes a, struct bytes b)
{
    size_t n = 0;

    for (size_t at = 0; at < b.n; at += VERSION_SIZE)
        n += versions_has(a, b.p + at);
    return n;
}

/* What the same author wrote into this other field: it bears the same version; else what counts there. Versions that
 * closed the record (op 7) may stand in all of them, so the most in common tells. */
static struct bytes group_value(const struct entry *e, const struct candidate *of)
{
    size_t best = 0;

    for (size_t i = 1; i < e->count; i++)
        if (shared(e->candidate[i].versions, of->versions) > shared(e->candidate[best].versions, of->versions))
            best = i;
    return e->candidate[best].value;
}

static void give_group(const struct view *v, const struct conflict *c, const struct candidate *of, bool again,
                       struct fields *f)
{
    const struct kind_info *k = f->kind;

    for (size_t i = 0; i < k->fields; i++) {
        const struct field_info *other = &k->field[i];
        const struct entry *e = replica_view_entry(v, other);
        if (other == c->field || other->group == 0 || other->group != c->field->group || e == NULL)
            continue;
        if (again || !fields_value(f, other)->given)
            give(f, other, group_value(e, of));
    }
}

void conflict_take(const struct view *v, const struct conflict *c, size_t candidate, struct fields *f)
{
    const struct candidate *chosen = &c->entry->candidate[candidate];

    give(f, c->field, chosen->value);
    give_group(v, c, chosen, true, f);
}

enum err conflict_retype(const struct view *v, const struct conflict *c, const char *text, uint32_t today,
                         const struct entry_refs *refs, struct fields *f, char why[ENTRY_WHY_SIZE])
{
    struct fields typed;
    fields_init(&typed, f->kind);
    enum err e = fields_set(&typed, c->field, text, today, refs, why);
    struct buf value = {0};

    if (e == ERR_OK) {
        fields_encode(c->field, fields_value(&typed, c->field), &value);
        size_t same = 0;
        while (same < c->entry->count && !bytes_equal(c->entry->candidate[same].value, buf_bytes(&value)))
            same++;
        give(f, c->field, buf_bytes(&value));
        give_group(v, c, &c->entry->candidate[same < c->entry->count ? same : 0], false, f);
    }
    buf_wipe_deinit(&value);
    fields_deinit(&typed);
    return e;
}
