/* t_missing.c - bodies that only their author holds, at a ward that was restored and refilled by others, when the
 * author's incarnation of then is closed: asked for once more, and only once of a store that has them no more
 * (protocol.md 8.6). */
#include "../proto/ward_recall.h"
#include "sim_ruling.h"
#include "sim_value.h"
#include "test.h"

#define WHY "Đã xem."
#define WHO "Trần Văn Bình"

/* Proposed by the secretary: held until the clerk decides. */
static void record_held(struct sim_story *w, size_t device, uint8_t name)
{
    struct sim_value v = {0};
    struct id record = {{name}};
    uint64_t chance = name;

    sim_value_create(&v, schema_kind_named("member"), ACCESS_A, &record, &chance);
    CHECK_EQ(sim_node_record(&w->device[device], &w->cell, ACCESS_A, &v.change), ERR_OK);
    sim_value_deinit(&v);
}

static void sync_ok(struct sim_story *w, size_t device)
{
    CHECK_EQ(sim_link_sync(&w->ward, &w->device[device], NULL), ERR_OK);
}

/* The bytes that a session moves up: an ask costs some. */
static uint64_t bytes_up(struct sim_story *w, size_t device)
{
    struct sim_link l;

    CHECK_EQ(sim_link_sync(&w->ward, &w->device[device], &l), ERR_OK);
    return l.moved[SIM_LINK_UP];
}

static void renew(struct sim_story *w, size_t device)
{
    uint8_t binding[BINDING_SIZE];
    struct sim_link l;

    sim_node_random(&w->device[device].chance, binding, sizeof binding);
    sim_link_open_copy(&l, &w->ward, &w->device[device], binding, 0);
    sim_link_run(&l);
    CHECK_EQ(l.device.err, ERR_OK);
    sim_link_close(&l);
}

struct look {
    size_t missing, bodies;
};

static bool count_row(void *arg, struct bytes key, struct bytes value)
{
    (void)key;
    (void)value;
    ++*(size_t *)arg;
    return true;
}

/* Rows that say what is wanted; bodies in the log of the cell's class A. */
static struct look at_ward(struct sim_story *w)
{
    struct look k = {0, 0};
    struct scope s;
    struct txn txn;

    sim_story_scope(w->ward.store, &w->cell, ACCESS_A, &s);
    memstore_begin(w->ward.store, false, &txn);
    CHECK_EQ(store_scan(&txn, TABLE_missing, bytes_of(NULL, 0), count_row, &k.missing), ERR_OK);
    for (uint64_t i = 0; i < s.frontier.size; i++) {
        struct ledger_leaf l;
        struct buf row = {0};

        CHECK_EQ(ledger_leaf_at(&txn, &s, i, &row, &l), ERR_OK);
        for (size_t n = 0; n < l.changeset.count; n++)
            k.bodies += l.changeset.slot[n].body.n > 0;
        ledger_leaf_deinit(&l);
        buf_deinit(&row);
    }
    memstore_abort(w->ward.store);
    return k;
}

/* A proposal of device 0 is at the ward without its body; device 0 holds the same log with it, and was told that its
 * store is a copy just before that ward was put in place. *bare: device 0's store as device 1 knows the leaf. */
static void world(struct sim_story *w)
{
    struct memstore *before, *refilled, *old;

    sim_story_init(w, 2);
    before = memstore_copy(w->ward.store);
    record_held(w, 0, 3);
    sync_ok(w, 0);
    sync_ok(w, 1);
    memstore_restore(w->ward.store, before);
    sync_ok(w, 1); /* brings it back as it knows it */
    CHECK_EQ(at_ward(w).missing, 1);
    CHECK_EQ(at_ward(w).bodies, 0);
    refilled = memstore_copy(w->ward.store);
    sync_ok(w, 0);
    CHECK_EQ(at_ward(w).missing, 0);
    CHECK_EQ(at_ward(w).bodies, 1);
    old = memstore_copy(w->device[0].store);
    sync_ok(w, 0);
    sync_ok(w, 0);
    memstore_restore(w->device[0].store, old);
    w->device[0].chance ^= 77;
    CHECK_EQ(sim_link_sync(&w->ward, &w->device[0], NULL), ERR_COPY);
    memstore_restore(w->ward.store, refilled);
    CHECK_EQ(at_ward(w).missing, 1);
    memstore_free(before);
    memstore_free(refilled);
    memstore_free(old);
}

