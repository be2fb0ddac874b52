/* t_session.c - whole sessions between a ward and its devices in memory: the smallest stories. */
#include "../proto/mp.h"
#include "sim_story.h"
#include "sim_value.h"
#include "test.h"

TEST(enrolled_device_pulls_the_logs_it_may_read)
{
    struct sim_story w;
    struct scope s;

    sim_story_init(&w, 1);
    sim_story_check(&w, 0);
    sim_story_scope(w.device[0].store, &w.cell, ACCESS_B, &s);
    CHECK_EQ(s.frontier.size, 5); /* scope, fold, person, grant, device */
    sim_story_deinit(&w);
}

TEST(record_offline_sync_and_another_device_folds_the_same)
{
    struct sim_story w;
    struct scope s;
    struct part p;
    struct txn txn;
    struct id record = {{7}};

    sim_story_init(&w, 3);
    CHECK_EQ(sim_story_meeting(&w, 0, 7), ERR_OK);
    CHECK_EQ(sim_story_counts(&w.device[0]).unsealed, 1);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
    CHECK_EQ(sim_story_counts(&w.device[0]).unsealed + sim_story_counts(&w.device[0]).sealed, 0);
    for (size_t i = 1; i < 3; i++)
        CHECK_EQ(sim_link_sync(&w.ward, &w.device[i], NULL), ERR_OK);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
    for (size_t i = 0; i < 3; i++)
        sim_story_check(&w, i);
    sim_story_scope(w.device[2].store, &w.cell, ACCESS_A, &s);
    memstore_begin(w.device[2].store, false, &txn);
    CHECK_EQ(ledger_part(&txn, &s, schema_kind_named("meeting")->number, &record, &p), ERR_OK);
    CHECK_EQ(p.changes, 1);
    part_deinit(&p);
    memstore_abort(w.device[2].store);
    sim_story_deinit(&w);
}

TEST(nothing_new_costs_64_bytes_up_and_48_down)
{
    struct sim_story w;
    struct sim_link l;

    sim_story_init(&w, 2);
    for (uint8_t i = 1; i <= 20; i++)
        CHECK_EQ(sim_story_meeting(&w, 0, i), ERR_OK);
    for (size_t i = 0; i < 3; i++)
        CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], &l), ERR_OK);
    CHECK(l.moved[SIM_LINK_UP] <= 64);
    CHECK(l.moved[SIM_LINK_DOWN] <= 48);
    CHECK_EQ(l.device.counts.waits, 1);
    CHECK_EQ(l.device.counts.bytes_out, l.moved[SIM_LINK_UP]);
    CHECK_EQ(l.device.counts.bytes_in, l.moved[SIM_LINK_DOWN]);
    sim_story_deinit(&w);
}

TEST(one_record_each_way_costs_450_bytes_and_one_wait)
{
    struct sim_story w;
    struct sim_link l;

    sim_story_init(&w, 2);
    for (uint8_t i = 1; i <= 2; i++) /* both streams exist, both have met */
        for (size_t d = 0; d < 2; d++) {
            CHECK_EQ(sim_story_meeting(&w, d, (uint8_t)(10 * i + d)), ERR_OK);
            CHECK_EQ(sim_link_sync(&w.ward, &w.device[d], NULL), ERR_OK);
        }
    CHECK_EQ(sim_story_meeting(&w, 0, 50), ERR_OK);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
    CHECK_EQ(sim_story_meeting(&w, 1, 60), ERR_OK);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[1], &l), ERR_OK);
    CHECK(l.moved[SIM_LINK_UP] <= 450);
    CHECK(l.moved[SIM_LINK_DOWN] <= 450);
    CHECK_EQ(l.device.counts.waits, 1);
    CHECK_EQ(l.device.counts.sent, 1);
    CHECK_EQ(l.device.counts.received, 1);
    sim_story_deinit(&w);
}

/* --- cuts --------------------------------------------------------------------------------------------------- */

static void sync_cut(struct sim_story *w, size_t device, enum sim_link_way way, uint64_t at, struct sim_link *l)
{
    uint8_t binding[BINDING_SIZE] = {3};

    sim_link_open(l, &w->ward, &w->device[device], binding, 0);
    l->limit[way] = at;
    sim_link_run(l);
    sim_link_close(l);
}

