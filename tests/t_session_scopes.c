/* t_session_scopes.c - rights that change: a role ends or comes back while its device is away with work not handed in. */
#include "../proto/ward_grant.h"
#include "../proto/ward_reorganise.h"
#include "sim_story.h"
#include "sim_value.h"
#include "test.h"

#define MARK 0xa7 /* a record's id is sixteen of these: nothing else in a store looks like it */

static struct id person_of(struct sim_story *w, size_t device)
{
    return sim_node_replica(&w->device[device]).person;
}

static enum err record_marked(struct sim_story *w, size_t device, uint8_t mark)
{
    struct sim_value v = {0};
    struct id record;
    uint64_t chance = mark;
    enum err e;

    memset(record.b, mark, ID_SIZE);
    sim_value_create(&v, schema_kind_named("meeting"), ACCESS_A, &record, &chance);
    e = sim_node_record(&w->device[device], &w->cell, ACCESS_A, &v.change);
    sim_value_deinit(&v);
    return e;
}

struct taint {
    uint8_t needle[ID_SIZE];
    size_t rows;
};

static bool holds(struct bytes text, const uint8_t needle[ID_SIZE])
{
    for (size_t i = 0; i + ID_SIZE <= text.n; i++)
        if (memcmp(text.p + i, needle, ID_SIZE) == 0)
            return true;
    return false;
}

static bool taint_visit(void *arg, struct bytes key, struct bytes value)
{
    struct taint *t = arg;

    t->rows += holds(key, t->needle) || holds(value, t->needle);
    return true;
}

/* In how many rows of the store the marked record is named. */
static size_t taint(struct memstore *m, uint8_t mark)
{
    struct taint t = {.rows = 0};
    struct txn txn;

    memset(t.needle, mark, ID_SIZE);
    memstore_begin(m, false, &txn);
    for (int table = 0; table < TABLE_COUNT; table++)
        CHECK_EQ(store_scan(&txn, (enum table)table, bytes_of(NULL, 0), taint_visit, &t), ERR_OK);
    memstore_abort(m);
    return t.rows;
}

static bool has_scope(struct sim_story *w, size_t device, enum access access)
{
    struct scope s, there;
    struct txn txn;
    enum err e;

    sim_story_scope(w->ward.store, &w->cell, access, &s);
    memstore_begin(w->device[device].store, false, &txn);
    e = scope_load(&txn, &s.id, &there);
    memstore_abort(w->device[device].store);
    return e == ERR_OK;
}

static enum err sync_one(struct sim_story *w, size_t device)
{
    return sim_link_sync(&w->ward, &w->device[device], NULL);
}

static void sync_cut(struct sim_story *w, size_t device, enum sim_link_way way, uint64_t at, struct sim_link *l)
{
    uint8_t binding[BINDING_SIZE] = {3};

    sim_link_open(l, &w->ward, &w->device[device], binding, 0);
    l->limit[way] = at;
    sim_link_run(l);
    sim_link_close(l);
}

/* The stream that a device has in the ward's log of a class. */
static uint64_t at_the_ward(struct sim_story *w, size_t device, enum access access)
{
    struct replica r = sim_node_replica(&w->device[device]);
    struct stream stream = {.next = 0};
    struct scope s;
    struct txn txn;

    sim_story_scope(w->ward.store, &w->cell, access, &s);
    memstore_begin(w->ward.store, false, &txn);
    if (scope_stream_of(&txn, &s, &r.device, r.incarnation, &stream) != ERR_OK)
        stream.next = 0;
    memstore_abort(w->ward.store);
    return stream.next;
}

