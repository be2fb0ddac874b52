/* cmd_move.c - what goes up and comes back: `chibo trinh ID` hands it in, `tra-lai` sends it back with a reason,
 * `duyet` approves, `chot` locks, `luu-tru` puts it away. Who may, and from where, is a table (life.def). */
#include "../common/language.h"
#include "../proto/life.h"
#include "cmd.h"
#include "print.h"
#include "refs.h"
#include "say.h"

static const struct opt_row rows[] = {CMD_OPTIONS};
static const struct opt_row rows_return[] = {
    CMD_OPTIONS,
    {.name = "ly-do", .alias = "why", .kind = OPT_TEXT, .value = N_("TEXT"), .required = true,
     .help = N_("why it comes back; the cell reads it")},
};

static enum err set_note(struct cmd_env *env, const struct kind_info *k, const struct id *id, const char *why)
{
    struct record_written w;
    char wrong[ENTRY_WHY_SIZE];
    struct fields f;
    enum err e;

    fields_init(&f, k);
    e = fields_set(&f, schema_field_named(k, "superior_note"), why, env->today, NULL, wrong);
    if (e == ERR_OK)
        e = record_edit(&env->book, id, &f, &w);
    else
        (void)cmd_explain(env, e, "--ly-do", wrong);
    fields_deinit(&f);
    return e;
}

static void explain(struct cmd_env *env, enum err e, const char *typed, const struct kind_info *k, const struct id *id)
{
    struct view v;

    if (env->why.n > 0)
        return;
    (void)cmd_explain(env, e, typed, "");
    if (e == ERR_BAD_VALUE)
        (void)cmd_explain(env, e, typed, k == NULL ? _("at least 6 characters of the record's number")
                                                   : _("records of this kind are not handed in"));
    else if (e == ERR_CONFLICTS)
        (void)cmd_explain(env, e, typed, _("settle them first: chibo xung-dot"));
    else if (e == ERR_VOIDED)
        (void)cmd_explain(env, e, "", _("To let it stand: chibo khoi-phuc ID"));
    else if (e == ERR_DECIDED && replica_view(book_txn(&env->book), &env->book.replica, k->number, id, &v) == ERR_OK) {
        buf_printf(&env->why, ": %s", _(print_state_label(&v)));
        replica_view_deinit(&v);
    }
}

static enum err go(struct cmd_env *env, const struct opt_parsed *args, const char *const *names, const char *why)
{
    struct record_written w = {0};
    const struct kind_info *k = NULL;
    struct id id = {{0}};
    enum err e = book_begin(&env->book, true);

    if (e == ERR_OK)
        e = refs_find_known(&env->book, opt_arg(args, 0), &k, &id);
    if (e == ERR_OK && why != NULL && life_is(k, LIFE_FILE))
        e = set_note(env, k, &id, why);
    if (e == ERR_OK || (e == ERR_FROZEN && why != NULL)) /* where it is now it takes no word: nor does it come back */
        e = record_move(&env->book, k, &id, names, &w);
    explain(env, e, opt_arg(args, 0), k, &id);
    if (e == ERR_OK)
        e = book_commit(&env->book);
    book_abort(&env->book);
    return e == ERR_OK ? say_record(env, k, &w) : e;
}

#define MOVING(command)                                                               \
    static enum err run_##command(struct cmd_env *env, const struct opt_parsed *args) \
    {                                                                                 \
        static const char *const names[] = {#command, NULL};                          \
        return go(env, args, names, NULL);                                            \
    }
MOVING(submit)
MOVING(approve)
MOVING(lock)
MOVING(archive)

static enum err run_return(struct cmd_env *env, const struct opt_parsed *args)
{
    static const char *const names[] = {"return", "reopen", NULL};

    return go(env, args, names, opt_text(args, "ly-do", NULL));
}

#define NEEDS (NEED_STORE | NEED_WRITE)
const struct cmd cmd_submit = {"trinh", "submit", N_("Hands a report, an appraisal, a comment or a file in."), NEEDS,
                               {rows, ARRAY_LEN(rows), N_("ID"), 1, 1}, run_submit};
const struct cmd cmd_return = {"tra-lai", "return", N_("Sends back what was handed in, with the reason."), NEEDS,
                               {rows_return, ARRAY_LEN(rows_return), N_("ID"), 1, 1}, run_return};
const struct cmd cmd_approve = {"duyet", "approve", N_("Approves what was handed in."), NEEDS,
                                {rows, ARRAY_LEN(rows), N_("ID"), 1, 1}, run_approve};
const struct cmd cmd_lock = {"chot", "lock", N_("Locks what was approved: nobody writes to it any more."), NEEDS,
                             {rows, ARRAY_LEN(rows), N_("ID"), 1, 1}, run_lock};
const struct cmd cmd_archive = {"luu-tru", "archive", N_("Puts away what was locked."), NEEDS,
                                {rows, ARRAY_LEN(rows), N_("ID"), 1, 1}, run_archive};
