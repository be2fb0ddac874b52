/* t_sim_conflict.c - random worlds of two officers who write the same fields apart, settle what they see, and exchange now
 * and then, through real sessions. At rest both and the ward hold the same; once everybody who saw a conflict has settled
 * it - also if all do so at once, each otherwise - nothing is left to settle, and every change is in the history. */
#include "../proto/mp.h"
#include "sim_story.h"
#include "test.h"

#define WORLDS 60
#define STEPS 24

static const struct {
    uint32_t tag[2];
    size_t fields;
    bool minutes; /* of the day; else text */
} groups[] = {{{TAG(6, MERGE_ASK)}, 1, false}, {{TAG(4, MERGE_ASK), TAG(5, MERGE_ASK)}, 2, true}};

struct world {
    struct sim_story story;
    uint64_t chance;
    uint64_t written;
};

static uint64_t pick(struct world *w, uint64_t n)
{
    return test_random(&w->chance) % n;
}

static void write_group(struct world *w, size_t device, size_t group)
{
    struct change c = {.record = {{0x41}}, .kind = schema_kind_named("meeting")->number, .op = OP_SET};
    struct buf value[2] = {{0}};

    for (size_t i = 0; i < groups[group].fields; i++) {
        uint64_t n = pick(w, 6);
        if (groups[group].minutes)
            mp_put_uint(&value[i], 1000 + n);
        else
            mp_put_str(&value[i], bytes_of(&"abcdef"[n], 1));
        c.triple[c.count++] = (struct triple){.tag = groups[group].tag[i], .value = buf_bytes(&value[i])};
    }
    CHECK_EQ(sim_node_record(&w->story.device[device], &w->story.cell, ACCESS_A, &c), ERR_OK);
    w->written++;
    buf_deinit(&value[0]);
    buf_deinit(&value[1]);
}

/* Does this store's folded record have several values in a group? */
static bool waits(struct world *w, struct memstore *m, size_t group, size_t *changes)
{
    struct id record = {{0x41}};
    struct txn txn;
    struct scope s;
    struct part p;
    bool several = false;

    sim_story_scope(m, &w->story.cell, ACCESS_A, &s);
    memstore_begin(m, false, &txn);
    CHECK_EQ(ledger_part(&txn, &s, schema_kind_named("meeting")->number, &record, &p), ERR_OK);
    memstore_abort(m);
    for (size_t i = 0; i < groups[group].fields; i++) {
        const struct entry *e = fold_entry(&p, groups[group].tag[i]);
        several = several || (e != NULL && e->count > 1);
    }
    *changes = p.changes;
    part_deinit(&p);
    return several;
}

static void sync(struct world *w, size_t device)
{
    CHECK_EQ(sim_link_sync(&w->story.ward, &w->story.device[device], NULL), ERR_OK);
}

static void rest(struct world *w)
{
    size_t first = (size_t)pick(w, 2);

    for (size_t i = 0; i < 4; i++)
        sync(w, (first + i) % 2);
    for (size_t i = 0; i < 2; i++)
        sim_story_check(&w->story, i);
}

static bool one_world(uint64_t seed)
{
    struct world w = {.chance = seed * 7919 + 3};
    size_t changes;
    bool left = false, was;

    sim_story_init(&w.story, 2);
    CHECK_EQ(sim_story_meeting(&w.story, 0, 0x41), ERR_OK);
    rest(&w);
    for (size_t i = 0; i < STEPS; i++) {
        size_t device = (size_t)pick(&w, 2);
        if (pick(&w, 3) == 0)
            sync(&w, device);
        else
            write_group(&w, device, (size_t)pick(&w, ARRAY_LEN(groups)));
    }
    rest(&w);
    was = waits(&w, w.story.ward.store, 0, &changes) || waits(&w, w.story.ward.store, 1, &changes);
    /* Both settle all they see before either hears of the other. */
    for (size_t group = 0; group < ARRAY_LEN(groups); group++)
        for (size_t i = 0; i < 2; i++)
            if (waits(&w, w.story.device[i].store, group, &changes))
                write_group(&w, i, group);
    rest(&w);
    for (size_t group = 0; group < ARRAY_LEN(groups); group++)
        left = left || waits(&w, w.story.ward.store, group, &changes);
    CHECK(!left);
    CHECK_EQ(changes, w.written + 1); /* and the create */
    sim_story_deinit(&w.story);
    return was;
}

TEST(who_saw_it_settles_it_once)
{
    size_t conflicts = 0;

    for (uint64_t seed = 1; seed <= WORLDS; seed++)
        conflicts += one_world(seed);
    CHECK(conflicts > WORLDS / 4);
}
