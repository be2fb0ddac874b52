/* t_session_snapshot.c - a device that is new to a long log: the ward's snapshot first, leaves from there on, the history
 * when it is asked for; cuts anywhere, a ward that goes on in another epoch, and what must not be believed. */
#include <stdio.h>
#include <stdlib.h>

#include "../proto/ledger.h"
#include "../proto/mp.h"
#include "../proto/snapshot_part.h"
#include "../proto/ward_held.h"
#include "sim_story.h"
#include "sim_value.h"
#include "test.h"

#define BOUND 6 /* leaves; the real one is in limits.h */
#define PLACE TAG(6, MERGE_ASK)

static struct scope scope_of(struct sim_story *w, struct memstore *m)
{
    struct scope s;

    sim_story_scope(m, &w->cell, ACCESS_A, &s);
    return s;
}

static enum err set_text(struct sim_story *w, size_t device, uint8_t name, const char *kind, uint32_t tag,
                         const char *text)
{
    struct change c = {.record = {{name}}, .kind = schema_kind_named(kind)->number, .op = OP_SET, .count = 1};
    struct buf value = {0};
    enum err e;

    mp_put_str(&value, bytes_of_str(text));
    c.triple[0] = (struct triple){.tag = tag, .value = buf_bytes(&value)};
    e = sim_node_record(&w->device[device], &w->cell, ACCESS_A, &c);
    buf_deinit(&value);
    return e;
}

static enum err set_place(struct sim_story *w, size_t device, uint8_t name, const char *place)
{
    return set_text(w, device, name, "meeting", PLACE, place);
}

static void sync(struct sim_story *w, size_t device)
{
    CHECK_EQ(sim_link_sync(&w->ward, &w->device[device], NULL), ERR_OK);
    CHECK_EQ(sim_link_sync(&w->ward, &w->device[device], NULL), ERR_OK);
}

/* Two devices with twenty leaves behind them, some records written over and one in conflict; a third, the clerk's, is
 * enrolled and has not spoken yet. */
static void begin(struct sim_story *w)
{
    uint8_t secret[INVITE_SECRET_SIZE];

    sim_story_init(w, 2);
    w->ward.ward.snapshot_leaves = BOUND;
    for (uint8_t i = 1; i <= 12; i++) {
        CHECK_EQ(sim_story_meeting(w, 0, i), ERR_OK);
        sync(w, 0);
    }
    sync(w, 1);
    for (uint8_t i = 1; i <= 3; i++) {
        CHECK_EQ(set_place(w, 0, i, "nhà văn hóa"), ERR_OK);
        CHECK_EQ(set_place(w, 1, i == 2 ? 2 : i + 6, "trụ sở"), ERR_OK);
        sync(w, 1);
        sync(w, 0);
    }
    sync(w, 1);
    sim_node_device_init(&w->device[2], 102);
    sim_node_invite(&w->ward, &w->home, ROLE_CLERK, secret);
    CHECK_EQ(sim_link_enrol(&w->ward, &w->device[2], secret), ERR_OK);
}

static bool count_history(void *arg, const struct scope *s, const struct history_change *h)
{
    (void)s;
    (void)h;
    ++*(size_t *)arg;
    return true;
}

/* A record that one change made before the snapshot, and what is said of its past. */
static void check_view(struct sim_story *w)
{
    const uint32_t meeting = schema_kind_named("meeting")->number;
    const struct replica r = sim_node_replica(&w->device[2]);
    const struct scope s = scope_of(w, w->device[2].store);
    const struct id record = {{12}};
    struct txn txn;
    struct view v;
    uint64_t missing;
    size_t here = 0;

    memstore_begin(w->device[2].store, false, &txn);
    CHECK_EQ(replica_view(&txn, &r, meeting, &record, &v), ERR_OK);
    CHECK_EQ(v.parts, 1);
    replica_view_deinit(&v);
    CHECK_EQ(replica_history_missing(&txn, meeting, &record, &missing), ERR_OK);
    CHECK_EQ(replica_history(&txn, &r, meeting, &record, count_history, &here), ERR_OK);
    CHECK_EQ(missing, s.from > 0 ? 1 : 0);
    CHECK_EQ(here, s.from > 0 ? 0 : 1);
    memstore_abort(w->device[2].store);
}

static void check_partial(struct sim_story *w, bool partial)
{
    struct scope s = scope_of(w, w->device[2].store);

    CHECK_EQ(s.from > 0, partial);
    check_view(w);
    CHECK_EQ(s.frontier.size, scope_of(w, w->ward.store).frontier.size);
    sim_story_check(w, 2);
}

