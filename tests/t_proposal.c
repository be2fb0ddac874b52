/* t_proposal.c - changes that reach their record's home as mirror leaves: proposals written about a copy, and what a
 * person accepts out of quarantine. */
#include <stdio.h>

#include "../proto/held.h"
#include "../proto/ward_held.h"
#include "../proto/ward_move.h"
#include "../proto/ward_quarantine.h"
#include "sim_story.h"
#include "sim_value.h"
#include "test.h"

static const struct ward_decision no_decision = {"", 0};

static struct id record_of(uint8_t mark)
{
    struct id id;

    memset(id.b, mark, ID_SIZE);
    return id;
}

static void sync(struct sim_story *w, size_t device)
{
    CHECK_EQ(sim_link_sync(&w->ward, &w->device[device], NULL), ERR_OK);
}

/* One change to the part of class A of a member. */
static void write_member(struct sim_story *w, size_t device, uint8_t mark, enum op op)
{
    const struct kind_info *k = schema_kind_named("member");
    struct id record = record_of(mark);
    uint64_t chance = mark;
    struct sim_value v = {0};

    if (op == OP_CREATE)
        sim_value_create(&v, k, ACCESS_A, &record, &chance);
    else
        CHECK(sim_value_edit(&v, k, ACCESS_A, &record, op, &chance));
    CHECK_EQ(sim_node_record(&w->device[device], &w->cell, ACCESS_A, &v.change), ERR_OK);
    sim_value_deinit(&v);
}

static size_t changes(struct memstore *m, const struct id *org, const char *kind, const struct id *record)
{
    struct scope s;
    struct txn txn;
    struct part p;
    size_t n;

    sim_story_scope(m, org, ACCESS_A, &s);
    memstore_begin(m, false, &txn);
    CHECK_EQ(ledger_part(&txn, &s, schema_kind_named(kind)->number, record, &p), ERR_OK);
    n = p.changes;
    part_deinit(&p);
    memstore_abort(m);
    return n;
}

static uint64_t waiting(struct memstore *m)
{
    struct held_count c = {0};
    struct txn txn;

    memstore_begin(m, false, &txn);
    CHECK_EQ(held_count(&txn, NULL, &c), ERR_OK);
    memstore_abort(m);
    return c.count;
}

static bool id_visit(void *arg, const struct ward_held *h)
{
    for (size_t i = 0; i < HASH_SIZE; i++)
        snprintf((char *)arg + 2 * i, 3, "%02x", h->held.id.b[i]);
    return false;
}

typedef enum err rule_call(struct txn *txn, const struct ward *w, const struct ward_ruling *r, uint64_t now,
                           struct held *out);

static enum err rule(struct sim_story *w, rule_call *call, const char *hex, enum verdict verdict)
{
    struct ward_ruling r = {hex, verdict, bytes_of_str("Đã xem."), bytes_of_str("Trần Văn Bình"), false};
    struct held held;
    struct txn txn;
    enum err e;

    memstore_begin(w->ward.store, true, &txn);
    e = call(&txn, &w->ward.ward, &r, w->ward.now, &held);
    if (e == ERR_OK)
        CHECK_EQ(memstore_commit(w->ward.store, true), ERR_OK);
    else
        memstore_abort(w->ward.store);
    return e;
}

static void first_of(struct sim_story *w, enum err (*each)(struct txn *, ward_held_visit *, void *), char *hex)
{
    struct txn txn;

    hex[0] = '\0';
    memstore_begin(w->ward.store, false, &txn);
    CHECK_EQ(each(&txn, id_visit, hex), ERR_OK);
    memstore_abort(w->ward.store);
}

/* The member is at home in another cell now. */
static struct id move_member(struct sim_story *w, uint8_t mark)
{
    struct id record = record_of(mark), other = sim_node_org(&w->ward, "CB-099", ORG_TDP);
    uint64_t policy, moved;
    struct txn txn;

    memstore_begin(w->ward.store, true, &txn);
    CHECK_EQ(ward_policy_next(&txn, &policy), ERR_OK);
    CHECK_EQ(ward_move(&txn, &w->ward.ward, schema_kind_named("member")->number, &record, &other, &no_decision,
                       w->ward.now, &moved), ERR_OK);
    CHECK_EQ(memstore_commit(w->ward.store, true), ERR_OK);
    return other;
}

TEST(a_proposal_waits_for_nobody_once_it_is_at_its_home)
{
    struct id member = record_of(1), other;
    struct sim_story w;

    sim_story_init(&w, 3);
    write_member(&w, 2, 1, OP_CREATE);
    for (size_t i = 3; i-- > 0;)
        sync(&w, i);
    other = move_member(&w, 1);
    write_member(&w, 0, 1, OP_SET); /* the secretary does not know yet */
    sync(&w, 0);
    CHECK_EQ(changes(w.ward.store, &w.cell, "member", &member), 1);
    CHECK_EQ(changes(w.ward.store, &other, "member", &member), 2);
    CHECK_EQ(waiting(w.ward.store), 0);
    CHECK_EQ(sim_story_counts(&w.device[0]).held, 0);
    CHECK_EQ(sim_story_counts(&w.device[0]).refused, 0);
    for (size_t i = 0; i < 3; i++) {
        sync(&w, i);
        CHECK_EQ(waiting(w.device[i].store), 0);
        sim_story_check(&w, i);
    }
    CHECK_EQ(changes(w.device[2].store, &other, "member", &member), 2);
    sim_story_deinit(&w);
}

