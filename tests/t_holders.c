/* t_holders.c - which logs fewer than two devices hold in full: after sessions of whole devices with their ward. */
#include <stdlib.h>

#include "../server/holders.h"
#include "../server/overview.h"
#include "sim_story.h"
#include "test.h"

static bool few(struct sim_story *w, enum access access)
{
    struct holders *h = calloc(1, sizeof *h);
    struct txn txn;
    struct scope s;
    bool yes;

    sim_story_scope(w->ward.store, &w->cell, access, &s);
    memstore_begin(w->ward.store, false, &txn);
    CHECK_EQ(holders_read(&txn, h), ERR_OK);
    memstore_abort(w->ward.store);
    yes = holders_few(h, s.number);
    free(h);
    return yes;
}

static void sync(struct sim_story *w, size_t device)
{
    CHECK_EQ(sim_link_sync(&w->ward, &w->device[device], NULL), ERR_OK);
}

static void set_state(struct sim_story *w, size_t device, enum device_state state)
{
    const struct id id = sim_node_replica(&w->device[device]).device;
    struct ward_device d;
    struct txn txn;

    memstore_begin(w->ward.store, true, &txn);
    CHECK_EQ(ward_device_load(&txn, &id, &d), ERR_OK);
    d.state = state;
    CHECK_EQ(ward_device_save(&txn, &d), ERR_OK);
    CHECK_EQ(memstore_commit(w->ward.store, true), ERR_OK);
}

TEST(a_change_is_safe_with_two)
{
    struct sim_story w;
    struct overview_cell *cells;
    struct txn txn;
    size_t count;

    sim_story_init(&w, 2);
    for (int a = ACCESS_A; a <= ACCESS_D; a++)
        CHECK(!few(&w, (enum access)a)); /* there is nothing to lose */
    CHECK_EQ(sim_story_meeting(&w, 0, 1), ERR_OK);
    sync(&w, 0);
    CHECK(few(&w, ACCESS_A)); /* its author has it */
    CHECK(!few(&w, ACCESS_B));
    memstore_begin(w.ward.store, false, &txn);
    CHECK_EQ(overview_read(&txn, 20261115, &cells, &count), ERR_OK);
    memstore_abort(w.ward.store);
    CHECK_EQ(count, 1);
    CHECK_EQ(cells[0].few_holders, 1u << ACCESS_A);
    free(cells);
    sync(&w, 1);
    CHECK(!few(&w, ACCESS_A));
    sync(&w, 0);
    CHECK(!few(&w, ACCESS_A));
    sim_story_deinit(&w);
}

TEST(devices_that_are_not_in_use_do_not_count)
{
    struct sim_story w;

    sim_story_init(&w, 2);
    CHECK_EQ(sim_story_meeting(&w, 0, 1), ERR_OK);
    sync(&w, 0);
    sync(&w, 1);
    CHECK(!few(&w, ACCESS_A));
    set_state(&w, 1, DEVICE_COPIED);
    CHECK(few(&w, ACCESS_A));
    set_state(&w, 1, DEVICE_REVOKED);
    CHECK(few(&w, ACCESS_A));
    sim_story_deinit(&w);
}

TEST(who_began_with_a_snapshot_counts_once_the_history_is_there)
{
    struct sim_story w;
    uint8_t secret[INVITE_SECRET_SIZE];

    sim_story_init(&w, 1);
    w.ward.ward.snapshot_leaves = 6;
    for (uint8_t i = 1; i <= 12; i++) {
        CHECK_EQ(sim_story_meeting(&w, 0, i), ERR_OK);
        sync(&w, 0);
    }
    sim_node_device_init(&w.device[2], 102);
    sim_node_invite(&w.ward, &w.home, ROLE_CLERK, secret);
    CHECK_EQ(sim_link_enrol(&w.ward, &w.device[2], secret), ERR_OK);
    sync(&w, 2);
    sync(&w, 2);
    sync(&w, 0);
    CHECK(few(&w, ACCESS_A)); /* it shows all records, and could not bring the leaves back */
    w.device[2].history = true;
    sync(&w, 2);
    sync(&w, 2);
    CHECK(!few(&w, ACCESS_A));
    sim_story_deinit(&w);
}
