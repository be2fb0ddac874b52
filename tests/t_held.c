/* t_held.c - what waits for a person: the index, the ward's word, the body that comes with a release, and what the
 * author's device makes of each. */
#include <stdio.h>

#include "../proto/held.h"
#include "../proto/message.h"
#include "../proto/replica_verdict.h"
#include "../proto/verdict.h"
#include "../proto/ward_held.h"
#include "sim_ruling.h"
#include "sim_value.h"
#include "test.h"

#define WHY "Chưa có quyết định của Đảng uỷ."
#define WHO "Trần Văn Bình"

static const struct id person = {{0x77}};

/* The secretary writes a new member, which is the ward's to accept. */
static void member(struct sim_story *w, size_t device, const struct id *record)
{
    for (int a = ACCESS_A; a <= ACCESS_B; a++) {
        struct sim_value v = {0};
        uint64_t chance = 9;

        sim_value_create(&v, schema_kind_named("member"), (enum access)a, record, &chance);
        CHECK_EQ(sim_node_record(&w->device[device], &w->cell, (enum access)a, &v.change), ERR_OK);
        sim_value_deinit(&v);
    }
}

static void sync(struct sim_story *w, size_t device)
{
    CHECK_EQ(sim_link_sync(&w->ward, &w->device[device], NULL), ERR_OK);
}

static enum err rule(struct sim_story *w, const char *prefix, enum verdict verdict)
{
    struct ward_ruling r = {prefix, verdict, bytes_of_str(WHY), bytes_of_str(WHO), false};
    struct held held;
    struct txn txn;
    enum err e;

    memstore_begin(w->ward.store, true, &txn);
    e = ward_rule(&txn, &w->ward.ward, &r, w->ward.now, &held);
    if (e == ERR_OK)
        CHECK(memstore_commit(w->ward.store, true) == ERR_OK);
    else
        memstore_abort(w->ward.store);
    return e;
}

static size_t rule_all(struct sim_story *w, enum verdict verdict)
{
    char hex[2 * HASH_SIZE + 1];
    size_t n = 0;

    for (sim_ruling_which(w, hex); hex[0] != '\0'; sim_ruling_which(w, hex), n++)
        if (rule(w, hex, verdict) != ERR_OK)
            break;
    return n;
}

/* Bodies of a device's log rows that are not there; and the parts it has of the member. */
static size_t missing(struct memstore *m, const struct id *cell, enum access access)
{
    struct scope s;
    struct txn txn;
    size_t n = 0;

    sim_story_scope(m, cell, access, &s);
    memstore_begin(m, false, &txn);
    for (uint64_t i = 0; i < s.frontier.size; i++) {
        struct ledger_leaf l;
        struct buf row = {0};

        CHECK_EQ(ledger_leaf_at(&txn, &s, i, &row, &l), ERR_OK);
        for (size_t k = 0; k < l.changeset.count; k++)
            n += l.changeset.slot[k].body.n == 0;
        ledger_leaf_deinit(&l);
        buf_deinit(&row);
    }
    memstore_abort(m);
    return n;
}

static size_t changes_of(struct memstore *m, const struct id *cell, enum access access, const struct id *record)
{
    struct scope s;
    struct txn txn;
    struct part p;
    size_t n;

    sim_story_scope(m, cell, access, &s);
    memstore_begin(m, false, &txn);
    CHECK_EQ(ledger_part(&txn, &s, schema_kind_named("member")->number, record, &p), ERR_OK);
    n = p.changes;
    part_deinit(&p);
    memstore_abort(m);
    return n;
}

static struct held_count waiting(struct memstore *m, const struct id *cell, enum access access)
{
    struct held_count c = {0};
    struct scope s;
    struct txn txn;

    sim_story_scope(m, cell, access, &s);
    memstore_begin(m, false, &txn);
    CHECK_EQ(held_count(&txn, &s, &c), ERR_OK);
    memstore_abort(m);
    return c;
}

struct words {
    size_t count;
    uint32_t number, verdict;
    bool answered;
    char by[64], text[64];
};

static bool word_visit(void *arg, const struct replica_verdict *v)
{
    struct words *w = arg;

    w->count++;
    w->number = v->number;
    w->verdict = v->verdict;
    w->answered = v->answered;
    snprintf(w->by, sizeof w->by, "%.*s", (int)v->by.n, (const char *)v->by.p);
    snprintf(w->text, sizeof w->text, "%.*s", (int)v->text.n, (const char *)v->text.p);
    return true;
}

static struct words words_of(struct sim_device *d)
{
    struct words w = {0};
    struct txn txn;

