/* sim_scopes.c - see sim_scopes.h. */
#include "sim_scopes.h"

#include <stdio.h>

#include "../proto/org_change.h"
#include "../proto/verdict.h"
#include "../proto/ward_grant.h"
#include "../proto/ward_reorganise.h"
#include "sim_log.h"
#include "sim_rules.h"
#include "sim_taint.h"
#include "sim_world.h"

#define REFUSED (2u + 8u * 14u)  /* not allowed */
#define FOR_PERSON (1u + 8u * 29u)

static const struct ward_decision decision = {"12-QĐ/ĐU", 20261123};

/* --- who may read --------------------------------------------------------------------------------------------- */

void sim_scopes_init(struct sim *s)
{
    s->scopes.on = s->on[SIM_SCOPES];
    for (size_t i = 0; i < SIM_ORGS_MAX; i++)
        s->scopes.leads[i][i] = true;
}

static bool is_wide(enum role r)
{
    return r == ROLE_CLERK || r == ROLE_INSPECT;
}

static bool reaches(const struct sim *s, const struct sim_role *r, const struct id *person, size_t org,
                    enum access access)
{
    return id_equal(&r->person, person) && sim_world_reads(r->role, access) &&
           (is_wide(r->role) || s->scopes.leads[org][r->org]);
}

/* What a ward that was restored lost it did not do, until devices bring it back: then its logs say who may read. */
static bool log_lets_in(const struct sim *s, const struct id *person, size_t org, enum access access)
{
    bool in = false;

    for (size_t k = 0; k < s->logs; k++)
        for (size_t i = 0; s->log[k].org == org && s->log[k].access == access && i < s->log[k].grants; i++)
            in = in || (!s->log[k].grant[i].over && id_equal(&s->log[k].grant[i].person, person) &&
                        sim_world_reads(s->log[k].grant[i].role, access));
    return in;
}

bool sim_scopes_may_read(const struct sim *s, const struct sim_peer *p, size_t org, enum access access)
{
    bool may = false;

    if (s->restored)
        return log_lets_in(s, &p->person, org, access);
    for (size_t i = 0; i < s->scopes.roles && org < s->orgs; i++)
        may = may || (s->scopes.role[i].held && reaches(s, &s->scopes.role[i], &p->person, org, access));
    return may;
}

bool sim_scopes_ever(const struct sim *s, const struct sim_peer *p, size_t org, enum access access)
{
    bool may = !s->scopes.on && sim_world_may_read(s, p, org, access);

    for (size_t i = 0; i < s->scopes.roles && org < s->orgs; i++)
        may = may || reaches(s, &s->scopes.role[i], &p->person, org, access);
    return may;
}

static void give(struct sim *s, const struct id *person, size_t org, enum role role, bool held)
{
    struct sim_role *r = s->scopes.role;
    size_t i = 0;

    while (i < s->scopes.roles && (r[i].role != role || r[i].org != org || !id_equal(&r[i].person, person)))
        i++;
    if (i == s->scopes.roles)
        s->scopes.roles++;
    assert(i < SIM_ROLES_MAX);
    r[i] = (struct sim_role){*person, org, role, held};
}

void sim_scopes_given(struct sim *s, const struct id *person, size_t org, enum role role)
{
    if (s->scopes.on)
        give(s, person, org, role, true);
}

size_t sim_scopes_living(const struct sim *s, size_t org)
{
    for (size_t i = 0; i < s->orgs && s->scopes.history[org]; i++)
        org = org + 1 < s->orgs ? org + 1 : 1;
    return org;
}

static size_t draw_living(struct sim *s)
{
    return sim_scopes_living(s, 1 + sim_draw(s, s->orgs - 1));
}

static size_t living(const struct sim *s)
{
    size_t count = 0;

    for (size_t i = 1; i < s->orgs; i++)
        count += !s->scopes.history[i];
    return count;
}

/* --- after a restore -------------------------------------------------------------------------------------------- */

