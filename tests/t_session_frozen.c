/* t_session_frozen.c - what a signature closed stays closed, by whatever way a change reaches its record: by a proposal
 * about a copy, or by a person's word on what was held (protocol.md 4.3). */
#include "../proto/freeze.h"
#include "../proto/ledger.h"
#include "../proto/ward_held.h"
#include "../proto/ward_move.h"
#include "sim_ruling.h"
#include "sim_value.h"
#include "test.h"

static const struct ward_decision decision = {"31-QĐ/ĐU", 20261123};
static const struct id record = {{0x5c, 1, 2}};

static const struct kind_info *minutes(void)
{
    return schema_kind_named("minutes");
}

static void sync(struct sim_story *w, size_t device)
{
    CHECK_EQ(sim_link_sync(&w->ward, &w->device[device], NULL), ERR_OK);
}

static void create(struct sim_story *w, size_t device)
{
    struct sim_value v = {0};
    uint64_t chance = 7;

    sim_value_create(&v, minutes(), ACCESS_A, &record, &chance);
    CHECK_EQ(sim_node_record(&w->device[device], &w->cell, ACCESS_A, &v.change), ERR_OK);
    sim_value_deinit(&v);
}

static void conclude(struct sim_story *w, size_t device, const char *text)
{
    struct change c = {.kind = minutes()->number, .record = record, .op = OP_SET, .count = 1};
    struct buf value = {0};

    mp_put_str(&value, bytes_of_str(text));
    c.triple[0].tag = schema_tag(schema_field_named(minutes(), "conclusion"));
    c.triple[0].value = buf_bytes(&value);
    CHECK_EQ(sim_node_record(&w->device[device], &w->cell, ACCESS_A, &c), ERR_OK);
    buf_deinit(&value);
}

static void sign(struct sim_story *w, size_t device, enum access access)
{
    CHECK_EQ(sim_node_close(&w->device[device], &w->cell, access, minutes()->number, &record, FREEZE_STEP), ERR_OK);
}

static void raise(struct sim_story *w, enum access access)
{
    uint64_t policy, changes;
    struct txn txn;

    memstore_begin(w->ward.store, true, &txn);
    CHECK_EQ(ward_policy_next(&txn, &policy), ERR_OK);
    CHECK_EQ(ward_raise(&txn, &w->ward.ward, minutes()->number, &record, access, &decision, w->ward.now, &changes),
             ERR_OK);
    CHECK_EQ(memstore_commit(w->ward.store, true), ERR_OK);
}

static void two_stores(struct sim_story *w, size_t device)
{
    struct replica r = sim_node_replica(&w->device[device]);
    struct ward_device d;
    struct txn txn;

    memstore_begin(w->ward.store, true, &txn);
    CHECK_EQ(ward_device_load(&txn, &r.device, &d), ERR_OK);
    d.state = DEVICE_COPIED;
    CHECK_EQ(ward_device_save(&txn, &d), ERR_OK);
    CHECK_EQ(memstore_commit(w->ward.store, true), ERR_OK);
}

/* What is held first of all, accepted by a person. */
static enum err accept_held(struct sim_story *w)
{
    char hex[2 * HASH_SIZE + 1];
    struct ward_ruling r = {hex, VERDICT_ACCEPTED, bytes_of_str("Đã xem."), bytes_of_str("Trần Văn Bình"), false};
    struct held held;
    struct txn txn;
    enum err e;

    sim_ruling_which(w, hex);
    memstore_begin(w->ward.store, true, &txn);
    e = ward_rule(&txn, &w->ward.ward, &r, w->ward.now, &held);
    if (e == ERR_OK)
        CHECK_EQ(memstore_commit(w->ward.store, true), ERR_OK);
    else
        memstore_abort(w->ward.store);
    return e;
}