    memstore_begin(d->store, false, &txn);
    CHECK_EQ(replica_verdict_each(&txn, word_visit, &w), ERR_OK);
    memstore_abort(d->store);
    return w;
}

/* --- the index ------------------------------------------------------------------------------------------------ */

TEST(what_waits_is_counted_at_the_ward_and_on_every_device_of_the_scope)
{
    struct sim_story w;
    struct held_count c;

    sim_story_init(&w, 3);
    member(&w, 0, &person);
    sync(&w, 0);
    for (size_t i = 1; i < 3; i++)
        sync(&w, i);
    for (int a = ACCESS_A; a <= ACCESS_B; a++) {
        c = waiting(w.ward.store, &w.cell, (enum access)a);
        CHECK_EQ(c.count, 1);
        CHECK_EQ(c.since, w.ward.now);
        CHECK_EQ(waiting(w.device[1].store, &w.cell, (enum access)a).count, 1);
        CHECK_EQ(missing(w.device[1].store, &w.cell, (enum access)a), 1);
        CHECK_EQ(missing(w.device[0].store, &w.cell, (enum access)a), 0);
    }
    CHECK_EQ(sim_story_counts(&w.device[0]).held, 2);
    CHECK_EQ(rule_all(&w, VERDICT_REFUSED), 2);
    for (size_t i = 0; i < 3; i++) {
        sync(&w, i);
        CHECK_EQ(waiting(w.device[i].store, &w.cell, ACCESS_A).count, 0);
    }
    sim_story_deinit(&w);
}

static bool digest_visit(void *arg, const struct held *h)
{
    buf_put(arg, &h->leaf, sizeof h->leaf);
    buf_put(arg, &h->position, sizeof h->position);
    buf_put(arg, h->id.b, HASH_SIZE);
    buf_put(arg, &h->verdict, sizeof h->verdict);
    buf_put(arg, &h->accepted, sizeof h->accepted);
    buf_put_u8(arg, h->decided);
    buf_put(arg, &h->ruling, sizeof h->ruling);
    buf_put(arg, &h->ruled, sizeof h->ruled);
    return true;
}

TEST(the_index_follows_from_the_log_alone)
{
    struct buf before = {0}, after = {0};
    const struct id other = {{0x78}};
    char hex[2 * HASH_SIZE + 1];
    struct sim_story w;
    struct scope s;
    struct txn txn;

    sim_story_init(&w, 1);
    member(&w, 0, &person);
    sync(&w, 0);
    sim_ruling_which(&w, hex);
    CHECK_EQ(rule(&w, hex, VERDICT_ACCEPTED), ERR_OK);
    member(&w, 0, &other);
    sync(&w, 0);
    sim_story_scope(w.ward.store, &w.cell, ACCESS_A, &s);
    memstore_begin(w.ward.store, true, &txn);
    CHECK_EQ(held_each(&txn, &s, digest_visit, &before), ERR_OK);
    CHECK_EQ(held_rebuild(&txn, &s), ERR_OK);
    CHECK_EQ(held_each(&txn, &s, digest_visit, &after), ERR_OK);
    memstore_abort(w.ward.store);
    CHECK(before.n > 0);
    CHECK_BYTES(buf_bytes(&after), buf_bytes(&before));
    buf_deinit(&before);
    buf_deinit(&after);
    sim_story_deinit(&w);
}

/* --- the ward's word ------------------------------------------------------------------------------------------ */

TEST(a_prefix_is_judged_before_anything_is_decided)
{
    char hex[2 * HASH_SIZE + 1];
    struct sim_story w;

    sim_story_init(&w, 2);
    member(&w, 0, &person);
    sync(&w, 0);
    sim_ruling_which(&w, hex);
    CHECK_EQ(rule(&w, "12345", VERDICT_ACCEPTED), ERR_BAD_VALUE);
    CHECK_EQ(rule(&w, "12345g", VERDICT_ACCEPTED), ERR_BAD_VALUE);
    CHECK_EQ(rule(&w, "ffffffffffffffff", VERDICT_ACCEPTED), ERR_NO_SUCH_CHANGE);
    hex[10] = '\0';
    CHECK_EQ(rule(&w, hex, VERDICT_ACCEPTED), ERR_OK);
    CHECK_EQ(rule(&w, hex, VERDICT_ACCEPTED), ERR_DECIDED);
    CHECK_EQ(rule(&w, hex, VERDICT_REFUSED), ERR_DECIDED);
    sim_story_deinit(&w);
}

