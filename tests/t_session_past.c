/* t_session_past.c - a person's new device that begins with a snapshot is told what became of his work below it, as the
 * device that he wrote it on was: refused, waiting, decided by a person, answered (protocol.md 10.3). */
#include <stdio.h>
#include <stdlib.h>

#include "../proto/message.h"
#include "../proto/mp.h"
#include "../proto/replica_again.h"
#include "sim_ruling.h"
#include "sim_value.h"
#include "test.h"

#define BOUND 6 /* leaves; of a longer log a new device gets a snapshot */
#define WHY "Ghi nhầm họ."
#define WHO "Trần Văn Bình"

static void sync(struct sim_story *w, size_t device)
{
    CHECK_EQ(sim_link_sync(&w->ward, &w->device[device], NULL), ERR_OK);
}

/* The part of class A of a new member: the ward's to accept. */
static void member(struct sim_story *w, uint8_t name)
{
    const struct id record = {{name}};
    struct sim_value v = {0};
    uint64_t chance = name;

    sim_value_create(&v, schema_kind_named("member"), ACCESS_A, &record, &chance);
    CHECK_EQ(sim_node_record(&w->device[0], &w->cell, ACCESS_A, &v.change), ERR_OK);
    sim_value_deinit(&v);
}

/* Refused by the rules: a document's title is the clerk's. */
static void refused(struct sim_story *w, uint8_t name)
{
    struct change c = {.record = {{name}}, .kind = schema_kind_named("doc_in")->number, .op = OP_SET, .count = 1};
    struct buf value = {0};

    mp_put_str(&value, bytes_of_str("nghị quyết"));
    c.triple[0] = (struct triple){.tag = TAG(4, MERGE_LATER), .value = buf_bytes(&value)};
    CHECK_EQ(sim_node_record(&w->device[0], &w->cell, ACCESS_A, &c), ERR_OK);
    buf_deinit(&value);
}

static bool refused_visit(void *arg, const struct replica_verdict *v)
{
    *(uint32_t *)arg = v->number;
    return verdict_kind(v->verdict) != VERDICT_REFUSED || v->answered;
}

/* The oldest that was refused and has no answer. */
static void resend(struct sim_story *w)
{
    struct sim_device *d = &w->device[0];
    struct moment m = sim_node_moment(d);
    struct replica_verdict v;
    struct buf row = {0};
    struct replica r;
    struct change c;
    struct scope s;
    struct txn txn;
    uint32_t number = 0;

    memstore_begin(d->store, true, &txn);
    CHECK_EQ(replica_load(&txn, &r), ERR_OK);
    CHECK_EQ(replica_verdict_each(&txn, refused_visit, &number), ERR_OK);
    CHECK_EQ(replica_verdict_get(&txn, number, &row, &v), ERR_OK);
    CHECK_EQ(scope_load(&txn, &v.scope, &s), ERR_OK);
    CHECK_EQ(change_decode(&c, v.body), ERR_OK);
    CHECK_EQ(replica_again(&txn, &r, &s, &c, &v, &m), ERR_OK);
    CHECK_EQ(memstore_commit(d->store, true), ERR_OK);
    buf_deinit(&row);
}

static void enrol(struct sim_story *w, size_t device, bool secretary)
{
    struct id person = sim_node_replica(&w->device[0]).person;
    uint8_t secret[INVITE_SECRET_SIZE];

    sim_node_device_init(&w->device[device], 700 + device);
    if (secretary)
        sim_node_invite_again(&w->ward, &person, &w->cell, ROLE_SECRETARY, secret);
    else
        sim_node_invite(&w->ward, &w->cell, ROLE_DEPUTY, secret);
    CHECK_EQ(sim_link_enrol(&w->ward, &w->device[device], secret), ERR_OK);
}

/* Device 0 is the secretary's. Four members waited: one was accepted, one refused by a person, one refused and sent again,
 * one waits; a title was refused by the rules. 1 is enrolled for the same person, 2 for somebody else; neither spoke yet. */
static void begin(struct sim_story *w)
{
    sim_story_init(w, 1);
    w->ward.ward.snapshot_leaves = BOUND;
    for (uint8_t i = 0; i < 3; i++) {
        member(w, (uint8_t)(0x61 + i));
        sync(w, 0);
        sync(w, 0);
        CHECK(sim_ruling_oldest(w, i == 0 ? VERDICT_ACCEPTED : VERDICT_REFUSED, WHY, WHO));
        sync(w, 0);
        if (i == 1)
            resend(w); /* the second one; it waits again */
        if (i == 1)
            sync(w, 0);
        if (i == 1)
            CHECK(sim_ruling_oldest(w, VERDICT_ACCEPTED, WHY, WHO));
    }
    refused(w, 0x52);
    member(w, 0x66);
    CHECK_EQ(sim_story_meeting(w, 0, 9), ERR_OK);
    sync(w, 0);
    sync(w, 0);
    enrol(w, 1, true);
    enrol(w, 2, false);
}

