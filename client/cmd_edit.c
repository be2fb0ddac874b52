/* cmd_edit.c - `chibo sua ID --muc FIELD=VALUE…`: other values for fields of a record; an empty one clears.
 * `chibo dinh-chinh ID --muc …`: the same of one that is signed, as an amendment. */
#include "../common/language.h"
#include "../proto/freeze.h"
#include "../proto/life.h"
#include "assign.h"
#include "cmd.h"
#include "edit_ask.h"
#include "refs.h"
#include "say.h"
#include "whom.h"

static const struct opt_row rows[] = {
    CMD_OPTIONS,
    {.name = "muc", .alias = "set", .kind = OPT_TEXT, .value = N_("FIELD=VALUE"), .repeated = true,
     .help = N_("the new value; nothing after = clears the field; of a list it adds one element; without: asked for")},
};

static void explain(struct cmd_env *env, enum err e, const struct kind_info *k, const struct record_written *w)
{
    if (env->why.n > 0)
        return;
    if (e == ERR_FROZEN && life_is(k, LIFE_FILE))
        (void)cmd_explain(env, e, "", _("It was handed in: let it be sent back, or write the next version"));
    else if (e == ERR_FROZEN && !freeze_is_signable(k))
        (void)cmd_explain(env, e, "", _("what is on paper stays as it is"));
    else if (e == ERR_FROZEN)
        (void)cmd_explain(env, e, "", _("It is signed. To amend it: chibo dinh-chinh ID --muc FIELD=VALUE"));
    else if (e == ERR_NOT_SIGNED)
        (void)cmd_explain(env, e, "", _("To change it: chibo sua ID --muc FIELD=VALUE"));
    else if (e == ERR_VOIDED)
        (void)cmd_explain(env, e, "", _("To let it stand: chibo khoi-phuc ID"));
    else if (e != ERR_OK && w->field != NULL)
        (void)cmd_explain(env, e, _(w->field->label), "");
}

/* asked: what was answered at the terminal; NULL: the new values stand in the arguments. */
static enum err edit(struct cmd_env *env, const struct opt_parsed *args, bool amend, const struct kind_info **k,
                     struct record_written *w, struct edit_ask *asked)
{
    struct refs refs;
    struct fields f;
    struct id id;
    uint32_t kind = 0;
    enum err e;

    refs_init(&refs, &env->book);
    e = refs_find(&refs, 0, opt_arg(args, 0), &kind, &id);
    if (e != ERR_OK)
        (void)cmd_explain(env, e, opt_arg(args, 0),
                          e == ERR_BAD_VALUE ? _("at least 6 characters of the record's number") : "");
    *k = schema_kind(kind);
    if (e == ERR_OK && *k == NULL)
        e = ERR_TOO_NEW;
    if (e == ERR_OK) {
        fields_init(&f, *k);
        e = asked != NULL ? edit_ask_fields(asked, &f) : assign_all(env, args, &refs.entry, &f);
        if (e == ERR_OK && strcmp((*k)->name, "residence_comment") == 0)
            e = whom_say(env, &id);
        if (e == ERR_OK)
            e = (amend ? record_amend : record_edit)(&env->book, &id, &f, w);
        explain(env, e, *k, w);
        fields_deinit(&f);
    }
    if (e == ERR_OK && refs.unseen)
        out_note(_("Note: this book does not hold the record referred to; the number is kept as it is."));
    refs_deinit(&refs);
    return e;
}

static enum err run(struct cmd_env *env, const struct opt_parsed *args, bool amend)
{
    struct record_written w = {0};
    const struct kind_info *k = NULL;
    struct edit_ask asked = {0};
    const bool asks = !opt_given(args, "muc");
    enum err e = ERR_OK;

    if (asks && (env->out.json || !ask_is_possible()))
        return cmd_explain(env, ERR_USAGE, "--muc", _("FIELD=VALUE"));
    if (asks)
        e = edit_ask(&asked, env, opt_arg(args, 0));
    if (e == ERR_OK && !asked.left)
        e = book_begin(&env->book, true);
    if (e == ERR_OK && !asked.left)
        e = edit(env, args, amend, &k, &w, asks ? &asked : NULL);
    if (e == ERR_OK && !asked.left)
        e = book_commit(&env->book);
    book_abort(&env->book);
    edit_ask_deinit(&asked);
    return e == ERR_OK && !asked.left ? say_record(env, k, &w) : e;
}

static enum err run_edit(struct cmd_env *env, const struct opt_parsed *args)
{
    return run(env, args, false);
}

static enum err run_amend(struct cmd_env *env, const struct opt_parsed *args)
{
    return run(env, args, true);
}

const struct cmd cmd_edit = {"sua", "edit", N_("Changes fields of a record."), NEED_STORE | NEED_WRITE,
                             {rows, ARRAY_LEN(rows), N_("ID"), 1, 1}, run_edit};
const struct cmd cmd_amend = {"dinh-chinh", "amend", N_("Amends what is signed; the signed text stays readable."),
                              NEED_STORE | NEED_WRITE, {rows, ARRAY_LEN(rows), N_("ID"), 1, 1}, run_amend};
