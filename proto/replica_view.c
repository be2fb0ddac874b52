/* replica_view.c - what people see: the folded parts with the drafts over them, by record, by kind, by id prefix. */
#include <stdlib.h>

#include "actor.h"
#include "draft.h"
#include "ledger.h"
#include "mirror.h"
#include "replica.h"
#include "unmarked.h"
#include "waits.h"

void replica_view_deinit(struct view *v)
{
    for (size_t i = 0; i < v->parts; i++)
        part_deinit(&v->part[i].part);
    memset(v, 0, sizeof *v);
}

static void count_drafts(struct view_part *vp, const struct draft *d)
{
    for (size_t i = 0; i < d->count; i++) {
        vp->unsealed += d->item[i].state == DRAFT_UNSEALED;
        vp->sealed += d->item[i].state == DRAFT_SEALED;
        vp->held += d->item[i].state == DRAFT_HELD;
    }
}

/* Takes the part over; p is empty afterwards. */
static enum err view_add(struct view *v, const struct scope *s, struct part *p, const struct draft *d)
{
    struct view_part *vp;
    enum err e = draft_lay_over(d, p);

    if (e != ERR_OK || p->changes == 0)
        return e;
    unmarked_give_way(p);
    /* One record is filed under one organisation; the same id elsewhere is another cell's matter, or a forgery. */
    if (v->parts > 0 && !id_equal(&v->org, &s->org))
        return ERR_AMBIGUOUS;
    assert(v->parts < ARRAY_LEN(v->part));
    vp = &v->part[v->parts++];
    memset(vp, 0, sizeof *vp);
    vp->scope_number = s->number;
    vp->access = s->access;
    vp->part = *p;
    part_init(p);
    count_drafts(vp, d);
    v->org = s->org;
    return ERR_OK;
}

/* Did the record come here from another log? Of one whose first leaf is not here (the log began with a snapshot) the
 * home leaf in the other log, which came with its snapshot, says enough. */
static enum err came_here(struct txn *txn, const struct scope *s, const struct part *p, bool *yes)
{
    struct ledger_leaf l = {0};
    struct buf row = {0};
    enum err e = p->changes > 0 ? ledger_leaf_at(txn, s, p->change[0].leaf, &row, &l) : ERR_OK;

    *yes = e == ERR_OK && l.is_control;
    ledger_leaf_deinit(&l);
    buf_wipe_deinit(&row);
    return e == ERR_NOT_FOUND && p->change[0].leaf < s->from ? ERR_OK : e;
}

/* A session was cut between the record's new scope and the old one's home leaf: where it came to is its home. *first:
 * what was met before is. */
static enum err view_prefer(struct txn *txn, const struct scope *s, const struct part *p, struct view *v, bool *first)
{
    bool here = false, empty = v->parts == 0 || p->changes == 0;
    enum err e = came_here(txn, s, p, &here);

    *first = e == ERR_OK && !empty && !id_equal(&v->org, &s->org) && v->came && !here;
    if (e == ERR_OK && !empty && !id_equal(&v->org, &s->org) && here && !v->came) {
        const struct id record = v->record;
        const uint32_t kind = v->kind;

        replica_view_deinit(v);
        v->record = record;
        v->kind = kind;
    }
    if (e == ERR_OK && !*first)
        v->came = v->came || here;
    return e;
}

static enum err view_scope(struct txn *txn, const struct scope *s, struct view *v)
{
    struct draft d;
    struct part p;
    bool copy = false, first = false;
    enum err e = mirror_is_copy(txn, s->number, v->kind, &v->record, &copy);

    if (e != ERR_OK || copy)
        return e;
    e = ledger_part(txn, s, v->kind, &v->record, &p);
    draft_init(&d);
    if (e == ERR_OK)
        e = draft_load(txn, v->kind, &v->record, s->number, &d);
    if (e == ERR_OK)
        e = view_prefer(txn, s, &p, v, &first);
    if (e == ERR_OK && !first)
        e = view_add(v, s, &p, &d);
    draft_deinit(&d);
    part_deinit(&p);
    return e;
}

static int access_order(const void *a, const void *b)
{
    return (int)((const struct view_part *)a)->access - (int)((const struct view_part *)b)->access;
}