static struct sim_role *role_of(struct sim *s, const struct ward_grant *g)
{
    for (size_t i = 0; i < s->scopes.roles; i++)
        if (s->scopes.role[i].role == g->role && id_equal(&s->scopes.role[i].person, &g->person) &&
            id_equal(&s->org[s->scopes.role[i].org], &g->org))
            return &s->scopes.role[i];
    return NULL;
}

/* The ward's registry says what roles are held and which cells live. It says none that nobody ever gave, and none in a
 * cell that is part of another, or of another ward. */
static void look_again(struct sim *s)
{
    struct id next[ORG_SUCCESSORS_MAX];
    struct buf rows = {0};
    struct txn txn;
    enum err e;

    memstore_begin(s->ward.store, false, &txn);
    for (size_t i = 0; i < s->scopes.roles; i++)
        s->scopes.role[i].held = false;
    e = ward_grant_list(&txn, NULL, &rows);
    for (size_t i = 0; e == ERR_OK && i < ward_grant_count(&rows); i++) {
        struct ward_grant g = ward_grant_at(&rows, i);
        struct sim_role *r = role_of(s, &g);
        size_t count = 0;

        if (r != NULL)
            r->held = true;
        else
            sim_broken(s, "S5: a restored ward has a role that nobody gave: %d", (int)g.role);
        e = org_successors(&txn, &g.org, next, &count);
        if (count == 1)
            sim_broken(s, "S5: a restored ward has a role in a cell that is none any more: %d", (int)g.role);
    }
    for (size_t i = 0; e == ERR_OK && i < s->orgs; i++) {
        size_t count = 0;

        e = org_successors(&txn, &s->org[i], next, &count);
        s->scopes.history[i] = count > 0;
    }
    memstore_abort(s->ward.store);
    buf_deinit(&rows);
    if (e != ERR_OK)
        sim_broken(s, "the registry of a restored ward cannot be read: %s", err_name(e));
}

/* --- roles ---------------------------------------------------------------------------------------------------- */

/* What a device wrote before its first exchange is for a scope that it does not know yet: it would wait for ever. */
static bool all_know_their_scopes(struct sim *s, const struct id *person)
{
    bool all = true;

    for (size_t i = 0; i < s->peers; i++)
        if (person == NULL || id_equal(&s->peer[i].person, person))
            all = all && s->peer[i].enrolled && sim_node_replica(&s->peer[i].node).synced > 0;
    return all;
}

static void act_end(struct sim *s)
{
    struct sim_role *r = &s->scopes.role[sim_draw(s, s->scopes.roles)];

    if (!r->held || !all_know_their_scopes(s, &r->person))
        return;
    sim_node_end(&s->ward, &r->person, &s->org[r->org], r->role);
    r->held = false;
    sim_note(s, "role %d at %zu ends", (int)r->role, r->org);
}

static void act_grant(struct sim *s)
{
    static const enum role roles[] = {ROLE_SECRETARY, ROLE_DEPUTY, ROLE_SECRETARY, ROLE_DEPUTY, ROLE_MEMBER, ROLE_INSPECT};
    enum role role = roles[sim_draw(s, ARRAY_LEN(roles))];
    const struct id *person = &s->peer[sim_draw(s, s->peers)].person;
    size_t org = draw_living(s);

    if (is_wide(role))
        org = 0;
    if (s->scopes.roles + s->peers_most > SIM_ROLES_MAX)
        return; /* who joins later needs one */
    for (size_t i = 0; i < s->scopes.roles; i++)
        if (s->scopes.role[i].held && s->scopes.role[i].role == role && s->scopes.role[i].org == org &&
            id_equal(&s->scopes.role[i].person, person))
            return;
    sim_node_grant(&s->ward, person, &s->org[org], role);
    give(s, person, org, role, true);
    sim_note(s, "role %d at %zu is given", (int)role, org);
}

/* --- cells ---------------------------------------------------------------------------------------------------- */

static void commit(struct sim *s, const char *what, enum err e)
{
    if (e == ERR_OK)
        e = memstore_commit(s->ward.store, true);
    else
        memstore_abort(s->ward.store);
    if (e != ERR_OK)
        sim_broken(s, "a cell cannot be %s: %s", what, err_name(e));
}

