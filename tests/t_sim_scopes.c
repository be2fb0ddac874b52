/* t_sim_scopes.c - reorganisations at random while devices are away with pending work: a small simulator of its own.
 *
 * One ward, four cells, a clerk and four devices. Roles end and come back, cells merge, records move, sessions are cut
 * anywhere, books crash. At the end, without faults: every change is at the ward, every scope that a device may read it
 * holds as the ward does, of those it may not read it holds nothing but the
 * ward's words on what it did not take of its own, and the clerk sees every record once.
 * SEED=n runs that one alone. */
#include <stdio.h>
#include <stdlib.h>

#include "../proto/mirror.h"
#include "../proto/org_change.h"
#include "../proto/replica_verdict.h"
#include "../proto/verdict.h"
#include "../proto/ward_grant.h"
#include "../proto/ward_move.h"
#include "../proto/ward_reorganise.h"
#include "sim_model.h"
#include "sim_story.h"
#include "sim_taint.h"
#include "sim_value.h"
#include "test.h"

#define DEVICES 5 /* the first is the clerk's */
#define CELLS 4
#define RECORDS_MAX 200
#define ACTIONS 70
#define SEEDS 40
#define ROUNDS 6

static const struct ward_decision decision = {"1-QĐ", 20261123};
static const char kind_name[] = "meeting";

struct world {
    uint64_t chance;
    struct sim_ward ward;
    struct sim_device device[DEVICES];
    struct id person[DEVICES], home, cell[CELLS];
    enum role role[DEVICES]; /* as granted; NONE: ended */
    struct id at[DEVICES];   /* where */
    uint64_t written[DEVICES];
    uint64_t mirrors, raised; /* leaves that the model met */
    size_t records;
    uint8_t record[RECORDS_MAX][ID_SIZE];
};

static uint64_t draw(struct world *w, uint64_t below)
{
    return test_random(&w->chance) % below;
}

static void world_init(struct world *w, uint64_t seed)
{
    static const enum role roles[DEVICES] = {ROLE_CLERK, ROLE_SECRETARY, ROLE_DEPUTY, ROLE_SECRETARY, ROLE_SECRETARY};
    static const size_t cells[DEVICES] = {0, 0, 0, 1, 2};
    char code[] = "CB-010";

    memset(w, 0, sizeof *w);
    w->chance = (seed + 77) * 0x9e3779b97f4a7c15u; /* not the ward's: records would have the ids of scopes */
    sim_node_ward_init(&w->ward, seed + 1, &w->home);
    for (size_t i = 0; i < CELLS; i++) {
        code[5] = (char)('0' + i);
        w->cell[i] = sim_node_org(&w->ward, code, ORG_TDP);
    }
    for (size_t i = 0; i < DEVICES; i++) {
        uint8_t secret[INVITE_SECRET_SIZE];

        w->role[i] = roles[i];
        w->at[i] = i == 0 ? w->home : w->cell[cells[i]];
        sim_node_device_init(&w->device[i], seed * 100 + i);
        w->person[i] = sim_node_invite(&w->ward, &w->at[i], w->role[i], secret);
        CHECK_EQ(sim_link_enrol(&w->ward, &w->device[i], secret), ERR_OK);
        CHECK_EQ(sim_link_sync(&w->ward, &w->device[i], NULL), ERR_OK);
    }
}

static void world_deinit(struct world *w)
{
    sim_node_ward_deinit(&w->ward);
    for (size_t i = 0; i < DEVICES; i++)
        sim_node_device_deinit(&w->device[i]);
}

/* --- actions ----------------------------------------------------------------------------------------------- */

static void act_record(struct world *w)
{
    size_t i = 1 + draw(w, DEVICES - 1);
    struct replica r = sim_node_replica(&w->device[i]);
    struct sim_value v = {0};
    struct id record;

    if (w->records == RECORDS_MAX)
        return;
    sim_node_random(&w->chance, record.b, ID_SIZE);
    sim_value_create(&v, schema_kind_named(kind_name), ACCESS_A, &record, &w->chance);
    if (sim_node_record(&w->device[i], &r.org, ACCESS_A, &v.change) == ERR_OK) {
        memcpy(w->record[w->records++], record.b, ID_SIZE);
        w->written[i]++;
    }
    sim_value_deinit(&v);
}

/* Every field of a meeting is of class A, until the record is raised. */
static enum access stands(const struct view *view)
{
    return replica_view_access(view, &schema_kind_named(kind_name)->field[0]);
}

