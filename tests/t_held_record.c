/* t_held_record.c - the word of a person on a whole record, whose parts wait as changes of their own
 * (proto/ward_held_record.h). */
#include "../proto/ward_held_record.h"
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

static enum err rule_record(struct sim_story *w, const char *prefix, enum verdict verdict, struct ward_ruled *out)
{
    struct ward_ruling r = {prefix, verdict, bytes_of_str(WHY), bytes_of_str(WHO), false};
    struct txn txn;
    enum err e;

    memset(out, 0, sizeof *out);
    memstore_begin(w->ward.store, true, &txn);
    e = ward_rule_record(&txn, &w->ward.ward, &r, w->ward.now, out);
    if (e == ERR_OK)
        CHECK(memstore_commit(w->ward.store, true) == ERR_OK);
    else
        memstore_abort(w->ward.store);
    ward_ruled_deinit(out);
    return e;
}

TEST(a_record_is_decided_with_all_its_parts_by_its_own_id)
{
    for (unsigned v = 0; v < 2; v++) {
        enum verdict verdict = v == 0 ? VERDICT_ACCEPTED : VERDICT_REFUSED;
        const struct id other = {{0x78}};
        struct ward_ruled ruled;
        struct sim_story w;

        sim_story_init(&w, 2);
        member(&w, 0, &person);
        member(&w, 0, &other);
        sync(&w, 0);
        CHECK_EQ(sim_story_counts(&w.device[0]).held, 4);
        CHECK_EQ(sim_story_counts(&w.device[0]).held_records, 2);
        CHECK_EQ(rule_record(&w, "7700000000000000000000000000000000", verdict, &ruled), ERR_NO_SUCH_CHANGE);
        CHECK_EQ(rule_record(&w, "77000", verdict, &ruled), ERR_BAD_VALUE);
        CHECK_EQ(rule_record(&w, "770000", verdict, &ruled), ERR_OK);
        CHECK(ruled.left == 0 && !ruled.half && !ruled.torn);
        CHECK(id_equal(&ruled.record, &person));
        CHECK_EQ(rule_record(&w, "770000", verdict, &ruled), ERR_NO_SUCH_CHANGE);
        for (size_t i = 0; i < 2; i++)
            sync(&w, i);
        CHECK_EQ(sim_story_counts(&w.device[0]).held, 2);
        CHECK_EQ(sim_story_counts(&w.device[0]).held_records, 1);
        CHECK_EQ(sim_story_counts(&w.device[0]).refused, v == 0 ? 0 : 2);
        for (int a = ACCESS_A; a <= ACCESS_B; a++)
            CHECK_EQ(changes_of(w.device[1].store, &w.cell, (enum access)a, &person), v == 0 ? 1 : 0);
        sim_story_check(&w, 1);
        sim_story_deinit(&w);
    }
}

TEST(one_part_refused_alone_leaves_no_half_record_unseen)
{
    char hex[2 * HASH_SIZE + 1];
    struct ward_ruled ruled;
    struct sim_story w;

    sim_story_init(&w, 1);
    member(&w, 0, &person);
    sync(&w, 0);
    sim_ruling_which(&w, hex);
    CHECK_EQ(rule_record(&w, hex, VERDICT_ACCEPTED, &ruled), ERR_OK);
    CHECK(ruled.left == 1 && !ruled.half && id_equal(&ruled.record, &person));
    sim_ruling_which(&w, hex);
    CHECK_EQ(rule_record(&w, hex, VERDICT_REFUSED, &ruled), ERR_OK);
    CHECK(ruled.left == 0 && ruled.half);
    sim_story_deinit(&w);
}

/* The member has a part here that is almost as large as one may be. */
static void fill_part(struct txn *txn, const struct scope *s)
{
    struct change c = {.record = person, .kind = schema_kind_named("member")->number, .op = OP_SET, .count = 1};
    struct buf text = {0}, value = {0}, row = {0};
    struct version v = {{1}};
    uint8_t room[STORE_KEY_MAX];
    struct part p;

    part_init(&p);
    memset(buf_grow(&text, PART_MAX - 60), 'a', PART_MAX - 60);
    mp_put_str(&value, buf_bytes(&text));
    c.triple[0] = (struct triple){.tag = 8 * 11 + 2, .value = buf_bytes(&value)};
    CHECK(fold_change(&p, 2, &c, &v, true, 0, 0));
    part_encode(&p, &row);
    CHECK_EQ(store_put(txn, TABLE_part, scope_key_part(room, c.kind, &person, s->number), buf_bytes(&row)), ERR_OK);
    part_deinit(&p);
    buf_deinit(&text);
    buf_deinit(&value);
    buf_deinit(&row);
}

/* The part that comes second cannot be accepted any more: nothing of the record is. */
TEST(what_fails_for_one_part_is_torn_and_not_committed)
{
    struct ward_ruled ruled;
    struct sim_story w;
    struct scope first, s;
    struct txn txn;

    sim_story_init(&w, 1);
    member(&w, 0, &person);
    sync(&w, 0);
    sim_story_scope(w.ward.store, &w.cell, ACCESS_A, &first);
    sim_story_scope(w.ward.store, &w.cell, ACCESS_B, &s);
    if (memcmp(first.id.b, s.id.b, ID_SIZE) > 0) /* scopes go by their ids */
        s = first;
    memstore_begin(w.ward.store, true, &txn);
    fill_part(&txn, &s);
    CHECK_EQ(memstore_commit(w.ward.store, true), ERR_OK);
    CHECK_EQ(rule_record(&w, "770000", VERDICT_ACCEPTED, &ruled), ERR_TOO_LONG);
    CHECK(ruled.torn);
    CHECK_EQ(waiting(w.ward.store, &w.cell, ACCESS_A).count + waiting(w.ward.store, &w.cell, ACCESS_B).count, 2);
    sim_story_deinit(&w);
}
