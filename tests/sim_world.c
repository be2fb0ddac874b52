/* sim_world.c - see sim_world.h. */
#include "sim_world.h"

#include <stdlib.h>

#include "../proto/mp.h"
#include "sim_close.h"
#include "sim_copy.h"
#include "sim_files.h"
#include "sim_flow.h"
#include "sim_held.h"
#include "sim_jump.h"
#include "sim_log.h"
#include "sim_net.h"
#include "sim_quarter.h"
#include "sim_restore.h"
#include "sim_scopes.h"
#include "sim_snapshot.h"
#include "sim_value.h"
#include "test.h"

#define POOL 4              /* records of one kind in one organisation: few, so that people meet */
#define KIND_UNKNOWN 900    /* a kind of a later version */
#define FLOW_KIND 0xf1000000u /* in the ids of records that have a name, whatever their kind */
#define TEXT_LONG 12000
#define FAULT_WITHIN 60     /* an armed fault strikes within so many writes */
#define ROTATIONS_MAX 3     /* missed by whoever is away */
#define CLOCK_WRONG 300000000 /* about ten years */

/* --- who may read ------------------------------------------------------------------------------------------- */

/* Of protocol.md 13.4, the roles that the simulator has. */
static const char *reads(enum role r)
{
    switch (r) {
    case ROLE_CLERK:
    case ROLE_SECRETARY:
    case ROLE_DEPUTY:
        return "ABC";
    case ROLE_INSPECT:
        return "ABCD";
    default:
        return "A";
    }
}

bool sim_world_reads(enum role r, enum access access)
{
    return strchr(reads(r), "?ABCD"[access]) != NULL;
}

bool sim_world_may_read(const struct sim *s, const struct sim_peer *p, size_t org, enum access access)
{
    bool wide = p->role == ROLE_CLERK || p->role == ROLE_INSPECT;

    if (s->scopes.on)
        return sim_scopes_may_read(s, p, org, access);
    return org < s->orgs && (wide || p->org == org) && sim_world_reads(p->role, access);
}

bool sim_world_scope(const struct sim *s, const struct id *scope, size_t *org, enum access *access)
{
    for (size_t i = 0; i < s->logs; i++)
        if (id_equal(&s->log[i].scope, scope)) {
            *org = s->log[i].org;
            *access = s->log[i].access;
            return true;
        }
    return false;
}

/* --- building --------------------------------------------------------------------------------------------------- */

static void add_org(struct sim *s)
{
    char code[8] = "CB-000";

    code[5] = (char)('0' + s->orgs);
    s->org[s->orgs] = sim_node_org(&s->ward, code, ORG_TDP);
    sim_log_open(s, s->orgs++);
    sim_note(s, "org %s", code);
}

static enum role draw_role(struct sim *s)
{
    static const enum role roles[] = {ROLE_SECRETARY, ROLE_SECRETARY, ROLE_DEPUTY, ROLE_DEPUTY, ROLE_MEMBER, ROLE_INSPECT};

    return roles[sim_draw(s, ARRAY_LEN(roles))];
}

/* In one seed of eight somebody holds two devices; where logs begin at snapshots (what became of his work below one is
 * told to the later device) in half of them. The other seeds are what they were. */
static const struct sim_peer *twin_of(const struct sim *s)
{
    bool twins = s->seed % 8 == 3 || (s->on[SIM_SNAPSHOT] && s->seed % 2 == 1);

    return sim_flow == NULL && twins && s->peers >= 2 && s->peers % 2 == 0 ? &s->peer[s->peers - 1] : NULL;
}

static void invite(struct sim *s, struct sim_peer *p)
{
    const struct sim_peer *twin = twin_of(s);

    if (twin == NULL) {
        p->org = sim_scopes_living(s, p->org);
        p->person = sim_node_invite(&s->ward, &s->org[p->org], p->role, p->secret);
        return;
    }
    p->person = twin->person;
    p->role = twin->role;
    p->org = sim_scopes_living(s, twin->org);
    sim_node_invite_again(&s->ward, &p->person, &s->org[p->org], p->role, p->secret);
}

