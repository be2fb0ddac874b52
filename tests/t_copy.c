/* t_copy.c - a very small world, very many times: one ward, two devices, some twenty actions, stores that are put back or
 * cloned at any commit. Nothing is lost, nothing comes twice, copies are recognised, nobody is called without need.
 *
 *     t_copy                       the seeds of `make check`
 *     t_copy --seeds N --first S   N seeds from S on */
#include <stdio.h>
#include <stdlib.h>

#include "sim_sign.h"
#include "sim_story.h"
#include "sim_value.h"
#include "test.h"

#define SEEDS 3000
#define ACTIONS 20
#define ROUNDS 3
#define WRITES_MAX 60

/* Store 0 and 1 are the devices, 2 a clone of store 0. A seed without faults has neither restores nor clones. */
#define STORES 3

struct store {
    struct sim_device d;
    bool live;
    uint64_t wrote; /* which writes this store's past holds */
};

struct world {
    struct sim_ward ward;
    struct store at[STORES];
    struct memstore *backup;
    uint64_t backup_wrote;
    bool cloned, restored;
    unsigned writes, renewed, contacts[STORES];
    uint64_t chance;
    char why[160];
};

static struct sim_story base; /* every seed begins with a copy of it */

static uint64_t draw(struct world *w, uint64_t below)
{
    return test_random(&w->chance) % below;
}

static void broken(struct world *w, const char *what, unsigned a, unsigned b)
{
    if (w->why[0] == '\0')
        snprintf(w->why, sizeof w->why, "%s (%u, %u)", what, a, b);
}

static void world_init(struct world *w, uint64_t seed)
{
    memset(w, 0, sizeof *w);
    w->chance = seed * 0x9e3779b97f4a7c15u + 7;
    w->ward = base.ward;
    w->ward.store = memstore_copy(base.ward.store);
    w->ward.ward.hooks.arg = &w->ward;
    for (size_t i = 0; i < 2; i++) {
        w->at[i].d = base.device[i];
        w->at[i].d.store = memstore_copy(base.device[i].store);
        w->at[i].d.chance ^= seed;
        w->at[i].live = true;
    }
}

static void world_deinit(struct world *w)
{
    memstore_free(w->ward.store);
    memstore_free(w->backup);
    for (size_t i = 0; i < STORES; i++)
        memstore_free(w->at[i].d.store);
}

static struct id write_id(unsigned n)
{
    return (struct id){{0x77, (uint8_t)(n + 1)}};
}

static void act_write(struct world *w, size_t i)
{
    struct sim_value v = {0};
    struct id record = write_id(w->writes);

    if (w->writes == WRITES_MAX)
        return;
    sim_value_create(&v, schema_kind_named("meeting"), ACCESS_A, &record, &w->chance);
    if (sim_node_record(&w->at[i].d, &base.cell, ACCESS_A, &v.change) != ERR_OK)
        broken(w, "not recorded", (unsigned)i, w->writes);
    w->at[i].wrote |= (uint64_t)1 << w->writes++;
    sim_value_deinit(&v);
}

static void backup_take(struct world *w)
{
    memstore_free(w->backup);
    w->backup = memstore_copy(w->at[0].d.store);
    w->backup_wrote = w->at[0].wrote;
}

/* A session that is cut somewhere; a copy's renewal perhaps too. */
static void act_cut(struct world *w, size_t i)
{
    uint8_t binding[BINDING_SIZE];
    struct sim_link l;
    bool copy;

    sim_node_random(&w->at[i].d.chance, binding, sizeof binding);
    sim_link_open(&l, &w->ward, &w->at[i].d, binding, 0);
    l.limit[draw(w, 2)] = draw(w, 700);
    sim_link_run(&l);
    if (l.device.err == ERR_COPY && !w->restored && !w->cloned)
        broken(w, "S9: a false alarm", (unsigned)i, 0);
    copy = l.device.err == ERR_COPY;
    sim_link_close(&l);
    if (!copy || draw(w, 2) == 0)
        return;
    sim_link_open_copy(&l, &w->ward, &w->at[i].d, binding, 0);
    l.limit[draw(w, 2)] = draw(w, 900);
    sim_link_run(&l);
    sim_link_close(&l);
}

static void act_sync(struct world *w, size_t i)
{
    unsigned renewed = 0;
    enum err e = sim_link_exchange(&w->ward, &w->at[i].d, &renewed);

    if (e != ERR_OK)
        broken(w, err_name(e), (unsigned)i, 0);
    if (renewed > 0 && (i == 1 || (!w->restored && !w->cloned)))
        broken(w, "S9: a new incarnation without a copy", (unsigned)i, 0);
    w->renewed += renewed;
    w->contacts[i]++;
}

static void act_restore(struct world *w)
{
    if (w->backup == NULL)
        return;
    memstore_restore(w->at[0].d.store, w->backup);
    w->at[0].wrote = w->backup_wrote;
    w->at[0].d.chance ^= test_random(&w->chance);
    w->restored = true;
}

static void act_clone(struct world *w)
{
    if (w->at[2].live)
        return;
    w->at[2] = w->at[0];
    w->at[2].d.store = memstore_copy(w->at[0].d.store);
    w->at[2].d.chance ^= test_random(&w->chance);
    w->cloned = true;
    memset(w->contacts, 0, sizeof w->contacts);
}

