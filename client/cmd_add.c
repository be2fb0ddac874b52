/* cmd_add.c - `chibo ghi KIND --muc FIELD=VALUE…`: one new record, durable when the command returns. */
#include <unistd.h>

#include "../common/language.h"
#include "alike.h"
#include "assign.h"
#include "cmd.h"
#include "due.h"
#include "form.h"
#include "print.h"
#include "whom.h"

static const struct opt_row rows[] = {
    CMD_OPTIONS,
    {.name = "muc", .alias = "set", .kind = OPT_TEXT, .value = N_("FIELD=VALUE"), .repeated = true,
     .help = N_("what is recorded; of a list one element each")},
    {.name = "chi-bo", .alias = "org", .kind = OPT_TEXT, .value = N_("CODE"),
     .help = N_("under which organisation; else your own")},
};

/* What the words of the command line say, without writing anything. */
static enum err read_words(struct cmd_env *env, const struct opt_parsed *args, struct fields *out, struct id *org,
                           bool *has_org)
{
    const char *code = opt_text(args, "chi-bo", NULL);
    struct refs refs;
    enum err e;

    refs_init(&refs, &env->book);
    e = assign_all(env, args, &refs.entry, out);
    *has_org = code != NULL;
    if (e == ERR_OK && code != NULL && refs.entry.find_org(refs.entry.arg, code, org) != ERR_OK)
        e = cmd_explain(env, ERR_BAD_VALUE, code, _("There is no organisation with this code."));
    if (e == ERR_OK && refs.unseen)
        out_note(_("Note: this book does not hold the record referred to; the number is kept as it is."));
    refs_deinit(&refs);
    return e;
}

/* Asks for what is required and was not said. */
static enum err ask_rest(struct cmd_env *env, struct fields *f)
{
    enum err e = ERR_OK;
    enum form_end end = FORM_DONE;
    const struct field_info *missing;
    struct form form;

    form_init(&form, f->kind);
    while (e == ERR_OK && end != FORM_LEFT && (missing = fields_missing(f, 0)) != NULL) {
        struct fields answers;
        e = form_ask_one(&form, env, missing, &end);
        if (e == ERR_OK && end == FORM_DONE)
            e = book_begin(&env->book, false);
        if (e != ERR_OK || end != FORM_DONE)
            continue;
        e = form_fields(&form, env, &answers);
        book_abort(&env->book);
        if (e == ERR_OK) {
            struct fields_value *v = fields_value(f, missing), *answered = fields_value(&answers, missing);
            v->given = true;
            v->count = answered->count;
            buf_clear(&v->value);
            buf_put_bytes(&v->value, buf_bytes(&answered->value));
            fields_derive(f);
        }
        fields_deinit(&answers);
    }
    form_deinit(&form);
    return e == ERR_OK && fields_missing(f, 0) != NULL ? assign_missing(env, f) : e;
}

static enum err say_json(struct print *p, const struct kind_info *k, const struct record_written *w, struct buf *out)
{
    struct view v;
    enum err e = replica_view(book_txn(p->book), &p->book->replica, k->number, &w->id, &v);

    if (e == ERR_OK) {
        e = print_json(p, &v, false, out);
        replica_view_deinit(&v);
    }
    return e;
}

/* What it looks like is told while the one who typed it is still there. */
static enum err say(struct cmd_env *env, const struct kind_info *k, const struct record_written *w)
{
    struct print p;
    struct buf alike = {0};
    char hex[ID_TEXT_SIZE];
    enum err e = book_begin(&env->book, false);

    form_say_written(env, k, w);
    if (e != ERR_OK)
        return e;
    e = print_init(&p, &env->book);
    if (e == ERR_OK && !w->existed)
        e = alike_note(&p, k->number, &w->id, &alike);
    if (e == ERR_OK)
        e = due_note_of(&env->book, k->number, &w->id, &alike);
    out_write(STDERR_FILENO, buf_bytes(&alike));
    id_print(&w->id, hex);
    if (e == ERR_OK && env->out.json)
        e = say_json(&p, k, w, &env->out.text);
    else if (e == ERR_OK)
        buf_printf(&env->out.text, "%s\n", hex);
    print_deinit(&p);
    buf_deinit(&alike);
    book_abort(&env->book);
    return e;
}

static enum err write_record(struct cmd_env *env, struct fields *f, const struct id *org, struct record_written *w)
{
    enum err e = book_begin(&env->book, true);
    if (e != ERR_OK)
        return e;
    e = record_create(&env->book, f, org, w);
    if (e == ERR_MISSING_FIELD)
        e = assign_missing(env, f);
    else if (e != ERR_OK && w->field != NULL)
        (void)cmd_explain(env, e, _(w->field->label), "");
    if (e == ERR_OK)
        e = book_commit(&env->book);
    book_abort(&env->book);
    return e;
}

static enum err run(struct cmd_env *env, const struct opt_parsed *args)
{
    const struct kind_info *k = assign_kind(env, opt_arg(args, 0));
    struct record_written w;
    struct fields f;
    struct id org;
    bool has_org;
    enum err e;

    if (k == NULL)
        return ERR_UNKNOWN_KIND;
    fields_init(&f, k);
    e = book_begin(&env->book, false);
    if (e == ERR_OK)
        e = read_words(env, args, &f, &org, &has_org);
    book_abort(&env->book);
    if (e == ERR_OK && fields_missing(&f, 0) != NULL)
        e = ask_is_possible() && !env->out.json ? ask_rest(env, &f) : assign_missing(env, &f);
    if (e == ERR_OK)
        e = whom_ask(env, &f);
    if (e == ERR_OK)
        e = write_record(env, &f, has_org ? &org : NULL, &w);
    if (e == ERR_OK)
        e = say(env, k, &w);
    fields_deinit(&f);
    return e;
}

const struct cmd cmd_add = {"ghi", "add", N_("Records something new; what is missing is asked for."),
                            NEED_STORE | NEED_WRITE, {rows, ARRAY_LEN(rows), N_("KIND"), 1, 1}, run};