/* Of any record that the device holds, in the scopes where it stands for it. */
static void act_edit(struct world *w)
{
    size_t i = draw(w, DEVICES);
    struct replica r = sim_node_replica(&w->device[i]);
    struct sim_value v = {0};
    struct id record;
    struct txn txn;
    struct view view;
    enum err e;

    if (w->records == 0)
        return;
    record = id_from(w->record[draw(w, w->records)]);
    memstore_begin(w->device[i].store, false, &txn);
    e = replica_view(&txn, &r, schema_kind_named(kind_name)->number, &record, &view);
    memstore_abort(w->device[i].store);
    if (e != ERR_OK) {
        CHECK_EQ(e, ERR_NOT_FOUND); /* never ambiguous, wherever a session was cut */
        return;
    }
    if (sim_value_edit(&v, schema_kind_named(kind_name), ACCESS_A, &record, OP_SET, &w->chance) &&
        sim_node_record(&w->device[i], &view.org, stands(&view), &v.change) == ERR_OK)
        w->written[i]++;
    replica_view_deinit(&view);
    sim_value_deinit(&v);
}

static void act_sync(struct world *w)
{
    uint8_t binding[BINDING_SIZE] = {1};
    size_t i = draw(w, DEVICES);
    struct sim_link l;

    sim_link_open(&l, &w->ward, &w->device[i], binding, 0);
    if (draw(w, 2) == 0)
        l.limit[draw(w, 2)] = draw(w, 3000);
    sim_link_run(&l);
    CHECK(l.device.err == ERR_OK || l.cut);
    sim_link_close(&l);
    if (draw(w, 8) == 0)
        memstore_crash(w->device[i].store);
}

static void act_role(struct world *w)
{
    size_t i = 1 + draw(w, DEVICES - 1);
    struct id living = w->at[i];
    struct txn txn;

    memstore_begin(w->ward.store, false, &txn);
    CHECK_EQ(org_living(&txn, &w->at[i], &living), ERR_OK);
    memstore_abort(w->ward.store);
    if (w->role[i] != ROLE_NONE) {
        sim_node_end(&w->ward, &w->person[i], &living, w->role[i]);
        w->role[i] = ROLE_NONE;
    } else {
        w->role[i] = draw(w, 2) == 0 ? ROLE_SECRETARY : ROLE_DEPUTY;
        w->at[i] = living;
        sim_node_grant(&w->ward, &w->person[i], &living, w->role[i]);
    }
}

static void act_merge(struct world *w)
{
    const struct id *from = &w->cell[draw(w, CELLS)], *into = &w->cell[draw(w, CELLS)];
    struct txn txn;
    enum err e;

    memstore_begin(w->ward.store, true, &txn);
    e = ward_merge(&txn, &w->ward.ward, from, 1, into, &decision, w->ward.now);
    CHECK(e == ERR_OK || e == ERR_FROZEN || e == ERR_BAD_VALUE);
    CHECK_EQ(memstore_commit(w->ward.store, true), ERR_OK);
}

static void act_move(struct world *w)
{
    struct id record, to = w->cell[draw(w, CELLS)];
    uint64_t policy, moved;
    struct txn txn;
    enum err e;

    if (w->records == 0)
        return;
    record = id_from(w->record[draw(w, w->records)]);
    memstore_begin(w->ward.store, true, &txn);
    CHECK_EQ(ward_policy_next(&txn, &policy), ERR_OK);
    e = ward_move(&txn, &w->ward.ward, schema_kind_named(kind_name)->number, &record, &to, &decision, w->ward.now, &moved);
    CHECK(e == ERR_OK || e == ERR_NOT_FOUND || e == ERR_EXISTS);
    CHECK_EQ(memstore_commit(w->ward.store, true), ERR_OK);
}

/* Above what everybody here may read but one, or above what all of them may. */
static void act_raise(struct world *w)
{
    uint64_t policy, raised;
    enum access access;
    struct txn txn;
    struct id record;
    enum err e;

    if (w->records == 0)
        return;
    record = id_from(w->record[draw(w, w->records)]);
    memstore_begin(w->ward.store, true, &txn);
    CHECK_EQ(ward_policy_next(&txn, &policy), ERR_OK);
    access = ACCESS_B + (enum access)(draw(w, 999) / 333);
    e = ward_raise(&txn, &w->ward.ward, schema_kind_named(kind_name)->number, &record, access, &decision, w->ward.now,
                   &raised);
    CHECK(e == ERR_OK || e == ERR_NOT_FOUND || e == ERR_EXISTS);
    CHECK_EQ(memstore_commit(w->ward.store, true), ERR_OK);
}