static void add_peer(struct sim *s)
{
    struct sim_peer *p = &s->peer[s->peers];
    struct replica r;

    memset(p, 0, sizeof *p);
    p->device = s->peers;
    p->store = 1;
    p->role = s->peers == 0 && !sim_one_in(s, 4) ? ROLE_CLERK : draw_role(s);
    p->org = p->role == ROLE_CLERK || p->role == ROLE_INSPECT ? 0 : 1 + sim_draw(s, s->orgs - 1);
    if (sim_flow != NULL)
        p->org = sim_flow_device(s->peers, &p->role);
    sim_node_device_init(&p->node, test_random(&s->chance));
    sim_snapshot_peer(s, s->peers);
    invite(s, p);
    sim_scopes_given(s, &p->person, p->org, p->role);
    r = sim_node_replica(&p->node);
    p->id = r.device;
    sim_note(s, "peer %zu org %zu role %d", s->peers, p->org, (int)p->role);
    s->peers++;
}

static void enrol_now(struct sim *s, size_t i)
{
    enum err e = sim_link_enrol(&s->ward, &s->peer[i].node, s->peer[i].secret);

    if (e != ERR_OK)
        sim_broken(s, "enrolment of %zu: %s", i, err_name(e));
    s->peer[i].enrolled = true;
}

void sim_world_init(struct sim *s)
{
    size_t cells = 1 + sim_draw(s, SIM_CELLS_DRAWN - 2), peers = 3 + sim_draw(s, SIM_PEERS_DRAWN - 2 - (s->on[SIM_JOIN] ? 2 : 0));

    s->peers_most = SIM_PEERS_DRAWN;
    if (sim_flow != NULL) {
        cells = sim_flow_cells();
        peers = sim_flow_devices();
        s->peers_most = SIM_PEERS_MAX;
    }
    sim_node_ward_init(&s->ward, test_random(&s->chance), &s->org[0]);
    sim_snapshot_ward(s);
    sim_jump_ward(s);
    sim_scopes_init(s);
    s->orgs = 1;
    sim_log_open(s, 0);
    while (s->orgs <= cells)
        add_org(s);
    while (s->peers < peers)
        add_peer(s);
    for (size_t i = 0; i < peers; i++) {
        if (sim_one_in(s, 5))
            continue;
        enrol_now(s, i);
        if (!sim_one_in(s, 5))
            sim_net_sync(s, i);
    }
    sim_log_feed(s);
}

