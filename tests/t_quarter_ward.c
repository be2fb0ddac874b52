/* t_quarter_ward.c - the ward's own hand (ward_desk.h) and what it writes of a quarter: in the log like anybody's,
 * checked by every holder, in no table of the registry, and there again after the ward was restored or got a new key. */
#include "../proto/actor.h"
#include "../proto/ward_quarter.h"
#include "sim_story.h"
#include "sim_value.h"
#include "test.h"

#include <stdlib.h>

#define Q4 202624

static struct ward_quarter match(struct sim_story *w, uint64_t chance)
{
    uint8_t random[WARD_DESK_RANDOM];
    struct ward_quarter q;
    struct txn txn;

    sim_node_random(&chance, random, sizeof random);
    memstore_begin(w->ward.store, true, &txn);
    CHECK_EQ(ward_quarter(&txn, &w->ward.ward, &w->cell, Q4, random, w->ward.now, &q), ERR_OK);
    CHECK_EQ(memstore_commit(w->ward.store, true), ERR_OK);
    return q;
}

/* A member that the clerk records: the ward counts him. */
static void record_member(struct sim_story *w, uint8_t name)
{
    for (enum access a = ACCESS_A; a <= ACCESS_B; a++) {
        struct sim_value v = {0};
        struct id record = {{name}};
        uint64_t chance = name;

        sim_value_create(&v, schema_kind_named("member"), a, &record, &chance);
        CHECK_EQ(sim_node_record(&w->device[2], &w->cell, a, &v.change), ERR_OK);
        sim_value_deinit(&v);
    }
    CHECK_EQ(sim_link_sync(&w->ward, &w->device[2], NULL), ERR_OK);
}

/* The registry knows the three devices and nobody else: the desk is in the log alone. */
static void check_registry(struct sim_story *w)
{
    struct ward_device *list = NULL;
    struct buf name = {0};
    size_t count = 0;
    struct txn txn;

    memstore_begin(w->ward.store, false, &txn);
    CHECK_EQ(ward_device_list(&txn, &list, &count), ERR_OK);
    CHECK_EQ(count, 3);
    CHECK_EQ(ward_person_name(&txn, &w->ward.ward.id, &name), ERR_NOT_FOUND);
    memstore_abort(w->ward.store);
    free(list);
    buf_deinit(&name);
}

static void sync_all(struct sim_story *w)
{
    for (size_t i = 0; i < 3; i++)
        CHECK_EQ(sim_link_sync(&w->ward, &w->device[i], NULL), ERR_OK);
    for (size_t i = 0; i < 3; i++)
        sim_story_check(w, i);
}

TEST(what_it_writes_is_once_in_the_log_and_everybody_checks_it)
{
    struct sim_story w;
    struct scope before, after;
    struct ward_quarter q;

    sim_story_init(&w, 3);
    record_member(&w, 1);
    sim_story_scope(w.ward.store, &w.cell, ACCESS_B, &before);
    q = match(&w, 1);
    CHECK_EQ(q.versions, 1);
    CHECK_EQ(q.written, 1);
    CHECK_EQ(q.figure[QUARTER_WARD][QUARTER_UNPLACED], 1);
    CHECK_EQ(q.figure[QUARTER_CELL][QUARTER_UNPLACED], 1);
    CHECK_EQ(q.lines, 0);
    sim_story_scope(w.ward.store, &w.cell, ACCESS_B, &after);
    CHECK_EQ(after.frontier.size, before.frontier.size + 4); /* person, grant, device; the record */
    q = match(&w, 2);
    CHECK_EQ(q.versions, 1);
    CHECK_EQ(q.written, 0);
    sync_all(&w);
    /* late data: one leaf more, nobody is let in again */
    record_member(&w, 2);
    sim_story_scope(w.ward.store, &w.cell, ACCESS_B, &before);
    q = match(&w, 3);
    CHECK_EQ(q.versions, 2);
    CHECK_EQ(q.written, 1);
    sim_story_scope(w.ward.store, &w.cell, ACCESS_B, &after);
    CHECK_EQ(after.frontier.size, before.frontier.size + 1);
    sync_all(&w);
    check_registry(&w);
    sim_story_deinit(&w);
}

