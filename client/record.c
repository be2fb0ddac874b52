/* record.c - see record.h. */
#include "record.h"

#include "../proto/actor.h"
#include "../proto/freeze.h"
#include "../proto/mp.h"
#include "../proto/rights.h"
#include "issue.h"
#include "step.h"

#define SHORT_MAX 512    /* bytes of a value that never needs a change of its own */
#define LEAST_ROOM 16384 /* kept for the short ones, bases and salts */

struct writer {
    struct book *book;
    struct fields *fields;
    struct record_written *written;
    struct id org;
    const struct view *view; /* what is there already, or NULL */
    enum op set;             /* OP_SET, or OP_AMEND */
    struct change change;
    struct buf value[CHANGE_TRIPLES_MAX]; /* of change's triples */
};

static void change_begin(struct writer *w, enum op op)
{
    w->change = (struct change){.record = w->written->id, .kind = w->fields->kind->number, .op = op};
}

static struct buf *change_add(struct writer *w, const struct field_info *f)
{
    size_t i = w->change.count++;
    assert(i < CHANGE_TRIPLES_MAX);
    buf_clear(&w->value[i]);
    w->change.triple[i].tag = schema_tag(f);
    return &w->value[i];
}

/* Worst is a refusal, then waiting. */
static unsigned weight(enum verdict v)
{
    static const unsigned weights[] = {[VERDICT_ACCEPTED] = 0, [VERDICT_PROPOSAL] = 1, [VERDICT_HELD] = 2,
                                       [VERDICT_REFUSED] = 3};
    return weights[v];
}

/* A book of its own knows nobody's rights yet. */
static enum err foresee(struct writer *w, const struct scope *s)
{
    struct txn *txn = book_txn(w->book);
    enum role role;
    if (s->frontier.size == 0)
        return ERR_OK;
    enum err e = actor_role(txn, s, &w->book->replica.person, &role);
    if (e != ERR_OK)
        return e;
    uint32_t verdict = rights_verdict(role, &w->change, s->access);
    w->written->beside = w->written->beside || (verdict_kind(verdict) == VERDICT_ACCEPTED && !verdict_owns(verdict));
    if (weight(verdict_kind(verdict)) > weight(w->written->verdict)) {
        w->written->verdict = verdict_kind(verdict);
        w->written->reason = verdict_reason(verdict);
    }
    return ERR_OK;
}

static enum err change_lay(struct writer *w, enum access access)
{
    struct txn *txn = book_txn(w->book);
    struct scope scope;
    enum err e = replica_scope(txn, &w->org, access, &scope);
    if (e == ERR_NOT_READABLE)
        e = ERR_NOT_ALLOWED;
    if (e == ERR_OK)
        e = step_record(w->book, &scope, &w->change);
    if (e == ERR_BAD_VALUE)
        w->written->field = schema_check_sums(&w->change);
    if (e == ERR_OK)
        e = foresee(w, &scope);
    if (e == ERR_OK)
        w->written->changes++;
    return e;
}

/* Long values go into changes of their own, so that each change, and with it what a cut may cost, fits in one frame.
 * Short ones stay together: those of a merge group, and all that is required but a single long text. */
static bool goes_along(const struct writer *w, const struct change *all, size_t i, size_t size)
{
    const struct field_info *f = schema_field(w->fields->kind, all->triple[i].tag / 8);
    bool required = all->op == OP_CREATE && f != NULL && f->required;
    return required || w->value[i].n <= SHORT_MAX || w->value[i].n + size <= CHANGESET_BODIES_SEAL - LEAST_ROOM;
}

/* What was gathered, as one change or a few. */
static enum err change_record(struct writer *w, enum access access)
{
    struct change all = w->change;
    bool gone[CHANGE_TRIPLES_MAX] = {false};
    size_t left = all.count;
    enum err e = ERR_OK;

    while (e == ERR_OK && left > 0) {
        size_t size = 0;
        bool first = left == all.count;
        w->change.count = 0;
        w->change.op = first || all.op != OP_CREATE ? all.op : OP_SET;
        for (size_t i = 0; i < all.count; i++) {
            if (gone[i] || (!goes_along(w, &all, i, size) && w->change.count > 0))
                continue;
            w->change.triple[w->change.count] = all.triple[i];
            w->change.triple[w->change.count++].value = buf_bytes(&w->value[i]);
            size += w->value[i].n;
            gone[i] = true;
            left--;
        }
        e = change_lay(w, access);
    }
    return e;
}

static void writer_deinit(struct writer *w)
{
    for (size_t i = 0; i < CHANGE_TRIPLES_MAX; i++)
        buf_wipe_deinit(&w->value[i]);
}

