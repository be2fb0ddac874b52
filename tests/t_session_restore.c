/* t_session_restore.c - the ward's old store is put back: nothing that was acknowledged is lost, whoever comes first
 * (protocol.md 8.6). */
#include "../proto/message.h"
#include "../proto/mp.h"
#include "../proto/ward_recall.h"
#include "sim_story.h"
#include "sim_value.h"
#include "test.h"

#define COUNT(w, d) (sim_story_counts(&(w)->device[d]))

static void sync_ok(struct sim_story *w, size_t device)
{
    struct sim_link l;
    enum err e = sim_link_sync(&w->ward, &w->device[device], &l);

    CHECK_EQ(e, ERR_OK);
}

static bool rolled_back(struct sim_story *w, size_t device)
{
    struct sim_link l;

    CHECK_EQ(sim_link_sync(&w->ward, &w->device[device], &l), ERR_OK);
    return l.device.counts.rolled_back;
}

/* A member of the cell proposed by its secretary: held until the clerk decides. */
static void record_held(struct sim_story *w, size_t device, uint8_t name)
{
    struct sim_value v = {0};
    struct id record = {{name}};
    uint64_t chance = name;

    sim_value_create(&v, schema_kind_named("member"), ACCESS_A, &record, &chance);
    CHECK_EQ(sim_node_record(&w->device[device], &w->cell, ACCESS_A, &v.change), ERR_OK);
    sim_value_deinit(&v);
}

/* Changes in the ward's log of the cell's class A, and how many of them it has the body of. */
static void ward_holds(struct sim_story *w, size_t *changes, size_t *bodies)
{
    struct scope s;
    struct txn txn;

    *changes = *bodies = 0;
    sim_story_scope(w->ward.store, &w->cell, ACCESS_A, &s);
    memstore_begin(w->ward.store, false, &txn);
    for (uint64_t i = 0; i < s.frontier.size; i++) {
        struct buf row = {0};
        struct ledger_leaf l;

        CHECK_EQ(ledger_leaf_at(&txn, &s, i, &row, &l), ERR_OK);
        for (size_t k = 0; k < l.changeset.count; k++) {
            (*changes)++;
            *bodies += l.changeset.slot[k].body.n > 0;
        }
        ledger_leaf_deinit(&l);
        buf_deinit(&row);
    }
    memstore_abort(w->ward.store);
}

static void settled(struct sim_story *w, size_t devices, size_t changes)
{
    size_t there, bodies;

    for (unsigned round = 0; round < 2; round++)
        for (size_t i = 0; i < devices; i++)
            sync_ok(w, i);
    for (size_t i = 0; i < devices; i++) {
        sim_story_check(w, i);
        CHECK_EQ(COUNT(w, i).sealed + COUNT(w, i).unsealed, 0);
        CHECK(!rolled_back(w, i)); /* told once */
    }
    ward_holds(w, &there, &bodies);
    CHECK_EQ(there, changes);
    CHECK_EQ(bodies, changes);
}

/* order: who comes first after the restore, 0 the author. ours: what another device pushes before anybody notices. */
static void restore_story(size_t first, bool pulled, bool ours, bool pending)
{
    struct sim_story w;
    struct memstore *backup;
    size_t changes = 4u + (ours ? 2u : 0u) + (pending ? 1u : 0u);

    sim_story_init(&w, 3);
    CHECK_EQ(sim_story_meeting(&w, 0, 1), ERR_OK);
    sync_ok(&w, 0);
    sync_ok(&w, 2);
    backup = memstore_copy(w.ward.store);
    CHECK_EQ(sim_story_meeting(&w, 0, 2), ERR_OK);
    sync_ok(&w, 0);
    record_held(&w, 0, 3);
    CHECK_EQ(sim_story_meeting(&w, 0, 4), ERR_OK);
    sync_ok(&w, 0);
    if (pulled)
        sync_ok(&w, 1);
    memstore_restore(w.ward.store, backup);
    if (ours) { /* the clerk's log is a beginning of the restored one, so nobody sees anything yet */
        record_held(&w, 2, 5);
        sync_ok(&w, 2);
        record_held(&w, 2, 6);
        sync_ok(&w, 2);
    }
    if (pending)
        CHECK_EQ(sim_story_meeting(&w, first, 7), ERR_OK);
    CHECK_EQ(rolled_back(&w, first), first == 0 || pulled);
    sim_story_check(&w, first);
    settled(&w, 3, changes);
    memstore_free(backup);
    sim_story_deinit(&w);
}