/* Its roles go on in another: those of the persons named, or all. */
static void carry(struct sim *s, size_t from, size_t into, const struct id *person, size_t persons)
{
    for (size_t i = 0; i < s->scopes.roles; i++) {
        struct sim_role r = s->scopes.role[i];
        bool goes = person == NULL;

        for (size_t k = 0; k < persons; k++)
            goes = goes || id_equal(&person[k], &r.person);
        if (!r.held || r.org != from || !goes || is_wide(r.role))
            continue;
        s->scopes.role[i].held = false;
        give(s, &r.person, into, r.role, true);
    }
    for (size_t i = 0; i < SIM_ORGS_MAX; i++)
        s->scopes.leads[i][into] = s->scopes.leads[i][into] || s->scopes.leads[i][from];
    s->scopes.history[from] = true;
}

static bool room_for_roles(const struct sim *s)
{
    return 2 * s->scopes.roles + s->peers_most <= SIM_ROLES_MAX;
}

static void act_merge(struct sim *s)
{
    size_t from = draw_living(s), into = draw_living(s);
    struct txn txn;

    if (from == into || !room_for_roles(s) || !all_know_their_scopes(s, NULL))
        return;
    memstore_begin(s->ward.store, true, &txn);
    commit(s, "merged",
           ward_merge(&txn, &s->ward.ward, &s->org[from], 1, &s->org[into], &decision, s->ward.now));
    carry(s, from, into, NULL, 0);
    sim_note(s, "%zu becomes part of %zu", from, into);
}

static void act_split(struct sim *s)
{
    size_t from = draw_living(s), persons = 0;
    struct id person[SIM_PEERS_MAX];
    uint8_t random[2 * WARD_RANDOM_SIZE];
    char code[8] = "CB-100";
    struct txn txn;

    if (s->orgs + 2 > SIM_ORGS_MAX || !room_for_roles(s) || !all_know_their_scopes(s, NULL))
        return;
    for (size_t i = 0; i < s->peers; i++)
        if (sim_one_in(s, 2))
            person[persons++] = s->peer[i].person;
    code[5] = (char)('0' + s->orgs);
    sim_node_random(&s->chance, random, sizeof random);
    memstore_begin(s->ward.store, true, &txn);
    commit(s, "split", ward_split(&txn, &s->ward.ward, &s->org[from], person, persons, code, code, random, &decision,
                                  s->ward.now));
    if (s->failed)
        return;
    s->org[s->orgs] = id_from(random + WARD_RANDOM_SIZE);
    sim_log_open(s, s->orgs++);
    s->org[s->orgs] = id_from(random);
    sim_log_open(s, s->orgs++);
    if (persons > 0)
        carry(s, from, s->orgs - 2, person, persons);
    carry(s, from, s->orgs - 2, &s->ward.ward.id, 1); /* nobody's, and its history all the same */
    carry(s, from, s->orgs - 1, NULL, 0);
    sim_note(s, "%zu is split", from);
}

static void act_rename(struct sim *s)
{
    size_t org = draw_living(s);
    char code[8] = "CB-2x0";
    struct txn txn;

    code[4] = (char)('0' + org);
    code[5] = (char)('0' + sim_draw(s, 10));
    memstore_begin(s->ward.store, true, &txn);
    commit(s, "renamed", ward_rename(&txn, &s->ward.ward, &s->org[org], code, code, &decision, s->ward.now));
    sim_note(s, "%zu is %s", org, code);
}

static void act_hand_over(struct sim *s)
{
    size_t org = draw_living(s);
    struct txn txn;

    if (living(s) < 2 || !all_know_their_scopes(s, NULL) || !sim_one_in(s, 2))
        return;
    memstore_begin(s->ward.store, true, &txn);
    commit(s, "handed over", ward_hand_over(&txn, &s->ward.ward, &s->org[org], NULL, &decision, s->ward.now));
    for (size_t i = 0; i < s->scopes.roles; i++)
        if (s->scopes.role[i].org == org && !is_wide(s->scopes.role[i].role))
            s->scopes.role[i].held = false;
    s->scopes.history[org] = true;
    sim_note(s, "%zu goes to another ward", org);
}

