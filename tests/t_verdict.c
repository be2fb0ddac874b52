/* t_verdict.c - the ward's word reaches every device of its author: bodies of what was held or refused, why and by whom;
 * and what one of them sends again the others know to be answered (protocol.md 4.3, 7.3). */
#include <stdio.h>

#include "../proto/replica_again.h"
#include "sim_ruling.h"
#include "sim_value.h"
#include "test.h"

#define WHY "Ghi nhầm họ."
#define WHO "Trần Văn Bình"

static const struct id an = {{0x71}};

/* --- a cell whose secretary has two devices, 0 and 1; 2 is the deputy's --------------------------------------- */

static void sync(struct sim_story *w, size_t device)
{
    CHECK_EQ(sim_link_sync(&w->ward, &w->device[device], NULL), ERR_OK);
}

static void enrol_second(struct sim_story *w)
{
    struct id person = sim_node_replica(&w->device[0]).person, same;
    uint8_t secret[INVITE_SECRET_SIZE];

    sim_node_device_init(&w->device[1], 700);
    sim_node_invite_again(&w->ward, &person, &w->cell, ROLE_SECRETARY, secret);
    CHECK_EQ(sim_link_enrol(&w->ward, &w->device[1], secret), ERR_OK);
    same = sim_node_replica(&w->device[1]).person;
    CHECK(id_equal(&same, &person));
}

static void enrol_deputy(struct sim_story *w)
{
    uint8_t secret[INVITE_SECRET_SIZE];

    sim_node_device_init(&w->device[2], 800);
    sim_node_invite(&w->ward, &w->cell, ROLE_DEPUTY, secret);
    CHECK_EQ(sim_link_enrol(&w->ward, &w->device[2], secret), ERR_OK);
}

static void begin(struct sim_story *w)
{
    sim_story_init(w, 1);
    enrol_second(w);
    enrol_deputy(w);
    sync(w, 1);
    sync(w, 2);
}

/* The part of class A of a new member: the ward's to accept. */
static void member(struct sim_story *w, size_t device, const struct id *record)
{
    struct sim_value v = {0};
    uint64_t chance = 9;

    sim_value_create(&v, schema_kind_named("member"), ACCESS_A, record, &chance);
    CHECK_EQ(sim_node_record(&w->device[device], &w->cell, ACCESS_A, &v.change), ERR_OK);
    sim_value_deinit(&v);
}

/* --- what a device knows ---------------------------------------------------------------------------------------- */

struct words {
    size_t count, open; /* refused and not answered */
    uint32_t number, verdict;
    uint64_t time;
    char by[64], text[64];
    struct buf body;
};

