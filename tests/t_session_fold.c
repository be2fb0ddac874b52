/* t_session_fold.c - which fold a log works by, and people who settle a conflict apart, through real sessions. */
#include <stdlib.h>

#include "../proto/fold_at.h"
#include "../proto/mp.h"
#include "sim_story.h"
#include "test.h"

#define PLACE TAG(6, MERGE_ASK) /* of a meeting */

/* The device sets the meeting's place; what it has on its screen is the base. */
static enum err set_place(struct sim_story *w, size_t device, const char *place)
{
    struct change c = {.record = {{0x41}}, .kind = schema_kind_named("meeting")->number, .op = OP_SET, .count = 1};
    struct buf value = {0};

    mp_put_str(&value, bytes_of_str(place));
    c.triple[0] = (struct triple){.tag = PLACE, .value = buf_bytes(&value)};
    enum err e = sim_node_record(&w->device[device], &w->cell, ACCESS_A, &c);
    buf_deinit(&value);
    return e;
}

static size_t candidates(struct sim_story *w, struct memstore *m, struct buf *first)
{
    struct txn txn;
    struct scope s;
    struct part p;
    struct id record = {{0x41}};
    struct mp r;

    sim_story_scope(m, &w->cell, ACCESS_A, &s);
    memstore_begin(m, false, &txn);
    CHECK_EQ(ledger_part(&txn, &s, schema_kind_named("meeting")->number, &record, &p), ERR_OK);
    memstore_abort(m);
    const struct entry *e = fold_entry(&p, PLACE);
    size_t n = e == NULL ? 0 : e->count;
    buf_clear(first);
    if (e != NULL) {
        mp_open(&r, e->candidate[0].value);
        buf_put_bytes(first, mp_str(&r, TEXT_MAX));
        CHECK_EQ(mp_close(&r), ERR_OK);
    }
    part_deinit(&p);
    return n;
}

static void sync_all(struct sim_story *w)
{
    for (size_t round = 0; round < 2; round++)
        for (size_t i = 0; i < 2; i++)
            CHECK_EQ(sim_link_sync(&w->ward, &w->device[i], NULL), ERR_OK);
}

/* A meeting whose place two people wrote down differently; everybody has seen both. */
static void begin(struct sim_story *w)
{
    sim_story_init(w, 2);
    CHECK_EQ(sim_story_meeting(w, 0, 0x41), ERR_OK);
    sync_all(w);
    CHECK_EQ(set_place(w, 0, "nhà văn hóa"), ERR_OK);
    CHECK_EQ(set_place(w, 1, "trường học"), ERR_OK);
    sync_all(w);
}

static void settle_in_order(size_t first)
{
    static const char *const word[] = {"nhà văn hóa tổ 14", "trường Kim Đồng"};
    struct sim_story w;
    struct buf place = {0};

    begin(&w);
    for (size_t i = 0; i < 2; i++)
        CHECK_EQ(candidates(&w, w.device[i].store, &place), 2);
    for (size_t i = 0; i < 2; i++)
        CHECK_EQ(set_place(&w, i, word[i]), ERR_OK);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[first], NULL), ERR_OK);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[1 - first], NULL), ERR_OK);
    sync_all(&w);
    for (size_t i = 0; i < 2; i++) {
        CHECK_EQ(candidates(&w, w.device[i].store, &place), 1);
        CHECK_STR(buf_cstr(&place), word[1 - first]); /* the later in the log */
        sim_story_check(&w, i);
    }
    buf_deinit(&place);
    sim_story_deinit(&w);
}

TEST(two_who_settle_it_apart_agree_in_either_order)
{
    settle_in_order(0);
    settle_in_order(1);
}

static void set_fold(struct memstore *m, struct sim_story *w, uint32_t version)
{
    struct txn txn;
    struct scope s;

    sim_story_scope(m, &w->cell, ACCESS_A, &s);
    s.fold_version = version;
    memstore_begin(m, true, &txn);
    CHECK_EQ(scope_save(&txn, &s), ERR_OK);
    CHECK_EQ(memstore_commit(m, true), ERR_OK);
}

/* An older program left this log at version 1; a newer chibod opens its home. */
TEST(an_older_log_goes_on_by_the_newer_fold)
{
    struct sim_story w;
    struct scope s;
    struct txn txn;
    size_t upgraded;

    begin(&w);
    set_fold(w.ward.store, &w, 1);
    set_fold(w.device[0].store, &w, 1);
    set_fold(w.device[1].store, &w, 1);
    for (size_t want = 1; want + 1 > 0; want--) {
        memstore_begin(w.ward.store, true, &txn);
        CHECK_EQ(ward_fold_upgrade(&txn, &w.ward.ward, w.ward.now, &upgraded), ERR_OK);
        CHECK_EQ(upgraded, want); /* the second time there is nothing to do */
        CHECK_EQ(memstore_commit(w.ward.store, true), ERR_OK);
    }
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], NULL), ERR_OK);
    sim_story_scope(w.device[0].store, &w.cell, ACCESS_A, &s);
    CHECK_EQ(s.fold_version, 2);
    sim_story_check(&w, 0); /* the digest of the state names the version */
    sim_story_deinit(&w);
}

/* What this program does not know how to fold it does not take: nothing is added, and the error says why. */
TEST(a_newer_fold_is_too_new)
{
    struct sim_story w;
    struct scope s;
    struct txn txn;
    struct control c = {.kind = CONTROL_FOLD, .is.fold.version = FOLD_VERSION + 1};
    struct buf encoded = {0};
    uint8_t signature[SIGNATURE_SIZE];

    sim_story_init(&w, 1);
    sim_story_scope(w.device[0].store, &w.cell, ACCESS_A, &s);
    uint64_t size = s.frontier.size;
    c.ward = w.ward.ward.id;
    c.scope = s.id;
    control_encode(&c, &encoded);
    control_sign(signature, buf_bytes(&encoded), w.ward.ward.secret_key);
    memstore_begin(w.device[0].store, true, &txn);
    CHECK_EQ(ledger_add_control(&txn, &s, buf_bytes(&encoded), signature), ERR_TOO_NEW);
    CHECK_EQ(s.frontier.size, size);
    memstore_abort(w.device[0].store);
    buf_deinit(&encoded);
    sim_story_deinit(&w);
}

/* A scope made by today's ward works by the second fold from its second leaf on. */
TEST(a_replay_knows_by_which_fold_each_change_was_folded)
{
    struct sim_story w;
    struct fold_at at;
    struct scope s;
    struct txn txn;
    uint32_t version;

    sim_story_init(&w, 1);
    sim_story_scope(w.device[0].store, &w.cell, ACCESS_A, &s);
    memstore_begin(w.device[0].store, false, &txn);
    CHECK_EQ(fold_at_load(&txn, &s, &at), ERR_OK);
    CHECK_EQ(fold_at(&txn, &s, &at, (uint32_t)at.leaf, 0, &version), ERR_OK);
    CHECK_EQ(version, 1); /* what comes with the fold leaf or before it */
    CHECK_EQ(fold_at(&txn, &s, &at, (uint32_t)at.leaf + 1, 0, &version), ERR_OK);
    CHECK_EQ(version, 2);
    CHECK_EQ(at.leaf, 1);
    s.fold_version = 1; /* a log that no fold leaf has touched yet */
    CHECK_EQ(fold_at_load(&txn, &s, &at), ERR_OK);
    CHECK_EQ(fold_at(&txn, &s, &at, 7, 0, &version), ERR_OK);
    CHECK_EQ(version, 1);
    memstore_abort(w.device[0].store);
    sim_story_deinit(&w);
}
