/* t_repair.c - bits that rot in either store: what follows from leaves is made anew, leaves come from the other side
 * (protocol.md 8.8). What a store must be afterwards is what it was before. */
#include <stdio.h>
#include <stdlib.h>

#include "../proto/message.h"
#include "../proto/repair.h"
#include "sim_repair.h"
#include "sim_story.h"
#include "sim_value.h"
#include "test.h"

static void world(struct sim_story *w)
{
    sim_story_init(w, 3);
    for (uint8_t i = 1; i < 24; i++) {
        CHECK_EQ(sim_story_meeting(w, i % 2, i), ERR_OK);
        if (i % 3 == 0)
            CHECK_EQ(sim_link_sync(&w->ward, &w->device[i % 2], NULL), ERR_OK);
    }
    for (unsigned round = 0; round < 2; round++)
        for (size_t i = 0; i < 3; i++)
            CHECK_EQ(sim_link_sync(&w->ward, &w->device[i], NULL), ERR_OK);
}

static const enum table tables[] = {TABLE_leaf,  TABLE_node,  TABLE_stream, TABLE_origin, TABLE_change,
                                    TABLE_actor, TABLE_state, TABLE_part,   TABLE_org};

static void as_before(struct sim_story *w, struct memstore *m, uint64_t digest)
{
    CHECK_EQ(sim_repair_digest(m), digest);
    for (size_t i = 0; i < 3; i++) {
        CHECK_EQ(sim_link_sync(&w->ward, &w->device[i], NULL), ERR_OK);
        sim_story_check(w, i);
    }
}

TEST(a_sound_book_is_compared_in_one_small_session)
{
    struct sim_repair r;
    struct sim_story w;
    uint64_t digest;

    world(&w);
    digest = sim_repair_digest(w.device[0].store);
    CHECK_EQ(sim_repair_device(&w.ward, &w.device[0], &r), ERR_OK);
    CHECK_EQ(r.scopes, 3);
    CHECK_EQ(r.bad + r.rows + r.repaired + r.folded + r.left, 0);
    CHECK_EQ(r.waits, 1);
    CHECK(r.bytes < 200);
    as_before(&w, w.device[0].store, digest);
    CHECK_EQ(sim_repair_ward(&w.ward, &r), ERR_OK);
    CHECK_EQ(r.bad + r.rows + r.folded + r.left, 0);
    sim_story_deinit(&w);
}

/* Every table, every kind of damage, each row that there is. */
TEST(any_row_of_a_device_that_follows_from_leaves_or_is_one)
{
    struct memstore *sound;
    struct sim_story w;
    uint64_t digest, verified = 0;

    world(&w);
    sound = memstore_copy(w.device[0].store);
    digest = sim_repair_digest(sound);
    for (size_t t = 0; t < ARRAY_LEN(tables); t++)
        for (unsigned how = 0; how < MEMSTORE_ROTS; how++)
            for (size_t place = 0; place < memstore_table_rows(sound, tables[t]); place += 1 + place / 4) {
                struct memstore *ward = memstore_copy(w.ward.store);
                struct sim_repair r;

                memstore_restore(w.device[0].store, sound);
                memstore_rot(w.device[0].store, tables[t], place, (enum memstore_rot)how);
                bool good = CHECK_EQ(sim_repair_device(&w.ward, &w.device[0], &r), ERR_OK);

                good = CHECK_EQ(r.left, 0) && good;
                good = CHECK_EQ(sim_repair_digest(w.device[0].store), digest) && good;
                sim_story_check(&w, 0);
                memstore_restore(w.ward.store, ward);
                memstore_free(ward);
                if (!good) {
                    printf("table %s, damage %u, row %zu\n", store_tables[tables[t]].name, how, place);
                    return;
                }
                verified++;
            }
    CHECK(verified > 200);
    memstore_free(sound);
    sim_story_deinit(&w);
}

/* The row of a scope is one of few that say where a log ends. */
TEST(the_row_of_a_scope_is_made_again)
{
    for (size_t place = 0; place < 3; place++) {
        struct sim_repair r;
        struct sim_story w;
        uint64_t digest;

        world(&w);
        digest = sim_repair_digest(w.device[0].store);
        memstore_rot(w.device[0].store, TABLE_scope, place, place == 1 ? MEMSTORE_DROP : MEMSTORE_FLIP);
        CHECK_EQ(sim_repair_device(&w.ward, &w.device[0], &r), ERR_OK);
        CHECK_EQ(r.left, 0);
        as_before(&w, w.device[0].store, digest);
        sim_story_deinit(&w);
    }
}

TEST(much_damage_at_once)
{
    uint64_t chance = 7;

    for (unsigned n = 0; n < 20; n++) {
        struct sim_repair r;
        struct sim_story w;
        uint64_t digest;

        world(&w);
        digest = sim_repair_digest(w.device[1].store);
        for (unsigned i = 0; i < 1 + 4 * n; i++)
            sim_repair_damage(w.device[1].store, &chance, sim_repair_table(&chance),
                              (enum memstore_rot)(test_random(&chance) % MEMSTORE_LIE));
        CHECK_EQ(sim_repair_device(&w.ward, &w.device[1], &r), ERR_OK);
        CHECK_EQ(r.left, 0);
        as_before(&w, w.device[1].store, digest);
        sim_story_deinit(&w);
    }
}

