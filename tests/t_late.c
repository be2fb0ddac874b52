/* t_late.c - whoever comes late: certificates that ran out, devices that were revoked with work unsent. */
#include "../proto/keys.h"
#include "../proto/message.h"
#include "../proto/renewal.h"
#include "../proto/ward_quarantine.h"
#include "../proto/ward_recall.h"
#include "sim_story.h"
#include "test.h"

#define DAY_S 86400u

static void set_clock(struct sim_story *w, uint64_t days)
{
    w->ward.now = SIM_NODE_TIME + days * DAY_S;
}

TEST(when_a_certificate_is_renewed)
{
    const uint64_t end = 2000000000;

    CHECK_EQ(renewal_due(false, end, end - 61 * DAY_S), RENEWAL_NONE);
    CHECK_EQ(renewal_due(false, end, end - 60 * DAY_S), RENEWAL_EARLY);
    CHECK_EQ(renewal_due(false, end, end), RENEWAL_EARLY);
    CHECK_EQ(renewal_due(false, end, end + 1), RENEWAL_FIRST);
    CHECK_EQ(renewal_due(true, end, end), RENEWAL_FIRST);
    CHECK_EQ(renewal_due(true, end, end + 1827 * DAY_S), RENEWAL_FIRST);
    CHECK_EQ(renewal_due(true, end, end + 1827 * DAY_S + 1), RENEWAL_TOO_LATE);
    CHECK_EQ(renewal_due(true, 0, end), RENEWAL_FIRST);
    CHECK_EQ(renewal_due(false, 0, end), RENEWAL_NONE);
    CHECK_EQ(renewal_due(false, UINT64_MAX, end), RENEWAL_NONE);
}

TEST(renewal_message)
{
    struct buf b = {0};
    struct bytes got;

    renewal_encode(bytes_of_str("DER"), &b);
    CHECK_BYTES(buf_bytes(&b), bytes_of("\x91\xc4\x03" "DER", 6));
    CHECK_EQ(renewal_decode(&got, buf_bytes(&b)), ERR_OK);
    CHECK_BYTES(got, bytes_of_str("DER"));
    CHECK_EQ(renewal_decode(&got, bytes_of(b.p, b.n - 1)), ERR_BAD_FRAME);
    CHECK_EQ(renewal_decode(&got, bytes_of("\x91\xc4\x00", 3)), ERR_BAD_FRAME);
    buf_deinit(&b);
}

TEST(a_certificate_near_its_end_is_renewed_with_the_answer)
{
    struct sim_story w;
    struct sim_link l;
    uint64_t first;

    sim_story_init(&w, 1);
    first = w.device[0].certificate_end;
    set_clock(&w, 1827 - 61);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
    CHECK_EQ(w.device[0].certificate_end, first);
    set_clock(&w, 1827 - 60);
    CHECK_EQ(sim_story_meeting(&w, 0, 1), ERR_OK);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], &l), ERR_OK);
    CHECK_EQ(l.device.counts.sent, 1);
    CHECK(!l.device.again);
    CHECK_EQ(w.device[0].certificate_end, w.ward.now + 1827 * DAY_S);
    sim_story_check(&w, 0);
    sim_story_deinit(&w);
}

TEST(an_expired_certificate_is_renewed_before_anything_is_applied_or_read)
{
    struct sim_story w;
    struct sim_link l;
    struct scope before, after;
    uint8_t binding[BINDING_SIZE] = {3};

    sim_story_init(&w, 2);
    CHECK_EQ(sim_story_meeting(&w, 1, 2), ERR_OK);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[1], NULL), ERR_OK);
    CHECK_EQ(sim_story_meeting(&w, 0, 1), ERR_OK);
    set_clock(&w, 1827 + 400);
    sim_story_scope(w.ward.store, &w.cell, ACCESS_A, &before);
    sim_link_open(&l, &w.ward, &w.device[0], binding, 0);
    sim_link_run(&l);
    CHECK_EQ(l.device.err, ERR_OK);
    CHECK(l.device.again);
    CHECK_EQ(l.device.counts.sent + l.device.counts.received, 0);
    sim_link_close(&l);
    sim_story_scope(w.ward.store, &w.cell, ACCESS_A, &after);
    CHECK_EQ(after.frontier.size, before.frontier.size);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], &l), ERR_OK); /* the next session of the same call */
    CHECK_EQ(l.device.counts.sent, 1);
    CHECK_EQ(l.device.counts.received, 1);
    sim_story_check(&w, 0);
    sim_story_deinit(&w);
}

