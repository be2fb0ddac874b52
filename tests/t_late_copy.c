/* t_late_copy.c - copies of a device that was revoked: what each of them wrote reaches the quarantine, whatever the
 * other handed in, and none of them reads anything (protocol.md 8.5). */
#include <stdio.h>

#include "../proto/ward_hand_in.h"
#include "../proto/ward_quarantine.h"
#include "../proto/ward_recall.h"
#include "sim_parcel.h"
#include "sim_story.h"
#include "test.h"

/* Device 0 and, in the place of device 1, a clone of its disk. */
static void two_stores(struct sim_story *w)
{
    sim_story_init(w, 2);
    memstore_free(w->device[1].store);
    w->device[1] = w->device[0];
    w->device[1].store = memstore_copy(w->device[0].store);
    w->device[1].chance ^= 0x5eed;
}

static void revoke(struct sim_story *w)
{
    struct id device = sim_node_replica(&w->device[0]).device;

    sim_node_revoke(&w->ward, &device);
}

struct waiting {
    size_t count;
    struct id record[16];
    char id[16][2 * HASH_SIZE + 1];
};

static bool waiting_visit(void *arg, const struct ward_held *h)
{
    struct waiting *k = arg;

    CHECK(k->count < ARRAY_LEN(k->record));
    CHECK_EQ(verdict_reason(h->held.verdict), ERR_REVOKED);
    for (size_t i = 0; i < HASH_SIZE; i++)
        snprintf(k->id[k->count] + 2 * i, 3, "%02x", h->held.id.b[i]);
    k->record[k->count++] = h->change->record;
    return true;
}

static struct waiting waiting(struct sim_story *w)
{
    struct waiting k = {0};
    struct txn txn;

    memstore_begin(w->ward.store, false, &txn);
    CHECK_EQ(ward_quarantine_each(&txn, waiting_visit, &k), ERR_OK);
    memstore_abort(w->ward.store);
    return k;
}

/* Each of these meetings waits once, and nothing else does. names: their first bytes. */
static void check_waiting(struct sim_story *w, const char *names)
{
    struct waiting k = waiting(w);

    CHECK_EQ(k.count, strlen(names));
    for (const char *n = names; *n != '\0'; n++) {
        size_t found = 0;

        for (size_t i = 0; i < k.count; i++)
            found += k.record[i].b[0] == (uint8_t)*n;
        CHECK_EQ(found, 1);
    }
}

static void check_reads_nothing(struct sim_story *w, size_t device, const struct scope *before)
{
    struct scope after;

    sim_story_scope(w->device[device].store, &w->cell, ACCESS_A, &after);
    CHECK_EQ(after.frontier.size, before->frontier.size);
}

TEST(both_copies_of_a_revoked_device_hand_in_what_they_wrote)
{
    struct sim_story w;
    struct scope before;
    uint32_t incarnation;

    two_stores(&w);
    CHECK_EQ(sim_story_meeting(&w, 0, 'a'), ERR_OK);
    CHECK_EQ(sim_story_meeting(&w, 1, 'b'), ERR_OK);
    CHECK_EQ(sim_story_meeting(&w, 1, 'c'), ERR_OK);
    revoke(&w);
    sim_story_scope(w.device[1].store, &w.cell, ACCESS_A, &before);
    incarnation = sim_node_replica(&w.device[1]).incarnation;
    for (unsigned round = 0; round < 3; round++)
        for (size_t i = 0; i < 2; i++)
            CHECK_EQ(sim_link_exchange(&w.ward, &w.device[i], NULL), ERR_HANDED_IN);
    check_waiting(&w, "abc");
    CHECK_EQ(sim_story_meeting(&w, 0, 'd'), ERR_OK);
    CHECK_EQ(sim_story_meeting(&w, 1, 'e'), ERR_OK);
    for (size_t i = 0; i < 2; i++)
        CHECK_EQ(sim_link_exchange(&w.ward, &w.device[i], NULL), ERR_HANDED_IN);
    check_waiting(&w, "abcde");
    check_reads_nothing(&w, 1, &before);
    CHECK_EQ(sim_node_replica(&w.device[1]).incarnation, incarnation);
    CHECK_EQ(sim_story_counts(&w.device[1]).sealed, 3); /* kept here all the same */
    sim_story_deinit(&w);
}