/* Of a scope that has no leaves yet only its organisation's row says where it is. */
TEST(what_waits_for_the_first_leaves_is_still_found)
{
    uint8_t secret[INVITE_SECRET_SIZE];
    struct sim_repair r;
    struct sim_story w;
    struct sim_link l;

    world(&w);
    sim_node_device_deinit(&w.device[1]);
    sim_node_device_init(&w.device[1], 55);
    sim_node_invite(&w.ward, &w.cell, ROLE_DEPUTY, secret);
    CHECK_EQ(sim_link_enrol(&w.ward, &w.device[1], secret), ERR_OK);
    CHECK_EQ(sim_story_meeting(&w, 1, 88), ERR_OK);
    memstore_rot(w.device[1].store, TABLE_org, 0, MEMSTORE_FLIP);
    CHECK_EQ(sim_repair_device(&w.ward, &w.device[1], &r), ERR_OK);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[1], &l), ERR_OK);
    CHECK_EQ(l.device.counts.sent, 1);
    sim_story_check(&w, 1);
    sim_story_deinit(&w);
}

TEST(what_nobody_else_has_is_kept_aside_and_told)
{
    struct sim_repair r;
    struct sim_story w;

    world(&w);
    CHECK_EQ(sim_story_meeting(&w, 0, 90), ERR_OK);
    memstore_rot(w.device[0].store, TABLE_draft, 0, MEMSTORE_FLIP);
    CHECK_EQ(sim_repair_device(&w.ward, &w.device[0], &r), ERR_OK);
    CHECK_EQ(r.aside, 1);
    CHECK_EQ(r.bad + r.left, 0);
    CHECK_EQ(memstore_table_rows(w.device[0].store, TABLE_aside), 1);
    sim_story_deinit(&w);
}

/* A kill after any job or transaction leaves a store that the next run ends with. */
TEST(repair_goes_on_after_a_kill_at_any_write)
{
    for (unsigned at = 1; at < 60; at++) {
        struct sim_repair r;
        struct sim_story w;
        uint64_t chance = at, digest;

        world(&w);
        digest = sim_repair_digest(w.device[0].store);
        for (unsigned i = 0; i < 6; i++)
            sim_repair_damage(w.device[0].store, &chance, sim_repair_table(&chance), MEMSTORE_FLIP);
        memstore_fail(w.device[0].store, 3 * at, ERR_IO);
        (void)!sim_repair_device(&w.ward, &w.device[0], &r);
        memstore_fail(w.device[0].store, 0, ERR_OK);
        CHECK_EQ(sim_repair_device(&w.ward, &w.device[0], &r), ERR_OK);
        CHECK_EQ(r.left, 0);
        as_before(&w, w.device[0].store, digest);
        sim_story_deinit(&w);
    }
}

TEST(any_row_of_the_ward_that_follows_from_leaves)
{
    struct memstore *sound;
    struct sim_story w;
    uint64_t digest;

    world(&w);
    sound = memstore_copy(w.ward.store);
    digest = sim_repair_digest(sound);
    for (size_t t = 1; t < ARRAY_LEN(tables); t++)
        for (unsigned how = 0; how < MEMSTORE_ROTS; how++)
            for (size_t place = 0; place < memstore_table_rows(sound, tables[t]); place += 1 + place / 3) {
                struct sim_repair r;
                bool good;

                memstore_restore(w.ward.store, sound);
                memstore_rot(w.ward.store, tables[t], place, (enum memstore_rot)how);
                good = CHECK_EQ(sim_repair_ward(&w.ward, &r), ERR_OK);
                good = CHECK_EQ(r.left, 0) && good;
                good = CHECK_EQ(sim_repair_digest(w.ward.store), digest) && good;
                if (!good) {
                    printf("table %s, damage %u, row %zu\n", store_tables[tables[t]].name, how, place);
                    return;
                }
            }
    memstore_free(sound);
    sim_story_deinit(&w);
}

/* Gone without a trace, each of them, so that none is found: what is left does fit together. */
TEST(all_parts_and_their_sums_are_gone)
{
    struct sim_repair r;
    struct sim_story w;
    uint64_t digest;

    world(&w);
    digest = sim_repair_digest(w.ward.store);
    while (memstore_table_rows(w.ward.store, TABLE_part) > 0)
        memstore_rot(w.ward.store, TABLE_part, 0, MEMSTORE_DROP);
    while (memstore_table_rows(w.ward.store, TABLE_state) > 0)
        memstore_rot(w.ward.store, TABLE_state, 0, MEMSTORE_DROP);
    CHECK_EQ(sim_repair_ward(&w.ward, &r), ERR_OK);
    CHECK(r.folded > 0);
    CHECK_EQ(sim_repair_digest(w.ward.store), digest);
    sim_story_deinit(&w);
}

