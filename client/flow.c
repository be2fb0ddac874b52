/* flow.c - see flow.h. */
#include "flow.h"

#include "../common/date.h"
#include "../common/language.h"
#include "../common/period.h"
#include "../proto/mp.h"
#include "due.h"
#include "form.h"
#include "menu_call.h"
#include "value.h"

#define WRITTEN_MAX 8 /* kinds of one flow */

struct flow {
    struct cmd_env *env;
    struct {
        const struct kind_info *kind;
        struct id id;
    } written[WRITTEN_MAX];
    size_t count;
    struct id like; /* the meeting that this one is like */
    bool is_like;
};

static const struct id *written(const struct flow *f, const char *kind)
{
    for (size_t i = f->count; i-- > 0;)
        if (strcmp(f->written[i].kind->name, kind) == 0)
            return &f->written[i].id;
    return NULL;
}

static void note_written(struct flow *f, const struct kind_info *k, const struct id *id)
{
    size_t i = 0;
    while (i < f->count && f->written[i].kind != k)
        i++;
    assert(i < WRITTEN_MAX);
    f->written[i].kind = k;
    f->written[i].id = *id;
    f->count += i == f->count;
}

/* --- known answers --- */

/* As an answer would be typed. Nothing where the record has no such value. */
static enum err answer_of(struct flow *f, const struct kind_info *k, const struct id *id, const char *field,
                          struct form *to, const char *to_field)
{
    const struct field_info *info = schema_field_named(k, field);
    struct book *b = &f->env->book;
    struct buf text = {0};
    struct view v;
    enum err e = book_begin(b, false);

    if (e == ERR_OK)
        e = replica_view(book_txn(b), &b->replica, k->number, id, &v);
    if (e == ERR_OK) {
        form_typed(&v, info, &text);
        form_default(to, to_field, buf_cstr(&text));
        replica_view_deinit(&v);
    }
    book_abort(b);
    buf_wipe_deinit(&text);
    return e;
}

static enum err put_known(struct flow *f, const struct flow_row *row, struct form *form)
{
    char hex[ID_TEXT_SIZE];
    enum err e = ERR_OK;

    for (const struct flow_known *k = row->known; e == ERR_OK && k < row->known + FLOW_KNOWN_MAX; k++) {
        if (k->field == NULL)
            break;
        const struct id *id = k->from == NULL ? NULL : written(f, k->from);
        if (k->from != NULL && id == NULL)
            continue;
        if (!k->asked)
            form_how(form, k->field, FORM_KNOWN);
        if (k->month_of != NULL) {
            char month[PERIOD_TEXT_SIZE];
            period_print(period_of_date(f->env->today), month);
            form_default(form, k->field, month);
        } else if (k->from == NULL) {
            form_default(form, k->field, k->value);
        } else if (k->value != NULL) {
            e = answer_of(f, schema_kind_named(k->from), id, k->value, form, k->field);
        } else {
            id_print(id, hex);
            form_default(form, k->field, hex);
        }
    }
    return e;
}

/* The month of a day that was just typed, where the month itself was not asked for. */
static void put_month(struct flow *f, const struct flow_row *row, struct form *form)
{
    for (const struct flow_known *k = row->known; k < row->known + FLOW_KNOWN_MAX && k->field != NULL; k++) {
        char text[PERIOD_TEXT_SIZE];
        struct date_fault fault;
        uint32_t date;
        if (k->month_of == NULL || !f->is_like || form->recalled)
            continue;
        struct buf *typed = &form->answer[schema_field_named(form->kind, k->month_of) - form->kind->field];
        if (date_parse(buf_cstr(typed), f->env->today, &date, &fault) != ERR_OK || date_month(date) == 0)
            continue;
        period_print(period_of_date(date), text);
        form_default(form, k->field, text);
    }
}

/* --- like the last one --- */

struct newest {
    struct id id;
    uint32_t date;
    struct refs refs;
    struct buf title;
};