TEST(the_author_refills_a_restored_ward)
{
    restore_story(0, false, false, false);
    restore_story(0, false, true, false);
    restore_story(0, true, false, true);
    restore_story(0, true, true, true);
}

TEST(another_device_refills_a_restored_ward)
{
    restore_story(1, true, false, false);
    restore_story(1, true, true, false);
    restore_story(1, true, true, true);
}

TEST(a_device_enrolled_after_the_backup_is_known_again)
{
    for (size_t first = 0; first < 2; first++) {
        struct sim_story w;
        struct memstore *backup;
        uint8_t secret[INVITE_SECRET_SIZE];
        struct sim_device thief;
        struct replica r;
        struct ward_device d;
        struct txn txn;

        sim_story_init(&w, 2);
        sim_node_invite(&w.ward, &w.cell, ROLE_SECRETARY, secret);
        backup = memstore_copy(w.ward.store);
        sim_node_device_init(&w.device[2], 77);
        CHECK_EQ(sim_link_enrol(&w.ward, &w.device[2], secret), ERR_OK);
        sync_ok(&w, 2);
        CHECK_EQ(sim_story_meeting(&w, 2, 1), ERR_OK);
        sync_ok(&w, 2);
        sync_ok(&w, 0);
        memstore_restore(w.ward.store, backup);
        CHECK(rolled_back(&w, first == 0 ? 2 : 0));
        settled(&w, 3, 1);
        r = sim_node_replica(&w.device[2]);
        memstore_begin(w.ward.store, false, &txn);
        CHECK_EQ(ward_device_load(&txn, &r.device, &d), ERR_OK);
        CHECK(id_equal(&d.person, &r.person));
        CHECK(id_equal(&d.org, &w.cell));
        CHECK_MEM(d.sign_public, r.sign_public, sizeof d.sign_public);
        CHECK_EQ(d.incarnation, r.incarnation);
        memstore_abort(w.ward.store);
        sim_node_device_init(&thief, 78); /* the invite is used, also for a ward that forgot it was */
        CHECK_EQ(sim_link_enrol(&w.ward, &thief, secret), ERR_INVITE_USED);
        sim_node_device_deinit(&thief);
        memstore_free(backup);
        sim_story_deinit(&w);
    }
}

TEST(an_organisation_founded_after_the_backup_comes_back)
{
    struct sim_story w;
    struct memstore *backup;
    struct id cell;
    struct org o;
    struct txn txn;

    sim_story_init(&w, 3);
    backup = memstore_copy(w.ward.store);
    cell = sim_node_org(&w.ward, "CB-015", ORG_SCHOOL);
    sync_ok(&w, 2); /* the clerk reads every cell */
    memstore_restore(w.ward.store, backup);
    CHECK(rolled_back(&w, 2));
    memstore_begin(w.ward.store, false, &txn);
    CHECK_EQ(org_by_code(&txn, "CB-015", &o), ERR_OK);
    CHECK(id_equal(&o.id, &cell));
    CHECK_EQ(o.type, ORG_SCHOOL);
    memstore_abort(w.ward.store);
    settled(&w, 3, 0);
    memstore_free(backup);
    sim_story_deinit(&w);
}