static bool version_visit(void *arg, struct bytes key, struct bytes value)
{
    char *hex = arg;

    (void)value;
    for (size_t i = 0; i < VERSION_SIZE; i++)
        snprintf(hex + 2 * i, 3, "%02x", key.p[2 + i]);
    return false;
}

TEST(what_was_accepted_at_once_can_be_refused_later_and_stands)
{
    char hex[2 * VERSION_SIZE + 1] = "";
    struct sim_story w;
    struct hash before, after;
    struct words word;
    struct held held;
    struct txn txn;

    sim_story_init(&w, 2);
    CHECK_EQ(sim_story_meeting(&w, 0, 5), ERR_OK);
    sync(&w, 0);
    memstore_begin(w.ward.store, false, &txn);
    CHECK_EQ(store_scan(&txn, TABLE_change, bytes_of(NULL, 0), version_visit, hex), ERR_OK);
    memstore_abort(w.ward.store);
    CHECK_EQ(rule(&w, hex, VERDICT_ACCEPTED), ERR_ACCEPTED);
    CHECK_EQ(rule(&w, hex, VERDICT_REFUSED), ERR_ACCEPTED);
    before = sim_story_state(w.ward.store, &w.cell, ACCESS_A);
    memstore_begin(w.ward.store, true, &txn);
    CHECK_EQ(ward_rule(&txn, &w.ward.ward, &(struct ward_ruling){hex, VERDICT_REFUSED, bytes_of_str(WHY),
                                                                 bytes_of_str(WHO), true}, w.ward.now, &held), ERR_OK);
    CHECK_EQ(memstore_commit(w.ward.store, true), ERR_OK);
    after = sim_story_state(w.ward.store, &w.cell, ACCESS_A);
    CHECK_MEM(after.b, before.b, HASH_SIZE);
    for (size_t i = 0; i < 2; i++) {
        sync(&w, i);
        sim_story_check(&w, i);
    }
    word = words_of(&w.device[0]);
    CHECK_EQ(word.count, 1);
    CHECK_EQ(verdict_kind(word.verdict), VERDICT_REFUSED);
    CHECK_EQ(words_of(&w.device[1]).count, 0);
    sim_story_deinit(&w);
}

/* --- release ---------------------------------------------------------------------------------------------------- */

/* In every order of the three devices' syncs after the release; one of them enrolled before, one after. */
TEST(a_release_brings_the_body_to_all_who_lacked_it_in_any_order)
{
    static const size_t orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

    for (size_t o = 0; o < ARRAY_LEN(orders); o++) {
        struct sim_story w;

        sim_story_init(&w, 3);
        member(&w, 0, &person);
        sync(&w, 0);
        if (o % 2 == 0) /* has the leaf without its body already; else it comes with the release, from index 0 on */
            sync(&w, 1);
        CHECK_EQ(changes_of(w.ward.store, &w.cell, ACCESS_A, &person), 0);
        CHECK_EQ(rule_all(&w, VERDICT_ACCEPTED), 2);
        for (size_t i = 0; i < 3; i++)
            sync(&w, orders[o][i]);
        for (size_t i = 0; i < 3; i++) {
            sim_story_check(&w, i);
            CHECK_EQ(missing(w.device[i].store, &w.cell, ACCESS_A), 0);
            CHECK_EQ(changes_of(w.device[i].store, &w.cell, ACCESS_A, &person), 1);
            CHECK_EQ(changes_of(w.device[i].store, &w.cell, ACCESS_B, &person), 1);
        }
        CHECK_EQ(sim_story_counts(&w.device[0]).held, 0);
        CHECK_EQ(words_of(&w.device[0]).count, 0);
        sim_story_deinit(&w);
    }
}

TEST(a_device_that_starts_at_index_0_gets_the_body_with_the_release)
{
    uint8_t secret[INVITE_SECRET_SIZE];
    struct sim_story w;

    sim_story_init(&w, 1);
    member(&w, 0, &person);
    sync(&w, 0);
    CHECK_EQ(rule_all(&w, VERDICT_ACCEPTED), 2);
    sim_node_device_init(&w.device[1], 500);
    sim_node_invite(&w.ward, &w.cell, ROLE_DEPUTY, secret);
    CHECK_EQ(sim_link_enrol(&w.ward, &w.device[1], secret), ERR_OK);
    sync(&w, 1);
    sim_story_check(&w, 1);
    CHECK_EQ(changes_of(w.device[1].store, &w.cell, ACCESS_A, &person), 1);
    sync(&w, 0);
    sim_story_check(&w, 0);
    sim_story_deinit(&w);
}