TEST(a_new_device_is_usable_from_the_snapshot)
{
    struct sim_story w;
    struct sim_link last;

    begin(&w);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[2], &last), ERR_OK);
    CHECK_EQ(last.device.counts.received, 0);
    check_partial(&w, true);
    CHECK_EQ(set_place(&w, 0, 5, "sân nhà"), ERR_OK);
    sync(&w, 0);
    sync(&w, 2);
    check_partial(&w, true);
    /* It writes over what came as a part, and others take that. */
    CHECK_EQ(set_place(&w, 1, 4, "phòng họp"), ERR_OK);
    sync(&w, 1);
    sync(&w, 2);
    for (size_t i = 0; i < 3; i++) {
        sync(&w, i);
        sim_story_check(&w, i);
    }
    check_partial(&w, true);
    sim_story_deinit(&w);
}

TEST(history_comes_when_it_is_asked_for)
{
    struct sim_story w;
    struct sim_link last;

    begin(&w);
    sync(&w, 2);
    check_partial(&w, true);
    CHECK_EQ(set_place(&w, 0, 5, "sân nhà"), ERR_OK);
    sync(&w, 0);
    sync(&w, 2);
    w.device[2].history = true;
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[2], &last), ERR_OK);
    CHECK_EQ(last.device.counts.received, 0);
    check_partial(&w, false);
    CHECK(!sim_node_replica(&w.device[2]).states_differ);
    CHECK_EQ(set_place(&w, 0, 6, "sân nhà"), ERR_OK);
    sync(&w, 0);
    sync(&w, 2);
    check_partial(&w, false);
    sim_story_deinit(&w);
}

static bool id_visit(void *arg, const struct ward_held *h)
{
    for (size_t i = 0; i < HASH_SIZE; i++)
        snprintf((char *)arg + 2 * i, 3, "%02x", h->held.id.b[i]);
    return false;
}

/* What was held before the snapshot and released after it: its body came with the word, and history brings neither. */
TEST(history_of_what_was_released_since_the_snapshot)
{
    char hex[2 * HASH_SIZE + 1] = "";
    struct ward_ruling ruling = {hex, VERDICT_ACCEPTED, bytes_of_str("Đã xem."), bytes_of_str("Trần Văn Bình"), false};
    struct sim_value v = {0};
    struct id record = {{0x62}};
    uint64_t chance = 1;
    struct held held;
    struct sim_story w;
    struct txn txn;

    begin(&w);
    sim_value_create(&v, schema_kind_named("member"), ACCESS_A, &record, &chance);
    CHECK_EQ(sim_node_record(&w.device[0], &w.cell, ACCESS_A, &v.change), ERR_OK);
    sim_value_deinit(&v);
    sync(&w, 0);
    sync(&w, 2);
    check_partial(&w, true);
    memstore_begin(w.ward.store, true, &txn);
    CHECK_EQ(ward_held_each(&txn, id_visit, hex), ERR_OK);
    CHECK_EQ(ward_rule(&txn, &w.ward.ward, &ruling, w.ward.now, &held), ERR_OK);
    CHECK_EQ(memstore_commit(w.ward.store, true), ERR_OK);
    sync(&w, 2);
    check_partial(&w, true);
    w.device[2].history = true;
    sync(&w, 2);
    check_partial(&w, false);
    CHECK(!sim_node_replica(&w.device[2]).states_differ);
    sim_story_deinit(&w);
}

/* Cut after each number of bytes in steps, each time once, then on: nothing is fetched twice from the beginning, and in
 * the end all is the same. */
static void cut_everywhere(bool history)
{
    struct sim_story w;

    for (size_t at = 50; at < 9000; at += 211) {
        uint8_t binding[BINDING_SIZE] = {(uint8_t)at};
        struct sim_link l;

        begin(&w);
        if (history)
            sync(&w, 2);
        w.device[2].history = history;
        sim_link_open(&l, &w.ward, &w.device[2], binding, 3);
        l.limit[SIM_LINK_DOWN] = at;
        sim_link_run(&l);
        sim_link_close(&l);
        memstore_crash(w.device[2].store);
        sync(&w, 2);
        check_partial(&w, !history);
        sim_story_deinit(&w);
    }
}

TEST(cut_anywhere_in_a_snapshot)
{
    cut_everywhere(false);
}

TEST(cut_anywhere_in_the_history)
{
    cut_everywhere(true);
}

static bool count_visit(void *arg, struct bytes key, struct bytes value)
{
    (void)key;
    (void)value;
    ++*(size_t *)arg;
    return true;
}

static size_t parts_held(struct memstore *m)
{
    struct txn txn;
    size_t n = 0;

    memstore_begin(m, false, &txn);
    CHECK_EQ(store_scan(&txn, TABLE_part, bytes_of(NULL, 0), count_visit, &n), ERR_OK);
    memstore_abort(m);
    return n;
}