static void act(struct world *w)
{
    uint64_t dice = draw(w, 100);

    if (dice < 30)
        act_record(w);
    else if (dice < 50)
        act_edit(w);
    else if (dice < 85)
        act_sync(w);
    else if (dice < 92)
        act_role(w);
    else if (dice < 94)
        act_merge(w);
    else if (dice < 96)
        act_raise(w);
    else
        act_move(w);
}

/* --- what must hold ------------------------------------------------------------------------------------------ */

struct taint {
    const uint8_t *needle;
    bool found;
};

static bool left_visit(void *arg, const struct replica_verdict *v)
{
    enum verdict is = verdict_kind(v->verdict);

    CHECK(!replica_verdict_left(arg, v) || is == VERDICT_HELD || (is == VERDICT_REFUSED && !v->answered));
    return true;
}

/* Of a scope that is gone, what was held or refused and nothing else. */
static void check_words(struct txn *device)
{
    CHECK_EQ(replica_verdict_each(device, left_visit, device), ERR_OK);
}

/* S4: what it may read it holds as the ward does; S5: of the rest it holds nothing. */
static void check_device(struct world *w, size_t i)
{
    struct replica r = sim_node_replica(&w->device[i]);
    bool readable[RECORDS_MAX] = {false};
    struct scope *list, here;
    struct txn ward, device;
    size_t count;

    memstore_begin(w->ward.store, false, &ward);
    memstore_begin(w->device[i].store, false, &device);
    CHECK_EQ(scope_list(&ward, &list, &count), ERR_OK);
    for (size_t s = 0; s < count; s++) {
        bool may = false;
        enum err e = scope_load(&device, &list[s].id, &here);

        CHECK_EQ(ward_may_read(&ward, &list[s], &r.device, &may), ERR_OK);
        CHECK_EQ(e, may ? ERR_OK : ERR_NOT_FOUND);
        if (e == ERR_OK && may) {
            struct hash a = scope_root(&list[s]), b = scope_root(&here);

            CHECK_MEM(a.b, b.b, HASH_SIZE);
            CHECK_EQ(ledger_state(&ward, &list[s], &a), ERR_OK);
            CHECK_EQ(ledger_state(&device, &here, &b), ERR_OK);
            CHECK_MEM(a.b, b.b, HASH_SIZE);
        }
        for (size_t k = 0; may && k < w->records; k++) {
            struct id record = id_from(w->record[k]), target;
            struct part p;

            CHECK_EQ(ledger_part(&ward, &list[s], schema_kind_named(kind_name)->number, &record, &p), ERR_OK);
            readable[k] = readable[k] || p.changes > 0 || mirror_home(&ward, list[s].number, &record, &target) == ERR_OK;
            part_deinit(&p);
        }
    }
    for (size_t k = 0; k < w->records; k++)
        if (!readable[k] && w->role[i] == ROLE_NONE)
            CHECK(!sim_taint_id(&device, w->record[k]));
    check_words(&device);
    free(list);
    memstore_abort(w->ward.store);
    memstore_abort(w->device[i].store);
    sim_story_verify(&w->device[i]);
}

/* S1: everything that was written is in the device's streams at the ward. */
static void check_written(struct world *w, size_t i)
{
    struct replica r = sim_node_replica(&w->device[i]);
    struct scope *list;
    struct txn txn;
    uint64_t sum = 0;
    size_t count;

    memstore_begin(w->ward.store, false, &txn);
    CHECK_EQ(scope_list(&txn, &list, &count), ERR_OK);
    for (size_t s = 0; s < count; s++) {
        struct stream stream;

        if (scope_stream_of(&txn, &list[s], &r.device, r.incarnation, &stream) == ERR_OK)
            sum += stream.next;
    }
    CHECK_EQ(sum, w->written[i]);
    free(list);
    memstore_abort(w->ward.store);
}

/* S2: the state of each log is what the model makes of its leaves: moved, raised, released. */
static void check_model(struct world *w)
{
    struct scope *list;
    struct txn txn;
    size_t count;

    memstore_begin(w->ward.store, false, &txn);
    CHECK_EQ(scope_list(&txn, &list, &count), ERR_OK);
    for (size_t s = 0; s < count; s++)
        sim_model_check(&txn, &list[s], &w->mirrors, &w->raised);
    free(list);
    memstore_abort(w->ward.store);
}