/* --- what a device knows: every row, in the order of changes ------------------------------------------------------ */

struct told {
    struct hash id;
    uint32_t leaf, position, verdict;
    uint64_t time;
    bool answered;
    char by[64], text[64];
    size_t body;
    uint8_t bytes[512];
};

static bool told_visit(void *arg, const struct replica_verdict *v)
{
    struct told t;

    memset(&t, 0, sizeof t);
    t.id = v->id;
    t.leaf = v->leaf;
    t.position = v->position;
    t.verdict = v->verdict;
    t.time = v->time;
    t.answered = v->answered;
    snprintf(t.by, sizeof t.by, "%.*s", (int)v->by.n, (const char *)v->by.p);
    snprintf(t.text, sizeof t.text, "%.*s", (int)v->text.n, (const char *)v->text.p);
    t.body = v->body.n;
    memcpy(t.bytes, v->body.p, v->body.n < sizeof t.bytes ? v->body.n : sizeof t.bytes);
    buf_put(arg, &t, sizeof t);
    return true;
}

static int told_order(const void *a, const void *b)
{
    return memcmp(a, b, HASH_SIZE);
}

static struct buf told_to(struct sim_device *d)
{
    struct buf rows = {0};
    struct txn txn;

    memstore_begin(d->store, false, &txn);
    CHECK_EQ(replica_verdict_each(&txn, told_visit, &rows), ERR_OK);
    memstore_abort(d->store);
    if (rows.n > 0)
        qsort(rows.p, rows.n / sizeof(struct told), sizeof(struct told), told_order);
    return rows;
}

/* Both devices of the secretary were told the same: so many words, so many changes that wait. */
static void alike(struct sim_story *w, size_t words, uint64_t held)
{
    struct buf first = told_to(&w->device[0]), second = told_to(&w->device[1]);

    CHECK_EQ(first.n / sizeof(struct told), words);
    CHECK_EQ(second.n / sizeof(struct told), words);
    CHECK_BYTES(buf_bytes(&second), buf_bytes(&first));
    CHECK_EQ(sim_story_counts(&w->device[0]).held, held);
    CHECK_EQ(sim_story_counts(&w->device[1]).held, held);
    buf_deinit(&first);
    buf_deinit(&second);
}

static uint64_t from_of(struct sim_story *w, size_t device)
{
    struct scope s;

    sim_story_scope(w->device[device].store, &w->cell, ACCESS_A, &s);
    return s.from;
}

TEST(a_new_device_is_told_of_its_persons_work_below_the_snapshot)
{
    struct sim_link last;
    struct sim_story w;
    struct buf none;

    begin(&w);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[1], &last), ERR_OK);
    CHECK(from_of(&w, 1) > 0);
    CHECK_EQ(last.device.counts.refused, 0); /* old news */
    alike(&w, 4, 1); /* refused by a person, the same and answered, by the rules; waits */
    sim_story_check(&w, 1);
    /* Somebody else's new device is told nothing of it. */
    sync(&w, 2);
    CHECK(from_of(&w, 2) > 0);
    none = told_to(&w.device[2]);
    CHECK_EQ(none.n, 0);
    buf_deinit(&none);
    sim_story_deinit(&w);
}

/* What waited below the snapshot is decided later, and history comes at last: nothing is told twice or lost. */
TEST(what_is_decided_after_the_snapshot)
{
    struct sim_story w;

    begin(&w);
    sync(&w, 1);
    CHECK(sim_ruling_oldest(&w, VERDICT_REFUSED, WHY, WHO));
    sync(&w, 0);
    sync(&w, 1);
    alike(&w, 4, 0);
    w.device[1].history = true;
    sync(&w, 1);
    sync(&w, 1);
    CHECK_EQ(from_of(&w, 1), 0);
    alike(&w, 4, 0);
    CHECK(!sim_node_replica(&w.device[1]).states_differ);
    sim_story_check(&w, 1);
    sim_story_deinit(&w);
}

TEST(cut_anywhere_in_what_is_told)
{
    for (size_t at = 60; at < 6000; at += 307) {
        uint8_t binding[BINDING_SIZE] = {(uint8_t)at, (uint8_t)(at >> 8)};
        struct sim_story w;
        struct sim_link l;

        begin(&w);
        sim_link_open(&l, &w.ward, &w.device[1], binding, 3);
        l.limit[SIM_LINK_DOWN] = at;
        sim_link_run(&l);
        sim_link_close(&l);
        memstore_crash(w.device[1].store);
        sync(&w, 1);
        sync(&w, 1);
        alike(&w, 4, 1);
        sim_story_deinit(&w);
    }
}