static void act(struct world *w, unsigned faults)
{
    size_t i = draw(w, STORES);
    uint64_t dice = draw(w, 16);

    if (!w->at[i].live)
        i = 0;
    if (dice < 6)
        act_write(w, i);
    else if (dice < 9)
        act_sync(w, i);
    else if (dice < 12)
        act_cut(w, i);
    else if (dice < 14 && (faults & 1))
        backup_take(w);
    else if (dice == 14 && (faults & 1))
        act_restore(w);
    else if (dice == 15 && (faults & 2))
        act_clone(w);
}

static enum device_state state_of(struct world *w)
{
    struct replica r = sim_node_replica(&w->at[0].d);
    struct ward_device row;
    struct txn txn;
    enum err e;

    memstore_begin(w->ward.store, false, &txn);
    e = ward_device_load(&txn, &r.device, &row);
    memstore_abort(w->ward.store);
    return e == ERR_OK ? row.state : DEVICE_STATES;
}

static size_t folded(struct world *w, struct memstore *m, unsigned n)
{
    struct id record = write_id(n);
    struct scope s;
    struct part p;
    struct txn txn;
    size_t changes;

    sim_story_scope(m, &base.cell, ACCESS_A, &s);
    memstore_begin(m, false, &txn);
    if (ledger_part(&txn, &s, schema_kind_named("meeting")->number, &record, &p) != ERR_OK)
        broken(w, "a part does not decode", n, 0);
    changes = p.changes;
    part_deinit(&p);
    memstore_abort(m);
    return changes;
}

static void check(struct world *w)
{
    bool copied = state_of(w) == DEVICE_COPIED;
    uint64_t must = w->at[0].wrote | w->at[1].wrote | w->at[2].wrote;
    struct hash root = sim_story_root(w->ward.store, &base.cell, ACCESS_A);

    if (copied && !w->cloned)
        broken(w, "S9: two live, and there is one", 0, 0);
    if (w->cloned && !w->restored && !copied)
        broken(w, "S9: two live are not recognised", w->contacts[0], w->contacts[2]);
    for (unsigned n = 0; n < w->writes; n++) {
        size_t changes = folded(w, w->ward.store, n);

        if (changes > 1)
            broken(w, "S2: folded twice", n, (unsigned)changes);
        if (changes == 0 && (must >> n & 1) != 0 && !copied)
            broken(w, "S1: lost", n, 0);
    }
    for (size_t i = 0; i < STORES; i++) {
        struct hash here;

        if (!w->at[i].live)
            continue;
        here = sim_story_root(w->at[i].d.store, &base.cell, ACCESS_A);
        if (!crypto_equal(here.b, root.b, HASH_SIZE))
            broken(w, "S4: another log", (unsigned)i, 0);
        if (sim_story_counts(&w->at[i].d).sealed + sim_story_counts(&w->at[i].d).unsealed > 0)
            broken(w, "L1: not settled", (unsigned)i, 0);
    }
}

static bool run(uint64_t seed, unsigned *renewed, unsigned *alarms)
{
    struct world w;
    unsigned faults = (unsigned)(seed % 4);

    world_init(&w, seed);
    for (unsigned i = 0; i < ACTIONS && w.why[0] == '\0'; i++)
        act(&w, faults);
    for (unsigned round = 0; round < ROUNDS && w.why[0] == '\0'; round++)
        for (size_t i = 0; i < STORES && w.why[0] == '\0'; i++)
            if (w.at[i].live)
                act_sync(&w, i);
    for (size_t i = 0; i < 2 && w.why[0] == '\0'; i++) /* what the last of them brought */
        act_sync(&w, i);
    if (w.at[2].live && w.why[0] == '\0')
        act_sync(&w, 2);
    if (w.why[0] == '\0')
        check(&w);
    if (w.why[0] != '\0')
        printf("seed %llu: %s\n", (unsigned long long)seed, w.why);
    *renewed += w.renewed;
    *alarms += state_of(&w) == DEVICE_COPIED;
    world_deinit(&w);
    return w.why[0] == '\0';
}

int main(int argc, char **argv)
{
    uint64_t first = 1, seeds = SEEDS, failed = 0, i;
    unsigned renewed = 0, alarms = 0;

    for (int k = 1; k + 1 < argc; k += 2) {
        if (strcmp(argv[k], "--seeds") == 0)
            seeds = strtoull(argv[k + 1], NULL, 10);
        else if (strcmp(argv[k], "--first") == 0)
            first = strtoull(argv[k + 1], NULL, 10);
    }
    sim_sign_real = false;
    sim_story_init(&base, 2);
    for (i = 0; i < seeds && failed < 20; i++)
        failed += !run(first + i, &renewed, &alarms);
    printf("%llu seeds, %u new incarnations, %u times two live\n", (unsigned long long)i, renewed, alarms);
    printf("t_copy: %llu passed, %llu failed\n", (unsigned long long)(i - failed), (unsigned long long)failed);
    sim_story_deinit(&base);
    return failed > 0;
}