/* How many changes the ward keeps aside of this device, by what it answers. */
static void check_handed_in(struct sim_story *w, size_t device, const char *count)
{
    struct sim_link l;

    CHECK_EQ(sim_link_sync(&w->ward, &w->device[device], &l), ERR_HANDED_IN);
    CHECK_STR(l.device.why, count);
    CHECK_EQ(l.device.counts.received, 0);
}

TEST(a_revoked_device_hands_in_its_work_once_and_reads_nothing)
{
    struct sim_story w;
    struct scope before, after;
    struct id device;

    sim_story_init(&w, 2);
    CHECK_EQ(sim_story_meeting(&w, 0, 1), ERR_OK);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
    device = sim_node_replica(&w.device[0]).device;
    CHECK_EQ(sim_story_meeting(&w, 0, 2), ERR_OK);
    sim_node_revoke(&w.ward, &device);
    CHECK_EQ(sim_story_meeting(&w, 1, 3), ERR_OK);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[1], NULL), ERR_OK);
    sim_story_scope(w.ward.store, &w.cell, ACCESS_A, &before);
    check_handed_in(&w, 0, "1");
    check_handed_in(&w, 0, "1");
    CHECK_EQ(sim_story_meeting(&w, 0, 4), ERR_OK);
    check_handed_in(&w, 0, "2");
    sim_story_scope(w.ward.store, &w.cell, ACCESS_A, &after);
    CHECK_EQ(after.frontier.size, before.frontier.size);
    CHECK_EQ(sim_story_counts(&w.device[0]).sealed, 2); /* kept here all the same */
    sim_story_deinit(&w);
}

TEST(a_revoked_device_with_nothing_unsent_is_told_just_that)
{
    struct sim_story w;
    struct id device;

    sim_story_init(&w, 1);
    device = sim_node_replica(&w.device[0]).device;
    sim_node_revoke(&w.ward, &device);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_REVOKED);
    sim_story_deinit(&w);
}

TEST(expired_beyond_a_term_of_office_the_work_is_handed_in)
{
    struct sim_story w;

    sim_story_init(&w, 1);
    set_clock(&w, 2 * 1827 + 1);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_CERT_EXPIRED);
    CHECK_EQ(sim_story_meeting(&w, 0, 1), ERR_OK);
    check_handed_in(&w, 0, "1");
    sim_story_deinit(&w);
}

TEST(handing_in_goes_on_after_a_cut_at_any_byte)
{
    for (uint64_t cut = 1; cut < 700; cut += 7) {
        struct sim_story w;
        struct sim_link l;
        struct id device;
        uint8_t binding[BINDING_SIZE] = {9};

        sim_story_init(&w, 1);
        device = sim_node_replica(&w.device[0]).device;
        for (uint8_t i = 1; i <= 3; i++)
            CHECK_EQ(sim_story_meeting(&w, 0, i), ERR_OK);
        sim_node_revoke(&w.ward, &device);
        sim_link_open(&l, &w.ward, &w.device[0], binding, 0);
        l.limit[SIM_LINK_UP] = cut;
        sim_link_run(&l);
        sim_link_close(&l);
        check_handed_in(&w, 0, "3");
        sim_story_deinit(&w);
    }
}

