/* cmd_refused.c - `chibo khong-nhan`: what the ward refused, why and by whom; `chibo gui-lai N`: one of them corrected
 * and sent again, as a new change over what is there now. */
#include <stdlib.h>

#include "../common/language.h"
#include "../proto/freeze.h"
#include "../proto/replica_again.h"
#include "../proto/verdict.h"
#include "assign.h"
#include "cmd.h"
#include "print.h"
#include "told.h"

static const struct opt_row list_rows[] = {CMD_OPTIONS};
static const struct opt_row resend_rows[] = {
    CMD_OPTIONS,
    {.name = "muc", .alias = "set", .kind = OPT_TEXT, .value = N_("FIELD=VALUE"), .repeated = true,
     .help = N_("what is to be corrected; the rest goes as it was")},
};

/* --- the list --- */

struct listing {
    struct cmd_env *env;
    struct print p;
    size_t shown;
};

static bool list_visit(void *arg, const struct replica_verdict *v)
{
    struct listing *l = arg;
    struct buf *out = &l->env->out.text;
    struct json j;
    bool waits = verdict_kind(v->verdict) == VERDICT_HELD && replica_verdict_left(book_txn(&l->env->book), v);
    if (!waits && (verdict_kind(v->verdict) != VERDICT_REFUSED || v->answered))
        return true;
    l->shown++;
    if (!l->env->out.json) {
        told_refused_text(&l->p, v, out);
        return true;
    }
    json_init(&j, out);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    told_refused_json(&l->p, v, &j);
    json_object_end(&j);
    json_line(&j);
    return true;
}

static enum err run_list(struct cmd_env *env, const struct opt_parsed *args)
{
    struct listing l = {.env = env};
    enum err e = book_begin(&env->book, false);
    (void)args;
    if (e == ERR_OK)
        e = print_init(&l.p, &env->book);
    if (e == ERR_OK)
        e = replica_verdict_each(book_txn(&env->book), list_visit, &l);
    if (e == ERR_OK && !env->out.json && l.shown == 0)
        buf_printf(&env->out.text, "%s\n", _("The ward refused nothing."));
    else if (e == ERR_OK && !env->out.json)
        buf_printf(&env->out.text, "%s\n",
                   _("To correct one and send it again: chibo gui-lai NUMBER --muc FIELD=VALUE"));
    print_deinit(&l.p);
    book_abort(&env->book);
    return e;
}

const struct cmd cmd_refused = {"khong-nhan", "refused", N_("What the ward refused, and why."), NEED_STORE,
                                {list_rows, ARRAY_LEN(list_rows), NULL, 0, 0}, run_list};

/* --- again --- */

struct again {
    struct cmd_env *env;
    struct scope scope;
    struct change change;
    struct fields fields;
    struct buf value[CHANGE_TRIPLES_MAX]; /* of what was corrected */
    size_t values;
};

/* The field's value takes the place of the old one, or its place by tag. */
static enum err correct(struct again *a, const struct field_info *f, const struct fields_value *v)
{
    struct change *c = &a->change;
    uint32_t tag = schema_tag(f);
    size_t at = 0;
    if (f->access != a->scope.access)
        return cmd_explain(a->env, ERR_UNKNOWN_FIELD, _(f->label), _("it is not in the part that was refused"));
    while (at < c->count && c->triple[at].tag < tag)
        at++;
    if (at == c->count || c->triple[at].tag != tag) {
        if (c->count == CHANGE_TRIPLES_MAX)
            return ERR_TOO_LONG;
        memmove(&c->triple[at + 1], &c->triple[at], (c->count - at) * sizeof(c->triple[0]));
        c->count++;
        c->triple[at] = (struct triple){.tag = tag};
    }
    fields_encode(f, v, &a->value[a->values]);
    c->triple[at].value = buf_bytes(&a->value[a->values++]);
    return ERR_OK;
}

static enum err take(struct again *a, const struct opt_parsed *args)
{
    const struct kind_info *k = schema_kind(a->change.kind);
    struct refs refs;
    enum err e;
    if (k == NULL)
        return ERR_TOO_NEW;
    refs_init(&refs, &a->env->book);
    fields_init(&a->fields, k);
    e = assign_all(a->env, args, &refs.entry, &a->fields);
    for (size_t i = 0; e == ERR_OK && i < k->fields; i++)
        if (fields_value(&a->fields, &k->field[i])->given)
            e = correct(a, &k->field[i], fields_value(&a->fields, &k->field[i]));
    refs_deinit(&refs);
    return e;
}

