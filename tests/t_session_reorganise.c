/* t_session_reorganise.c - cells merged, split, renamed, handed over, with work that is under way on both sides. */
#include "../proto/mirror.h"
#include "../proto/org_change.h"
#include "../proto/ward_grant.h"
#include "../proto/ward_move.h"
#include "../proto/ward_reorganise.h"
#include "sim_story.h"
#include "sim_value.h"
#include "test.h"

static const struct ward_decision decision = {"15-QĐ/ĐU", 20261123};

/* Two cells, a secretary each: devices 0 and 1. */
struct two {
    struct sim_ward ward;
    struct sim_device device[2];
    struct id home, cell[3];
};

static void two_init(struct two *w)
{
    uint8_t secret[INVITE_SECRET_SIZE];

    crypto_init();
    memset(w, 0, sizeof *w);
    sim_node_ward_init(&w->ward, 7, &w->home);
    w->cell[0] = sim_node_org(&w->ward, "CB-014", ORG_TDP);
    w->cell[1] = sim_node_org(&w->ward, "CB-015", ORG_TDP);
    w->cell[2] = sim_node_org(&w->ward, "CB-020", ORG_TDP);
    for (size_t i = 0; i < 2; i++) {
        sim_node_device_init(&w->device[i], 300 + i);
        sim_node_invite(&w->ward, &w->cell[i], ROLE_SECRETARY, secret);
        CHECK_EQ(sim_link_enrol(&w->ward, &w->device[i], secret), ERR_OK);
        CHECK_EQ(sim_link_sync(&w->ward, &w->device[i], NULL), ERR_OK);
    }
}

static void two_deinit(struct two *w)
{
    sim_node_ward_deinit(&w->ward);
    for (size_t i = 0; i < 2; i++)
        sim_node_device_deinit(&w->device[i]);
}

static enum err record_at(struct two *w, size_t device, const struct id *org, uint8_t mark)
{
    struct sim_value v = {0};
    struct id record;
    uint64_t chance = mark;
    enum err e;

    memset(record.b, mark, ID_SIZE);
    sim_value_create(&v, schema_kind_named("meeting"), ACCESS_A, &record, &chance);
    e = sim_node_record(&w->device[device], org, ACCESS_A, &v.change);
    sim_value_deinit(&v);
    return e;
}

static enum err sync_one(struct two *w, size_t device)
{
    return sim_link_sync(&w->ward, &w->device[device], NULL);
}

static enum err merge(struct two *w, const struct id *from, size_t count, const struct id *into)
{
    struct txn txn;
    enum err e;

    memstore_begin(w->ward.store, true, &txn);
    e = ward_merge(&txn, &w->ward.ward, from, count, into, &decision, w->ward.now);
    CHECK_EQ(memstore_commit(w->ward.store, true), ERR_OK);
    return e;
}

/* Number of changes in the folded part, at a device or at the ward. */
static size_t changes(struct memstore *m, const struct id *org, uint8_t mark)
{
    struct id record;
    struct scope s;
    struct part p;
    struct org o;
    struct txn txn;
    size_t n = 0;

    memset(record.b, mark, ID_SIZE);
    memstore_begin(m, false, &txn);
    if (org_load(&txn, org, &o) == ERR_OK && scope_load(&txn, &o.scope[ACCESS_A], &s) == ERR_OK) {
        CHECK_EQ(ledger_part(&txn, &s, schema_kind_named("meeting")->number, &record, &p), ERR_OK);
        n = p.changes;
        part_deinit(&p);
    }
    memstore_abort(m);
    return n;
}

/* The device holds this organisation's logs and state of the classes that its secretary reads, as the ward does. */
static void check_same(struct two *w, size_t device, const struct id *org)
{
    for (int a = ACCESS_A; a <= ACCESS_C; a++) {
        struct hash here = sim_story_root(w->device[device].store, org, (enum access)a);
        struct hash there = sim_story_root(w->ward.store, org, (enum access)a);

        CHECK_MEM(here.b, there.b, HASH_SIZE);
        here = sim_story_state(w->device[device].store, org, (enum access)a);
        there = sim_story_state(w->ward.store, org, (enum access)a);
        CHECK_MEM(here.b, there.b, HASH_SIZE);
    }
    sim_story_verify(&w->device[device]);
}