void sim_scopes_act(struct sim *s)
{
    static void (*const acts[])(struct sim *s) = {act_end, act_end, act_end,   act_grant, act_grant,
                                                  act_grant, act_merge, act_split, act_rename, act_hand_over};

    if (!memstore_is_durable(s->ward.store) || s->rotten)
        return;
    memstore_fail(s->ward.store, 0, ERR_OK);
    if (s->restored)
        look_again(s);
    if (living(s) == 0)
        return;
    s->ward.now++; /* a person takes a second: by it an answer in a file is known to be older (parcel_post.c) */
    acts[sim_draw(s, ARRAY_LEN(acts))](s);
    s->totals.reorganised++;
    if (!s->failed)
        sim_log_feed(s);
}

/* --- what the ward says of changes ---------------------------------------------------------------------------- */

void sim_scopes_leaf(struct sim *s, struct sim_log *l, const struct control *c)
{
    const struct control_grant *g = &c->is.grant;
    bool open = false;

    if (!s->scopes.on || (c->kind != CONTROL_GRANT && c->kind != CONTROL_END))
        return;
    for (size_t i = 0; i < l->grants; i++)
        if (!l->grant[i].over && l->grant[i].role == (enum role)g->role && id_equal(&l->grant[i].person, &g->person)) {
            open = true;
            l->grant[i].over = c->kind == CONTROL_END;
            l->grant[i].end = l->size;
        }
    if (c->kind == CONTROL_GRANT && !open && l->grants < SIM_LOG_GRANTS_MAX)
        l->grant[l->grants++] = (struct sim_log_grant){.person = g->person, .role = (enum role)g->role};
}

static enum role role_now(const struct sim_log *l, const struct id *person)
{
    enum role role = ROLE_NONE;

    for (size_t i = 0; i < l->grants; i++)
        if (!l->grant[i].over && id_equal(&l->grant[i].person, person) && (role == ROLE_NONE || l->grant[i].role < role))
            role = l->grant[i].role;
    return role;
}

bool sim_scopes_verdict(const struct sim *s, const struct sim_log *l, const struct sim_peer *p, const struct header *h,
                        struct bytes part, const struct model_slot *slot, size_t at, const struct change *c,
                        uint32_t verdict, uint32_t *rule)
{
    bool any = false;

    if (!s->scopes.on)
        return false;
    *rule = sim_rules_of(role_now(l, &p->person), l->access, part, slot, at, c);
    for (size_t i = 0; *rule == REFUSED && i < l->grants; i++) {
        const struct sim_log_grant *g = &l->grant[i];
        uint32_t then = sim_rules_of(g->role, l->access, part, slot, at, c);

        if (!g->over || !id_equal(&g->person, &p->person) || then == REFUSED)
            continue;
        any = true;
        if (verdict == then && h->size <= g->end) /* he did not know; whether in his time, says the record's date */
            return true;
    }
    if (*rule == REFUSED && (any || role_now(l, &p->person) == ROLE_NONE))
        *rule = sim_rules_never_waits(c->kind) ? FOR_PERSON - VERDICT_HELD + VERDICT_REFUSED : FOR_PERSON;
    return verdict == *rule || (p->two && verdict == sim_rules_copied(c->kind) &&
                                (verdict_kind(*rule) == VERDICT_ACCEPTED || *rule == SIM_RULES_UNSEEN));
}

/* --- what is erased ------------------------------------------------------------------------------------------- */

static bool holds(struct sim_peer *p, const struct sim_log *l)
{
    struct scope here;
    struct txn txn;
    enum err e;

    memstore_begin(p->node.store, false, &txn);
    e = scope_load(&txn, &l->scope, &here);
    memstore_abort(p->node.store);
    return e == ERR_OK;
}

void sim_scopes_look(struct sim *s, size_t peer)
{
    for (size_t k = 0; k < s->logs && s->scopes.on; k++)
        s->peer[peer].held[s->log[k].org][s->log[k].access] = holds(&s->peer[peer], &s->log[k]);
}

