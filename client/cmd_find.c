/* cmd_find.c - `chibo tim TEXT`: every record with this text in it, with or without marks. */
#include "../common/language.h"
#include "../common/text.h"
#include "../proto/mp.h"
#include "cmd.h"
#include "print.h"

static const struct opt_row rows[] = {
    CMD_OPTIONS,
    {.name = "tat-ca", .alias = "all", .kind = OPT_FLAG, .help = N_("those that were made void too")},
};

struct finding {
    struct cmd_env *env;
    struct print p;
    const char *key;
    struct buf text; /* scratch: the key of what is looked at */
    size_t shown;
    bool all; /* void ones too */
    enum err err;
};

static bool has_key(struct finding *f, struct bytes text)
{
    buf_clear(&f->text);
    return text_key(text, &f->text) == ERR_OK && strstr(buf_cstr(&f->text), f->key) != NULL;
}

static bool has_text(struct finding *f, struct bytes value)
{
    struct mp r;
    mp_open(&r, value);
    const bool found = has_key(f, mp_str(&r, CHANGE_BODY_MAX));
    (void)!mp_close(&r);
    return found;
}

/* Several texts one after the other, such as a name; one alone is looked through as a field. */
static bool title_is_texts(const struct kind_info *k)
{
    size_t i;

    for (i = 0; k->title[i] != NULL; i++)
        if (schema_field_named(k, k->title[i])->type != TYPE_TEXT)
            return false;
    return i > 1;
}

/* The name of a person stands in several fields: they are looked through one by one, and then as one. */
static bool is_found(struct finding *f, const struct view *v)
{
    const struct kind_info *k = schema_kind(v->kind);
    bool found = false;

    for (size_t i = 0; k != NULL && !found && i < k->fields; i++) {
        const struct entry *e = k->field[i].type == TYPE_TEXT ? replica_view_entry(v, &k->field[i]) : NULL;
        for (size_t c = 0; e != NULL && !found && c < e->count; c++)
            found = has_text(f, e->candidate[c].value);
    }
    if (!found && k != NULL && title_is_texts(k)) {
        struct buf title = {0};
        refs_title(&f->p.refs, v, &title);
        found = has_key(f, buf_bytes(&title));
        buf_wipe_deinit(&title);
    }
    return found;
}

static bool visit(void *arg, struct view *v)
{
    struct finding *f = arg;
    if ((!f->all && replica_view_void(v) == CLOSE_VOID) || !is_found(f, v))
        return true;
    f->shown++;
    if (f->env->out.json)
        f->err = print_json(&f->p, v, false, &f->env->out.text);
    else
        print_line(&f->p, v, true, &f->env->out.text);
    return f->err == ERR_OK;
}

static enum err find(struct finding *f)
{
    struct book *b = &f->env->book;
    enum err e = print_init(&f->p, b);
    for (size_t i = 0; e == ERR_OK && i < schema_kind_count; i++) {
        e = replica_each(book_txn(b), &b->replica, schema_kinds[i].number, visit, f);
        if (e == ERR_OK)
            e = f->err;
    }
    print_deinit(&f->p);
    buf_wipe_deinit(&f->text);
    if (e == ERR_OK && !f->env->out.json)
        buf_printf(&f->env->out.text, _("%zu records\n"), f->shown);
    return e;
}

static enum err run(struct cmd_env *env, const struct opt_parsed *args)
{
    struct finding f = {.env = env, .all = opt_given(args, "tat-ca")};
    struct buf key = {0};
    enum err e = text_key(bytes_of_str(opt_arg(args, 0)), &key);

    f.key = buf_cstr(&key);
    if (e == ERR_OK && key.n == 0)
        e = cmd_explain(env, ERR_USAGE, "", _("Type what to look for."));
    if (e == ERR_OK)
        e = book_begin(&env->book, false);
    if (e == ERR_OK)
        e = find(&f);
    book_abort(&env->book);
    buf_wipe_deinit(&key);
    return e;
}

const struct cmd cmd_find = {"tim", "find", N_("Finds records by a piece of text, with or without marks."), NEED_STORE,
                             {rows, ARRAY_LEN(rows), N_("TEXT"), 1, 1}, run};
