/* cmd_rules_send.c - see cmd_rules.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "../common/date.h"
#include "../common/disk.h"
#include "../common/json.h"
#include "../common/language.h"
#include "../common/text.h"
#include "../proto/actor.h"
#include "../proto/mp.h"
#include "../proto/org_change.h"
#include "cmd_rules.h"
#include "record.h"
#include "rules.h"

struct sending {
    struct cmd_env *env;
    const struct kind_info *kind;
    struct buf raw, text; /* as it came; cleaned, as the record holds it */
    struct rules own;    /* the one pack of the file */
    struct rules before; /* all that this device knew before */
    size_t cells, written;
};

static enum err read_file(struct sending *s, const char *path)
{
    static char raw[RULES_TEXT_MAX + 1];
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return cmd_explain(s->env, disk_error(errno) == ERR_NOT_FOUND ? ERR_BAD_VALUE : disk_error(errno), path,
                           _("This file cannot be read."));
    size_t n = fread(raw, 1, sizeof(raw), f);
    bool failed = ferror(f) != 0;
    fclose(f);
    if (failed)
        return cmd_explain(s->env, ERR_IO, path, "");
    if (n > RULES_TEXT_MAX)
        return cmd_explain(s->env, ERR_TOO_LONG, path, "");
    buf_put(&s->raw, raw, n);
    return ERR_OK;
}

/* The file as it is, so that its lines are counted as its author sees them; then as the record will hold it. */
static enum err check_file(struct sending *s, const char *path)
{
    struct rules_fault fault = {0};
    struct rules raw = {0};
    struct buf where = {0};
    enum err e = rules_read(&raw, buf_bytes(&s->raw), NULL, false, &fault);

    rules_deinit(&raw);
    if (e == ERR_OK)
        e = text_clean(buf_bytes(&s->raw), TEXT_MULTILINE, &s->text);
    if (e == ERR_OK)
        e = rules_read(&s->own, buf_bytes(&s->text), NULL, false, &fault);
    if (e != ERR_OK) {
        buf_printf(&where, "%s:%u", path, fault.line);
        (void)cmd_explain(s->env, e, fault.line == 0 ? path : buf_cstr(&where), fault.why);
    }
    buf_deinit(&where);
    return e;
}

static enum err set(struct fields *f, const char *name, const char *text, uint32_t today)
{
    char why[ENTRY_WHY_SIZE];
    return fields_set(f, schema_field_named(f->kind, name), text, today, NULL, why);
}

static enum err fill(struct sending *s, struct fields *f)
{
    const struct rules_pack *p = &s->own.pack[0];
    char version[16], from[DATE_TEXT_SIZE], to[DATE_TEXT_SIZE];
    uint32_t today = s->env->today;

    snprintf(version, sizeof(version), "%u", p->version);
    date_print_iso(p->from, from);
    date_print_iso(p->to, to);
    enum err e = set(f, "name", p->name, today);
    if (e == ERR_OK)
        e = set(f, "version", version, today);
    if (e == ERR_OK)
        e = set(f, "from", from, today);
    if (e == ERR_OK && p->to != 0)
        e = set(f, "to", to, today);
    return e == ERR_OK ? set(f, "text", buf_cstr(&s->text), today) : e;
}

/* --- what is there already --- */

struct seeking {
    struct sending *s;
    const struct id *org;
    bool same, other; /* of this name and version: the same text, another one */
};

static struct bytes text_of(const struct view *v, const char *field, struct mp *r)
{
    const struct entry *e = replica_view_entry(v, schema_field_named(schema_kind(v->kind), field));
    if (e == NULL)
        return bytes_of(NULL, 0);
    mp_open(r, e->candidate[0].value);
    struct bytes text = mp_str(r, CHANGE_BODY_MAX);
    (void)!mp_close(r);
    return text;
}

