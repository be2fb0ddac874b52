/* record_close.c - a record is signed, made void, or stands after all; see record.h. */
#include "../proto/actor.h"
#include "../proto/draft.h"
#include "../proto/freeze.h"
#include "../proto/life.h"
#include "../proto/mp.h"
#include "../proto/rights.h"
#include "record.h"
#include "step.h"

struct closing {
    struct book *book;
    const struct kind_info *kind;
    struct record_written *written;
    struct view view;
    struct scope scope; /* of its head */
};

enum err record_signature_waits(struct book *b, const struct view *v, bool *waits)
{
    const struct kind_info *k = schema_kind(v->kind);
    enum err e = ERR_OK;

    *waits = false;
    for (size_t i = 0; e == ERR_OK && i < v->parts; i++) {
        struct draft d;
        struct change c;

        e = draft_load(book_txn(b), v->kind, &v->record, v->part[i].scope_number, &d);
        for (size_t at = 0; e == ERR_OK && at < d.count; at++) {
            if (d.item[at].state != DRAFT_HELD || change_decode(&c, buf_bytes(&d.item[at].body)) != ERR_OK)
                continue;
            for (size_t t = 0; t < c.count; t++)
                *waits = *waits || (c.triple[t].tag == TAG_STATE && freeze_is_signed(k, c.triple[t].value));
        }
        draft_deinit(&d);
    }
    return e;
}

enum err record_is_signed(struct book *b, const struct view *v, bool *is_signed)
{
    bool waits = false;
    enum err e = ERR_OK;

    *is_signed = freeze_is_signed(schema_kind(v->kind), replica_view_state(v));
    if (*is_signed)
        e = record_signature_waits(b, v, &waits);
    *is_signed = *is_signed && !waits;
    return e;
}

/* Class of the head: where its state stands, or would. */
static enum access head_access(const struct view *v, const struct kind_info *k)
{
    enum access access = k->access;

    for (size_t i = 0; i < k->fields; i++)
        if (replica_view_access(v, &k->field[i]) > access)
            access = replica_view_access(v, &k->field[i]);
    return v->parts == 1 ? access : k->access;
}

static enum err closing_begin(struct closing *c, struct book *b, const struct kind_info *k, const struct id *id,
                              struct record_written *out)
{
    *c = (struct closing){.book = b, .kind = k, .written = out};
    *out = (struct record_written){.id = *id};
    enum err e = replica_view(book_txn(b), &b->replica, k->number, id, &c->view);

    if (e == ERR_OK)
        e = replica_scope(book_txn(b), &c->view.org, head_access(&c->view, k), &c->scope);
    if (e == ERR_NOT_READABLE)
        e = ERR_NOT_ALLOWED;
    return e == ERR_NOT_FOUND ? ERR_NO_SUCH_RECORD : e;
}

/* A book of its own knows nobody's rights yet. */
static enum err foresee_change(struct closing *c, const struct change *change)
{
    enum role role;

    if (c->scope.frontier.size == 0)
        return ERR_OK;
    enum err e = actor_role(book_txn(c->book), &c->scope, &c->book->replica.person, &role);
    if (e != ERR_OK)
        return e;
    uint32_t verdict = rights_verdict(role, change, c->scope.access);
    c->written->verdict = verdict_kind(verdict);
    c->written->reason = verdict_reason(verdict);
    return ERR_OK;
}

static enum err foresee(struct closing *c)
{
    const struct change change = {.kind = c->kind->number, .op = OP_CLOSE};

    return foresee_change(c, &change);
}

static enum err close_to(struct closing *c, uint64_t step)
{
    struct book *b = c->book;

    return step_close(b, &c->scope, c->kind->number, &c->written->id, step, &c->written->changes);
}

/* --- signing --- */

static enum err sign(struct closing *c)
{
    bool is_signed;
    enum err e = record_is_signed(c->book, &c->view, &is_signed);

    if (e == ERR_OK && is_signed)
        e = ERR_DECIDED;
    if (e == ERR_OK && replica_view_void(&c->view) == CLOSE_VOID)
        e = ERR_VOIDED;
    if (e == ERR_OK && (replica_view_conflict(&c->view) || replica_view_void(&c->view) == CLOSE_RETURNED))
        e = ERR_CONFLICTS;
    if (e == ERR_OK)
        e = foresee(c);
    return e == ERR_OK ? close_to(c, FREEZE_STEP) : e;
}

enum err record_sign(struct book *b, const struct kind_info *k, const struct id *id, struct record_written *out)
{
    struct closing c = {0};
    enum err e = freeze_is_signable(k) ? ERR_OK : ERR_BAD_VALUE;

    if (e == ERR_OK)
        e = closing_begin(&c, b, k, id, out);
    if (e == ERR_OK)
        e = sign(&c);
    replica_view_deinit(&c.view);
    return e;
}

/* --- void --- */

/* Only whoever may write it; everybody else is told at once. */
static enum err allowed(struct closing *c)
{
    enum err e = foresee(c);