TEST(a_proposal_does_not_reach_minutes_that_were_signed_at_their_home)
{
    struct sim_story w;
    struct hash before, after;
    struct sim_link l;

    sim_story_init(&w, 2);
    create(&w, 0);
    sync(&w, 0);
    sync(&w, 1);
    conclude(&w, 1, "khác"); /* the deputy is away with it */
    raise(&w, ACCESS_C);
    sync(&w, 0);
    sign(&w, 0, ACCESS_C);
    sync(&w, 0);
    before = sim_story_state(w.ward.store, &w.cell, ACCESS_C);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[1], &l), ERR_OK);
    CHECK_EQ(l.device.counts.refused, 1);
    after = sim_story_state(w.ward.store, &w.cell, ACCESS_C);
    CHECK_MEM(before.b, after.b, HASH_SIZE);
    sim_story_deinit(&w);
}

TEST(a_folded_signature_closes_what_comes_with_a_step_back)
{
    struct sim_story w;
    struct sim_link l;

    sim_story_init(&w, 2);
    create(&w, 0);
    sync(&w, 0);
    sign(&w, 0, ACCESS_A);
    sync(&w, 0);
    CHECK_EQ(sim_node_close(&w.device[0], &w.cell, ACCESS_A, minutes()->number, &record, FREEZE_STEP - 1), ERR_OK);
    conclude(&w, 0, "khác"); /* in one changeset with it */
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], &l), ERR_OK);
    CHECK_EQ(l.device.counts.refused, 1);
    sim_story_deinit(&w);
}

TEST(a_person_does_not_accept_what_a_signature_closed_meanwhile)
{
    struct sim_story w;
    struct hash before, after;

    sim_story_init(&w, 2);
    create(&w, 0);
    sync(&w, 0);
    sync(&w, 1);
    two_stores(&w, 1);
    conclude(&w, 1, "khác");
    sync(&w, 1); /* held: two stores of this device are about */
    sign(&w, 0, ACCESS_A);
    sync(&w, 0);
    before = sim_story_state(w.ward.store, &w.cell, ACCESS_A);
    CHECK_EQ(accept_held(&w), ERR_FROZEN);
    after = sim_story_state(w.ward.store, &w.cell, ACCESS_A);
    CHECK_MEM(before.b, after.b, HASH_SIZE);
    sim_story_deinit(&w);
}

/* --- what the signer had not seen ------------------------------------------------------------------------- */

static struct part part_at_ward(struct sim_story *w)
{
    struct scope s;
    struct part p;
    struct txn txn;

    memstore_begin(w->ward.store, false, &txn);
    CHECK_EQ(replica_scope(&txn, &w->cell, ACCESS_A, &s), ERR_OK);
    CHECK_EQ(ledger_part(&txn, &s, minutes()->number, &record, &p), ERR_OK);
    memstore_abort(w->ward.store);
    return p;
}

static bool signed_at_ward(struct sim_story *w)
{
    struct part p = part_at_ward(w);
    bool is_signed = freeze_is_signed(minutes(), close_state(&p));

    part_deinit(&p);
    return is_signed;
}

/* The secretary signs while the deputy writes; then each comes to the ward, in this order. */
static void sign_and_conclude(struct sim_story *w, size_t first, struct sim_link *last)
{
    sim_story_init(w, 2);
    create(w, 0);
    conclude(w, 0, "của bí thư");
    sync(w, 0);
    sync(w, 1);
    sign(w, 0, ACCESS_A);
    conclude(w, 1, "của phó bí thư");
    sync(w, first);
    CHECK_EQ(sim_link_sync(&w->ward, &w->device[1 - first], last), ERR_OK);
}

TEST(a_signature_that_comes_first_closes_and_the_edit_is_refused)
{
    struct sim_story w;
    struct sim_link l;

    sign_and_conclude(&w, 0, &l);
    CHECK(signed_at_ward(&w));
    CHECK_EQ(l.device.counts.refused, 1);
    sim_story_deinit(&w);
}

