/* cells.c - see cells.h. */
#include "cells.h"

#include <stdlib.h>

#include "../common/date.h"
#include "../common/language.h"
#include "../common/period.h"
#include "../proto/actor.h"
#include "../proto/freeze.h"
#include "../proto/header.h"
#include "../proto/held.h"
#include "../proto/ledger.h"
#include "../proto/org_change.h"
#include "../proto/rights.h"
#include "conflict.h"
#include "match.h"
#include "value.h"

#define SECONDS_A_DAY 86400
#define ZONE_S (7 * 3600) /* Vietnam's */

/* ---- which ---- */

static enum err add(struct cells *c, const struct org *o)
{
    struct txn *txn = book_txn(&c->env->book);
    struct id next[ORG_SUCCESSORS_MAX];
    size_t successors = 0;
    struct scope s;
    enum err e = org_successors(txn, &o->id, next, &successors);

    if (e != ERR_OK || successors > 0 || o->type == ORG_WARD)
        return e;
    e = replica_scope(txn, &o->id, ACCESS_A, &s);
    if (e == ERR_OK)
        c->org[c->count++] = *o;
    return e == ERR_NOT_READABLE ? ERR_OK : e;
}

enum err cells_load(struct cells *c, struct cmd_env *env, const char *code)
{
    struct txn *txn = book_txn(&env->book);
    struct org *list = NULL, one;
    size_t count = 0;

    *c = (struct cells){.env = env};
    enum err e = print_init(&c->print, &env->book);
    if (e == ERR_OK)
        e = org_list(txn, &list, &count);
    c->org = mem_alloc((count + 1) * sizeof(*c->org));
    if (e == ERR_OK && code != NULL) {
        e = org_by_any_code(txn, code, &one);
        if (e == ERR_NOT_FOUND)
            e = cmd_explain(env, ERR_BAD_VALUE, code, _("There is no organisation with this code."));
        else if (e == ERR_OK)
            e = add(c, &one);
    }
    for (size_t i = 0; e == ERR_OK && code == NULL && i < count; i++)
        e = add(c, &list[i]);
    free(list);
    c->of = mem_alloc((c->count + 1) * sizeof(*c->of));
    return e;
}

void cells_deinit(struct cells *c)
{
    free(c->org);
    free(c->of);
    print_deinit(&c->print);
    buf_deinit(&c->meetings);
    buf_deinit(&c->transfers);
}

/* Beyond the last: of none of them. */
static size_t cell_of(struct cells *c, const struct id *org)
{
    struct id living;
    size_t i = 0;

    if (id_equal(org, &c->asked))
        return c->asked_cell;
    if (org_living(book_txn(&c->env->book), org, &living) != ERR_OK)
        living = *org;
    while (i < c->count && !id_equal(&c->org[i].id, &living))
        i++;
    c->asked = *org;
    c->asked_cell = i;
    return i;
}

/* ---- papers ---- */

static bool meeting_visit(void *arg, struct view *v)
{
    struct cells *c = arg;
    uint32_t period = 0;

    if (replica_view_void(v) != CLOSE_VOID && value_number(v, "period", &period) &&
        period_first_day(period) >= period_first_day(c->period) &&
        period_last_day(period) <= period_last_day(c->period))
        buf_put(&c->meetings, &v->record, sizeof(v->record));
    return true;
}

static bool minutes_visit(void *arg, struct view *v)
{
    struct cells *c = arg;
    const struct id *meeting = (const struct id *)(const void *)c->meetings.p;
    const size_t cell = cell_of(c, &v->org);
    struct id id;

    if (cell == c->count || replica_view_void(v) == CLOSE_VOID || !value_id(v, "meeting", &id) ||
        !freeze_is_signed(schema_kind(v->kind), replica_view_state(v)))
        return true;
    for (size_t i = 0; i < c->meetings.n / sizeof(id); i++)
        if (id_equal(&meeting[i], &id)) {
            c->of[cell].count[CELLS_SIGNED]++;
            break;
        }
    return true;
}

static bool report_visit(void *arg, struct view *v)
{
    struct cells *c = arg;
    const size_t cell = cell_of(c, &v->org);
    uint32_t period = 0;

    if (cell < c->count && replica_view_void(v) != CLOSE_VOID && value_number(v, "period", &period) &&
        period == c->period)
        c->of[cell].count[CELLS_REPORTS]++;
    return true;
}

static enum err each(struct cells *c, const char *kind, replica_visit *visit)
{
    struct book *b = &c->env->book;
    const enum err e = replica_each(book_txn(b), &b->replica, schema_kind_named(kind)->number, visit, c);

    return e == ERR_OK ? c->err : e;
}

static enum err papers(struct cells *c)
{
    enum err e = each(c, "meeting", meeting_visit);

    if (e == ERR_OK)
        e = each(c, "minutes", minutes_visit);
    return e == ERR_OK ? each(c, "report", report_visit) : e;
}

/* ---- when something came ---- */

static enum err newest(struct cells *c, const struct scope *s, uint64_t *accepted)
{
    struct txn *txn = book_txn(&c->env->book);
    struct buf row = {0};
    enum err e = ERR_OK;
    bool found = false;

