/* undo.c - see undo.h. */
#include "undo.h"

#include <stdlib.h>

#include "../common/json.h"
#include "../common/language.h"
#include "../proto/mp.h"
#include "print.h"
#include "step.h"
#include "undo_sent.h"

/* A record of the step, as it was shown before. */
struct touched {
    uint32_t kind;
    struct id record;
    bool void_before;
    struct buf title, field[CHANGE_TRIPLES_MAX]; /* printed */
};

struct undoing {
    struct cmd_env *env;
    bool trial;
    struct buf *told;
    struct print print;
    struct step step;
    bool *sent; /* by change */
    struct touched *touched;
    size_t count;
};

static enum err look(struct undoing *u, struct touched *t, bool *exists, bool *is_void, struct buf field[])
{
    struct book *b = &u->env->book;
    const struct kind_info *k = schema_kind(t->kind);
    struct view v;
    enum err e = replica_view(book_txn(b), &b->replica, t->kind, &t->record, &v);

    *exists = e == ERR_OK;
    *is_void = false;
    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    *is_void = replica_view_void(&v) == CLOSE_VOID;
    if (t->title.n == 0)
        refs_title(&u->print.refs, &v, &t->title);
    for (size_t i = 0; i < k->fields; i++) {
        const struct entry *entry = replica_view_entry(&v, &k->field[i]);
        if (entry != NULL && k->field[i].list)
            for (size_t n = 0; n < entry->count; n++) {
                buf_put_str(&field[i], n > 0 ? "; " : "");
                entry_print(&k->field[i], entry->candidate[n].value, &u->print.refs.entry, &field[i]);
            }
        else if (entry != NULL)
            entry_print(&k->field[i], entry->candidate[0].value, &u->print.refs.entry, &field[i]);
    }
    replica_view_deinit(&v);
    return ERR_OK;
}

static enum err gather(struct undoing *u)
{
    enum err e = ERR_OK;
    bool exists;

    u->sent = mem_alloc(u->step.changes + 1);
    u->touched = mem_alloc((u->step.changes + 1) * sizeof(*u->touched));
    for (size_t i = 0; e == ERR_OK && i < u->step.changes; i++) {
        const struct step_change *c = &u->step.change[i];
        struct touched *t = &u->touched[u->count];
        size_t at = 0;
        while (at < u->count && !id_equal(&u->touched[at].record, &c->record))
            at++;
        if (at < u->count)
            continue;
        if (schema_kind(c->kind) == NULL)
            return ERR_TOO_NEW;
        u->count++;
        t->kind = c->kind;
        t->record = c->record;
        e = look(u, t, &exists, &t->void_before, t->field);
    }
    return e;
}

/* --- what was not sent --- */

static bool number_visit(void *arg, struct bytes key, struct bytes value)
{
    (void)value;
    buf_put_u32(arg, load_u32(key.p + 2));
    return true;
}

static bool is_unsent(const struct buf *numbers, uint32_t number)
{
    for (size_t i = 0; i < numbers->n; i += 4)
        if (load_u32(numbers->p + i) == number)
            return true;
    return false;
}

/* Drafts lie over each other, so they go newest first; what was written since (all of it in later steps) is gone. */
static enum err remove_unsent(struct undoing *u)
{
    struct book *b = &u->env->book;
    struct buf numbers = {0};
    uint32_t kind;
    struct id record;
    enum err e = store_scan(book_txn(b), TABLE_pending, bytes_of(NULL, 0), number_visit, &numbers);

    for (size_t i = 0; e == ERR_OK && i < u->step.changes; i++)
        u->sent[i] = !is_unsent(&numbers, u->step.change[i].number);
    for (uint32_t n = u->step.count; e == ERR_OK && n-- > 0;) {
        if (is_unsent(&numbers, u->step.number + n))
            e = replica_undo(book_txn(b), &b->replica, &kind, &record);
        else if (u->step.changes == 0)
            e = cmd_explain(u->env, ERR_STALE_BASE, "",
                            _("It was sent already, and it is too much to be put right at once."));
    }
    buf_deinit(&numbers);
    return e;
}

/* --- what was sent --- */

static enum err put_right(struct undoing *u, const struct touched *t, bool *reversed)
{
    struct step_change *all = mem_alloc((u->step.changes + 1) * sizeof(*all));
    struct step of = {.change = all, .value = u->step.value};
    enum err e = ERR_OK;

    for (size_t i = 0; i < u->step.changes; i++)
        if (u->sent[i] && id_equal(&u->step.change[i].record, &t->record))
            all[of.changes++] = u->step.change[i];
    if (of.changes > 0)
        e = undo_sent(u->env, &of, reversed);
    free(all);
    return e;
}

/* --- telling --- */

static void put_field(struct buf *out, const struct field_info *f, struct buf *before, struct buf *after)
{
    buf_printf(out, "    %s: ", _(f->label));
    buf_put_bytes(out, before->n > 0 ? buf_bytes(before) : bytes_of_str("–"));
    buf_put_str(out, " → ");
    buf_put_bytes(out, after->n > 0 ? buf_bytes(after) : bytes_of_str("–"));
    buf_put_str(out, "\n");
}

