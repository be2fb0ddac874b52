/* t_renew.c - copies of a device's store: restored, cloned, restored after a lost answer. Each is recognised, nothing is
 * lost, nothing comes twice, and a person is called only when two copies live. */
#include "../proto/message.h"
#include "../proto/mp.h"
#include "../proto/ratchet.h"
#include "sim_story.h"
#include "sim_value.h"
#include "test.h"

/* --- helpers --------------------------------------------------------------------------------------------------- */

static struct memstore *backup(struct sim_story *w, size_t device)
{
    return memstore_copy(w->device[device].store);
}

static void put_back(struct sim_story *w, size_t device, const struct memstore *from)
{
    memstore_restore(w->device[device].store, from);
}

/* Another machine with the same store: it draws other numbers. */
static void clone(struct sim_story *w, size_t from, struct sim_device *to)
{
    *to = w->device[from];
    to->store = memstore_copy(w->device[from].store);
    to->chance ^= 0x5555555555555555u;
}

static void meet(struct sim_story *w, struct sim_device *d, uint8_t name)
{
    struct sim_value v = {0};
    struct id record = {{name}};
    uint64_t chance = name;

    sim_value_create(&v, schema_kind_named("meeting"), ACCESS_A, &record, &chance);
    CHECK_EQ(sim_node_record(d, &w->cell, ACCESS_A, &v.change), ERR_OK);
    sim_value_deinit(&v);
}

static enum device_state state_at_ward(struct sim_story *w, struct sim_device *d)
{
    struct replica r = sim_node_replica(d);
    struct ward_device row;
    struct txn txn;

    memstore_begin(w->ward.store, false, &txn);
    CHECK_EQ(ward_device_load(&txn, &r.device, &row), ERR_OK);
    memstore_abort(w->ward.store);
    return row.state;
}

static bool copied(struct sim_device *d)
{
    struct txn txn;
    bool yes = false;

    memstore_begin(d->store, false, &txn);
    CHECK_EQ(replica_copied(&txn, &yes), ERR_OK);
    memstore_abort(d->store);
    return yes;
}

/* How often the ward's log of the cell's class A folded a change of this record: each change notes itself once. */
static size_t folded(struct memstore *m, const struct id *cell, uint8_t name)
{
    struct id record = {{name}};
    struct scope s;
    struct part p;
    struct txn txn;
    size_t n;

    sim_story_scope(m, cell, ACCESS_A, &s);
    memstore_begin(m, false, &txn);
    CHECK_EQ(ledger_part(&txn, &s, schema_kind_named("meeting")->number, &record, &p), ERR_OK);
    n = p.changes;
    part_deinit(&p);
    memstore_abort(m);
    return n;
}

static void check_once(struct sim_story *w, size_t device, uint8_t name)
{
    CHECK_EQ(folded(w->ward.store, &w->cell, name), 1);
    CHECK_EQ(folded(w->device[device].store, &w->cell, name), 1);
}

static void cut_sync(struct sim_story *w, struct sim_device *d, enum sim_link_way way, uint64_t limit, bool copy)
{
    uint8_t binding[BINDING_SIZE];
    struct sim_link l;

    sim_node_random(&d->chance, binding, sizeof binding);
    (copy ? sim_link_open_copy : sim_link_open)(&l, &w->ward, d, binding, 0);
    l.limit[way] = limit;
    sim_link_run(&l);
    sim_link_close(&l);
}

/* --- restored ---------------------------------------------------------------------------------------------------- */