/* Restored twice, from an older backup the second time; three devices, each of another time. */
TEST(restored_again_before_all_have_come)
{
    struct sim_story w;
    struct memstore *older, *newer;

    sim_story_init(&w, 3);
    older = memstore_copy(w.ward.store);
    CHECK_EQ(sim_story_meeting(&w, 0, 1), ERR_OK);
    sync_ok(&w, 0);
    newer = memstore_copy(w.ward.store);
    CHECK_EQ(sim_story_meeting(&w, 0, 2), ERR_OK);
    sync_ok(&w, 0);
    sync_ok(&w, 1);
    memstore_restore(w.ward.store, newer);
    CHECK(rolled_back(&w, 1));
    CHECK_EQ(sim_story_meeting(&w, 1, 3), ERR_OK);
    sync_ok(&w, 1);
    memstore_restore(w.ward.store, older);
    CHECK_EQ(sim_story_meeting(&w, 2, 4), ERR_OK); /* refused: a clerk writes no meeting; a leaf all the same */
    sync_ok(&w, 2);
    CHECK(rolled_back(&w, 0));
    CHECK(rolled_back(&w, 1));
    settled(&w, 3, 4);
    memstore_free(older);
    memstore_free(newer);
    sim_story_deinit(&w);
}

/* The ward's program dies at every write of a refill, with and without something of its own to rewind. */
TEST(killed_at_any_write_of_a_refill_it_goes_on)
{
    for (unsigned ours = 0; ours < 2; ours++) {
        bool struck = true;

        for (unsigned n = 1; struck; n += n < 40 ? 1 : 7) {
            struct sim_story w;
            struct memstore *backup;

            sim_story_init(&w, 3);
            backup = memstore_copy(w.ward.store);
            record_held(&w, 0, 3);
            CHECK_EQ(sim_story_meeting(&w, 0, 1), ERR_OK);
            sync_ok(&w, 0);
            sync_ok(&w, 1);
            memstore_restore(w.ward.store, backup);
            if (ours) {
                record_held(&w, 2, 5);
                sync_ok(&w, 2);
            }
            memstore_fail(w.ward.store, n, ERR_IO);
            struck = sim_link_sync(&w.ward, &w.device[1], NULL) != ERR_OK;
            memstore_crash(w.ward.store);
            memstore_fail(w.ward.store, 0, ERR_OK);
            settled(&w, 3, 2u + ours);
            memstore_free(backup);
            sim_story_deinit(&w);
        }
    }
}

/* One leaf on the device says it was accepted at another time than the ward signed. */
static void bend(struct sim_device *d, const struct id *cell)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf row = {0};
    struct bytes rest;
    struct scope s;
    struct txn txn;

    sim_story_scope(d->store, cell, ACCESS_A, &s);
    memstore_begin(d->store, true, &txn);
    CHECK_EQ(scope_leaf(&txn, &s, s.frontier.size - 1, &row), ERR_OK);
    rest = bytes_cut(buf_bytes(&row), 1);
    mp_split(&rest);
    mp_split(&rest);
    CHECK_EQ(rest.p[0], 0xce);
    row.p[rest.p + 4 - row.p] ^= 1;
    CHECK_EQ(store_put(&txn, TABLE_leaf, scope_key6(room, s.number, (uint32_t)s.frontier.size - 1), buf_bytes(&row)),
             ERR_OK);
    CHECK_EQ(memstore_commit(d->store, true), ERR_OK);
    buf_deinit(&row);
}

TEST(leaves_that_the_ward_did_not_sign_are_not_taken)
{
    struct sim_story w;
    struct memstore *backup;
    struct hash before, after;

    sim_story_init(&w, 3);
    backup = memstore_copy(w.ward.store);
    CHECK_EQ(sim_story_meeting(&w, 0, 1), ERR_OK);
    sync_ok(&w, 0);
    sync_ok(&w, 1);
    memstore_restore(w.ward.store, backup);
    before = sim_story_root(w.ward.store, &w.cell, ACCESS_A);
    bend(&w.device[0], &w.cell);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_BAD_PROOF);
    after = sim_story_root(w.ward.store, &w.cell, ACCESS_A);
    CHECK_MEM(before.b, after.b, HASH_SIZE);
    sync_ok(&w, 1); /* an honest holder */
    sync_ok(&w, 2);
    sim_story_check(&w, 1);
    sim_story_check(&w, 2);
    memstore_free(backup);
    sim_story_deinit(&w);
}

