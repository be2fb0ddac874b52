/* sim_story.c - see sim_story.h. */
#include "sim_story.h"

#include "sim_value.h"
#include "test.h"

void sim_story_init(struct sim_story *w, size_t devices)
{
    static const enum role roles[3] = {ROLE_SECRETARY, ROLE_DEPUTY, ROLE_CLERK};
    uint8_t secret[INVITE_SECRET_SIZE];

    crypto_init();
    memset(w, 0, sizeof *w);
    sim_node_ward_init(&w->ward, 1, &w->home);
    w->cell = sim_node_org(&w->ward, "CB-014", ORG_TDP);
    for (size_t i = 0; i < devices; i++) {
        sim_node_device_init(&w->device[i], 100 + i);
        sim_node_invite(&w->ward, roles[i] == ROLE_CLERK ? &w->home : &w->cell, roles[i], secret);
        CHECK_EQ(sim_link_enrol(&w->ward, &w->device[i], secret), ERR_OK);
    }
    for (size_t i = 0; i < devices; i++)
        CHECK_EQ(sim_link_sync(&w->ward, &w->device[i], NULL), ERR_OK);
}

void sim_story_deinit(struct sim_story *w)
{
    sim_node_ward_deinit(&w->ward);
    for (size_t i = 0; i < ARRAY_LEN(w->device); i++)
        sim_node_device_deinit(&w->device[i]);
}

enum err sim_story_meeting(struct sim_story *w, size_t device, uint8_t name)
{
    struct sim_value v = {0};
    struct id record = {{name}};
    uint64_t chance = name;
    enum err e;

    sim_value_create(&v, schema_kind_named("meeting"), ACCESS_A, &record, &chance);
    e = sim_node_record(&w->device[device], &w->cell, ACCESS_A, &v.change);
    sim_value_deinit(&v);
    return e;
}

void sim_story_scope(struct memstore *m, const struct id *org, enum access access, struct scope *s)
{
    struct txn txn;
    struct org o;

    memset(s, 0, sizeof *s);
    memstore_begin(m, false, &txn);
    CHECK_EQ(org_load(&txn, org, &o), ERR_OK);
    CHECK_EQ(scope_load(&txn, &o.scope[access], s), ERR_OK);
    memstore_abort(m);
}

struct hash sim_story_root(struct memstore *m, const struct id *org, enum access access)
{
    struct scope s;

    sim_story_scope(m, org, access, &s);
    return scope_root(&s);
}

struct hash sim_story_state(struct memstore *m, const struct id *org, enum access access)
{
    struct hash h = {{0}};
    struct scope s;
    struct txn txn;

    sim_story_scope(m, org, access, &s);
    memstore_begin(m, false, &txn);
    CHECK_EQ(ledger_state(&txn, &s, &h), ERR_OK);
    memstore_abort(m);
    return h;
}

uint64_t sim_story_digest(struct memstore *m)
{
    struct txn txn;
    uint64_t digest;

    memstore_begin(m, false, &txn);
    digest = memstore_digest(&txn);
    memstore_abort(m);
    return digest;
}

struct replica_counts sim_story_counts(struct sim_device *d)
{
    struct replica_counts c;
    struct txn txn;

    memstore_begin(d->store, false, &txn);
    CHECK_EQ(replica_count(&txn, &c), ERR_OK);
    memstore_abort(d->store);
    return c;
}

void sim_story_verify(struct sim_device *d)
{
    char why[ERROR_DETAIL_MAX + 1] = "";
    struct replica_report report;
    struct replica r;
    struct txn txn;

    memstore_begin(d->store, false, &txn);
    CHECK_EQ(replica_load(&txn, &r), ERR_OK);
    CHECK_EQ(replica_verify(&txn, &r, &report, why), ERR_OK);
    CHECK_STR(why, "");
    memstore_abort(d->store);
}

void sim_story_check(struct sim_story *w, size_t device)
{
    for (int a = ACCESS_A; a <= ACCESS_C; a++) {
        struct hash here = sim_story_root(w->device[device].store, &w->cell, (enum access)a);
        struct hash there = sim_story_root(w->ward.store, &w->cell, (enum access)a);

        CHECK_MEM(here.b, there.b, HASH_SIZE);
        here = sim_story_state(w->device[device].store, &w->cell, (enum access)a);
        there = sim_story_state(w->ward.store, &w->cell, (enum access)a);
        CHECK_MEM(here.b, there.b, HASH_SIZE);
    }
    sim_story_verify(&w->device[device]);
}