TEST(a_restored_store_gets_back_what_it_wrote_and_goes_on)
{
    struct memstore *old;
    unsigned renewed = 0;
    struct sim_story w;

    sim_story_init(&w, 2);
    meet(&w, &w.device[0], 1);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
    old = backup(&w, 0);
    meet(&w, &w.device[0], 2);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
    put_back(&w, 0, old);
    meet(&w, &w.device[0], 3);
    CHECK_EQ(sim_link_exchange(&w.ward, &w.device[0], &renewed), ERR_OK);
    CHECK_EQ(renewed, 1);
    sim_story_check(&w, 0);
    CHECK_EQ(state_at_ward(&w, &w.device[0]), DEVICE_ACTIVE);
    CHECK(!copied(&w.device[0]));
    for (uint8_t name = 1; name <= 3; name++)
        check_once(&w, 0, name);
    /* And once more, from the same backup: no alarm. */
    put_back(&w, 0, old);
    w.device[0].chance ^= 77;
    CHECK_EQ(sim_link_exchange(&w.ward, &w.device[0], &renewed), ERR_OK);
    CHECK_EQ(renewed, 2);
    sim_story_check(&w, 0);
    CHECK_EQ(state_at_ward(&w, &w.device[0]), DEVICE_ACTIVE);
    CHECK_EQ(sim_link_exchange(&w.ward, &w.device[0], &renewed), ERR_OK);
    CHECK_EQ(renewed, 2);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[1], NULL), ERR_OK);
    sim_story_check(&w, 1);
    memstore_free(old);
    sim_story_deinit(&w);
}

TEST(drafts_of_the_backup_that_were_sent_since_are_not_sent_again)
{
    struct memstore *old;
    unsigned renewed = 0;
    struct sim_story w;

    sim_story_init(&w, 1);
    meet(&w, &w.device[0], 1);
    meet(&w, &w.device[0], 2);
    old = backup(&w, 0);
    meet(&w, &w.device[0], 3);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
    put_back(&w, 0, old);
    w.device[0].chance ^= 5;
    meet(&w, &w.device[0], 4);
    CHECK_EQ(sim_link_exchange(&w.ward, &w.device[0], &renewed), ERR_OK);
    CHECK_EQ(renewed, 1);
    sim_story_check(&w, 0);
    for (uint8_t name = 1; name <= 4; name++)
        check_once(&w, 0, name);
    CHECK_EQ(sim_story_counts(&w.device[0]).sealed + sim_story_counts(&w.device[0]).unsealed, 0);
    memstore_free(old);
    sim_story_deinit(&w);
}

TEST(a_backup_from_before_the_first_answer_knows_its_drafts_again)
{
    uint8_t secret[INVITE_SECRET_SIZE];
    struct memstore *old;
    unsigned renewed = 0;
    struct sim_story w;
    struct replica r;

    sim_story_init(&w, 0);
    sim_node_device_init(&w.device[0], 7);
    sim_node_invite(&w.ward, &w.cell, ROLE_SECRETARY, secret);
    r = sim_node_replica(&w.device[0]);
    {
        struct sim_value v = {0};
        struct id record = {{9}};
        uint64_t chance = 9;

        sim_value_create(&v, schema_kind_named("minutes"), ACCESS_A, &record, &chance);
        CHECK_EQ(sim_node_record(&w.device[0], &r.org, ACCESS_A, &v.change), ERR_OK);
        sim_value_deinit(&v);
    }
    CHECK_EQ(sim_link_enrol(&w.ward, &w.device[0], secret), ERR_OK);
    old = backup(&w, 0);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
    put_back(&w, 0, old);
    w.device[0].chance ^= 5;
    CHECK_EQ(sim_link_exchange(&w.ward, &w.device[0], &renewed), ERR_OK);
    CHECK_EQ(renewed, 1);
    sim_story_check(&w, 0);
    CHECK_EQ(sim_story_counts(&w.device[0]).sealed + sim_story_counts(&w.device[0]).unsealed, 0);
    {
        struct scope s;

        sim_story_scope(w.ward.store, &w.cell, ACCESS_A, &s);
        CHECK_EQ(s.streams, 1); /* nothing had to be sent again */
    }
    memstore_free(old);
    sim_story_deinit(&w);
}