/* Its bases are those of what is on the screen now. */
static enum err write_again(struct again *a, const struct replica_verdict *v)
{
    struct book *b = &a->env->book;
    enum err e = replica_again(book_txn(b), &b->replica, &a->scope, &a->change, v, &b->moment);
    return e == ERR_OK ? book_commit(b) : e;
}

static enum err number_of(struct cmd_env *env, const char *text, uint32_t *number)
{
    size_t n = strlen(text);
    *number = 0;
    if (n == 0 || n > 9 || strspn(text, "0123456789") != n)
        return cmd_explain(env, ERR_BAD_VALUE, text, _("the number that chibo khong-nhan shows"));
    for (size_t i = 0; i < n; i++)
        *number = *number * 10 + (uint32_t)(text[i] - '0');
    return ERR_OK;
}

static enum err again(struct again *a, const struct opt_parsed *args)
{
    struct book *b = &a->env->book;
    struct replica_verdict v;
    struct buf row = {0};
    uint32_t number;
    enum err e = number_of(a->env, opt_arg(args, 0), &number);
    if (e == ERR_OK)
        e = replica_verdict_get(book_txn(b), number, &row, &v);
    if (e == ERR_OK && v.answered)
        e = ERR_DECIDED;
    else if (e == ERR_OK && verdict_kind(v.verdict) != VERDICT_REFUSED)
        e = ERR_NO_SUCH_CHANGE;
    if ((e == ERR_NO_SUCH_CHANGE || e == ERR_DECIDED) && a->env->why.n == 0)
        (void)cmd_explain(a->env, e, opt_arg(args, 0),
                          e == ERR_DECIDED ? _("it was sent again") : _("Their numbers: chibo khong-nhan"));
    if (e == ERR_OK)
        e = scope_load(book_txn(b), &v.scope, &a->scope);
    if (e == ERR_NOT_FOUND)
        e = ERR_NOT_READABLE; /* the ward has taken this scope from us since */
    if (e == ERR_OK)
        e = change_decode(&a->change, v.body);
    /* What came after the signature goes as an amendment. */
    if (e == ERR_OK && verdict_reason(v.verdict) == ERR_FROZEN && a->change.op == OP_SET &&
        schema_kind(a->change.kind) != NULL && freeze_is_signable(schema_kind(a->change.kind)))
        a->change.op = OP_AMEND;
    if (e == ERR_OK)
        e = take(a, args);
    if (e == ERR_OK)
        e = write_again(a, &v);
    buf_wipe_deinit(&row);
    return e;
}

static enum err say(struct again *a)
{
    struct cmd_env *env = a->env;
    struct print p;
    struct view v;
    enum err e = book_begin(&env->book, false);
    if (e != ERR_OK)
        return e;
    e = print_init(&p, &env->book);
    if (e == ERR_OK)
        e = replica_view(book_txn(&env->book), &env->book.replica, a->change.kind, &a->change.record, &v);
    if (e == ERR_OK && env->out.json)
        e = print_json(&p, &v, false, &env->out.text);
    else if (e == ERR_OK)
        print_line(&p, &v, true, &env->out.text);
    if (e == ERR_OK)
        replica_view_deinit(&v);
    print_deinit(&p);
    book_abort(&env->book);
    return e;
}

static enum err run_resend(struct cmd_env *env, const struct opt_parsed *args)
{
    struct again *a = mem_alloc(sizeof(*a));
    enum err e = book_begin(&env->book, true);
    a->env = env;
    if (e == ERR_OK)
        e = again(a, args);
    book_abort(&env->book);
    if (e == ERR_OK)
        e = say(a);
    if (a->fields.kind != NULL)
        fields_deinit(&a->fields);
    for (size_t i = 0; i < CHANGE_TRIPLES_MAX; i++)
        buf_wipe_deinit(&a->value[i]);
    free(a);
    return e;
}

const struct cmd cmd_resend = {"gui-lai", "resend", N_("Corrects what was refused and sends it again."),
                               NEED_STORE | NEED_WRITE, {resend_rows, ARRAY_LEN(resend_rows), N_("NUMBER"), 1, 1},
                               run_resend};