static void check_org(struct two *w, size_t device, const struct id *org)
{
    struct id now = sim_node_replica(&w->device[device]).org;

    CHECK_MEM(now.b, org->b, ID_SIZE);
}

TEST(two_cells_become_one_while_both_are_away_with_work)
{
    struct two w;

    two_init(&w);
    CHECK_EQ(record_at(&w, 0, &w.cell[0], 1), ERR_OK);
    CHECK_EQ(sync_one(&w, 0), ERR_OK);
    CHECK_EQ(record_at(&w, 0, &w.cell[0], 2), ERR_OK);
    CHECK_EQ(record_at(&w, 1, &w.cell[1], 3), ERR_OK);
    CHECK_EQ(merge(&w, w.cell, 2, &w.cell[2]), ERR_OK);
    CHECK_EQ(record_at(&w, 1, &w.cell[1], 4), ERR_OK); /* nobody told it yet */
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < 2; i++)
            CHECK_EQ(sync_one(&w, i), ERR_OK);
    for (size_t i = 0; i < 2; i++) {
        for (size_t c = 0; c < 3; c++)
            check_same(&w, i, &w.cell[c]);
        check_org(&w, i, &w.cell[2]);
        CHECK_EQ(changes(w.device[i].store, &w.cell[0], 1), 1);
        CHECK_EQ(changes(w.device[i].store, &w.cell[0], 2), 1);
        CHECK_EQ(changes(w.device[i].store, &w.cell[1], 3), 1);
        CHECK_EQ(changes(w.device[i].store, &w.cell[1], 4), 1);
    }
    CHECK_EQ(record_at(&w, 0, &w.cell[2], 5), ERR_OK);
    CHECK_EQ(sync_one(&w, 0), ERR_OK);
    CHECK_EQ(sync_one(&w, 1), ERR_OK);
    CHECK_EQ(changes(w.device[1].store, &w.cell[2], 5), 1);
    two_deinit(&w);
}

TEST(a_cell_joins_another_and_what_it_does_later_is_judged_there)
{
    struct two w;

    two_init(&w);
    CHECK_EQ(merge(&w, w.cell, 1, &w.cell[1]), ERR_OK);
    CHECK_EQ(sync_one(&w, 1), ERR_OK);
    CHECK_EQ(record_at(&w, 0, &w.cell[0], 1), ERR_OK);
    CHECK_EQ(sync_one(&w, 0), ERR_OK);
    CHECK_EQ(sync_one(&w, 1), ERR_OK);
    CHECK_EQ(changes(w.device[1].store, &w.cell[0], 1), 1);
    check_org(&w, 0, &w.cell[1]);
    check_org(&w, 1, &w.cell[1]);
    CHECK_EQ(merge(&w, w.cell, 1, &w.cell[2]), ERR_FROZEN); /* it is history already */
    CHECK_EQ(merge(&w, &w.cell[1], 1, &w.cell[0]), ERR_FROZEN);
    CHECK_EQ(merge(&w, &w.cell[1], 1, &w.cell[1]), ERR_BAD_VALUE);
    CHECK_EQ(merge(&w, &w.cell[1], 1, &w.cell[2]), ERR_OK); /* and once more, of what became of it */
    for (size_t i = 0; i < 2; i++) {
        CHECK_EQ(sync_one(&w, i), ERR_OK);
        CHECK_EQ(sync_one(&w, i), ERR_OK);
        check_org(&w, i, &w.cell[2]);
        for (size_t c = 0; c < 3; c++)
            check_same(&w, i, &w.cell[c]);
    }
    two_deinit(&w);
}