/* The scope number of the cell's class A and the size of its log at the ward. */
static size_t leaf_row(struct sim_story *w, uint64_t index)
{
    struct scope s;
    struct txn txn;
    struct scope *all;
    size_t count, row = 0;

    sim_story_scope(w->ward.store, &w->cell, ACCESS_A, &s);
    memstore_begin(w->ward.store, false, &txn);
    CHECK_EQ(scope_list(&txn, &all, &count), ERR_OK);
    memstore_abort(w->ward.store);
    for (size_t i = 0; i < count; i++)
        row += all[i].number < s.number ? (size_t)all[i].frontier.size : 0;
    free(all);
    return row + (size_t)index;
}

TEST(leaves_that_the_ward_lost_come_from_the_next_device_that_holds_them)
{
    for (unsigned how = 0; how < MEMSTORE_SWAP; how++)
        for (size_t from = 0; from < 3; from++) {
            struct sim_repair r;
            struct sim_story w;
            uint64_t digest;
            struct scope s;
            struct hash root;

            world(&w);
            sim_story_scope(w.ward.store, &w.cell, ACCESS_A, &s);
            root = scope_root(&s);
            digest = sim_repair_digest(w.ward.store);
            for (uint64_t i = 0; i < s.frontier.size - 2; i += 3)
                memstore_rot(w.ward.store, TABLE_leaf, leaf_row(&w, how == MEMSTORE_DROP ? i / 3 * 2 : i),
                             (enum memstore_rot)how);
            CHECK_EQ(sim_repair_ward(&w.ward, &r), ERR_OK);
            CHECK(r.left >= s.frontier.size / 3 - 1);
            CHECK_EQ(sim_link_sync(&w.ward, &w.device[from], NULL), ERR_OK);
            CHECK_EQ(sim_repair_ward(&w.ward, &r), ERR_OK);
            CHECK_EQ(r.left + r.bad, 0);
            sim_story_scope(w.ward.store, &w.cell, ACCESS_A, &s);
            CHECK_MEM(scope_root(&s).b, root.b, HASH_SIZE);
            as_before(&w, w.ward.store, digest);
            sim_story_deinit(&w);
        }
}

/* Nobody ran doi-khop: a reader meets the leaf. Its other scopes go on, and the author brings the leaf back. */
TEST(a_reader_passes_over_a_damaged_leaf_and_the_next_holder_heals_it)
{
    struct sim_story w;
    struct scope s;

    world(&w);
    CHECK_EQ(sim_story_meeting(&w, 0, 70), ERR_OK);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
    sim_story_scope(w.ward.store, &w.cell, ACCESS_A, &s);
    memstore_rot(w.ward.store, TABLE_leaf, leaf_row(&w, s.frontier.size - 1), MEMSTORE_FLIP);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[1], NULL), ERR_OK);
    sim_story_scope(w.device[1].store, &w.cell, ACCESS_A, &s);
    CHECK(!crypto_equal(scope_root(&s).b, sim_story_root(w.ward.store, &w.cell, ACCESS_A).b, HASH_SIZE));
    CHECK_EQ(sim_story_meeting(&w, 1, 71), ERR_OK);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[1], NULL), ERR_OK); /* goes up all the same */
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
    for (size_t i = 0; i < 3; i++) {
        CHECK_EQ(sim_link_sync(&w.ward, &w.device[i], NULL), ERR_OK);
        CHECK_EQ(sim_link_sync(&w.ward, &w.device[i], NULL), ERR_OK);
        sim_story_check(&w, i);
    }
    sim_story_deinit(&w);
}

/* The tree is gone with the leaves: hashes narrow it down, two questions and then the leaves. */
TEST(without_its_tree_a_device_asks_for_hashes_first)
{
    struct sim_repair r;
    struct sim_story w;
    uint64_t digest;

    world(&w);
    digest = sim_repair_digest(w.device[0].store);
    for (size_t i = 0; i < memstore_table_rows(w.device[0].store, TABLE_node); i++)
        memstore_rot(w.device[0].store, TABLE_node, i, MEMSTORE_FLIP);
    for (size_t i = 1; i < memstore_table_rows(w.device[0].store, TABLE_leaf); i += 7)
        memstore_rot(w.device[0].store, TABLE_leaf, i, MEMSTORE_FLIP);
    CHECK_EQ(sim_repair_device(&w.ward, &w.device[0], &r), ERR_OK);
    CHECK_EQ(r.left, 0);
    CHECK(r.repaired > 3);
    CHECK(r.waits <= 3);
    as_before(&w, w.device[0].store, digest);
    sim_story_deinit(&w);
}

TEST(two_questions_narrow_down_a_hundred_thousand_leaves)
{
    CHECK_EQ(repair_level_below(17), 6);
    CHECK_EQ(repair_level_below(6), 0);
    CHECK_EQ(repair_level_below(20), 12); /* and then 6, 0 */
    for (unsigned level = 1; level < TREE_LEVELS_MAX; level++) {
        CHECK(repair_level_below(level) < level);
        CHECK(level - repair_level_below(level) <= 11);
    }
}
