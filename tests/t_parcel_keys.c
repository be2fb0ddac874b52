/* t_parcel_keys.c - files across new signing keys of the ward: a cell that lives by files alone misses some and goes on; a
 * former key opens what was sealed to it, and signs nothing (protocol.md 4.6, 10.1). */
#include "../proto/keys.h"
#include "sim_parcel.h"
#include "sim_story.h"
#include "test.h"

static enum err send_file(struct sim_story *w, struct buf *file)
{
    struct sim_parcel step = {.device = &w->device[0], .out = file, .limits = sim_parcel_fine, .level = 3};
    enum err e = sim_parcel_send(&step);

    parcel_report_deinit(&step.report);
    return e;
}

static enum err exchange_file(struct sim_ward *ward, const struct buf *file, struct buf *answer)
{
    struct sim_parcel step = {.ward = ward, .file = buf_bytes(file), .out = answer, .limits = sim_parcel_fine,
                              .level = 3};
    enum err e = sim_parcel_exchange(&step);

    parcel_report_deinit(&step.report);
    return e;
}

static enum err receive_file(struct sim_story *w, const struct buf *file)
{
    struct sim_parcel step = {.device = &w->device[0], .file = buf_bytes(file), .limits = sim_parcel_fine, .level = 3};
    enum err e = sim_parcel_receive(&step);

    parcel_report_deinit(&step.report);
    return e;
}

static uint64_t waiting(struct sim_story *w)
{
    struct replica_counts c = sim_story_counts(&w->device[0]);

    return c.unsealed + c.sealed;
}

static bool knows_newest(struct sim_story *w)
{
    return memcmp(sim_node_replica(&w->device[0]).ward_key, w->ward.ward.public_key, SIGN_PUBLIC_SIZE) == 0;
}

/* Missed before the file is written, and while it is under way. */
TEST(a_cell_that_lives_by_files_misses_new_keys_and_goes_on)
{
    for (unsigned missed = 0; missed <= WARD_OLD_KEYS; missed++) {
        struct sim_story w;
        struct buf up = {0}, down = {0};

        sim_story_init(&w, 2);
        CHECK_EQ(sim_story_meeting(&w, 0, 1), ERR_OK);
        for (unsigned i = 0; i < missed / 2; i++)
            sim_node_rotate(&w.ward);
        CHECK_EQ(send_file(&w, &up), ERR_OK);
        for (unsigned i = missed / 2; i < missed; i++) {
            sim_node_rotate(&w.ward);
            CHECK_EQ(sim_story_meeting(&w, 1, (uint8_t)(10 + i)), ERR_OK);
            CHECK_EQ(sim_link_sync(&w.ward, &w.device[1], NULL), ERR_OK);
        }
        CHECK_EQ(exchange_file(&w.ward, &up, &down), ERR_OK);
        CHECK_EQ(receive_file(&w, &down), ERR_OK);
        CHECK_EQ(waiting(&w), 0);
        CHECK(knows_newest(&w));
        sim_story_check(&w, 0);
        CHECK_EQ(sim_story_meeting(&w, 0, 2), ERR_OK);
        CHECK_EQ(send_file(&w, &up), ERR_OK);
        CHECK_EQ(exchange_file(&w.ward, &up, &down), ERR_OK);
        CHECK_EQ(receive_file(&w, &down), ERR_OK);
        CHECK_EQ(waiting(&w), 0);
        CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
        sim_story_check(&w, 0);
        buf_deinit(&up);
        buf_deinit(&down);
        sim_story_deinit(&w);
    }
}

TEST(a_file_for_a_key_that_is_not_kept_is_named_and_nothing_of_it_lost)
{
    struct sim_story w;
    struct buf up = {0}, down = {0};

    sim_story_init(&w, 1);
    CHECK_EQ(sim_story_meeting(&w, 0, 1), ERR_OK);
    CHECK_EQ(send_file(&w, &up), ERR_OK);
    for (unsigned i = 0; i <= WARD_OLD_KEYS; i++)
        sim_node_rotate(&w.ward);
    CHECK_EQ(w.ward.ward.old_count, WARD_OLD_KEYS);
    CHECK_EQ(exchange_file(&w.ward, &up, &down), ERR_FILE_OLD_KEY);
    CHECK_EQ(down.n, 0);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
    CHECK_EQ(waiting(&w), 0);
    sim_story_check(&w, 0);
    buf_deinit(&up);
    sim_story_deinit(&w);
}

/* A device that reads nothing any more gets no leaf, and so no key leaf: the keys come all the same. */
TEST(the_keys_come_to_a_device_without_a_log_too)
{
    struct sim_story w;
    struct buf up = {0}, down = {0};

    sim_story_init(&w, 1);
    struct replica r = sim_node_replica(&w.device[0]);
    sim_node_end(&w.ward, &r.person, &w.cell, ROLE_SECRETARY);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
    CHECK_EQ(send_file(&w, &up), ERR_OK);
    sim_node_rotate(&w.ward);
    CHECK_EQ(exchange_file(&w.ward, &up, &down), ERR_OK);
    CHECK_EQ(receive_file(&w, &down), ERR_OK);
    CHECK(knows_newest(&w));
    buf_deinit(&up);
    buf_deinit(&down);
    sim_story_deinit(&w);
}

