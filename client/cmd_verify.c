/* cmd_verify.c - `chibo kiem-chung`: is every byte what was written, and does the ward hold all of it under its
 * signature?
 *
 * First every page of the file, then every sealed value, then leaves, roots, signatures and the folded state anew. */
#include "../common/json.h"
#include "../common/language.h"
#include "cmd.h"

static const struct opt_row rows[] = {CMD_OPTIONS};

static void put_json(const struct replica_report *r, uint64_t values, struct buf *out)
{
    struct json j;
    json_init(&j, out);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    json_put_uint(&j, "values", values);
    json_put_uint(&j, "scopes", r->scopes);
    json_put_uint(&j, "leaves", r->leaves);
    json_put_uint(&j, "changesets", r->changesets);
    json_put_uint(&j, "changes", r->changes);
    json_put_uint(&j, "parts", r->parts);
    json_put_uint(&j, "snapshots", r->partial);
    json_put_uint(&j, "missing", r->missing);
    json_key(&j, "complete");
    json_bool(&j, r->complete);
    json_object_end(&j);
    json_line(&j);
}

static void put_text(const struct cmd_env *env, const struct replica_report *r, uint64_t values, struct buf *out)
{
    buf_printf(out, _("Checked: %llu values, %llu scopes, %llu leaves, %llu changes. All is sound.\n"),
               (unsigned long long)values, (unsigned long long)r->scopes, (unsigned long long)r->leaves,
               (unsigned long long)r->changes);
    if (r->partial > 0)
        buf_printf(out, _("Of %llu scopes the state up to a snapshot is here under the ward's signature, not its "
                          "history: %llu leaves come with chibo dong-bo --lich-su.\n"),
                   (unsigned long long)r->partial, (unsigned long long)r->missing);
    if (r->complete)
        buf_printf(out, "%s\n", _("Everything has been sent: the ward holds it under its signature."));
    else if (env->book.replica.enrolled)
        buf_printf(out, "%s\n", _("Not everything has been sent yet: chibo dong-bo."));
    else
        buf_printf(out, "%s\n", _("A book of its own: nothing of it is at a ward."));
}

static enum err run(struct cmd_env *env, const struct opt_parsed *args)
{
    char why[ERROR_DETAIL_MAX + 1] = "";
    struct replica_report report = {0};
    uint64_t values = 0;
    enum err e = vault_scrub(&env->book.vault, &values);

    (void)args;
    if (e == ERR_OK)
        e = book_begin(&env->book, false);
    if (e == ERR_OK) {
        e = replica_verify(book_txn(&env->book), &env->book.replica, &report, why);
        if (e != ERR_OK)
            (void)cmd_explain(env, e, env->book.dir, why);
    }
    book_abort(&env->book);
    if (e == ERR_OK && env->out.json)
        put_json(&report, values, &env->out.text);
    else if (e == ERR_OK)
        put_text(env, &report, values, &env->out.text);
    return e;
}

const struct cmd cmd_verify = {"kiem-chung", "verify",
                               N_("Proves that the book is sound, and whether all of it was sent."),
                               NEED_STORE | NEED_CHECK, {rows, ARRAY_LEN(rows), NULL, 0, 0}, run};
