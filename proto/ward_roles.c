/* ward_roles.c - see ward_roles.h. */
#include "ward_roles.h"

#include <stdlib.h>

#include "../common/date.h"
#include "actor.h"
#include "org_change.h"
#include "ward_desk.h"
#include "ward_grant.h"

static const char meta_heard[] = "roles"; /* some came back, and are not settled yet */

/* --- the newest word on a role ------------------------------------------------------------------------------------ */

struct word {
    bool known, held;
    uint64_t time, policy;
    uint32_t date;
};

/* Of one log, from its end back. */
static enum err newest_in(struct txn *txn, const struct scope *s, const struct ward_grant *g, struct word *w)
{
    bool found = false;
    enum err e = ERR_OK;

    for (uint64_t i = s->frontier.size; e == ERR_OK && !found && i-- > 0;) {
        struct ledger_leaf l = {0};
        struct buf row = {0};
        struct control c;

        e = scope_leaf(txn, s, i, &row);
        if (e == ERR_OK)
            e = ledger_decode_head(&l, buf_bytes(&row));
        found = e == ERR_OK && l.is_control && control_decode(&c, l.control) == ERR_OK &&
                (c.kind == CONTROL_GRANT || c.kind == CONTROL_END) && c.is.grant.role == (uint32_t)g->role &&
                id_equal(&c.is.grant.person, &g->person);
        if (found && (!w->known || c.time > w->time || (c.time == w->time && c.policy > w->policy)))
            *w = (struct word){true, c.kind == CONTROL_GRANT, c.time, c.policy, c.is.grant.date};
        ledger_leaf_deinit(&l);
        buf_deinit(&row);
        e = e == ERR_DAMAGED ? ERR_OK : e;
    }
    return e;
}

/* Does this log know of the role, and is it held there? */
static enum err says(struct txn *txn, const struct scope *s, const struct ward_grant *g, bool *known, bool *held)
{
    struct actor_grant grant[ACTOR_GRANTS_MAX];
    size_t count;
    enum err e = actor_grants(txn, s, &g->person, grant, &count);

    *known = *held = false;
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        *known = *known || grant[i].role == g->role;
        *held = *held || (grant[i].role == g->role && grant[i].until == 0);
    }
    return e;
}

typedef enum err visit(struct txn *txn, const struct scope *s, const struct ward_grant *g, void *arg);

static enum err each_log(struct txn *txn, const struct ward_grant *g, visit *call, void *arg)
{
    struct org o;
    enum err e = org_load(txn, &g->org, &o);

    for (int a = ACCESS_A; e == ERR_OK && a <= ACCESS_D; a++) {
        struct scope s;

        if (id_is_zero(&o.scope[a]))
            continue; /* nobody who holds it has come yet */
        e = scope_load(txn, &o.scope[a], &s);
        if (e == ERR_OK)
            e = call(txn, &s, g, arg);
    }
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

struct votes {
    size_t held, over;
    struct word word;
};

static enum err vote(struct txn *txn, const struct scope *s, const struct ward_grant *g, void *arg)
{
    struct votes *v = arg;
    bool known, held;
    enum err e = says(txn, s, g, &known, &held);

    v->held += known && held;
    v->over += known && !held;
    return e;
}

static enum err read_word(struct txn *txn, const struct scope *s, const struct ward_grant *g, void *arg)
{
    struct votes *v = arg;
    bool known, held;
    enum err e = says(txn, s, g, &known, &held);

    return e == ERR_OK && known ? newest_in(txn, s, g, &v->word) : e;
}

/* Logs that say the same need no look at when they said it. */
static enum err judge(struct txn *txn, struct ward_grant *g)
{
    struct votes v = {.held = 0};
    enum err e = each_log(txn, g, vote, &v);

    if (e != ERR_OK || v.held == 0 || v.over == 0)
        return e;
    e = each_log(txn, g, read_word, &v);
    g->from = v.word.date;
    return e == ERR_OK && v.word.known ? ward_grant_row(txn, g, !v.word.held) : e;
}

enum err ward_roles_heard(struct txn *txn, const struct scope *s, const struct control *c)
{
    const struct control_grant *is = &c->is.grant;
    struct ward_grant g = {.org = s->org};
    struct id next[ORG_SUCCESSORS_MAX];
    size_t count = 0;
    uint8_t one = 1;
    enum err e = ERR_OK;