/* The restored ward is one session behind and lost no leaf: nobody is bothered. */
TEST(a_backup_that_lacks_no_leaf_is_no_rollback)
{
    struct sim_story w;
    struct memstore *backup;

    sim_story_init(&w, 1);
    backup = memstore_copy(w.ward.store);
    for (unsigned i = 0; i < 4; i++)
        sync_ok(&w, 0);
    memstore_restore(w.ward.store, backup);
    CHECK(!rolled_back(&w, 0));
    CHECK(!rolled_back(&w, 0));
    sim_story_check(&w, 0);
    memstore_free(backup);
    sim_story_deinit(&w);
}

static struct sim_device twin(const struct sim_device *d)
{
    struct sim_device copy = *d;

    copy.store = memstore_copy(d->store);
    copy.chance ^= 0x7477696e;
    return copy;
}

/* Two stores have written number 0 of one incarnation, one to the ward before it was restored, one after it; a third
 * device hands the first one back. The store whose work has no place in that stream any more bears a new incarnation
 * by then (it was put back itself). renew_first: before the first one comes back, or after. */
TEST(what_the_refill_has_no_place_for_comes_in_a_new_incarnation)
{
    for (unsigned held = 0; held < 2; held++)
        for (unsigned renew_first = 0; renew_first < 2; renew_first++) {
            struct sim_story w;
            struct memstore *backup, *before;
            struct sim_device other;
            unsigned renewed = 0;

            sim_story_init(&w, 2);
            other = twin(&w.device[0]);
            backup = memstore_copy(w.ward.store);
            CHECK_EQ(sim_story_meeting(&w, 0, 1), ERR_OK);
            sync_ok(&w, 0);
            sync_ok(&w, 1);
            memstore_restore(w.ward.store, backup);
            memstore_free(w.device[0].store); /* the store that wrote it is lost */
            w.device[0] = other;
            if (held)
                record_held(&w, 0, 2);
            else
                CHECK_EQ(sim_story_meeting(&w, 0, 2), ERR_OK);
            sync_ok(&w, 0);
            before = memstore_copy(w.device[0].store);
            sync_ok(&w, 0);
            memstore_restore(w.device[0].store, before);
            if (renew_first)
                CHECK_EQ(sim_link_exchange(&w.ward, &w.device[0], &renewed), ERR_OK);
            CHECK(rolled_back(&w, 1));
            if (!renew_first)
                CHECK_EQ(sim_link_exchange(&w.ward, &w.device[0], &renewed), ERR_OK);
            CHECK_EQ(renewed, 1);
            sync_ok(&w, 0);
            settled(&w, 2, 2);
            memstore_free(before);
            memstore_free(backup);
            sim_story_deinit(&w);
        }
}

/* --- small ones --------------------------------------------------------------------------------------------------- */

static uint32_t epoch_of(struct sim_story *w)
{
    struct scope s;

    sim_story_scope(w->ward.store, &w->cell, ACCESS_A, &s);
    return s.epoch;
}