static void cut_everywhere(enum sim_link_way way)
{
    uint64_t whole, at = 0;
    struct sim_link l;

    do {
        struct sim_story w;

        sim_story_init(&w, 1);
        for (uint8_t i = 1; i <= 3; i++)
            CHECK_EQ(sim_story_meeting(&w, 0, i), ERR_OK);
        sync_cut(&w, 0, way, at, &l);
        whole = l.moved[way];
        if (at > 0 && way == SIM_LINK_UP)
            CHECK(sim_node_replica(&w.device[0]).cut || whole < at);
        CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], &l), ERR_OK);
        CHECK_EQ(sim_story_counts(&w.device[0]).unsealed + sim_story_counts(&w.device[0]).sealed, 0);
        CHECK(!sim_node_replica(&w.device[0]).cut);
        sim_story_check(&w, 0);
        sim_story_deinit(&w);
        at++;
    } while (whole == at - 1);
    CHECK(at > 100);
}

TEST(cut_at_every_byte_up_resumes)
{
    cut_everywhere(SIM_LINK_UP);
}

TEST(cut_at_every_byte_down_resumes)
{
    cut_everywhere(SIM_LINK_DOWN);
}

static void record_long(struct sim_story *w, size_t n)
{
    uint64_t chance = 5;

    for (size_t i = 0; i < n; i++) {
        struct sim_value v = {0};
        struct id record = {{1}};
        const struct field_info *f = schema_field_named(schema_kind_named("minutes"), "opening");

        store_u32(record.b + 4, (uint32_t)i);
        sim_value_create(&v, schema_kind_named("minutes"), ACCESS_A, &record, &chance);
        for (size_t t = 0; t < v.change.count; t++)
            if (v.change.triple[t].tag == schema_tag(f)) {
                struct buf text = {0};

                for (size_t k = 0; k < 20000; k++)
                    buf_put_u8(&text, (uint8_t)('a' + test_random(&chance) % 26));
                buf_clear(&v.room[t]);
                mp_put_str(&v.room[t], buf_bytes(&text));
                v.change.triple[t].value = buf_bytes(&v.room[t]);
                buf_deinit(&text);
            }
        CHECK_EQ(sim_node_record(&w->device[0], &w->cell, ACCESS_A, &v.change), ERR_OK);
        sim_value_deinit(&v);
    }
}

TEST(resume_sends_no_more_than_the_rest_and_one_frame)
{
    uint64_t whole = 0;

    for (int percent = 100; percent >= 10; percent -= 30) {
        struct sim_story w;
        struct sim_link l;
        uint64_t at;

        sim_story_init(&w, 1);
        record_long(&w, 30);
        at = percent == 100 ? SIM_LINK_FOREVER : whole * (unsigned)percent / 100;
        sync_cut(&w, 0, SIM_LINK_UP, at, &l);
        if (percent == 100) {
            whole = l.moved[SIM_LINK_UP];
            CHECK(whole > 250000);
        } else {
            CHECK_EQ(l.moved[SIM_LINK_UP], at);
            CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], &l), ERR_OK);
            CHECK(l.moved[SIM_LINK_UP] <= whole - at + FRAME_PLAIN_MAX + FRAME_HEADER_SIZE);
        }
        sim_story_check(&w, 0);
        sim_story_deinit(&w);
    }
}

TEST(an_upload_that_comes_twice_is_one)
{
    struct sim_story w;
    struct sim_link l;
    struct scope s;
    uint64_t size;

    sim_story_init(&w, 1);
    CHECK_EQ(sim_story_meeting(&w, 0, 1), ERR_OK);
    sync_cut(&w, 0, SIM_LINK_DOWN, 0, &l); /* it arrived, the answer did not */
    sim_story_scope(w.ward.store, &w.cell, ACCESS_A, &s);
    size = s.frontier.size;
    {
        uint8_t binding[BINDING_SIZE] = {4};
        struct replica r = sim_node_replica(&w.device[0]);

        sim_link_open(&l, &w.ward, &w.device[0], binding, 0);
        session_deinit(&l.device);
        session_init_device(&l.device, &r.device, binding, 0, 0); /* without asking: the whole flight again */
        session_step(&l.device, &(struct session_event){.kind = SESSION_START});
        sim_link_run(&l);
        CHECK_EQ(l.device.err, ERR_OK);
        sim_link_close(&l);
    }
    sim_story_scope(w.ward.store, &w.cell, ACCESS_A, &s);
    CHECK_EQ(s.frontier.size, size);
    sim_story_check(&w, 0);
    sim_story_deinit(&w);
}

/* --- order among sessions --------------------------------------------------------------------------------------- */