/* Minutes so long that no two of them stand in one part of a snapshot. */
static void long_minutes(struct sim_story *w, uint8_t name)
{
    const struct kind_info *k = schema_kind_named("minutes");
    struct change c = {.record = {{name}}, .kind = k->number, .op = OP_SET, .count = 1};
    struct buf text = {0}, value = {0};
    struct sim_value v = {0};
    uint64_t chance = name;

    sim_value_create(&v, k, ACCESS_A, &c.record, &chance);
    CHECK_EQ(sim_node_record(&w->device[0], &w->cell, ACCESS_A, &v.change), ERR_OK);
    sim_value_deinit(&v);
    for (uint32_t x = name, i = 0; i < 30000; i++) {
        x = x * 1664525 + 1013904223;
        buf_put_u8(&text, (uint8_t)('a' + (x >> 24) % 26));
    }
    mp_put_str(&value, buf_bytes(&text));
    c.triple[0] = (struct triple){.tag = schema_tag(schema_field_named(k, "conclusion")), .value = buf_bytes(&value)};
    CHECK_EQ(sim_node_record(&w->device[0], &w->cell, ACCESS_A, &c), ERR_OK);
    buf_deinit(&text);
    buf_deinit(&value);
}

/* What came of it is not for this device any more, though no log of it has begun. */
TEST(a_right_that_ends_in_the_middle_of_a_snapshot)
{
    unsigned halfway = 0;

    for (size_t at = 100000; at < 250000; at += 140000) {
        uint8_t binding[BINDING_SIZE] = {(uint8_t)(at / 1000)};
        struct sim_story w;
        struct sim_link l;
        struct id person;

        begin(&w);
        for (uint8_t i = 0; i < 16; i++)
            long_minutes(&w, (uint8_t)(40 + i));
        sync(&w, 0);
        sim_link_open(&l, &w.ward, &w.device[2], binding, 3);
        l.limit[SIM_LINK_DOWN] = at;
        sim_link_run(&l);
        sim_link_close(&l);
        halfway += parts_held(w.device[2].store) > 0 && scope_of(&w, w.device[2].store).frontier.size == 0;
        person = sim_node_replica(&w.device[2]).person;
        sim_node_end(&w.ward, &person, &w.home, ROLE_CLERK);
        sync(&w, 2);
        CHECK_EQ(parts_held(w.device[2].store), 0);
        sim_story_deinit(&w);
    }
    CHECK(halfway > 0);
}

/* What is new to the device in a new epoch begins before its snapshot. */
TEST(a_ward_restored_from_before_the_snapshot)
{
    struct sim_story w;
    struct memstore *backup;
    struct replica_counts c;

    begin(&w);
    backup = memstore_copy(w.ward.store);
    for (uint8_t i = 21; i <= 40; i++) {
        CHECK_EQ(sim_story_meeting(&w, 0, i), ERR_OK);
        sync(&w, 0);
    }
    sync(&w, 2);
    check_partial(&w, true);
    CHECK_EQ(sim_story_meeting(&w, 1, 0x61), ERR_OK);
    memstore_free(w.ward.store);
    w.ward.store = backup;
    sync(&w, 2); /* nobody has given the ward back what it lost: this device starts with what there is */
    sim_story_check(&w, 2);
    sync(&w, 0);
    sync(&w, 1);
    for (size_t i = 0; i < 3; i++) {
        sync(&w, i);
        sim_story_check(&w, i);
    }
    c = sim_story_counts(&w.device[2]);
    CHECK_EQ(c.unsealed + c.sealed, 0);
    sim_story_deinit(&w);
}

/* A change that sets a union of so many elements and a field its author owns: as the fold takes it, so it comes here. */
static void check_single(size_t elements, bool owns)
{
    const struct version v = {{1, 2, 3, 4, 5, 6, 7, 8}};
    struct buf value = {0}, want = {0}, got = {0};
    struct part p;
    struct change c = {.record = {{7}}, .kind = 3, .op = OP_CREATE, .count = 3};

    mp_put_array(&value, elements);
    for (size_t i = 0; i < elements; i++)
        mp_put_uint(&value, 5 + i);
    c.triple[0] = (struct triple){.tag = TAG(1, MERGE_UNION), .value = buf_bytes(&value)};
    c.triple[1] = (struct triple){.tag = TAG(2, MERGE_OWNER), .value = bytes_of("\x07", 1)};
    c.triple[2] = (struct triple){.tag = TAG(3, MERGE_UNION), .value = bytes_of("\xc0", 1)};
    part_init(&p);
    CHECK(fold_change(&p, 2, &c, &v, owns, 9, 4));
    part_encode(&p, &want);
    snapshot_single(&c, &v, owns, 9, 4, &got);
    CHECK_BYTES(buf_bytes(&got), buf_bytes(&want));
    part_deinit(&p);
    buf_deinit(&value);
    buf_deinit(&want);
    buf_deinit(&got);
}

