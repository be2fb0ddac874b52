/* cmd_sign.c - `chibo ky ID`: minutes or a resolution is signed; from then on it is only amended. */
#include "../common/language.h"
#include "cmd.h"
#include "say.h"
#include "refs.h"

static const struct opt_row rows[] = {CMD_OPTIONS};

static enum err sign(struct cmd_env *env, const char *typed, const struct kind_info **k, struct record_written *w)
{
    struct id id;
    enum err e = refs_find_known(&env->book, typed, k, &id);

    if (e == ERR_OK)
        e = record_sign(&env->book, *k, &id, w);
    if (e == ERR_BAD_VALUE)
        (void)cmd_explain(env, e, typed, *k == NULL ? _("at least 6 characters of the record's number")
                                                   : _("minutes and resolutions are signed, nothing else"));
    else if (e == ERR_DECIDED)
        (void)cmd_explain(env, e, typed, _("it is signed"));
    else if (e == ERR_CONFLICTS)
        (void)cmd_explain(env, e, typed, _("settle them first: chibo xung-dot"));
    else if (e != ERR_OK)
        (void)cmd_explain(env, e, typed, "");
    return e;
}

static enum err run(struct cmd_env *env, const struct opt_parsed *args)
{
    struct record_written w = {0};
    const struct kind_info *k = NULL;
    enum err e = book_begin(&env->book, true);

    if (e == ERR_OK)
        e = sign(env, opt_arg(args, 0), &k, &w);
    if (e == ERR_OK)
        e = book_commit(&env->book);
    book_abort(&env->book);
    return e == ERR_OK ? say_record(env, k, &w) : e;
}

const struct cmd cmd_sign = {"ky", "sign", N_("Minutes or a resolution is signed; from then on it is only amended."),
                             NEED_STORE | NEED_WRITE, {rows, ARRAY_LEN(rows), N_("ID"), 1, 1}, run};