    return e == ERR_OK && c->written->verdict == VERDICT_REFUSED ? ERR_NOT_ALLOWED : e;
}

static bool is_draft(const struct view *v)
{
    uint64_t round = 0, step = 0;

    for (size_t i = 0; step == 0 && i < v->parts; i++)
        close_step(&v->part[i].part, &round, &step);
    return step == 0;
}

enum err record_void(struct book *b, const struct kind_info *k, const struct id *id, struct record_written *out)
{
    struct closing c = {0};
    enum err e = life_is(k, LIFE_VOID) ? ERR_OK : ERR_BAD_VALUE;

    if (e == ERR_OK)
        e = closing_begin(&c, b, k, id, out);
    if (e == ERR_OK)
        e = allowed(&c);
    if (e == ERR_OK && replica_view_void(&c.view) == CLOSE_VOID)
        e = ERR_DECIDED;
    if (e == ERR_OK && !is_draft(&c.view))
        e = ERR_FROZEN;
    if (e == ERR_OK)
        e = close_to(&c, CLOSE_STEP_VOID);
    replica_view_deinit(&c.view);
    return e;
}

/* The state it had before, or that of a draft; named over what made it void. */
static enum err restore(struct closing *c)
{
    struct book *b = c->book;
    struct change change = {.record = c->written->id, .kind = c->kind->number, .op = OP_STATE, .count = 1};
    struct buf value = {0};
    uint64_t round = 0, step = 0;

    for (size_t i = 0; step == 0 && i < c->view.parts; i++)
        close_step(&c->view.part[i].part, &round, &step);
    mp_put_array(&value, 2);
    mp_put_uint(&value, round);
    mp_put_uint(&value, step == CLOSE_STEP_VOID ? 0 : step);
    change.triple[0] = (struct triple){.tag = TAG_STATE, .value = buf_bytes(&value)};
    enum err e = step_record(b, &c->scope, &change);
    buf_deinit(&value);
    c->written->changes = e == ERR_OK;
    return e;
}

enum err record_restore(struct book *b, const struct kind_info *k, const struct id *id, struct record_written *out)
{
    struct closing c = {0};
    enum err e = closing_begin(&c, b, k, id, out);

    if (e == ERR_OK && replica_view_void(&c.view) == CLOSE_STANDS)
        e = ERR_DECIDED;
    if (e == ERR_OK)
        e = allowed(&c);
    if (e == ERR_OK)
        e = restore(&c);
    replica_view_deinit(&c.view);
    return e;
}

/* --- going up, and coming back --- */

static void step_of(const struct view *v, uint64_t *round, uint64_t *step)
{
    *round = *step = 0;
    for (size_t i = 0; *round == 0 && *step == 0 && i < v->parts; i++)
        close_step(&v->part[i].part, round, step);
}

static enum err move(struct closing *c, const char *const *names)
{
    struct change change = {.record = c->written->id, .kind = c->kind->number, .op = OP_STATE, .count = 1};
    const struct life_move *move = NULL;
    struct buf value = {0};
    uint64_t round, step;
    enum err e;

    step_of(&c->view, &round, &step);
    for (size_t i = 0; i < life_move_count; i++)
        for (size_t n = 0; names[n] != NULL; n++)
            if (life_moves[i].from == step && strcmp(life_moves[i].name, names[n]) == 0)
                move = &life_moves[i];
    if (move != NULL && life_is(c->kind, LIFE_SIGNED) && move->to != LIFE_STEP_ARCHIVED)
        return ERR_BAD_VALUE;
    if (move == NULL)
        return ERR_DECIDED;
    mp_put_array(&value, 2);
    mp_put_uint(&value, round + move->next_round);
    mp_put_uint(&value, move->to);
    change.triple[0] = (struct triple){.tag = TAG_STATE, .value = buf_bytes(&value)};
    e = foresee_change(c, &change);
    if (e == ERR_OK && c->written->verdict == VERDICT_REFUSED)
        e = ERR_NOT_ALLOWED;
    if (e == ERR_OK)
        e = step_record(c->book, &c->scope, &change);
    buf_deinit(&value);
    c->written->changes += e == ERR_OK;
    return e;
}

enum err record_move(struct book *b, const struct kind_info *k, const struct id *id, const char *const *names,
                     struct record_written *out)
{
    struct closing c = {0};
    enum err e = life_is(k, LIFE_FILE) || life_is(k, LIFE_SIGNED) ? ERR_OK : ERR_BAD_VALUE;

    if (e == ERR_OK)
        e = closing_begin(&c, b, k, id, out);
    if (e == ERR_OK && replica_view_void(&c.view) == CLOSE_VOID)
        e = ERR_VOIDED;
    if (e == ERR_OK && replica_view_conflict(&c.view))
        e = ERR_CONFLICTS;
    if (e == ERR_OK)
        e = move(&c, names);
    replica_view_deinit(&c.view);
    return e;
}
