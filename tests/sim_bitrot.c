/* sim_bitrot.c - see sim_bitrot.h. */
#include "sim_bitrot.h"

#include "../proto/ledger.h"
#include "../proto/verdict.h"
#include "sim_jump.h"
#include "sim_log.h"
#include "sim_net.h"
#include "sim_repair.h"
#include "sim_scopes.h"
#include "sim_world.h"

#define ROWS_MORE 4   /* that rot at once */
#define KILLED_IN 120 /* writes of a repair, when it is killed */
#define TRIES 4       /* of a session among faults */

/* --- a device ------------------------------------------------------------------------------------------------- */

/* Of a log that begins at a snapshot only what does not authenticate, and its tree, can be told from what was there. */
static bool is_partial(struct sim *s, struct memstore *m)
{
    struct txn txn;
    bool found = false;

    memstore_begin(m, false, &txn);
    for (size_t i = 0; i < s->logs; i++) {
        struct scope scope;

        found = found || (scope_load(&txn, &s->log[i].scope, &scope) == ERR_OK && scope.from > 0);
    }
    memstore_abort(m);
    return found;
}

static void damage(struct sim *s, struct memstore *m, bool leaves)
{
    size_t rows = 1 + sim_draw(s, ROWS_MORE);
    /* A store authenticates its rows, so none is another one unnoticed. One may be gone; of two, the only part of a log
     * and its sum, nobody would know. */
    unsigned hows = rows == 1 ? MEMSTORE_LIE : MEMSTORE_DROP;

    for (size_t i = 0; i < rows; i++) {
        enum table t = sim_repair_table(&s->chance);
        enum memstore_rot how = (enum memstore_rot)sim_draw(s, hows);

        if (t != TABLE_node && is_partial(s, m))
            how = MEMSTORE_FLIP;
        if ((t != TABLE_leaf || leaves) && sim_repair_damage(m, &s->chance, t, how))
            sim_note(s, "a row of %s rots (%d)", store_tables[t].name, (int)how);
    }
}

/* The session of a repair brings leaves too, of its own device as well. */
static void count_acked(struct sim *s, size_t peer)
{
    struct sim_peer *p = &s->peer[peer];

    for (size_t i = 0; i < s->logs && !s->failed; i++)
        if (sim_world_may_read(s, p, s->log[i].org, s->log[i].access))
            sim_log_acked(s, peer, &s->log[i].scope);
    sim_scopes_dropped(s, peer);
}

static void of_device(struct sim *s)
{
    size_t i = sim_draw(s, s->peers);
    struct sim_peer *p = &s->peer[i];
    struct sim_repair r;
    enum err e = ERR_IO;

    if (!p->enrolled || p->revoked || p->copies || s->on[SIM_RESTORE] || sim_jump_is_away(s, i))
        return;
    sim_net_device_gone(s, i);
    memstore_fail(s->ward.store, 0, ERR_OK);
    memstore_fail(p->node.store, 0, ERR_OK);
    sim_scopes_look(s, i);
    damage(s, p->node.store, !s->rotten); /* else both may lose the same leaf */
    if (sim_one_in(s, 2) && sim_repair_cut(&s->ward, &p->node, &s->chance) != ERR_OK)
        sim_broken(s, "S1: %zu cannot begin a repair", i);
    if (sim_one_in(s, 3)) { /* killed on the way */
        memstore_fail(p->node.store, 1 + (unsigned)sim_draw(s, KILLED_IN), ERR_IO);
        e = sim_repair_device(&s->ward, &p->node, &r);
        memstore_crash(p->node.store);
        memstore_fail(p->node.store, 0, ERR_OK);
    }
    if (e != ERR_OK)
        e = sim_repair_device(&s->ward, &p->node, &r);
    sim_note(s, "bits rot in %zu: %s, %llu leaves came", i, err_name(e), (unsigned long long)r.repaired);
    if (e != ERR_OK || r.left > 0)
        sim_broken(s, "S1: %zu is not repaired: %s, %llu leaves are bad", i, err_name(e), (unsigned long long)r.left);
    s->totals.rotten++;
    if (!s->failed)
        count_acked(s, i);
}

/* --- the ward ------------------------------------------------------------------------------------------------- */

/* Does this device hold that leaf of the log, with all that the ward has of it? */
static bool holds(struct sim *s, size_t peer, const struct sim_log *l, uint64_t index)
{
    struct sim_peer *p = &s->peer[peer];
    struct scope scope;
    struct txn txn;
    enum err e;

    if (!p->enrolled || p->revoked || p->copies || sim_jump_is_away(s, peer) ||
        !sim_world_may_read(s, p, l->org, l->access))
        return false;
    memstore_begin(p->node.store, false, &txn);
    e = scope_load(&txn, &l->scope, &scope);
    memstore_abort(p->node.store);
    return e == ERR_OK && scope.from == 0 && scope.frontier.size > index;
}

struct place {
    size_t holder; /* s->peers: there is none */
    bool quiet;    /* nothing in it waits for a person, or was refused */
    size_t row;    /* in the table of leaves */
};

struct finding {
    struct bytes key;
    size_t row;
    bool found;
};

static bool row_visit(void *arg, struct bytes key, struct bytes value)
{
    struct finding *f = arg;

    (void)value;
    f->found = bytes_equal(f->key, key);
    f->row += !f->found;
    return !f->found;
}