/* The answer of the session is lost, then the store is put back as it was before, or in the middle of it. */
TEST(restored_after_a_lost_last_answer)
{
    for (unsigned middle = 0; middle < 2; middle++) {
        struct memstore *old;
        unsigned renewed = 0;
        struct sim_story w;

        sim_story_init(&w, 1);
        meet(&w, &w.device[0], 1);
        old = backup(&w, 0);
        cut_sync(&w, &w.device[0], SIM_LINK_DOWN, 20, false);
        if (middle) {
            memstore_free(old);
            old = backup(&w, 0);
            CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
        }
        put_back(&w, 0, old);
        w.device[0].chance ^= 99;
        meet(&w, &w.device[0], 2);
        CHECK_EQ(sim_link_exchange(&w.ward, &w.device[0], &renewed), ERR_OK);
        CHECK_EQ(renewed, middle ? 0 : 1); /* in the middle it is the very store whose answer was lost */
        CHECK_EQ(state_at_ward(&w, &w.device[0]), DEVICE_ACTIVE);
        sim_story_check(&w, 0);
        check_once(&w, 0, 1);
        check_once(&w, 0, 2);
        memstore_free(old);
        sim_story_deinit(&w);
    }
}

/* The renewal is cut after every byte, either way; then it is done. Nothing is lost, no alarm, one new incarnation. */
TEST(a_renewal_may_be_cut_anywhere)
{
    for (unsigned way = 0; way < 2; way++)
        for (uint64_t limit = 0; limit < 900; limit += 7) {
            struct memstore *old;
            struct sim_story w;
            struct scope s;

            sim_story_init(&w, 1);
            meet(&w, &w.device[0], 1);
            old = backup(&w, 0);
            meet(&w, &w.device[0], 2);
            CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
            put_back(&w, 0, old);
            w.device[0].chance ^= 5;
            meet(&w, &w.device[0], 3);
            cut_sync(&w, &w.device[0], SIM_LINK_UP, SIM_LINK_FOREVER, false);
            cut_sync(&w, &w.device[0], way == 0 ? SIM_LINK_UP : SIM_LINK_DOWN, limit, true);
            CHECK_EQ(sim_link_exchange(&w.ward, &w.device[0], NULL), ERR_OK);
            CHECK_EQ(sim_link_exchange(&w.ward, &w.device[0], NULL), ERR_OK);
            sim_story_check(&w, 0);
            CHECK_EQ(state_at_ward(&w, &w.device[0]), DEVICE_ACTIVE);
            for (uint8_t name = 1; name <= 3; name++)
                check_once(&w, 0, name);
            sim_story_scope(w.ward.store, &w.cell, ACCESS_A, &s);
            CHECK_EQ(s.streams, 2);
            memstore_free(old);
            sim_story_deinit(&w);
        }
}

/* --- cloned -------------------------------------------------------------------------------------------------------- */

/* Which of the two writes something, and which speaks first: the second is recognised at its first contact, the first
 * at its next; from then on what they send is held, and all that both wrote is at the ward once. */
TEST(two_live_copies_are_recognised_and_held_for_a_person)
{
    for (unsigned writes = 0; writes < 4; writes++) {
        unsigned renewed[2] = {0, 0};
        struct sim_device twin;
        struct sim_story w;

        sim_story_init(&w, 2);
        meet(&w, &w.device[0], 1);
        clone(&w, 0, &twin);
        if (writes & 1)
            meet(&w, &w.device[0], 2);
        if (writes & 2)
            meet(&w, &twin, 3);
        CHECK_EQ(sim_link_exchange(&w.ward, &w.device[0], &renewed[0]), ERR_OK);
        CHECK_EQ(renewed[0], 0);
        CHECK_EQ(sim_link_exchange(&w.ward, &twin, &renewed[1]), ERR_OK);
        CHECK_EQ(renewed[1], 1);
        CHECK_EQ(state_at_ward(&w, &twin), DEVICE_ACTIVE); /* the other one may be gone for good */
        CHECK_EQ(sim_link_exchange(&w.ward, &w.device[0], &renewed[0]), ERR_OK);
        CHECK_EQ(renewed[0], 1);
        CHECK_EQ(state_at_ward(&w, &twin), DEVICE_COPIED);
        CHECK(copied(&w.device[0]));
        meet(&w, &twin, 5);
        CHECK_EQ(sim_link_exchange(&w.ward, &twin, &renewed[1]), ERR_OK);
        CHECK(copied(&twin));
        CHECK_EQ(sim_story_counts(&twin).held, 1);
        sim_story_verify(&twin);
        CHECK_EQ(folded(w.ward.store, &w.cell, 1), 1);
        CHECK_EQ(folded(w.ward.store, &w.cell, 2), writes & 1 ? 1 : 0);
        CHECK_EQ(folded(w.ward.store, &w.cell, 3), writes & 2 ? 1 : 0);
        CHECK_EQ(folded(w.ward.store, &w.cell, 5), 0);
        /* The other device is not concerned. */
        meet(&w, &w.device[1], 6);
        CHECK_EQ(sim_link_sync(&w.ward, &w.device[1], NULL), ERR_OK);
        check_once(&w, 1, 6);
        {   /* One is given up, and the clerk says so. */
            struct replica r = sim_node_replica(&twin);
            struct txn txn;

            memstore_begin(w.ward.store, true, &txn);
            CHECK_EQ(ward_trust(&txn, &r.device), ERR_OK);
            CHECK_EQ(memstore_commit(w.ward.store, true), ERR_OK);
        }
        meet(&w, &twin, 7);
        CHECK_EQ(sim_link_exchange(&w.ward, &twin, &renewed[1]), ERR_OK);
        CHECK(!copied(&twin));
        CHECK_EQ(folded(w.ward.store, &w.cell, 7), 1);
        sim_node_device_deinit(&twin);
        sim_story_deinit(&w);
    }
}