/* The secretary of the old cell has no right at the new one, and knows that it moved; the clerk has. */
TEST(who_knew_that_it_moved_has_the_rights_that_he_has_at_its_home)
{
    char hex[2 * HASH_SIZE + 1];
    struct id member = record_of(1), other;
    struct sim_story w;

    sim_story_init(&w, 3);
    write_member(&w, 2, 1, OP_CREATE);
    for (size_t i = 3; i-- > 0;)
        sync(&w, i);
    other = move_member(&w, 1);
    for (size_t i = 3; i-- > 0;)
        sync(&w, i);
    write_member(&w, 0, 1, OP_SET); /* what his cell might still propose, were it at home there */
    sync(&w, 0);
    CHECK_EQ(changes(w.ward.store, &other, "member", &member), 1);
    CHECK_EQ(waiting(w.ward.store), 1);
    CHECK_EQ(sim_story_counts(&w.device[0]).held, 1);
    write_member(&w, 2, 1, OP_SET);
    sync(&w, 2);
    CHECK_EQ(changes(w.ward.store, &other, "member", &member), 2);
    CHECK_EQ(waiting(w.ward.store), 1);
    first_of(&w, ward_held_each, hex);
    CHECK_EQ(rule(&w, ward_rule, hex, VERDICT_ACCEPTED), ERR_OK);
    CHECK_EQ(changes(w.ward.store, &other, "member", &member), 3);
    CHECK_EQ(changes(w.ward.store, &w.cell, "member", &member), 1); /* the copy is what it was */
    for (size_t i = 0; i < 3; i++) {
        sync(&w, i);
        sim_story_check(&w, i);
    }
    sim_story_deinit(&w);
}

TEST(what_is_held_about_a_copy_is_accepted_at_its_home)
{
    char hex[2 * HASH_SIZE + 1];
    struct id member = record_of(1), other;
    struct sim_story w;

    sim_story_init(&w, 3);
    write_member(&w, 2, 1, OP_CREATE);
    for (size_t i = 3; i-- > 0;)
        sync(&w, i);
    other = move_member(&w, 1);
    write_member(&w, 0, 1, OP_STATE); /* not a cell's to do */
    sync(&w, 0);
    CHECK_EQ(waiting(w.ward.store), 1);
    CHECK_EQ(sim_story_counts(&w.device[0]).held, 1);
    first_of(&w, ward_held_each, hex);
    CHECK_EQ(rule(&w, ward_rule, hex, VERDICT_ACCEPTED), ERR_OK);
    CHECK_EQ(rule(&w, ward_rule, hex, VERDICT_ACCEPTED), ERR_DECIDED);
    CHECK_EQ(waiting(w.ward.store), 0);
    CHECK_EQ(changes(w.ward.store, &w.cell, "member", &member), 1); /* the copy is what it was */
    CHECK_EQ(changes(w.ward.store, &other, "member", &member), 2);
    for (size_t i = 0; i < 3; i++) {
        sync(&w, i);
        CHECK_EQ(waiting(w.device[i].store), 0);
        CHECK_EQ(sim_story_counts(&w.device[i]).held, 0);
        sim_story_check(&w, i);
    }
    CHECK_EQ(changes(w.device[2].store, &other, "member", &member), 2);
    sim_story_deinit(&w);
}

TEST(what_is_accepted_out_of_quarantine_is_in_the_book_once)
{
    char first[2 * HASH_SIZE + 1], second[2 * HASH_SIZE + 1];
    struct hash state;
    struct sim_story w;
    struct id device, one = record_of(0), two = record_of(0);

    sim_story_init(&w, 3);
    device = sim_node_replica(&w.device[0]).device;
    CHECK_EQ(sim_story_meeting(&w, 0, 1), ERR_OK);
    CHECK_EQ(sim_story_meeting(&w, 0, 2), ERR_OK);
    one.b[0] = 1;
    two.b[0] = 2;
    sim_node_revoke(&w.ward, &device);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_HANDED_IN);
    first_of(&w, ward_quarantine_each, first);
    CHECK_EQ(rule(&w, ward_rule, first, VERDICT_ACCEPTED), ERR_NO_SUCH_CHANGE); /* it is in no log */
    CHECK_EQ(rule(&w, ward_quarantine_rule, first, VERDICT_ACCEPTED), ERR_OK);
    CHECK_EQ(rule(&w, ward_quarantine_rule, first, VERDICT_ACCEPTED), ERR_DECIDED);
    CHECK_EQ(rule(&w, ward_quarantine_rule, first, VERDICT_REFUSED), ERR_DECIDED);
    first_of(&w, ward_quarantine_each, second);
    CHECK(strcmp(first, second) != 0);
    CHECK_EQ(rule(&w, ward_quarantine_rule, second, VERDICT_REFUSED), ERR_OK);
    state = sim_story_state(w.ward.store, &w.cell, ACCESS_A);
    for (size_t i = 1; i < 3; i++) {
        sync(&w, i);
        sim_story_check(&w, i);
        CHECK_EQ(changes(w.device[i].store, &w.cell, "meeting", &one) +
                     changes(w.device[i].store, &w.cell, "meeting", &two), 1);
    }
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_HANDED_IN); /* brings the same again */
    CHECK_MEM(sim_story_state(w.ward.store, &w.cell, ACCESS_A).b, state.b, HASH_SIZE);
    CHECK_EQ(rule(&w, ward_rule, first, VERDICT_ACCEPTED), ERR_ACCEPTED);
    sim_story_deinit(&w);
}