TEST(bodies_of_a_closed_incarnation_are_asked_for)
{
    struct sim_story w;
    uint64_t nothing_new;

    world(&w);
    renew(&w, 0);
    CHECK_EQ(at_ward(&w).missing, 1);
    sync_ok(&w, 0);
    CHECK_EQ(at_ward(&w).missing, 0);
    CHECK_EQ(at_ward(&w).bodies, 1);
    sim_story_check(&w, 0);
    nothing_new = bytes_up(&w, 0);
    CHECK_EQ(bytes_up(&w, 0), nothing_new);
    CHECK(nothing_new <= 64);
    sync_ok(&w, 1);
    sim_story_check(&w, 1);
    sim_story_deinit(&w);
}

/* The newest leaf is one that the device has not got yet: what is asked for lies in what both hold. */
TEST(of_a_device_that_is_behind_too)
{
    struct sim_story w;

    world(&w);
    renew(&w, 0);
    CHECK_EQ(sim_story_meeting(&w, 1, 5), ERR_OK);
    sync_ok(&w, 1);
    sync_ok(&w, 0);
    CHECK_EQ(at_ward(&w).missing, 0);
    CHECK_EQ(at_ward(&w).bodies, 2);
    sim_story_check(&w, 0);
    sim_story_deinit(&w);
}

/* Any cut on the way up: asked again in the next session. */
TEST(the_answer_may_be_cut_anywhere)
{
    for (uint64_t limit = 0; limit < 700; limit += 9) {
        uint8_t binding[BINDING_SIZE];
        struct sim_story w;
        struct sim_link l;

        world(&w);
        renew(&w, 0);
        sim_node_random(&w.device[0].chance, binding, sizeof binding);
        sim_link_open(&l, &w.ward, &w.device[0], binding, 0);
        l.limit[SIM_LINK_UP] = limit;
        sim_link_run(&l);
        sim_link_close(&l);
        sync_ok(&w, 0);
        CHECK_EQ(at_ward(&w).missing, 0);
        CHECK_EQ(at_ward(&w).bodies, 1);
        sim_story_check(&w, 0);
        sim_story_deinit(&w);
    }
}

/* The leaf in this store without its bodies, as a device holds it that was given the log after such a refill. */
static void forget_body(struct sim_device *d, const struct id *cell)
{
    struct scope s;
    struct txn txn;

    sim_story_scope(d->store, cell, ACCESS_A, &s);
    memstore_begin(d->store, true, &txn);
    for (uint64_t i = 0; i < s.frontier.size; i++) {
        struct ledger_leaf l;
        struct buf row = {0};

        CHECK_EQ(ledger_leaf_at(&txn, &s, i, &row, &l), ERR_OK);
        for (size_t n = 0; n < l.changeset.count; n++)
            CHECK_EQ(ledger_strip(&txn, &s, i, (uint32_t)n), ERR_OK);
        ledger_leaf_deinit(&l);
        buf_deinit(&row);
    }
    CHECK_EQ(memstore_commit(d->store, true), ERR_OK);
}