TEST(revoked_between_hello_and_flight_nothing_is_accepted)
{
    struct sim_story w;
    struct sim_link l;
    struct scope before, after;
    uint8_t binding[BINDING_SIZE] = {6};
    struct replica r;

    sim_story_init(&w, 2);
    CHECK_EQ(sim_story_meeting(&w, 0, 1), ERR_OK);
    r = sim_node_replica(&w.device[0]);
    sim_link_open(&l, &w.ward, &w.device[0], binding, 0);
    CHECK(sim_link_device_work(&l));
    CHECK(sim_link_move(&l, SIM_LINK_UP, SIZE_MAX));
    CHECK(sim_link_ward_work(&l)); /* judged: may speak */
    CHECK_EQ(l.ward.state, SESSION_FLIGHT);
    sim_node_revoke(&w.ward, &r.device);
    sim_story_scope(w.ward.store, &w.cell, ACCESS_A, &before);
    sim_link_run(&l);
    CHECK_EQ(l.device.err, ERR_REVOKED);
    sim_story_scope(w.ward.store, &w.cell, ACCESS_A, &after);
    CHECK_EQ(after.frontier.size, before.frontier.size);
    sim_link_close(&l);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_HANDED_IN);
    sim_story_scope(w.ward.store, &w.cell, ACCESS_A, &after);
    CHECK_EQ(after.frontier.size, before.frontier.size);
    sim_story_deinit(&w);
}

/* All of it lies behind the hello: the ward asks its store once, and has answered. */
TEST(a_short_flight_is_judged_taken_and_answered_in_one_job)
{
    struct sim_story w;
    struct sim_link l;
    uint8_t binding[BINDING_SIZE] = {6};

    sim_story_init(&w, 1);
    CHECK_EQ(sim_story_meeting(&w, 0, 1), ERR_OK);
    sim_link_open(&l, &w.ward, &w.device[0], binding, 0);
    while (sim_link_device_work(&l))
        continue;
    CHECK(sim_link_move(&l, SIM_LINK_UP, SIZE_MAX));
    CHECK(sim_link_ward_work(&l));
    CHECK_EQ(l.ward.state, SESSION_ENDED);
    sim_link_run(&l);
    CHECK_EQ(l.device.err, ERR_OK);
    CHECK_EQ(l.device.counts.sent, 1);
    sim_link_close(&l);
    sim_story_check(&w, 0);
    sim_story_deinit(&w);
}

TEST(revoked_while_the_answer_waits_nothing_is_sent)
{
    struct sim_story w;
    struct sim_link l;
    uint8_t binding[BINDING_SIZE] = {6};
    struct replica r;

    sim_story_init(&w, 2);
    CHECK_EQ(sim_story_meeting(&w, 1, 2), ERR_OK);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[1], NULL), ERR_OK);
    CHECK_EQ(sim_story_meeting(&w, 0, 1), ERR_OK);
    r = sim_node_replica(&w.device[0]);
    sim_link_open(&l, &w.ward, &w.device[0], binding, 0);
    while (sim_link_device_work(&l))
        continue;
    CHECK(sim_link_move(&l, SIM_LINK_UP, 90)); /* the hello, and not all of its flight: else both are one job */
    CHECK(sim_link_ward_work(&l)); /* judge */
    CHECK_EQ(l.ward.state, SESSION_FLIGHT);
    CHECK(sim_link_move(&l, SIM_LINK_UP, SIZE_MAX));
    CHECK(sim_link_ward_work(&l)); /* append */
    CHECK_EQ(l.ward.state, SESSION_ANSWERING);
    sim_node_revoke(&w.ward, &r.device);
    sim_link_run(&l);
    CHECK_EQ(l.device.err, ERR_REVOKED);
    CHECK_EQ(l.device.counts.received, 0);
    sim_link_close(&l);
    sim_story_deinit(&w);
}

/* Two sessions of one device overlap; the older one comes to its close after the newer one. */
TEST(an_overtaken_session_does_not_turn_the_ratchet_back)
{
    struct sim_story w;
    struct sim_link old;
    uint8_t binding[BINDING_SIZE] = {6};

    sim_story_init(&w, 1);
    CHECK_EQ(sim_story_meeting(&w, 0, 1), ERR_OK);
    sim_link_open(&old, &w.ward, &w.device[0], binding, 0);
    while (sim_link_device_work(&old))
        continue;
    CHECK(sim_link_move(&old, SIM_LINK_UP, SIZE_MAX));
    CHECK(sim_link_ward_work(&old)); /* judge */
    for (size_t i = 0; i < 3; i++)
        CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
    sim_link_run(&old);
    CHECK(old.device.err != ERR_OK);
    sim_link_close(&old);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
    sim_story_check(&w, 0);
    sim_story_deinit(&w);
}