/* One holder's log has a branch of a revoked device's stream that has no place any more: no rewind could give it one. */
TEST(what_has_no_place_begins_no_new_epoch)
{
    struct sim_story w;
    struct memstore *backup;
    struct sim_device other;
    struct replica r;

    sim_story_init(&w, 3);
    backup = memstore_copy(w.ward.store);
    other = twin(&w.device[0]);
    CHECK_EQ(sim_story_meeting(&w, 1, 1), ERR_OK);
    sync_ok(&w, 1);
    sync_ok(&w, 2); /* this one knows so much */
    for (uint8_t name = 2; name <= 3; name++) {
        CHECK_EQ(sim_story_meeting(&w, 0, name), ERR_OK);
        sync_ok(&w, 0);
    }
    sync_ok(&w, 1); /* this one all of it */
    memstore_restore(w.ward.store, backup);
    memstore_free(w.device[0].store);
    w.device[0] = other;
    CHECK_EQ(sim_story_meeting(&w, 0, 4), ERR_OK);
    sync_ok(&w, 0);
    CHECK(rolled_back(&w, 2));
    r = sim_node_replica(&w.device[0]);
    sim_node_revoke(&w.ward, &r.device);
    CHECK_EQ(epoch_of(&w), 1);
    for (unsigned round = 0; round < 2; round++)
        for (size_t i = 1; i < 3; i++) {
            sync_ok(&w, i);
            CHECK_EQ(epoch_of(&w), 1);
            sim_story_check(&w, i);
        }
    memstore_free(backup);
    sim_story_deinit(&w);
}

/* How often a change of this meeting was folded at the ward. */
static size_t folded_at_ward(struct sim_story *w, uint8_t name)
{
    struct id record = {{name}};
    struct scope s;
    struct part p;
    struct txn txn;
    size_t n;

    sim_story_scope(w->ward.store, &w->cell, ACCESS_A, &s);
    memstore_begin(w->ward.store, false, &txn);
    CHECK_EQ(ledger_part(&txn, &s, schema_kind_named("meeting")->number, &record, &p), ERR_OK);
    n = p.changes;
    part_deinit(&p);
    memstore_abort(w->ward.store);
    return n;
}

/* As mending leaves it when the scope's row was damaged: the leaves are here, what the ward signed for them is not. */
static void forget_checkpoint(struct sim_story *w, size_t device)
{
    struct memstore *m = w->device[device].store;
    struct scope s;
    struct txn txn;

    sim_story_scope(m, &w->cell, ACCESS_A, &s);
    s.signed_size = 0;
    memstore_begin(m, true, &txn);
    CHECK_EQ(scope_save(&txn, &s), ERR_OK);
    CHECK_EQ(memstore_commit(m, true), ERR_OK);
}

TEST(a_device_without_a_checkpoint_goes_on_with_what_is_common)
{
    for (unsigned refilled = 0; refilled < 2; refilled++)
        for (unsigned old = 0; old < 2; old++) {
            struct sim_story w;
            struct memstore *backup;

            sim_story_init(&w, 3);
            if (old == 0)
                CHECK_EQ(sim_story_meeting(&w, 0, 1), ERR_OK);
            sync_ok(&w, 0);
            backup = memstore_copy(w.ward.store);
            CHECK_EQ(sim_story_meeting(&w, 0, 2), ERR_OK);
            sync_ok(&w, 0);
            CHECK_EQ(sim_story_meeting(&w, 1, 3), ERR_OK);
            sync_ok(&w, 1);
            sync_ok(&w, 0);
            CHECK_EQ(sim_story_meeting(&w, 1, 4), ERR_OK); /* never sent */
            forget_checkpoint(&w, 1);
            memstore_restore(w.ward.store, backup);
            if (refilled)
                sync_ok(&w, 0);
            sync_ok(&w, 1);
            sync_ok(&w, 1);
            sim_story_check(&w, 1);
            CHECK(memstore_table_rows(w.device[1].store, TABLE_aside) > 0);
            for (unsigned round = 0; round < 2; round++)
                for (size_t i = 0; i < 3; i++)
                    sync_ok(&w, i);
            for (size_t i = 0; i < 3; i++) {
                sim_story_check(&w, i);
                CHECK_EQ(COUNT(&w, i).sealed + COUNT(&w, i).unsealed, 0);
                CHECK(!rolled_back(&w, i));
            }
            for (uint8_t name = 1 + (uint8_t)old; name <= 4; name++)
                CHECK_EQ(folded_at_ward(&w, name), 1);
            memstore_free(backup);
            sim_story_deinit(&w);
        }
}

