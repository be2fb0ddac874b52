/* t_session_hostile.c - a device with a valid certificate that says what it must not: refused by name, nothing kept. */
#include "../proto/message.h"
#include "../proto/mp.h"
#include "sim_story.h"
#include "test.h"

#define FLIGHT_MAX 16

struct flight {
    size_t count;
    uint8_t type[FLIGHT_MAX];
    struct buf message[FLIGHT_MAX];
    uint8_t binding[BINDING_SIZE];
    struct id device;
};

/* What the device would say if nobody answered: hello, scope, changesets. */
static void flight_of(struct sim_device *d, struct flight *f)
{
    struct replica r = sim_node_replica(d);
    struct session s;
    struct frame_in in;
    struct bytes more;
    struct work *w;
    bool got = true;

    memset(f, 0, sizeof *f);
    f->binding[0] = 9;
    f->device = r.device;
    session_init_device(&s, &r.device, f->binding, 0, 0);
    session_step(&s, &(struct session_event){.kind = SESSION_START});
    while ((w = session_take_work(&s)) != NULL) {
        CHECK_EQ(sim_node_device_job(d, w, true), ERR_OK);
        sim_link_worked(&s, w);
    }
    frame_in_init(&in);
    more = buf_bytes(&s.out);
    while (more.n > 0 && got && f->count < FLIGHT_MAX) {
        CHECK_EQ(frame_next(&in, &more, &got), ERR_OK);
        f->type[f->count] = in.type;
        buf_put_bytes(&f->message[f->count++], buf_bytes(&in.message));
    }
    frame_in_deinit(&in);
    session_deinit(&s);
}

static void flight_deinit(struct flight *f)
{
    for (size_t i = 0; i < FLIGHT_MAX; i++)
        buf_deinit(&f->message[i]);
}

static void ward_run(struct sim_story *w, struct session *s)
{
    struct work *job;

    while ((job = session_take_work(s)) != NULL) {
        (void)sim_node_ward_jobs(&w->ward, &job, 1, true);
        sim_link_worked(s, job);
    }
}

/* The ward's word on the first `count` of these messages; with last, the device then waits for its answer. */
static enum err ward_hears(struct sim_story *w, const struct flight *f, size_t count, bool last)
{
    struct frame_out frames;
    struct buf wire = {0};
    struct session s;
    enum err e;

    frame_out_init(&frames, 0);
    for (size_t i = 0; i < count; i++)
        frame_put(&frames, f->type[i], buf_bytes(&f->message[i]), last && i + 1 == count, &wire);
    frame_out_deinit(&frames);
    session_init_ward(&s, &f->device, false, f->binding, 0);
    session_step(&s, &(struct session_event){.kind = SESSION_BYTES, .bytes = buf_bytes(&wire)});
    ward_run(w, &s);
    session_step(&s, &(struct session_event){.kind = SESSION_EOF});
    CHECK_EQ(s.state, SESSION_ENDED);
    e = s.err;
    session_deinit(&s);
    buf_deinit(&wire);
    return e;
}

static enum err ward_says(struct sim_story *w, const struct flight *f)
{
    return ward_hears(w, f, f->count, true);
}

/* The store as it is once the ward has seen the newest ratchet: that alone moves it, whatever comes behind. */
static uint64_t digest_after_hello(struct sim_story *w, const struct flight *f)
{
    CHECK_EQ(ward_hears(w, f, 1, false), ERR_CUT);
    return sim_story_digest(w->ward.store);
}

/* One record waits to be sent; `spoil` changes the flight; the ward must say `expected` and keep nothing of it. */
static void check_refused(void (*spoil)(struct flight *f), enum err expected)
{
    struct sim_story w;
    struct flight f;
    uint64_t before;

    sim_story_init(&w, 1);
    CHECK_EQ(sim_story_meeting(&w, 0, 1), ERR_OK);
    flight_of(&w.device[0], &f);
    CHECK_EQ(f.count, 3);
    before = digest_after_hello(&w, &f);
    spoil(&f);
    CHECK_EQ(ward_says(&w, &f), expected);
    CHECK(sim_story_digest(w.ward.store) == before);
    flight_deinit(&f);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK); /* the honest flight still goes through */
    sim_story_check(&w, 0);
    sim_story_deinit(&w);
}

/* Elements of changeset: first, person, seen, time, quality, seed, signature, bodies. */
static void changeset_element(struct flight *f, size_t place, struct bytes encoded)
{
    struct buf out = {0};
    struct mp r;

    mp_open(&r, buf_bytes(&f->message[2]));
    mp_expect_array(&r, 8);
    mp_put_array(&out, 8);
    for (size_t i = 0; i < 8; i++) {
        struct bytes own = mp_raw(&r);

        mp_put_raw(&out, i == place ? encoded : own);
    }
    CHECK_EQ(mp_close(&r), ERR_OK);
    buf_deinit(&f->message[2]);
    f->message[2] = out;
}

static void spoil_signature(struct flight *f)
{
    uint8_t signature[SIGNATURE_SIZE] = {1};
    struct buf element = {0};

    mp_put_bin(&element, signature, sizeof signature);
    changeset_element(f, 6, buf_bytes(&element));
    buf_deinit(&element);
}

static void spoil_person(struct flight *f)
{
    uint8_t person[ID_SIZE] = {1};
    struct buf element = {0};

    mp_put_bin(&element, person, sizeof person);
    changeset_element(f, 1, buf_bytes(&element));
    buf_deinit(&element);
}

static void spoil_first(struct flight *f)
{
    uint8_t one = 1;

    changeset_element(f, 0, bytes_of(&one, 1));
}