    if (c->kind != CONTROL_GRANT && c->kind != CONTROL_END && c->kind != CONTROL_HOME)
        return ERR_OK;
    e = store_put(txn, TABLE_meta, bytes_of_str(meta_heard), bytes_of(&one, 1));
    if (e != ERR_OK || c->kind == CONTROL_HOME || ward_desk_is(c) || is->role == ROLE_NONE || is->role >= ROLE_COUNT)
        return e;
    g.person = is->person;
    g.role = (enum role)is->role;
    if (rights_ward_wide(g.role))
        e = ward_org(txn, &g.org);
    else
        e = org_successors(txn, &s->org, next, &count);
    return e == ERR_OK && count == 0 ? judge(txn, &g) : e; /* of a cell that is history its successors' logs say it */
}

/* --- when all of it is in ----------------------------------------------------------------------------------------- */

/* Whoever was let into the organisation in which this one goes on, or was, has a word there. */
static enum err carry(struct txn *txn, const struct ward_grant *g, uint64_t now)
{
    struct ward_grant next = *g;
    struct votes v = {.held = 0};
    enum err e = org_living(txn, &g->org, &next.org);

    if (e == ERR_AMBIGUOUS)
        return ERR_OK; /* of a cell that was split nobody knows in which part: he reads what it was */
    if (e == ERR_FROZEN)
        return ward_grant_row(txn, g, true);
    if (e != ERR_OK || id_equal(&next.org, &g->org))
        return e;
    e = each_log(txn, &next, vote, &v);
    if (e != ERR_OK)
        return e;
    if (v.held + v.over > 0)
        return ward_grant_row(txn, g, true);
    return ward_grant_carry(txn, g, &next.org, date_from_unix((int64_t)now));
}

/* A person of a cell that was split has a word in one of the parts. */
static enum err leave_split(struct txn *txn, const struct ward_grant *g)
{
    struct id next[ORG_SUCCESSORS_MAX];
    struct votes v = {.held = 0};
    size_t count;
    enum err e = org_successors(txn, &g->org, next, &count);

    for (size_t i = 0; e == ERR_OK && count > 1 && i < count; i++) {
        struct ward_grant there = *g;

        there.org = next[i];
        e = id_is_zero(&next[i]) ? ERR_OK : each_log(txn, &there, vote, &v);
    }
    return e == ERR_OK && v.held + v.over > 0 ? ward_grant_row(txn, g, true) : e;
}

static enum err rows(struct txn *txn, const struct ward *w, bool spread, uint64_t now)
{
    struct buf grants = {0};
    enum err e = ward_grant_list(txn, NULL, &grants);

    for (size_t i = 0; e == ERR_OK && i < ward_grant_count(&grants); i++) {
        struct ward_grant g = ward_grant_at(&grants, i);

        if (spread) {
            e = ward_grant_add(txn, w, &g, now);
            continue;
        }
        e = leave_split(txn, &g);
        if (e == ERR_OK)
            e = carry(txn, &g, now);
    }
    buf_deinit(&grants);
    return e;
}

enum err ward_roles_settle(struct txn *txn, const struct ward *w, uint64_t now)
{
    struct buf row = {0};
    uint64_t policy;
    enum err e = store_get(txn, TABLE_meta, bytes_of_str(meta_heard), &row);

    buf_deinit(&row);
    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    e = store_del(txn, TABLE_meta, bytes_of_str(meta_heard));
    if (e == ERR_OK)
        e = ward_policy_next(txn, &policy);
    if (e == ERR_OK)
        e = rows(txn, w, false, now);
    if (e == ERR_OK)
        e = rows(txn, w, true, now);
    return e == ERR_OK ? ward_grant_end_unreached(txn, w, date_from_unix((int64_t)now), now) : e;
}
