/* sim_copy.c - see sim_copy.h. */
#include "sim_copy.h"

#include <stdlib.h>

#include "../proto/ledger.h"
#include "sim_net.h"
#include "sim_restore.h"
#include "test.h"

struct sim_peer *sim_copy_device(struct sim *s, const struct sim_peer *p)
{
    return &s->peer[p->device];
}

bool sim_copy_same(const struct sim *s, size_t a, size_t b)
{
    return s->peer[a].device == s->peer[b].device;
}

/* --- what happens ------------------------------------------------------------------------------------------------- */

static void mark(struct sim *s, size_t device, unsigned to, unsigned from)
{
    struct sim_peer *p = &s->peer[device];

    for (size_t i = 0; i < p->written_count; i++)
        p->written[i].in = (p->written[i].in & ~to) | ((p->written[i].in & from) != 0 ? to : 0);
}

static void act_keep(struct sim *s, size_t peer)
{
    size_t at = sim_draw(s, SIM_STORE_BACKUPS);
    struct sim_store_backup *b = &s->store_backup[at];
    struct sim_peer *p = &s->peer[peer];

    if (b->store != NULL)
        mark(s, s->peer[b->peer].device, SIM_COPY_BACKUP_BIT(at), 0);
    memstore_free(b->store);
    *b = (struct sim_store_backup){memstore_copy(p->node.store), peer, p->node.certificate_end};
    mark(s, p->device, SIM_COPY_BACKUP_BIT(at), p->store);
    sim_note(s, "backup %zu of %zu", at, peer);
}

static void device_copied(struct sim *s, size_t device, bool cloned)
{
    for (size_t i = 0; i < s->peers; i++)
        if (s->peer[i].device == device) {
            s->peer[i].copies = true;
            s->peer[i].cloned = s->peer[i].cloned || cloned;
            s->peer[i].two = s->peer[i].two || cloned;
        }
}

static struct sim_life *life_of(struct sim_peer *p, uint32_t incarnation)
{
    for (size_t i = 0; i < p->lives; i++)
        if (p->life[i].incarnation == incarnation)
            return &p->life[i];
    return NULL;
}

static void leave_life(struct sim_peer *p)
{
    const struct replica r = sim_node_replica(&p->node);
    struct sim_life *l = life_of(p, r.incarnation);

    if (l == NULL && p->lives < SIM_LIVES_MAX) {
        l = &p->life[p->lives++];
        *l = (struct sim_life){.incarnation = r.incarnation};
    }
    if (l != NULL && r.ratchet_n > l->ratchet)
        l->ratchet = r.ratchet_n;
}

/* An older backup was put back, and renewed; now comes one with the newest ratchet of the incarnation that this closed.
 * To the ward that is a clone that went on beside its original: it sees the same messages (protocol.md 8.7). A ratchet
 * two below the newest was followed by one that the ward has seen, so it is no sign. */
static void begin_life(struct sim_peer *p)
{
    const struct replica r = sim_node_replica(&p->node);
    const struct sim_life *l = life_of(p, r.incarnation);

    p->two = p->two || (p->copies && (l == NULL || r.ratchet_n + 1 >= l->ratchet));
}

static void act_put_back(struct sim *s)
{
    size_t at = sim_draw(s, SIM_STORE_BACKUPS);
    struct sim_store_backup *b = &s->store_backup[at];
    struct sim_peer *p;

    if (b->store == NULL || !sim_restore_knows_all(s))
        return;
    if (s->rotten && s->rotten_with == b->peer)
        return; /* nobody else has that leaf, and the backup may be from before it */
    p = &s->peer[b->peer];
    sim_note(s, "put back %zu in %zu", at, b->peer);
    sim_net_device_gone(s, b->peer);
    memstore_crash(p->node.store);
    memstore_fail(p->node.store, 0, ERR_OK);
    leave_life(p);
    memstore_restore(p->node.store, b->store);
    begin_life(p);
    p->node.chance ^= test_random(&s->chance);
    p->node.certificate_end = b->certificate_end;
    p->told_copy = p->again = false;
    mark(s, p->device, p->store, SIM_COPY_BACKUP_BIT(at));
    device_copied(s, p->device, false);
    s->totals.put_back++;
}