static bool word_visit(void *arg, const struct replica_verdict *v)
{
    struct words *w = arg;

    w->count++;
    w->open += verdict_kind(v->verdict) == VERDICT_REFUSED && !v->answered;
    w->number = v->number;
    w->verdict = v->verdict;
    w->time = v->time;
    snprintf(w->by, sizeof w->by, "%.*s", (int)v->by.n, (const char *)v->by.p);
    snprintf(w->text, sizeof w->text, "%.*s", (int)v->text.n, (const char *)v->text.p);
    buf_clear(&w->body);
    buf_put_bytes(&w->body, v->body);
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

/* Both devices of the secretary know the same; a difference counts as a failed check. */
static void alike(struct sim_story *w, size_t count, enum verdict verdict, const char *by)
{
    struct words first = words_of(&w->device[0]);

    CHECK_EQ(first.count, count);
    for (size_t i = 0; i < 2; i++) {
        struct words here = words_of(&w->device[i]);

        CHECK_EQ(here.count, count);
        CHECK(count == 0 || verdict_kind(here.verdict) == verdict);
        CHECK_EQ(here.time, first.time);
        CHECK_STR(here.by, by);
        CHECK_BYTES(buf_bytes(&here.body), buf_bytes(&first.body));
        buf_deinit(&here.body);
    }
    buf_deinit(&first.body);
}

static void resend(struct sim_story *w, size_t device)
{
    struct sim_device *d = &w->device[device];
    struct words word = words_of(d);
    struct moment m = sim_node_moment(d);
    struct replica_verdict v;
    struct buf row = {0};
    struct replica r;
    struct change c;
    struct scope s;
    struct txn txn;

    memstore_begin(d->store, true, &txn);
    CHECK_EQ(replica_load(&txn, &r), ERR_OK);
    CHECK_EQ(replica_verdict_get(&txn, word.number, &row, &v), ERR_OK);
    CHECK_EQ(scope_load(&txn, &v.scope, &s), ERR_OK);
    CHECK_EQ(change_decode(&c, v.body), ERR_OK);
    CHECK_EQ(replica_again(&txn, &r, &s, &c, &v, &m), ERR_OK);
    CHECK_EQ(memstore_commit(d->store, true), ERR_OK);
    buf_deinit(&word.body);
    buf_deinit(&row);
}

static struct view view_of(struct sim_device *d)
{
    struct replica r;
    struct view v;
    struct txn txn;

    memstore_begin(d->store, false, &txn);
    CHECK_EQ(replica_load(&txn, &r), ERR_OK);
    CHECK_EQ(replica_view(&txn, &r, schema_kind_named("member")->number, &an, &v), ERR_OK);
    memstore_abort(d->store);
    return v;
}

/* --- bodies and words --------------------------------------------------------------------------------------------- */

/* The second device syncs before, between, or only after it all. */
TEST(both_devices_of_an_author_see_what_waits_and_what_was_refused)
{
    for (unsigned when = 0; when < 4; when++) {
        struct sim_story w;

        begin(&w);
        member(&w, 0, &an);
        sync(&w, 0);
        w.ward.now += 86400;
        if (when & 1) {
            sync(&w, 1);
            alike(&w, 1, VERDICT_HELD, "");
            CHECK_EQ(sim_story_counts(&w.device[1]).held, 1);
        }
        CHECK(sim_ruling_oldest(&w, VERDICT_REFUSED, WHY, WHO));
        if (when & 2)
            sync(&w, 0);
        sync(&w, 1);
        sync(&w, 0);
        alike(&w, 1, VERDICT_REFUSED, WHO);
        sync(&w, 2);
        CHECK_EQ(words_of(&w.device[2]).count, 0);
        CHECK_EQ(sim_story_counts(&w.device[2]).held, 0);
        for (size_t i = 0; i < 3; i++)
            sim_story_check(&w, i);
        sim_story_deinit(&w);
    }
}

TEST(accepted_from_one_device_nothing_waits_on_the_other)
{
    for (unsigned before = 0; before < 2; before++) {
        struct sim_story w;

        begin(&w);
        member(&w, 0, &an);
        sync(&w, 0);
        if (before)
            sync(&w, 1);
        CHECK(sim_ruling_oldest(&w, VERDICT_ACCEPTED, WHY, WHO));
        for (size_t i = 3; i-- > 0;)
            sync(&w, i);
        alike(&w, 0, VERDICT_ACCEPTED, "");
        for (size_t i = 0; i < 3; i++) {
            CHECK_EQ(sim_story_counts(&w.device[i]).held, 0);
            sim_story_check(&w, i);
        }
        sim_story_deinit(&w);
    }
}

/* Refused by the rules: nobody decided, the reason is in the leaf. */
TEST(what_the_rules_refuse_is_told_to_both_devices)
{
    struct sim_story w;
    struct sim_value v = {0};
    uint64_t chance = 5;
    const struct id record = {{0x44}};

    begin(&w);
    sim_value_create(&v, schema_kind_named("title"), ACCESS_A, &record, &chance); /* the ward's alone */
    CHECK_EQ(sim_node_record(&w.device[0], &w.cell, ACCESS_A, &v.change), ERR_OK);
    sim_value_deinit(&v);
    sync(&w, 0);
    sync(&w, 1);
    sync(&w, 2);
    alike(&w, 1, VERDICT_REFUSED, "");
    CHECK_EQ(words_of(&w.device[2]).count, 0);
    sim_story_deinit(&w);
}

/* --- sent again ----------------------------------------------------------------------------------------------------- */

static void refused(struct sim_story *w)
{
    begin(w);
    member(w, 0, &an);
    sync(w, 0);
    CHECK(sim_ruling_oldest(w, VERDICT_REFUSED, WHY, WHO));
    sync(w, 0);
    sync(w, 1);
}

TEST(what_the_second_device_sends_again_is_answered_on_the_first)
{
    struct sim_story w;
    struct words word;

    refused(&w);
    resend(&w, 1);
    sync(&w, 1);
    word = words_of(&w.device[0]);
    CHECK_EQ(word.open, 1); /* it has not heard yet */
    buf_deinit(&word.body);
    sync(&w, 0);
    for (size_t i = 0; i < 2; i++) {
        word = words_of(&w.device[i]);
        CHECK_EQ(word.open, 0);
        buf_deinit(&word.body);
        CHECK_EQ(sim_story_counts(&w.device[i]).held, 1);
    }
    CHECK(sim_ruling_oldest(&w, VERDICT_ACCEPTED, WHY, WHO));
    CHECK(!sim_ruling_oldest(&w, VERDICT_ACCEPTED, WHY, WHO));
    for (size_t i = 0; i < 3; i++) {
        sync(&w, i);
        sim_story_check(&w, i);
    }
    sim_story_deinit(&w);
}

TEST(sent_again_from_both_devices_it_is_one_record_with_one_value)
{
    struct sim_story w;

    refused(&w);
    resend(&w, 0);
    resend(&w, 1);
    sync(&w, 1);
    sync(&w, 0);
    while (sim_ruling_oldest(&w, VERDICT_ACCEPTED, WHY, WHO))
        ;
    for (size_t i = 3; i-- > 0;)
        sync(&w, i);
    for (size_t i = 0; i < 3; i++) {
        struct view v = view_of(&w.device[i]);

        CHECK(v.parts == 1 && !fold_in_conflict(&v.part[0].part));
        replica_view_deinit(&v);
        CHECK_EQ(sim_story_counts(&w.device[i]).held, 0);
        sim_story_check(&w, i);
    }
    for (size_t i = 0; i < 2; i++) {
        struct words word = words_of(&w.device[i]);

        CHECK_EQ(word.open, 0);
        buf_deinit(&word.body);
    }
    sim_story_deinit(&w);
}
