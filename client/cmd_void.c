/* cmd_void.c - `chibo xoa ID`: a draft that should not be there is made void; it keeps its number, and
 * lists leave it out.
 * `chibo khoi-phuc ID`: it stands after all. */
#include "../common/language.h"
#include "../proto/freeze.h"
#include "cmd.h"
#include "refs.h"
#include "say.h"

static const struct opt_row rows[] = {CMD_OPTIONS};

typedef enum err void_write(struct book *b, const struct kind_info *k, const struct id *id, struct record_written *w);

static void explain(struct cmd_env *env, enum err e, const char *typed, const struct kind_info *k)
{
    const char *text = "";

    if (env->why.n > 0)
        return;
    if (e == ERR_BAD_VALUE)
        text = k == NULL ? _("at least 6 characters of the record's number")
                         : _("records of this kind are not made void: correct them, or write the opposite");
    else if (e == ERR_FROZEN && freeze_is_signable(k))
        text = _("It is signed. To amend it: chibo dinh-chinh ID --muc FIELD=VALUE");
    else if (e == ERR_FROZEN)
        text = _("it is no draft any more");
    (void)cmd_explain(env, e, typed, text);
}

struct voiding {
    void_write *how;
    const struct kind_info *kind;
    struct record_written written;
};

static enum err write_one(struct cmd_env *env, const char *typed, struct voiding *v)
{
    struct id id;
    enum err e = refs_find_known(&env->book, typed, &v->kind, &id);

    if (e == ERR_OK)
        e = v->how(&env->book, v->kind, &id, &v->written);
    if (e != ERR_OK)
        explain(env, e, typed, v->kind);
    return e;
}

static enum err run(struct cmd_env *env, const struct opt_parsed *args, void_write *how)
{
    struct voiding v = {.how = how};
    enum err e = book_begin(&env->book, true);

    if (e == ERR_OK)
        e = write_one(env, opt_arg(args, 0), &v);
    if (e == ERR_OK)
        e = book_commit(&env->book);
    book_abort(&env->book);
    return e == ERR_OK ? say_record(env, v.kind, &v.written) : e;
}

static enum err run_void(struct cmd_env *env, const struct opt_parsed *args)
{
    enum err e = run(env, args, record_void);

    if (e == ERR_DECIDED)
        (void)cmd_explain(env, e, opt_arg(args, 0), _("it is void"));
    return e;
}

static enum err run_restore(struct cmd_env *env, const struct opt_parsed *args)
{
    enum err e = run(env, args, record_restore);

    if (e == ERR_DECIDED)
        (void)cmd_explain(env, e, opt_arg(args, 0), _("nobody made it void"));
    return e;
}

const struct cmd cmd_void = {"xoa", "void", N_("A draft that should not be there is made void; it can be restored."),
                             NEED_STORE | NEED_WRITE, {rows, ARRAY_LEN(rows), N_("ID"), 1, 1}, run_void};
const struct cmd cmd_restore = {"khoi-phuc", "restore", N_("A record that was made void stands after all."),
                                NEED_STORE | NEED_WRITE, {rows, ARRAY_LEN(rows), N_("ID"), 1, 1}, run_restore};
