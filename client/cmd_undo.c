/* cmd_undo.c - `chibo hoan-tac`: the last thing that was written here is taken back, and it says exactly what. At a
 * terminal it shows that first and asks. */
#include "cmd_undo.h"

#include "../common/language.h"
#include "undo.h"

static const struct opt_row rows[] = {
    CMD_OPTIONS,
    {.name = "thu", .alias = "dry-run", .kind = OPT_FLAG, .help = N_("only shows what it would take back")},
};

static enum err take_back(struct cmd_env *env, bool trial, struct buf *told)
{
    enum err e = book_begin(&env->book, true);

    buf_clear(told);
    if (e == ERR_OK)
        e = undo_newest(env, trial, told);
    if (e == ERR_OK && !trial)
        e = book_commit(&env->book);
    book_abort(&env->book);
    return e;
}

enum err cmd_undo_ask(struct cmd_env *env)
{
    struct buf told = {0};
    enum err e = take_back(env, true, &told);
    const int fd = env->ask.fd == 0 ? 2 : env->ask.fd;

    out_write(fd, buf_bytes(&told));
    if (e == ERR_OK && ask_yes(&env->ask, _("Take this back? (y/n)"), true) != ASK_YES)
        ask_say(&env->ask, _("Nothing was taken back."));
    else if (e == ERR_OK && (e = take_back(env, false, &told)) == ERR_OK)
        ask_say(&env->ask, _("Taken back."));
    buf_wipe_deinit(&told);
    return e;
}

static enum err run(struct cmd_env *env, const struct opt_parsed *args)
{
    const bool trial = opt_given(args, "thu");
    struct buf told = {0};

    if (!trial && !env->out.json && ask_is_possible())
        return cmd_undo_ask(env);
    enum err e = take_back(env, trial, &told);
    if (e == ERR_OK)
        buf_put_bytes(&env->out.text, buf_bytes(&told));
    buf_wipe_deinit(&told);
    return e;
}

const struct cmd cmd_undo = {"hoan-tac", "undo",
                             N_("Takes back what was written last here: unsent it goes, sent it is put right."),
                             NEED_STORE | NEED_WRITE, {rows, ARRAY_LEN(rows), NULL, 0, 0}, run};
