/* t_budget.c - exchanges within a budget, in random worlds: it is kept, no ancestor is passed over, and in the end all is there. */
#include "../proto/mp.h"
#include "sim_story.h"
#include "test.h"

#define TASK 9u
#define UPDATE 10u
#define RECORDS 24u
#define WRITES 40u
/* What a flight may weigh above its budget: the head of one changeset (seed, signature, frame), as the budget says, and what
 * dictionary and history do better or worse than the estimate of each change alone. */
#define OVER_BYTES 100u

/* One write: to which record, as what, and which record it names (RECORDS: none). */
struct write {
    unsigned record, names;
    bool create;
};

struct world {
    struct sim_story story;
    struct write write[WRITES];
    unsigned writes, records;
    bool update[RECORDS]; /* progress of a task, which names it; else a task */
    uint64_t chance;
};

static uint64_t draw(struct world *w, uint64_t below)
{
    return test_random(&w->chance) % below;
}

static struct id id_of(unsigned record)
{
    return (struct id){{0x55, (uint8_t)record, 1}};
}

static void text_of(unsigned write, struct buf *out)
{
    static const char *const words[] = {"vận động", "các hộ", "trong tổ", "giữ vệ sinh", "đường phố", "trước ngày họp", "theo kế hoạch"};
    struct buf text = {0};
    buf_printf(&text, "việc %u", write);
    for (unsigned i = 0; i < (write % 3 == 0 ? 40 : write % 11); i++) /* what fits behind something long that does not */
        buf_printf(&text, " %s", words[(write * 7 + i * i) % ARRAY_LEN(words)]);
    mp_put_str(out, buf_bytes(&text));
    buf_deinit(&text);
}

static void put_triple(struct change *c, uint32_t tag, const struct buf *value)
{
    c->triple[c->count++] = (struct triple){.tag = tag, .value = buf_bytes(value)};
}

static enum err record(struct world *w, const struct write *write, unsigned number)
{
    bool update = w->update[write->record];
    struct id named = id_of(write->names);
    struct change c = {.record = id_of(write->record), .kind = update ? UPDATE : TASK, .op = write->create ? OP_CREATE : OP_SET};
    struct buf text = {0}, date = {0}, name = {0};
    text_of(number, &text);
    mp_put_uint(&date, 20261104);
    mp_put_bin(&name, named.b, ID_SIZE);
    if (update) {
        put_triple(&c, TAG(1, MERGE_IMMUTABLE), &name);
        put_triple(&c, TAG(2, MERGE_IMMUTABLE), &date);
        put_triple(&c, TAG(4, MERGE_IMMUTABLE), &text);
    } else {
        put_triple(&c, TAG(1, MERGE_LATER), &text);
        if (write->create)
            put_triple(&c, TAG(2, MERGE_LATER), &date);
        if (write->names < RECORDS)
            put_triple(&c, TAG(6, MERGE_LATER), &name);
    }
    enum err e = sim_node_record(&w->story.device[0], &w->story.cell, ACCESS_A, &c);
    buf_deinit(&text);
    buf_deinit(&date);
    buf_deinit(&name);
    return e;
}

/* A new task, another's progress, or a task written over, which may now name one that is younger than itself. */
static void act(struct world *w)
{
    struct write *write = &w->write[w->writes];
    unsigned some = w->records == 0 ? RECORDS : (unsigned)draw(w, w->records);
    write->create = w->records == 0 || (w->records < RECORDS && draw(w, 2) > 0);
    write->record = write->create ? w->records : some;
    write->names = RECORDS;
    if (!write->create && w->update[write->record])
        return; /* progress is never changed */
    if (write->create)
        w->update[write->record] = some < RECORDS && !w->update[some] && draw(w, 2) == 0;
    if (w->update[write->record])
        write->names = some;
    else if (w->records > 0 && draw(w, 3) == 0)
        write->names = (unsigned)draw(w, w->records);
    w->records += write->create;
    CHECK_EQ(record(w, write, w->writes), ERR_OK);
    w->writes++;
}

/* Changes to the record that the store holds, and its text; the part is left to the caller to check. */
static size_t known(struct world *w, struct memstore *m, unsigned n, struct part *p)
{
    struct id id = id_of(n);
    struct scope s;
    struct txn txn;
    sim_story_scope(m, &w->story.cell, ACCESS_A, &s);
    memstore_begin(m, false, &txn);
    CHECK_EQ(ledger_part(&txn, &s, w->update[n] ? UPDATE : TASK, &id, p), ERR_OK);
    memstore_abort(m);
    return p->changes;
}

static const struct entry *entry_of(const struct part *p, uint32_t tag)
{
    for (size_t i = 0; i < p->entries; i++)
        if (p->entry[i].tag == tag)
            return &p->entry[i];
    return NULL;
}