TEST(whoever_lost_his_role_hands_in_what_he_wrote_and_then_holds_nothing_of_it)
{
    struct sim_story w;
    struct id person;

    sim_story_init(&w, 2);
    person = person_of(&w, 0);
    CHECK_EQ(record_marked(&w, 1, MARK), ERR_OK);
    CHECK_EQ(sync_one(&w, 1), ERR_OK);
    CHECK_EQ(sync_one(&w, 0), ERR_OK);
    CHECK(taint(w.device[0].store, MARK) > 0);
    CHECK_EQ(record_marked(&w, 0, MARK + 1), ERR_OK);
    sim_node_end(&w.ward, &person, &w.cell, ROLE_SECRETARY);
    CHECK_EQ(sync_one(&w, 0), ERR_OK);
    CHECK_EQ(at_the_ward(&w, 0, ACCESS_A), 1);
    for (int a = ACCESS_A; a <= ACCESS_C; a++)
        CHECK(!has_scope(&w, 0, (enum access)a));
    CHECK_EQ(taint(w.device[0].store, MARK), 0);
    CHECK_EQ(taint(w.device[0].store, MARK + 1), 0);
    CHECK_EQ(record_marked(&w, 0, MARK + 2), ERR_NOT_READABLE);
    sim_story_verify(&w.device[0]);
    for (int i = 0; i < 3; i++) /* and it goes on like this, in one round trip */
        CHECK_EQ(sync_one(&w, 0), ERR_OK);
    CHECK_EQ(sync_one(&w, 1), ERR_OK);
    sim_story_check(&w, 1);
    sim_story_deinit(&w);
}

TEST(only_the_scopes_that_were_lost_go)
{
    struct sim_story w;
    struct id person;

    sim_story_init(&w, 2);
    person = person_of(&w, 0);
    sim_node_grant(&w.ward, &person, &w.cell, ROLE_MEMBER);
    sim_node_end(&w.ward, &person, &w.cell, ROLE_SECRETARY);
    CHECK_EQ(record_marked(&w, 0, MARK), ERR_OK);
    CHECK_EQ(sync_one(&w, 0), ERR_OK);
    CHECK(has_scope(&w, 0, ACCESS_A));
    CHECK(!has_scope(&w, 0, ACCESS_B));
    CHECK(!has_scope(&w, 0, ACCESS_C));
    CHECK_EQ(at_the_ward(&w, 0, ACCESS_A), 1);
    CHECK_EQ(sync_one(&w, 0), ERR_OK);
    sim_story_verify(&w.device[0]);
    sim_story_deinit(&w);
}

/* Written between the flight and the drop: the scope stays until that is at the ward too. */
TEST(what_was_written_meanwhile_is_handed_in_before_the_scope_goes)
{
    struct sim_story w;
    struct sim_link l;
    struct id person;
    uint8_t binding[BINDING_SIZE] = {9};
    bool written = false;

    sim_story_init(&w, 2);
    person = person_of(&w, 0);
    sim_node_end(&w.ward, &person, &w.cell, ROLE_SECRETARY);
    sim_link_open(&l, &w.ward, &w.device[0], binding, 0);
    for (bool more = true; more;) {
        more = sim_link_device_work(&l);
        if (more && !written) { /* the hello was made */
            CHECK_EQ(record_marked(&w, 0, MARK), ERR_OK);
            written = true;
        }
        more = sim_link_move(&l, SIM_LINK_UP, 4096) || more;
        more = sim_link_ward_work(&l) || more;
        more = sim_link_move(&l, SIM_LINK_DOWN, 4096) || more;
    }
    sim_link_run(&l);
    CHECK_EQ(l.device.err, ERR_OK);
    sim_link_close(&l);
    CHECK(has_scope(&w, 0, ACCESS_A));
    CHECK(!has_scope(&w, 0, ACCESS_B));
    CHECK_EQ(sim_story_counts(&w.device[0]).unsealed, 1);
    CHECK_EQ(sync_one(&w, 0), ERR_OK);
    CHECK_EQ(at_the_ward(&w, 0, ACCESS_A), 1);
    CHECK(!has_scope(&w, 0, ACCESS_A));
    CHECK_EQ(taint(w.device[0].store, MARK), 0);
    sim_story_deinit(&w);
}

