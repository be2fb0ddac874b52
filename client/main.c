/* main.c - `chibo`: finds the command among the words, and hands the rest to it. Without a command, the menu. */
#include "../common/language.h"
#include "../common/process.h"
#include "background.h"
#include "cmd.h"
#include "menu.h"

static const struct opt_row rows[] = {CMD_OPTIONS,
                                      {.name = "version", .kind = OPT_FLAG, .help = N_("which version this is")}};

static enum err version(struct cmd_env *env, const struct opt_parsed *args)
{
    (void)args;
    buf_put_str(&env->out.text, "chibo " CHIBO_VERSION "\n");
    return ERR_OK;
}

static enum err no_command(struct cmd_env *env, const struct opt_parsed *args)
{
    return opt_given(args, "version") ? version(env, args) : menu_run(env);
}

static const struct cmd nothing = {"", "", N_("The record book of a Party cell."), 0,
                                   {rows, ARRAY_LEN(rows), NULL, 0, 0}, no_command};

/* The place of the command: the first word that is neither an option nor the value of --home. */
static int command_at(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] != '-' || argv[i][1] == 0)
            return i;
        if (strcmp(argv[i], "--home") == 0 || strcmp(argv[i], "--thu-muc") == 0)
            i++;
    }
    return 0;
}

static int unknown(struct cmd_env *env, const char *typed, const char *close)
{
    buf_put_str(&env->why, typed);
    if (close != NULL)
        buf_printf(&env->why, " (%s %s?)", _("did you mean"), close);
    buf_printf(&env->why, ". %s: chibo tro-giup", _("All commands"));
    out_error(&env->out, ERR_USAGE, buf_cstr(&env->why));
    return err_exit_status(ERR_USAGE);
}

/* The menu writes too. What met the network has just had its exchange, and none follows an exchange (least of all the
 * one in the background, which would never end), its preview, its files or its settings. */
static bool wants_exchange(const struct cmd *c, const struct cmd_env *env)
{
    return c == &nothing || ((c->needs & NEED_WRITE) != 0 && c != &cmd_sync && env->tls == NULL);
}

int main(int argc, char **argv)
{
    process_init();
    struct cmd_env env = {.today = book_today()};
    const char *close = NULL, *typed = NULL;
    const struct cmd *c = &nothing;
    int at = command_at(argc, argv), status;

    language_init(NULL);
    if (at > 0) {
        typed = argv[at];
        c = cmd_named(typed, &close);
        memmove(&argv[at], &argv[at + 1], (size_t)(argc - at) * sizeof(*argv));
        argc--;
    }
    status = c == NULL ? unknown(&env, typed, close) : cmd_run(c, &env, argc - 1, argv + 1);
    if (status == 0 && c != NULL && wants_exchange(c, &env))
        background_start(&env.book);
    book_deinit(&env.book);
    ask_deinit(&env.ask);
    out_deinit(&env.out);
    buf_wipe_deinit(&env.why);
    return status;
}