    for (uint64_t i = s->frontier.size; e == ERR_OK && !found && i > s->from; i--) {
        struct ledger_leaf leaf = {0};
        struct header h;
        enum role role = ROLE_NONE;
        buf_clear(&row);
        e = ledger_leaf_at(txn, s, i - 1, &row, &leaf);
        if (e == ERR_OK && !leaf.is_control) {
            e = header_decode(&h, leaf.header);
            if (e == ERR_OK)
                e = actor_role(txn, s, &h.person, &role);
            found = e == ERR_OK && !rights_ward_wide(role);
            if (found && leaf.accepted > *accepted)
                *accepted = leaf.accepted;
        }
        ledger_leaf_deinit(&leaf);
    }
    buf_deinit(&row);
    return e;
}

static enum err sent(struct cells *c)
{
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < c->count; i++) {
        uint64_t accepted = 0;
        for (enum access a = ACCESS_A; e == ERR_OK && a < ACCESS_D; a++) {
            struct scope s;
            e = replica_scope(book_txn(&c->env->book), &c->org[i].id, a, &s);
            if (e == ERR_OK)
                e = newest(c, &s, &accepted);
            e = e == ERR_NOT_READABLE ? ERR_OK : e;
        }
        const int64_t day = (int64_t)((accepted + ZONE_S) / SECONDS_A_DAY), now = date_to_days(c->env->today);
        c->of[i].count[CELLS_DAYS] = accepted == 0 ? -1 : now > day ? now - day : 0;
    }
    return e;
}

/* ---- what waits ---- */

static bool conflict_visit(void *arg, struct view *v)
{
    struct cells *c = arg;
    const size_t cell = cell_of(c, &v->org);

    if (cell < c->count)
        c->of[cell].count[CELLS_DIFFERENT] += (int64_t)conflict_count(&c->env->book, v);
    return true;
}

static enum err pending(struct cells *c)
{
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < c->count; i++)
        for (enum access a = ACCESS_A; e == ERR_OK && a < ACCESS_D; a++) {
            struct held_count waiting = {0};
            struct scope s;
            e = replica_scope(book_txn(&c->env->book), &c->org[i].id, a, &s);
            if (e == ERR_OK)
                e = held_count(book_txn(&c->env->book), &s, &waiting);
            c->of[i].count[CELLS_WAITING] += (int64_t)waiting.count;
            e = e == ERR_NOT_READABLE ? ERR_OK : e;
        }
    for (size_t i = 0; e == ERR_OK && i < schema_kind_count; i++)
        e = each(c, schema_kinds[i].name, conflict_visit);
    return e;
}

/* ---- who is on the way ---- */

static bool transfer_visit(void *arg, struct view *v)
{
    struct cells *c = arg;
    struct cells_transfer t = {.record = v->record, .cell = cell_of(c, &v->org)};
    uint32_t closed = 0;

    if (t.cell == c->count || !value_is(v, "way", "out") || (value_number(v, "closed", &closed) && closed != 0))
        return true;
    (void)value_number(v, "due", &t.due);
    c->of[t.cell].count[CELLS_ON_THE_WAY]++;
    c->of[t.cell].count[CELLS_OVERDUE] += t.due != 0 && t.due < c->env->today;
    buf_put(&c->transfers, &t, sizeof(t));
    return true;
}

/* ---- the match of a quarter ---- */

static enum err matches(struct cells *c)
{
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < c->count; i++) {
        int64_t *count = c->of[i].count;
        struct match m = {0};
        e = match_load(&m, c->env, &c->org[i].id, c->period);
        if (e == ERR_OK) {
            const size_t versions = match_count(&m);
            size_t cell = 0, ward = 0;
            for (size_t v = 0; v < versions; v++) {
                count[CELLS_UNEXPLAINED] += (int64_t)match_open(&m, v, NULL);
                cell += match_date(&m, v, "cell_signed") != 0;
                ward += match_date(&m, v, "ward_signed") != 0;
            }
            count[CELLS_MATCHED] = (int64_t)versions;
            count[CELLS_CELL_SIGNED] = versions > 0 && cell == versions;
            count[CELLS_WARD_SIGNED] = versions > 0 && ward == versions;
        }
        match_deinit(&m);
        e = e == ERR_NOT_READABLE ? ERR_OK : e;
    }
    return e;
}

/* ---- all ---- */

static enum err lines(struct cells *c)
{
    struct figures f = {0};
    enum err e = figures_load_all(&f, &c->print, c->org, c->count, c->period);

    if (e == ERR_OK && c->count > 0) {
        int64_t (*value)[REPORT_LINES] = mem_alloc(c->count * sizeof(*value));
        figures_of_all(&f, c->period, value);
        for (size_t i = 0; i < c->count; i++)
            memcpy(c->of[i].line, value[i], sizeof(value[i]));
        free(value);
    }
    figures_deinit(&f);
    return e;
}

enum err cells_gather(struct cells *c, uint32_t period, unsigned want)
{
    enum err e = ERR_OK;

    c->period = period;
    if ((want & CELLS_WANT_LINES) != 0)
        e = lines(c);
    if (e == ERR_OK && (want & CELLS_WANT_PAPERS) != 0)
        e = papers(c);
    if (e == ERR_OK && (want & CELLS_WANT_SENT) != 0)
        e = sent(c);
    if (e == ERR_OK && (want & CELLS_WANT_PENDING) != 0)
        e = pending(c);
    if (e == ERR_OK && (want & CELLS_WANT_TRANSFERS) != 0)
        e = each(c, "transfer", transfer_visit);
    return e == ERR_OK && (want & CELLS_WANT_MATCH) != 0 ? matches(c) : e;
}