static void drop_cut_everywhere(enum sim_link_way way)
{
    uint64_t whole, at = 0;

    do {
        struct sim_story w;
        struct sim_link l;
        struct id person;

        sim_story_init(&w, 1);
        person = person_of(&w, 0);
        CHECK_EQ(record_marked(&w, 0, MARK), ERR_OK);
        sim_node_end(&w.ward, &person, &w.cell, ROLE_SECRETARY);
        sync_cut(&w, 0, way, at, &l);
        whole = l.moved[way];
        CHECK(at_the_ward(&w, 0, ACCESS_A) == 1 || has_scope(&w, 0, ACCESS_A));
        CHECK_EQ(sync_one(&w, 0), ERR_OK);
        CHECK_EQ(at_the_ward(&w, 0, ACCESS_A), 1);
        CHECK(!has_scope(&w, 0, ACCESS_A));
        CHECK_EQ(taint(w.device[0].store, MARK), 0);
        CHECK_EQ(sync_one(&w, 0), ERR_OK);
        sim_story_deinit(&w);
        at++;
    } while (whole >= at);
}

TEST(a_cut_at_any_byte_loses_nothing_and_erases_nothing_too_early)
{
    drop_cut_everywhere(SIM_LINK_UP);
    drop_cut_everywhere(SIM_LINK_DOWN);
}

TEST(a_role_that_comes_back_brings_everything_from_the_first_leaf)
{
    struct sim_story w;
    struct id person;

    sim_story_init(&w, 2);
    person = person_of(&w, 0);
    CHECK_EQ(record_marked(&w, 0, MARK), ERR_OK);
    CHECK_EQ(sync_one(&w, 0), ERR_OK);
    sim_node_end(&w.ward, &person, &w.cell, ROLE_SECRETARY);
    CHECK_EQ(sync_one(&w, 0), ERR_OK);
    CHECK_EQ(taint(w.device[0].store, MARK), 0);
    sim_node_grant(&w.ward, &person, &w.cell, ROLE_DEPUTY);
    CHECK_EQ(sync_one(&w, 0), ERR_OK);
    sim_story_check(&w, 0);
    CHECK_EQ(record_marked(&w, 0, MARK + 1), ERR_OK);
    CHECK_EQ(sync_one(&w, 0), ERR_OK);
    CHECK_EQ(at_the_ward(&w, 0, ACCESS_A), 2);
    CHECK_EQ(sync_one(&w, 1), ERR_OK);
    sim_story_check(&w, 0);
    sim_story_check(&w, 1);
    sim_story_deinit(&w);
}

/* Ended and given again while the device is away with an answer it never got: its own leaf comes whole. */
TEST(given_back_before_the_device_noticed)
{
    for (uint64_t cut = 0; cut < 3; cut++) {
        struct sim_story w;
        struct sim_link l;
        struct id person;

        sim_story_init(&w, 2);
        person = person_of(&w, 0);
        CHECK_EQ(record_marked(&w, 0, MARK), ERR_OK);
        sync_cut(&w, 0, SIM_LINK_DOWN, cut * 40, &l); /* handed in, not answered */
        CHECK_EQ(at_the_ward(&w, 0, ACCESS_A), 1);
        sim_node_end(&w.ward, &person, &w.cell, ROLE_SECRETARY);
        if (cut == 2)
            sync_cut(&w, 0, SIM_LINK_DOWN, 120, &l); /* some of it may be gone */
        sim_node_grant(&w.ward, &person, &w.cell, ROLE_SECRETARY);
        CHECK_EQ(sync_one(&w, 0), ERR_OK);
        CHECK_EQ(sim_story_counts(&w.device[0]).sealed, 0);
        sim_story_check(&w, 0);
        CHECK_EQ(sync_one(&w, 0), ERR_OK);
        sim_story_deinit(&w);
    }
}

/* A right that ends in the middle of an answer: not one more leaf. */
TEST(no_leaf_goes_out_after_the_end)
{
    struct sim_story w;
    struct sim_link l;
    struct id person;
    uint8_t binding[BINDING_SIZE] = {5};

    sim_story_init(&w, 2);
    person = person_of(&w, 0);
    CHECK_EQ(record_marked(&w, 1, MARK), ERR_OK);
    CHECK_EQ(sync_one(&w, 1), ERR_OK);
    CHECK_EQ(record_marked(&w, 0, MARK + 1), ERR_OK);
    sim_link_open(&l, &w.ward, &w.device[0], binding, 0);
    while (at_the_ward(&w, 0, ACCESS_A) == 0) {
        sim_link_device_work(&l);
        sim_link_move(&l, SIM_LINK_UP, 4096);
        sim_link_ward_work(&l);
    }
    sim_node_end(&w.ward, &person, &w.cell, ROLE_SECRETARY);
    sim_link_run(&l);
    CHECK_EQ(l.device.err, ERR_OK);
    CHECK_EQ(l.device.counts.dropped, 3);
    sim_link_close(&l);
    CHECK_EQ(taint(w.device[0].store, MARK), 0);
    sim_story_deinit(&w);
}

