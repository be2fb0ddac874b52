/* cmd.h - a command of `chibo`: one file cmd_<english>.c that exports one const struct, and a row in cmd.c.
 *
 * To add a command: client/cmd_<english>.c with its struct, its row in cmd_table, its texts in po/vi.po, and
 * tests/cli/<english>.sh. The Vietnamese word is what people see; the English one is for scripts. Options likewise.
 *
 * A command says what it needs and finds it opened; the dispatcher closes it. It gathers data in env->out.text, and
 * when it returns an error leaves in env->why where it is and what would be right; the dispatcher says both, once. */
#ifndef CHIBO_CMD_H
#define CHIBO_CMD_H

#include "../common/opt.h"
#include "../common/tls.h"
#include "ask.h"
#include "book.h"
#include "out.h"

enum cmd_need {
    NEED_STORE = 1, /* open for reading */
    NEED_WRITE = 2, /* open for writing */
    NEED_CHECK = 4, /* every page of the store's file is checked when it is opened */
};

struct cmd_env {
    struct book book;
    struct out out;
    struct ask ask;
    const struct tls_api *tls; /* NULL until cmd_network */
    struct buf why;
    uint32_t today;
    int argc; /* the words typed after the program's name, which parsed arguments borrow from */
    char *const *argv;
};

struct cmd {
    const char *word;
    const char *name;
    const char *summary; /* msgid */
    unsigned needs;
    struct opt_table options;
    enum err (*run)(struct cmd_env *env, const struct opt_parsed *args);
};

/* The two options that every command takes; first in each table of options. */
#define CMD_OPTIONS                                                                                            \
    {.name = "thu-muc", .alias = "home", .kind = OPT_TEXT, .value = N_("DIR"), .help = N_("where the book is")}, \
    {.name = "json", .kind = OPT_FLAG, .help = N_("for scripts: one JSON line a record")},                     \
    {.name = "giup", .alias = "help", .letter = 'h', .kind = OPT_FLAG, .help = N_("this help")}

extern const struct cmd cmd_init, cmd_add, cmd_edit, cmd_show, cmd_list, cmd_find, cmd_sync,
    cmd_status, cmd_verify, cmd_sign, cmd_amend, cmd_refused, cmd_resend, cmd_conflicts,
    cmd_resolve, cmd_link, cmd_unlink, cmd_reconcile, cmd_receive, cmd_help, cmd_void, cmd_restore,
    cmd_kinds, cmd_import, cmd_export, cmd_rules;
extern const struct cmd cmd_print, cmd_web;
extern const struct cmd cmd_supplement, cmd_figures, cmd_report;
extern const struct cmd cmd_due, cmd_badges, cmd_summary, cmd_inspect;
extern const struct cmd cmd_undo, cmd_ward;
extern const struct cmd cmd_doc_book;
extern const struct cmd cmd_submit, cmd_return, cmd_approve, cmd_lock, cmd_archive;
extern const struct cmd *const cmd_table[];
extern const size_t cmd_count;

const struct cmd *cmd_named(const char *typed, const char **close); /* either word, folded; NULL: none */
/* The whole of one command: parses, opens what it needs, runs, flushes, says the error. The exit status. */
int cmd_run(const struct cmd *c, struct cmd_env *env, int argc, char *const *argv);
/* A command with words of its own, in a book that is open already; for the menu. The caller flushes and says errors. */
MUST_CHECK enum err cmd_words(struct cmd_env *env, const struct cmd *c, int argc, char *const *argv);
MUST_CHECK enum err cmd_network(struct cmd_env *env); /* ERR_NOT_FOUND and others of tls_load.h, explained */
/* Sets env->why to "label: text" or one of them; returns e. */
enum err cmd_explain(struct cmd_env *env, enum err e, const char *label, const char *text);
/* Overwrites a word of env->argv that held a secret, so that `ps` does not show it any longer. */
void cmd_wipe_arg(struct cmd_env *env, const char *arg);
const char *cmd_translate(const char *msgid);

#endif
