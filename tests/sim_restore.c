/* sim_restore.c - see sim_restore.h. */
#include "sim_restore.h"

#include <stdlib.h>

#include "../proto/actor.h"
#include "../proto/ward_recall.h"
#include "sim_log.h"
#include "sim_net.h"

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

/* Has this device's book a leaf that says who p is? */
static bool vouches(struct sim_peer *holder, const struct sim_peer *p)
{
    struct actor_device d;
    struct scope *scope;
    struct txn txn;
    size_t count;
    bool yes = false;

    memstore_begin(holder->node.store, false, &txn);
    if (scope_list(&txn, &scope, &count) == ERR_OK) {
        for (size_t i = 0; i < count && !yes; i++)
            yes = scope[i].frontier.size > 0 && actor_device(&txn, &scope[i], &p->id, &d) == ERR_OK;
        free(scope);
    }
    memstore_abort(holder->node.store);
    return yes;
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
        bool known = !s->peer[i].enrolled || sim_restore_knows(b->store, &s->peer[i]);

        for (size_t k = 0; k < s->peers && !known; k++)
            known = s->peer[k].enrolled && !s->peer[k].revoked && vouches(&s->peer[k], &s->peer[i]);
        if (!known)
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

    if (!s->on[SIM_RESTORE] || !sim_one_in(s, RESTORE_IN) || !recoverable(s, b))
        return;
    sim_note(s, "restore");
    sim_net_ward_gone(s);
    memstore_crash(s->ward.store);
    memstore_fail(s->ward.store, 0, ERR_OK);
    memstore_restore(s->ward.store, b->store);
    s->restored = true;
    s->totals.restores++;
    bar(s);
    sim_log_restored(s);
}

struct wanting {
    struct sim *s;
    size_t peer;
};

static bool wanting_visit(void *arg, struct bytes key, struct bytes value)
{
    struct wanting *w = arg;

    (void)value;
    for (size_t i = 0; i < w->s->peers; i++)
        if (key.n >= 2 + ID_SIZE && memcmp(key.p + 2, w->s->peer[i].id.b, ID_SIZE) == 0 && !w->s->peer[i].revoked &&
            !w->s->peer[i].copies)
            w->peer = i;
    return true;
}

/* S1: what was held or refused is at the ward again, too. */
void sim_restore_final(struct sim *s)
{
    struct wanting w = {s, SIZE_MAX};
    struct txn txn;
    enum err e;

    memstore_begin(s->ward.store, false, &txn);
    e = store_scan(&txn, TABLE_missing, bytes_of(NULL, 0), wanting_visit, &w);
    memstore_abort(s->ward.store);
    if (e != ERR_OK || w.peer != SIZE_MAX)
        sim_broken(s, "S1: the ward wants bodies of %zu for ever", w.peer);
}

void sim_restore_deinit(struct sim *s)
{
    for (size_t i = 0; i < SIM_BACKUPS; i++)
        memstore_free(s->backup[i].store);
}
