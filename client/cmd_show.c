/* cmd_show.c - `chibo xem ID`: one record whole, with the other values where people wrote it differently. */
#include "../common/language.h"
#include "../proto/replica_verdict.h"
#include "../proto/verdict.h"
#include "cmd.h"
#include "due.h"
#include "print.h"
#include "supplement.h"

static const struct opt_row rows[] = {
    CMD_OPTIONS,
    {.name = "lich-su", .alias = "history", .kind = OPT_FLAG, .help = N_("every change, by whom and when")},
};

struct looking {
    const char *typed;
    bool found;
};

static bool look_visit(void *arg, const struct replica_verdict *v)
{
    struct looking *l = arg;
    struct id record;
    uint32_t kind;

    change_subject(v->body, &kind, &record);
    l->found = verdict_kind(v->verdict) == VERDICT_REFUSED && id_has_prefix(&record, l->typed);
    return !l->found;
}

/* Of a record that the ward did not take nothing is left to show but why. */
static void explain(struct cmd_env *env, enum err e, const char *typed)
{
    struct looking l = {.typed = typed};

    if (e == ERR_BAD_VALUE)
        (void)cmd_explain(env, e, typed, _("at least 6 characters of the record's number"));
    else if (e == ERR_NO_SUCH_RECORD && replica_verdict_each(book_txn(&env->book), look_visit, &l) == ERR_OK && l.found)
        (void)cmd_explain(env, e, typed, _("the ward did not accept it; why: chibo khong-nhan"));
    else
        (void)cmd_explain(env, e, typed, "");
}

static enum err show(struct cmd_env *env, const struct opt_parsed *args)
{
    bool history = opt_given(args, "lich-su");
    struct print p;
    struct view v;
    struct id id;
    uint32_t kind = 0;
    enum err e = print_init(&p, &env->book);

    if (e == ERR_OK) {
        e = refs_find(&p.refs, 0, opt_arg(args, 0), &kind, &id);
        if (e != ERR_OK)
            explain(env, e, opt_arg(args, 0));
    }
    if (e == ERR_OK)
        e = replica_view(book_txn(&env->book), &env->book.replica, kind, &id, &v);
    if (e == ERR_OK) {
        e = (env->out.json ? print_json : print_record)(&p, &v, history, &env->out.text);
        if (e == ERR_OK && !env->out.json)
            e = supplement_note(&p, &v, &env->out.text);
        replica_view_deinit(&v);
    }
    if (e == ERR_OK && !env->out.json)
        e = due_note_of(&env->book, kind, &id, &env->out.text);
    print_deinit(&p);
    return e;
}

static enum err run(struct cmd_env *env, const struct opt_parsed *args)
{
    enum err e = book_begin(&env->book, false);
    if (e == ERR_OK)
        e = show(env, args);
    book_abort(&env->book);
    return e;
}

const struct cmd cmd_show = {"xem", "show", N_("Shows one record."), NEED_STORE,
                             {rows, ARRAY_LEN(rows), N_("ID"), 1, 1}, run};