TEST(nothing_that_is_not_signed_goes_into_quarantine)
{
    struct sim_story w;
    struct id device;
    struct work *open = work_new(WORK_OPEN), *out = work_new(WORK_OUTBOX);
    struct work *append = work_new(WORK_APPEND);
    struct bytes list, message;
    struct scope s;
    uint8_t type = 0;

    sim_story_init(&w, 1);
    device = sim_node_replica(&w.device[0]).device;
    CHECK_EQ(sim_story_meeting(&w, 0, 1), ERR_OK);
    sim_node_revoke(&w.ward, &device);
    CHECK_EQ(sim_node_device_job(&w.device[0], open, true), ERR_OK);
    CHECK_EQ(sim_node_device_job(&w.device[0], out, true), ERR_OK);
    list = buf_bytes(&out->out);
    while (type != MESSAGE_CHANGESET && work_message_next(&list, &type, &message))
        continue;
    CHECK_EQ(type, MESSAGE_CHANGESET);
    sim_story_scope(w.ward.store, &w.cell, ACCESS_A, &s);
    append->device = device;
    append->incarnation = sim_node_replica(&w.device[0]).incarnation;
    append->hand_in = true;
    append->scope = s.id;
    append->epoch = s.epoch;
    buf_put_bytes(&append->in, message);
    append->in.p[append->in.n - 1] ^= 1;
    CHECK_EQ(sim_node_ward_jobs(&w.ward, &append, 1, true), ERR_OK);
    CHECK(append->err == ERR_ROLLED_BACK || append->err == ERR_BAD_FRAME);
    append->in.p[append->in.n - 1] ^= 1;
    CHECK_EQ(sim_node_ward_jobs(&w.ward, &append, 1, true), ERR_OK);
    CHECK_EQ(append->err, ERR_OK);
    work_free(open);
    work_free(out);
    work_free(append);
    sim_story_deinit(&w);
}

TEST(keys_believe_one_another_both_ways_and_nothing_else_does)
{
    uint8_t seed[4][32] = {{1}, {2}, {3}, {4}}, public_key[4][SIGN_PUBLIC_SIZE], secret[4][SIGN_SECRET_SIZE];
    const struct id ward = {{7}}, other = {{8}};
    struct keys k = {0}, got;
    struct buf b = {0};
    size_t place;

    for (size_t i = 0; i < 4; i++)
        crypto_sign_from_seed(seed[i], public_key[i], secret[i]);
    for (size_t i = 0; i < 2; i++)
        CHECK_EQ(keys_add(&k, &ward, public_key[i], secret[i], public_key[i + 1], secret[i + 1]), ERR_OK);
    keys_encode(&k, &b);
    CHECK_EQ(keys_decode(&got, buf_bytes(&b)), ERR_OK);
    CHECK_EQ(got.count, 2);
    CHECK_EQ(keys_verify(&got, &ward), ERR_OK);
    CHECK_EQ(keys_verify(&got, &other), ERR_BAD_PROOF);
    CHECK(keys_find(&got, public_key[0], &place) && place == 0);
    CHECK(keys_find(&got, public_key[2], &place) && place == 2);
    CHECK(!keys_find(&got, public_key[3], &place));
    for (size_t i = 0; i < b.n; i += 11) { /* no bit of it can be changed */
        b.p[i] ^= 4;
        CHECK(keys_decode(&got, buf_bytes(&b)) != ERR_OK || keys_verify(&got, &ward) != ERR_OK);
        b.p[i] ^= 4;
    }
    CHECK_EQ(keys_add(&k, &ward, public_key[1], secret[1], public_key[3], secret[3]), ERR_OK);
    CHECK_EQ(keys_verify(&k, &ward), ERR_BAD_PROOF); /* does not continue */
    k.count = 0;
    for (size_t i = 0; i < KEYS_MAX; i++)
        CHECK_EQ(keys_add(&k, &ward, public_key[0], secret[0], public_key[1], secret[1]), ERR_OK);
    CHECK_EQ(keys_add(&k, &ward, public_key[0], secret[0], public_key[1], secret[1]), ERR_TOO_LONG);
    buf_deinit(&b);
}