static void act_clone(struct sim *s, size_t peer)
{
    struct sim_peer *of = &s->peer[peer], *p = &s->peer[s->peers];

    if (s->peers == s->peers_most || of->cloned)
        return;
    sim_note(s, "clone %zu of %zu", s->peers, peer);
    *p = *of;
    p->store = 2;
    p->written = NULL;
    p->written_count = p->written_cap = 0;
    p->told_copy = p->again = false;
    p->node.store = memstore_copy(of->node.store);
    p->node.chance ^= test_random(&s->chance);
    mark(s, p->device, p->store, of->store);
    s->peers++;
    device_copied(s, p->device, true);
    s->totals.clones++;
}

static void act_trust(struct sim *s, size_t peer)
{
    struct txn txn;
    enum err e;

    memstore_fail(s->ward.store, 0, ERR_OK);
    memstore_begin(s->ward.store, true, &txn);
    e = ward_trust(&txn, &s->peer[peer].id);
    if (e == ERR_OK)
        e = memstore_commit(s->ward.store, true);
    else
        memstore_abort(s->ward.store);
    for (size_t i = 0; i < s->peers; i++)
        s->peer[i].trusted = s->peer[i].trusted || sim_copy_same(s, i, peer);
    sim_note(s, "trust %zu: %s", peer, err_name(e));
    if (e != ERR_OK && e != ERR_NOT_FOUND)
        sim_broken(s, "S9: a device cannot be trusted again: %s", err_name(e));
}

void sim_copy_act(struct sim *s)
{
    size_t peer = sim_draw(s, s->peers);
    uint64_t dice = sim_draw(s, 8);

    if (!s->peer[peer].enrolled || (!s->on[SIM_CLIENT_RESTORE] && !s->on[SIM_CLONE]))
        return;
    if (s->on[SIM_CLIENT_RESTORE] && dice < 4)
        act_keep(s, peer);
    else if (s->on[SIM_CLIENT_RESTORE] && dice < 6)
        act_put_back(s);
    else if (s->on[SIM_CLONE] && dice == 6)
        act_clone(s, peer);
    else if (s->on[SIM_CLONE] && s->peer[peer].two)
        act_trust(s, peer);
}

/* --- what must hold ----------------------------------------------------------------------------------------------- */

/* As written, but for the bases; ids may be others if it was written before the device was let in. */
static bool same_change(const struct sim_written *w, const struct change *c)
{
    struct change bare = *c, early;
    struct buf body = {0};
    bool same;

    for (size_t i = 0; i < bare.count; i++)
        bare.triple[i].base = bytes_of(NULL, 0);
    change_encode(&bare, &body);
    same = bytes_equal(buf_bytes(&body), buf_bytes(&w->body));
    if (!same && w->early && change_decode(&early, buf_bytes(&w->body)) == ERR_OK)
        same = early.kind == c->kind && early.op == c->op && early.count == c->count;
    buf_deinit(&body);
    return same;
}

bool sim_copy_wrote(struct sim *s, const struct sim_peer *device, size_t org, enum access access, const struct change *c)
{
    (void)s;
    for (size_t i = 0; i < device->written_count; i++) {
        const struct sim_written *w = &device->written[i];

        if (w->org == org && w->access == access && same_change(w, c))
            return true;
    }
    return false;
}

struct matching {
    struct sim *s;
    struct sim_peer *p;
    const struct sim_log *l;
    bool *found;     /* by entry of the list */
    struct buf seen; /* struct hash[]: changes of this device in this log */
    size_t withheld; /* of them, without a body */
};

static bool seen_before(struct matching *m, const struct hash *id)
{
    for (size_t i = 0; i < m->seen.n; i += HASH_SIZE)
        if (memcmp(m->seen.p + i, id->b, HASH_SIZE) == 0)
            return true;
    buf_put(&m->seen, id->b, HASH_SIZE);
    return false;
}