/* --- setting --- */

static const struct entry *entry_now(const struct writer *w, const struct field_info *f)
{
    return w->view == NULL ? NULL : replica_view_entry(w->view, f);
}

/* Where the field stands: a record whose class was raised has it above its own. */
static enum access access_now(const struct writer *w, const struct field_info *f)
{
    return w->view == NULL ? f->access : replica_view_access(w->view, f);
}

static bool is_nil(struct bytes value)
{
    struct mp r;
    mp_open(&r, value);
    const bool nil = mp_nil(&r);
    return mp_close(&r) == ERR_OK && nil;
}

static bool is_new(const struct writer *w, const struct field_info *f)
{
    const struct fields_value *v = fields_value(w->fields, f);
    const struct entry *now = entry_now(w, f);
    if (!v->given || f->list)
        return v->given && v->count > 0;
    if (v->count == 0)
        return now != NULL && (now->count > 1 || !is_nil(now->candidate[0].value));
    return now == NULL || now->count > 1 || !bytes_equal(now->candidate[0].value, buf_bytes(&v->value));
}

static bool group_is_new(const struct writer *w, uint8_t group)
{
    const struct kind_info *k = w->fields->kind;
    for (size_t i = 0; group != 0 && i < k->fields; i++)
        if (k->field[i].group == group && is_new(w, &k->field[i]))
            return true;
    return false;
}

/* Takes out what a cleared list holds now. */
static enum err lists_clear(struct writer *w, enum access access)
{
    const struct kind_info *k = w->fields->kind;
    change_begin(w, OP_REMOVE);
    for (size_t i = 0; i < k->fields; i++) {
        const struct field_info *f = &k->field[i];
        const struct entry *now = entry_now(w, f);
        if (!f->list || access_now(w, f) != access || !fields_value(w->fields, f)->clear || now == NULL)
            continue;
        size_t n = now->count < LIST_MAX ? now->count : LIST_MAX;
        struct buf *value = change_add(w, f);
        mp_put_array(value, n);
        for (size_t j = 0; j < n; j++)
            mp_put_raw(value, now->candidate[j].value);
    }
    return change_record(w, access);
}

static enum err part_set(struct writer *w, enum access access)
{
    const struct kind_info *k = w->fields->kind;
    enum err e = lists_clear(w, access);
    if (e != ERR_OK)
        return e;
    change_begin(w, w->set);
    for (size_t i = 0; i < k->fields; i++) {
        const struct field_info *f = &k->field[i];
        const struct fields_value *v = fields_value(w->fields, f);
        const struct entry *now = entry_now(w, f);
        if (access_now(w, f) != access || !(is_new(w, f) || group_is_new(w, f->group)))
            continue;
        if (v->given)
            fields_encode(f, v, change_add(w, f));
        else if (now != NULL)
            mp_put_raw(change_add(w, f), now->candidate[0].value);
    }
    return change_record(w, access);
}

/* What is set once is only compared. */
static enum err fixed_check(struct writer *w)
{
    const struct kind_info *k = w->fields->kind;
    for (size_t i = 0; i < k->fields; i++) {
        const struct field_info *f = &k->field[i];
        struct fields_value *v = fields_value(w->fields, f);
        if (f->merge != MERGE_IMMUTABLE || !v->given)
            continue;
        if (is_new(w, f)) {
            w->written->field = f;
            return ERR_FIXED;
        }
        v->given = false;
    }
    return ERR_OK;
}

/* What is signed is only amended, what is not is only changed. */
static enum err set_all(struct writer *w)
{
    bool is_signed;
    enum err e = record_is_signed(w->book, w->view, &is_signed);

    if (e == ERR_OK && replica_view_void(w->view) == CLOSE_VOID)
        e = ERR_VOIDED;
    if (e == ERR_OK)
        e = fixed_check(w);

    if (e == ERR_OK && is_signed != (w->set == OP_AMEND))
        e = is_signed ? ERR_FROZEN : ERR_NOT_SIGNED;
    for (int a = ACCESS_A; e == ERR_OK && a <= ACCESS_D; a++)
        e = part_set(w, (enum access)a);
    return e;
}

static enum err overwrite(struct book *b, const struct id *id, enum op op, struct fields *f, struct record_written *out)
{
    struct writer w = {.book = b, .fields = f, .written = out, .set = op};
    struct view v;
    *out = (struct record_written){.id = *id};
    enum err e = replica_view(book_txn(b), &b->replica, f->kind->number, id, &v);
    if (e == ERR_NOT_FOUND)
        return ERR_NO_SUCH_RECORD;
    if (e != ERR_OK)
        return e;
    w.view = &v;
    w.org = v.org;
    e = set_all(&w);
    replica_view_deinit(&v);
    writer_deinit(&w);
    return e;
}

