/* sim_restore.c - see sim_restore.h. */
#include "sim_restore.h"

#include <stdlib.h>

#include "../proto/actor.h"
#include "../proto/ledger.h"
#include "../proto/ward_recall.h"
#include "sim_log.h"
#include "sim_net.h"
#include "sim_world.h"

#define KEEP_IN 5
#define RESTORE_IN 1

void sim_restore_keep(struct sim *s)
{
    struct sim_backup *b;

    if (!s->on[SIM_RESTORE] || !memstore_is_durable(s->ward.store) || !sim_one_in(s, KEEP_IN))
        return;
    b = &s->backup[sim_draw(s, SIM_BACKUPS)];
    memstore_free(b->store);
    *b = (struct sim_backup){memstore_copy(s->ward.store), s->orgs, s->peers};
}

bool sim_restore_knows(struct memstore *ward, const struct sim_peer *p)
{
    struct ward_device d;
    struct txn txn;
    enum err e;

    memstore_begin(ward, false, &txn);
    e = ward_device_load(&txn, &p->id, &d);
    memstore_abort(ward);
    return e == ERR_OK;
}

bool sim_restore_knows_all(struct sim *s)
{
    bool all = true;

    for (size_t i = 0; i < s->peers && s->restored; i++)
        all = all && (!s->peer[i].enrolled || sim_restore_knows(s->ward.store, &s->peer[i]));
    return all;
}

/* A book that begins at a snapshot can show only what follows on what the copy holds. */
static bool can_show(struct memstore *copy, struct txn *holder, const struct scope *scope)
{
    struct hash ours, theirs;
    struct scope there;
    struct txn txn;
    bool yes = scope->from == 0;

    if (yes)
        return true;
    memstore_begin(copy, false, &txn);
    yes = scope_load(&txn, &scope->id, &there) == ERR_OK && scope->from <= there.frontier.size &&
          scope_root_at(&txn, &there, scope->from, &theirs) == ERR_OK &&
          scope_root_at(holder, scope, scope->from, &ours) == ERR_OK && crypto_equal(ours.b, theirs.b, HASH_SIZE);
    memstore_abort(copy);
    return yes;
}

/* Has this device's book a leaf that says who p is, in this log or in any (NULL)? */
static bool vouches(struct memstore *copy, struct sim_peer *holder, const struct sim_peer *p, const struct id *log)
{
    struct actor_device d;
    struct scope *scope;
    struct txn txn;
    size_t count;
    bool yes = false;

    memstore_begin(holder->node.store, false, &txn);
    if (scope_list(&txn, &scope, &count) == ERR_OK) {
        for (size_t i = 0; i < count && !yes; i++)
            yes = scope[i].frontier.size > 0 && (log == NULL || id_equal(log, &scope[i].id)) &&
                  actor_device(&txn, &scope[i], &p->id, &d) == ERR_OK && can_show(copy, &txn, &scope[i]);
        free(scope);
    }
    memstore_abort(holder->node.store);
    return yes;
}

static bool anyone_vouches(struct sim *s, const struct sim_backup *b, const struct sim_peer *p, const struct id *log)
{
    bool yes = false;

    for (size_t k = 0; k < s->peers && !yes; k++)
        yes = s->peer[k].enrolled && !s->peer[k].revoked && vouches(b->store, &s->peer[k], p, log);
    return yes;
}

/* Is there a log that p reads, and nobody can show the copy that p may? (Where books are whole, who enrolled can.) */
static bool is_cut_off(struct sim *s, const struct sim_backup *b, const struct sim_peer *p)
{
    bool cut_off = false;

    for (size_t i = 0; i < s->logs && !cut_off && s->ward.ward.snapshot_leaves > 0; i++) {
        struct actor_device d;
        struct scope scope;
        struct txn txn;
        bool known;

        if (!sim_world_may_read(s, p, s->log[i].org, s->log[i].access))
            continue;
        memstore_begin(b->store, false, &txn);
        known = scope_load(&txn, &s->log[i].scope, &scope) == ERR_OK &&
                actor_device(&txn, &scope, &p->id, &d) == ERR_OK;
        memstore_abort(b->store);
        cut_off = !known && !anyone_vouches(s, b, p, &s->log[i].scope);
    }
    return cut_off;
}

/* How many changes of p's stream does this store hold? */
static uint64_t stream_in(struct memstore *m, const struct sim_log *l, const struct replica *r)
{
    struct stream stream = {.next = 0};
    struct scope scope;
    struct txn txn;

    memstore_begin(m, false, &txn);
    if (scope_load(&txn, &l->scope, &scope) != ERR_OK ||
        scope_stream_of(&txn, &scope, &r->device, r->incarnation, &stream) != ERR_OK)
        stream.next = 0;
    memstore_abort(m);
    return stream.next;
}

/* Whoever erased a log that was not for him any more, or is being told to, cannot hand back what he wrote in it; who
 * holds it yet can. */
static bool is_only_in_the_ward(struct sim *s, const struct sim_backup *b, size_t peer)
{
    struct sim_peer *p = &s->peer[peer];
    struct replica r = sim_node_replica(&p->node);
    bool only = false;

    for (size_t k = 0; k < s->logs && !only && s->scopes.on; k++) {
        const struct sim_log *l = &s->log[k];
        uint64_t most = stream_in(b->store, l, &r);
        bool his = sim_world_may_read(s, p, l->org, l->access);

        for (size_t i = 0; i < s->peers; i++) {
            bool holder = s->peer[i].enrolled && !s->peer[i].revoked && (his || i != peer);
            uint64_t held = holder ? stream_in(s->peer[i].node.store, l, &r) : 0;

            most = held > most ? held : most;
        }
        only = p->acked[l->org][l->access] > most || ((p->copies || !his) && stream_in(s->ward.store, l, &r) > most);
    }
    return only;
}

