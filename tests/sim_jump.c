/* sim_jump.c - see sim_jump.h. */
#include "sim_jump.h"

#include "../proto/ward_quarantine.h"
#include "sim_net.h"
#include "sim_world.h"

#define DAY_S 86400u
#define LIFE_DAYS 90  /* a short certificate */
#define AWAY_DAYS 400
#define STEP_DAYS 260 /* at most, between two things that happen */
#define SUM_DAYS 1500 /* of one seed: nobody comes later than a term of office after the end of a certificate */
#define WRITES 24
#define CALLS 5

void sim_jump_ward(struct sim *s)
{
    if (s->on[SIM_JUMP])
        s->ward.certificate_life = (s->seed % 4 < 3 ? LIFE_DAYS : AWAY_DAYS) * DAY_S;
}

bool sim_jump_is_away(const struct sim *s, size_t peer)
{
    return peer + 1 == s->away.peer;
}

/* An invite lasts a day. */
static bool all_enrolled(const struct sim *s)
{
    bool all = true;

    for (size_t i = 0; i < s->peers; i++)
        all = all && s->peer[i].enrolled;
    return all;
}

static void write_some(struct sim *s, size_t peer)
{
    for (uint64_t i = sim_draw(s, WRITES); i > 0 && !s->failed; i--)
        sim_world_write(s, peer);
}

static void leave(struct sim *s)
{
    size_t i = sim_draw(s, s->peers);

    if (!s->peer[i].enrolled || s->peer[i].revoked || s->away.sum >= SUM_DAYS / 2 || (s->rotten && s->rotten_with == i))
        return; /* nobody else has that leaf */
    sim_note(s, "%zu goes away", i);
    sim_net_device_gone(s, i);
    s->away.peer = i + 1;
    s->away.days = 0;
    write_some(s, i);
}

static void pass_time(struct sim *s)
{
    uint64_t days = 1 + sim_draw(s, STEP_DAYS);

    if (!all_enrolled(s) || s->away.sum + days > SUM_DAYS)
        return;
    s->ward.now += days * DAY_S;
    s->away.days += days;
    s->away.sum += days;
    sim_note(s, "%zu days pass", (size_t)days);
    for (size_t i = 0; i < s->peers; i++)
        if (!sim_one_in(s, 8)) /* else its clock has stopped */
            s->peer[i].node.now = s->ward.now;
    if (sim_one_in(s, 2))
        sim_world_rotate(s);
    if (s->failed)
        return;
    write_some(s, s->away.peer - 1);
}

struct aside {
    const struct id *device;
    uint64_t changes;
};

static bool count_aside(void *arg, const struct ward_held *h)
{
    struct aside *a = arg;

    a->changes += id_equal(&h->header.device, a->device);
    return true;
}

/* Not at the ward, in whatever way: not in its logs, and of a device that is revoked not aside either. */
static uint64_t left_over(struct sim *s, size_t peer)
{
    struct sim_peer *p = &s->peer[peer];
    struct aside aside = {.device = &p->id};
    struct replica_counts counts = {0};
    struct txn txn;
    uint64_t left;
    enum err e;

    memstore_begin(p->node.store, false, &txn);
    e = replica_count(&txn, &counts);
    memstore_abort(p->node.store);
    memstore_begin(s->ward.store, false, &txn);
    if (e == ERR_OK && p->revoked)
        e = ward_quarantine_each(&txn, count_aside, &aside);
    memstore_abort(s->ward.store);
    if (e != ERR_OK)
        sim_broken(s, "L3: what %zu has left cannot be read: %s", peer, err_name(e));
    left = counts.sealed + counts.unsealed;
    return left > aside.changes ? left - aside.changes : 0;
}

/* Whoever was revoked before his first exchange knows no scope to sign for; of two stores of a device that is revoked one
 * hands in what it signed under their numbers, the other gets no new ones; and of a ward that was put back others must
 * have shown him first. */
static bool must_be_in(struct sim *s, size_t peer)
{
    struct sim_peer *p = &s->peer[peer];

    return !s->restored && !(p->revoked && (p->copies || sim_node_replica(&p->node).synced == 0));
}

/* L3, while nothing else goes wrong. */
static void come_back(struct sim *s)
{
    size_t peer = s->away.peer - 1, calls = 0;
    const struct sim_device *p = &s->peer[peer].node;
    bool on[SIM_FAULT_COUNT];

    s->away.peer = 0;
    s->totals.away++;
    memcpy(on, s->on, sizeof on);
    memset(s->on, 0, sizeof s->on);
    memstore_fail(s->ward.store, 0, ERR_OK);
    memstore_fail(s->peer[peer].node.store, 0, ERR_OK);
    sim_note(s, "%zu is back after %zu days", peer, (size_t)s->away.days);
    while (!s->failed && calls < CALLS && (calls == 0 || left_over(s, peer) > 0)) {
        sim_net_sync(s, peer);
        calls++;
    }
    if (!s->failed && left_over(s, peer) > 0 && must_be_in(s, peer))
        sim_broken(s, "L3: of %zu there are %llu changes left after %d calls", peer,
                   (unsigned long long)left_over(s, peer), CALLS);
    if (!s->failed && memcmp(p->certificate_key, p->tls_public, sizeof p->certificate_key) != 0)
        sim_broken(s, "L3: the new certificate of %zu is not for its key", peer);
    memcpy(s->on, on, sizeof on);
}

void sim_jump_act(struct sim *s)
{
    if (!memstore_is_durable(s->ward.store) || s->rotten)
        return;
    if (s->away.peer == 0)
        leave(s);
    else if (s->away.days < AWAY_DAYS)
        pass_time(s);
    else
        come_back(s);
}

void sim_jump_heal(struct sim *s)
{
    while (s->away.peer != 0 && s->away.days < AWAY_DAYS && s->away.sum + STEP_DAYS <= SUM_DAYS && !s->failed)
        pass_time(s);
    if (s->away.peer != 0 && !s->failed)
        come_back(s);
}
