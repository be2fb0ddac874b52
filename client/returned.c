/* returned.c - see returned.h. */
#include "returned.h"

#include "../common/json.h"
#include "../common/language.h"
#include "../proto/close.h"
#include "record.h"
#include "say.h"

/* Who made it void, last; NULL: that is not in this book yet. */
static const struct past_value *voided_by(const struct past *past)
{
    const struct past_value *found = NULL;

    for (size_t i = 0; i < past->count; i++) {
        struct change c = {.op = OP_CLOSE, .count = 1};
        c.triple[0] = (struct triple){.tag = past->value[i].tag, .value = buf_bytes(&past->value[i].value)};
        if (close_is_void(&c))
            found = &past->value[i];
    }
    return found;
}

void returned_json(struct print *p, const struct view *v, const struct past *past, uint64_t number, struct buf *out)
{
    const struct past_value *w = voided_by(past);
    struct buf text = {0};
    char hex[ID_TEXT_SIZE];
    struct json j;

    json_init(&j, out);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    json_put_uint(&j, "number", number);
    id_print(&v->record, hex);
    json_put_string(&j, "id", hex);
    json_put_string(&j, "kind", schema_kind(v->kind)->name);
    refs_title(&p->refs, v, &text);
    json_put_string(&j, "title", buf_cstr(&text));
    json_put_string(&j, "void", "elsewhere");
    json_key(&j, "by");
    buf_clear(&text);
    if (w != NULL) {
        print_person(p, &w->person, &text);
        json_string(&j, buf_cstr(&text));
    } else {
        json_null(&j);
    }
    json_key(&j, "time");
    buf_clear(&text);
    if (w != NULL && w->time != 0) {
        print_time(w->time, true, &text);
        json_string(&j, buf_cstr(&text));
    } else {
        json_null(&j);
    }
    json_object_end(&j);
    json_line(&j);
    buf_deinit(&text);
}

void returned_text(struct print *p, const struct view *v, const struct past *past, uint64_t number, struct buf *out)
{
    const struct past_value *w = voided_by(past);
    char hex[ID_TEXT_SIZE];

    id_print(&v->record, hex);
    buf_printf(out, "%llu. %.13s  %s · ", (unsigned long long)number, hex, _(schema_kind(v->kind)->label));
    refs_title(&p->refs, v, out);
    buf_printf(out, "\n   %s", _("deleted elsewhere, written to since"));
    if (w != NULL) {
        buf_printf(out, "  (%s ", _("deleted by"));
        print_person(p, &w->person, out);
        if (w->time != 0) {
            buf_put_str(out, ", ");
            print_time(w->time, false, out);
        }
        buf_put_str(out, ")");
    }
    buf_printf(out, "\n   %s\n", _("chibo khoi-phuc ID: it stays; chibo xoa ID: it goes"));
}

static enum err write_one(struct cmd_env *env, const struct kind_info *k, const struct id *record, bool keep)
{
    struct record_written w = {0};
    enum err e = book_begin(&env->book, true);

    if (e == ERR_OK)
        e = (keep ? record_restore : record_void)(&env->book, k, record, &w);
    if (e == ERR_OK)
        e = book_commit(&env->book);
    book_abort(&env->book);
    return e == ERR_OK ? say_record(env, k, &w) : e;
}

bool returned_ask(struct cmd_env *env, uint32_t kind, const struct id *record, uint64_t number, enum err *e)
{
    const struct kind_info *k = schema_kind(kind);
    struct buf question = {0}, line = {0};
    bool more;

    buf_printf(&question, "%llu. %s: %s", (unsigned long long)number, _(k->label),
               _("k keep it, d delete it; Enter: later"));
    do {
        more = ask_line(&env->ask, buf_cstr(&question), NULL, &line) == ASK_TEXT;
    } while (more && line.n > 0 && (line.n > 1 || strchr("kgdx", line.p[0]) == NULL));
    if (more && line.n > 0)
        *e = write_one(env, k, record, line.p[0] == 'k' || line.p[0] == 'g');
    buf_deinit(&question);
    buf_deinit(&line);
    return more && *e == ERR_OK;
}