enum err replica_view(struct txn *txn, const struct replica *r, uint32_t kind, const struct id *record, struct view *v)
{
    struct scope *scope;
    size_t count;
    enum err e = scope_list(txn, &scope, &count);

    (void)r;
    memset(v, 0, sizeof *v);
    v->kind = kind;
    v->record = *record;
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = view_scope(txn, &scope[i], v);
    free(scope);
    if (e == ERR_OK && v->parts == 0)
        e = ERR_NOT_FOUND;
    if (e == ERR_OK)
        qsort(v->part, v->parts, sizeof *v->part, access_order);
    else
        replica_view_deinit(v);
    return e;
}

enum access replica_view_access(const struct view *v, const struct field_info *f)
{
    enum access access = f->access;

    for (size_t i = 0; i < v->parts; i++)
        if (v->part[i].access > access && ledger_holds_raised(&v->part[i].part, v->part[i].access))
            access = v->part[i].access;
    return access;
}

const struct entry *replica_view_entry(const struct view *v, const struct field_info *f)
{
    enum access access = replica_view_access(v, f);

    for (size_t i = 0; i < v->parts; i++)
        if (v->part[i].access == access)
            return fold_entry(&v->part[i].part, schema_tag(f));
    return NULL;
}

static const struct part *head_of(const struct view *v)
{
    for (size_t i = 0; i < v->parts; i++)
        if (fold_entry(&v->part[i].part, TAG_STATE) != NULL)
            return &v->part[i].part;
    return NULL;
}

struct bytes replica_view_state(const struct view *v)
{
    const struct part *head = head_of(v);

    return head == NULL ? bytes_of(NULL, 0) : close_state(head);
}

enum close_void replica_view_void(const struct view *v)
{
    const struct part *head = head_of(v);

    return head == NULL ? CLOSE_STANDS : close_void(head);
}

bool replica_view_conflict(const struct view *v)
{
    for (size_t i = 0; i < v->parts; i++)
        if (fold_in_conflict(&v->part[i].part))
            return true;
    return false;
}

/* --- all records of a kind ------------------------------------------------------------------------------------ */

struct row {
    struct id record;
    struct id org;
    uint16_t scope_number;
    bool is_draft;
    size_t at, size; /* of its value in the rows' bytes */
};

struct rows {
    struct buf list; /* struct row[] */
    struct buf bytes;
    bool is_draft;
    bool bad;
};

static void row_put(struct rows *rows, struct row *row, struct bytes value)
{
    row->at = rows->bytes.n;
    row->size = value.n;
    buf_put_bytes(&rows->bytes, value);
    buf_put(&rows->list, row, sizeof *row);
}

static struct bytes row_value(const struct rows *rows, const struct row *row)
{
    return bytes_of(rows->bytes.p + row->at, row->size);
}

static bool row_visit(void *arg, struct bytes key, struct bytes value)
{
    struct rows *rows = arg;
    struct row row = {.is_draft = rows->is_draft};

    rows->bad = key.n != 4 + ID_SIZE;
    if (rows->bad)
        return false;
    row.record = id_from(key.p + 2);
    row.scope_number = load_u16(key.p + 2 + ID_SIZE);
    row_put(rows, &row, value);
    return true;
}

/* By record, organisation, scope; the folded part before its draft. */
static int row_order(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    int c = id_compare(&x->record, &y->record);

    if (c == 0)
        c = id_compare(&x->org, &y->org);
    if (c == 0)
        c = (int)x->scope_number - (int)y->scope_number;
    return c != 0 ? c : (int)x->is_draft - (int)y->is_draft;
}

static const struct scope *scope_numbered(const struct scope *scope, size_t count, uint16_t number)
{
    for (size_t i = 0; i < count; i++)
        if (scope[i].number == number)
            return &scope[i];
    return NULL;
}

/* One part of a view from one or two rows of the same record and scope. Returns how many rows it used. */
static size_t view_rows(const struct rows *rows, struct view *v, const struct scope *s, const struct row *row,
                        size_t left, enum err *e)
{
    size_t used = 1;
    struct draft d;
    struct part p;

    draft_init(&d);
    part_init(&p);
    *e = row[0].is_draft ? draft_decode(&d, row_value(rows, row)) : part_decode_here(&p, row_value(rows, row));
    if (*e == ERR_OK && !row[0].is_draft && left > 1 && row[1].is_draft &&
        row[1].scope_number == row[0].scope_number && id_equal(&row[1].record, &row[0].record)) {
        *e = draft_decode(&d, row_value(rows, &row[1]));
        used = 2;
    }
    if (*e == ERR_OK)
        *e = s == NULL ? ERR_DAMAGED : view_add(v, s, &p, &d);
    draft_deinit(&d);
    part_deinit(&p);
    return used;
}