/* Several changes in one changeset: one released, one refused, one accepted at once, one still waiting. */
TEST(each_change_of_a_changeset_is_decided_alone)
{
    char hex[2 * HASH_SIZE + 1];
    struct sim_story w;

    sim_story_init(&w, 2);
    for (uint8_t i = 0; i < 3; i++)
        member(&w, 0, &(struct id){{(uint8_t)(0x80 + i)}});
    CHECK_EQ(sim_story_meeting(&w, 0, 5), ERR_OK);
    sync(&w, 0);
    sync(&w, 1);
    CHECK_EQ(missing(w.device[1].store, &w.cell, ACCESS_A), 3);
    sim_ruling_which(&w, hex);
    CHECK_EQ(rule(&w, hex, VERDICT_ACCEPTED), ERR_OK);
    sim_ruling_which(&w, hex);
    CHECK_EQ(rule(&w, hex, VERDICT_REFUSED), ERR_OK);
    sync(&w, 1);
    sync(&w, 0);
    CHECK_EQ(missing(w.device[1].store, &w.cell, ACCESS_A), 2);
    CHECK_EQ(changes_of(w.device[1].store, &w.cell, ACCESS_A, &(struct id){{0x80}}), 1);
    CHECK_EQ(sim_story_counts(&w.device[0]).held, 4); /* 3 x 2 parts, of which two are decided */
    CHECK_EQ(sim_story_counts(&w.device[0]).refused, 1);
    for (size_t i = 0; i < 2; i++)
        sim_story_check(&w, i);
    CHECK_EQ(rule_all(&w, VERDICT_ACCEPTED), 4);
    for (size_t i = 0; i < 2; i++) {
        sync(&w, i);
        sim_story_check(&w, i);
    }
    CHECK_EQ(missing(w.device[1].store, &w.cell, ACCESS_A), 1);
    CHECK_EQ(missing(w.device[1].store, &w.cell, ACCESS_B), 0);
    sim_story_deinit(&w);
}

TEST(a_release_cut_at_every_byte_arrives_whole_or_not_at_all)
{
    uint64_t at = 0, whole;
    struct sim_link l;

    do {
        uint8_t binding[BINDING_SIZE] = {3};
        struct sim_story w;

        sim_story_init(&w, 2);
        member(&w, 0, &person);
        sync(&w, 0);
        sync(&w, 1);
        CHECK_EQ(rule_all(&w, VERDICT_ACCEPTED), 2);
        sim_link_open(&l, &w.ward, &w.device[1], binding, 0);
        l.limit[SIM_LINK_DOWN] = at;
        sim_link_run(&l);
        whole = l.moved[SIM_LINK_DOWN];
        sim_link_close(&l);
        sync(&w, 1);
        sim_story_check(&w, 1);
        CHECK_EQ(changes_of(w.device[1].store, &w.cell, ACCESS_A, &person), 1);
        sim_story_deinit(&w);
        at += 7;
    } while (whole == at - 7);
    CHECK(at > 100);
}

/* The control leaf at the end of a log, as its message. */
static void newest_control(struct memstore *m, const struct scope *s, struct buf *message)
{
    struct message_control control;
    struct ledger_leaf l;
    struct buf row = {0};
    struct txn txn;

    memstore_begin(m, false, &txn);
    CHECK_EQ(ledger_leaf_at(&txn, s, s->frontier.size - 1, &row, &l), ERR_OK);
    CHECK(l.is_control);
    control.control = l.control;
    memcpy(control.signature, l.signature, SIGNATURE_SIZE);
    message_control_encode(&control, message);
    ledger_leaf_deinit(&l);
    memstore_abort(m);
    buf_deinit(&row);
}

/* What device 1 says to a body for (leaf, position) with this salt, then to a verdict leaf (or a checkpoint). */
static enum err body_then(struct sim_story *w, uint64_t leaf, uint32_t position, const struct bytes *control)
{
    struct message_body m = {.leaf = leaf, .position = position, .salt = {1}};
    struct work *job = work_new(WORK_APPLY);
    struct buf body = {0}, message = {0};
    struct sim_value v = {0};
    uint64_t chance = 9;
    struct scope s;
    enum err e;

