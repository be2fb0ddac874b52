/* t_parcel.c - exchanges by file: there and back, half by TLS, twice, late, out of order, cut short, forged, astray. */
#include "../proto/mp.h"
#include "sim_parcel.h"
#include "sim_story.h"
#include "sim_value.h"
#include "test.h"

/* A story, the file going up and the answer coming down. */
struct post {
    struct sim_story w;
    struct buf up, down;
    struct parcel_report report; /* of the last step */
};

static void post_init(struct post *p, size_t devices)
{
    memset(p, 0, sizeof *p);
    sim_story_init(&p->w, devices);
}

static void post_deinit(struct post *p)
{
    sim_story_deinit(&p->w);
    buf_deinit(&p->up);
    buf_deinit(&p->down);
    parcel_report_deinit(&p->report);
}

static void keep_report(struct post *p, struct sim_parcel *step)
{
    parcel_report_deinit(&p->report);
    p->report = step->report;
}

static enum err post_send(struct post *p, size_t device, struct buf *file)
{
    struct sim_parcel step = {.device = &p->w.device[device], .out = file, .limits = sim_parcel_fine, .level = 3};
    enum err e = sim_parcel_send(&step);

    keep_report(p, &step);
    return e;
}

static enum err post_exchange(struct post *p, struct bytes file, struct buf *answer)
{
    struct sim_parcel step = {.ward = &p->w.ward, .file = file, .out = answer, .limits = sim_parcel_fine, .level = 3};
    enum err e = sim_parcel_exchange(&step);

    keep_report(p, &step);
    return e;
}

static enum err post_receive(struct post *p, size_t device, struct bytes file)
{
    struct sim_parcel step = {.device = &p->w.device[device], .file = file, .limits = sim_parcel_fine, .level = 3};
    enum err e = sim_parcel_receive(&step);

    keep_report(p, &step);
    return e;
}

static void round_trip(struct post *p, size_t device)
{
    CHECK_EQ(post_send(p, device, &p->up), ERR_OK);
    CHECK_EQ(post_exchange(p, buf_bytes(&p->up), &p->down), ERR_OK);
    CHECK_EQ(post_receive(p, device, buf_bytes(&p->down)), ERR_OK);
}

static uint64_t waiting(struct post *p, size_t device)
{
    struct replica_counts c = sim_story_counts(&p->w.device[device]);

    return c.unsealed + c.sealed;
}

static uint64_t log_size(struct post *p)
{
    struct scope s;

    sim_story_scope(p->w.ward.store, &p->w.cell, ACCESS_A, &s);
    return s.frontier.size;
}

TEST(a_record_goes_by_file_and_its_acknowledgement_comes_back)
{
    struct post p;

    post_init(&p, 2);
    CHECK_EQ(sim_story_meeting(&p.w, 0, 7), ERR_OK);
    CHECK_EQ(sim_story_meeting(&p.w, 1, 8), ERR_OK);
    CHECK_EQ(sim_link_sync(&p.w.ward, &p.w.device[1], NULL), ERR_OK);
    CHECK_EQ(post_send(&p, 0, &p.up), ERR_OK);
    CHECK_EQ(p.report.changes, 1);
    CHECK_EQ(sim_story_counts(&p.w.device[0]).sealed, 1);
    CHECK_EQ(post_exchange(&p, buf_bytes(&p.up), &p.down), ERR_OK);
    CHECK_EQ(p.report.changes, 1);
    CHECK_EQ(p.report.fresh, 1);
    CHECK_EQ(post_receive(&p, 0, buf_bytes(&p.down)), ERR_OK);
    CHECK_EQ(p.report.sent, 1);
    CHECK_EQ(p.report.received, 1);
    CHECK_EQ(waiting(&p, 0), 0);
    sim_story_check(&p.w, 0);
    post_deinit(&p);
}

TEST(a_device_that_never_met_the_network_gets_its_logs_by_file)
{
    struct post p;
    uint8_t secret[INVITE_SECRET_SIZE];

    post_init(&p, 1);
    sim_node_device_init(&p.w.device[1], 55);
    sim_node_invite(&p.w.ward, &p.w.cell, ROLE_DEPUTY, secret);
    CHECK_EQ(sim_link_enrol(&p.w.ward, &p.w.device[1], secret), ERR_OK);
    round_trip(&p, 1);
    sim_story_check(&p.w, 1);
    CHECK_EQ(sim_story_meeting(&p.w, 1, 9), ERR_OK);
    round_trip(&p, 1);
    CHECK_EQ(waiting(&p, 1), 0);
    CHECK_EQ(sim_link_sync(&p.w.ward, &p.w.device[1], NULL), ERR_OK); /* and no ratchet was moved */
    sim_story_check(&p.w, 1);
    post_deinit(&p);
}