/* The record reads as after its k-th write: no earlier one was passed over, and nobody sees a conflict. */
static void check_text(struct world *w, const struct part *p, unsigned record, size_t k)
{
    const struct entry *e = entry_of(p, w->update[record] ? TAG(4, MERGE_IMMUTABLE) : TAG(1, MERGE_LATER));
    struct buf want = {0};
    for (unsigned i = 0; i < w->writes && k > 0; i++)
        if (w->write[i].record == record && --k == 0)
            text_of(i, &want);
    if (CHECK(e != NULL) && CHECK_EQ(e->count, 1))
        CHECK_BYTES(e->candidate[0].value, buf_bytes(&want));
    buf_deinit(&want);
}

/* What the ward has is whole: each record's first writes, and whatever those name. */
static size_t check_ward(struct world *w)
{
    size_t have[RECORDS + 1] = {0}, sum = 0, seen[RECORDS] = {0};
    for (unsigned n = 0; n < w->records; n++) {
        struct part p;
        have[n] = known(w, w->story.ward.store, n, &p);
        if (have[n] > 0)
            check_text(w, &p, n, have[n]);
        sum += have[n];
        part_deinit(&p);
    }
    for (unsigned i = 0; i < w->writes; i++) {
        const struct write *write = &w->write[i];
        if (seen[write->record]++ < have[write->record] && write->names < RECORDS)
            CHECK(have[write->names] > 0);
    }
    return sum;
}

static void world_init(struct world *w, uint64_t seed)
{
    memset(w, 0, sizeof *w);
    w->chance = seed * 0x9e3779b97f4a7c15u + 3;
    sim_story_init(&w->story, 2);
}

static uint64_t sync_within(struct world *w, uint64_t budget_bytes)
{
    struct sim_device *d = &w->story.device[0];
    uint8_t binding[BINDING_SIZE];
    struct sim_link l;
    sim_node_random(&d->chance, binding, sizeof binding);
    d->budget_bytes = budget_bytes;
    sim_link_open(&l, &w->story.ward, d, binding, ZIP_LEVEL);
    sim_link_run(&l);
    CHECK_EQ(l.device.err, ERR_OK);
    uint64_t bytes = l.device.counts.bytes_out;
    sim_link_close(&l);
    d->budget_bytes = 0;
    return bytes;
}

/* Writes and exchanges by turns, then no more writes. */
static void one_world(uint64_t seed)
{
    struct world w;
    size_t before = 0, rounds = 0;
    world_init(&w, seed);
    while (w.writes < WRITES) {
        if (draw(&w, 6) > 0) {
            act(&w);
            continue;
        }
        uint64_t budget = 230 + draw(&w, 400);
        CHECK(sync_within(&w, budget) <= budget + OVER_BYTES);
        before = check_ward(&w);
    }
    /* Within a budget for any chain there is, each exchange brings something until all is there. */
    while (sim_story_counts(&w.story.device[0]).unsealed > 0 && rounds++ < WRITES) {
        CHECK(sync_within(&w, 6000) <= 6000 + OVER_BYTES);
        size_t now = check_ward(&w);
        CHECK(now > before);
        before = now;
    }
    CHECK_EQ(check_ward(&w), w.writes);
    CHECK_EQ(sim_story_counts(&w.story.device[0]).sealed, 0);
    for (size_t i = 0; i < 2; i++) {
        CHECK_EQ(sim_link_sync(&w.story.ward, &w.story.device[i], NULL), ERR_OK);
        sim_story_check(&w.story, i);
    }
    sim_story_deinit(&w.story);
}

TEST(random_worlds_within_a_budget)
{
    for (uint64_t seed = 1; seed <= 50; seed++)
        one_world(seed);
}

/* A budget groups changes in another way than a copy of the store does that sends them all: they come under two names
 * (protocol.md 8.7). Both stand in the log, and every record reads as if it had come once. */
TEST(what_a_copy_sends_again_in_other_groups_is_merged)
{
    size_t doubles = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct world w;
        struct memstore *backup;
        world_init(&w, seed);
        while (w.writes < 12)
            act(&w);
        backup = memstore_copy(w.story.device[0].store);
        for (unsigned i = 0; i < 30 && sim_story_counts(&w.story.device[0]).unsealed > 0; i++)
            sync_within(&w, 400 + 40 * i);
        CHECK_EQ(check_ward(&w), w.writes);
        memstore_restore(w.story.device[0].store, backup);
        memstore_free(backup);
        for (unsigned i = 0; i < 3; i++) {
            CHECK_EQ(sim_link_exchange(&w.story.ward, &w.story.device[0], NULL), ERR_OK);
            CHECK_EQ(sim_link_exchange(&w.story.ward, &w.story.device[1], NULL), ERR_OK);
        }
        for (unsigned n = 0; n < w.records; n++) {
            size_t writes = 0;
            struct part p;
            for (unsigned i = 0; i < w.writes; i++)
                writes += w.write[i].record == n;
            size_t changes = known(&w, w.story.device[1].store, n, &p);
            CHECK(changes >= writes);
            doubles += changes - writes;
            check_text(&w, &p, n, writes);
            part_deinit(&p);
        }
        sim_story_check(&w.story, 0);
        sim_story_check(&w.story, 1);
        sim_story_deinit(&w.story);
    }
    CHECK(doubles > 0); /* else this shows nothing */
}