struct seeds {
    struct bytes seed;
    bool found;
};

static bool find_seed(void *arg, struct bytes key, struct bytes row)
{
    struct seeds *f = arg;

    (void)key;
    f->found = f->found || (row.n > 0 && memmem(row.p, row.n, f->seed.p, f->seed.n) != NULL);
    return true;
}

/* Is the seed of this leaf, of two changes, in the ward's parts? */
static void check_seed(struct sim_story *w, uint64_t index, bool told)
{
    struct scope s = scope_of(w, w->ward.store);
    struct seeds f = {0};
    struct ledger_leaf l;
    struct buf row = {0};
    struct txn txn;

    memstore_begin(w->ward.store, false, &txn);
    CHECK_EQ(ledger_leaf_at(&txn, &s, index, &row, &l), ERR_OK);
    CHECK(!l.is_control && l.changeset.has_seed);
    CHECK_EQ(l.changeset.count, 2);
    f.seed = bytes_of(l.changeset.seed, SALT_SIZE);
    CHECK_EQ(store_scan(&txn, TABLE_snapshot, bytes_of(NULL, 0), find_seed, &f), ERR_OK);
    CHECK_EQ(f.found, told);
    ledger_leaf_deinit(&l);
    buf_deinit(&row);
    memstore_abort(w->ward.store);
}

/* One that was refused stays between its author and the ward: nobody is given what its commitment could be tried with. */
static void check_whole_leaf(bool refused)
{
    struct sim_story w;
    uint64_t index;

    begin(&w);
    CHECK_EQ(sim_story_meeting(&w, 0, 0x51), ERR_OK);
    CHECK_EQ(refused ? set_text(&w, 0, 0x52, "doc_in", TAG(4, MERGE_LATER), "nghị quyết") /* the clerk's to write */
                     : set_place(&w, 0, 0x52, "nhà"),
             ERR_OK);
    index = scope_of(&w, w.ward.store).frontier.size;
    sync(&w, 0);
    sync(&w, 2);
    check_partial(&w, true);
    check_seed(&w, index, !refused);
    sim_story_deinit(&w);
}

TEST(the_seed_of_a_leaf_with_a_refused_change_is_not_told)
{
    check_whole_leaf(false);
    check_whole_leaf(true);
}

TEST(a_part_from_one_change)
{
    for (size_t elements = 0; elements <= 2; elements++) {
        check_single(elements, false);
        check_single(elements, true);
    }
}

TEST(places_and_origins_come_back)
{
    const struct snapshot_origin origin[] = {{0, {{1}}, {9}}, {3, {{1}}, {8}}, {0, {{2}}, {7}}};
    const struct snapshot_place place[] = {{true, true, 0, 0}, {true, false, 0, 4}, {true, true, 70000, 3}};
    struct buf places = {0}, origins = {0};
    struct snapshot_place at = {0};
    struct snapshot_origin from = {0};
    struct bytes rest;
    bool new_leaf;

    for (size_t i = 0; i < ARRAY_LEN(place); i++) {
        snapshot_place_put(&at, place[i].leaf, place[i].position, place[i].owns, &places);
        snapshot_origin_put(&origin[i], i > 0 ? &origin[i - 1] : NULL, &origins);
    }
    memset(&at, 0, sizeof at);
    rest = buf_bytes(&places);
    for (size_t i = 0; i < ARRAY_LEN(place); i++) {
        CHECK_EQ(snapshot_place_next(&at, &rest, &new_leaf), ERR_OK);
        CHECK(at.owns == place[i].owns && at.leaf == place[i].leaf && at.position == place[i].position);
        CHECK_EQ(new_leaf, i != 1);
    }
    CHECK_EQ(snapshot_place_next(&at, &rest, &new_leaf), ERR_BAD_FRAME);
    rest = buf_bytes(&origins);
    for (size_t i = 0; i < ARRAY_LEN(origin); i++) {
        CHECK_EQ(snapshot_origin_next(&from, i > 0, &rest), ERR_OK);
        CHECK(from.stream == origin[i].stream && id_equal(&from.person, &origin[i].person));
        CHECK_EQ(memcmp(from.seed, origin[i].seed, SALT_SIZE), 0);
    }
    CHECK_EQ(snapshot_origin_next(&from, true, &rest), ERR_BAD_FRAME);
    buf_clear(&origins);
    snapshot_origin_put(&origin[1], &origin[0], &origins); /* without a person it may not be the first */
    rest = buf_bytes(&origins);
    CHECK_EQ(snapshot_origin_next(&from, false, &rest), ERR_BAD_FRAME);
    buf_deinit(&places);
    buf_deinit(&origins);
}