TEST(a_held_record_is_the_cells_word_and_a_line)
{
    struct sim_story w;
    struct sim_value v = {0};
    struct id record = {{9}};
    uint64_t chance = 9;
    struct ward_quarter q;

    sim_story_init(&w, 3);
    sim_value_create(&v, schema_kind_named("member"), ACCESS_A, &record, &chance);
    CHECK_EQ(sim_node_record(&w.device[0], &w.cell, ACCESS_A, &v.change), ERR_OK);
    sim_value_deinit(&v);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
    q = match(&w, 1);
    CHECK_EQ(q.figure[QUARTER_CELL][QUARTER_UNPLACED], 1);
    CHECK_EQ(q.figure[QUARTER_WARD][QUARTER_UNPLACED], 0);
    CHECK_EQ(q.lines, 1);
    CHECK_EQ(q.explained, 0);
    CHECK_EQ(q.open, 1);
    sync_all(&w);
    sim_story_deinit(&w);
}

TEST(a_restored_ward_gets_back_what_it_wrote_and_writes_it_once)
{
    struct sim_story w;
    struct memstore *old;
    struct ward_quarter first, q;

    sim_story_init(&w, 3);
    record_member(&w, 1);
    old = memstore_copy(w.ward.store);
    first = match(&w, 1);
    sync_all(&w);
    memstore_restore(w.ward.store, old);
    memstore_free(old);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[1], NULL), ERR_OK); /* a holder, not its author */
    q = match(&w, 2);
    CHECK_EQ(q.versions, 1);
    CHECK_EQ(q.written, 0);
    CHECK(id_equal(&q.record, &first.record));
    sync_all(&w);
    check_registry(&w);
    sim_story_deinit(&w);
}

/* Written anew before the old one came back: both are in the log, the first of them counts, everybody sees the same. */
TEST(a_restored_ward_that_wrote_it_again_forks_no_stream)
{
    struct sim_story w;
    struct memstore *old;
    struct ward_quarter q;

    sim_story_init(&w, 3);
    record_member(&w, 1);
    old = memstore_copy(w.ward.store);
    (void)match(&w, 1);
    sync_all(&w);
    memstore_restore(w.ward.store, old);
    memstore_free(old);
    q = match(&w, 2);
    CHECK_EQ(q.written, 1);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
    sync_all(&w);
    q = match(&w, 3);
    CHECK_EQ(q.versions, 1);
    CHECK_EQ(q.written, 0);
    check_registry(&w);
    sim_story_deinit(&w);
}

TEST(a_new_key_of_the_ward_is_a_new_desk)
{
    struct sim_story w;
    struct scope before, after;

    sim_story_init(&w, 3);
    (void)match(&w, 1);
    sync_all(&w);
    sim_node_rotate(&w.ward);
    record_member(&w, 1);
    sim_story_scope(w.ward.store, &w.cell, ACCESS_B, &before);
    CHECK_EQ(match(&w, 2).written, 1);
    sim_story_scope(w.ward.store, &w.cell, ACCESS_B, &after);
    CHECK_EQ(after.frontier.size, before.frontier.size + 2); /* its device, and the supplement */
    sync_all(&w);
    sim_story_deinit(&w);
}

/* A leaf that is not what was signed: nothing is written on such ground. */
TEST(a_log_that_does_not_hold_is_not_matched)
{
    struct sim_story w;
    uint8_t random[WARD_DESK_RANDOM] = {1};
    struct ward_quarter q;
    struct buf row = {0};
    struct scope s;
    struct txn txn;

    sim_story_init(&w, 3);
    record_member(&w, 1);
    sim_story_scope(w.ward.store, &w.cell, ACCESS_B, &s);
    memstore_begin(w.ward.store, true, &txn);
    CHECK_EQ(scope_leaf(&txn, &s, 1, &row), ERR_OK);
    row.p[row.n - 1] ^= 1; /* of the signature */
    CHECK_EQ(scope_leaf_replace(&txn, &s, 1, buf_bytes(&row)), ERR_OK);
    CHECK_EQ(ward_quarter(&txn, &w.ward.ward, &w.cell, Q4, random, w.ward.now, &q), ERR_BAD_PROOF);
    memstore_abort(w.ward.store);
    buf_deinit(&row);
    sim_story_deinit(&w);
}