static size_t staged(struct sim_story *w)
{
    return memstore_table_rows(w->ward.store, TABLE_staged);
}

static void cut_up(struct sim_story *w, size_t device, uint64_t limit)
{
    uint8_t binding[BINDING_SIZE];
    struct sim_link l;

    sim_node_random(&w->device[device].chance, binding, sizeof binding);
    sim_link_open(&l, &w->ward, &w->device[device], binding, 0);
    l.limit[SIM_LINK_UP] = limit;
    sim_link_run(&l);
    sim_link_close(&l);
}

TEST(what_a_dead_session_staged_does_not_stay)
{
    for (unsigned started = 0; started < 2; started++) {
        struct sim_story w;
        struct memstore *backup;
        uint64_t limit = 400;

        sim_story_init(&w, 2);
        backup = memstore_copy(w.ward.store);
        for (uint8_t name = 1; name < 5; name++) {
            record_held(&w, 0, name);
            sync_ok(&w, 0);
        }
        memstore_restore(w.ward.store, backup);
        while (staged(&w) == 0 && limit < 4000)
            cut_up(&w, 0, limit += 50);
        CHECK(staged(&w) > 0);
        if (started) {
            struct txn txn;
            size_t before = staged(&w), rows = 0;

            memstore_begin(w.ward.store, true, &txn);
            CHECK_EQ(ward_stage_clear_all(&txn, &rows), ERR_OK);
            CHECK_EQ(memstore_commit(w.ward.store, true), ERR_OK);
            CHECK_EQ(rows, before);
        } else {
            cut_up(&w, 0, 100); /* its next hello is heard, and no more */
        }
        CHECK_EQ(staged(&w), 0);
        sync_ok(&w, 0);
        CHECK_EQ(staged(&w), 0);
        settled(&w, 2, 4);
        memstore_free(backup);
        sim_story_deinit(&w);
    }
}

/* Two lines of one log. The ward asks one device for its line; before that one's leaves have come, the other one brings
 * its line, and the log is rewound below what was common with the first. That is nobody's forgery: it is asked anew. */
TEST(a_log_that_another_one_rewound_meanwhile_is_asked_for_anew)
{
    struct sim_story w;
    struct memstore *older, *newer;
    uint8_t binding[BINDING_SIZE];
    struct sim_link l;
    bool moving = true;

    sim_story_init(&w, 3);
    older = memstore_copy(w.ward.store);
    CHECK_EQ(sim_story_meeting(&w, 0, 1), ERR_OK);
    sync_ok(&w, 0);
    newer = memstore_copy(w.ward.store);
    CHECK_EQ(sim_story_meeting(&w, 0, 2), ERR_OK);
    sync_ok(&w, 0);
    memstore_restore(w.ward.store, older);
    record_held(&w, 2, 3);
    sync_ok(&w, 2);
    memstore_restore(w.ward.store, newer);
    sim_node_random(&w.device[0].chance, binding, sizeof binding);
    sim_link_open(&l, &w.ward, &w.device[0], binding, 0);
    while (moving && l.ward.state != SESSION_WAIT_LOST) {
        moving = sim_link_device_work(&l);
        moving = sim_link_ward_work(&l) || moving;
        moving = sim_link_move(&l, SIM_LINK_UP, 1) || moving;
        moving = sim_link_move(&l, SIM_LINK_DOWN, SIZE_MAX) || moving;
    }
    CHECK_EQ(l.ward.state, SESSION_WAIT_LOST);
    CHECK(rolled_back(&w, 2));
    sim_link_run(&l);
    CHECK_EQ(l.device.err, ERR_OK);
    sim_link_close(&l);
    sim_story_check(&w, 0);
    settled(&w, 3, 3);
    memstore_free(older);
    memstore_free(newer);
    sim_story_deinit(&w);
}