TEST(twice_late_and_out_of_order_is_harmless)
{
    struct buf up[3] = {{0}}, down[3] = {{0}};
    struct post p;
    uint64_t size;

    post_init(&p, 2);
    for (uint8_t i = 0; i < 3; i++) {
        CHECK_EQ(sim_story_meeting(&p.w, 0, (uint8_t)(10 + i)), ERR_OK);
        CHECK_EQ(post_send(&p, 0, &up[i]), ERR_OK);
        CHECK_EQ(p.report.changes, i + 1u);
    }
    size = log_size(&p);
    CHECK_EQ(post_exchange(&p, buf_bytes(&up[1]), &down[1]), ERR_OK);
    CHECK_EQ(p.report.fresh, 2);
    CHECK_EQ(post_exchange(&p, buf_bytes(&up[0]), &down[0]), ERR_OK);
    CHECK_EQ(p.report.fresh, 0);
    CHECK_EQ(post_exchange(&p, buf_bytes(&up[1]), &down[1]), ERR_OK);
    CHECK_EQ(log_size(&p), size + 2);
    CHECK_EQ(sim_story_meeting(&p.w, 1, 20), ERR_OK);
    CHECK_EQ(sim_link_sync(&p.w.ward, &p.w.device[1], NULL), ERR_OK);
    CHECK_EQ(post_exchange(&p, buf_bytes(&up[2]), &down[2]), ERR_OK);
    CHECK_EQ(log_size(&p), size + 4);
    /* The newest answer first, then the older ones, then the newest again: the same book. */
    CHECK_EQ(post_receive(&p, 0, buf_bytes(&down[2])), ERR_OK);
    CHECK_EQ(p.report.sent + p.report.received, 4);
    sim_story_check(&p.w, 0);
    uint64_t digest = sim_story_digest(p.w.device[0].store);
    for (size_t i = 0; i < 6; i++) {
        CHECK_EQ(post_receive(&p, 0, buf_bytes(&down[i % 3])), ERR_OK);
        CHECK_EQ(p.report.sent + p.report.received, 0);
    }
    CHECK_EQ(sim_story_digest(p.w.device[0].store), digest);
    CHECK_EQ(waiting(&p, 0), 0);
    for (size_t i = 0; i < 3; i++) {
        CHECK_EQ(sim_link_sync(&p.w.ward, &p.w.device[0], NULL), ERR_OK);
        CHECK_EQ(post_exchange(&p, buf_bytes(&up[i]), &p.down), ERR_OK);
        CHECK_EQ(p.report.fresh, 0);
        CHECK_EQ(post_receive(&p, 0, buf_bytes(&p.down)), ERR_OK);
    }
    CHECK_EQ(log_size(&p), size + 4);
    for (size_t i = 0; i < 3; i++) {
        buf_deinit(&up[i]);
        buf_deinit(&down[i]);
    }
    post_deinit(&p);
}

/* Long texts that do not pack, so that the flight has several changesets. */
static void record_long(struct post *p, size_t n)
{
    const struct kind_info *minutes = schema_kind_named("minutes");
    uint64_t chance = 5;

    for (size_t i = 0; i < n; i++) {
        struct sim_value v = {0};
        struct buf text = {0}, value = {0};
        struct id record = {{(uint8_t)(100 + i)}};

        while (text.n < 30000)
            buf_put_u8(&text, (uint8_t)(' ' + test_random(&chance) % 90));
        mp_put_str(&value, buf_bytes(&text));
        sim_value_create(&v, minutes, ACCESS_A, &record, &chance);
        for (size_t k = 0; k < v.change.count; k++)
            if (v.change.triple[k].tag == schema_tag(schema_field_named(minutes, "opening")))
                v.change.triple[k].value = buf_bytes(&value);
        CHECK_EQ(sim_node_record(&p->w.device[0], &p->w.cell, ACCESS_A, &v.change), ERR_OK);
        sim_value_deinit(&v);
        buf_deinit(&text);
        buf_deinit(&value);
    }
}