TEST(up_to_three_new_keys_missed_and_all_is_in)
{
    for (unsigned missed = 0; missed <= 3; missed++) {
        struct sim_story w;

        sim_story_init(&w, 2);
        CHECK_EQ(sim_story_meeting(&w, 0, 1), ERR_OK);
        for (uint8_t i = 0; i < missed; i++) {
            sim_node_rotate(&w.ward);
            CHECK_EQ(sim_story_meeting(&w, 1, (uint8_t)(10 + i)), ERR_OK);
            CHECK_EQ(sim_link_sync(&w.ward, &w.device[1], NULL), ERR_OK);
            sim_story_check(&w, 1);
        }
        CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
        sim_story_check(&w, 0);
        CHECK_MEM(sim_node_replica(&w.device[0]).ward_key, w.ward.ward.public_key, SIGN_PUBLIC_SIZE);
        CHECK_EQ(sim_story_meeting(&w, 0, 2), ERR_OK);
        CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
        sim_story_check(&w, 0);
        sim_story_deinit(&w);
    }
}

TEST(whoever_is_enrolled_after_a_new_key_checks_what_the_old_one_signed)
{
    struct sim_story w;

    sim_story_init(&w, 1);
    sim_node_rotate(&w.ward);
    sim_node_rotate(&w.ward);
    {
        uint8_t secret[INVITE_SECRET_SIZE];
        struct sim_device late;

        sim_node_invite(&w.ward, &w.cell, ROLE_DEPUTY, secret);
        sim_node_device_init(&late, 77);
        CHECK_EQ(sim_link_enrol(&w.ward, &late, secret), ERR_OK);
        sim_node_rotate(&w.ward); /* and once more before its first exchange */
        CHECK_EQ(sim_link_sync(&w.ward, &late, NULL), ERR_OK);
        sim_story_verify(&late);
        CHECK_MEM(sim_node_replica(&late).ward_key, w.ward.ward.public_key, SIGN_PUBLIC_SIZE);
        sim_node_device_deinit(&late);
    }
    sim_story_deinit(&w);
}

/* Cut anywhere between the keys, the leaves and their checkpoints, with one more new key before it comes back: the book
 * is whole after each cut. */
TEST(a_book_cut_among_new_keys_verifies_and_goes_on)
{
    for (uint64_t cut = 40; cut < 3000; cut += 97) {
        struct sim_story w;
        struct sim_link l;
        uint8_t binding[BINDING_SIZE] = {5};

        sim_story_init(&w, 2);
        sim_node_rotate(&w.ward);
        for (uint8_t i = 1; i < 6; i++)
            CHECK_EQ(sim_story_meeting(&w, 1, i), ERR_OK);
        CHECK_EQ(sim_link_sync(&w.ward, &w.device[1], NULL), ERR_OK);
        sim_link_open(&l, &w.ward, &w.device[0], binding, 0);
        l.limit[SIM_LINK_DOWN] = cut;
        sim_link_run(&l);
        sim_link_close(&l);
        sim_story_verify(&w.device[0]);
        sim_node_rotate(&w.ward);
        CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
        sim_story_check(&w, 0);
        sim_story_deinit(&w);
    }
}

/* Whoever holds the ward's old key only cannot go on in its name, once a device knows the next one. */
TEST(an_old_key_signs_nothing_new)
{
    struct sim_story w;
    struct ward old;

    sim_story_init(&w, 1);
    old = w.ward.ward;
    sim_node_rotate(&w.ward);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
    CHECK_EQ(sim_story_meeting(&w, 0, 1), ERR_OK);
    w.ward.ward = old;
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_BAD_PROOF);
    sim_story_deinit(&w);
}

/* --- handing in to a ward that was restored meanwhile ----------------------------------------------------------- */

static size_t bodies_at_ward(struct sim_story *w)
{
    struct scope s;
    struct txn txn;
    size_t n = 0;

    sim_story_scope(w->ward.store, &w->cell, ACCESS_A, &s);
    memstore_begin(w->ward.store, false, &txn);
    for (uint64_t i = 0; i < s.frontier.size; i++) {
        struct ledger_leaf l;
        struct buf row = {0};

        CHECK_EQ(ledger_leaf_at(&txn, &s, i, &row, &l), ERR_OK);
        for (size_t k = 0; k < l.changeset.count; k++)
            n += l.changeset.slot[k].body.n > 0;
        ledger_leaf_deinit(&l);
        buf_deinit(&row);
    }
    memstore_abort(w->ward.store);
    return n;
}