static const struct {
    const char *name, *label;
} became[] = {{"removed", N_("Removed, it was not sent yet")}, {"voided", N_("Made void")},
              {"reversed", N_("Cancelled by its opposite")}, {"restored", N_("Stands again")},
              {"earlier", N_("As it was before")}};
enum became { REMOVED, BECAME_VOID, REVERSED, STANDS, EARLIER };

static void tell_json(struct undoing *u, const struct touched *t, enum became how)
{
    char hex[ID_TEXT_SIZE];
    struct json j;

    id_print(&t->record, hex);
    json_init(&j, u->told);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    json_put_string(&j, "kind", schema_kind(t->kind)->name);
    json_put_string(&j, "id", hex);
    json_put_string(&j, "undone", became[how].name);
    json_key(&j, "dry_run");
    json_bool(&j, u->trial);
    json_object_end(&j);
    json_line(&j);
}

static enum err tell(struct undoing *u, struct touched *t, bool reversed)
{
    const struct kind_info *k = schema_kind(t->kind);
    struct buf after[CHANGE_TRIPLES_MAX] = {{0}};
    bool exists, is_void;
    enum err e = look(u, t, &exists, &is_void, after);
    enum became how = reversed ? REVERSED : !exists ? REMOVED : is_void && !t->void_before ? BECAME_VOID
                      : t->void_before && !is_void ? STANDS : EARLIER;

    if (e == ERR_OK && u->env->out.json) {
        tell_json(u, t, how);
    } else if (e == ERR_OK) {
        buf_printf(u->told, "  %s: %s · ", _(became[how].label), _(k->label));
        buf_put_bytes(u->told, buf_bytes(&t->title));
        buf_put_str(u->told, "\n");
        for (size_t i = 0; how == EARLIER && i < k->fields; i++)
            if (!bytes_equal(buf_bytes(&t->field[i]), buf_bytes(&after[i])))
                put_field(u->told, &k->field[i], &t->field[i], &after[i]);
    }
    for (size_t i = 0; i < k->fields; i++)
        buf_wipe_deinit(&after[i]);
    return e;
}

static void tell_large(struct undoing *u)
{
    struct json j;

    if (!u->env->out.json) {
        buf_printf(u->told, _("  Removed, not sent yet: %u changes\n"), (unsigned)u->step.count);
        return;
    }
    json_init(&j, u->told);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    json_put_uint(&j, "changes", u->step.count);
    json_put_string(&j, "undone", became[REMOVED].name);
    json_object_end(&j);
    json_line(&j);
}

static enum err explain(struct undoing *u, enum err e, const struct touched *t)
{
    struct buf where = {0}, why = {0};

    if (e == ERR_OK || t == NULL)
        return e;
    buf_put_str(&why, buf_cstr(&u->env->why));
    buf_printf(&where, "%s · ", _(schema_kind(t->kind)->label));
    buf_put_bytes(&where, buf_bytes(&t->title));
    e = cmd_explain(u->env, e, buf_cstr(&where), buf_cstr(&why));
    buf_deinit(&where);
    buf_deinit(&why);
    return e;
}

static enum err take_back(struct undoing *u)
{
    bool *reversed = mem_alloc(u->count + 1);
    enum err e = remove_unsent(u);

    for (size_t i = u->count; e == ERR_OK && i-- > 0;)
        e = explain(u, put_right(u, &u->touched[i], &reversed[i]), &u->touched[i]);
    print_deinit(&u->print); /* names may have changed */
    if (e == ERR_OK)
        e = print_init(&u->print, &u->env->book);
    for (size_t i = 0; e == ERR_OK && i < u->count; i++)
        e = tell(u, &u->touched[i], reversed[i]);
    if (e == ERR_OK && u->count == 0)
        tell_large(u);
    free(reversed);
    return e;
}

enum err undo_newest(struct cmd_env *env, bool trial, struct buf *told)
{
    struct undoing u = {.env = env, .trial = trial, .told = told};
    enum err e = print_init(&u.print, &env->book);

    if (e == ERR_OK)
        e = step_newest(&env->book, &u.step);
    if (e == ERR_NOT_FOUND)
        e = cmd_explain(env, e, "", _("There is nothing here to take back."));
    else if (e == ERR_OK)
        e = gather(&u);
    if (e == ERR_OK)
        e = take_back(&u);
    if (e == ERR_OK)
        e = step_forget(&env->book, &u.step);
    step_begin(&env->book); /* taking back is no step itself */
    for (size_t i = 0; i < u.count; i++) {
        buf_wipe_deinit(&u.touched[i].title);
        for (size_t f = 0; f < CHANGE_TRIPLES_MAX; f++)
            buf_wipe_deinit(&u.touched[i].field[f]);
    }
    free(u.touched);
    free(u.sent);
    step_deinit(&u.step);
    print_deinit(&u.print);
    return e;
}
