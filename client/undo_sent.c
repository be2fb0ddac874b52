/* undo_sent.c - see undo_sent.h. */
#include "undo_sent.h"

#include "../common/language.h"
#include "../proto/freeze.h"
#include "../proto/life.h"
#include "../proto/mp.h"
#include "past.h"
#include "print.h"
#include "record.h"
#include "value.h"

struct righting {
    struct cmd_env *env;
    const struct step *of;
    const struct kind_info *kind;
    struct id record;
    struct view view;
    struct past past;
    struct record_written written;
};

static enum err changed_since(struct righting *g, const struct field_info *f)
{
    return cmd_explain(g->env, ERR_STALE_BASE, f == NULL ? "" : _(f->label), _("Somebody wrote there since."));
}

static bool is_mark(uint32_t tag, struct bytes value, const struct step_mark *mark)
{
    const struct step_mark m = step_mark(tag, value);
    return memcmp(&m, mark, sizeof(m)) == 0;
}

/* --- a record that was new --- */

static bool others_visit(void *arg, const struct scope *s, const struct history_change *h)
{
    struct righting *g = arg;
    (void)s;
    if (!h->is_draft && !id_equal(&h->device, &g->env->book.replica.device))
        g->kind = NULL;
    return true;
}

/* What somebody else wrote into it would go too. */
static enum err nobody_else(struct righting *g)
{
    const struct kind_info *k = g->kind;
    struct book *b = &g->env->book;
    enum err e = replica_history(book_txn(b), &b->replica, k->number, &g->record, others_visit, g);
    const bool others = g->kind == NULL;

    g->kind = k;
    return e == ERR_OK && others ? changed_since(g, NULL) : e;
}

static void take(struct fields *f, const struct field_info *field, struct bytes value)
{
    struct fields_value *v = fields_value(f, field);

    v->given = true;
    v->count = 1;
    buf_clear(&v->value);
    buf_put_bytes(&v->value, value);
}

static void put_opposite(struct buf *out, struct bytes value)
{
    struct mp r;

    mp_open(&r, value);
    mp_put_int(out, -mp_int(&r));
    (void)!mp_close(&r);
}

/* Money is only ever added to: the same sum with the other sign, which names what it cancels. */
static enum err reverse(struct righting *g, const struct field_info *reverses)
{
    struct fields f;
    struct buf value = {0};
    enum err e;

    fields_init(&f, g->kind);
    for (size_t i = 0; i < g->kind->fields; i++) {
        const struct field_info *field = &g->kind->field[i];
        const struct entry *now = replica_view_entry(&g->view, field);
        if (now == NULL || field->list || !(field->required || field->group != 0) || field->type == TYPE_TEXT)
            continue;
        buf_clear(&value);
        if (field->type == TYPE_MONEY)
            put_opposite(&value, now->candidate[0].value);
        take(&f, field, field->type == TYPE_MONEY ? buf_bytes(&value) : now->candidate[0].value);
    }
    buf_clear(&value);
    mp_put_bin(&value, g->record.b, ID_SIZE);
    take(&f, reverses, buf_bytes(&value));
    e = record_create(&g->env->book, &f, &g->view.org, &g->written);
    buf_wipe_deinit(&value);
    fields_deinit(&f);
    return e;
}

static enum err undo_create(struct righting *g, bool *reversed)
{
    const struct field_info *reverses = schema_field_named(g->kind, "reverses");
    enum err e = nobody_else(g);
    struct id other;

    if (e != ERR_OK)
        return e;
    if (reverses != NULL && g->kind->natural == NULL && !value_id(&g->view, "reverses", &other)) {
        *reversed = true;
        return reverse(g, reverses);
    }
    e = record_void(&g->env->book, g->kind, &g->record, &g->written);
    if (e == ERR_BAD_VALUE)
        (void)cmd_explain(g->env, e, "",
                          _("It was sent. Records of this kind are put right by another one: chibo ghi"));
    else if (e == ERR_FROZEN)
        (void)cmd_explain(g->env, e, "", _("It is signed. To amend it: chibo dinh-chinh ID --muc FIELD=VALUE"));
    else if (e == ERR_DECIDED)
        e = changed_since(g, NULL);
    return e;
}

/* --- its state --- */

static bool is_draft_state(const struct view *v)
{
    const char *state = print_state(v);

    return strcmp(state, schema_steps[0].name) == 0;
}

static enum err undo_state(struct righting *g, const struct step_change *c)
{
    const struct step_mark *ours = &g->of->value[c->first].ours;
    const bool is_void = replica_view_void(&g->view) == CLOSE_VOID;
    struct buf step = {0};
    enum err e;

    mp_put_uint(&step, CLOSE_STEP_VOID);
    if (c->op == OP_CLOSE && !is_mark(TAG_STATE, buf_bytes(&step), ours))
        e = cmd_explain(g->env, ERR_FROZEN, "",
                        _("A signature that was sent stays. To amend: chibo dinh-chinh ID --muc FIELD=VALUE"));
    else if (c->op == OP_STATE && life_is(g->kind, LIFE_FILE) && !is_draft_state(&g->view))
        e = cmd_explain(g->env, ERR_FROZEN, "", _("It was sent: who has it sends it back, chibo tra-lai"));
    else if ((c->op == OP_CLOSE) != is_void)
        e = changed_since(g, NULL);
    else
        e = (is_void ? record_restore : record_void)(&g->env->book, g->kind, &g->record, &g->written);
    buf_deinit(&step);
    return e;
}

/* --- its values --- */