TEST(a_cell_is_split_and_both_parts_keep_its_history)
{
    uint8_t random[2 * WARD_RANDOM_SIZE];
    struct id person, rest, part;
    struct org found;
    struct txn txn;
    struct two w;

    two_init(&w);
    CHECK_EQ(record_at(&w, 0, &w.cell[0], 1), ERR_OK);
    CHECK_EQ(merge(&w, &w.cell[1], 1, &w.cell[0]), ERR_OK); /* two secretaries in one cell */
    for (size_t i = 0; i < 2; i++)
        CHECK_EQ(sync_one(&w, i), ERR_OK);
    CHECK_EQ(record_at(&w, 1, &w.cell[0], 2), ERR_OK);
    person = sim_node_replica(&w.device[1]).person;
    sim_node_random(&w.ward.chance, random, sizeof random);
    rest = id_from(random);
    part = id_from(random + WARD_RANDOM_SIZE);
    memstore_begin(w.ward.store, true, &txn);
    CHECK_EQ(ward_split(&txn, &w.ward.ward, &w.cell[0], &person, 1, "CB-030", "new", random, &decision, w.ward.now),
             ERR_OK);
    CHECK_EQ(org_by_any_code(&txn, "CB-014", &found), ERR_OK);
    CHECK_MEM(found.id.b, rest.b, ID_SIZE); /* the code goes on with the rest */
    CHECK_EQ(memstore_commit(w.ward.store, true), ERR_OK);
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < 2; i++)
            CHECK_EQ(sync_one(&w, i), ERR_OK);
    check_org(&w, 0, &rest);
    check_org(&w, 1, &part);
    for (size_t i = 0; i < 2; i++) {
        check_same(&w, i, &w.cell[0]);
        check_same(&w, i, &w.cell[1]);
        CHECK_EQ(changes(w.device[i].store, &w.cell[0], 1), 1);
        CHECK_EQ(changes(w.device[i].store, &w.cell[0], 2), 1);
    }
    CHECK_EQ(record_at(&w, 0, &part, 9), ERR_NOT_READABLE); /* what is new is each one's own */
    CHECK_EQ(record_at(&w, 1, &part, 9), ERR_OK);
    CHECK_EQ(record_at(&w, 0, &rest, 8), ERR_OK);
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < 2; i++)
            CHECK_EQ(sync_one(&w, i), ERR_OK);
    CHECK_EQ(changes(w.device[0].store, &part, 9), 0);
    CHECK_EQ(changes(w.device[1].store, &rest, 8), 0);
    CHECK_EQ(changes(w.ward.store, &part, 9), 1);
    two_deinit(&w);
}

TEST(a_renamed_cell_is_found_under_both_codes)
{
    struct two w;
    struct org o;
    struct txn txn;

    two_init(&w);
    memstore_begin(w.ward.store, true, &txn);
    CHECK_EQ(ward_rename(&txn, &w.ward.ward, &w.cell[0], "CB-015", NULL, &decision, w.ward.now), ERR_EXISTS);
    CHECK_EQ(ward_rename(&txn, &w.ward.ward, &w.cell[0], "CB-099", "other", &decision, w.ward.now), ERR_OK);
    CHECK_EQ(memstore_commit(w.ward.store, true), ERR_OK);
    CHECK_EQ(record_at(&w, 0, &w.cell[0], 1), ERR_OK);
    CHECK_EQ(sync_one(&w, 0), ERR_OK);
    for (int i = 0; i < 2; i++) {
        struct memstore *m = i == 0 ? w.ward.store : w.device[0].store;

        memstore_begin(m, false, &txn);
        CHECK_EQ(org_by_any_code(&txn, "CB-014", &o), ERR_OK);
        CHECK_STR(o.code, "CB-099");
        CHECK_STR(o.name, "other");
        CHECK_EQ(org_by_any_code(&txn, "CB-099", &o), ERR_OK);
        CHECK_MEM(o.id.b, w.cell[0].b, ID_SIZE);
        memstore_abort(m);
    }
    check_same(&w, 0, &w.cell[0]);
    two_deinit(&w);
}

TEST(a_cell_handed_to_another_ward_takes_what_comes_late_and_lets_nobody_in)
{
    struct two w;
    struct txn txn;
    struct id living;

    two_init(&w);
    CHECK_EQ(record_at(&w, 0, &w.cell[0], 1), ERR_OK);
    memstore_begin(w.ward.store, true, &txn);
    CHECK_EQ(ward_hand_over(&txn, &w.ward.ward, &w.cell[0], "TAN-THANH-2", &decision, w.ward.now), ERR_OK);
    CHECK_EQ(org_living(&txn, &w.cell[0], &living), ERR_FROZEN);
    CHECK_EQ(memstore_commit(w.ward.store, true), ERR_OK);
    CHECK_EQ(sync_one(&w, 0), ERR_OK);
    CHECK_EQ(changes(w.device[0].store, &w.cell[0], 1), 0);
    CHECK_EQ(record_at(&w, 0, &w.cell[0], 2), ERR_NOT_READABLE);
    CHECK_EQ(sync_one(&w, 0), ERR_OK);
    two_deinit(&w);
}

