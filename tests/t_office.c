/* t_office.c - officers replaced while they were offline: what is accepted, what is held, what is refused. */
#include "../proto/mp.h"
#include "../proto/verdict.h"
#include "../proto/ward_grant.h"
#include "sim_story.h"
#include "sim_value.h"
#include "test.h"

#define LAST_DAY 20260630

/* A meeting, or a mark of its roll call, on this day (0: none said). */
static void meeting(struct sim_story *w, uint8_t name, uint32_t day)
{
    const struct kind_info *k = schema_kind_named("meeting");
    struct sim_value v = {0};
    struct id record = {{name}};
    struct buf date = {0};
    uint64_t chance = name;

    sim_value_create(&v, k, ACCESS_A, &record, &chance);
    mp_put_uint(&date, day);
    for (size_t i = 0; i < v.change.count; i++)
        if (v.change.triple[i].tag == schema_tag(schema_field_named(k, "date")))
            v.change.triple[i].value = buf_bytes(&date);
    CHECK_EQ(sim_node_record(&w->device[0], &w->cell, ACCESS_A, &v.change), ERR_OK);
    buf_deinit(&date);
    sim_value_deinit(&v);
}

static void attendance(struct sim_story *w, uint8_t name, uint8_t of_meeting)
{
    const struct kind_info *k = schema_kind_named("attendance");
    struct sim_value v = {0};
    struct id record = {{name}}, at = {{of_meeting}};
    struct buf reference = {0};
    uint64_t chance = name;

    sim_value_create(&v, k, ACCESS_A, &record, &chance);
    mp_put_bin(&reference, at.b, ID_SIZE);
    for (size_t i = 0; i < v.change.count; i++)
        if (v.change.triple[i].tag == schema_tag(schema_field_named(k, "meeting")))
            v.change.triple[i].value = buf_bytes(&reference);
    CHECK_EQ(sim_node_record(&w->device[0], &w->cell, ACCESS_A, &v.change), ERR_OK);
    buf_deinit(&reference);
    sim_value_deinit(&v);
}

static struct ward_grant grant_of(struct sim_story *w, enum role role)
{
    return (struct ward_grant){sim_node_replica(&w->device[0]).person, w->cell, role, 20200101};
}

static void office(struct sim_story *w, enum role role, bool end)
{
    struct ward_grant g = grant_of(w, role);
    uint64_t policy;
    struct txn txn;

    memstore_begin(w->ward.store, true, &txn);
    CHECK_EQ(ward_policy_next(&txn, &policy), ERR_OK);
    if (end)
        CHECK_EQ(ward_grant_end(&txn, &w->ward.ward, &g, LAST_DAY, w->ward.now), ERR_OK);
    else
        CHECK_EQ(ward_grant_add(&txn, &w->ward.ward, &g, w->ward.now), ERR_OK);
    CHECK_EQ(memstore_commit(w->ward.store, true), ERR_OK);
}

/* The verdict on each change of the cell's class A, in the order of its log, from the end. */
static uint32_t verdict_back(struct sim_story *w, size_t back)
{
    uint32_t all[64];
    struct scope s;
    struct txn txn;
    size_t n = 0;

    sim_story_scope(w->ward.store, &w->cell, ACCESS_A, &s);
    memstore_begin(w->ward.store, false, &txn);
    for (uint64_t i = 0; i < s.frontier.size; i++) {
        struct ledger_leaf l;
        struct buf row = {0};

        CHECK_EQ(ledger_leaf_at(&txn, &s, i, &row, &l), ERR_OK);
        for (size_t k = 0; k < l.changeset.count && n < ARRAY_LEN(all); k++)
            CHECK_EQ(verdict_list_at(l.verdicts, k, &all[n++]), ERR_OK);
        ledger_leaf_deinit(&l);
        buf_deinit(&row);
    }
    memstore_abort(w->ward.store);
    return n > back ? all[n - 1 - back] : UINT32_MAX;
}

TEST(what_was_written_in_office_before_its_end_was_known_is_accepted)
{
    const uint32_t held = verdict_make(VERDICT_HELD, false, ERR_HELD_FOR_PERSON);
    const uint32_t accepted = verdict_make(VERDICT_ACCEPTED, true, ERR_OK);
    struct sim_story w;

    sim_story_init(&w, 1);
    meeting(&w, 0x11, LAST_DAY);
    attendance(&w, 0x12, 0x11); /* has no day of its own: the meeting's */
    meeting(&w, 0x13, LAST_DAY + 71); /* the first of September */
    attendance(&w, 0x14, 0x13);
    attendance(&w, 0x15, 0x99); /* of a meeting that nobody knows */
    office(&w, ROLE_SECRETARY, true);
    (void)sim_link_sync(&w.ward, &w.device[0], NULL);
    CHECK_EQ(verdict_back(&w, 4), accepted);
    CHECK_EQ(verdict_back(&w, 3), held); /* judged before its own changeset is folded: nobody knows the meeting yet */
    CHECK_EQ(verdict_back(&w, 2), held);
    CHECK_EQ(verdict_back(&w, 1), held);
    CHECK_EQ(verdict_back(&w, 0), held);
    sim_story_deinit(&w);
}

TEST(a_mark_goes_by_the_day_of_its_meeting)
{
    struct sim_story w;

    sim_story_init(&w, 1);
    meeting(&w, 0x11, LAST_DAY - 5);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
    attendance(&w, 0x12, 0x11);
    office(&w, ROLE_SECRETARY, true);
    (void)sim_link_sync(&w.ward, &w.device[0], NULL);
    CHECK_EQ(verdict_back(&w, 0), verdict_make(VERDICT_ACCEPTED, true, ERR_OK));
    sim_story_deinit(&w);
}

TEST(whoever_had_seen_the_end_of_his_office_is_held)
{
    struct sim_story w;

    sim_story_init(&w, 1);
    office(&w, ROLE_MEMBER, false); /* goes on reading */
    office(&w, ROLE_SECRETARY, true);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
    meeting(&w, 0x11, LAST_DAY - 5);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
    CHECK_EQ(verdict_back(&w, 0), verdict_make(VERDICT_HELD, false, ERR_HELD_FOR_PERSON));
    CHECK_EQ(sim_story_counts(&w.device[0]).held, 1);
    sim_story_deinit(&w);
}

TEST(whoever_was_given_the_office_again_is_in_office)
{
    struct sim_story w;

    sim_story_init(&w, 1);
    office(&w, ROLE_MEMBER, false);
    office(&w, ROLE_MEMBER, true);
    office(&w, ROLE_FOLLOWER, false);
    office(&w, ROLE_SECRETARY, true);
    office(&w, ROLE_SECRETARY, false); /* elected again: in office now */
    meeting(&w, 0x11, LAST_DAY + 71);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
    CHECK_EQ(verdict_back(&w, 0), verdict_make(VERDICT_ACCEPTED, true, ERR_OK));
    sim_story_deinit(&w);
}
