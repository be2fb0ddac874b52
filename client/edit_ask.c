/* edit_ask.c - see edit_ask.h. */
#include "edit_ask.h"

#include "../common/language.h"
#include "refs.h"

static enum err load(struct edit_ask *a, const char *typed)
{
    struct book *b = &a->env->book;
    const struct kind_info *k = NULL;
    struct id id;
    struct view v;
    enum err e = refs_find_known(b, typed, &k, &id);

    if (e != ERR_OK)
        return cmd_explain(a->env, e, typed,
                           e == ERR_BAD_VALUE ? _("at least 6 characters of the record's number") : "");
    form_init(&a->form, k);
    a->form.record = id;
    e = replica_view(book_txn(b), &b->replica, k->number, &id, &v);
    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_NO_SUCH_RECORD : e;
    for (size_t i = 0; i < k->fields; i++) {
        form_typed(&v, &k->field[i], &a->form.answer[i]);
        buf_put_bytes(&a->before[i], buf_bytes(&a->form.answer[i]));
        if (k->field[i].merge == MERGE_IMMUTABLE)
            a->form.how[i] = FORM_KNOWN;
    }
    replica_view_deinit(&v);
    return ERR_OK;
}

enum err edit_ask(struct edit_ask *a, struct cmd_env *env, const char *typed)
{
    enum form_end end = FORM_DONE;
    enum err e = book_begin(&env->book, false);

    *a = (struct edit_ask){.env = env};
    if (e == ERR_OK)
        e = load(a, typed);
    book_abort(&env->book);
    if (e == ERR_OK)
        e = form_recall(&a->form, env);
    if (e == ERR_OK)
        e = form_ask(&a->form, env, &end);
    a->left = end == FORM_BACK || end == FORM_LEFT;
    return e;
}

void edit_ask_deinit(struct edit_ask *a)
{
    form_deinit(&a->form);
    for (size_t i = 0; i < CHANGE_TRIPLES_MAX; i++)
        buf_wipe_deinit(&a->before[i]);
}

enum err edit_ask_fields(struct edit_ask *a, struct fields *out)
{
    for (size_t i = 0; i < a->form.kind->fields; i++) {
        if (bytes_equal(buf_bytes(&a->form.answer[i]), buf_bytes(&a->before[i])))
            buf_clear(&a->form.answer[i]);
    }
    fields_deinit(out);
    enum err e = form_fields(&a->form, a->env, out);
    for (size_t i = 0; i < a->form.kind->fields; i++)
        out->value[i].clear |= a->form.kind->field[i].list && out->value[i].given; /* the list is that one, not more */
    return e == ERR_OK ? form_drop(&a->form, a->env) : e;
}