static bool newest_visit(void *arg, struct view *v)
{
    struct newest *n = arg;
    uint32_t date;

    if (replica_view_void(v) == CLOSE_VOID || !value_number(v, "date", &date) || date < n->date)
        return true;
    n->date = date;
    n->id = v->record;
    buf_clear(&n->title);
    refs_title(&n->refs, v, &n->title);
    return true;
}

static enum err find_newest(struct flow *f, const struct kind_info *k, struct newest *n)
{
    struct book *b = &f->env->book;
    enum err e = book_begin(b, false);

    memset(n, 0, sizeof(*n));
    refs_init(&n->refs, b);
    if (e == ERR_OK)
        e = replica_each(book_txn(b), &b->replica, k->number, newest_visit, n);
    refs_deinit(&n->refs);
    book_abort(b);
    return e;
}

static enum err offer_like(struct flow *f, const struct flow_row *row, struct form *form, bool *gone)
{
    struct buf question = {0};
    struct newest n;
    enum err e = find_newest(f, form->kind, &n);

    if (e == ERR_OK && n.date != 0) {
        buf_printf(&question, _("As at the last meeting: %s? (y/n)"), buf_cstr(&n.title));
        const enum ask_yes yes = ask_yes(&f->env->ask, buf_cstr(&question), true);
        *gone = yes == ASK_NOBODY;
        f->is_like = yes == ASK_YES;
        f->like = n.id;
    }
    for (const char *const *name = row->like; e == ERR_OK && n.date != 0 && *name != NULL; name++)
        e = answer_of(f, form->kind, &n.id, *name, form, *name);
    for (const char *const *name = row->like_too; e == ERR_OK && f->is_like && *name != NULL; name++)
        e = answer_of(f, form->kind, &n.id, *name, form, *name);
    for (size_t i = 0; f->is_like && i < form->kind->fields; i++)
        form->how[i] = FORM_KNOWN;
    for (const char *const *name = row->like_asked; f->is_like && *name != NULL; name++)
        form_how(form, *name, FORM_ASK);
    buf_deinit(&n.title);
    buf_deinit(&question);
    return e;
}

/* --- rows --- */

/* What the rules say of it, and whether they said anything. */
static enum err say_note(struct flow *f, const struct kind_info *k, const struct id *id, bool *said)
{
    struct buf text = {0};
    enum err e = book_begin(&f->env->book, false);

    if (e == ERR_OK)
        e = due_note_of(&f->env->book, k->number, id, &text);
    book_abort(&f->env->book);
    *said = text.n > 0;
    out_write(f->env->ask.fd == 0 ? 2 : f->env->ask.fd, buf_bytes(&text));
    buf_deinit(&text);
    return e;
}

static enum err run_form(struct flow *f, const struct flow_row *row, bool *gone)
{
    struct form form;
    struct record_written w = {0};
    enum form_end end = FORM_DONE;
    char hex[ID_TEXT_SIZE];
    struct buf line = {0};
    bool said;
    enum err e;

    form_init(&form, schema_kind_named(row->kind));
    e = put_known(f, row, &form);
    if (e == ERR_OK)
        e = form_recall(&form, f->env);
    if (e == ERR_OK && row->like != NULL && !form.recalled)
        e = offer_like(f, row, &form, gone);
    if (e == ERR_OK && !*gone)
        e = form_ask(&form, f->env, &end);
    *gone = *gone || end == FORM_BACK || end == FORM_LEFT;
    if (e == ERR_OK && !*gone) {
        put_month(f, row, &form);
        e = form_save(&form, f->env, &w);
    }
    if (e == ERR_OK && !*gone) {
        form_say_written(f->env, form.kind, &w);
        id_print(&w.id, hex);
        buf_printf(&line, "  %s (%s)", _("Saved on this machine. Not sent to the ward yet."), hex);
        ask_say(&f->env->ask, buf_cstr(&line));
        note_written(f, form.kind, &w.id);
        e = say_note(f, form.kind, &w.id, &said);
    }
    buf_deinit(&line);
    form_deinit(&form);
    return e;
}

