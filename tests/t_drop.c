/* t_drop.c - what the ward said of a person's work in a scope that he may not read any more (protocol.md 7.5): he sees
 * it, offline, on the device that has the bodies; nothing else of the scope stays. */
#include <stdio.h>

#include "../proto/replica_verdict.h"
#include "../proto/ward_held.h"
#include "sim_repair.h"
#include "sim_ruling.h"
#include "sim_value.h"
#include "test.h"

#define WHY "Ghi nhầm họ."
#define WHO "Trần Văn Bình"

/* --- a cell whose secretary has two devices, 0 and 1 ------------------------------------------------------------ */

static void sync(struct sim_story *w, size_t device)
{
    CHECK_EQ(sim_link_sync(&w->ward, &w->device[device], NULL), ERR_OK);
}

static struct id person(struct sim_story *w)
{
    return sim_node_replica(&w->device[0]).person;
}

static void begin(struct sim_story *w)
{
    struct id secretary;
    uint8_t secret[INVITE_SECRET_SIZE];

    sim_story_init(w, 1);
    secretary = person(w);
    sim_node_device_init(&w->device[1], 700);
    sim_node_invite_again(&w->ward, &secretary, &w->cell, ROLE_SECRETARY, secret);
    CHECK_EQ(sim_link_enrol(&w->ward, &w->device[1], secret), ERR_OK);
    sync(w, 1);
}

/* A meeting is accepted, a member held, a title refused: 16 bytes of `mark` are its id. */
static void record(struct sim_story *w, const char *kind, uint8_t mark)
{
    struct sim_value v = {0};
    struct id id;
    uint64_t chance = mark;

    memset(id.b, mark, ID_SIZE);
    sim_value_create(&v, schema_kind_named(kind), ACCESS_A, &id, &chance);
    CHECK_EQ(sim_node_record(&w->device[0], &w->cell, ACCESS_A, &v.change), ERR_OK);
    sim_value_deinit(&v);
}

/* All goes to the ward, no answer comes back. */
static void hand_in(struct sim_story *w)
{
    struct sim_link l;
    uint8_t binding[BINDING_SIZE] = {4};

    sim_link_open(&l, &w->ward, &w->device[0], binding, 0);
    l.limit[SIM_LINK_DOWN] = 0;
    sim_link_run(&l);
    sim_link_close(&l);
}

static void end(struct sim_story *w)
{
    struct id secretary = person(w);

    sim_node_end(&w->ward, &secretary, &w->cell, ROLE_SECRETARY);
}

static bool change_visit(void *arg, struct bytes key, struct bytes value)
{
    (void)value;
    for (size_t i = 2; i < key.n; i++)
        snprintf((char *)arg + 2 * (i - 2), 3, "%02x", key.p[i]);
    return false;
}

/* The only change that was accepted so far is refused. */
static void refuse_accepted(struct sim_story *w)
{
    char hex[2 * HASH_SIZE + 1] = "";
    struct ward_ruling r = {hex, VERDICT_REFUSED, bytes_of_str(WHY), bytes_of_str(WHO), true};
    struct held held;
    struct txn txn;

    memstore_begin(w->ward.store, true, &txn);
    CHECK_EQ(store_scan(&txn, TABLE_change, bytes_of(NULL, 0), change_visit, hex), ERR_OK);
    CHECK_EQ(ward_rule(&txn, &w->ward.ward, &r, w->ward.now, &held), ERR_OK);
    CHECK_EQ(memstore_commit(w->ward.store, true), ERR_OK);
}

/* --- what a device knows ------------------------------------------------------------------------------------------ */

struct words {
    size_t count, held, refused, ruled; /* ruled: by WHO, because of WHY, at `time` */
    uint64_t time;
    uint8_t mark; /* of the record it is about, if there is one word */
};

