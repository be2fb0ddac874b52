/* t_session_raise.c - a record's access class is raised while devices on both sides are away with work (protocol.md
 * 4.8). */
#include "../proto/mirror.h"
#include "../proto/rights.h"
#include "../proto/ward_grant.h"
#include "../proto/ward_move.h"
#include "sim_story.h"
#include "sim_value.h"
#include "test.h"

#define MARK 0x5c /* a record's id is sixteen of these */

static const struct ward_decision decision = {"31-QĐ/ĐU", 20261123};
static const char kind_name[] = "meeting";

static struct id record_of(uint8_t mark)
{
    struct id id;

    memset(id.b, mark, ID_SIZE);
    return id;
}

static enum err create(struct sim_story *w, size_t device, uint8_t mark)
{
    struct id record = record_of(mark);
    struct sim_value v = {0};
    uint64_t chance = mark;
    enum err e;

    sim_value_create(&v, schema_kind_named(kind_name), ACCESS_A, &record, &chance);
    e = sim_node_record(&w->device[device], &w->cell, ACCESS_A, &v.change);
    sim_value_deinit(&v);
    return e;
}

/* Another place of the meeting, written where its author sees the record. */
static enum err edit(struct sim_story *w, size_t device, enum access access, const char *place)
{
    struct change c = {.kind = schema_kind_named(kind_name)->number, .record = record_of(MARK), .op = OP_SET, .count = 1};
    struct buf value = {0};
    enum err e;

    mp_put_str(&value, bytes_of_str(place));
    c.triple[0].tag = schema_tag(schema_field_named(schema_kind_named(kind_name), "place"));
    c.triple[0].value = buf_bytes(&value);
    e = sim_node_record(&w->device[device], &w->cell, access, &c);
    buf_deinit(&value);
    return e;
}

static enum err sync_one(struct sim_story *w, size_t device)
{
    return sim_link_sync(&w->ward, &w->device[device], NULL);
}

static enum err raise_to(struct sim_story *w, enum access access)
{
    struct id record = record_of(MARK);
    uint64_t policy, changes;
    struct txn txn;
    enum err e;

    memstore_begin(w->ward.store, true, &txn);
    CHECK_EQ(ward_policy_next(&txn, &policy), ERR_OK);
    e = ward_raise(&txn, &w->ward.ward, schema_kind_named(kind_name)->number, &record, access, &decision, w->ward.now,
                   &changes);
    CHECK_EQ(memstore_commit(w->ward.store, true), ERR_OK);
    return e;
}

/* Of a deputy. */
static void make(struct sim_story *w, size_t device, enum role role)
{
    struct id person = sim_node_replica(&w->device[device]).person;

    sim_node_grant(&w->ward, &person, rights_ward_wide(role) ? &w->home : &w->cell, role);
    sim_node_end(&w->ward, &person, &w->cell, ROLE_DEPUTY);
    CHECK_EQ(sync_one(w, device), ERR_OK);
    CHECK_EQ(sync_one(w, device), ERR_OK);
}

struct taint {
    uint8_t needle[ID_SIZE + 1];
    size_t rows;
};

static bool holds(struct bytes text, const struct taint *t)
{
    for (size_t i = 0; i + sizeof t->needle < text.n; i++)
        if (memcmp(text.p + i, t->needle, sizeof t->needle) == 0 && text.p[i + sizeof t->needle] <= OP_SET)
            return true;
    return false;
}

static bool taint_visit(void *arg, struct bytes key, struct bytes value)
{
    struct taint *t = arg;

    (void)key;
    t->rows += holds(value, t);
    return true;
}

/* Rows with a body of the record: id, kind, and create or set behind it. (A raised leaf has id, kind, class.) */
static size_t bodies(struct memstore *m)
{
    struct taint t = {.rows = 0};
    struct id record = record_of(MARK);
    struct txn txn;

    memcpy(t.needle, record.b, ID_SIZE);
    t.needle[ID_SIZE] = (uint8_t)schema_kind_named(kind_name)->number;
    memstore_begin(m, false, &txn);
    for (int table = 0; table < TABLE_COUNT; table++)
        CHECK_EQ(store_scan(&txn, (enum table)table, bytes_of(NULL, 0), taint_visit, &t), ERR_OK);
    memstore_abort(m);
    return t.rows;
}

/* What the device shows of the place; NOT_FOUND: nothing of the record. */
static enum err place_of(struct sim_story *w, size_t device, char out[64], enum access *access)
{
    struct replica r = sim_node_replica(&w->device[device]);
    const struct field_info *f = schema_field_named(schema_kind_named(kind_name), "place");
    struct id record = record_of(MARK);
    struct view v;
    struct txn txn;
    enum err e;

    memstore_begin(w->device[device].store, false, &txn);
    e = replica_view(&txn, &r, schema_kind_named(kind_name)->number, &record, &v);
    if (e == ERR_OK) {
        const struct entry *entry = replica_view_entry(&v, f);
        struct mp m;
        struct bytes text;

        CHECK(entry != NULL);
        mp_open(&m, entry->candidate[0].value);
        text = mp_str(&m, 60);
        memcpy(out, text.p, text.n);
        out[text.n] = '\0';
        CHECK_EQ(mp_close(&m), ERR_OK);
        *access = replica_view_access(&v, f);
        replica_view_deinit(&v);
    }
    memstore_abort(w->device[device].store);
    return e;
}

static void check_same(struct sim_story *w, size_t device, enum access last)
{
    for (int a = ACCESS_A; a <= (int)last; a++) {
        struct hash here = sim_story_root(w->device[device].store, &w->cell, (enum access)a);
        struct hash there = sim_story_root(w->ward.store, &w->cell, (enum access)a);

        CHECK_MEM(here.b, there.b, HASH_SIZE);
        here = sim_story_state(w->device[device].store, &w->cell, (enum access)a);
        there = sim_story_state(w->ward.store, &w->cell, (enum access)a);
        CHECK_MEM(here.b, there.b, HASH_SIZE);
    }
    sim_story_verify(&w->device[device]);
}