void sim_scopes_dropped(struct sim *s, size_t peer)
{
    struct sim_peer *p = &s->peer[peer];

    for (size_t k = 0; k < s->logs && s->scopes.on && !p->copies; k++) {
        const struct sim_log *l = &s->log[k];
        uint64_t written = 0;

        if (!p->held[l->org][l->access] || !sim_scopes_ever(s, p, l->org, l->access) || holds(p, l))
            continue;
        for (size_t i = 0; i < p->written_count; i++)
            written += p->written[i].org == l->org && p->written[i].access == l->access && p->written[i].in % 2 == 1;
        p->acked[l->org][l->access] = written;
    }
}

bool sim_scopes_waits(const struct sim *s, struct sim_peer *p)
{
    bool waits = false;

    for (size_t k = 0; k < s->logs && s->scopes.on && p->enrolled; k++)
        waits = waits || (!sim_scopes_may_read(s, p, s->log[k].org, s->log[k].access) && holds(p, &s->log[k]));
    return waits;
}

bool sim_scopes_settled(struct sim *s, struct sim_peer *p, const struct sim_log *l)
{
    return !s->scopes.on || !holds(p, l);
}

/* By the registry of a restored ward as it is in the end. */
static bool registry_lets_in(struct sim *s, struct txn *txn, const struct sim_peer *p, const struct sim_log *l)
{
    bool in = false;

    for (size_t i = 0; i < s->scopes.roles; i++) {
        const struct sim_role *r = &s->scopes.role[i];
        bool leads = is_wide(r->role);

        if (!r->held || !id_equal(&r->person, &p->person) || !sim_world_reads(r->role, l->access))
            continue;
        if (!leads && org_leads_to(txn, &s->org[l->org], &s->org[r->org], &leads) != ERR_OK)
            leads = false;
        in = in || leads;
    }
    return in;
}

static void check_rights(struct sim *s, const struct sim_peer *p, const struct sim_log *l)
{
    struct scope scope;
    struct txn txn;
    bool may = false;
    enum err e;

    memstore_begin(s->ward.store, false, &txn);
    e = scope_load(&txn, &l->scope, &scope);
    if (e == ERR_OK)
        e = ward_may_read(&txn, &scope, &p->id, &may);
    if (e == ERR_OK && s->restored && may != registry_lets_in(s, &txn, p, l))
        sim_broken(s, "S5: %zu %s %zu/%d, but by the ward's registry", (size_t)(p - s->peer),
                   may ? "may read" : "may not read", l->org, (int)l->access);
    memstore_abort(s->ward.store);
    if (e != ERR_OK || may != sim_scopes_may_read(s, p, l->org, l->access))
        sim_broken(s, "S5: %zu %s %zu/%d, says the ward: %s", (size_t)(p - s->peer), may ? "may read" : "may not read",
                   l->org, (int)l->access, err_name(e));
}

/* Of an organisation of which it may read nothing, it holds no record; but for the ward's words on its author's own. */
static void check_erased(struct sim *s, size_t peer, size_t org)
{
    struct sim_peer *p = &s->peer[peer];
    struct txn txn;
    bool may = false;

    for (int a = ACCESS_A; a <= ACCESS_D; a++)
        may = may || sim_scopes_may_read(s, p, org, (enum access)a);
    if (may)
        return;
    memstore_begin(p->node.store, false, &txn);
    if (sim_taint_org(&txn, sim_world_is_record_of, org))
        sim_broken(s, "S5: %zu still holds a record of %zu, which it may not read any more", peer, org);
    memstore_abort(p->node.store);
}

void sim_scopes_final(struct sim *s)
{
    if (s->scopes.on && s->restored)
        look_again(s);
    for (size_t i = 0; i < s->peers && s->scopes.on; i++) {
        if (!s->peer[i].enrolled || s->peer[i].revoked)
            continue;
        for (size_t k = 0; k < s->logs && !s->failed; k++)
            check_rights(s, &s->peer[i], &s->log[k]);
        for (size_t org = 0; org < s->orgs && !s->failed; org++)
            check_erased(s, i, org);
    }
}
