/* import.c - see import.h. */
#include "import.h"

#include <stdlib.h>

#include "../common/json.h"
#include "../common/language.h"

#define BATCH_ROWS 200  /* lost at most when the power goes; a commit costs a few milliseconds */
#define LINES_SHOWN 100 /* of single rows, for people; scripts get all of them */

enum outcome_kind { ROW_WRITTEN, ROW_UPDATED, ROW_SAME, ROW_DIFFERENT, ROW_WRONG };

struct outcome {
    enum outcome_kind kind;
    enum err err;
    enum verdict verdict;
    struct buf why;  /* ROW_WRONG: where, and what would be right */
    struct buf said; /* what is told of it */
};

struct batch {
    struct import *import;
    struct refs refs;
    size_t count;
    struct outcome row[BATCH_ROWS];
    bool again; /* a row failed half-way: the others once more without it */
};

/* --- one row as values --- */

static enum err explain(struct outcome *o, enum err e, const char *label, const char *why)
{
    buf_clear(&o->why);
    buf_put_str(&o->why, label);
    buf_put_str(&o->why, label[0] != 0 ? ": " : "");
    buf_put_str(&o->why, _(err_sentence(e)));
    if (why[0] != 0)
        buf_printf(&o->why, " %s", why);
    o->err = e;
    return e;
}

/* As cmd_export writes lists: a line each or, where there is no line end, with ; between. */
static enum err set_field(struct batch *b, struct fields *f, const struct field_info *field, struct buf *text,
                          struct outcome *o)
{
    char why[ENTRY_WHY_SIZE];
    char separator = text->n > 0 && memchr(text->p, '\n', text->n) != NULL ? '\n' : ';';
    enum err e = ERR_OK;

    for (size_t at = 0; e == ERR_OK && at < text->n;) {
        const uint8_t *end = field->list ? memchr(text->p + at, separator, text->n - at) : NULL;
        size_t to = end == NULL ? text->n : (size_t)(end - text->p);
        struct buf one = {0};
        buf_put(&one, text->p + at, to - at);
        if (strspn(buf_cstr(&one), " \t\r") < one.n)
            e = fields_set(f, field, buf_cstr(&one), b->import->env->today, &b->refs.entry, why);
        buf_wipe_deinit(&one);
        at = to + 1;
    }
    return e == ERR_OK ? e : explain(o, e, _(field->label), why);
}

static enum err read_row(struct batch *b, struct csv_row *row, struct fields *f, struct outcome *o)
{
    struct import *m = b->import;
    struct buf text[CHANGE_TRIPLES_MAX] = {{0}};
    size_t column = 0;
    enum err e = import_columns_split(&m->columns, row, m->proper, text, &column);

    if (e != ERR_OK) {
        struct buf where = {0};
        buf_printf(&where, _("Column %zu holds more than its title says."), column + 1);
        (void)explain(o, ERR_BAD_VALUE, "", buf_cstr(&where));
        buf_deinit(&where);
    }
    for (size_t i = 0; e == ERR_OK && i < m->kind->fields; i++)
        e = set_field(b, f, &m->kind->field[i], &text[i], o);
    const struct field_info *missing = fields_missing(f, 0);
    if (e == ERR_OK && missing != NULL)
        e = explain(o, ERR_MISSING_FIELD, _(missing->label), "");
    for (size_t i = 0; i < CHANGE_TRIPLES_MAX; i++)
        buf_wipe_deinit(&text[i]);
    return e;
}

/* --- what is told of a row --- */

static void put_difference(struct batch *b, const struct view *v, struct fields *f, const struct field_info *field,
                           size_t line, struct buf *out)
{
    const struct entry *now = replica_view_entry(v, field);
    struct buf book = {0}, file = {0}, encoded = {0};
    char hex[ID_TEXT_SIZE];
    struct json j;

    for (size_t i = 0; now != NULL && i < (field->list ? now->count : 1); i++) {
        buf_put_str(&book, i == 0 ? "" : "; ");
        entry_print(field, now->candidate[i].value, &b->refs.entry, &book);
    }
    fields_encode(field, fields_value(f, field), &encoded);
    entry_print(field, buf_bytes(&encoded), &b->refs.entry, &file);
    id_print(&v->record, hex);
    if (b->import->env->out.json) {
        json_init(&j, out);
        json_object_begin(&j);
        json_put_uint(&j, "v", 1);
        json_put_uint(&j, "line", line);
        json_put_string(&j, "id", hex);
        json_put_string(&j, "differs", field->name);
        json_put_string(&j, "book", buf_cstr(&book));
        json_put_string(&j, "file", buf_cstr(&file));
        json_object_end(&j);
        json_line(&j);
    } else {
        buf_printf(out, _("line %zu · %s · %s: the book has \"%s\", the file \"%s\"\n"), line, hex, _(field->label),
                   buf_cstr(&book), buf_cstr(&file));
    }
    buf_wipe_deinit(&book);
    buf_wipe_deinit(&file);
    buf_wipe_deinit(&encoded);
}