void sim_world_deinit(struct sim *s)
{
    sim_restore_deinit(s);
    sim_copy_deinit(s);
    sim_net_ward_gone(s);
    sim_files_deinit(s);
    for (size_t i = 0; i < s->peers; i++) {
        struct sim_peer *p = &s->peer[i];

        sim_net_device_gone(s, i);
        sim_node_device_deinit(&p->node);
        for (size_t k = 0; k < p->written_count; k++)
            buf_deinit(&p->written[k].body);
        free(p->written);
    }
    for (size_t i = 0; i < s->logs; i++) {
        buf_deinit(&s->log[i].numbers);
        model_free(s->log[i].model);
    }
    for (size_t i = 0; i < SIM_SLOTS_MAX; i++)
        buf_deinit(&s->slot[i].said);
    buf_deinit(&s->replay);
    sim_node_ward_deinit(&s->ward);
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

static void written_add(struct sim *s, const struct sim_peer *by, size_t org, enum access access, const struct change *c)
{
    struct sim_peer *p = sim_copy_device(s, by);
    struct change bare = *c;
    struct sim_device store = {.store = by->node.store};
    struct sim_written *w;

    if (p->written_count == p->written_cap) {
        p->written_cap = p->written_cap == 0 ? 16 : 2 * p->written_cap;
        p->written = realloc(p->written, p->written_cap * sizeof *p->written);
        assert(p->written != NULL);
    }
    w = &p->written[p->written_count++];
    *w = (struct sim_written){.org = org, .access = access, .early = !p->enrolled, .in = by->store,
                              .number = sim_node_replica(&store).pending_next - 1};
    for (size_t i = 0; i < bare.count; i++)
        bare.triple[i].base = bytes_of(NULL, 0);
    change_encode(&bare, &w->body);
}

static void written_remove(struct sim *s, const struct sim_peer *by, size_t place, uint32_t kind)
{
    struct sim_peer *p = sim_copy_device(s, by);
    struct change c;

    if (place == p->written_count || change_decode(&c, buf_bytes(&p->written[place].body)) != ERR_OK || c.kind != kind) {
        sim_broken(s, "undo took something else");
        return;
    }
    p->written[place].in &= ~by->store;
    if (p->copies || p->written[place].in != 0) /* it may be in another store, or in the log by now */
        return;
    buf_deinit(&p->written[place].body);
    p->written_count--;
    memmove(&p->written[place], &p->written[place + 1], (p->written_count - place) * sizeof *p->written);
    for (size_t i = 0; i < s->logs; i++)
        for (size_t k = 0; k < s->log[i].streams; k++)
            if (&s->peer[s->log[i].stream[k].peer] == p && s->log[i].stream[k].written > place)
                s->log[i].stream[k].written--;
}

struct id sim_world_record_id(struct sim *s, uint32_t kind, size_t org)
{
    struct id id = {{0}};

    store_u32(id.b, kind);
    id.b[4] = (uint8_t)org;
    id.b[15] = (uint8_t)(1 + sim_draw(s, POOL));
    return id;
}

struct id sim_world_flow_id(const struct id *hash, size_t org)
{
    struct id id = *hash;

    store_u32(id.b, FLOW_KIND);
    id.b[4] = (uint8_t)org;
    id.b[15] = 1;
    return id;
}

bool sim_world_is_record_of(const uint8_t id[ID_SIZE], size_t org)
{
    static const uint8_t zeros[ID_SIZE];
    uint32_t kind = load_u32(id);

    if (kind == FLOW_KIND)
        return id[4] == org && id[15] == 1;
    return id[4] == org && id[15] >= 1 && id[15] <= POOL && memcmp(id + 5, zeros, 10) == 0 &&
           (kind == KIND_UNKNOWN || (kind > 0 && kind <= schema_kind_count));
}

/* A kind of a later version: any class of merging, small values. */
static void draw_unknown(struct sim *s, struct sim_value *v, const struct id *record)
{
    enum op op = (enum op)(OP_CREATE + sim_draw(s, 4));

    sim_value_deinit(v);
    v->change.record = *record;
    v->change.kind = KIND_UNKNOWN;
    v->change.op = op;
    for (uint32_t number = 1; number <= 3; number++) {
        uint32_t class = op == OP_ADD || op == OP_REMOVE ? MERGE_UNION : (uint32_t)sim_draw(s, 7);
        struct buf *room = &v->room[v->change.count];

        if (class == MERGE_UNION)
            mp_put_array(room, 1);
        mp_put_uint(room, sim_draw(s, 5));
        v->change.triple[v->change.count++] = (struct triple){.tag = TAG(number, class), .value = buf_bytes(room)};
    }
}

static bool draw_change(struct sim *s, const struct kind_info *k, enum access access, const struct id *record,
                        struct sim_value *v)
{
    static const enum op ops[] = {OP_CREATE, OP_CREATE, OP_SET, OP_SET, OP_SET, OP_ADD, OP_REMOVE, OP_STATE, OP_AMEND};
    enum op op = ops[sim_draw(s, ARRAY_LEN(ops))];

    if (op != OP_CREATE)
        return sim_value_edit(v, k, access, record, op, &s->chance);
    sim_value_create(v, k, access, record, &s->chance);
    return v->change.count > 0;
}

static bool fault_of_disk(struct sim *s, size_t peer, enum err e)
{
    if (e == ERR_IO)
        sim_world_device_crash(s, peer);
    return e == ERR_IO || e == ERR_NO_SPACE;
}

void sim_world_record(struct sim *s, size_t peer, size_t org, enum access access, struct change *c)
{
    struct sim_peer *p = &s->peer[peer];
    struct replica r = sim_node_replica(&p->node);
    enum err e = sim_node_record(&p->node, p->enrolled ? &s->org[org] : &r.org, access, c);

    sim_note(s, "record %zu org %zu class %d kind %u op %d: %s", peer, org, (int)access, c->kind, (int)c->op, err_name(e));
    if (e == ERR_OK) {
        written_add(s, p, org, access, c);
        s->totals.recorded++;
    } else if (!fault_of_disk(s, peer, e) && e != ERR_NOT_READABLE && e != ERR_TOO_LONG) {
        sim_broken(s, "record of kind %u by %zu: %s", c->kind, peer, err_name(e));
    }
}

static void draw_and_write(struct sim *s, size_t i)
{
    struct sim_peer *p = &s->peer[i];
    size_t org = (p->role == ROLE_CLERK || s->scopes.on) && p->enrolled ? sim_draw(s, s->orgs) : p->org;
    struct replica r = sim_node_replica(&p->node);
    const struct kind_info *k = &schema_kinds[sim_draw(s, schema_kind_count)];
    bool unknown = sim_one_in(s, 8);
    enum access access = p->enrolled ? (enum access)(ACCESS_A + sim_draw(s, 3)) : ACCESS_A;
    bool lost = p->enrolled && r.synced == 0 && !sim_world_may_read(s, p, org, access); /* would wait for ever */
    struct id record = sim_world_record_id(s, unknown ? KIND_UNKNOWN : k->number, org);
    struct sim_value v = {.text = sim_one_in(s, s->bulk ? 2 : 64) ? TEXT_LONG : 0};

    if (unknown)
        draw_unknown(s, &v, &record);
    if (!lost && (unknown || (schema_has_part(k, access) && draw_change(s, k, access, &record, &v))))
        sim_world_record(s, i, org, access, &v.change);
    sim_value_deinit(&v);
}

void sim_world_write(struct sim *s, size_t i)
{
    (sim_flow != NULL ? sim_flow_write : draw_and_write)(s, i);
}

static void act_record(struct sim *s)
{
    sim_world_write(s, sim_draw(s, s->peers));
}

struct newest {
    bool found;
    uint32_t number;
};

static bool newest_visit(void *arg, struct bytes key, struct bytes value)
{
    struct newest *n = arg;
    uint32_t number = load_u32(key.p + 2);

    (void)value;
    if (!n->found || number > n->number)
        *n = (struct newest){true, number};
    return true;
}

/* The place in the peer's list of what an undo must take: the newest that is not sealed, in whatever scope. It is told
 * by the number that the store gave it, not by its place in its scope: a flight with a limit seals what is worth most
 * first, so a newer change of the same scope may be sealed already. The list's length if there is none. */
static size_t newest_unsealed(struct sim *s, const struct sim_peer *by, struct txn *txn)
{
    struct sim_peer *p = sim_copy_device(s, by);
    struct newest n = {0};
    enum err e = store_scan(txn, TABLE_pending, bytes_of(NULL, 0), newest_visit, &n);

    assert(e == ERR_OK);
    for (size_t i = p->written_count; n.found && i-- > 0;)
        if ((p->written[i].in & by->store) != 0 && p->written[i].number == n.number)
            return i;
    return p->written_count;
}

static void act_undo(struct sim *s)
{
    size_t i = sim_draw(s, s->peers);
    struct sim_peer *p = &s->peer[i];
    struct replica r;
    struct id record;
    struct txn txn;
    uint32_t kind = 0;
    size_t place;
    enum err e;

    memstore_begin(p->node.store, true, &txn);
    place = newest_unsealed(s, p, &txn);
    e = replica_load(&txn, &r);
    if (e == ERR_OK)
        e = replica_undo(&txn, &r, &kind, &record);
    if (e == ERR_OK)
        e = memstore_commit(p->node.store, true);
    else
        memstore_abort(p->node.store);
    sim_note(s, "undo %zu: %s", i, err_name(e));
    if (e == ERR_OK) {
        written_remove(s, p, place, kind);
    } else if (!fault_of_disk(s, i, e) && e != ERR_NOT_FOUND) {
        sim_broken(s, "undo by %zu: %s", i, err_name(e));
    }
}

/* --- coming, going, failing --------------------------------------------------------------------------------------- */

void sim_world_device_crash(struct sim *s, size_t peer)
{
    sim_note(s, "crash device %zu", peer);
    s->totals.crashes++;
    sim_net_device_gone(s, peer);
    memstore_crash(s->peer[peer].node.store);
    memstore_fail(s->peer[peer].node.store, 0, ERR_OK);
    sim_log_device(s, peer);
    s->totals.restarts++;
}

void sim_world_ward_crash(struct sim *s)
{
    sim_note(s, "crash ward");
    s->totals.crashes++;
    sim_net_ward_gone(s);
    memstore_crash(s->ward.store);
    memstore_fail(s->ward.store, 0, ERR_OK);
    sim_log_feed(s);
    s->totals.restarts++;
}

void sim_world_revoke(struct sim *s, size_t peer)
{
    struct sim_peer *p = &s->peer[peer];

    memstore_fail(s->ward.store, 0, ERR_OK);
    sim_node_revoke(&s->ward, &p->id);
    for (size_t i = 0; i < s->peers; i++)
        s->peer[i].revoked = s->peer[i].revoked || s->peer[i].device == p->device;
    s->totals.revoked++;
    sim_note(s, "revoke %zu", peer);
}

static void act_revoke(struct sim *s)
{
    size_t peer = sim_draw(s, s->peers);

    if (s->rotten && sim_copy_same(s, s->rotten_with, peer))
        return; /* nobody else has that leaf */
    if (s->on[SIM_REVOKE] && s->peer[peer].enrolled && !s->peer[peer].revoked && sim_one_in(s, 6) &&
        sim_restore_knows_all(s))
        sim_world_revoke(s, peer);
}

static void act_join(struct sim *s)
{
    if (!s->on[SIM_JOIN])
        return;
    memstore_fail(s->ward.store, 0, ERR_OK);
    if (s->orgs < SIM_CELLS_DRAWN && sim_one_in(s, 4))
        add_org(s);
    else if (s->peers < SIM_PEERS_DRAWN && sim_one_in(s, 4))
        add_peer(s);
}

/* A stranger with a used invite, or a mistyped one. */
static void act_stranger(struct sim *s)
{
    const struct sim_peer *p = &s->peer[sim_draw(s, s->peers)];
    uint8_t secret[INVITE_SECRET_SIZE];
    struct sim_device stranger;
    bool mistyped = sim_one_in(s, 2);
    enum err e;

    if (!p->enrolled || (s->restored && !sim_restore_knows(s->ward.store, p)))
        return;
    memstore_fail(s->ward.store, 0, ERR_OK);
    memcpy(secret, p->secret, sizeof secret);
    secret[0] ^= mistyped ? 1 : 0;
    sim_node_device_init(&stranger, test_random(&s->chance));
    e = sim_link_enrol(&s->ward, &stranger, secret);
    sim_note(s, "stranger: %s", err_name(e));
    if (e != (mistyped ? ERR_INVITE_BAD : ERR_INVITE_USED))
        sim_broken(s, "S5: a stranger enrols: %s", err_name(e));
    sim_node_device_deinit(&stranger);
}

static void act_disk(struct sim *s)
{
    struct memstore *m = sim_one_in(s, 2) ? s->ward.store : s->peer[sim_draw(s, s->peers)].node.store;
    bool eio = s->on[SIM_EIO] && (!s->on[SIM_NO_SPACE] || sim_one_in(s, 2));
    unsigned in = 1 + (unsigned)sim_draw(s, FAULT_WITHIN);

    if (!eio && !s->on[SIM_NO_SPACE])
        return;
    memstore_fail(m, in, eio ? ERR_IO : ERR_NO_SPACE);
    s->totals.faults++;
    sim_note(s, "disk %s in %u", eio ? "EIO" : "ENOSPC", in);
}

static void act_clock(struct sim *s)
{
    struct sim_device *d = &s->peer[sim_draw(s, s->peers)].node;

    s->ward.now += sim_draw(s, 120);
    d->now = s->ward.now;
    d->quality = QUALITY_CHECKED;
    if (s->on[SIM_CLOCK]) {
        d->now = s->ward.now - CLOCK_WRONG + sim_draw(s, 2 * CLOCK_WRONG);
        d->quality = (enum quality)sim_draw(s, 3);
    }
    sim_note(s, "clock %llu", (unsigned long long)d->now);
}

void sim_world_rotate(struct sim *s)
{
    if (s->restored || s->rotations == ROTATIONS_MAX)
        return; /* whoever put an old store back waits until everybody has been there (docs/operations.md) */
    memstore_fail(s->ward.store, 0, ERR_OK);
    sim_node_rotate(&s->ward);
    s->rotations++;
    s->totals.rotations++;
    sim_note(s, "rotate");
}

static void act_rotate(struct sim *s)
{
    if (!s->restored && s->on[SIM_ROTATE] && s->rotations < ROTATIONS_MAX && sim_one_in(s, 4))
        sim_world_rotate(s);
}

static void act_crash(struct sim *s)
{
    if (s->on[SIM_DEVICE_CRASH] && sim_one_in(s, 2))
        sim_world_device_crash(s, sim_draw(s, s->peers));
    else if (s->on[SIM_WARD_CRASH] && sim_one_in(s, 3))
        sim_world_ward_crash(s);
}

void sim_world_act(struct sim *s)
{
    static const struct {
        unsigned weight;
        void (*act)(struct sim *s);
    } acts[] = {
        {60, act_record}, {6, act_undo}, {4, act_clock}, {6, act_crash}, {5, act_disk},
        {3, act_revoke},  {4, act_join}, {1, act_stranger}, {12, sim_files_act}, {8, sim_held_act},
        {8, sim_close_act},
        {5, sim_restore_act}, {6, sim_copy_act}, {4, act_rotate},
        {3, sim_quarter_act},
    };
    unsigned sum = 0;
    uint64_t dice;

    for (size_t i = 0; i < ARRAY_LEN(acts); i++)
        sum += acts[i].weight;
    dice = sim_draw(s, sum);
    for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
        if (dice < acts[i].weight) {
            acts[i].act(s);
            return;
        }
        dice -= acts[i].weight;
    }
}