static void sync_cut(struct post *p, enum sim_link_way way, uint64_t at)
{
    uint8_t binding[BINDING_SIZE] = {3};
    struct sim_link l;

    sim_link_open(&l, &p->w.ward, &p->w.device[0], binding, 0);
    l.limit[way] = at;
    sim_link_run(&l);
    sim_link_close(&l);
}

TEST(half_over_tls_and_the_rest_by_file)
{
    static const uint64_t at[] = {500, 100000, 200000, 300000};

    for (size_t i = 0; i < 2 * ARRAY_LEN(at); i++) {
        struct post p;

        post_init(&p, 1);
        record_long(&p, 12);
        sync_cut(&p, i % 2 == 0 ? SIM_LINK_UP : SIM_LINK_DOWN, at[i / 2]);
        round_trip(&p, 0);
        CHECK_EQ(waiting(&p, 0), 0);
        sim_story_check(&p.w, 0);
        CHECK_EQ(sim_link_sync(&p.w.ward, &p.w.device[0], NULL), ERR_OK);
        sim_story_check(&p.w, 0);
        post_deinit(&p);
    }
}

TEST(half_by_file_and_the_rest_over_tls)
{
    struct post p;

    post_init(&p, 1);
    record_long(&p, 6);
    CHECK_EQ(post_send(&p, 0, &p.up), ERR_OK);
    CHECK_EQ(post_exchange(&p, buf_bytes(&p.up), &p.down), ERR_OK); /* the answer stays on the way */
    CHECK_EQ(sim_story_meeting(&p.w, 0, 7), ERR_OK);
    CHECK_EQ(sim_link_sync(&p.w.ward, &p.w.device[0], NULL), ERR_OK);
    CHECK_EQ(waiting(&p, 0), 0);
    sim_story_check(&p.w, 0);
    CHECK_EQ(post_receive(&p, 0, buf_bytes(&p.down)), ERR_OK);
    CHECK_EQ(p.report.sent + p.report.received, 0);
    sim_story_check(&p.w, 0);
    post_deinit(&p);
}

/* The machine stops before any of its jobs; the same file is given again. */
TEST(stopped_at_any_job_and_given_again)
{
    bool whole = false;

    for (uint64_t jobs = 0; !whole; jobs++) {
        struct post p;
        enum err e;

        REQUIRE(jobs < 100);
        post_init(&p, 1);
        record_long(&p, 5);
        CHECK_EQ(post_send(&p, 0, &p.up), ERR_OK);
        struct sim_parcel ward = {.ward = &p.w.ward, .file = buf_bytes(&p.up), .out = &p.down,
                                  .limits = {jobs, UINT64_MAX}};
        e = sim_parcel_exchange(&ward);
        CHECK(e == ERR_OK || e == ERR_CUT);
        whole = e == ERR_OK;
        parcel_report_deinit(&ward.report);
        CHECK_EQ(post_exchange(&p, buf_bytes(&p.up), &p.down), ERR_OK);
        struct sim_parcel device = {.device = &p.w.device[0], .file = buf_bytes(&p.down), .limits = {jobs, UINT64_MAX}};
        e = sim_parcel_receive(&device);
        CHECK(e == ERR_OK || e == ERR_CUT);
        whole = whole && e == ERR_OK;
        parcel_report_deinit(&device.report);
        CHECK_EQ(post_receive(&p, 0, buf_bytes(&p.down)), ERR_OK);
        CHECK_EQ(waiting(&p, 0), 0);
        sim_story_check(&p.w, 0);
        post_deinit(&p);
    }
}

TEST(a_full_stick_is_an_error_and_nothing_is_lost)
{
    struct post p;

    post_init(&p, 1);
    record_long(&p, 5);
    for (uint64_t room = 0; room < 600; room += 197) {
        struct sim_parcel step = {.device = &p.w.device[0], .out = &p.up, .limits = {UINT64_MAX, room}};

        CHECK_EQ(sim_parcel_send(&step), ERR_NO_SPACE);
        CHECK(p.up.n <= room);
        parcel_report_deinit(&step.report);
    }
    round_trip(&p, 0);
    CHECK_EQ(waiting(&p, 0), 0);
    post_deinit(&p);
}

/* --- what it must not take --------------------------------------------------------------------------------------- */

static bool is_refusal(enum err e)
{
    return e == ERR_NOT_A_FILE || e == ERR_FILE_FOREIGN || e == ERR_FILE_DAMAGED || e == ERR_TOO_NEW;
}