static enum err tell_differences(struct batch *b, struct fields *f, const struct id *id, size_t line,
                                 struct outcome *o)
{
    struct import *m = b->import;
    struct view v;
    enum err e = replica_view(book_txn(&m->env->book), &m->env->book.replica, m->kind->number, id, &v);

    buf_clear(&o->said);
    for (size_t i = 0; e == ERR_OK && i < m->kind->fields; i++)
        if (import_match_differs(&v, f, &m->kind->field[i]))
            put_difference(b, &v, f, &m->kind->field[i], line, &o->said);
    if (e == ERR_OK)
        replica_view_deinit(&v);
    return e;
}

static void tell_error(const struct import *m, const struct outcome *o, size_t line, struct buf *out)
{
    struct json j;

    if (!m->env->out.json) {
        buf_put_str(out, _("line"));
        buf_printf(out, " %zu · ", line);
        buf_put_bytes(out, buf_bytes(&o->why));
        buf_put_str(out, "\n");
        return;
    }
    json_init(&j, out);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    json_put_uint(&j, "line", line);
    json_put_string(&j, "error", err_name(o->err));
    json_key(&j, "why");
    json_bytes(&j, buf_bytes(&o->why));
    json_object_end(&j);
    json_line(&j);
}

/* --- writing --- */

/* Is it this row that is wrong, or the book or the machine? */
static bool is_of_row(enum err e)
{
    return err_class(e) == ERR_CLASS_INPUT || err_class(e) == ERR_CLASS_REFUSED;
}

static enum err write_row(struct batch *b, struct fields *f, const struct id *id, bool update, struct outcome *o)
{
    struct import *m = b->import;
    struct record_written w = {0};
    enum err e = update ? record_edit(&m->env->book, id, f, &w) : record_create(&m->env->book, f, m->org, &w);

    o->kind = update ? ROW_UPDATED : ROW_WRITTEN;
    o->verdict = w.verdict;
    if (e == ERR_OK)
        import_match_add(&m->match, f, &w.id);
    else if (is_of_row(e))
        (void)explain(o, e, w.field == NULL ? "" : _(w.field->label), "");
    b->again = b->again || e != ERR_OK; /* a part of it may stand in the transaction already */
    return e;
}

static enum err take_row(struct batch *b, struct csv_row *row, struct outcome *o)
{
    struct import *m = b->import;
    struct fields f;
    enum import_found found;
    struct id id;

    fields_init(&f, m->kind);
    enum err e = read_row(b, row, &f, o);
    if (e == ERR_OK)
        e = import_match_find(&m->match, &f, m->org, &found, &id);
    if (e == ERR_OK && found == IMPORT_DIFFERENT)
        e = tell_differences(b, &f, &id, row->line, o);
    if (e == ERR_OK && (found == IMPORT_NEW || (found == IMPORT_DIFFERENT && m->update)))
        e = write_row(b, &f, &id, found == IMPORT_DIFFERENT, o);
    else if (e == ERR_OK)
        o->kind = found == IMPORT_SAME ? ROW_SAME : ROW_DIFFERENT;
    fields_deinit(&f);
    if (e == ERR_OK || !is_of_row(e))
        return e;
    if (o->why.n == 0)
        (void)explain(o, e, "", "");
    o->kind = ROW_WRONG;
    return ERR_OK;
}

/* From where the batch begins, but for rows that were found wrong. */
static enum err take_all(struct batch *b, struct csv *csv)
{
    struct csv_row row = {0};
    enum err e = ERR_OK;

    b->again = false;
    for (b->count = 0; e == ERR_OK && b->count < BATCH_ROWS; b->count++) {
        struct outcome *o = &b->row[b->count];
        if (csv_next(csv, &row) != ERR_OK) /* the whole file was read once before: this is its end */
            break;
        if (o->kind != ROW_WRONG)
            e = take_row(b, &row, o);
        if (e == ERR_OK && b->again && !b->import->dry)
            break;
    }
    csv_row_deinit(&row);
    return e;
}