TEST(a_store_that_has_them_no_more_is_asked_once)
{
    struct sim_story w;
    uint64_t asked, after;

    world(&w);
    forget_body(&w.device[0], &w.cell);
    renew(&w, 0);
    asked = bytes_up(&w, 0);
    after = bytes_up(&w, 0);
    CHECK_EQ(at_ward(&w).missing, 1); /* another store of the device may come */
    CHECK(after < asked);
    CHECK(after <= 64);
    CHECK_EQ(bytes_up(&w, 0), after);
    renew(&w, 0); /* another incarnation, maybe another store */
    CHECK(bytes_up(&w, 0) > after);
    CHECK_EQ(bytes_up(&w, 0), after);
    sim_story_check(&w, 0);
    sim_story_deinit(&w);
}

/* Both logs lack the body; then a person accepts it, and that word is what the ward loses and the deputy brings back
 * before the author comes with the body. */
TEST(what_was_accepted_before_its_body_came_back_is_folded)
{
    struct memstore *before, *bare;
    struct sim_story w;

    sim_story_init(&w, 2);
    before = memstore_copy(w.ward.store);
    record_held(&w, 0, 3);
    sync_ok(&w, 0);
    sync_ok(&w, 1);
    memstore_restore(w.ward.store, before);
    sync_ok(&w, 1);
    bare = memstore_copy(w.ward.store);
    sync_ok(&w, 0);
    CHECK_EQ(at_ward(&w).bodies, 1);
    CHECK(sim_ruling_oldest(&w, VERDICT_ACCEPTED, WHY, WHO));
    sync_ok(&w, 1);
    memstore_restore(w.ward.store, bare);
    sync_ok(&w, 1);
    CHECK_EQ(at_ward(&w).bodies, 0);
    sync_ok(&w, 0);
    CHECK_EQ(at_ward(&w).bodies, 1);
    sim_story_check(&w, 0);
    sim_story_check(&w, 1);
    memstore_free(before);
    memstore_free(bare);
    sim_story_deinit(&w);
}

/* The third device got leaf and word from that ward, so neither had the body. It hears that the ward's state is another
 * one now, and asks for what was released to it. */
TEST(who_took_leaf_and_word_from_such_a_ward_asks_for_the_body)
{
    struct memstore *before, *bare;
    struct sim_story w;
    uint64_t nothing_new, asked;

    sim_story_init(&w, 3);
    before = memstore_copy(w.ward.store);
    record_held(&w, 0, 3);
    sync_ok(&w, 0);
    sync_ok(&w, 1);
    memstore_restore(w.ward.store, before);
    sync_ok(&w, 1);
    bare = memstore_copy(w.ward.store);
    sync_ok(&w, 0);
    CHECK(sim_ruling_oldest(&w, VERDICT_ACCEPTED, WHY, WHO));
    sync_ok(&w, 1);
    memstore_restore(w.ward.store, bare);
    sync_ok(&w, 1);
    sync_ok(&w, 2);
    sync_ok(&w, 2);
    nothing_new = bytes_up(&w, 2);
    sync_ok(&w, 0);
    CHECK_EQ(at_ward(&w).bodies, 1);
    sync_ok(&w, 2); /* is told that the states differ */
    asked = bytes_up(&w, 2);
    CHECK(asked > nothing_new);
    sim_story_check(&w, 2);
    CHECK_EQ(bytes_up(&w, 2), nothing_new);
    CHECK(!sim_node_replica(&w.device[2]).states_differ);
    memstore_free(before);
    memstore_free(bare);
    sim_story_deinit(&w);
}

/* Behind a snapshot; the third device is a second deputy's, who came late. *bare: the ward that has leaf and word of the
 * proposal without its body, as the third device has now; the author comes next. */