TEST(a_raised_record_is_seen_by_those_who_may_and_erased_from_the_others)
{
    enum access access = ACCESS_A;
    struct sim_story w;
    char place[64];

    sim_story_init(&w, 3);
    make(&w, 1, ROLE_MEMBER);
    CHECK_EQ(create(&w, 0, MARK), ERR_OK);
    CHECK_EQ(create(&w, 0, MARK + 1), ERR_OK); /* in the same changeset: it stays */
    CHECK_EQ(edit(&w, 0, ACCESS_A, "first"), ERR_OK);
    for (size_t i = 0; i < 3; i++)
        CHECK_EQ(sync_one(&w, i), ERR_OK);
    CHECK(bodies(w.device[1].store) > 0);
    CHECK_EQ(edit(&w, 0, ACCESS_A, "second"), ERR_OK); /* nobody told it yet */
    CHECK_EQ(raise_to(&w, ACCESS_C), ERR_OK);
    CHECK_EQ(raise_to(&w, ACCESS_C), ERR_EXISTS);
    CHECK_EQ(raise_to(&w, ACCESS_B), ERR_EXISTS);
    CHECK_EQ(sync_one(&w, 1), ERR_OK);
    CHECK_EQ(bodies(w.device[1].store), 0);
    CHECK_EQ(place_of(&w, 1, place, &access), ERR_NOT_FOUND);
    CHECK_EQ(sync_one(&w, 0), ERR_OK);
    CHECK_EQ(sync_one(&w, 2), ERR_OK);
    CHECK_EQ(sync_one(&w, 1), ERR_OK);
    for (size_t i = 0; i < 3; i += 2) {
        CHECK_EQ(place_of(&w, i, place, &access), ERR_OK);
        CHECK_STR(place, "second");
        CHECK_EQ(access, ACCESS_C);
        check_same(&w, i, ACCESS_C);
    }
    /* Later edits are written where it stands now; where it was it takes none. */
    CHECK_EQ(edit(&w, 0, ACCESS_C, "third"), ERR_OK);
    CHECK_EQ(sync_one(&w, 0), ERR_OK);
    CHECK_EQ(sync_one(&w, 1), ERR_OK);
    CHECK_EQ(sync_one(&w, 2), ERR_OK);
    CHECK_EQ(place_of(&w, 2, place, &access), ERR_OK);
    CHECK_STR(place, "third");
    CHECK_EQ(bodies(w.device[1].store), 0);
    check_same(&w, 1, ACCESS_A);
    sim_story_deinit(&w);
}

TEST(whoever_may_not_read_it_any_more_hands_in_what_he_wrote_and_then_holds_nothing_of_it)
{
    enum access access = ACCESS_A;
    struct sim_story w;
    char place[64];

    sim_story_init(&w, 2);
    make(&w, 1, ROLE_INSPECT);
    CHECK_EQ(create(&w, 0, MARK), ERR_OK);
    CHECK_EQ(edit(&w, 0, ACCESS_A, "first"), ERR_OK);
    CHECK_EQ(sync_one(&w, 0), ERR_OK);
    CHECK_EQ(sync_one(&w, 1), ERR_OK);
    CHECK_EQ(edit(&w, 0, ACCESS_A, "late"), ERR_OK);
    CHECK_EQ(raise_to(&w, ACCESS_D), ERR_OK); /* for the inspection committee alone */
    CHECK_EQ(sync_one(&w, 0), ERR_OK);
    CHECK_EQ(bodies(w.device[0].store), 0);
    CHECK_EQ(place_of(&w, 0, place, &access), ERR_NOT_FOUND);
    check_same(&w, 0, ACCESS_C);
    CHECK_EQ(sync_one(&w, 1), ERR_OK);
    CHECK_EQ(place_of(&w, 1, place, &access), ERR_OK);
    CHECK_STR(place, "late");
    CHECK_EQ(access, ACCESS_D);
    check_same(&w, 1, ACCESS_D);
    sim_story_deinit(&w);
}

TEST(a_device_that_comes_later_never_gets_the_bodies)
{
    struct sim_story w;
    struct id person;

    sim_story_init(&w, 2);
    person = sim_node_replica(&w.device[1]).person;
    sim_node_end(&w.ward, &person, &w.cell, ROLE_DEPUTY);
    CHECK_EQ(sync_one(&w, 1), ERR_OK); /* dropped */
    CHECK_EQ(create(&w, 0, MARK), ERR_OK);
    CHECK_EQ(create(&w, 0, MARK + 1), ERR_OK);
    CHECK_EQ(edit(&w, 0, ACCESS_A, "first"), ERR_OK);
    CHECK_EQ(sync_one(&w, 0), ERR_OK);
    CHECK_EQ(raise_to(&w, ACCESS_B), ERR_OK);
    CHECK_EQ(raise_to(&w, ACCESS_C), ERR_OK); /* and once more */
    sim_node_grant(&w.ward, &person, &w.cell, ROLE_MEMBER);
    CHECK_EQ(sync_one(&w, 1), ERR_OK);
    CHECK_EQ(sync_one(&w, 1), ERR_OK);
    CHECK_EQ(bodies(w.device[1].store), 1); /* no body: the raised leaf, whose class 2 looks like op 2 here */
    check_same(&w, 1, ACCESS_A);
    CHECK_EQ(sync_one(&w, 0), ERR_OK);
    check_same(&w, 0, ACCESS_C);
    sim_story_deinit(&w);
}