/* An entry of the list that is not matched yet; first those that a living store still has in its past. */
static void match(struct matching *m, const struct change *c)
{
    size_t best = m->p->written_count;

    for (size_t i = 0; i < m->p->written_count; i++) {
        const struct sim_written *w = &m->p->written[i];
        bool lives = (w->in & 3) != 0;

        if (m->found[i] || w->org != m->l->org || w->access != m->l->access || !same_change(w, c))
            continue;
        if (best == m->p->written_count || (lives && (m->p->written[best].in & 3) == 0))
            best = i;
    }
    if (best == m->p->written_count && m->p->budgets && sim_copy_wrote(m->s, m->p, m->l->org, m->l->access, c))
        return; /* a flight with a limit groups otherwise: it comes twice, under other ids (protocol.md 8.7) */
    if (best == m->p->written_count)
        sim_broken(m->s, "S2: %zu has a change of kind %u twice in %zu/%d, or one that it did not write",
                   m->p->device, c->kind, m->l->org, (int)m->l->access);
    else
        m->found[best] = true;
}

static void match_leaf(struct matching *m, struct ledger_leaf *leaf)
{
    struct header h;

    if (leaf->is_control || header_decode(&h, leaf->header) != ERR_OK || !id_equal(&h.device, &m->p->id))
        return;
    changeset_commit(&leaf->changeset, &h.scope, &h.device, &h.person);
    for (size_t i = 0; i < leaf->changeset.count && !m->s->failed; i++) {
        const struct change_slot *slot = &leaf->changeset.slot[i];
        struct change c;

        if (seen_before(m, &slot->commitment))
            continue;
        if (slot->body.n == 0)
            m->withheld++;
        else if (change_decode(&c, slot->body) == ERR_OK)
            match(m, &c);
    }
}

static void match_log(struct matching *m)
{
    struct scope scope;
    struct txn txn;

    memstore_begin(m->s->ward.store, false, &txn);
    if (scope_load(&txn, &m->l->scope, &scope) != ERR_OK)
        sim_broken(m->s, "S1: the ward lost a scope");
    for (uint64_t i = 0; !m->s->failed && i < scope.frontier.size; i++) {
        struct buf row = {0};
        struct ledger_leaf leaf = {0};

        if (ledger_leaf_at(&txn, &scope, i, &row, &leaf) != ERR_OK)
            sim_broken(m->s, "S1: a leaf cannot be read");
        else
            match_leaf(m, &leaf);
        ledger_leaf_deinit(&leaf);
        buf_deinit(&row);
    }
    memstore_abort(m->s->ward.store);
}

static void check_written(struct matching *m)
{
    for (size_t i = 0; i < m->p->written_count && !m->s->failed; i++) {
        const struct sim_written *w = &m->p->written[i];

        if (w->org != m->l->org || w->access != m->l->access || (w->in & 3) == 0 || m->found[i])
            continue;
        if (m->withheld > 0)
            m->withheld--;
        else
            sim_broken(m->s, "S1: %zu wrote a change (%zu) that the ward does not have", m->p->device, i);
    }
}

static void check_state(struct sim *s, const struct sim_peer *p)
{
    struct ward_device d;
    struct txn txn;
    enum err e;

    memstore_begin(s->ward.store, false, &txn);
    e = ward_device_load(&txn, &p->id, &d);
    memstore_abort(s->ward.store);
    if (e != ERR_OK)
        return;
    s->totals.two_live += d.state == DEVICE_COPIED;
    if (d.state == DEVICE_COPIED && !p->two)
        sim_broken(s, "S9: two stores of %zu live, says the ward, and there is one", p->device);
}

void sim_copy_final(struct sim *s)
{
    for (size_t i = 0; i < s->peers && !s->failed; i++) {
        struct sim_peer *p = &s->peer[i];

        if (p->device != i || !p->enrolled)
            continue;
        check_state(s, p);
        for (size_t k = 0; k < s->logs && (p->copies || p->budgets || p->reissued) && !p->revoked && !s->failed; k++) {
            struct matching m = {.s = s, .p = p, .l = &s->log[k], .found = calloc(p->written_count + 1, 1)};

            assert(m.found != NULL);
            match_log(&m);
            check_written(&m);
            buf_deinit(&m.seen);
            free(m.found);
        }
    }
}

void sim_copy_deinit(struct sim *s)
{
    for (size_t i = 0; i < SIM_STORE_BACKUPS; i++)
        memstore_free(s->store_backup[i].store);
}