TEST(a_signature_locks_no_text_that_its_signer_never_saw)
{
    struct sim_story w;
    struct sim_link l;

    sign_and_conclude(&w, 1, &l);
    CHECK(!signed_at_ward(&w));
    CHECK_EQ(l.device.counts.held, 1);
    sign(&w, 0, ACCESS_A); /* he has the text before him now */
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], &l), ERR_OK);
    CHECK(signed_at_ward(&w));
    sim_story_deinit(&w);
}

TEST(a_person_may_let_such_a_signature_stand)
{
    struct sim_story w;
    struct sim_link l;

    sign_and_conclude(&w, 1, &l);
    CHECK_EQ(accept_held(&w), ERR_OK);
    CHECK(signed_at_ward(&w));
    sync(&w, 0);
    sync(&w, 1);
    sim_story_deinit(&w);
}

/* What he wrote himself before, in the same flight, he has seen. */
TEST(a_signature_over_ones_own_text_is_taken)
{
    struct sim_story w;
    struct sim_link l;

    sim_story_init(&w, 1);
    create(&w, 0);
    sync(&w, 0);
    conclude(&w, 0, "một");
    conclude(&w, 0, "hai");
    sign(&w, 0, ACCESS_A);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], &l), ERR_OK);
    CHECK_EQ(l.device.counts.held + l.device.counts.refused, 0);
    CHECK(signed_at_ward(&w));
    sim_story_deinit(&w);
}

/* By op 5 nobody says what he saw, be the text his own and of the same changeset: the ward knows nothing of the record
 * before. */
TEST(a_signature_that_does_not_say_what_it_signs_waits_at_a_new_record_too)
{
    static const uint8_t locked[] = {0x92, 0x01, FREEZE_STEP};
    struct change c = {.kind = minutes()->number, .record = record, .op = OP_STATE, .count = 1};
    struct sim_story w;
    struct sim_link l;

    sim_story_init(&w, 1);
    create(&w, 0);
    c.triple[0].tag = TAG_STATE;
    c.triple[0].value = bytes_of(locked, sizeof locked);
    CHECK_EQ(sim_node_record(&w.device[0], &w.cell, ACCESS_A, &c), ERR_OK);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], &l), ERR_OK);
    CHECK_EQ(l.device.counts.held, 1);
    CHECK(!signed_at_ward(&w));
    sim_story_deinit(&w);
}

/* --- void ------------------------------------------------------------------------------------------------- */

TEST(a_draft_that_one_deletes_and_another_writes_comes_back_in_both_orders)
{
    for (size_t first = 0; first < 2; first++) {
        struct sim_story w;
        struct part p;

        sim_story_init(&w, 2);
        create(&w, 0);
        sync(&w, 0);
        sync(&w, 1);
        CHECK_EQ(sim_node_close(&w.device[0], &w.cell, ACCESS_A, minutes()->number, &record, CLOSE_STEP_VOID), ERR_OK);
        conclude(&w, 1, "khác");
        sync(&w, first);
        sync(&w, 1 - first);
        sync(&w, first);
        p = part_at_ward(&w);
        CHECK_EQ(close_void(&p), CLOSE_RETURNED);
        part_deinit(&p);
        sim_story_deinit(&w);
    }
}

/* What is signed is not deleted, nor by one who did not know. */
TEST(what_is_signed_is_not_made_void)
{
    struct sim_story w;
    struct sim_link l;

    sim_story_init(&w, 2);
    create(&w, 0);
    sync(&w, 0);
    sync(&w, 1);
    CHECK_EQ(sim_node_close(&w.device[1], &w.cell, ACCESS_A, minutes()->number, &record, CLOSE_STEP_VOID), ERR_OK);
    sign(&w, 0, ACCESS_A);
    sync(&w, 0);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[1], &l), ERR_OK);
    CHECK_EQ(l.device.counts.refused, 1);
    CHECK(signed_at_ward(&w));
    sim_story_deinit(&w);
}
