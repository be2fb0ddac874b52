/* sim.c - one seed from its beginning to its end. */
#include "sim.h"

#include <stdarg.h>
#include <stdio.h>

#include "sim_flow.h"
#include "sim_log.h"
#include "sim_more.h"
#include "sim_net.h"
#include "sim_sign.h"
#include "sim_world.h"
#include "test.h"

#define ACTIONS_MIN 200
#define ACTIONS_MORE 150
#define FLOW_ACTIONS_MOST 50000
#define REAL_IN 64 /* one seed of so many signs with Ed25519 */

uint64_t sim_draw(struct sim *s, uint64_t below)
{
    return test_random(&s->chance) % below;
}

bool sim_one_in(struct sim *s, uint64_t n)
{
    return sim_draw(s, n) == 0;
}

void sim_note(struct sim *s, const char *fmt, ...)
{
    char line[SIM_WHY_MAX];
    struct bytes piece[2];
    va_list args;
    int n;

    va_start(args, fmt);
    n = vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    assert(n >= 0 && (size_t)n < sizeof line);
    piece[0] = bytes_of(s->hash.b, HASH_SIZE);
    piece[1] = bytes_of(line, (size_t)n);
    crypto_blake2b(s->hash.b, HASH_SIZE, bytes_of(NULL, 0), piece, 2);
    if (s->trace)
        printf("%llu %s\n", (unsigned long long)s->totals.actions, line);
}

void sim_broken(struct sim *s, const char *fmt, ...)
{
    va_list args;

    if (s->failed)
        return;
    s->failed = true;
    va_start(args, fmt);
    (void)vsnprintf(s->why, sizeof s->why, fmt, args);
    va_end(args);
}

void sim_add_totals(struct sim_totals *sum, const struct sim_totals *t)
{
    uint64_t most = sum->rounds_most > t->rounds_most ? sum->rounds_most : t->rounds_most;
    uint64_t *to = (uint64_t *)(void *)sum;
    const uint64_t *from = (const uint64_t *)(const void *)t;

    for (size_t i = 0; i < sizeof *sum / sizeof *to; i++)
        to[i] += from[i];
    sum->rounds_most = most;
}

static void swarm(struct sim *s)
{
    for (size_t i = 0; i < SIM_FAULT_MORE; i++)
        s->on[i] = sim_one_in(s, 2);
    sim_more_swarm(s);
    if (s->on[SIM_JUMP] && (s->on[SIM_CLONE] || s->on[SIM_CLIENT_RESTORE]))
        s->on[SIM_BUDGET] = false; /* copies would group much unsent work otherwise: it comes twice (protocol.md 8.7) */
    s->on[SIM_SCOPES] = s->on[SIM_SCOPES] && !s->on[SIM_RESTORE]; /* of seed 3083 the model judges a role by a later log */
    s->on[SIM_SNAPSHOT] = s->on[SIM_SNAPSHOT] && !s->on[SIM_JUMP] && !s->on[SIM_SCOPES] &&
                          (sim_more_snapshots || !s->on[SIM_RESTORE]); /* not all of it together yet */
    s->on[SIM_FILES] = s->on[SIM_FILES] && !s->on[SIM_RESTORE]; /* files of a lost epoch are another story */
    s->bulk = sim_one_in(s, 12);
    s->level = sim_one_in(s, 4) ? (int)sim_draw(s, 4) : 0; /* packing costs the most time of all */
}

/* L1: without faults every device comes to "everything is at the ward", and all hold the same. */
static void heal(struct sim *s)
{
    char why[SIM_WHY_MAX] = "";
    size_t rounds = 0;

    s->healing = true;
    memset(s->on, 0, sizeof s->on);
    memstore_fail(s->ward.store, 0, ERR_OK);
    for (size_t i = 0; i < s->peers; i++)
        memstore_fail(s->peer[i].node.store, 0, ERR_OK);
    sim_net_finish(s);
    for (size_t i = 0; !s->failed && i < s->peers; i++) /* also those whose first answer was lost */
        if (!s->peer[i].enrolled && (!sim_net_sync(s, i) || !s->peer[i].enrolled))
            sim_broken(s, "L1: %zu does not enrol", i);
    if (!s->failed)
        sim_more_heal(s);
    while (!s->failed && !sim_log_settled(s, why)) {
        if (++rounds > SIM_ROUNDS_MAX)
            sim_broken(s, "L1: after %d rounds %.200s", SIM_ROUNDS_MAX, why);
        for (size_t i = 0; !s->failed && i < s->peers; i++)
            if (s->peer[i].enrolled && !s->peer[i].revoked)
                sim_net_sync(s, i);
    }
    s->totals.rounds = rounds;
    s->totals.rounds_most = rounds;
}

bool sim_run(struct sim *s, uint64_t seed, bool trace)
{
    uint64_t actions;

    memset(s, 0, sizeof *s);
    s->seed = seed;
    s->chance = seed * 0x9e3779b97f4a7c15u + 1;
    s->trace = trace;
    s->totals.seeds = 1;
    sim_sign_real = seed % REAL_IN == 0;
    swarm(s);
    sim_world_init(s);
    actions = ACTIONS_MIN + sim_draw(s, ACTIONS_MORE);
    for (uint64_t i = 0; !s->failed && (i < actions || sim_flow_left(s)); i++) {
        s->totals.actions++;
        if (i > FLOW_ACTIONS_MOST)
            sim_broken(s, "flow: it comes to no end");
        if (sim_draw(s, 8) < 3)
            sim_world_act(s);
        else
            sim_net_act(s);
        if (!s->failed)
            sim_more_act(s);
    }
    if (!s->failed)
        heal(s);
    if (!s->failed)
        sim_log_final(s);
    return !s->failed;
}

void sim_deinit(struct sim *s)
{
    sim_world_deinit(s);
}
