/* cmd_mend.c - `chibo doi-khop` without a quarter: this book and the ward's logs, compared and put right. */
#include "cmd_mend.h"

#include "../common/json.h"
#include "../common/language.h"
#include "cmd_sync.h"
#include "reconcile.h"

static uint64_t differing(const struct reconcile_report *r)
{
    uint64_t leaves = r->leaves_bad > r->link.repaired ? r->leaves_bad : r->link.repaired + r->left;

    return r->rows > leaves ? r->rows + r->aside : leaves + r->aside;
}

static void put_json(struct reconcile_report *r, struct buf *out)
{
    const uint64_t wrong = differing(r), left = r->left + r->aside;
    struct json j;

    json_init(&j, out);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    json_put_uint(&j, "scopes", r->scopes);
    json_put_uint(&j, "leaves", r->leaves);
    (json_key(&j, "compared"), json_bool(&j, r->compared));
    json_put_uint(&j, "differing", wrong);
    json_put_uint(&j, "repaired", wrong > left ? wrong - left : 0);
    json_put_uint(&j, "unrepaired", left);
    json_put_uint(&j, "leaves_repaired", r->link.repaired);
    json_put_uint(&j, "folded", r->folded);
    (json_key(&j, "states_differ"), json_bool(&j, r->states_differ));
    json_put_string(&j, "aside", buf_cstr(&r->names));
    json_put_uint(&j, "round_trips", r->link.round_trips);
    json_put_uint(&j, "bytes", r->link.app_out + r->link.app_in);
    json_object_end(&j);
    json_line(&j);
}

static void put_text(const struct cmd_env *env, struct reconcile_report *r, struct buf *out)
{
    const unsigned long long scopes = (unsigned long long)r->scopes, leaves = (unsigned long long)r->leaves;

    if (r->compared && !r->states_differ)
        buf_printf(out, _("Compared with the ward: %llu scopes, %llu leaves. Roots and digests are the same.\n"),
                   scopes, leaves);
    else if (!env->book.replica.enrolled)
        buf_printf(out, _("A book of its own: %llu scopes, %llu leaves; there is no ward to compare with.\n"), scopes,
                   leaves);
    if (differing(r) > r->left + r->aside)
        buf_printf(out, _("Put right: %llu damaged entries (%llu leaves came from the ward).\n"),
                   (unsigned long long)(differing(r) - r->left - r->aside), (unsigned long long)r->link.repaired);
    else if (r->folded > 0)
        buf_printf(out, _("Put right: what follows from the log was made anew in %llu scopes.\n"),
                   (unsigned long long)r->folded);
}

/* What remains is told as an error: a timer's log must show it. */
static enum err verdict(struct cmd_env *env, struct reconcile_report *r)
{
    struct buf why = {0};
    enum err e = ERR_OK;

    if (r->left > 0) {
        e = ERR_DAMAGED;
        buf_printf(&why, _("%llu leaves are damaged, and the ward could not give them. Please call the ward."),
                   (unsigned long long)r->left);
    } else if (r->aside > 0) {
        e = ERR_DAMAGED;
        buf_printf(&why, _("%llu entries that nobody else has could not be read and were put aside (%s). Look whether "
                           "what you wrote last is there."),
                   (unsigned long long)r->aside, buf_cstr(&r->names));
    } else if (r->states_differ) {
        e = ERR_BAD_PROOF;
        buf_put_str(&why, _("The log is the same, but the ward reads another state out of it. Please call the ward: "
                            "chibod doi-khop."));
    }
    if (e != ERR_OK)
        (void)cmd_explain(env, e, "", buf_cstr(&why));
    buf_deinit(&why);
    return e;
}

static enum err mend_book(struct cmd_env *env)
{
    struct reconcile_report r = {0};
    enum err e = ERR_OK;

    if (env->book.replica.enrolled)
        e = cmd_network(env);
    if (e == ERR_OK)
        e = reconcile_run(&env->book, env->tls, &r);
    if (e == ERR_DAMAGED && env->why.n == 0)
        (void)cmd_explain(env, e, env->book.dir, "");
    else if (e != ERR_OK)
        e = cmd_sync_explain(env, e, &r.link);
    if (e == ERR_OK && env->out.json)
        put_json(&r, &env->out.text);
    else if (e == ERR_OK)
        put_text(env, &r, &env->out.text);
    if (e == ERR_OK)
        e = verdict(env, &r);
    reconcile_report_deinit(&r);
    return e;
}

enum err cmd_mend(struct cmd_env *env)
{
    /* Whether there is a ward stands in the book. What it knows of itself nobody can give back. */
    enum err e = book_begin(&env->book, false);

    book_abort(&env->book);
    if (e == ERR_DAMAGED)
        return cmd_explain(env, e, env->book.dir,
                           _("What this book knows of itself is damaged. Ask the ward for a new invite, then: chibo "
                             "khoi-tao - --thu-muc NEW-FOLDER."));
    return e == ERR_OK ? mend_book(env) : e;
}
