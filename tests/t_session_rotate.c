/* t_session_rotate.c - the ward's old store is put back, from before it had new signing keys: with the newest key at hand it
 * goes on and loses nothing; without it it takes everything in, and says so (protocol.md 4.6, 8.6). */
#include "sim_story.h"
#include "test.h"

static void sync_ok(struct sim_story *w, size_t device)
{
    CHECK_EQ(sim_link_sync(&w->ward, &w->device[device], NULL), ERR_OK);
}

/* In the ward's log of the cell, all with their bodies; once each. */
static size_t changes(struct sim_story *w)
{
    struct scope s;
    struct txn txn;
    size_t count = 0;

    sim_story_scope(w->ward.store, &w->cell, ACCESS_A, &s);
    memstore_begin(w->ward.store, false, &txn);
    for (uint64_t i = 0; i < s.frontier.size; i++) {
        struct buf row = {0};
        struct ledger_leaf l;

        CHECK_EQ(ledger_leaf_at(&txn, &s, i, &row, &l), ERR_OK);
        for (size_t k = 0; k < l.changeset.count; k++)
            count += l.changeset.slot[k].body.n > 0;
        ledger_leaf_deinit(&l);
        buf_deinit(&row);
    }
    memstore_abort(w->ward.store);
    return count;
}

static void settled(struct sim_story *w, size_t devices, size_t records)
{
    for (unsigned round = 0; round < 2; round++)
        for (size_t i = 0; i < devices; i++)
            sync_ok(w, i);
    for (size_t i = 0; i < devices; i++) {
        struct replica_counts c = sim_story_counts(&w->device[i]);
        struct sim_link l;

        sim_story_check(w, i);
        CHECK_EQ(c.sealed + c.unsealed, 0);
        CHECK_MEM(sim_node_replica(&w->device[i]).ward_key, w->ward.ward.public_key, SIGN_PUBLIC_SIZE);
        CHECK_EQ(sim_link_sync(&w->ward, &w->device[i], &l), ERR_OK);
        CHECK(!l.device.counts.rolled_back); /* told once */
    }
    CHECK_EQ(changes(w), records);
}

/* A ward with a past: `backup` has meeting 1; device 0 saw meeting 2 under the first key; devices 1 (and 2, the clerk)
 * what was said under it since, the new keys, and meetings under these. */
struct past {
    struct sim_story w;
    struct memstore *backup;
    struct ward before;
    struct keys list;
    size_t records;
};

static void past_init(struct past *p, unsigned rotations)
{
    struct replica r;

    memset(p, 0, sizeof *p);
    sim_story_init(&p->w, 3);
    CHECK_EQ(sim_story_meeting(&p->w, 0, 1), ERR_OK);
    sync_ok(&p->w, 0);
    p->backup = memstore_copy(p->w.ward.store);
    p->before = p->w.ward.ward;
    CHECK_EQ(sim_story_meeting(&p->w, 0, 2), ERR_OK);
    sync_ok(&p->w, 0);
    r = sim_node_replica(&p->w.device[1]);
    sim_node_grant(&p->w.ward, &r.person, &p->w.cell, ROLE_COMMITTEE); /* under the first key, unknown to device 0 */
    p->records = 2;
    for (unsigned i = 0; i < rotations; i++) {
        struct id other;

        sim_node_rotate(&p->w.ward);
        other = sim_node_org(&p->w.ward, i == 0 ? "CB-101" : i == 1 ? "CB-102" : "CB-103", ORG_TDP);
        sim_node_grant(&p->w.ward, &r.person, &other, ROLE_MEMBER);
        CHECK_EQ(sim_story_meeting(&p->w, 1, (uint8_t)(3 + i)), ERR_OK);
        sync_ok(&p->w, 1);
        p->records++;
    }
    sync_ok(&p->w, 2);
    sim_node_keys(&p->w.ward, &p->list);
}