/* An answer that was under way while the ward's key changed and the device heard of it: late, and harmless. */
TEST(an_answer_signed_with_a_former_key_changes_nothing)
{
    struct sim_story w;
    struct buf up = {0}, down = {0};

    sim_story_init(&w, 1);
    sim_node_rotate(&w.ward);
    CHECK_EQ(sim_story_meeting(&w, 0, 1), ERR_OK);
    CHECK_EQ(send_file(&w, &up), ERR_OK);
    CHECK_EQ(exchange_file(&w.ward, &up, &down), ERR_OK);
    sim_node_rotate(&w.ward);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
    uint64_t digest = sim_story_digest(w.device[0].store);
    CHECK_EQ(receive_file(&w, &down), ERR_OK);
    CHECK_EQ(sim_story_digest(w.device[0].store), digest);
    CHECK(knows_newest(&w));
    sim_story_check(&w, 0);
    buf_deinit(&up);
    buf_deinit(&down);
    sim_story_deinit(&w);
}

/* Whoever has the ward's former key and all of its store answers in its name: with what came since, and a drop. */
TEST(a_former_key_says_nothing_new)
{
    for (unsigned end = 0; end < 2; end++) {
        struct sim_story w;
        struct sim_ward thief;
        struct buf up = {0}, down = {0};

        sim_story_init(&w, 2);
        struct replica r = sim_node_replica(&w.device[0]);
        thief = w.ward;
        sim_node_rotate(&w.ward);
        CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
        CHECK_EQ(sim_story_meeting(&w, 1, 1), ERR_OK);
        CHECK_EQ(sim_link_sync(&w.ward, &w.device[1], NULL), ERR_OK);
        CHECK_EQ(send_file(&w, &up), ERR_OK);
        if (end)
            sim_node_end(&w.ward, &r.person, &w.cell, ROLE_SECRETARY);
        ward_key_keep(&thief.ward, &(struct ward_key){.public_key = {0}});
        memcpy(thief.ward.old[0].public_key, w.ward.ward.public_key, SIGN_PUBLIC_SIZE); /* a file that he can open */
        memcpy(thief.ward.old[0].secret_key, w.ward.ward.secret_key, SIGN_SECRET_SIZE);
        thief.store = w.ward.store;
        thief.now += 1000;
        CHECK_EQ(exchange_file(&thief, &up, &down), ERR_OK);
        uint64_t digest = sim_story_digest(w.device[0].store);
        CHECK_EQ(receive_file(&w, &down), ERR_OK);
        CHECK_EQ(sim_story_digest(w.device[0].store), digest);
        buf_deinit(&up);
        buf_deinit(&down);
        sim_story_deinit(&w);
    }
}

/* Keys that do not go on from the one the device knows. */
TEST(keys_of_somebody_else_bring_nobody_in)
{
    static const uint8_t seed[2][32] = {{1}, {2}};
    uint8_t public_key[2][SIGN_PUBLIC_SIZE], secret[2][SIGN_SECRET_SIZE];
    struct sim_story w;
    struct buf up = {0}, down = {0};
    struct keys k = {0};
    struct sim_parcel step;
    struct parcel_out out;
    struct buf manifest = {0}, list = {0};

    sim_story_init(&w, 1);
    for (size_t i = 0; i < 2; i++)
        crypto_sign_from_seed(seed[i], public_key[i], secret[i]);
    CHECK_EQ(keys_add(&k, &w.ward.ward.id, public_key[0], secret[0], public_key[1], secret[1]), ERR_OK);
    keys_encode(&k, &list);
    struct replica r = sim_node_replica(&w.device[0]);
    manifest_encode(&(struct manifest){.direction = MANIFEST_FROM_WARD, .ward = r.ward, .device = r.device,
                                       .incarnation = r.incarnation, .time = w.ward.now}, &manifest);
    step = (struct sim_parcel){.ward = &w.ward, .out = &down, .limits = sim_parcel_fine};
    struct parcel_io io = sim_parcel_io(&step);
    CHECK_EQ(parcel_out_begin(&out, &io, r.sign_public, seed[0], 0), ERR_OK);
    CHECK_EQ(parcel_out_put(&out, MESSAGE_MANIFEST, buf_bytes(&manifest)), ERR_OK);
    CHECK_EQ(parcel_out_put(&out, MESSAGE_KEYS, buf_bytes(&list)), ERR_OK);
    CHECK_EQ(parcel_out_end(&out, secret[1]), ERR_OK);
    CHECK_EQ(receive_file(&w, &down), ERR_BAD_PROOF);
    CHECK(knows_newest(&w));
    parcel_out_deinit(&out);
    buf_deinit(&manifest);
    buf_deinit(&list);
    buf_deinit(&up);
    buf_deinit(&down);
    sim_story_deinit(&w);
}