/* The value of this mark, out of the record's history; of a list, an element. Empty: it is not here (any more). */
static struct bytes past_value(const struct righting *g, uint32_t tag, const struct step_mark *mark)
{
    for (size_t i = 0; i < g->past.count; i++) {
        const struct past_value *v = &g->past.value[i];
        struct bytes found = {0};
        struct mp r;
        if (v->tag != tag)
            continue;
        if (TAG_CLASS(tag) != MERGE_UNION && is_mark(tag, buf_bytes(&v->value), mark))
            return buf_bytes(&v->value);
        mp_open(&r, buf_bytes(&v->value));
        size_t n = TAG_CLASS(tag) == MERGE_UNION && mp_peek(&r) == MP_ARRAY ? mp_array(&r, LIST_MAX) : 0;
        while (n-- > 0 && found.n == 0) {
            const struct bytes element = mp_raw(&r);
            if (is_mark(tag, element, mark))
                found = element;
        }
        (void)!mp_close(&r);
        if (found.n > 0)
            return found;
    }
    return (struct bytes){0};
}

static enum err not_here(struct righting *g, const struct field_info *f)
{
    return cmd_explain(g->env, ERR_NOT_FOUND, _(f->label), _("The earlier value is not on this device."));
}

/* Only while what we wrote is what counts. Of several in one step the first one knows what was there before. */
static enum err earlier_value(struct righting *g, struct fields *f, const struct step_value *v, bool newest)
{
    const struct field_info *field = schema_field(g->kind, TAG_NUMBER(v->tag));
    const struct entry *now = field == NULL ? NULL : replica_view_entry(&g->view, field);

    if (field == NULL)
        return ERR_TOO_NEW;
    if (newest && (now == NULL || !is_mark(v->tag, now->candidate[0].value, &v->ours)))
        return changed_since(g, field);
    struct fields_value *to = fields_value(f, field);
    const struct bytes before = v->had ? past_value(g, v->tag, &v->before) : (struct bytes){0};
    if (v->had && before.n == 0)
        return not_here(g, field);
    take(f, field, before);
    if (before.n == 0)
        *to = (struct fields_value){.given = true, .clear = true};
    return ERR_OK;
}

/* An element that we added goes, one that we took out comes back. */
static enum err element(struct righting *g, const struct step_change *c, const struct step_value *v)
{
    const struct field_info *field = schema_field(g->kind, TAG_NUMBER(v->tag));
    struct book *b = &g->env->book;
    struct change change = {.record = g->record, .kind = g->kind->number, .count = 1};
    struct buf value = {0};
    struct scope s;

    if (field == NULL)
        return ERR_TOO_NEW;
    if (v->had != (c->op == OP_REMOVE))
        return ERR_OK; /* it was there before we said so */
    const struct bytes found = past_value(g, v->tag, &v->ours);
    if (found.n == 0)
        return not_here(g, field);
    change.op = c->op == OP_REMOVE ? OP_ADD : OP_REMOVE;
    mp_put_array(&value, 1);
    mp_put_raw(&value, found);
    change.triple[0] = (struct triple){.tag = v->tag, .value = buf_bytes(&value)};
    enum err e = replica_scope(book_txn(b), &g->view.org, replica_view_access(&g->view, field), &s);
    if (e == ERR_OK)
        e = step_record(b, &s, &change);
    buf_wipe_deinit(&value);
    return e == ERR_NOT_READABLE ? ERR_NOT_ALLOWED : e;
}

static bool written_after(const struct step *of, size_t c, uint32_t tag)
{
    for (size_t i = c + 1; i < of->changes; i++)
        for (size_t v = 0; v < of->change[i].values; v++)
            if (of->value[of->change[i].first + v].tag == tag)
                return true;
    return false;
}

static enum err undo_values(struct righting *g)
{
    const bool amends = g->of->change[0].op == OP_AMEND;
    struct fields f;
    bool any = false;
    enum err e = past_load(&g->past, &g->env->book, g->kind->number, &g->record);

    fields_init(&f, g->kind);
    for (size_t i = g->of->changes; e == ERR_OK && i-- > 0;) {
        const struct step_change *c = &g->of->change[i];
        for (size_t n = 0; e == ERR_OK && n < c->values; n++) {
            const struct step_value *v = &g->of->value[c->first + n];
            if (TAG_CLASS(v->tag) == MERGE_UNION) {
                e = element(g, c, v);
                continue;
            }
            any = true;
            e = earlier_value(g, &f, v, !written_after(g->of, i, v->tag));
        }
    }
    if (e == ERR_OK && any)
        e = (amends ? record_amend : record_edit)(&g->env->book, &g->record, &f, &g->written);
    if (e == ERR_FROZEN)
        (void)cmd_explain(g->env, e, "", _("It is signed. To amend it: chibo dinh-chinh ID --muc FIELD=VALUE"));
    fields_deinit(&f);
    past_deinit(&g->past);
    return e;
}

enum err undo_sent(struct cmd_env *env, const struct step *of, bool *reversed)
{
    const struct step_change *first = &of->change[0];
    struct righting g = {.env = env, .of = of, .kind = schema_kind(first->kind), .record = first->record};
    struct book *b = &env->book;
    bool created = false;
    enum err e;

    for (size_t i = 0; i < of->changes; i++)
        created = created || of->change[i].op == OP_CREATE;
    e = replica_view(book_txn(b), &b->replica, first->kind, &g.record, &g.view);
    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_NO_SUCH_RECORD : e;
    if (created)
        e = undo_create(&g, reversed);
    else if (first->op == OP_CLOSE || first->op == OP_STATE)
        e = undo_state(&g, first);
    else
        e = undo_values(&g);
    if (e == ERR_OK && g.written.verdict == VERDICT_REFUSED)
        e = cmd_explain(env, ERR_NOT_ALLOWED, "", _(err_sentence(g.written.reason)));
    replica_view_deinit(&g.view);
    return e;
}
