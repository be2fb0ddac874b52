/* sim_more.c - see sim_more.h. */
#include "sim_more.h"

#include "sim_bitrot.h"
#include "sim_jump.h"
#include "sim_scopes.h"

bool sim_more_snapshots;

#define SEEDS_WITH 3 /* of so many seeds one has nothing of this */
#define ACT_IN 12

static const struct {
    enum sim_fault fault;
    uint64_t seeds_in; /* one seed of so many, of those that may */
    uint64_t weight;
    void (*act)(struct sim *s);
    void (*heal)(struct sim *s);
} feature[] = {
    {SIM_BITROT, 3, 2, sim_bitrot_act, sim_bitrot_heal},
    {SIM_SNAPSHOT, 2, 0, NULL, NULL},
    {SIM_JUMP, 3, 4, sim_jump_act, sim_jump_heal},
    {SIM_SCOPES, 3, 6, sim_scopes_act, NULL},
};

/* Between these two calls chance is the other stream. */
static uint64_t other(struct sim *s)
{
    uint64_t first = s->chance;

    s->chance = s->more;
    return first;
}

static void back(struct sim *s, uint64_t first)
{
    s->more = s->chance;
    s->chance = first;
}

void sim_more_swarm(struct sim *s)
{
    uint64_t first;

    s->more = (s->seed ^ 0x6d6f7265u) * 0x9e3779b97f4a7c15u + 1;
    if (s->seed % SEEDS_WITH == 0)
        return;
    first = other(s);
    for (size_t i = 0; i < ARRAY_LEN(feature); i++)
        s->on[feature[i].fault] = sim_one_in(s, feature[i].seeds_in);
    back(s, first);
}

void sim_more_act(struct sim *s)
{
    uint64_t sum = 0, dice, first;

    for (size_t i = 0; i < ARRAY_LEN(feature); i++)
        sum += s->on[feature[i].fault] ? feature[i].weight : 0;
    if (sum == 0)
        return;
    first = other(s);
    dice = sim_one_in(s, ACT_IN) ? sim_draw(s, sum) : sum;
    for (size_t i = 0; i < ARRAY_LEN(feature) && dice < sum; i++) {
        if (!s->on[feature[i].fault])
            continue;
        if (dice < feature[i].weight) {
            feature[i].act(s);
            break;
        }
        dice -= feature[i].weight;
    }
    back(s, first);
}

void sim_more_heal(struct sim *s)
{
    uint64_t first = other(s);

    for (size_t i = 0; i < ARRAY_LEN(feature) && !s->failed; i++)
        if (feature[i].heal != NULL)
            feature[i].heal(s);
    back(s, first);
}