/* --- one record moves ----------------------------------------------------------------------------------------- */

static enum err edit_at(struct two *w, struct sim_device *d, const struct id *org, uint8_t mark, uint64_t chance)
{
    struct sim_value v = {0};
    struct id record;
    enum err e = ERR_OTHER;

    (void)w;
    memset(record.b, mark, ID_SIZE);
    if (sim_value_edit(&v, schema_kind_named("meeting"), ACCESS_A, &record, OP_SET, &chance))
        e = sim_node_record(d, org, ACCESS_A, &v.change);
    sim_value_deinit(&v);
    return e;
}

static enum err move(struct two *w, uint8_t mark, const struct id *to)
{
    struct id record;
    struct txn txn;
    uint64_t policy, moved;
    enum err e;

    memset(record.b, mark, ID_SIZE);
    memstore_begin(w->ward.store, true, &txn);
    CHECK_EQ(ward_policy_next(&txn, &policy), ERR_OK);
    e = ward_move(&txn, &w->ward.ward, schema_kind_named("meeting")->number, &record, to, &decision, w->ward.now, &moved);
    CHECK_EQ(memstore_commit(w->ward.store, true), ERR_OK);
    return e;
}

struct counted {
    size_t records;
    struct id org;
};

static bool count_visit(void *arg, struct view *v)
{
    struct counted *c = arg;

    c->records++;
    c->org = v->org;
    return true;
}

/* How many records of the kind a device shows, and where the last one lives. */
static struct counted shown(struct sim_device *d)
{
    struct counted c = {.records = 0};
    struct replica r = sim_node_replica(d);
    struct txn txn;

    memstore_begin(d->store, false, &txn);
    CHECK_EQ(replica_each(&txn, &r, schema_kind_named("meeting")->number, count_visit, &c), ERR_OK);
    memstore_abort(d->store);
    return c;
}

static bool lives(struct sim_device *d, const struct id *org)
{
    struct counted c = shown(d);

    return id_equal(&c.org, org);
}

static bool history_visit(void *arg, const struct scope *s, const struct history_change *h)
{
    (void)s;
    (void)h;
    ++*(size_t *)arg;
    return true;
}

static size_t history(struct sim_device *d, uint8_t mark)
{
    struct replica r = sim_node_replica(d);
    struct id record;
    struct txn txn;
    size_t n = 0;

    memset(record.b, mark, ID_SIZE);
    memstore_begin(d->store, false, &txn);
    CHECK_EQ(replica_history(&txn, &r, schema_kind_named("meeting")->number, &record, history_visit, &n), ERR_OK);
    memstore_abort(d->store);
    return n;
}