/* The ward remembers other sizes than the device: it asks, and all goes on. */
TEST(digests_that_differ_are_asked_about)
{
    struct sim_story w;
    struct sim_link l;
    struct ward_cursor cursor = {0, 1, 1, 0};
    struct replica r;
    struct scope s;
    struct txn txn;

    sim_story_init(&w, 1);
    for (unsigned flight = 0; flight < 2; flight++) {
        r = sim_node_replica(&w.device[0]);
        sim_story_scope(w.ward.store, &w.cell, ACCESS_A, &s);
        memstore_begin(w.ward.store, true, &txn);
        CHECK_EQ(ward_cursor_save(&txn, &r.device, &s.id, &cursor), ERR_OK);
        CHECK_EQ(memstore_commit(w.ward.store, true), ERR_OK);
        if (flight)
            CHECK_EQ(sim_story_meeting(&w, 0, 1), ERR_OK);
        CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], &l), ERR_OK);
        CHECK_EQ(l.device.counts.waits, 3);
        CHECK_EQ(sim_node_replica(&w.device[0]).ratchet_n, r.ratchet_n + 1);
        sim_story_check(&w, 0);
        CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], &l), ERR_OK);
        CHECK_EQ(l.device.counts.waits, 1);
    }
    sim_story_deinit(&w);
}

TEST(undo_takes_back_until_it_is_sealed)
{
    struct sim_story w;
    struct id record, second = {{2}};
    struct sim_link l;
    uint32_t kind;
    struct replica r;
    struct txn txn;

    sim_story_init(&w, 1);
    CHECK_EQ(sim_story_meeting(&w, 0, 1), ERR_OK);
    CHECK_EQ(sim_story_meeting(&w, 0, 2), ERR_OK);
    memstore_begin(w.device[0].store, true, &txn);
    CHECK_EQ(replica_load(&txn, &r), ERR_OK);
    CHECK_EQ(replica_undo(&txn, &r, &kind, &record), ERR_OK);
    CHECK(id_equal(&record, &second));
    CHECK_EQ(memstore_commit(w.device[0].store, true), ERR_OK);
    CHECK_EQ(sim_story_counts(&w.device[0]).unsealed, 1);
    sync_cut(&w, 0, SIM_LINK_UP, 0, &l); /* seals */
    memstore_begin(w.device[0].store, true, &txn);
    CHECK_EQ(replica_undo(&txn, &r, &kind, &record), ERR_NOT_FOUND);
    memstore_abort(w.device[0].store);
    CHECK_EQ(sim_story_counts(&w.device[0]).sealed, 1);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
    sim_story_check(&w, 0);
    sim_story_deinit(&w);
}

TEST(an_invite_serves_once)
{
    struct sim_story w;
    uint8_t secret[INVITE_SECRET_SIZE];

    sim_story_init(&w, 0);
    sim_node_device_init(&w.device[0], 7);
    sim_node_device_init(&w.device[1], 8);
    sim_node_invite(&w.ward, &w.cell, ROLE_SECRETARY, secret);
    CHECK_EQ(sim_link_enrol(&w.ward, &w.device[0], secret), ERR_OK);
    CHECK_EQ(sim_link_enrol(&w.ward, &w.device[1], secret), ERR_INVITE_USED);
    secret[0] ^= 1;
    CHECK_EQ(sim_link_enrol(&w.ward, &w.device[1], secret), ERR_INVITE_BAD);
    sim_story_deinit(&w);
}

/* Seals, and looks at all that would be sent: the longest message, and how many are long. */
static void whole_flight(struct sim_device *d, size_t *longest, size_t *messages)
{
    struct work *job = work_new(WORK_OPEN);
    struct bytes list, message;
    uint8_t type;

    CHECK_EQ(sim_node_device_job(d, job, true), ERR_OK);
    work_free(job);
    *longest = *messages = 0;
    for (uint64_t at = 0, more = 1; more;) {
        job = work_new(WORK_OUTBOX);
        job->at = at;
        CHECK_EQ(sim_node_device_job(d, job, true), ERR_OK);
        for (list = buf_bytes(&job->out); work_message_next(&list, &type, &message);) {
            *messages += message.n > 1000;
            *longest = message.n > *longest ? message.n : *longest;
        }
        at = job->at;
        more = job->more;
        work_free(job);
    }
}

TEST(a_changeset_of_several_changes_fits_one_frame)
{
    size_t longest, messages;
    struct sim_story w;

    sim_story_init(&w, 1);
    record_long(&w, 30); /* about half of them hold 20,000 bytes: three of those do not fit */
    whole_flight(&w.device[0], &longest, &messages);
    CHECK(longest <= FRAME_PLAIN_MAX);
    CHECK(messages > 4);
    sim_story_deinit(&w);
}