static bool word_visit(void *arg, const struct replica_verdict *v)
{
    struct words *w = arg;
    struct id id;
    uint32_t kind;

    change_subject(v->body, &kind, &id);
    w->mark = id.b[ID_SIZE - 1];
    w->count++;
    w->held += verdict_kind(v->verdict) == VERDICT_HELD;
    w->refused += verdict_kind(v->verdict) == VERDICT_REFUSED;
    w->ruled += bytes_equal(v->by, bytes_of_str(WHO)) && bytes_equal(v->text, bytes_of_str(WHY)) && v->time == w->time;
    return true;
}

static struct words words_of(struct sim_story *w, size_t device)
{
    struct words words = {.time = w->ward.now};
    struct txn txn;

    memstore_begin(w->device[device].store, false, &txn);
    CHECK_EQ(replica_verdict_each(&txn, word_visit, &words), ERR_OK);
    memstore_abort(w->device[device].store);
    return words;
}

static bool has_scope(struct sim_story *w, size_t device)
{
    struct scope s, there;
    struct txn txn;
    enum err e;

    sim_story_scope(w->ward.store, &w->cell, ACCESS_A, &s);
    memstore_begin(w->device[device].store, false, &txn);
    e = scope_load(&txn, &s.id, &there);
    memstore_abort(w->device[device].store);
    return e == ERR_OK;
}

struct looking {
    uint8_t id[ID_SIZE];
    size_t rows;
};

static bool look_visit(void *arg, struct bytes key, struct bytes value)
{
    struct looking *l = arg;
    bool found = false;

    for (size_t i = 0; i + ID_SIZE <= key.n; i++)
        found = found || memcmp(key.p + i, l->id, ID_SIZE) == 0;
    for (size_t i = 0; i + ID_SIZE <= value.n; i++)
        found = found || memcmp(value.p + i, l->id, ID_SIZE) == 0;
    l->rows += found;
    return true;
}

/* In how many rows of the store the record is named. */
static size_t rows_about(struct sim_story *w, size_t device, uint8_t mark)
{
    struct looking l = {.rows = 0};
    struct txn txn;

    memset(l.id, mark, ID_SIZE);
    memstore_begin(w->device[device].store, false, &txn);
    for (int table = 0; table < TABLE_COUNT; table++)
        CHECK_EQ(store_scan(&txn, (enum table)table, bytes_of(NULL, 0), look_visit, &l), ERR_OK);
    memstore_abort(w->device[device].store);
    return l.rows;
}

/* --- stories -------------------------------------------------------------------------------------------------------- */

/* The last flight and the drop; a person's word may have come between. */
TEST(the_last_flight_is_answered_when_the_role_is_gone)
{
    for (int ruled = 0; ruled < 2; ruled++) {
        struct sim_story w;
        struct sim_link l;
        struct words words;

        begin(&w);
        record(&w, "meeting", 0xa1);
        record(&w, "member", 0xa2);
        record(&w, "title", 0xa3);
        hand_in(&w);
        w.ward.now += 86400;
        if (ruled)
            CHECK(sim_ruling_oldest(&w, VERDICT_REFUSED, WHY, WHO));
        end(&w);
        CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], &l), ERR_OK);
        CHECK_EQ(l.device.counts.dropped, 3);
        CHECK_EQ(l.device.counts.sent, 3);
        CHECK(!has_scope(&w, 0));
        words = words_of(&w, 0);
        CHECK_EQ(words.count, 2);
        CHECK_EQ(words.held, ruled ? 0 : 1);
        CHECK_EQ(words.refused, ruled ? 2 : 1);
        CHECK_EQ(words.ruled, ruled ? 1 : 0);
        CHECK_EQ(rows_about(&w, 0, 0xa1), 0);
        CHECK_EQ(rows_about(&w, 0, 0xa2), 1);
        CHECK_EQ(rows_about(&w, 0, 0xa3), 1);
        CHECK_EQ(sim_story_counts(&w.device[0]).held, ruled ? 0 : 1);
        CHECK_EQ(sim_story_counts(&w.device[0]).held_records, ruled ? 0 : 1);
        CHECK_EQ(sim_story_counts(&w.device[0]).refused, ruled ? 2 : 1);
        sim_story_verify(&w.device[0]);
        sync(&w, 0);
        CHECK_EQ(words_of(&w, 0).count, 2);
        sim_story_deinit(&w);
    }
}