static void try_damaged(struct post *p, struct bytes file, bool at_ward)
{
    uint64_t ward = sim_story_digest(p->w.ward.store), device = sim_story_digest(p->w.device[0].store);
    struct buf bad = {0}, answer = {0};

    for (size_t n = 0; n < file.n; n++) {
        CHECK(is_refusal(at_ward ? post_exchange(p, bytes_of(file.p, n), &answer)
                                 : post_receive(p, 0, bytes_of(file.p, n))));
        CHECK_EQ(answer.n, 0);
    }
    for (size_t i = 0; i < file.n; i++) {
        enum err e;

        buf_clear(&bad);
        buf_put_bytes(&bad, file);
        bad.p[i] ^= (uint8_t)(1u << i % 8);
        e = at_ward ? post_exchange(p, buf_bytes(&bad), &answer) : post_receive(p, 0, buf_bytes(&bad));
        CHECK(is_refusal(e));
        if (i < 12)
            CHECK_EQ(e, ERR_NOT_A_FILE);
        if (i >= 21)
            CHECK_EQ(e, ERR_FILE_DAMAGED);
    }
    buf_clear(&bad);
    buf_put_bytes(&bad, file);
    buf_put_u8(&bad, 0);
    CHECK_EQ(at_ward ? post_exchange(p, buf_bytes(&bad), &answer) : post_receive(p, 0, buf_bytes(&bad)),
             ERR_FILE_DAMAGED);
    CHECK_EQ(sim_story_digest(p->w.ward.store), ward);
    CHECK_EQ(sim_story_digest(p->w.device[0].store), device);
    buf_deinit(&bad);
    buf_deinit(&answer);
}

TEST(each_byte_flipped_and_each_length_cut_is_refused_and_nothing_applied)
{
    struct post p;

    post_init(&p, 1);
    CHECK_EQ(sim_story_meeting(&p.w, 0, 7), ERR_OK);
    CHECK_EQ(post_send(&p, 0, &p.up), ERR_OK);
    try_damaged(&p, buf_bytes(&p.up), true);
    CHECK_EQ(post_exchange(&p, buf_bytes(&p.up), &p.down), ERR_OK);
    try_damaged(&p, buf_bytes(&p.down), false);
    sim_node_rotate(&p.w.ward); /* the same with the ward's keys in it */
    CHECK_EQ(post_exchange(&p, buf_bytes(&p.up), &p.down), ERR_OK);
    try_damaged(&p, buf_bytes(&p.down), false);
    CHECK_EQ(post_receive(&p, 0, buf_bytes(&p.down)), ERR_OK);
    post_deinit(&p);
}

TEST(files_astray_are_named)
{
    static const char text[] = "chibo1/film or any other file";
    struct buf other = {0}, answer = {0};
    struct sim_story elsewhere;
    struct sim_parcel there = {.out = &other, .limits = sim_parcel_fine, .level = 3};
    struct post p;

    post_init(&p, 2);
    CHECK_EQ(post_send(&p, 0, &p.up), ERR_OK);
    CHECK_EQ(post_exchange(&p, buf_bytes(&p.up), &p.down), ERR_OK);
    CHECK_EQ(post_exchange(&p, buf_bytes(&p.down), &answer), ERR_FILE_WRONG_WAY);
    CHECK_EQ(post_receive(&p, 0, buf_bytes(&p.up)), ERR_FILE_WRONG_WAY);
    CHECK_EQ(post_receive(&p, 1, buf_bytes(&p.down)), ERR_FILE_FOREIGN);
    CHECK_EQ(post_receive(&p, 0, bytes_of_str(text)), ERR_NOT_A_FILE);
    CHECK_EQ(post_exchange(&p, bytes_of_str(text), &answer), ERR_NOT_A_FILE);
    sim_story_init(&elsewhere, 1);
    sim_node_random(&elsewhere.ward.chance, elsewhere.ward.ward.id.b, ID_SIZE);
    there.device = &elsewhere.device[0];
    CHECK_EQ(sim_parcel_send(&there), ERR_OK); /* the other ward has our ward's key in this story, but not its id */
    CHECK_EQ(sim_parcel_exchange(&(struct sim_parcel){.ward = &elsewhere.ward, .file = buf_bytes(&other), .out = &answer,
                                                      .limits = sim_parcel_fine, .level = 3}), ERR_FILE_FOREIGN);
    elsewhere.ward.ward.public_key[0] ^= 1;
    CHECK_EQ(sim_parcel_exchange(&(struct sim_parcel){.ward = &elsewhere.ward, .file = buf_bytes(&other), .out = &answer,
                                                      .limits = sim_parcel_fine, .level = 3}), ERR_FILE_FOREIGN);
    CHECK_EQ(answer.n, 0);
    sim_story_deinit(&elsewhere);
    parcel_report_deinit(&there.report);
    buf_deinit(&other);
    buf_deinit(&answer);
    post_deinit(&p);
}

