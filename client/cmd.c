/* cmd.c - the table of commands, and what each of them is given and cleaned up after. */
#include "cmd.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "../common/language.h"
#include "../common/text.h"
#include "../common/tls_load.h"
#include "cmd_help.h"
#include "word.h"

const struct cmd *const cmd_table[] = {
    &cmd_init, &cmd_help, &cmd_kinds, &cmd_rules, &cmd_due, &cmd_badges, &cmd_summary,
    &cmd_add, &cmd_edit, &cmd_show, &cmd_list, &cmd_find, &cmd_sign, &cmd_amend, &cmd_void, &cmd_restore,
    &cmd_undo,
    &cmd_sync, &cmd_status, &cmd_verify, &cmd_reconcile, &cmd_receive, &cmd_report, &cmd_figures, &cmd_supplement,
    &cmd_conflicts, &cmd_resolve, &cmd_link, &cmd_unlink, &cmd_refused, &cmd_resend,
    &cmd_import, &cmd_export,
    &cmd_print, &cmd_doc_book, &cmd_web,
    &cmd_submit, &cmd_return, &cmd_approve, &cmd_lock, &cmd_archive,
    &cmd_ward, &cmd_inspect,
};
const size_t cmd_count = ARRAY_LEN(cmd_table);

const char *cmd_translate(const char *msgid)
{
    return msgid[0] == 0 ? "" : _(msgid);
}

const struct cmd *cmd_named(const char *typed, const char **close)
{
    struct buf key = {0};
    const struct cmd *found = NULL;
    unsigned best = UINT32_MAX;

    *close = NULL;
    if (!word_key(typed, &key))
        return NULL;
    for (size_t i = 0; i < cmd_count; i++) {
        const char *const words[] = {cmd_table[i]->word, cmd_table[i]->name};
        for (size_t w = 0; w < ARRAY_LEN(words); w++) {
            unsigned distance = opt_distance(buf_cstr(&key), words[w]);
            if (distance == 0)
                found = cmd_table[i];
            if (opt_is_close(buf_cstr(&key), words[w]) && distance < best) {
                best = distance;
                *close = cmd_table[i]->word;
            }
        }
    }
    buf_deinit(&key);
    return found;
}

enum err cmd_explain(struct cmd_env *env, enum err e, const char *label, const char *text)
{
    buf_clear(&env->why);
    buf_put_str(&env->why, label);
    if (label[0] != 0 && text[0] != 0)
        buf_put_str(&env->why, ": ");
    buf_put_str(&env->why, text);
    return e;
}

void cmd_wipe_arg(struct cmd_env *env, const char *arg)
{
    for (int i = 0; i < env->argc; i++)
        if (env->argv[i] == arg)
            crypto_wipe(env->argv[i], strlen(env->argv[i]));
}

/* --- opening --- */

static enum err explain_open(struct cmd_env *env, enum err e)
{
    if (env->why.n > 0 || e == ERR_OK)
        return e;
    if (e == ERR_LOCKED) {
        pid_t holder = env->book.open ? vault_lock_holder(&env->book.vault) : 0;
        if (holder > 0)
            buf_printf(&env->why, _("Process %d holds it."), (int)holder);
    } else if (e == ERR_NO_STORE) {
        buf_printf(&env->why, "%s. ", env->book.dir == NULL ? "HOME" : env->book.dir);
        buf_printf(&env->why, _("Make one with: %s"), "chibo khoi-tao");
    } else if (e == ERR_NOT_ALLOWED && !env->book.open && env->book.dir != NULL) {
        buf_printf(&env->why, "chmod 600 %s/khoa", env->book.dir);
    } else if (e == ERR_DAMAGED || e == ERR_TOO_NEW || e == ERR_TOO_OLD || e == ERR_NO_SPACE || e == ERR_IO ||
               e == ERR_REMOTE_DISK || e == ERR_DENIED) {
        buf_put_str(&env->why, env->book.dir == NULL ? "" : env->book.dir);
    }
    return e;
}

enum err cmd_network(struct cmd_env *env)
{
    char dir[PATH_MAX] = {0};
    if (env->tls != NULL)
        return ERR_OK;
    ssize_t n = readlink("/proc/self/exe", dir, sizeof(dir) - 1);
    char *slash = n > 0 ? strrchr(dir, '/') : NULL;
    if (slash != NULL)
        *slash = 0;
    enum err e = tls_load(dir, &env->tls);
    return e == ERR_OK ? e : cmd_explain(env, e, "chibo-tls.so", CHIBO_LIBDIR);
}

static enum err provide(struct cmd_env *env, unsigned needs)
{
    enum kv_mode mode = (needs & NEED_CHECK) != 0 ? KV_CHECK_WRITE : (needs & NEED_WRITE) != 0 ? KV_WRITE : KV_READ;
    return (needs & (NEED_STORE | NEED_WRITE | NEED_CHECK)) == 0 ? ERR_OK : book_open(&env->book, mode);
}

/* --- running --- */

static enum err usage(const struct cmd *c, struct cmd_env *env)
{
    if (c->word[0] == 0) /* of no command: all of them */
        return cmd_help.run(env, NULL);
    cmd_help_of(env, c);
    return ERR_OK;
}

static enum err run(const struct cmd *c, struct cmd_env *env, const struct opt_parsed *args)
{
    enum err e = book_init(&env->book, opt_text(args, "thu-muc", NULL));
    if (e == ERR_OK)
        e = provide(env, c->needs);
    if (e == ERR_OK)
        e = c->run(env, args);
    return explain_open(env, e);
}

/* What was typed may not be text at all, and what a peer said may try to deceive the terminal. */
static void clean_why(struct buf *why)
{
    struct buf clean = {0};
    text_show(buf_bytes(why), &clean);
    buf_clear(why);
    buf_put_bytes(why, buf_bytes(&clean));
    buf_deinit(&clean);
}

static bool has_word(int argc, char *const *argv, const char *word)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], word) == 0)
            return true;
    return false;
}

int cmd_run(const struct cmd *c, struct cmd_env *env, int argc, char *const *argv)
{
    struct opt_parsed args;
    enum err e = opt_parse(&c->options, argc, argv, &args);

    env->argc = argc;
    env->argv = argv;
    /* Whoever asks for help or for JSON gets it, whatever else is missing. */
    env->out.json = has_word(argc, argv, "--json");
    if (has_word(argc, argv, "--giup") || has_word(argc, argv, "--help") || has_word(argc, argv, "-h")) {
        e = usage(c, env);
    } else if (e == ERR_OK) {
        env->out.json = opt_given(&args, "json");
        e = run(c, env, &args);
    } else {
        opt_explain(&args, cmd_translate, &env->why);
    }
    enum err flushed = out_flush(&env->out);
    if (e == ERR_OK && flushed != ERR_OK)
        e = cmd_explain(env, flushed, "stdout", "");
    if (e != ERR_OK) {
        clean_why(&env->why);
        out_error(&env->out, e, buf_cstr(&env->why));
    }
    opt_deinit(&args);
    return err_exit_status(e);
}

enum err cmd_words(struct cmd_env *env, const struct cmd *c, int argc, char *const *argv)
{
    struct opt_parsed args;
    enum err e = opt_parse(&c->options, argc, argv, &args);

    if (e == ERR_OK)
        e = c->run(env, &args);
    else
        opt_explain(&args, cmd_translate, &env->why);
    opt_deinit(&args);
    return e;
}