/* What it knew before, of its person's work on either device; what is accepted goes. */
TEST(what_both_devices_knew_they_keep_and_the_last_word_on_it_reaches_them)
{
    static const enum verdict ruling[] = {VERDICT_HELD, VERDICT_REFUSED, VERDICT_ACCEPTED};

    for (size_t i = 0; i < ARRAY_LEN(ruling); i++) {
        struct sim_story w;

        begin(&w);
        record(&w, "member", 0xa2);
        sync(&w, 0);
        sync(&w, 1);
        w.ward.now += 86400;
        if (ruling[i] != VERDICT_HELD)
            CHECK(sim_ruling_oldest(&w, ruling[i], WHY, WHO));
        end(&w);
        for (size_t d = 0; d < 2; d++) {
            struct words words;

            sync(&w, d);
            CHECK(!has_scope(&w, d));
            words = words_of(&w, d);
            CHECK_EQ(words.held, ruling[i] == VERDICT_HELD ? 1 : 0);
            CHECK_EQ(words.refused, ruling[i] == VERDICT_REFUSED ? 1 : 0);
            CHECK_EQ(words.ruled, words.refused);
            CHECK_EQ(words.count, ruling[i] == VERDICT_ACCEPTED ? 0 : 1);
            CHECK_EQ(rows_about(&w, d, 0xa2), words.count);
            CHECK_EQ(sim_story_counts(&w.device[d]).held, words.held);
            sim_story_verify(&w.device[d]);
        }
        sim_story_deinit(&w);
    }
}

TEST(given_back_the_words_are_those_of_the_log)
{
    struct sim_story w;
    struct id secretary;

    begin(&w);
    secretary = person(&w);
    record(&w, "member", 0xa2);
    record(&w, "title", 0xa3);
    hand_in(&w);
    end(&w);
    sync(&w, 0);
    CHECK_EQ(words_of(&w, 0).count, 2);
    sim_node_grant(&w.ward, &secretary, &w.cell, ROLE_SECRETARY);
    sync(&w, 0);
    sim_story_check(&w, 0);
    CHECK_EQ(words_of(&w, 0).count, 2);
    CHECK_EQ(sim_story_counts(&w.device[0]).held, 1);
    CHECK_EQ(sim_story_counts(&w.device[0]).refused, 1);
    CHECK(sim_ruling_oldest(&w, VERDICT_ACCEPTED, WHY, WHO));
    sync(&w, 0);
    CHECK_EQ(words_of(&w, 0).count, 1);
    CHECK_EQ(words_of(&w, 0).mark, 0xa3);
    sim_story_check(&w, 0);
    sim_story_deinit(&w);
}

/* More words than one message has. */
TEST(a_long_flight_is_answered_in_several_drops)
{
    struct sim_story w;
    const size_t count = DROP_WORDS_MAX + 100;

    begin(&w);
    for (size_t i = 0; i < count; i++) {
        struct sim_value v = {0};
        struct id id = {{0xb0, (uint8_t)(i >> 8), (uint8_t)i}};
        uint64_t chance = i;

        sim_value_create(&v, schema_kind_named("title"), ACCESS_A, &id, &chance);
        CHECK_EQ(sim_node_record(&w.device[0], &w.cell, ACCESS_A, &v.change), ERR_OK);
        sim_value_deinit(&v);
    }
    hand_in(&w);
    end(&w);
    sync(&w, 0);
    CHECK(!has_scope(&w, 0));
    CHECK_EQ(words_of(&w, 0).refused, count);
    sim_story_deinit(&w);
}