/* A copy that was copied in the middle of its renewal: the second draws another incarnation. */
/* Who is given a role while two copies of his device live reads with both: what they write waits, not what they read. */
TEST(two_live_copies_get_what_is_given_later)
{
    struct sim_device twin, *both[2];
    struct sim_story w;
    struct replica r;
    struct id other;
    uint64_t chance = 3;

    sim_story_init(&w, 2);
    clone(&w, 0, &twin);
    both[0] = &w.device[0];
    both[1] = &twin;
    for (unsigned i = 0; i < 3; i++)
        CHECK_EQ(sim_link_exchange(&w.ward, both[i % 2], NULL), ERR_OK);
    CHECK_EQ(state_at_ward(&w, &twin), DEVICE_COPIED);
    r = sim_node_replica(&twin);
    other = sim_node_org(&w.ward, "CB-098", ORG_TDP);
    sim_node_grant(&w.ward, &r.person, &other, ROLE_SECRETARY);
    for (unsigned i = 0; i < 2; i++) {
        struct sim_value v = {0};
        struct id record = {{9}};

        CHECK_EQ(sim_link_exchange(&w.ward, both[i], NULL), ERR_OK);
        sim_value_create(&v, schema_kind_named("meeting"), ACCESS_A, &record, &chance);
        CHECK_EQ(sim_node_record(both[i], &other, ACCESS_A, &v.change), ERR_OK); /* NOT_READABLE: the scope did not come */
        sim_value_deinit(&v);
    }
    sim_node_device_deinit(&twin);
    sim_story_deinit(&w);
}

TEST(a_copy_of_a_copy)
{
    unsigned renewed[2] = {0, 0};
    struct memstore *old;
    struct sim_device twin;
    struct sim_story w;

    sim_story_init(&w, 1);
    old = backup(&w, 0);
    meet(&w, &w.device[0], 1);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
    put_back(&w, 0, old);
    meet(&w, &w.device[0], 2);
    cut_sync(&w, &w.device[0], SIM_LINK_UP, 10, true); /* the new incarnation is drawn, the ward does not know it */
    clone(&w, 0, &twin);
    meet(&w, &twin, 3);
    CHECK_EQ(sim_link_exchange(&w.ward, &w.device[0], &renewed[0]), ERR_OK);
    CHECK_EQ(sim_link_exchange(&w.ward, &twin, &renewed[1]), ERR_OK);
    CHECK_EQ(renewed[0] + renewed[1], 2);
    CHECK(sim_node_replica(&w.device[0]).incarnation != sim_node_replica(&twin).incarnation);
    for (uint8_t name = 1; name <= 3; name++)
        CHECK_EQ(folded(w.ward.store, &w.cell, name), 1);
    sim_story_verify(&twin);
    memstore_free(old);
    sim_node_device_deinit(&twin);
    sim_story_deinit(&w);
}
