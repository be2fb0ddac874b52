/* t_session_barred.c - who was revoked after the backup that the ward was put back from stays so (protocol.md 8.6). */
#include "../proto/actor.h"
#include "../proto/ward_recall.h"
#include "sim_story.h"
#include "test.h"

static void sync_ok(struct sim_story *w, size_t device)
{
    CHECK_EQ(sim_link_sync(&w->ward, &w->device[device], NULL), ERR_OK);
}

TEST(a_revocation_after_the_backup_holds)
{
    for (unsigned listed = 0; listed < 2; listed++) {
        struct sim_story w;
        struct memstore *backup;
        struct replica r;
        struct txn txn;

        sim_story_init(&w, 3);
        backup = memstore_copy(w.ward.store);
        r = sim_node_replica(&w.device[1]);
        CHECK_EQ(sim_story_meeting(&w, 1, 1), ERR_OK);
        sync_ok(&w, 1);
        sim_node_revoke(&w.ward, &r.device);
        sync_ok(&w, 0);
        memstore_restore(w.ward.store, backup);
        if (listed) { /* what the daemon does with its list when it starts */
            memstore_begin(w.ward.store, true, &txn);
            CHECK_EQ(ward_bar(&txn, &w.ward.ward, &r.device, w.ward.now), ERR_OK);
            CHECK_EQ(memstore_commit(w.ward.store, true), ERR_OK);
            CHECK_EQ(sim_link_sync(&w.ward, &w.device[1], NULL), ERR_REVOKED);
        }
        sync_ok(&w, 0);
        CHECK_EQ(sim_link_sync(&w.ward, &w.device[1], NULL), ERR_REVOKED);
        sync_ok(&w, 2);
        sync_ok(&w, 0);
        sim_story_check(&w, 0);
        sim_story_check(&w, 2);
        memstore_free(backup);
        sim_story_deinit(&w);
    }
}

/* It was enrolled and revoked after the backup, and the refill that brings it back breaks off anywhere: nobody lets it in
 * meanwhile, and the logs say so in the end. */
TEST(who_was_revoked_stays_out_during_a_refill)
{
    bool struck = true;

    for (unsigned n = 1; struck; n += 11) {
        uint8_t secret[INVITE_SECRET_SIZE];
        struct actor_device in_log;
        struct memstore *backup;
        struct ward_device row;
        struct sim_story w;
        struct replica r;
        struct scope s;
        struct txn txn;

        sim_story_init(&w, 2);
        backup = memstore_copy(w.ward.store);
        sim_node_device_init(&w.device[2], 77);
        sim_node_invite(&w.ward, &w.cell, ROLE_SECRETARY, secret);
        CHECK_EQ(sim_link_enrol(&w.ward, &w.device[2], secret), ERR_OK);
        sync_ok(&w, 2);
        CHECK_EQ(sim_story_meeting(&w, 2, 1), ERR_OK);
        sync_ok(&w, 2);
        sync_ok(&w, 0); /* it holds nothing of the revocation */
        r = sim_node_replica(&w.device[2]);
        memstore_restore(w.ward.store, backup);
        memstore_begin(w.ward.store, true, &txn);
        CHECK_EQ(ward_bar(&txn, &w.ward.ward, &r.device, w.ward.now), ERR_OK);
        CHECK_EQ(memstore_commit(w.ward.store, true), ERR_OK);
        memstore_fail(w.ward.store, n, ERR_IO);
        struck = sim_link_sync(&w.ward, &w.device[0], NULL) != ERR_OK;
        memstore_fail(w.ward.store, 0, ERR_OK);
        memstore_begin(w.ward.store, false, &txn);
        CHECK(ward_device_load(&txn, &r.device, &row) == ERR_NOT_FOUND || row.state == DEVICE_REVOKED);
        memstore_abort(w.ward.store);
        CHECK_EQ(sim_link_sync(&w.ward, &w.device[2], NULL), ERR_REVOKED);
        sync_ok(&w, 0);
        sim_story_check(&w, 0);
        sim_story_scope(w.ward.store, &w.cell, ACCESS_A, &s);
        memstore_begin(w.ward.store, false, &txn);
        CHECK_EQ(actor_device(&txn, &s, &r.device, &in_log), ERR_OK);
        CHECK(in_log.revoked);
        memstore_abort(w.ward.store);
        memstore_free(backup);
        sim_story_deinit(&w);
    }
}