static void spoil_seen(struct flight *f)
{
    uint8_t seen = 100;

    changeset_element(f, 2, bytes_of(&seen, 1));
}

static void spoil_scope(struct flight *f)
{
    f->message[1].p[5] ^= 1;
}

static void spoil_scope_missing(struct flight *f)
{
    buf_deinit(&f->message[1]);
    f->message[1] = f->message[2];
    memset(&f->message[2], 0, sizeof f->message[2]);
    f->type[1] = f->type[2];
    f->count = 2;
}

static void spoil_type(struct flight *f)
{
    f->type[2] = 8; /* a checkpoint is the ward's to send */
}

static void spoil_shape(struct flight *f)
{
    f->message[2].p[0] = 0x97;
    f->message[2].n--;
}

static void spoil_ratchet(struct flight *f)
{
    struct message_hello hello;

    CHECK_EQ(message_hello_decode(&hello, buf_bytes(&f->message[0])), ERR_OK);
    hello.ratchet[0] ^= 1;
    buf_clear(&f->message[0]);
    message_hello_encode(&hello, &f->message[0]);
}

static void spoil_version(struct flight *f)
{
    f->message[0].p[1] = 2;
}

static void spoil_device(struct flight *f)
{
    f->device.b[0] ^= 1;
}

TEST(a_forged_body_signature_or_person_is_refused)
{
    check_refused(spoil_signature, ERR_BAD_SIGNATURE);
    check_refused(spoil_person, ERR_BAD_SIGNATURE);
}

TEST(a_body_bent_by_one_bit_is_refused)
{
    struct sim_story w;
    struct flight f;
    uint64_t before;

    sim_story_init(&w, 1);
    CHECK_EQ(sim_story_meeting(&w, 0, 1), ERR_OK);
    flight_of(&w.device[0], &f);
    before = digest_after_hello(&w, &f);
    for (size_t bit = 0; bit < 8 * f.message[2].n; bit += 3) {
        f.message[2].p[bit / 8] ^= (uint8_t)(1u << bit % 8);
        enum err e = ward_says(&w, &f);

        CHECK(e == ERR_BAD_SIGNATURE || e == ERR_BAD_FRAME || e == ERR_BAD_CHAIN || e == ERR_ROLLED_BACK);
        CHECK(sim_story_digest(w.ward.store) == before);
        f.message[2].p[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    flight_deinit(&f);
    sim_story_deinit(&w);
}

TEST(a_changeset_out_of_its_chain_is_refused)
{
    check_refused(spoil_first, ERR_BAD_CHAIN);
    check_refused(spoil_seen, ERR_ROLLED_BACK);
}

TEST(a_scope_that_is_not_readable_is_refused)
{
    check_refused(spoil_scope, ERR_NOT_READABLE);
    check_refused(spoil_scope_missing, ERR_BAD_ORDER);
}

TEST(garbage_ends_the_session_as_what_it_is)
{
    check_refused(spoil_type, ERR_BAD_ORDER);
    check_refused(spoil_shape, ERR_BAD_FRAME);
    check_refused(spoil_ratchet, ERR_COPY);
    check_refused(spoil_version, ERR_TOO_NEW);
    check_refused(spoil_device, ERR_AUTH);
}

TEST(bytes_that_are_no_frame_end_the_session)
{
    static const uint8_t garbage[] = {0, 1, 2, 0x30, 5, 6, 7, 8, 9};
    struct session s;
    struct id device = {{1}};
    uint8_t binding[BINDING_SIZE] = {0};

    session_init_ward(&s, &device, false, binding, 0);
    session_step(&s, &(struct session_event){.kind = SESSION_BYTES, .bytes = bytes_of(garbage, sizeof garbage)});
    CHECK_EQ(s.state, SESSION_ENDED);
    CHECK_EQ(s.err, ERR_BAD_FRAME);
    CHECK(s.out.n > 0); /* it says why */
    session_deinit(&s);
}


/* --- in another's name ----------------------------------------------------------------------------------- */

/* The person in a device's book, changed and handed back. */
static struct id swap_person(struct sim_device *d, const struct id *person)
{
    struct replica r;
    struct id before;
    struct txn txn;

    memstore_begin(d->store, true, &txn);
    CHECK_EQ(replica_load(&txn, &r), ERR_OK);
    before = r.person;
    r.person = *person;
    CHECK_EQ(replica_save(&txn, &r), ERR_OK);
    CHECK_EQ(memstore_commit(d->store, true), ERR_OK);
    return before;
}

/* The deputy's device signs, with its own key and in good order, for the secretary: the ward keeps the changeset, so that
 * the stream has no gap, and refuses every change in it. */
TEST(a_device_signs_for_its_holder_only)
{
    struct sim_story w;
    struct sim_link last;
    struct id secretary, own;
    struct hash before;

    sim_story_init(&w, 2);
    secretary = swap_person(&w.device[0], &(struct id){{0}});
    swap_person(&w.device[0], &secretary);
    own = swap_person(&w.device[1], &secretary);
    CHECK(!id_equal(&own, &secretary));
    CHECK_EQ(sim_story_meeting(&w, 1, 7), ERR_OK);
    swap_person(&w.device[1], &own);
    before = sim_story_state(w.ward.store, &w.cell, ACCESS_A);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[1], &last), ERR_OK);
    CHECK_EQ(last.device.counts.sent, 1);
    CHECK_EQ(last.device.counts.refused, 1);
    struct hash after = sim_story_state(w.ward.store, &w.cell, ACCESS_A);
    CHECK_MEM(after.b, before.b, HASH_SIZE);
    sim_story_deinit(&w);
}
