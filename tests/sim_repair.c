/* sim_repair.c - see sim_repair.h. */
#include "sim_repair.h"

#include "../proto/message.h"
#include "../proto/replica_repair.h"
#include "../proto/ward_repair.h"
#include "test.h"

#define LEVEL 3
#define SESSIONS_MAX 3
#define HANDS_IN 1    /* as client/reconcile.c */
#define CUT_BITS 15   /* a session is cut after so many bytes at most, as a power of two */
#define CUT_IN 64     /* or at one step of so many */
#define IDLE_STEPS 64 /* drawn without anything to do: it waits for something that was cut off */

static const enum table folded[] = {TABLE_node,  TABLE_stream, TABLE_origin, TABLE_change, TABLE_held,
                                    TABLE_actor, TABLE_state,  TABLE_part,   TABLE_org,    TABLE_home,
                                    TABLE_waits};

bool sim_repair_damage(struct memstore *m, uint64_t *chance, enum table t, enum memstore_rot how)
{
    size_t rows = memstore_table_rows(m, t);

    if (rows == 0)
        return false;
    memstore_rot(m, t, (size_t)(test_random(chance) % rows), how);
    return true;
}

enum table sim_repair_table(uint64_t *chance)
{
    size_t n = (size_t)(test_random(chance) % (2 * ARRAY_LEN(folded)));

    return n < ARRAY_LEN(folded) ? folded[n] : TABLE_leaf;
}

static bool digest_visit(void *arg, struct bytes key, struct bytes value)
{
    uint64_t *sum = arg;
    struct bytes pieces[2] = {key, value};
    uint8_t h[32];

    crypto_blake2b(h, sizeof h, bytes_of(NULL, 0), pieces, 2);
    *sum += load_u64(h); /* whatever the order */
    return true;
}

uint64_t sim_repair_digest(struct memstore *m)
{
    uint64_t sum = 0;
    struct txn txn;

    memstore_begin(m, false, &txn);
    for (size_t i = 0; i < ARRAY_LEN(folded); i++)
        CHECK_EQ(store_scan(&txn, folded[i], bytes_of(NULL, 0), digest_visit, &sum), ERR_OK);
    memstore_abort(m);
    return sum;
}

/* --- a device ------------------------------------------------------------------------------------------- */

static enum err end(struct memstore *m, enum err e)
{
    if (e == ERR_OK)
        return memstore_commit(m, true);
    memstore_abort(m);
    return e;
}

static enum err look(struct sim_device *d, struct replica_mended *m)
{
    bool more = true;
    enum err e = ERR_OK;

    memset(m, 0, sizeof *m);
    for (size_t place = 0; e == ERR_OK && more; place++) {
        struct replica r;
        struct txn txn;

        memstore_begin(d->store, true, &txn);
        e = replica_load(&txn, &r);
        if (e == ERR_OK)
            e = replica_mend(&txn, &r, place, m, &more);
        e = end(d->store, e);
    }
    return e;
}

static enum err session(struct sim_ward *w, struct sim_device *d, struct sim_repair *r, bool hands_in)
{
    uint8_t binding[BINDING_SIZE];
    struct sim_link l;
    enum err e;

    sim_node_random(&d->chance, binding, sizeof binding);
    d->budget_bytes = 0;
    (hands_in ? sim_link_open : sim_link_open_repair)(&l, w, d, binding, LEVEL);
    sim_link_run(&l);
    e = l.device.err;
    r->repaired += l.device.counts.repaired;
    r->waits += l.device.counts.waits;
    r->bytes += l.device.counts.bytes_in + l.device.counts.bytes_out;
    sim_link_close(&l);
    return e;
}

static enum err begin(struct sim_device *d, struct mend_damage *damage)
{
    struct txn txn;

    memstore_begin(d->store, true, &txn);
    return end(d->store, replica_mend_begin(&txn, damage));
}

static bool step(struct sim_link *l, uint64_t dice, size_t piece)
{
    switch (dice % 4) {
    case 0:
        return sim_link_device_work(l);
    case 1:
        return sim_link_ward_work(l);
    default:
        return sim_link_move(l, dice % 4 == 2 ? SIM_LINK_UP : SIM_LINK_DOWN, piece);
    }
}

enum err sim_repair_cut(struct sim_ward *w, struct sim_device *d, uint64_t *chance)
{
    struct mend_damage damage = {0};
    struct replica_mended m;
    uint8_t binding[BINDING_SIZE];
    struct sim_link l;
    enum err e = begin(d, &damage);

    mend_damage_deinit(&damage);
    if (e == ERR_OK)
        e = look(d, &m);
    sim_node_random(chance, binding, sizeof binding);
    sim_link_open_repair(&l, w, d, binding, LEVEL);
    l.limit[test_random(chance) % 2] = (uint64_t)1 << test_random(chance) % CUT_BITS;
    for (unsigned idle = 0; e == ERR_OK && !l.cut && idle < IDLE_STEPS && test_random(chance) % CUT_IN > 0;) {
        uint64_t dice = test_random(chance);

        idle = step(&l, dice, (size_t)1 << (dice >> 8) % CUT_BITS) ? 0 : idle + 1;
    }
    sim_link_cut(&l);
    while (e == ERR_OK && (sim_link_device_work(&l) || sim_link_ward_work(&l)))
        continue;
    sim_link_close(&l);
    return e;
}

enum err sim_repair_device(struct sim_ward *w, struct sim_device *d, struct sim_repair *r)
{
    struct mend_damage damage = {0};
    struct replica_mended m;
    struct txn txn;
    enum err e;

    memset(r, 0, sizeof *r);
    e = begin(d, &damage);
    r->rows = damage.folded + damage.leaves;
    r->aside = damage.aside;
    mend_damage_deinit(&damage);
    if (e == ERR_OK)
        e = look(d, &m);
    r->scopes = m.scopes;
    r->leaves = m.leaves;
    r->bad = r->left = m.bad;
    r->folded = m.folded;
    for (unsigned n = 0; e == ERR_OK && n < SESSIONS_MAX && (n == 0 || r->left > 0 || sim_node_replica(d).states_differ);
         n++) {
        e = session(w, d, r, n == HANDS_IN && r->left > 0);
        if (e == ERR_OK && sim_node_replica(d).states_differ) {
            memstore_begin(d->store, true, &txn);
            e = end(d->store, replica_mend_all(&txn));
        }
        if (e == ERR_OK)
            e = look(d, &m);
        r->left = m.bad;
        r->folded += m.folded;
    }
    return e;
}

/* --- the ward ------------------------------------------------------------------------------------------- */

enum err sim_repair_ward(struct sim_ward *w, struct sim_repair *r)
{
    struct mend_damage damage = {0};
    struct ward_mended m = {0};
    bool more = true;
    struct txn txn;
    enum err e;

    memset(r, 0, sizeof *r);
    memstore_begin(w->store, true, &txn);
    e = end(w->store, ward_mend_begin(&txn, &damage, w->now));
    for (size_t place = 0; e == ERR_OK && more; place++) {
        memstore_begin(w->store, true, &txn);
        e = end(w->store, ward_mend(&txn, place, &m, &more));
    }
    memstore_begin(w->store, false, &txn);
    if (e == ERR_OK)
        e = ward_wanted_count(&txn, &r->left);
    memstore_abort(w->store);
    r->rows = damage.folded + damage.leaves;
    r->aside = damage.aside;
    r->bad = m.bad;
    r->folded = m.folded;
    r->scopes = m.scopes;
    r->leaves = m.leaves;
    mend_damage_deinit(&damage);
    return e;
}