    sim_value_create(&v, schema_kind_named("member"), ACCESS_A, &person, &chance);
    change_encode(&v.change, &body);
    m.body = buf_bytes(&body);
    message_body_encode(&m, &message);
    work_message(&job->in, MESSAGE_BODY, buf_bytes(&message));
    work_message(&job->in, control != NULL ? MESSAGE_CONTROL : MESSAGE_CHECKPOINT,
                 control != NULL ? *control : bytes_of(NULL, 0));
    sim_story_scope(w->device[1].store, &w->cell, ACCESS_A, &s);
    job->scope = s.id;
    job->epoch = s.epoch;
    job->size = s.frontier.size;
    e = sim_node_device_job(&w->device[1], job, true);
    work_free(job);
    buf_deinit(&body);
    buf_deinit(&message);
    sim_value_deinit(&v);
    return e;
}

TEST(a_body_without_its_release_or_with_another_salt_is_not_taken)
{
    char hex[2 * HASH_SIZE + 1];
    struct buf control = {0};
    struct bytes leaf;
    struct sim_story w;
    struct held h = {0};
    struct scope s;
    struct txn txn;

    sim_story_init(&w, 2);
    member(&w, 0, &person);
    sync(&w, 0);
    sync(&w, 1);
    sim_story_scope(w.ward.store, &w.cell, ACCESS_A, &s);
    h.leaf = (uint32_t)s.frontier.size - 1;
    memstore_begin(w.ward.store, false, &txn);
    CHECK_EQ(held_get(&txn, &s, h.leaf, 0, &h), ERR_OK);
    CHECK_EQ(held_get(&txn, &s, h.leaf, 1, &h), ERR_NOT_FOUND);
    memstore_abort(w.ward.store);
    sim_ruling_which(&w, hex);
    CHECK_EQ(rule(&w, hex, VERDICT_ACCEPTED), ERR_OK);
    sim_story_scope(w.ward.store, &w.cell, ACCESS_A, &s);
    newest_control(w.ward.store, &s, &control);
    leaf = buf_bytes(&control);
    CHECK_EQ(body_then(&w, h.leaf, 0, NULL), ERR_BAD_ORDER);
    CHECK_EQ(body_then(&w, h.leaf, 1, &leaf), ERR_BAD_ORDER);
    CHECK_EQ(body_then(&w, h.leaf - 1, 0, &leaf), ERR_BAD_ORDER);
    CHECK_EQ(body_then(&w, s.frontier.size, 0, &leaf), ERR_BAD_ORDER);
    CHECK_EQ(body_then(&w, h.leaf, 0, &leaf), ERR_BAD_PROOF);
    CHECK_EQ(missing(w.device[1].store, &w.cell, ACCESS_A), 1);
    sync(&w, 1);
    sim_story_check(&w, 1);
    buf_deinit(&control);
    sim_story_deinit(&w);
}

/* --- refusal ---------------------------------------------------------------------------------------------------- */

TEST(a_refusal_reaches_its_author_with_reason_and_name_and_blocks_nothing)
{
    struct sim_story w;
    struct words word;
    struct txn txn;

    sim_story_init(&w, 2);
    member(&w, 0, &person);
    sync(&w, 0);
    sync(&w, 1);
    word = words_of(&w.device[0]);
    CHECK_EQ(word.count, 2);
    CHECK_EQ(verdict_kind(word.verdict), VERDICT_HELD);
    CHECK_EQ(rule_all(&w, VERDICT_REFUSED), 2);
    CHECK_EQ(sim_story_meeting(&w, 0, 6), ERR_OK);
    sync(&w, 0);
    word = words_of(&w.device[0]);
    CHECK_EQ(word.count, 2);
    CHECK_EQ(verdict_kind(word.verdict), VERDICT_REFUSED);
    CHECK_EQ(verdict_reason(word.verdict), ERR_BY_PERSON);
    CHECK_STR(word.by, WHO);
    CHECK_STR(word.text, WHY);
    CHECK_EQ(sim_story_counts(&w.device[0]).refused, 2);
    CHECK_EQ(sim_story_counts(&w.device[0]).held, 0);
    sync(&w, 1);
    CHECK_EQ(missing(w.device[1].store, &w.cell, ACCESS_A), 1); /* what was refused is nobody else's */
    for (size_t i = 0; i < 2; i++)
        sim_story_check(&w, i);
    memstore_begin(w.device[0].store, true, &txn);
    CHECK_EQ(replica_verdict_answered(&txn, word.number), ERR_OK);
    CHECK_EQ(replica_verdict_answered(&txn, 99), ERR_NO_SUCH_CHANGE);
    CHECK_EQ(memstore_commit(w.device[0].store, true), ERR_OK);
    CHECK(words_of(&w.device[0]).answered);
    CHECK_EQ(sim_story_counts(&w.device[0]).refused, 1);
    sim_story_deinit(&w);
}
