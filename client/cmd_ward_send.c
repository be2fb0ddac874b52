/* cmd_ward_send.c - see cmd_ward.h. */
#include "../common/json.h"
#include "../common/language.h"
#include "assign.h"
#include "cells.h"
#include "cmd_ward.h"
#include "record.h"

struct sending {
    struct cmd_env *env;
    const struct opt_parsed *args;
    struct cells cells;
    size_t written;
};

/* Of the same body and number: an office gives a number once. */
struct same {
    struct fields *f;
    const struct id *org;
    bool found;
};

static bool same_visit(void *arg, struct view *v)
{
    static const char *const names[] = {"number", "issuer", "date"};
    struct same *s = arg;
    bool same = id_equal(&v->org, s->org);

    for (size_t i = 0; same && i < ARRAY_LEN(names); i++) {
        const struct field_info *field = schema_field_named(s->f->kind, names[i]);
        const struct entry *e = replica_view_entry(v, field);
        same = e != NULL && bytes_equal(e->candidate[0].value, buf_bytes(&fields_value(s->f, field)->value));
    }
    s->found = s->found || same;
    return !s->found;
}

static enum err send_to(struct sending *s, const struct org *o)
{
    struct fields f;
    struct refs refs;
    struct record_written w = {0};
    struct same same = {&f, &o->id, false};

    refs_init(&refs, &s->env->book);
    fields_init(&f, schema_kind_named("doc_in"));
    enum err e = assign_all(s->env, s->args, &refs.entry, &f);
    if (e == ERR_OK && fields_missing(&f, 0) != NULL)
        e = assign_missing(s->env, &f);
    if (e == ERR_OK)
        e = replica_each(book_txn(&s->env->book), &s->env->book.replica, f.kind->number, same_visit, &same);
    if (e == ERR_OK && !same.found) {
        e = record_create(&s->env->book, &f, &o->id, &w);
        if (e == ERR_OK && w.verdict == VERDICT_REFUSED)
            e = cmd_explain(s->env, ERR_NOT_ALLOWED, o->code, _("Documents are sent down by the ward's clerk."));
        s->written += e == ERR_OK;
    }
    fields_deinit(&f);
    refs_deinit(&refs);
    return e;
}

static void say(struct sending *s)
{
    struct json j;

    if (!s->env->out.json) {
        buf_printf(&s->env->out.text, _("Written for %zu of %zu cells; sent with: chibo dong-bo\n"), s->written,
                   s->cells.count);
        return;
    }
    json_init(&j, &s->env->out.text);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    json_put_uint(&j, "cells", s->cells.count);
    json_put_uint(&j, "written", s->written);
    json_object_end(&j);
    json_line(&j);
}

enum err cmd_ward_send(struct cmd_env *env, const struct opt_parsed *args)
{
    struct sending s = {.env = env, .args = args};
    enum err e;

    book_close(&env->book);
    e = book_open(&env->book, KV_WRITE);
    if (e == ERR_OK)
        e = book_begin(&env->book, true);
    if (e != ERR_OK)
        return e;
    e = cells_load(&s.cells, env, opt_text(args, "chi-bo", NULL));
    for (size_t i = 0; e == ERR_OK && i < s.cells.count; i++)
        e = send_to(&s, &s.cells.org[i]);
    if (e == ERR_OK)
        e = book_commit(&env->book);
    if (e == ERR_OK)
        say(&s);
    cells_deinit(&s.cells);
    book_abort(&env->book);
    return e;
}
