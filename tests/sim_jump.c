/* sim_jump.c - see sim_jump.h. */
#include "sim_jump.h"

#include "../proto/outbox.h"
#include "../proto/ward_hand_in.h"
#include "../proto/ward_quarantine.h"
#include "sim_copy.h"
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

/* --- what of a store's outbox is not at the ward -------------------------------------------------------------- */

struct kept {
    const struct id *device;
    struct buf ids; /* struct hash[]: kept aside of it */
};

static bool kept_visit(void *arg, const struct ward_held *h)
{
    struct kept *k = arg;

    if (id_equal(&h->header.device, k->device))
        buf_put(&k->ids, &h->held.id, sizeof h->held.id);
    return true;
}

static bool held_ids(void *arg, const struct held *h)
{
    buf_put(arg, &h->id, sizeof h->id);
    return true;
}

static bool outbox_visit(void *arg, struct bytes key, struct bytes value)
{
    struct buf *rows = arg;

    (void)key;
    buf_put_u32(rows, (uint32_t)value.n);
    buf_put_bytes(rows, value);
    return true;
}

static bool is_kept(const struct kept *k, const struct hash *id)
{
    for (size_t i = 0; i < k->ids.n; i += HASH_SIZE)
        if (memcmp(k->ids.p + i, id->b, HASH_SIZE) == 0)
            return true;
    return false;
}

/* The log has this very changeset, by whatever way it came before; what was refused in it is answered. */
static bool is_logged(struct txn *ward, const struct scope *s, const struct header *h, const struct hash *head)
{
    struct stream stream;
    struct hash at;

    return scope_stream_of(ward, s, &h->device, h->incarnation, &stream) == ERR_OK &&
           ward_hand_in_log(ward, s, &stream, h->first + h->count, &at) == ERR_OK &&
           memcmp(at.b, head->b, HASH_SIZE) == 0;
}

/* Changes of one sealed changeset that the ward has neither in the log nor aside. What waits in the log for a person
 * need not wait aside too (ward_quarantine.c). */
static enum err row_left(struct txn *ward, const struct kept *k, struct bytes row, uint64_t *left)
{
    struct changeset cs;
    struct hash head = {{0}};
    struct bytes header;
    struct header h;
    struct scope s;
    enum err e;

    changeset_init(&cs);
    e = outbox_decode(row, &header, &h, &cs);
    if (e == ERR_OK)
        e = scope_load(ward, &h.scope, &s);
    if (e == ERR_OK) {
        changeset_commit(&cs, &h.scope, &h.device, &h.person);
        head = header_head(header, cs.signature);
    }
    for (size_t i = 0; e == ERR_OK && i < cs.count && !is_logged(ward, &s, &h, &head); i++) {
        struct version v = change_version(&cs.slot[i].commitment);
        uint32_t leaf, position;

        if (!is_kept(k, &cs.slot[i].commitment))
            *left += scope_change_find(ward, &s, &v, &leaf, &position) != ERR_OK;
    }
    changeset_deinit(&cs);
    return e;
}

/* Of a device that is revoked: what it sealed must be aside, whichever of its stores handed it in. */
static enum err revoked_left(struct sim *s, const struct sim_peer *p, struct bytes rows, uint64_t *left)
{
    struct kept k = {.device = &p->id};
    struct txn txn;
    enum err e;

    memstore_begin(s->ward.store, false, &txn);
    e = ward_quarantine_each(&txn, kept_visit, &k);
    if (e == ERR_OK)
        e = held_each(&txn, NULL, held_ids, &k.ids);
    *left = 0;
    for (uint32_t n; e == ERR_OK && rows.n > 0; rows = bytes_cut(rows, 4 + n)) {
        n = load_u32(rows.p);
        e = row_left(&txn, &k, bytes_of(rows.p + 4, n), left);
    }
    memstore_abort(s->ward.store);
    buf_deinit(&k.ids);
    return e;
}

static uint64_t left_over(struct sim *s, size_t peer)
{
    struct sim_peer *p = &s->peer[peer];
    struct replica_counts counts = {0};
    struct buf rows = {0};
    struct txn txn;
    uint64_t left;
    enum err e;

    memstore_begin(p->node.store, false, &txn);
    e = replica_count(&txn, &counts);
    if (e == ERR_OK)
        e = store_scan(&txn, TABLE_outbox, bytes_of(NULL, 0), outbox_visit, &rows);
    memstore_abort(p->node.store);
    left = counts.sealed;
    if (e == ERR_OK && p->revoked)
        e = revoked_left(s, p, buf_bytes(&rows), &left);
    buf_deinit(&rows);
    if (e != ERR_OK)
        sim_broken(s, "L3: what %zu has left cannot be read: %s", peer, err_name(e));
    return left + counts.unsealed;
}

/* Whoever was revoked before his first exchange knows no scope to sign for; and of a ward that was put back others must
 * have shown him first. */
static bool must_be_in(struct sim *s, size_t peer)
{
    struct sim_peer *p = &s->peer[peer];

    return !s->restored && !(p->revoked && sim_node_replica(&p->node).synced == 0);
}

/* While nothing else goes wrong, after at most five calls. */
static void bring_in(struct sim *s, size_t peer)
{
    size_t calls = 0;

    while (!s->failed && calls < CALLS && (calls == 0 || left_over(s, peer) > 0)) {
        sim_net_sync(s, peer);
        calls++;
    }
    if (!s->failed && left_over(s, peer) > 0 && must_be_in(s, peer))
        sim_broken(s, "L3: of %zu there are %llu changes left after %d calls", peer,
                   (unsigned long long)left_over(s, peer), CALLS);
}

/* Somebody found the laptop missing. Whoever copied it before wrote something too. */
static void revoke(struct sim *s, size_t peer)
{
    if (!s->on[SIM_REVOKE] || s->restored || s->peer[peer].revoked || !sim_one_in(s, s->peer[peer].copies ? 2 : 6))
        return;
    for (size_t i = 0; i < s->peers && !s->failed; i++)
        if (i != peer && sim_copy_same(s, i, peer))
            write_some(s, i);
    if (!s->failed)
        sim_world_revoke(s, peer);
}

/* L3: the device, and of one that is revoked each of its stores. */
static void come_back(struct sim *s)
{
    size_t peer = s->away.peer - 1;
    const struct sim_device *p = &s->peer[peer].node;
    bool on[SIM_FAULT_COUNT];

    s->away.peer = 0;
    s->totals.away++;
    sim_note(s, "%zu is back after %zu days", peer, (size_t)s->away.days);
    revoke(s, peer);
    memcpy(on, s->on, sizeof on);
    memset(s->on, 0, sizeof s->on);
    memstore_fail(s->ward.store, 0, ERR_OK);
    for (size_t k = 0; k < s->peers && !s->failed; k++) {
        size_t i = (peer + k) % s->peers;

        if (i != peer && !(s->peer[i].revoked && sim_copy_same(s, i, peer)))
            continue;
        memstore_fail(s->peer[i].node.store, 0, ERR_OK);
        bring_in(s, i);
    }
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