static bool once_visit(void *arg, struct view *v)
{
    size_t *seen = arg;

    (void)v;
    ++*seen;
    return true;
}

/* The class of the scope where the record is at home. */
static enum access home_access(struct txn *txn, const struct id *record)
{
    enum access access = ACCESS_A;
    struct scope *list;
    size_t count;

    CHECK_EQ(scope_list(txn, &list, &count), ERR_OK);
    for (size_t s = 0; s < count; s++) {
        bool lives = false;

        CHECK_EQ(ward_lives_in(txn, &list[s], schema_kind_named(kind_name)->number, record, &lives), ERR_OK);
        if (lives)
            access = list[s].access;
    }
    free(list);
    return access;
}

/* Of what was raised above everything that this device may read no body is left: id, kind, create or set, a tag. (A
 * raised leaf's row ends its payload behind the class: there a signature's head follows.) */
static bool body_visit(void *arg, struct bytes key, struct bytes value)
{
    struct taint *t = arg;
    const uint8_t kind = (uint8_t)schema_kind_named(kind_name)->number;

    (void)key;
    for (size_t i = 0; i + ID_SIZE + 2 < value.n && !t->found; i++)
        t->found = memcmp(value.p + i, t->needle, ID_SIZE) == 0 && value.p[i + ID_SIZE] == kind &&
                   value.p[i + ID_SIZE + 1] <= OP_SET && value.p[i + ID_SIZE + 2] != 0xc4;
    return !t->found;
}

static void check_raised(struct world *w, size_t i)
{
    struct txn ward, device;

    memstore_begin(w->ward.store, false, &ward);
    memstore_begin(w->device[i].store, false, &device);
    for (size_t k = 0; k < w->records; k++) {
        struct id record = id_from(w->record[k]);
        struct taint t;

        if (home_access(&ward, &record) < ACCESS_D) /* the others' devices read up to C, or nothing at all */
            continue;
        t = (struct taint){.needle = w->record[k]};
        sim_taint_scan(&device, body_visit, &t);
        CHECK(!t.found);
    }
    memstore_abort(w->ward.store);
    memstore_abort(w->device[i].store);
}

/* No orphan: whoever may read everything sees each record that counts, once. */
static void check_clerk(struct world *w)
{
    struct replica r = sim_node_replica(&w->device[0]);
    size_t seen = 0, there = 0;
    struct txn txn;
    struct id org;

    memstore_begin(w->ward.store, false, &txn);
    for (size_t k = 0; k < w->records; k++) {
        struct id record = id_from(w->record[k]);

        there += ward_record_org(&txn, schema_kind_named(kind_name)->number, &record, &org) == ERR_OK &&
                 home_access(&txn, &record) < ACCESS_D;
    }
    memstore_abort(w->ward.store);
    memstore_begin(w->device[0].store, false, &txn);
    CHECK_EQ(replica_each(&txn, &r, schema_kind_named(kind_name)->number, once_visit, &seen), ERR_OK);
    memstore_abort(w->device[0].store);
    CHECK_EQ(seen, there);
}

static uint64_t folded[2]; /* of all seeds: mirror leaves, raised ones */

static void run_seed(uint64_t seed)
{
    struct world w;

    world_init(&w, seed);
    for (int i = 0; i < ACTIONS; i++)
        act(&w);
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < DEVICES; i++)
            CHECK_EQ(sim_link_sync(&w.ward, &w.device[i], NULL), ERR_OK);
    for (size_t i = 0; i < DEVICES; i++) {
        check_device(&w, i);
        check_written(&w, i);
        if (i > 0) /* the clerk writes no meetings: what was refused stays with him */
            check_raised(&w, i);
    }
    check_clerk(&w);
    check_model(&w);
    folded[0] += w.mirrors;
    folded[1] += w.raised;
    world_deinit(&w);
}

TEST(reorganised_at_random_while_devices_are_away)
{
    const char *one = getenv("SEED");

    crypto_init();
    if (one != NULL)
        run_seed(strtoull(one, NULL, 10));
    for (uint64_t seed = 0; one == NULL && seed < SEEDS; seed++)
        run_seed(seed);
    printf("%llu mirror leaves, %llu raised ones\n", (unsigned long long)folded[0], (unsigned long long)folded[1]);
    CHECK(one != NULL || (folded[0] > 40 && folded[1] > 10));
}