/* --- a ward that was restored ----------------------------------------------------------------------------------- */

/* A leaf that lets somebody into the log of a cell that is history says nothing of a role in that cell. */
TEST(a_role_in_what_a_cell_became_comes_back_as_that_and_ends_as_that)
{
    static const struct ward_decision decision = {"5-QĐ", 20261123};
    struct memstore *backup;
    struct sim_story w;
    struct id into, person;
    struct txn txn;

    sim_story_init(&w, 3);
    into = sim_node_org(&w.ward, "CB-020", ORG_TDP);
    memstore_begin(w.ward.store, true, &txn);
    CHECK_EQ(ward_merge(&txn, &w.ward.ward, &w.cell, 1, &into, &decision, w.ward.now), ERR_OK);
    CHECK_EQ(memstore_commit(w.ward.store, true), ERR_OK);
    for (size_t i = 0; i < 3; i++)
        CHECK_EQ(sync_one(&w, i), ERR_OK);
    backup = memstore_copy(w.ward.store);
    person = person_of(&w, 1);
    w.ward.now++;
    sim_node_grant(&w.ward, &person, &into, ROLE_SECRETARY);
    for (size_t i = 0; i < 3; i++)
        CHECK_EQ(sync_one(&w, i), ERR_OK);
    memstore_restore(w.ward.store, backup);
    for (size_t i = 0; i < 6; i++)
        CHECK_EQ(sync_one(&w, 2 - i % 3), ERR_OK);
    CHECK(has_scope(&w, 1, ACCESS_A));
    w.ward.now++;
    sim_node_end(&w.ward, &person, &into, ROLE_SECRETARY);
    sim_node_end(&w.ward, &person, &into, ROLE_DEPUTY);
    CHECK_EQ(sync_one(&w, 1), ERR_OK);
    for (int a = ACCESS_A; a <= ACCESS_C; a++)
        CHECK(!has_scope(&w, 1, (enum access)a));
    memstore_free(backup);
    sim_story_deinit(&w);
}

/* Who shows that a role ended holds one of the logs that it reached: it ends in the others too. */
TEST(a_role_that_ended_since_the_backup_ends_in_logs_that_nobody_shows)
{
    uint8_t secret[INVITE_SECRET_SIZE];
    struct memstore *backup;
    struct sim_story w;
    struct id person;

    sim_story_init(&w, 2);
    sim_node_device_init(&w.device[2], 700);
    sim_node_invite(&w.ward, &w.cell, ROLE_MEMBER, secret);
    CHECK_EQ(sim_link_enrol(&w.ward, &w.device[2], secret), ERR_OK);
    for (size_t i = 0; i < 3; i++)
        CHECK_EQ(sync_one(&w, i), ERR_OK);
    backup = memstore_copy(w.ward.store);
    person = person_of(&w, 1);
    w.ward.now++;
    sim_node_end(&w.ward, &person, &w.cell, ROLE_DEPUTY);
    CHECK_EQ(sync_one(&w, 2), ERR_OK);
    memstore_restore(w.ward.store, backup);
    CHECK_EQ(sync_one(&w, 1), ERR_OK);
    CHECK(has_scope(&w, 1, ACCESS_C)); /* nobody has told the ward yet */
    CHECK_EQ(sync_one(&w, 2), ERR_OK);
    CHECK_EQ(sync_one(&w, 1), ERR_OK);
    for (int a = ACCESS_A; a <= ACCESS_C; a++)
        CHECK(!has_scope(&w, 1, (enum access)a));
    memstore_free(backup);
    sim_story_deinit(&w);
}
