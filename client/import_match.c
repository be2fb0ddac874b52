/* import_match.c - see import_match.h. */
#include "import_match.h"

#include "../proto/mp.h"
#include "alike.h"

#define ALL_COLUMNS 0xfe /* in place of a rule's number */

static struct bytes value_in_view(void *arg, const struct field_info *f)
{
    const struct entry *e = replica_view_entry(arg, f);
    struct mp r;

    if (e == NULL)
        return (struct bytes){0};
    mp_open(&r, e->candidate[0].value);
    const bool nil = mp_nil(&r);
    return mp_close(&r) == ERR_OK && nil ? (struct bytes){0} : e->candidate[0].value;
}

static struct bytes value_in_row(void *arg, const struct field_info *f)
{
    const struct fields_value *v = fields_value(arg, f);
    return v->count == 0 ? (struct bytes){0} : buf_bytes(&v->value);
}

/* A record that cancels another one is like no other that pays the same. */
static bool is_reversal(const struct import_match *m, alike_value *value, void *arg, struct bytes *what)
{
    const struct field_info *f = schema_field_named(m->kind, "reverses");
    *what = f == NULL ? (struct bytes){0} : value(arg, f);
    return what->n > 0;
}

/* The n-th key of a row or a record; false: no more of them, or not this one. */
static bool key_of(const struct import_match *m, size_t n, alike_value *value, void *arg, struct buf *key)
{
    buf_clear(key);
    buf_put_u8(key, (uint8_t)n);
    if (n != ALL_COLUMNS)
        return alike_key(m->kind->number, n, value, arg, key);
    for (size_t i = 0; i < m->kind->fields; i++) {
        if (!m->column[i] || m->kind->field[i].list)
            continue;
        struct bytes now = value(arg, &m->kind->field[i]);
        buf_put_u32(key, (uint32_t)now.n);
        buf_put_bytes(key, now);
    }
    return true;
}

/* Rules first; all columns where none of them says anything. */
static size_t keys_of(const struct import_match *m, alike_value *value, void *arg, struct buf *key, size_t from)
{
    struct bytes what;
    bool any = false;

    if (from >= ALL_COLUMNS)
        return ALL_COLUMNS + 1;
    for (size_t n = 0; !is_reversal(m, value, arg, &what) && alike_has_rule(m->kind->number, n); n++) {
        bool said = key_of(m, n, value, arg, key);
        any = any || said;
        if (said && n >= from)
            return n;
    }
    if (any)
        return ALL_COLUMNS + 1;
    (void)key_of(m, ALL_COLUMNS, value, arg, key);
    return ALL_COLUMNS;
}

static void add(struct import_match *m, alike_value *value, void *arg, const struct id *id)
{
    struct buf key = {0};
    struct bytes what;
    struct mp r;

    for (size_t n = keys_of(m, value, arg, &key, 0); n <= ALL_COLUMNS; n = keys_of(m, value, arg, &key, n + 1))
        keymap_put(&m->keys, buf_bytes(&key), id);
    if (is_reversal(m, value, arg, &what)) {
        mp_open(&r, what);
        struct id reversed = id_from(mp_bin_exact(&r, ID_SIZE));
        if (mp_close(&r) == ERR_OK)
            buf_put(&m->reversed, &reversed, sizeof(reversed));
    }
    buf_wipe_deinit(&key);
}

static bool visit(void *arg, struct view *v)
{
    if (replica_view_void(v) != CLOSE_VOID)
        add(arg, value_in_view, v, &v->record);
    return true;
}

enum err import_match_load(struct import_match *m, struct book *book, const struct kind_info *k)
{
    m->book = book;
    m->kind = k;
    return k->natural != NULL ? ERR_OK : replica_each(book_txn(book), &book->replica, k->number, visit, m);
}

void import_match_deinit(struct import_match *m)
{
    keymap_deinit(&m->keys);
    buf_deinit(&m->reversed);
}

void import_match_add(struct import_match *m, struct fields *f, const struct id *id)
{
    if (m->kind->natural == NULL)
        add(m, value_in_row, f, id);
}

/* --- comparing --- */

static bool holds(const struct entry *e, struct bytes element)
{
    for (size_t i = 0; e != NULL && i < e->count; i++)
        if (bytes_equal(e->candidate[i].value, element))
            return true;
    return false;
}

bool import_match_differs(const struct view *v, struct fields *f, const struct field_info *field)
{
    const struct fields_value *given = fields_value(f, field);
    const struct entry *now = replica_view_entry(v, field);
    struct buf all = {0};
    struct mp r;
    bool differs = false;

    if (!given->given || given->count == 0)
        return false;
    if (!field->list)
        return now == NULL || !bytes_equal(now->candidate[0].value, buf_bytes(&given->value));
    fields_encode(field, given, &all);
    mp_open(&r, buf_bytes(&all));
    for (size_t n = mp_array(&r, LIST_MAX); n > 0; n--)
        differs = !holds(now, mp_raw(&r)) || differs;
    differs = mp_close(&r) != ERR_OK || differs;
    buf_wipe_deinit(&all);
    return differs;
}

static enum err compare(struct import_match *m, struct fields *f, const struct id *id, bool *same)
{
    struct view v;
    enum err e = replica_view(book_txn(m->book), &m->book->replica, m->kind->number, id, &v);

    if (e != ERR_OK)
        return e;
    *same = true;
    for (size_t i = 0; i < m->kind->fields; i++)
        *same = *same && !import_match_differs(&v, f, &m->kind->field[i]);
    replica_view_deinit(&v);
    return ERR_OK;
}

static bool is_reversed(const struct import_match *m, const struct id *id)
{
    for (size_t i = 0; i < m->reversed.n / sizeof(*id); i++)
        if (id_equal(&((const struct id *)(const void *)m->reversed.p)[i], id))
            return true;
    return false;
}

static enum err find_alike(struct import_match *m, struct fields *f, enum import_found *found, struct id *id)
{
    struct buf key = {0};
    enum err e = ERR_OK;

    for (size_t n = keys_of(m, value_in_row, f, &key, 0); e == ERR_OK && *found != IMPORT_SAME && n <= ALL_COLUMNS;
         n = keys_of(m, value_in_row, f, &key, n + 1)) {
        const struct id *one;
        bool same = false;
        for (uint32_t at = 0; e == ERR_OK && !same && (one = keymap_next(&m->keys, buf_bytes(&key), &at)) != NULL;) {
            e = compare(m, f, one, &same);
            if (e != ERR_OK || (!same && (*found == IMPORT_DIFFERENT || is_reversed(m, one))))
                continue;
            *found = same ? IMPORT_SAME : IMPORT_DIFFERENT;
            *id = *one;
        }
    }
    buf_wipe_deinit(&key);
    return e;
}

enum err import_match_find(struct import_match *m, struct fields *f, const struct id *org, enum import_found *found,
                           struct id *id)
{
    bool same;

    *found = IMPORT_NEW;
    if (m->kind->natural == NULL)
        return find_alike(m, f, found, id);
    enum err e = record_existing(m->book, f, org, id);
    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    e = compare(m, f, id, &same);
    *found = same ? IMPORT_SAME : IMPORT_DIFFERENT;
    return e;
}
