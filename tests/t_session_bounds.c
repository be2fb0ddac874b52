/* t_session_bounds.c - what a device with a valid certificate may not use up: the ward's disk, and the streams of all
 * others. */
#include "../proto/message.h"
#include "../proto/recall.h"
#include "sim_story.h"
#include "test.h"

/* Of the device, under incarnations that it drew and left. */
static void streams_add(struct sim_story *w, size_t device, uint32_t count)
{
    struct replica r = sim_node_replica(&w->device[device]);
    struct stream stream;
    struct scope s;
    struct txn txn;

    sim_story_scope(w->ward.store, &w->cell, ACCESS_A, &s);
    memstore_begin(w->ward.store, true, &txn);
    for (uint32_t i = 0; i < count; i++)
        CHECK_EQ(scope_stream_new(&txn, &s, &r.device, 1000000 + i, &stream), ERR_OK);
    CHECK_EQ(scope_save(&txn, &s), ERR_OK);
    CHECK_EQ(memstore_commit(w->ward.store, true), ERR_OK);
}

TEST(a_device_that_renews_itself_again_and_again_leaves_streams_for_others)
{
    struct sim_story w;

    sim_story_init(&w, 2);
    streams_add(&w, 0, STREAMS_DEVICE_MAX);
    streams_add(&w, 1, STREAMS_DEVICE_MAX - 1);
    CHECK_EQ(sim_story_meeting(&w, 0, 1), ERR_OK);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_TOO_LONG);
    CHECK_EQ(sim_story_meeting(&w, 1, 2), ERR_OK);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[1], NULL), ERR_OK);
    sim_story_deinit(&w);
}

/* A lost flight that does not end is cut at the bound, not at the end of the disk. */
TEST(a_lost_flight_is_staged_up_to_a_bound)
{
    struct buf nothing = {0}, wire = {0};
    struct frame_out frames;
    struct session s;
    struct id device = {{1}};
    uint8_t binding[BINDING_SIZE] = {0};
    struct work *w;

    session_init_ward(&s, &device, false, binding, 0);
    s.state = SESSION_WAIT_LOST;
    s.staged = 1;
    s.staged_bytes = RECALL_LOST_BYTES - 200;
    buf_put(&nothing, binding, sizeof binding);
    frame_out_init(&frames, 0);
    for (size_t i = 0; i < 3; i++)
        frame_put(&frames, MESSAGE_LEAF, buf_bytes(&nothing), false, &wire);
    session_step(&s, &(struct session_event){.kind = SESSION_BYTES, .bytes = buf_bytes(&wire)});
    CHECK_EQ(s.state, SESSION_ENDED);
    CHECK_EQ(s.err, ERR_TOO_LONG);
    while ((w = session_take_work(&s)) != NULL) {
        s.busy--;
        work_free(w);
    }
    session_deinit(&s);
    frame_out_deinit(&frames);
    buf_deinit(&wire);
    buf_deinit(&nothing);
}