static void behind_snapshot(struct sim_story *w)
{
    struct memstore *before, *bare;
    uint8_t secret[INVITE_SECRET_SIZE];
    struct scope s;

    sim_story_init(w, 2);
    w->ward.ward.snapshot_leaves = 6;
    for (uint8_t i = 1; i < 8; i++) {
        CHECK_EQ(sim_story_meeting(w, 0, i), ERR_OK);
        sync_ok(w, 0);
    }
    sim_node_device_init(&w->device[2], 800);
    sim_node_invite(&w->ward, &w->cell, ROLE_DEPUTY, secret);
    CHECK_EQ(sim_link_enrol(&w->ward, &w->device[2], secret), ERR_OK);
    sync_ok(w, 2);
    sync_ok(w, 1);
    before = memstore_copy(w->ward.store);
    record_held(w, 0, 0x63);
    sync_ok(w, 0);
    sync_ok(w, 1);
    memstore_restore(w->ward.store, before);
    sync_ok(w, 1);
    bare = memstore_copy(w->ward.store);
    sync_ok(w, 0);
    CHECK(sim_ruling_oldest(w, VERDICT_ACCEPTED, WHY, WHO));
    sync_ok(w, 1);
    memstore_restore(w->ward.store, bare);
    sync_ok(w, 1);
    sync_ok(w, 2);
    sync_ok(w, 2);
    sim_story_scope(w->device[2].store, &w->cell, ACCESS_A, &s);
    CHECK(s.from > 0);
    memstore_free(before);
    memstore_free(bare);
}

/* Changes folded into the member's part of class A. */
static size_t folded(struct memstore *m, const struct id *cell)
{
    const struct id record = {{0x63}};
    struct scope s;
    struct part p;
    struct txn txn;
    size_t n;

    sim_story_scope(m, cell, ACCESS_A, &s);
    memstore_begin(m, false, &txn);
    CHECK_EQ(ledger_part(&txn, &s, schema_kind_named("member")->number, &record, &p), ERR_OK);
    n = p.changes;
    part_deinit(&p);
    memstore_abort(m);
    return n;
}

TEST(whose_leaves_begin_with_a_snapshot_asks_for_the_body_too)
{
    struct sim_story w;
    uint64_t nothing_new, asked;

    behind_snapshot(&w);
    nothing_new = bytes_up(&w, 2);
    sync_ok(&w, 0);
    sync_ok(&w, 2); /* is told that the states differ */
    CHECK_EQ(folded(w.device[2].store, &w.cell), 0);
    asked = bytes_up(&w, 2);
    CHECK(asked > nothing_new);
    CHECK_EQ(folded(w.device[2].store, &w.cell), 1);
    sim_story_check(&w, 2);
    CHECK_EQ(bytes_up(&w, 2), nothing_new);
    CHECK(!sim_node_replica(&w.device[2]).states_differ);
    sim_story_deinit(&w);
}

/* Here an edit behind the word is folded already: the body is here, and is folded with the history. */
TEST(what_was_edited_since_is_folded_with_the_history)
{
    struct sim_story w;
    uint64_t nothing_new;
    struct scope s;

    behind_snapshot(&w);
    record_held(&w, 1, 0x63);
    sync_ok(&w, 1);
    CHECK(sim_ruling_oldest(&w, VERDICT_ACCEPTED, WHY, WHO));
    sync_ok(&w, 1);
    sync_ok(&w, 2);
    CHECK_EQ(folded(w.device[2].store, &w.cell), 1);
    nothing_new = bytes_up(&w, 2);
    sync_ok(&w, 0);
    sync_ok(&w, 2);
    CHECK(bytes_up(&w, 2) > nothing_new);
    CHECK_EQ(folded(w.device[2].store, &w.cell), 1);
    CHECK_EQ(bytes_up(&w, 2), nothing_new); /* asked once */
    sim_story_verify(&w.device[2]);
    w.device[2].history = true;
    sync_ok(&w, 2);
    sync_ok(&w, 2);
    sim_story_scope(w.device[2].store, &w.cell, ACCESS_A, &s);
    CHECK_EQ(s.from, 0);
    CHECK_EQ(folded(w.device[2].store, &w.cell), 2);
    sim_story_check(&w, 2);
    sim_story_deinit(&w);
}