/* What the daemon does with the list beside its store when it starts. */
static void bar(struct sim_story *w, const struct id *device)
{
    struct txn txn;

    memstore_begin(w->ward.store, true, &txn);
    CHECK_EQ(ward_bar(&txn, &w->ward.ward, device, w->ward.now), ERR_OK);
    CHECK_EQ(memstore_commit(w->ward.store, true), ERR_OK);
}

/* The backup has nothing of what device 0 wrote before it was revoked: meeting 1 was acknowledged (and device 1 has it,
 * if it pulled), 2 and 3 never left. */
static void lose(struct sim_story *w, bool pulled, bool ours)
{
    struct id device;
    struct memstore *backup;

    sim_story_init(w, 3);
    device = sim_node_replica(&w->device[0]).device;
    backup = memstore_copy(w->ward.store);
    CHECK_EQ(sim_story_meeting(w, 0, 1), ERR_OK);
    CHECK_EQ(sim_link_sync(&w->ward, &w->device[0], NULL), ERR_OK);
    if (pulled)
        CHECK_EQ(sim_link_sync(&w->ward, &w->device[1], NULL), ERR_OK);
    CHECK_EQ(sim_story_meeting(w, 0, 2), ERR_OK);
    CHECK_EQ(sim_story_meeting(w, 0, 3), ERR_OK);
    sim_node_revoke(&w->ward, &device);
    memstore_restore(w->ward.store, backup);
    memstore_free(backup);
    bar(w, &device);
    if (ours) { /* the ward goes on before anybody notices */
        CHECK_EQ(sim_story_meeting(w, 2, 9), ERR_OK);
        CHECK_EQ(sim_link_sync(&w->ward, &w->device[2], NULL), ERR_OK);
    }
}

static bool count_kept(void *arg, const struct ward_held *h)
{
    (void)h;
    ++*(size_t *)arg;
    return true;
}

static size_t kept(struct sim_story *w)
{
    struct txn txn;
    size_t n = 0;

    memstore_begin(w->ward.store, false, &txn);
    CHECK_EQ(ward_quarantine_each(&txn, count_kept, &n), ERR_OK);
    memstore_abort(w->ward.store);
    return n;
}

TEST(what_was_unsent_is_handed_in_to_a_restored_ward_by_its_author_alone)
{
    for (unsigned ours = 0; ours < 2; ours++)
        for (unsigned pulled = 0; pulled < 2; pulled++) {
            struct sim_story w;
            size_t own = ours; /* a clerk's meeting is refused, and a leaf all the same */

            lose(&w, pulled, ours);
            CHECK_EQ(bodies_at_ward(&w), own);
            check_handed_in(&w, 0, "2");
            CHECK_EQ(kept(&w), 2);
            CHECK_EQ(bodies_at_ward(&w), own + 1); /* what was acknowledged is back in the log */
            check_handed_in(&w, 0, "2");           /* as often as it likes */
            CHECK_EQ(kept(&w), 2);
            CHECK_EQ(bodies_at_ward(&w), own + 1);
            for (size_t i = 1; i < 3; i++) {
                CHECK_EQ(sim_link_sync(&w.ward, &w.device[i], NULL), ERR_OK);
                CHECK_EQ(sim_link_sync(&w.ward, &w.device[i], NULL), ERR_OK);
                sim_story_check(&w, i);
            }
            CHECK_EQ(bodies_at_ward(&w), own + 1);
            sim_story_deinit(&w);
        }
}

TEST(what_was_unsent_is_handed_in_after_another_device_brought_the_log_back)
{
    for (unsigned ours = 0; ours < 2; ours++) {
        struct sim_story w;

        lose(&w, true, ours);
        CHECK_EQ(sim_link_sync(&w.ward, &w.device[1], NULL), ERR_OK);
        CHECK_EQ(bodies_at_ward(&w), 1u + ours);
        check_handed_in(&w, 0, "2");
        check_handed_in(&w, 0, "2");
        CHECK_EQ(kept(&w), 2);
        CHECK_EQ(bodies_at_ward(&w), 1u + ours);
        sim_story_check(&w, 1);
        sim_story_deinit(&w);
    }
}