/* A session of device 0 that ends as soon as so many scopes were erased. */
static void cut_behind(struct sim_story *w, uint64_t drops)
{
    struct sim_link l;
    uint8_t binding[BINDING_SIZE] = {8};

    sim_link_open(&l, &w->ward, &w->device[0], binding, 0);
    while (l.device.counts.dropped < drops && l.device.state != SESSION_ENDED) {
        (void)sim_link_move(&l, SIM_LINK_UP, SIZE_MAX);
        (void)sim_link_ward_work(&l);
        (void)sim_link_move(&l, SIM_LINK_DOWN, 8);
        (void)sim_link_device_work(&l);
    }
    sim_link_cut(&l);
    CHECK_EQ(l.device.counts.dropped, drops);
    CHECK_EQ(l.device.err, ERR_CUT);
    sim_link_close(&l);
}

/* Erased here, and the ward does not know yet: its stream goes on where there is no scope, and nobody is a copy. */
TEST(a_cut_behind_a_drop_makes_nobody_a_copy)
{
    for (uint64_t drops = 1; drops <= 3; drops++) {
        struct sim_story w;
        struct id secretary;
        uint32_t before;

        begin(&w);
        record(&w, "meeting", 1);
        sync(&w, 0);
        end(&w);
        cut_behind(&w, drops);
        before = sim_node_replica(&w.device[0]).incarnation;
        sync(&w, 0);
        CHECK(!has_scope(&w, 0));
        secretary = person(&w);
        sim_node_grant(&w.ward, &secretary, &w.cell, ROLE_SECRETARY);
        sync(&w, 0);
        record(&w, "meeting", 2);
        sync(&w, 0);
        CHECK_EQ(sim_node_replica(&w.device[0]).incarnation, before);
        sim_story_check(&w, 0);
        sim_story_deinit(&w);
    }
}

TEST(a_cut_anywhere_in_the_answer_loses_no_word)
{
    uint64_t whole, at = 0;

    do {
        struct sim_story w;
        struct sim_link l;
        uint8_t binding[BINDING_SIZE] = {6};

        begin(&w);
        record(&w, "member", 0xa2);
        record(&w, "title", 0xa3);
        end(&w);
        sim_link_open(&l, &w.ward, &w.device[0], binding, 0);
        l.limit[SIM_LINK_DOWN] = at;
        sim_link_run(&l);
        sim_link_close(&l);
        whole = l.moved[SIM_LINK_DOWN];
        sync(&w, 0);
        CHECK(!has_scope(&w, 0));
        CHECK_EQ(words_of(&w, 0).held, 2); /* both were dated after the end: a person decides */
        CHECK_EQ(words_of(&w, 0).count, 2);
        CHECK_EQ(rows_about(&w, 0, 0xa2), 1);
        sim_story_deinit(&w);
        at += 5;
    } while (whole + 5 > at);
}

/* The ward gives no leaf of it any more: what is left to do is to hand in, and to erase. Of a word on a change whose
 * leaf is damaged there is no body, so it is not kept. */
TEST(a_damaged_log_that_is_no_longer_for_the_device_is_handed_in_and_erased)
{
    for (unsigned unsent = 0; unsent < 2; unsent++) {
        struct sim_repair r;
        struct sim_story w;

        begin(&w);
        record(&w, "meeting", 0xa1);
        sync(&w, 0);
        refuse_accepted(&w);
        end(&w);
        if (unsent)
            record(&w, "member", 0xa2);
        for (size_t i = 0; i < memstore_table_rows(w.device[0].store, TABLE_leaf); i++)
            memstore_rot(w.device[0].store, TABLE_leaf, i, MEMSTORE_FLIP);
        CHECK_EQ(sim_repair_device(&w.ward, &w.device[0], &r), ERR_OK);
        CHECK(r.bad > 0);
        CHECK_EQ(r.left, 0);
        CHECK(!has_scope(&w, 0));
        CHECK_EQ(rows_about(&w, 0, 0xa1), 0);
        CHECK_EQ(words_of(&w, 0).count, unsent);
        CHECK_EQ(words_of(&w, 0).held, unsent);
        CHECK_EQ(sim_story_counts(&w.device[0]).unsealed + sim_story_counts(&w.device[0]).sealed, 0);
        sim_story_verify(&w.device[0]);
        sync(&w, 0);
        sim_story_deinit(&w);
    }
}