/* What the copy does not know, somebody must. */
static bool recoverable(struct sim *s, const struct sim_backup *b)
{
    if (b->store == NULL || b->orgs != s->orgs || b->peers != s->peers)
        return false;
    for (size_t i = 0; i < SIM_SLOTS_MAX; i++)
        if (s->slot[i].used && s->slot[i].enrol)
            return false; /* an enrolment that nobody heard of yet, on its way to the device */
    for (size_t i = 0; i < s->peers; i++) {
        const struct sim_peer *p = &s->peer[i];

        if (p->enrolled && ((!sim_restore_knows(b->store, p) && !anyone_vouches(s, b, p, NULL)) || is_cut_off(s, b, p) ||
                            is_only_in_the_ward(s, b, i)))
            return false;
    }
    return true;
}

/* What the daemon does with the list that lies beside its store. */
static void bar(struct sim *s)
{
    struct txn txn;
    enum err e = ERR_OK;

    memstore_begin(s->ward.store, true, &txn);
    for (size_t i = 0; e == ERR_OK && i < s->peers; i++)
        if (s->peer[i].revoked)
            e = ward_bar(&txn, &s->ward.ward, &s->peer[i].id, s->ward.now);
    if (e == ERR_OK)
        e = memstore_commit(s->ward.store, true);
    if (e != ERR_OK)
        sim_broken(s, "the list of revocations: %s", err_name(e));
}

void sim_restore_act(struct sim *s)
{
    struct sim_backup *b = &s->backup[sim_draw(s, SIM_BACKUPS)];
    struct keys list;

    if (!s->on[SIM_RESTORE] || !sim_one_in(s, RESTORE_IN) || !recoverable(s, b))
        return;
    sim_note(s, "restore");
    sim_net_ward_gone(s);
    memstore_crash(s->ward.store);
    memstore_fail(s->ward.store, 0, ERR_OK);
    sim_node_keys(&s->ward, &list);
    memstore_restore(s->ward.store, b->store);
    s->restored = true;
    s->totals.restores++;
    sim_node_adopt(&s->ward, &list);
    bar(s);
    sim_log_restored(s);
}

struct wanting {
    struct sim *s;
    struct buf keys;
};

static bool wanting_visit(void *arg, struct bytes key, struct bytes value)
{
    struct wanting *w = arg;

    (void)value;
    if (key.n == 10 + ID_SIZE)
        buf_put_bytes(&w->keys, key);
    return true;
}

/* Bodies of the changeset that begins there, in this store. */
static size_t bodies(struct memstore *m, const struct id *scope, const uint8_t *key)
{
    struct id device = id_from(key + 2);
    struct ledger_leaf l = {0};
    struct buf row = {0};
    struct scope s;
    struct txn txn;
    uint64_t index;
    size_t count = 0;

    memstore_begin(m, false, &txn);
    if (scope_load(&txn, scope, &s) == ERR_OK &&
        ledger_find(&txn, &s, &device, load_u32(key + 2 + ID_SIZE), load_u32(key + 6 + ID_SIZE), &index) == ERR_OK &&
        ledger_leaf_at(&txn, &s, index, &row, &l) == ERR_OK)
        for (size_t i = 0; i < l.changeset.count; i++)
            count += l.changeset.slot[i].body.n > 0;
    memstore_abort(m);
    ledger_leaf_deinit(&l);
    buf_deinit(&row);
    return count;
}

/* Has a store of its author a body that the ward wants? (None has it if both were put back: to before it was written
 * here, to before it was sent there; or if its author was told to erase the log before the ward was put back. What is
 * left of it then is a commitment, in the books of others.) */
static void check_wanted(struct sim *s, const uint8_t *key)
{
    struct id scope = {{0}};

    for (size_t i = 0; i < s->logs; i++) {
        struct scope at;
        struct txn txn;

        memstore_begin(s->ward.store, false, &txn);
        if (scope_load(&txn, &s->log[i].scope, &at) == ERR_OK && at.number == load_u16(key))
            scope = at.id;
        memstore_abort(s->ward.store);
    }
    for (size_t i = 0; i < s->peers && !s->failed; i++) {
        const struct sim_peer *p = &s->peer[i];

        if (!p->revoked && memcmp(key + 2, p->id.b, ID_SIZE) == 0 &&
            ((!p->copies && !s->scopes.on) || bodies(p->node.store, &scope, key) > bodies(s->ward.store, &scope, key)))
            sim_broken(s, "S1: the ward wants bodies of %zu for ever", i);
    }
}

/* S1: what was held or refused is at the ward again, too. */
void sim_restore_final(struct sim *s)
{
    const size_t key_size = 10 + ID_SIZE;
    struct wanting w = {.s = s};
    struct txn txn;
    enum err e;

    memstore_begin(s->ward.store, false, &txn);
    e = store_scan(&txn, TABLE_missing, bytes_of(NULL, 0), wanting_visit, &w);
    memstore_abort(s->ward.store);
    if (e != ERR_OK)
        sim_broken(s, "what the ward wants cannot be read: %s", err_name(e));
    for (size_t i = 0; i + key_size <= w.keys.n && !s->failed; i += key_size)
        check_wanted(s, w.keys.p + i);
    buf_deinit(&w.keys);
}

void sim_restore_deinit(struct sim *s)
{
    for (size_t i = 0; i < SIM_BACKUPS; i++)
        memstore_free(s->backup[i].store);
}
