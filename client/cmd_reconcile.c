/* cmd_reconcile.c - `chibo doi-khop`: with a quarter, the match of the cell's register with the ward's (match.h);
 * without one, the technical match. */
#include <stdlib.h>

#include "../common/language.h"
#include "../proto/actor.h"
#include "../proto/org_change.h"
#include "../proto/rights.h"
#include "cmd_mend.h"
#include "match.h"

static const struct opt_row rows[] = {
    CMD_OPTIONS,
    {.name = "quy", .alias = "quarter", .kind = OPT_TEXT, .value = N_("Q/YEAR"),
     .help = N_("match the register of members with the ward's, as of this quarter's end")},
    {.name = "giai-trinh", .alias = "explain", .kind = OPT_TEXT, .value = N_("LINE=TEXT"), .repeated = true,
     .help = N_("why this line differs")},
    {.name = "ky", .alias = "sign", .kind = OPT_FLAG, .help = N_("sign it, when every line is explained")},
    {.name = "don-vi", .alias = "org", .kind = OPT_TEXT, .value = N_("CODE"),
     .help = N_("which cell, for those who keep several")},
};

/* ---- one cell ---- */

static enum err write_all(struct match *m, const struct opt_parsed *args)
{
    enum err e = ERR_OK;
    const char *word;
    size_t at = 0;

    while (e == ERR_OK && (word = opt_next(args, "giai-trinh", &at)) != NULL) {
        struct id org = m->org.id;

        e = match_explain(m, word);
        if (e != ERR_OK)
            return e;
        match_deinit(m); /* the next one sees what this one wrote */
        e = match_load(m, m->env, &org, m->period);
    }
    return e == ERR_OK && opt_given(args, "ky") ? match_sign(m) : e;
}

static bool writes(const struct opt_parsed *args)
{
    return opt_given(args, "giai-trinh") || opt_given(args, "ky");
}

static enum err one_cell(struct cmd_env *env, const struct opt_parsed *args, const struct id *org, uint32_t period)
{
    struct match m;
    enum err e = book_begin(&env->book, true);

    if (e == ERR_OK && writes(args)) {
        e = match_load(&m, env, org, period);
        if (e == ERR_OK)
            e = write_all(&m, args);
        match_deinit(&m);
        if (e == ERR_OK)
            e = book_commit(&env->book);
    }
    book_abort(&env->book);
    return e;
}

static enum err show(struct cmd_env *env, const struct id *org, uint32_t period)
{
    struct print p;
    struct match m;
    enum err e = print_init(&p, &env->book);

    if (e == ERR_OK) {
        e = match_load(&m, env, org, period);
        if (e == ERR_OK)
            e = (env->out.json ? match_json : match_page)(&m, &p, &env->out.text);
        match_deinit(&m);
    }
    print_deinit(&p);
    return e;
}

/* ---- which cells ---- */

/* Of several: all whose register is here, one after the other; those that became part of another are in its page. */
static enum err show_all(struct cmd_env *env, uint32_t period)
{
    struct org *list = NULL;
    size_t count = 0, shown = 0;
    enum err e = org_list(book_txn(&env->book), &list, &count);

    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        struct id next[ORG_SUCCESSORS_MAX];
        size_t successors = 0;

        e = org_successors(book_txn(&env->book), &list[i].id, next, &successors);
        if (e != ERR_OK || successors > 0 || list[i].type == ORG_WARD)
            continue;
        if (!env->out.json && shown++ > 0)
            buf_put_str(&env->out.text, "\f\n"); /* each on a page of its own */
        e = show(env, &list[i].id, period);
        if (e == ERR_NOT_READABLE)
            e = ERR_OK;
    }
    free(list);
    return e;
}

/* The cell named, else the keeper's. *several: there is none for a keeper of all of the ward's. */
static enum err which(struct cmd_env *env, const struct opt_parsed *args, struct id *org, bool *several)
{
    const char *code = opt_text(args, "don-vi", NULL);
    enum role role = ROLE_NONE;
    struct scope s;
    struct org o;
    enum err e;

    *several = false;
    *org = env->book.replica.org;
    if (code != NULL) {
        e = org_by_any_code(book_txn(&env->book), code, &o);
        *org = o.id;
        return e == ERR_NOT_FOUND
                   ? cmd_explain(env, ERR_BAD_VALUE, code, _("There is no organisation with this code."))
                   : e;
    }
    e = replica_scope(book_txn(&env->book), org, ACCESS_B, &s);
    if (e == ERR_OK)
        e = actor_role(book_txn(&env->book), &s, &env->book.replica.person, &role);
    *several = e == ERR_OK && rights_ward_wide(role);
    if (*several && writes(args))
        return cmd_explain(env, ERR_MISSING_FIELD, "--don-vi", _("Which cell?"));
    return e;
}

static enum err run_quarter(struct cmd_env *env, const struct opt_parsed *args, uint32_t period)
{
    struct id org;
    bool several;
    enum err e = book_begin(&env->book, false);

    if (e == ERR_OK)
        e = which(env, args, &org, &several);
    book_abort(&env->book);
    if (e == ERR_OK && writes(args))
        e = one_cell(env, args, &org, period);
    if (e == ERR_OK)
        e = book_begin(&env->book, false);
    if (e == ERR_OK)
        e = several ? show_all(env, period) : show(env, &org, period);
    book_abort(&env->book);
    if (e == ERR_NOT_READABLE)
        e = cmd_explain(env, ERR_NOT_ALLOWED, "", _("The registers are matched by the cell's officers and the ward."));
    return e;
}

static enum err run(struct cmd_env *env, const struct opt_parsed *args)
{
    const char *quarter = opt_text(args, "quy", NULL);
    uint32_t period;

    if (quarter == NULL && writes(args))
        return cmd_explain(env, ERR_MISSING_FIELD, "--quy", "4/2026");
    if (quarter == NULL)
        return cmd_mend(env);
    if (quarter_parse(quarter, env->today, &period) != ERR_OK)
        return cmd_explain(env, ERR_BAD_VALUE, quarter, _("A quarter and its year, such as 4/2026."));
    return run_quarter(env, args, period);
}

const struct cmd cmd_reconcile = {"doi-khop", "reconcile",
                                  N_("Compares with the ward, puts damage right; with a quarter: the registers."),
                                  NEED_STORE | NEED_WRITE | NEED_CHECK, {rows, ARRAY_LEN(rows), NULL, 0, 0}, run};