static enum err each_row(const struct rows *rows, uint32_t kind, const struct scope *scope, size_t scopes, bool *more,
                         replica_visit *visit, void *arg)
{
    const struct row *row = (const struct row *)(const void *)rows->list.p;
    const size_t count = rows->list.n / sizeof *row;
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && *more && i < count;) {
        struct view v = {.kind = kind, .record = row[i].record};
        struct id org = row[i].org;

        if (id_is_zero(&org)) { /* hidden */
            i++;
            continue;
        }
        while (e == ERR_OK && i < count && id_equal(&row[i].record, &v.record) && id_equal(&row[i].org, &org))
            i += view_rows(rows, &v, scope_numbered(scope, scopes, row[i].scope_number), &row[i], count - i, &e);
        if (e == ERR_OK && v.parts > 0) {
            qsort(v.part, v.parts, sizeof *v.part, access_order);
            *more = visit(arg, &v);
        }
        replica_view_deinit(&v);
    }
    return e;
}

/* Copies of records whose home is shown are left out: their rows get the zero organisation, which is nobody's. */
static enum err hide_copies(struct txn *txn, uint32_t kind, struct row *row, size_t count)
{
    bool any = false, copy;
    enum err e = store_any(txn, TABLE_home, bytes_of(NULL, 0), &any);

    for (size_t i = 0; e == ERR_OK && any && i < count; i++) {
        e = mirror_is_copy(txn, row[i].scope_number, kind, &row[i].record, &copy);
        if (e == ERR_OK && copy)
            memset(&row[i].org, 0, sizeof row[i].org);
    }
    return e;
}

/* Rows of one kind, in any order, as views; the rows' values are freed. */
static enum err rows_each(struct txn *txn, uint32_t kind, const struct scope *scope, size_t scopes, struct rows *rows,
                          bool *more, replica_visit *visit, void *arg)
{
    struct row *row = (struct row *)(void *)rows->list.p;
    const size_t count = rows->list.n / sizeof *row;
    enum err e = rows->bad ? ERR_DAMAGED : ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        const struct scope *s = scope_numbered(scope, scopes, row[i].scope_number);

        if (s != NULL) /* else of a log that comes again from its beginning: shown from the scope itself */
            row[i].org = s->org;
    }
    if (e == ERR_OK && count > 0)
        e = hide_copies(txn, kind, row, count);
    if (e == ERR_OK && count > 0) {
        qsort(row, count, sizeof *row, row_order);
        e = each_row(rows, kind, scope, scopes, more, visit, arg);
    }
    buf_wipe_deinit(&rows->bytes);
    buf_deinit(&rows->list);
    return e;
}

static enum err replica_each_more(struct txn *txn, uint32_t kind, bool *more, replica_visit *visit, void *arg)
{
    struct rows rows = {0};
    struct scope *scope = NULL;
    size_t scopes = 0;
    uint8_t prefix[2];
    enum err e, seen;

    store_u16(prefix, (uint16_t)kind);
    e = store_scan(txn, TABLE_part, bytes_of(prefix, 2), row_visit, &rows);
    rows.is_draft = true;
    if (e == ERR_OK && !rows.bad)
        e = store_scan(txn, TABLE_draft, bytes_of(prefix, 2), row_visit, &rows);
    if (e == ERR_OK)
        e = scope_list(txn, &scope, &scopes);
    rows.bad = rows.bad || e != ERR_OK;
    seen = rows_each(txn, kind, scope, scopes, &rows, more, visit, arg);
    free(scope);
    return e == ERR_OK ? seen : e;
}

enum err replica_each(struct txn *txn, const struct replica *r, uint32_t kind, replica_visit *visit, void *arg)
{
    bool more = true;

    (void)r;
    return replica_each_more(txn, kind, &more, visit, arg);
}