static void count(struct import *m, const struct outcome *o)
{
    uint64_t *const counts[] = {[ROW_WRITTEN] = &m->written, [ROW_UPDATED] = &m->updated, [ROW_SAME] = &m->same,
                                [ROW_DIFFERENT] = &m->different, [ROW_WRONG] = &m->wrong};

    m->rows++;
    ++*counts[o->kind];
    m->held += o->kind <= ROW_UPDATED && o->verdict == VERDICT_HELD;
    m->refused += o->kind <= ROW_UPDATED && o->verdict == VERDICT_REFUSED;
}

/* What became of the rows, now that it stands. */
static void tell_all(struct batch *b, struct csv csv)
{
    struct import *m = b->import;
    struct csv_row row = {0};

    for (size_t i = 0; i < b->count && csv_next(&csv, &row) == ERR_OK; i++) {
        struct outcome *o = &b->row[i];
        bool shown = m->env->out.json || m->wrong + m->different + m->updated < LINES_SHOWN;
        count(m, o);
        if (o->kind == ROW_WRONG)
            import_put_row(m, &row, buf_cstr(&o->why), &m->errors);
        if (shown && o->kind == ROW_WRONG)
            tell_error(m, o, row.line, &m->env->out.text);
        else if (shown && (o->kind == ROW_DIFFERENT || o->kind == ROW_UPDATED))
            buf_put_bytes(&m->env->out.text, buf_bytes(&o->said));
    }
    csv_row_deinit(&row);
}

/* Until no row of it fails half-way: each time one less takes part. */
static enum err batch_write(struct batch *b, struct csv *end)
{
    struct import *m = b->import;
    enum err e = ERR_OK;

    do {
        size_t keys = m->match.keys.count, reversed = m->match.reversed.n;
        *end = m->csv;
        if (!m->dry)
            e = book_begin(&m->env->book, true);
        refs_init(&b->refs, &m->env->book);
        if (e == ERR_OK)
            e = take_all(b, end);
        refs_deinit(&b->refs);
        if (e == ERR_OK && m->dry)
            return ERR_OK;
        if (e == ERR_OK && !b->again)
            e = book_commit(&m->env->book);
        book_abort(&m->env->book);
        if (b->again) {
            keymap_cut(&m->match.keys, keys);
            m->match.reversed.n = reversed;
        }
    } while (e == ERR_OK && b->again);
    return e;
}

static enum err batches(struct import *m, struct batch *b)
{
    enum err e = ERR_OK;

    do {
        struct csv end;
        for (size_t i = 0; i < BATCH_ROWS; i++) {
            buf_wipe_deinit(&b->row[i].why);
            buf_wipe_deinit(&b->row[i].said);
            b->row[i] = (struct outcome){0};
        }
        e = batch_write(b, &end);
        if (e == ERR_OK)
            tell_all(b, m->csv);
        m->csv = end;
    } while (e == ERR_OK && b->count == BATCH_ROWS);
    for (size_t i = 0; i < BATCH_ROWS; i++) {
        buf_wipe_deinit(&b->row[i].why);
        buf_wipe_deinit(&b->row[i].said);
    }
    return e;
}

enum err import_run(struct import *m)
{
    struct batch *b = mem_alloc(sizeof(*b));

    b->import = m;
    for (size_t i = 0; i < m->columns.count; i++)
        for (size_t p = 0; p < m->columns.column[i].parts; p++)
            if (m->columns.column[i].part[p].field != NULL)
                m->match.column[m->columns.column[i].part[p].field - m->kind->field] = true;
    enum err e = book_begin(&m->env->book, m->dry);
    if (e == ERR_OK)
        e = import_match_load(&m->match, &m->env->book, m->kind);
    if (!m->dry)
        book_abort(&m->env->book);
    if (e == ERR_OK)
        e = batches(m, b);
    book_abort(&m->env->book);
    free(b);
    return e;
}

void import_deinit(struct import *m)
{
    import_match_deinit(&m->match);
    buf_wipe_deinit(&m->errors);
}

void import_put_row(const struct import *m, struct csv_row *row, const char *last, struct buf *out)
{
    size_t n = row->count > m->columns.count ? row->count : m->columns.count;

    for (size_t i = 0; i <= n; i++) {
        struct buf cell = {0};
        const char *text = i == m->columns.count ? last : csv_cell(row, i - (i > m->columns.count));
        if (i < m->columns.count && m->columns.column[i].error)
            continue;
        if (text[0] == '\'')
            buf_put_str(&cell, text);
        else
            csv_guard(bytes_of_str(text), &cell);
        csv_put(buf_bytes(&cell), m->csv.separator, out);
        buf_put_u8(out, (uint8_t)(i < n ? m->csv.separator : '\r'));
        buf_wipe_deinit(&cell);
    }
    buf_put_u8(out, '\n');
}
