/* t_snapshot_meets.c - a book that begins at a snapshot meets damage, files, and a ward that is damaged too: what the
 * simulator found (sim_bitrot.c, sim_snapshot.c). */
#include <stdlib.h>

#include "sim_parcel.h"
#include "sim_repair.h"
#include "sim_story.h"
#include "test.h"

#define BOUND 6 /* leaves; of a longer log a new device gets a snapshot */

static void add(struct sim_story *w, size_t device, enum role role)
{
    uint8_t secret[INVITE_SECRET_SIZE];

    sim_node_device_deinit(&w->device[device]);
    sim_node_device_init(&w->device[device], 300 + device);
    sim_node_invite(&w->ward, role == ROLE_CLERK ? &w->home : &w->cell, role, secret);
    CHECK_EQ(sim_link_enrol(&w->ward, &w->device[device], secret), ERR_OK);
}

static void sync(struct sim_story *w, size_t device)
{
    CHECK_EQ(sim_link_sync(&w->ward, &w->device[device], NULL), ERR_OK);
}

/* The secretary has a dozen records there; the deputy's device is enrolled and has not spoken yet. */
static void begin(struct sim_story *w)
{
    sim_story_init(w, 1);
    w->ward.ward.snapshot_leaves = BOUND;
    for (uint8_t i = 1; i <= 12; i++) {
        CHECK_EQ(sim_story_meeting(w, 0, i), ERR_OK);
        sync(w, 0);
    }
    add(w, 1, ROLE_DEPUTY);
}

static uint64_t from(struct sim_story *w, size_t device)
{
    struct scope s;

    sim_story_scope(w->device[device].store, &w->cell, ACCESS_A, &s);
    return s.from;
}

static void settle(struct sim_story *w)
{
    struct replica_counts c;

    for (unsigned round = 0; round < 2; round++)
        for (size_t i = 0; i < 2; i++)
            sync(w, i);
    for (size_t i = 0; i < 2; i++)
        sim_story_check(w, i);
    c = sim_story_counts(&w->device[1]);
    CHECK_EQ(c.unsealed + c.sealed, 0);
}

/* Each row of its tree gone, and of the tables that name its logs, of its leaves, its own among them, and streams: with
 * work of its own behind the snapshot. */
TEST(rows_of_a_partial_log_and_what_names_it)
{
    static const enum table tables[] = {TABLE_node, TABLE_org, TABLE_leaf, TABLE_stream};
    unsigned rotten = 0;

    for (size_t t = 0; t < ARRAY_LEN(tables); t++)
        for (size_t place = 0;; place++) {
            struct sim_repair r;
            struct sim_story w;
            bool more;

            begin(&w);
            sync(&w, 1);
            CHECK(from(&w, 1) > 0);
            CHECK_EQ(sim_story_meeting(&w, 1, 40), ERR_OK);
            sync(&w, 1);
            sync(&w, 1);
            more = place < memstore_table_rows(w.device[1].store, tables[t]);
            if (more) {
                memstore_rot(w.device[1].store, tables[t], place, t == 0 ? MEMSTORE_DROP : MEMSTORE_FLIP);
                CHECK_EQ(sim_repair_device(&w.ward, &w.device[1], &r), ERR_OK);
                CHECK_EQ(r.left, 0);
                CHECK_EQ(sim_story_meeting(&w, 1, 41), ERR_OK);
                settle(&w);
                rotten++;
            }
            sim_story_deinit(&w);
            if (!more)
                break;
        }
    CHECK(rotten > 4);
}

/* The answer to a file is read when a session has brought the snapshot meanwhile, and more behind it. */
TEST(an_answer_from_before_the_snapshot)
{
    struct buf request = {0}, answer = {0};
    struct sim_parcel p = {.limits = sim_parcel_fine, .out = &request};
    struct sim_story w;

    begin(&w);
    p.device = &w.device[1];
    CHECK_EQ(sim_parcel_send(&p), ERR_OK);
    parcel_report_deinit(&p.report);
    p = (struct sim_parcel){.limits = sim_parcel_fine, .ward = &w.ward, .file = buf_bytes(&request), .out = &answer};
    CHECK_EQ(sim_parcel_exchange(&p), ERR_OK);
    parcel_report_deinit(&p.report);
    CHECK_EQ(sim_story_meeting(&w, 0, 50), ERR_OK);
    sync(&w, 0);
    sync(&w, 1);
    CHECK(from(&w, 1) > 0);
    for (unsigned twice = 0; twice < 2; twice++) {
        p = (struct sim_parcel){.limits = sim_parcel_fine, .device = &w.device[1], .file = buf_bytes(&answer)};
        CHECK_EQ(sim_parcel_receive(&p), ERR_OK);
        parcel_report_deinit(&p.report);
    }
    settle(&w);
    buf_deinit(&request);
    buf_deinit(&answer);
    sim_story_deinit(&w);
}

/* Of the cell's class A: its row in the ward's table, which is ordered by scope number and index. */
static size_t newest_leaf(struct sim_story *w)
{
    struct scope *all, s;
    size_t count, row = 0;
    struct txn txn;

    sim_story_scope(w->ward.store, &w->cell, ACCESS_A, &s);
    memstore_begin(w->ward.store, false, &txn);
    CHECK_EQ(scope_list(&txn, &all, &count), ERR_OK);
    memstore_abort(w->ward.store);
    for (size_t i = 0; i < count; i++)
        row += all[i].number <= s.number ? (size_t)all[i].frontier.size : 0;
    free(all);
    return row - 1;
}

/* The row that names the organisation's scopes rots while one of them cannot be folded anew. */
TEST(whoever_is_let_in_while_a_leaf_of_a_log_is_damaged_reads_it_later)
{
    struct sim_repair r;
    struct sim_story w;

    begin(&w);
    w.ward.ward.snapshot_leaves = 0;
    sync(&w, 0);
    sync(&w, 0); /* the ward knows what it holds when the next ratchet is shown */
    memstore_rot(w.ward.store, TABLE_leaf, newest_leaf(&w), MEMSTORE_FLIP);
    for (size_t i = 0; i < memstore_table_rows(w.ward.store, TABLE_org); i++)
        memstore_rot(w.ward.store, TABLE_org, i, MEMSTORE_FLIP);
    CHECK_EQ(sim_repair_ward(&w.ward, &r), ERR_OK);
    CHECK_EQ(r.left, 1);
    add(&w, 2, ROLE_CLERK);
    sync(&w, 0);
    CHECK_EQ(sim_repair_ward(&w.ward, &r), ERR_OK);
    CHECK_EQ(r.left, 0);
    sync(&w, 2);
    sim_story_check(&w, 2);
    sim_story_deinit(&w);
}