/* --- those that may wait for a person ------------------------------------------------------------------------- */

static enum err row_get(struct txn *txn, enum table t, uint32_t kind, const struct id *record, uint16_t scope_number,
                        struct rows *rows)
{
    uint8_t room[STORE_KEY_MAX];
    struct row row = {.record = *record, .scope_number = scope_number, .is_draft = t == TABLE_draft};
    struct buf value = {0};
    const enum err e = store_get(txn, t, scope_key_part(room, kind, record, scope_number), &value);

    if (e == ERR_OK)
        row_put(rows, &row, buf_bytes(&value));
    buf_wipe_deinit(&value);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err replica_each_waiting(struct txn *txn, const struct replica *r, replica_visit *visit, void *arg)
{
    struct buf list = {0};
    struct scope *scope = NULL;
    size_t scopes = 0;
    bool known = false, more = true;
    enum err e = waits_known(txn, &known);

    if (e == ERR_OK && !known) {
        for (size_t i = 0; e == ERR_OK && more && i < schema_kind_count; i++)
            e = replica_each_more(txn, schema_kinds[i].number, &more, visit, arg);
        return e;
    }
    if (e == ERR_OK)
        e = scope_list(txn, &scope, &scopes);
    if (e == ERR_OK)
        e = waits_list(txn, &list);
    const struct waits_record *w = (const struct waits_record *)(const void *)list.p;
    for (size_t i = 0, n = list.n / sizeof *w; e == ERR_OK && more && i < n;) {
        const uint32_t kind = w[i].kind;
        struct rows rows = {0};

        for (; i < n && w[i].kind == kind; i++)
            for (size_t k = 0; e == ERR_OK && k < scopes; k++) {
                e = row_get(txn, TABLE_part, kind, &w[i].record, scope[k].number, &rows);
                if (e == ERR_OK)
                    e = row_get(txn, TABLE_draft, kind, &w[i].record, scope[k].number, &rows);
            }
        rows.bad = e != ERR_OK;
        const enum err seen = rows_each(txn, kind, scope, scopes, &rows, &more, visit, arg);
        e = e == ERR_OK ? seen : e;
    }
    (void)r;
    buf_deinit(&list);
    free(scope);
    return e;
}

/* --- by id prefix --------------------------------------------------------------------------------------------- */

struct finding {
    const char *prefix;
    uint32_t kind;
    struct id record;
    bool found;
    bool more;
};

static bool find_visit(void *arg, struct bytes key, struct bytes value)
{
    struct finding *f = arg;
    struct id record;
    uint32_t kind;

    (void)value;
    if (key.n != 4 + ID_SIZE)
        return true;
    kind = load_u16(key.p);
    record = id_from(key.p + 2);
    if (!id_has_prefix(&record, f->prefix))
        return true;
    f->more = f->found && (!id_equal(&record, &f->record) || kind != f->kind);
    f->found = true;
    f->record = record;
    f->kind = kind;
    return !f->more;
}

enum err replica_find(struct txn *txn, const char *prefix, uint32_t *kind, struct id *record)
{
    struct finding f = {.prefix = prefix};
    size_t n = strlen(prefix);
    enum err e;

    if (n < ID_PREFIX_MIN || n > 2 * ID_SIZE || strspn(prefix, "0123456789abcdefABCDEF") != n)
        return ERR_BAD_VALUE;
    e = store_scan(txn, TABLE_part, bytes_of(NULL, 0), find_visit, &f);
    if (e == ERR_OK && !f.more)
        e = store_scan(txn, TABLE_draft, bytes_of(NULL, 0), find_visit, &f);
    if (e != ERR_OK)
        return e;
    *kind = f.kind;
    *record = f.record;
    return !f.found ? ERR_NO_SUCH_RECORD : f.more ? ERR_AMBIGUOUS : ERR_OK;
}

enum err replica_person_name(struct txn *txn, const struct id *person, struct buf *name)
{
    struct scope *scope;
    size_t count;
    enum err found = ERR_NOT_FOUND, e = scope_list(txn, &scope, &count);

    for (size_t i = 0; e == ERR_OK && found == ERR_NOT_FOUND && i < count; i++)
        found = actor_name(txn, &scope[i], person, name);
    free(scope);
    return e == ERR_OK ? found : e;
}