static bool seek_visit(void *arg, struct view *v)
{
    struct seeking *k = arg;
    const struct rules_pack *p = &k->s->own.pack[0];
    const struct entry *version = replica_view_entry(v, schema_field_named(schema_kind(v->kind), "version"));
    struct mp r;
    uint64_t n = 0;

    if (!id_equal(&v->org, k->org) || replica_view_void(v) == CLOSE_VOID || version == NULL ||
        !bytes_equal(text_of(v, "name", &r), bytes_of_str(p->name)))
        return true;
    mp_open(&r, version->candidate[0].value);
    n = mp_uint(&r, UINT32_MAX);
    if (mp_close(&r) != ERR_OK || n != p->version)
        return true;
    bool same = bytes_equal(text_of(v, "text", &r), buf_bytes(&k->s->text));
    k->same = k->same || same;
    k->other = k->other || !same;
    return true;
}

/* --- one cell --- */

static enum err write_one(struct sending *s, const struct org *o)
{
    const struct rules_pack *p = &s->own.pack[0], *counts;
    struct seeking k = {.s = s, .org = &o->id};
    struct record_written w = {0};
    struct fields f;
    enum err e = replica_each(book_txn(&s->env->book), &s->env->book.replica, s->kind->number, seek_visit, &k);

    s->cells++;
    if (e != ERR_OK || k.same)
        return e;
    if (k.other)
        return cmd_explain(s->env, ERR_EXISTS, o->code, _("another text has this version; give it a higher one"));
    counts = rules_choose(&s->before, &o->id, p->name, p->from);
    if (counts != NULL && counts->version >= p->version) {
        struct buf why = {0};
        buf_printf(&why, _("version %u counts already on its first day; give it a higher one"), counts->version);
        (void)cmd_explain(s->env, ERR_BAD_VALUE, o->code, buf_cstr(&why));
        buf_deinit(&why);
        return ERR_BAD_VALUE;
    }
    fields_init(&f, s->kind);
    e = fill(s, &f);
    if (e == ERR_OK)
        e = record_create(&s->env->book, &f, &o->id, &w);
    fields_deinit(&f);
    if (e == ERR_OK && w.verdict == VERDICT_REFUSED)
        e = cmd_explain(s->env, ERR_NOT_ALLOWED, o->code, _("Rules are sent by the ward's clerk."));
    s->written += e == ERR_OK;
    return e;
}

/* Those whose open book this device holds. */
static enum err write_all(struct sending *s, const char *code)
{
    struct txn *txn = book_txn(&s->env->book);
    struct org *list = NULL, one;
    struct scope scope;
    size_t count = 0;
    enum err e;

    if (code != NULL) {
        e = org_by_any_code(txn, code, &one);
        if (e == ERR_NOT_FOUND)
            return cmd_explain(s->env, ERR_BAD_VALUE, code, _("There is no organisation with this code."));
        return e == ERR_OK ? write_one(s, &one) : e;
    }
    e = org_list(txn, &list, &count);
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        e = replica_scope(txn, &list[i].id, ACCESS_A, &scope);
        e = e == ERR_OK ? write_one(s, &list[i]) : e == ERR_NOT_READABLE ? ERR_OK : e;
    }
    free(list);
    return e;
}

static void say(struct sending *s)
{
    const struct rules_pack *p = &s->own.pack[0];
    struct json j;

    if (!s->env->out.json) {
        buf_printf(&s->env->out.text, _("%s, version %u: written for %zu of %zu cells; sent with: chibo dong-bo\n"),
                   p->name, p->version, s->written, s->cells);
        return;
    }
    json_init(&j, &s->env->out.text);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    json_put_string(&j, "pack", p->name);
    json_put_uint(&j, "version", p->version);
    json_put_uint(&j, "cells", s->cells);
    json_put_uint(&j, "written", s->written);
    json_object_end(&j);
    json_line(&j);
}

enum err cmd_rules_send(struct cmd_env *env, const char *path, const char *code)
{
    struct sending s = {.env = env, .kind = schema_kind_named("rule_pack")};
    enum err e = read_file(&s, path);

    if (e == ERR_OK)
        e = check_file(&s, path);
    if (e == ERR_OK)
        e = book_begin(&env->book, true);
    if (e == ERR_OK)
        e = rules_load(&s.before, &env->book);
    if (e == ERR_OK)
        e = write_all(&s, code);
    if (e == ERR_OK)
        e = book_commit(&env->book);
    book_abort(&env->book);
    if (e == ERR_OK)
        say(&s);
    rules_deinit(&s.own);
    rules_deinit(&s.before);
    buf_deinit(&s.text);
    buf_deinit(&s.raw);
    return e;
}