static size_t row_of(struct txn *txn, const struct scope *scope, uint64_t index)
{
    uint8_t room[STORE_KEY_MAX];
    struct finding f = {scope_key6(room, scope->number, (uint32_t)index), 0, false};
    enum err e = store_scan(txn, TABLE_leaf, bytes_of(NULL, 0), row_visit, &f);

    assert(e == ERR_OK && f.found);
    return f.row;
}

static void look(struct sim *s, const struct sim_log *l, uint64_t index, struct place *place)
{
    struct ledger_leaf leaf = {0};
    struct buf row = {0};
    struct scope scope;
    struct header h;
    struct txn txn;
    size_t from = sim_draw(s, s->peers);
    enum err e;

    *place = (struct place){.holder = s->peers, .quiet = true};
    memstore_begin(s->ward.store, false, &txn);
    e = scope_load(&txn, &l->scope, &scope);
    if (e == ERR_OK)
        e = ledger_leaf_at(&txn, &scope, index, &row, &leaf);
    for (size_t i = 0; e == ERR_OK && i < s->peers; i++) {
        size_t at = (from + i) % s->peers;
        bool wrote = !leaf.is_control && header_decode(&h, leaf.header) == ERR_OK && id_equal(&h.device, &s->peer[at].id);

        if ((leaf.is_control || wrote) && holds(s, at, l, index))
            place->holder = at;
    }
    for (size_t i = 0; e == ERR_OK && !leaf.is_control && i < leaf.changeset.count; i++) {
        uint32_t verdict = 0;

        e = verdict_list_at(leaf.verdicts, i, &verdict);
        place->quiet = place->quiet && verdict_kind(verdict) == VERDICT_ACCEPTED;
    }
    if (e == ERR_OK)
        place->row = row_of(&txn, &scope, index);
    memstore_abort(s->ward.store);
    ledger_leaf_deinit(&leaf);
    buf_deinit(&row);
}

/* False: it has leaves yet that it wants. */
static bool mend_ward(struct sim *s)
{
    struct sim_repair r;
    enum err e;

    memstore_fail(s->ward.store, 0, ERR_OK);
    e = sim_repair_ward(&s->ward, &r);
    if (e != ERR_OK)
        sim_broken(s, "S1: the ward cannot be mended: %s", err_name(e));
    return r.left == 0;
}

static void leaf_of_ward(struct sim *s)
{
    struct sim_log *l = &s->log[sim_draw(s, s->logs)];
    struct place place;
    uint64_t index;

    sim_log_feed(s); /* from now on the model has it */
    if (s->failed || s->on[SIM_RESTORE] || s->rotten || l->size == 0)
        return;
    index = sim_draw(s, l->size);
    look(s, l, index, &place);
    if (place.holder == s->peers)
        return;
    memstore_rot(s->ward.store, TABLE_leaf, place.row, sim_one_in(s, 2) ? MEMSTORE_FLIP : MEMSTORE_DROP);
    s->totals.rotten++;
    s->rotten = true;
    s->rotten_with = place.holder;
    sim_note(s, "a leaf of the ward rots: %zu/%d %llu, with %zu", l->org, (int)l->access, (unsigned long long)index,
             place.holder);
    if (place.quiet && sim_one_in(s, 2))
        return; /* nobody looks, for now */
    for (unsigned i = 0; i < TRIES && s->rotten && !s->failed; i++) {
        s->rotten = !mend_ward(s);
        sim_net_device_gone(s, place.holder);
        if (s->rotten && !s->failed)
            sim_net_sync(s, place.holder);
    }
    s->rotten = s->rotten && !s->failed && !mend_ward(s);
    if (s->rotten && !place.quiet)
        sim_bitrot_heal(s);
}

static void of_ward(struct sim *s)
{
    if (s->rotten)
        return; /* what follows from that leaf could not be made anew: sessions would end with an error until it is back */
    memstore_fail(s->ward.store, 0, ERR_OK);
    damage(s, s->ward.store, false);
    sim_note(s, "bits rot in the ward");
    s->totals.rotten++;
    if (!mend_ward(s))
        sim_broken(s, "S1: the ward wants leaves, and none was damaged");
}

void sim_bitrot_act(struct sim *s)
{
    uint64_t dice = sim_draw(s, 4);

    if (!memstore_is_durable(s->ward.store))
        return;
    if (dice < 2)
        of_device(s);
    else if (dice == 2)
        leaf_of_ward(s);
    else
        of_ward(s);
}

void sim_bitrot_heal(struct sim *s)
{
    memstore_fail(s->ward.store, 0, ERR_OK);
    if (!s->rotten || mend_ward(s)) {
        s->rotten = false;
        return;
    }
    for (unsigned i = 0; i < TRIES && s->rotten && !s->failed; i++) {
        memstore_fail(s->peer[s->rotten_with].node.store, 0, ERR_OK);
        sim_net_device_gone(s, s->rotten_with);
        sim_net_sync(s, s->rotten_with);
        s->rotten = !mend_ward(s);
    }
    if (s->rotten)
        sim_broken(s, "S1: a leaf of the ward that %zu holds does not come back", s->rotten_with);
}