static void past_deinit(struct past *p)
{
    memstore_free(p->backup);
    sim_story_deinit(&p->w);
}

TEST(a_ward_put_back_from_before_new_keys_goes_on_with_the_newest)
{
    for (unsigned rotations = 1; rotations <= 3; rotations += 2)
        for (size_t first = 0; first < 3; first++)
            for (unsigned ours = 0; ours < 2; ours++) {
                struct past p;
                struct sim_link l;

                past_init(&p, rotations);
                memstore_restore(p.w.ward.store, p.backup);
                if (ours) { /* before the newest key is there, the ward founds a cell under the one it knows */
                    struct ward newest = p.w.ward.ward;

                    p.w.ward.ward = p.before;
                    sim_node_org(&p.w.ward, "CB-200", ORG_TDP);
                    p.w.ward.ward = newest;
                }
                sim_node_adopt(&p.w.ward, &p.list);
                CHECK_EQ(sim_story_meeting(&p.w, first == 2 ? 0 : first, 9), ERR_OK);
                CHECK_EQ(sim_link_sync(&p.w.ward, &p.w.device[first], &l), ERR_OK);
                CHECK(l.device.counts.rolled_back);
                settled(&p.w, 3, p.records + 1);
                sim_node_rotate(&p.w.ward);
                settled(&p.w, 3, p.records + 1);
                past_deinit(&p);
            }
}

/* Once more from the same backup: leaves that were said again, and a log that has the key leaf twice in its past. */
TEST(put_back_twice_across_new_keys)
{
    for (size_t first = 0; first < 3; first++) {
        struct past p;

        past_init(&p, 2);
        for (unsigned round = 0; round < 2; round++) {
            memstore_restore(p.w.ward.store, p.backup);
            sim_node_adopt(&p.w.ward, &p.list);
            sync_ok(&p.w, (first + round) % 3);
            if (round == 0)
                sync_ok(&p.w, (first + 2) % 3);
        }
        settled(&p.w, 3, p.records);
        past_deinit(&p);
    }
}

/* The newest key's file survived, the list beside the store did not: a device proves it. */
TEST(the_list_of_keys_comes_back_from_a_device)
{
    struct past p;

    past_init(&p, 2);
    memstore_restore(p.w.ward.store, p.backup);
    sync_ok(&p.w, 1);
    settled(&p.w, 3, p.records);
    past_deinit(&p);
}

/* A backup of after the new key, put back over one of before it, whose log went on in another way: what both have in
 * common ends under the old key, and so does what device 0 holds and the ward's log now has elsewhere. */
TEST(a_later_backup_over_an_earlier_one)
{
    struct memstore *early, *late;
    struct sim_story w;
    struct keys list;

    sim_story_init(&w, 2);
    early = memstore_copy(w.ward.store);
    CHECK_EQ(sim_story_meeting(&w, 0, 1), ERR_OK);
    sync_ok(&w, 0);
    sim_node_rotate(&w.ward);
    sim_node_keys(&w.ward, &list);
    late = memstore_copy(w.ward.store);
    memstore_restore(w.ward.store, early);
    sim_node_adopt(&w.ward, &list);
    CHECK_EQ(sim_story_meeting(&w, 1, 2), ERR_OK);
    sync_ok(&w, 1);
    memstore_restore(w.ward.store, late);
    sync_ok(&w, 1);
    settled(&w, 2, 2);
    memstore_free(early);
    memstore_free(late);
    sim_story_deinit(&w);
}

/* Nothing but the old key is left. What devices bring is taken in, for those who know no other key; the others are told,
 * and go on when the newest key is found. */