TEST(a_record_moves_with_its_history_and_what_comes_late_follows_it)
{
    uint8_t secret[INVITE_SECRET_SIZE];
    struct sim_device clerk;
    struct two w;

    two_init(&w);
    sim_node_device_init(&clerk, 900);
    sim_node_invite(&w.ward, &w.home, ROLE_CLERK, secret);
    CHECK_EQ(sim_link_enrol(&w.ward, &clerk, secret), ERR_OK);
    CHECK_EQ(record_at(&w, 0, &w.cell[0], 1), ERR_OK);
    CHECK_EQ(edit_at(&w, &w.device[0], &w.cell[0], 1, 5), ERR_OK);
    CHECK_EQ(sync_one(&w, 0), ERR_OK);
    CHECK_EQ(sim_link_sync(&w.ward, &clerk, NULL), ERR_OK);
    CHECK_EQ(move(&w, 1, &w.cell[1]), ERR_OK);
    CHECK_EQ(move(&w, 1, &w.cell[1]), ERR_EXISTS);
    CHECK_EQ(edit_at(&w, &w.device[0], &w.cell[0], 1, 6), ERR_OK); /* it does not know yet */
    CHECK_EQ(sync_one(&w, 0), ERR_OK);
    CHECK_EQ(changes(w.ward.store, &w.cell[0], 1), 2); /* the copy is what it was */
    CHECK_EQ(changes(w.ward.store, &w.cell[1], 1), 3);
    CHECK_EQ(sim_story_counts(&w.device[0]).sealed, 0);
    CHECK_EQ(sync_one(&w, 1), ERR_OK);
    check_same(&w, 0, &w.cell[0]);
    check_same(&w, 1, &w.cell[1]);
    CHECK_EQ(changes(w.device[1].store, &w.cell[1], 1), 3);
    CHECK_EQ(history(&w.device[1], 1), 3);
    CHECK_EQ(shown(&clerk).records, 1);
    CHECK_EQ(sim_link_sync(&w.ward, &clerk, NULL), ERR_OK); /* holds both: the record is shown once, at home */
    CHECK_EQ(shown(&clerk).records, 1);
    CHECK(lives(&clerk, &w.cell[1]));
    CHECK_EQ(history(&clerk, 1), 3);
    CHECK_EQ(edit_at(&w, &w.device[1], &w.cell[1], 1, 7), ERR_OK); /* and it goes on there */
    CHECK_EQ(sync_one(&w, 1), ERR_OK);
    CHECK_EQ(changes(w.ward.store, &w.cell[1], 1), 4);
    CHECK_EQ(move(&w, 1, &w.cell[0]), ERR_OK); /* back: only what is not there yet is brought */
    for (size_t i = 0; i < 2; i++)
        CHECK_EQ(sync_one(&w, i), ERR_OK);
    CHECK_EQ(sim_link_sync(&w.ward, &clerk, NULL), ERR_OK);
    CHECK_EQ(changes(w.device[0].store, &w.cell[0], 1), 4);
    CHECK(lives(&clerk, &w.cell[0]));
    CHECK_EQ(shown(&clerk).records, 1);
    check_same(&w, 0, &w.cell[0]);
    check_same(&w, 1, &w.cell[1]);
    CHECK_EQ(edit_at(&w, &w.device[1], &w.cell[1], 1, 8), ERR_OK); /* a copy now, as it knows */
    CHECK_EQ(sync_one(&w, 1), ERR_OK);
    CHECK_EQ(changes(w.ward.store, &w.cell[0], 1), 4); /* where its holder may do nothing: a person decides */
    CHECK_EQ(sim_story_counts(&w.device[1]).held, 1);
    sim_node_device_deinit(&clerk);
    two_deinit(&w);
}

/* A mirror leaf that is not what its author signed is a lie, whoever signed the leaf. */
TEST(a_mirror_leaf_with_another_body_is_not_taken)
{
    struct two w;
    struct control c;
    struct ledger_leaf l;
    struct buf row = {0}, body = {0};
    struct scope from, to;
    struct txn txn;

    two_init(&w);
    CHECK_EQ(record_at(&w, 0, &w.cell[0], 1), ERR_OK);
    CHECK_EQ(sync_one(&w, 0), ERR_OK);
    CHECK_EQ(move(&w, 1, &w.cell[1]), ERR_OK);
    sim_story_scope(w.ward.store, &w.cell[0], ACCESS_A, &from);
    sim_story_scope(w.ward.store, &w.cell[1], ACCESS_A, &to);
    memstore_begin(w.ward.store, true, &txn);
    CHECK_EQ(ledger_leaf_at(&txn, &to, to.frontier.size - 1, &row, &l), ERR_OK);
    CHECK_EQ(mirror_make(to.frontier.size - 1, &l, 0, &c), ERR_OK);
    CHECK_EQ(mirror_check(&txn, &to, &c), ERR_OK);
    buf_put_bytes(&body, c.is.mirror.body);
    body.p[body.n - 1] ^= 1;
    c.is.mirror.body = buf_bytes(&body);
    CHECK_EQ(mirror_check(&txn, &to, &c), ERR_BAD_PROOF);
    CHECK_EQ(ward_control(&txn, &w.ward.ward, &to, &c, w.ward.now), ERR_OK); /* a ward that lies */
    CHECK_EQ(memstore_commit(w.ward.store, true), ERR_OK);
    CHECK_EQ(sync_one(&w, 1), ERR_BAD_PROOF);
    ledger_leaf_deinit(&l);
    buf_deinit(&row);
    buf_deinit(&body);
    two_deinit(&w);
}