/* Its incarnation was closed by the other's renewal before the device was revoked. */
TEST(a_copy_whose_incarnation_was_closed_hands_in_too)
{
    struct sim_story w;
    unsigned renewed = 0;

    two_stores(&w);
    for (unsigned i = 0; i < 2; i++) /* one goes on, the other renews itself and closes the first's incarnation */
        CHECK_EQ(sim_link_exchange(&w.ward, &w.device[i], &renewed), ERR_OK);
    CHECK_EQ(renewed, 1);
    CHECK_EQ(sim_story_meeting(&w, 0, 'a'), ERR_OK);
    CHECK_EQ(sim_story_meeting(&w, 1, 'b'), ERR_OK);
    revoke(&w);
    for (size_t i = 0; i < 2; i++)
        CHECK_EQ(sim_link_exchange(&w.ward, &w.device[i], NULL), ERR_HANDED_IN);
    check_waiting(&w, "ab");
    sim_story_deinit(&w);
}

/* A copy cut at any byte, again and again, comes further each time: what is durable is not sent again. */
TEST(a_copy_hands_in_through_a_link_that_always_breaks)
{
    struct sim_story w;
    struct sim_link l;
    uint8_t binding[BINDING_SIZE] = {4};
    size_t calls = 0;
    enum err e = ERR_CUT;

    two_stores(&w);
    CHECK_EQ(sim_story_meeting(&w, 0, 'a'), ERR_OK);
    revoke(&w);
    CHECK_EQ(sim_link_exchange(&w.ward, &w.device[0], NULL), ERR_HANDED_IN);
    for (char n = 'b'; n <= 'h'; n++) { /* one changeset each: sealed one by one */
        CHECK_EQ(sim_story_meeting(&w, 1, (uint8_t)n), ERR_OK);
        sim_link_open(&l, &w.ward, &w.device[1], binding, 0);
        l.limit[SIM_LINK_UP] = 0;
        sim_link_run(&l);
        sim_link_close(&l);
    }
    check_waiting(&w, "a");
    for (bool copy = true; e != ERR_HANDED_IN && calls < 40; calls++) {
        binding[0]++;
        (copy ? sim_link_open_copy : sim_link_open)(&l, &w.ward, &w.device[1], binding, 0);
        l.limit[SIM_LINK_UP] = 900; /* hello, renew and sizes take some 500, a changeset some 250 */
        sim_link_run(&l);
        e = l.device.err;
        copy = e == ERR_COPY;
        sim_link_close(&l);
    }
    CHECK_EQ(e, ERR_HANDED_IN);
    check_waiting(&w, "abcdefgh");
    sim_story_deinit(&w);
}

/* Written before the stores parted, sealed by both of them after it: it waits once, and is decided once. */
TEST(what_both_copies_have_waits_once)
{
    for (unsigned in_log = 0; in_log < 2; in_log++) {
        struct sim_story w;

        sim_story_init(&w, 2);
        CHECK_EQ(sim_story_meeting(&w, 0, 'a'), ERR_OK);
        memstore_free(w.device[1].store);
        w.device[1] = w.device[0];
        w.device[1].store = memstore_copy(w.device[0].store);
        w.device[1].chance ^= 0x5eed;
        CHECK_EQ(sim_story_meeting(&w, 1, 'b'), ERR_OK);
        if (in_log > 0) /* one of them handed it in while it still could: it is in the book */
            CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
        revoke(&w);
        CHECK_EQ(sim_link_exchange(&w.ward, &w.device[0], NULL), in_log > 0 ? ERR_REVOKED : ERR_HANDED_IN);
        CHECK_EQ(sim_link_exchange(&w.ward, &w.device[1], NULL), ERR_HANDED_IN);
        check_waiting(&w, in_log > 0 ? "b" : "ab");
        sim_story_deinit(&w);
    }
}

static enum err rule(struct sim_story *w, const char *prefix)
{
    struct ward_ruling r = {.verdict = VERDICT_ACCEPTED, .prefix = prefix};
    struct txn txn;
    struct held held;
    enum err e;

    memstore_begin(w->ward.store, true, &txn);
    e = ward_quarantine_rule(&txn, &w->ward.ward, &r, w->ward.now, &held);
    CHECK_EQ(memstore_commit(w->ward.store, true), ERR_OK);
    return e;
}