enum err record_edit(struct book *b, const struct id *id, struct fields *f, struct record_written *out)
{
    return overwrite(b, id, OP_SET, f, out);
}

enum err record_amend(struct book *b, const struct id *id, struct fields *f, struct record_written *out)
{
    return overwrite(b, id, OP_AMEND, f, out);
}

/* --- creating --- */

static enum err part_create(struct writer *w, enum access access)
{
    const struct kind_info *k = w->fields->kind;
    change_begin(w, OP_CREATE);
    for (size_t i = 0; i < k->fields; i++) {
        const struct field_info *f = &k->field[i];
        const struct fields_value *v = fields_value(w->fields, f);
        if (f->access == access && v->count > 0)
            fields_encode(f, v, change_add(w, f));
    }
    return change_record(w, access);
}

/* The head first: it says that the record is there. */
static enum err create_all(struct writer *w)
{
    enum access head = w->fields->kind->access;
    enum err e = part_create(w, head);
    for (int a = ACCESS_A; e == ERR_OK && a <= ACCESS_D; a++)
        if ((enum access)a != head)
            e = part_create(w, (enum access)a);
    return e;
}

static struct id natural_id(const struct fields *f, const struct id *org, uint32_t ordinal)
{
    struct bytes key[CHANGE_TRIPLES_MAX];
    size_t n = 0;
    for (; f->kind->natural[n] != NULL; n++) {
        const struct field_info *field = schema_field_named(f->kind, f->kind->natural[n]);
        key[n] = buf_bytes(&f->value[field - f->kind->field].value);
    }
    return schema_natural_id(f->kind, org, ordinal, key, n);
}

/* The record of this key: the first that is not void. ERR_NOT_FOUND: there is none, its id is free. */
static enum err find_natural(struct writer *w, struct view *v)
{
    for (uint32_t ordinal = 0;; ordinal++) {
        w->written->id = natural_id(w->fields, &w->org, ordinal);
        enum err e = replica_view(book_txn(w->book), &w->book->replica, w->fields->kind->number, &w->written->id, v);
        if (e != ERR_OK || replica_view_void(v) != CLOSE_VOID)
            return e;
        replica_view_deinit(v);
    }
}

/* The organisation that the kind's field names, else the given one, else the author's. */
static struct id org_of(struct writer *w, const struct id *given)
{
    const struct kind_info *k = w->fields->kind;
    struct id org = given == NULL ? w->book->replica.org : *given;
    if (k->org_field != NULL) {
        struct mp r;
        mp_open(&r, buf_bytes(&fields_value(w->fields, schema_field_named(k, k->org_field))->value));
        org = id_from(mp_bin_exact(&r, ID_SIZE));
        (void)!mp_close(&r); /* our own */
    }
    return org;
}

enum err record_create(struct book *b, struct fields *f, const struct id *org, struct record_written *out)
{
    struct writer w = {.book = b, .fields = f, .written = out, .set = OP_SET};
    uint8_t random[10];
    struct view v;
    enum err e;

    *out = (struct record_written){.field = fields_missing(f, 0)};
    if (out->field != NULL)
        return ERR_MISSING_FIELD;
    w.org = org_of(&w, org);
    e = issue_prepare(b, f, &w.org, out);
    if (e != ERR_OK)
        return e;
    e = ERR_NOT_FOUND;
    if (f->kind->natural != NULL) {
        e = find_natural(&w, &v);
    } else {
        replica_draw(&b->moment, random, sizeof(random));
        out->id = id_uuid7(b->now_ms, random);
    }
    if (e == ERR_OK) {
        out->existed = true;
        w.view = &v;
        e = set_all(&w);
        replica_view_deinit(&v);
    } else if (e == ERR_NOT_FOUND) {
        e = create_all(&w);
    }
    writer_deinit(&w);
    return e;
}

enum err record_existing(struct book *b, struct fields *f, const struct id *org, struct id *out)
{
    struct record_written written = {0};
    struct writer w = {.book = b, .fields = f, .written = &written};
    struct view v;

    if (fields_missing(f, 0) != NULL)
        return ERR_MISSING_FIELD;
    if (f->kind->natural == NULL)
        return ERR_NOT_FOUND;
    w.org = org_of(&w, org);
    enum err e = find_natural(&w, &v);
    if (e == ERR_OK)
        replica_view_deinit(&v);
    *out = written.id;
    return e;
}