TEST(without_its_newest_key_the_ward_takes_all_in_and_says_so)
{
    struct past p;
    struct ward newest;
    struct txn txn;
    bool gone = false;

    past_init(&p, 2);
    memstore_restore(p.w.ward.store, p.backup);
    newest = p.w.ward.ward;
    p.w.ward.ward = p.before;
    CHECK_EQ(sim_story_meeting(&p.w, 1, 9), ERR_OK);
    for (unsigned i = 0; i < 2; i++)
        CHECK_EQ(sim_link_sync(&p.w.ward, &p.w.device[1], NULL), ERR_KEY_GONE);
    sim_story_verify(&p.w.device[1]);
    CHECK_EQ(changes(&p.w), p.records + 1); /* its unsent one too */
    sync_ok(&p.w, 0);
    sim_story_check(&p.w, 0);
    CHECK_EQ(sim_link_sync(&p.w.ward, &p.w.device[2], NULL), ERR_KEY_GONE);
    memstore_begin(p.w.ward.store, false, &txn);
    CHECK_EQ(ward_key_gone(&txn, &gone), ERR_OK);
    CHECK(gone);
    memstore_abort(p.w.ward.store);

    p.w.ward.ward = newest;
    sim_node_adopt(&p.w.ward, &p.list);
    memstore_begin(p.w.ward.store, false, &txn);
    CHECK_EQ(ward_key_gone(&txn, &gone), ERR_OK);
    CHECK(!gone);
    memstore_abort(p.w.ward.store);
    settled(&p.w, 3, p.records + 1);
    past_deinit(&p);
}

/* The first device that came after a restore showed that there was one: a new key then shuts nobody out. */
TEST(a_new_key_after_a_restore_leaves_time_to_come)
{
    struct sim_story w;
    struct memstore *backup;

    sim_story_init(&w, 2);
    backup = memstore_copy(w.ward.store);
    CHECK_EQ(sim_story_meeting(&w, 1, 1), ERR_OK);
    sync_ok(&w, 1);
    CHECK_EQ(sim_story_meeting(&w, 0, 2), ERR_OK);
    sync_ok(&w, 0);
    memstore_restore(w.ward.store, backup);
    sync_ok(&w, 1);
    sim_node_rotate(&w.ward);
    settled(&w, 2, 2);
    memstore_free(backup);
    sim_story_deinit(&w);
}

/* Whoever finds the old key of a ward that was never put back, and has a device, makes no history with it. */
TEST(an_old_key_proves_nothing_that_the_ward_has_not)
{
    struct sim_story w;
    struct sim_ward thief;
    struct hash before, after;
    struct replica r;

    sim_story_init(&w, 2);
    sync_ok(&w, 1);
    thief = w.ward;
    thief.store = memstore_copy(w.ward.store);
    sim_node_rotate(&w.ward);
    r = sim_node_replica(&w.device[1]);
    sim_node_grant(&thief, &r.person, &w.cell, ROLE_SECRETARY);
    CHECK_EQ(sim_link_sync(&thief, &w.device[1], NULL), ERR_OK);
    before = sim_story_root(w.ward.store, &w.cell, ACCESS_A);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[1], NULL), ERR_BAD_PROOF);
    after = sim_story_root(w.ward.store, &w.cell, ACCESS_A);
    CHECK_MEM(before.b, after.b, HASH_SIZE);
    memstore_free(thief.store);
    sim_story_deinit(&w);
}

/* The ward's program dies at every write of a refill across new keys. */
TEST(killed_at_any_write_it_goes_on)
{
    bool struck = true;

    for (unsigned n = 1; struck; n += n < 8 ? 1 : 151) {
        struct past p;

        past_init(&p, 2);
        memstore_restore(p.w.ward.store, p.backup);
        sim_node_adopt(&p.w.ward, &p.list);
        memstore_fail(p.w.ward.store, n, ERR_IO);
        struck = sim_link_sync(&p.w.ward, &p.w.device[1], NULL) != ERR_OK;
        memstore_crash(p.w.ward.store);
        memstore_fail(p.w.ward.store, 0, ERR_OK);
        settled(&p.w, 3, p.records);
        past_deinit(&p);
    }
}