/* A person accepts what the copy wrote: it reaches the book, and its cell. */
TEST(what_a_copy_wrote_is_accepted_out_of_quarantine)
{
    struct sim_story w;
    struct waiting k;

    two_stores(&w);
    CHECK_EQ(sim_story_meeting(&w, 0, 'a'), ERR_OK);
    CHECK_EQ(sim_story_meeting(&w, 1, 'b'), ERR_OK);
    revoke(&w);
    for (size_t i = 0; i < 2; i++)
        CHECK_EQ(sim_link_exchange(&w.ward, &w.device[i], NULL), ERR_HANDED_IN);
    k = waiting(&w);
    for (size_t i = 0; i < k.count; i++)
        CHECK_EQ(rule(&w, k.id[i]), ERR_OK);
    check_waiting(&w, "");
    for (size_t i = 0; i < 2; i++) { /* and it comes again */
        CHECK_EQ(sim_link_exchange(&w.ward, &w.device[i], NULL), ERR_HANDED_IN);
        CHECK_EQ(rule(&w, k.id[i]), ERR_DECIDED);
    }
    check_waiting(&w, "");
    sim_story_deinit(&w);
}

/* The same by file, without any session: of the one that came first, and of the copy. */
TEST(copies_hand_in_by_file)
{
    struct sim_story w;

    two_stores(&w);
    CHECK_EQ(sim_story_meeting(&w, 0, 'a'), ERR_OK);
    CHECK_EQ(sim_story_meeting(&w, 1, 'b'), ERR_OK);
    revoke(&w);
    for (unsigned round = 0; round < 2; round++)
        for (size_t i = 0; i < 2; i++) {
            struct buf up = {0}, down = {0};
            struct sim_parcel send = {.device = &w.device[i], .out = &up, .limits = sim_parcel_fine};
            struct sim_parcel give = {.ward = &w.ward, .out = &down, .limits = sim_parcel_fine};

            CHECK_EQ(sim_parcel_send(&send), ERR_OK);
            give.file = buf_bytes(&up);
            CHECK_EQ(sim_parcel_exchange(&give), ERR_HANDED_IN);
            CHECK_EQ(down.n, 0);
            parcel_report_deinit(&send.report);
            parcel_report_deinit(&give.report);
            buf_deinit(&up);
            buf_deinit(&down);
        }
    check_waiting(&w, "ab");
    sim_story_deinit(&w);
}

/* Beyond some stores of one device nothing more is kept of a place in its stream: each is a signature to check. */
TEST(a_stream_goes_on_in_so_many_ways_and_no_more)
{
    struct sim_story w;
    struct memstore *parted;
    enum err e = ERR_HANDED_IN;
    unsigned stores = 0;

    two_stores(&w);
    revoke(&w);
    parted = memstore_copy(w.device[0].store);
    while (e == ERR_HANDED_IN && stores < 2 * WARD_HAND_IN_WAYS) {
        memstore_restore(w.device[1].store, parted);
        CHECK_EQ(sim_story_meeting(&w, 1, (uint8_t)('a' + stores)), ERR_OK);
        e = sim_link_exchange(&w.ward, &w.device[1], NULL);
        stores += e == ERR_HANDED_IN;
    }
    CHECK_EQ(e, ERR_TOO_LONG);
    CHECK_EQ(stores, WARD_HAND_IN_WAYS);
    check_waiting(&w, "abcdefgh");
    memstore_free(parted);
    sim_story_deinit(&w);
}

/* A ward that was put back from before all of it, and has only its list of who is revoked. */
TEST(copies_hand_in_to_a_restored_ward)
{
    struct sim_story w;
    struct memstore *backup;
    struct id device;
    struct txn txn;

    two_stores(&w);
    backup = memstore_copy(w.ward.store);
    CHECK_EQ(sim_story_meeting(&w, 0, 'x'), ERR_OK);
    CHECK_EQ(sim_link_exchange(&w.ward, &w.device[0], NULL), ERR_OK);
    CHECK_EQ(sim_story_meeting(&w, 0, 'a'), ERR_OK);
    CHECK_EQ(sim_story_meeting(&w, 1, 'b'), ERR_OK);
    device = sim_node_replica(&w.device[0]).device;
    memstore_restore(w.ward.store, backup);
    memstore_begin(w.ward.store, true, &txn);
    CHECK_EQ(ward_bar(&txn, &w.ward.ward, &device, w.ward.now), ERR_OK);
    CHECK_EQ(memstore_commit(w.ward.store, true), ERR_OK);
    for (unsigned round = 0; round < 2; round++)
        for (size_t i = 0; i < 2; i++)
            CHECK_EQ(sim_link_exchange(&w.ward, &w.device[i], NULL), ERR_HANDED_IN);
    check_waiting(&w, "ab");
    memstore_free(backup);
    sim_story_deinit(&w);
}