static enum err is_empty(struct flow *f, const struct kind_info *k, const struct id *id, const char *field, bool *empty)
{
    struct book *b = &f->env->book;
    struct view v;
    enum err e = book_begin(b, false);

    if (e == ERR_OK)
        e = replica_view(book_txn(b), &b->replica, k->number, id, &v);
    if (e == ERR_OK) {
        *empty = value_count(&v, field) == 0;
        replica_view_deinit(&v);
    }
    book_abort(b);
    return e;
}

static enum err write_late(struct flow *f, struct form *form, const struct id *id)
{
    struct record_written w = {0};
    struct fields fields;
    enum err e = book_begin(&f->env->book, true);

    fields_init(&fields, form->kind);
    if (e == ERR_OK)
        e = form_fields(form, f->env, &fields);
    if (e == ERR_OK)
        e = record_edit(&f->env->book, id, &fields, &w);
    if (e == ERR_OK)
        e = book_commit(&f->env->book);
    book_abort(&f->env->book);
    fields_deinit(&fields);
    return e;
}

/* One field, if the record has none yet. */
static enum err ask_late(struct flow *f, const struct kind_info *k, const struct id *id, const char *field, bool *gone)
{
    const struct field_info *info = schema_field_named(k, field);
    enum form_end end = FORM_DONE;
    struct form form;
    bool empty = false;
    enum err e = is_empty(f, k, id, field, &empty);

    form_init(&form, k);
    if (e == ERR_OK && empty)
        e = form_ask_one(&form, f->env, info, &end);
    *gone = end == FORM_LEFT;
    if (e == ERR_OK && form.answer[info - k->field].n > 0 && end != FORM_BACK && end != FORM_LEFT)
        e = write_late(f, &form, id);
    form_deinit(&form);
    return e;
}

static enum err run_late(struct flow *f, const struct flow_row *row, bool *gone)
{
    const struct kind_info *k = schema_kind_named(row->kind);
    const struct id *id = written(f, row->kind);
    bool said = false, empty = false;
    enum err e = id == NULL ? ERR_OK : is_empty(f, k, id, row->field, &empty);

    if (id == NULL || e != ERR_OK)
        return e;
    if (empty)
        e = ask_late(f, k, id, row->field, gone);
    if (e == ERR_OK && !*gone)
        e = say_note(f, k, id, &said);
    if (e == ERR_OK && !*gone && said && row->note != NULL)
        e = ask_late(f, k, id, row->note, gone);
    return e;
}

static enum err run_row(struct flow *f, const struct flow_row *row, bool *gone)
{
    if (row->what == FLOW_FORM)
        return run_form(f, row, gone);
    if (row->what == FLOW_LATE)
        return run_late(f, row, gone);
    const struct id *meeting = written(f, row->kind);
    const bool same = meeting != NULL && id_equal(meeting, &f->like);
    return meeting == NULL ? ERR_OK : menu_call_of(f->env, meeting, f->is_like && !same ? &f->like : NULL, gone);
}

enum err flow_run(struct cmd_env *env, const struct flow_row *rows, size_t count)
{
    struct flow f = {.env = env};
    enum err e = ERR_OK;
    bool gone = false;

    for (size_t i = 0; e == ERR_OK && !gone && i < count; i++) {
        bool again = true;
        while (e == ERR_OK && !gone && again) {
            const char *question = rows[i].question;
            const enum ask_yes yes = question == NULL ? ASK_YES : ask_yes(&env->ask, _(question), false);
            gone = yes == ASK_NOBODY || (yes == ASK_NO && rows[i].no == FLOW_STOP);
            if (yes == ASK_YES)
                e = run_row(&f, &rows[i], &gone);
            again = rows[i].repeated && yes == ASK_YES;
        }
    }
    return e;
}