static bool holds_bytes(struct bytes file, const void *p, size_t n)
{
    return memmem(file.p, file.n, p, n) != NULL;
}

TEST(whoever_carries_it_reads_nothing)
{
    struct post p;
    struct replica r[2];

    post_init(&p, 2);
    record_long(&p, 2);
    CHECK_EQ(post_send(&p, 0, &p.up), ERR_OK);
    CHECK_EQ(post_exchange(&p, buf_bytes(&p.up), &p.down), ERR_OK);
    for (size_t i = 0; i < 2; i++)
        r[i] = sim_node_replica(&p.w.device[i]);
    for (size_t i = 0; i < 2; i++) {
        struct bytes file = buf_bytes(i == 0 ? &p.up : &p.down);

        for (size_t k = 0; k < 2; k++) {
            CHECK(!holds_bytes(file, r[k].person.b, ID_SIZE));
            CHECK(!holds_bytes(file, r[k].org.b, ID_SIZE));
            CHECK(!holds_bytes(file, r[k].ward.b, ID_SIZE));
            CHECK(!holds_bytes(file, r[k].device.b, ID_SIZE)); /* 8 bytes of it, of the receiver */
        }
        CHECK_EQ(post_receive(&p, 1, file), i == 0 ? ERR_FILE_WRONG_WAY : ERR_FILE_FOREIGN);
    }
    /* With the receiver's key id put on it, the other device's keys still do not open it. */
    parcel_key_id(p.down.p + 13, r[1].sign_public);
    CHECK_EQ(post_receive(&p, 1, buf_bytes(&p.down)), ERR_FILE_DAMAGED);
    post_deinit(&p);
}

TEST(a_file_that_its_device_did_not_sign_is_refused)
{
    struct post p;
    struct buf answer = {0};

    post_init(&p, 1);
    CHECK_EQ(sim_story_meeting(&p.w, 0, 7), ERR_OK);
    struct sim_parcel step = {.device = &p.w.device[0], .out = &p.up, .limits = sim_parcel_fine, .forged = true};
    CHECK_EQ(sim_parcel_send(&step), ERR_OK);
    uint64_t digest = sim_story_digest(p.w.ward.store);
    CHECK_EQ(post_exchange(&p, buf_bytes(&p.up), &answer), ERR_BAD_PROOF);
    CHECK_EQ(sim_story_digest(p.w.ward.store), digest);
    CHECK_EQ(answer.n, 0);
    parcel_report_deinit(&step.report);
    buf_deinit(&answer);
    post_deinit(&p);
}

/* --- judged as a session is ---------------------------------------------------------------------------------------- */

TEST(revoked_copied_and_rolled_back_are_told)
{
    struct memstore *ward, *device;
    struct post p;
    struct buf answer = {0};

    post_init(&p, 2);
    ward = memstore_copy(p.w.ward.store);
    device = memstore_copy(p.w.device[0].store);
    CHECK_EQ(sim_story_meeting(&p.w, 0, 7), ERR_OK);
    round_trip(&p, 0);
    /* Back from a copy, writing something else: the same numbers under another signature. */
    memstore_free(p.w.device[0].store);
    p.w.device[0].store = device;
    CHECK_EQ(sim_story_meeting(&p.w, 0, 8), ERR_OK);
    CHECK_EQ(post_send(&p, 0, &p.up), ERR_OK);
    CHECK_EQ(post_exchange(&p, buf_bytes(&p.up), &answer), ERR_COPY);
    /* The other device holds more than a ward that was restored. */
    CHECK_EQ(sim_story_meeting(&p.w, 1, 9), ERR_OK);
    round_trip(&p, 1);
    CHECK_EQ(post_send(&p, 1, &p.up), ERR_OK);
    struct memstore *newest = p.w.ward.store;
    p.w.ward.store = ward;
    CHECK_EQ(post_exchange(&p, buf_bytes(&p.up), &answer), ERR_ROLLED_BACK);
    p.w.ward.store = newest;
    memstore_free(ward);
    CHECK_EQ(post_exchange(&p, buf_bytes(&p.up), &answer), ERR_OK);
    struct replica r = sim_node_replica(&p.w.device[1]);
    sim_node_revoke(&p.w.ward, &r.device);
    buf_clear(&answer);
    CHECK_EQ(post_exchange(&p, buf_bytes(&p.up), &answer), ERR_REVOKED);
    CHECK_EQ(sim_story_meeting(&p.w, 1, 10), ERR_OK);
    CHECK_EQ(post_send(&p, 1, &p.up), ERR_OK);
    uint64_t size = log_size(&p);
    for (size_t i = 0; i < 2; i++)
        CHECK_EQ(post_exchange(&p, buf_bytes(&p.up), &answer), ERR_HANDED_IN);
    CHECK_EQ(log_size(&p), size); /* in quarantine, not in the log */
    CHECK_EQ(answer.n, 0);
    buf_deinit(&answer);
    post_deinit(&p);
}