/* One more device of the cell, enrolled after the backup. */
static struct memstore *one_more(struct sim_story *w)
{
    struct memstore *backup;
    uint8_t secret[INVITE_SECRET_SIZE];

    sim_story_init(w, 2);
    backup = memstore_copy(w->ward.store);
    sim_node_invite(&w->ward, &w->cell, ROLE_SECRETARY, secret);
    sim_node_device_init(&w->device[2], 77);
    CHECK_EQ(sim_link_enrol(&w->ward, &w->device[2], secret), ERR_OK);
    CHECK_EQ(sim_link_sync(&w->ward, &w->device[2], NULL), ERR_OK);
    return backup;
}

/* It was enrolled after the backup: the ward does not even know its key, until it shows who it is. It stays revoked. */
TEST(a_device_that_the_backup_does_not_know_hands_in_too)
{
    struct sim_story w;
    struct memstore *backup = one_more(&w);
    struct id device;

    CHECK_EQ(sim_story_meeting(&w, 2, 1), ERR_OK);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[2], NULL), ERR_OK);
    CHECK_EQ(sim_story_meeting(&w, 2, 2), ERR_OK);
    device = sim_node_replica(&w.device[2]).device;
    memstore_restore(w.ward.store, backup);
    bar(&w, &device);
    check_handed_in(&w, 2, "1");
    check_handed_in(&w, 2, "1");
    CHECK_EQ(kept(&w), 1);
    CHECK_EQ(bodies_at_ward(&w), 1);
    CHECK_EQ(sim_story_meeting(&w, 2, 3), ERR_OK);
    check_handed_in(&w, 2, "2");
    CHECK_EQ(bodies_at_ward(&w), 1);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
    sim_story_check(&w, 0);
    memstore_free(backup);
    sim_story_deinit(&w);
}

/* Its certificate ran out besides: the one it shows says for which key it gets the next. And so does a renewal when the
 * ward knows it again by what others brought back, which does not say that. */
TEST(a_certificate_is_renewed_by_a_ward_that_has_forgotten_the_device)
{
    for (unsigned days = 1800; days < 2300; days += 400) /* near its end; over */
        for (unsigned others = 0; others < 2; others++) {
            struct sim_story w;
            struct memstore *backup = one_more(&w);

            CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
            CHECK_EQ(sim_story_meeting(&w, 2, 1), ERR_OK);
            memstore_restore(w.ward.store, backup);
            set_clock(&w, days);
            memset(w.device[2].certificate_key, 0, sizeof w.device[2].certificate_key);
            if (others > 0)
                CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
            CHECK_EQ(sim_link_sync(&w.ward, &w.device[2], NULL), ERR_OK);
            CHECK_EQ(w.device[2].certificate_end, w.ward.now + 1827 * DAY_S);
            CHECK_MEM(w.device[2].certificate_key, w.device[2].tls_public, sizeof w.device[2].certificate_key);
            CHECK_EQ(sim_story_counts(&w.device[2]).sealed, 0);
            sim_story_check(&w, 2);
            memstore_free(backup);
            sim_story_deinit(&w);
        }
}

/* Cut anywhere on the way up: the next time goes on, and nothing comes twice. */
TEST(bringing_back_and_handing_in_go_on_after_a_cut_at_any_byte)
{
    for (uint64_t cut = 1; cut < 3600; cut += 41) {
        struct sim_story w;
        struct sim_link l;
        uint8_t binding[BINDING_SIZE] = {9};

        lose(&w, false, true);
        sim_link_open(&l, &w.ward, &w.device[0], binding, 0);
        l.limit[SIM_LINK_UP] = cut;
        sim_link_run(&l);
        sim_link_close(&l);
        check_handed_in(&w, 0, "2");
        CHECK_EQ(kept(&w), 2);
        CHECK_EQ(bodies_at_ward(&w), 2);
        sim_story_deinit(&w);
    }
}