/* A log given to the device after the ward's key changed has the old key's leaves: the keys come in the file. */
TEST(a_log_that_begins_under_an_older_key_comes_by_file)
{
    struct post p;

    post_init(&p, 1);
    struct replica r = sim_node_replica(&p.w.device[0]);
    struct id other = sim_node_org(&p.w.ward, "CB-099", ORG_TDP);
    sim_node_rotate(&p.w.ward);
    CHECK_EQ(sim_link_sync(&p.w.ward, &p.w.device[0], NULL), ERR_OK);
    sim_node_grant(&p.w.ward, &r.person, &other, ROLE_SECRETARY);
    CHECK_EQ(sim_story_meeting(&p.w, 0, 7), ERR_OK);
    round_trip(&p, 0);
    CHECK_EQ(waiting(&p, 0), 0);
    struct hash here = sim_story_root(p.w.device[0].store, &other, ACCESS_A);
    struct hash there = sim_story_root(p.w.ward.store, &other, ACCESS_A);
    CHECK_MEM(here.b, there.b, HASH_SIZE);
    round_trip(&p, 0); /* and again */
    post_deinit(&p);
}

TEST(a_file_says_what_it_needs_first)
{
    struct message_list needs;
    struct message_size need;
    struct memstore *before;
    struct scope s;
    struct post p;

    post_init(&p, 1);
    before = memstore_copy(p.w.device[0].store);
    CHECK_EQ(sim_story_meeting(&p.w, 0, 7), ERR_OK);
    round_trip(&p, 0);
    CHECK_EQ(post_send(&p, 0, &p.up), ERR_OK);
    CHECK_EQ(post_exchange(&p, buf_bytes(&p.up), &p.down), ERR_OK); /* goes on from what the round trip brought */
    memstore_free(p.w.device[0].store);
    p.w.device[0].store = before;
    uint64_t digest = sim_story_digest(before);
    CHECK_EQ(post_receive(&p, 0, buf_bytes(&p.down)), ERR_FILE_NEEDS);
    CHECK_EQ(sim_story_digest(before), digest);
    REQUIRE(message_sizes_decode(&needs, buf_bytes(&p.report.needs)) == ERR_OK);
    CHECK_EQ(needs.count, 1);
    CHECK(message_size_next(&needs, &need));
    sim_story_scope(p.w.ward.store, &p.w.cell, ACCESS_A, &s);
    CHECK_MEM(need.scope.b, s.id.b, ID_SIZE);
    CHECK_EQ(need.size, s.frontier.size);
    post_deinit(&p);
}

TEST(a_file_of_many_chunks)
{
    struct post p;

    post_init(&p, 2);
    record_long(&p, 40);
    CHECK_EQ(post_send(&p, 0, &p.up), ERR_OK);
    CHECK_EQ(p.report.changes, 40);
    CHECK_EQ(p.report.bytes_out, p.up.n);
    CHECK(p.up.n > 3 * PARCEL_CHUNK);
    CHECK_EQ(post_exchange(&p, buf_bytes(&p.up), &p.down), ERR_OK);
    CHECK_EQ(p.report.fresh, 40);
    CHECK_EQ(post_receive(&p, 0, buf_bytes(&p.down)), ERR_OK);
    round_trip(&p, 1);
    CHECK_EQ(p.report.received, 40);
    CHECK(p.down.n > 3 * PARCEL_CHUNK);
    sim_story_check(&p.w, 1);
    post_deinit(&p);
}
