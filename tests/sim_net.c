/* sim_net.c - see sim_net.h. */
#include "sim_net.h"

#include "../proto/message.h"
#include "sim_copy.h"
#include "sim_jump.h"
#include "sim_log.h"
#include "sim_matrix.h"
#include "sim_outbound.h"
#include "sim_restore.h"
#include "sim_scopes.h"
#include "sim_world.h"

#define BUDGET_LEAST 150   /* bytes that a flight may have, where it may not have all */
#define BUDGET_MORE 3000
#define BURST 24           /* steps of one action at most */
#define SESSIONS_MAX 4     /* of one exchange, as client/link.c */
#define GHOST_MAX 65536    /* bytes of one session kept for a replay */

/* --- slots ---------------------------------------------------------------------------------------------------- */

static bool ward_done(const struct sim_slot *t)
{
    return !t->link.ward_open || (t->link.ward.state == SESSION_ENDED && session_idle(&t->link.ward));
}

static bool device_done(const struct sim_slot *t)
{
    return !t->link.device_open || (t->link.device.state == SESSION_ENDED && session_idle(&t->link.device));
}

static struct sim_slot *free_slot(struct sim *s)
{
    for (size_t i = 0; i < SIM_SLOTS_MAX; i++)
        if (!s->slot[i].used)
            return &s->slot[i];
    return NULL;
}

/* One of the slots in use; NULL if there is none. */
static struct sim_slot *draw_slot(struct sim *s)
{
    size_t from = sim_draw(s, SIM_SLOTS_MAX);

    for (size_t i = 0; i < SIM_SLOTS_MAX; i++)
        if (s->slot[(from + i) % SIM_SLOTS_MAX].used)
            return &s->slot[(from + i) % SIM_SLOTS_MAX];
    return NULL;
}

static bool busy_peer(struct sim *s, size_t peer)
{
    bool busy = false;

    for (size_t i = 0; i < SIM_SLOTS_MAX; i++)
        busy = busy || (s->slot[i].used && sim_copy_same(s, s->slot[i].peer, peer) && (s->slot[i].link.device_open || s->slot[i].ghost));
    return busy;
}

/* Sessions of one device that overlap may be told so; nothing else may come of it. */
static void mark_overlap(struct sim *s, size_t peer)
{
    for (size_t i = 0; i < SIM_SLOTS_MAX; i++)
        if (s->slot[i].used && sim_copy_same(s, s->slot[i].peer, peer))
            s->slot[i].overlap = true;
}

static void cut(struct sim *s, struct sim_slot *t)
{
    if (t->link.cut)
        return;
    s->totals.cuts += !device_done(t) || !ward_done(t);
    sim_link_cut(&t->link);
}

/* --- how a session may end ------------------------------------------------------------------------------------ */

static bool expected(const struct sim *s, const struct sim_slot *t, enum err e)
{
    if (e == ERR_OK || e == ERR_CUT)
        return true;
    if (e == ERR_REVOKED || e == ERR_HANDED_IN)
        return s->peer[t->peer].revoked;
    if (e == ERR_NO_SPACE)
        return t->poor;
    if ((s->restored || s->rotations > 0) && t->overlap && e == ERR_BAD_PROOF)
        return true; /* begun over two histories, or two keys */
    if (s->restored && t->overlap && e == ERR_BAD_CHAIN)
        return true; /* the answer of a session from before the restore took what this flight began behind */
    if (s->scopes.on && t->overlap && e == ERR_BAD_FRAME)
        return true; /* the other session was told that a scope is gone: what goes on in it begins nowhere now */
    if (s->restored && (e == ERR_BUSY || e == ERR_ROLLED_BACK))
        return true; /* refilled by another meanwhile; enrolled since, and nobody has shown it yet */
    if (e == ERR_COPY && s->peer[t->peer].copies)
        return true;
    if (e == ERR_BUSY || e == ERR_BAD_ORDER || e == ERR_LOCKED || e == ERR_COPY || (e == ERR_EXISTS && t->enrol))
        return t->overlap;
    return false;
}

static void ended(struct sim *s, struct sim_slot *t)
{
    enum err e = t->link.device.state == SESSION_ENDED ? t->link.device.err : ERR_CUT;
    size_t at = (size_t)(t - s->slot);

    sim_note(s, "end %zu peer %zu: %s (%s)", at, t->peer, err_name(e), t->link.device.why);
    if (!expected(s, t, e))
        sim_broken(s, "session of %zu ends: %s (%s)", t->peer, err_name(e), t->link.device.why);
    if (t->link.device.counts.rolled_back && !s->restored)
        sim_broken(s, "a false alarm: %zu is told that the ward was restored", t->peer);
    /* Of two sessions of one store the older may be told so too: whoever ran it is gone. */
    s->peer[t->peer].told_copy = e == ERR_COPY && s->peer[t->peer].copies && (s->healing || !sim_one_in(s, 8));
    s->peer[t->peer].again = t->link.device.again;
    s->totals.renewed += e == ERR_OK && t->link.device.mode == HELLO_RENEW;
    s->totals.whole += e == ERR_OK;
    s->totals.errors += e != ERR_OK && e != ERR_CUT;
}

static void reap(struct sim *s, struct sim_slot *t)
{
    if (t->link.ward_open && ward_done(t) && t->link.ward.out.n == 0)
        cut(s, t);
    if (t->link.device_open && device_done(t) && t->link.device.out.n == 0)
        cut(s, t);
    if (!t->link.cut || (t->link.ward_open && !session_idle(&t->link.ward)) ||
        (t->link.device_open && !session_idle(&t->link.device)))
        return;
    if (t->link.device_open)
        ended(s, t);
    s->totals.bytes[SIM_LINK_UP] += t->link.moved[SIM_LINK_UP];
    s->totals.bytes[SIM_LINK_DOWN] += t->link.moved[SIM_LINK_DOWN];
    if (s->on[SIM_REPLAY] && !t->ghost && !t->enrol && t->said.n > 0 && sim_one_in(s, 2)) {
        buf_clear(&s->replay);
        buf_put_bytes(&s->replay, buf_bytes(&t->said));
        memcpy(s->replay_binding, t->binding, BINDING_SIZE);
        s->replay_peer = t->peer;
    }
    buf_deinit(&t->said);
    sim_link_close(&t->link);
    memset(t, 0, sizeof *t);
}

void sim_net_device_gone(struct sim *s, size_t peer)
{
    for (size_t i = 0; i < SIM_SLOTS_MAX; i++) {
        struct sim_slot *t = &s->slot[i];

        if (!t->used || t->peer != peer || !t->link.device_open)
            continue;
        t->link.device.busy = 0;
        session_deinit(&t->link.device);
        t->link.device_open = false;
        if (!s->on[SIM_HALF_OPEN] || sim_one_in(s, 2))
            cut(s, t); /* else the ward does not hear of it yet */
        reap(s, t);
    }
}

void sim_net_ward_gone(struct sim *s)
{
    for (size_t i = 0; i < SIM_SLOTS_MAX; i++) {
        struct sim_slot *t = &s->slot[i];

        if (!t->used)
            continue;
        if (t->link.ward_open) {
            t->link.ward.busy = 0;
            session_deinit(&t->link.ward);
            t->link.ward_open = false;
        }
        cut(s, t);
        reap(s, t);
    }
}

/* --- jobs -------------------------------------------------------------------------------------------------------- */

static bool device_job(struct sim *s, struct sim_slot *t)
{
    struct work *w = session_take_work(&t->link.device);
    enum work_kind kind;
    struct id scope;
    size_t peer = t->peer;
    bool own, enrols, durable = true;
    enum err e;

    if (w == NULL)
        return false;
    kind = w->kind;
    scope = w->scope;
#ifdef BUG_4
    durable = kind != WORK_OPEN && kind != WORK_OUTBOX; /* planted (tests/bugs_test.sh): the flight leaves before its numbers are durable */
#endif
    if (kind == WORK_DROP)
        sim_scopes_look(s, peer);
    e = sim_node_device_job(&s->peer[peer].node, w, durable);
    own = kind == WORK_APPLY && e == ERR_OK;
    s->peer[peer].reissued = s->peer[peer].reissued || (kind == WORK_RECALL && e == ERR_OK && w->restart);
    enrols = kind == WORK_ENROLLED && e == ERR_OK;
    sim_note(s, "device %zu %s: %s", peer, work_name(kind), err_name(e));
    t->poor = t->poor || e == ERR_NO_SPACE;
    s->peer[peer].enrolled = s->peer[peer].enrolled || enrols;
    if (own)
        sim_log_acked(s, peer, &scope);
    if (kind == WORK_DROP && e == ERR_OK)
        sim_scopes_dropped(s, peer);
    if (e == ERR_IO || (e == ERR_OK && s->on[SIM_DEVICE_CRASH] && sim_one_in(s, 100))) {
        sim_matrix_job(SESSION_DEVICE, kind, e == ERR_IO ? SIM_MATRIX_EIO : SIM_MATRIX_CRASH);
        work_free(w);
        sim_world_device_crash(s, peer);
        return true;
    }
    sim_matrix_job(SESSION_DEVICE, kind, sim_matrix_fault(e, t->link.cut));
    sim_link_worked(&t->link.device, w);
    return true;
}

struct batch {
    size_t count;
    struct work *job[SIM_NODE_BATCH];
    struct sim_slot *of[SIM_NODE_BATCH];
};

/* Jobs of one link, or of all that have some: what the group commit takes. */
static void gather(struct sim *s, struct batch *b)
{
    size_t from = sim_draw(s, SIM_SLOTS_MAX), links = sim_one_in(s, 2) ? 1 : SIM_SLOTS_MAX;

    b->count = 0;
    for (size_t i = 0; i < SIM_SLOTS_MAX && links > 0; i++) {
        struct sim_slot *t = &s->slot[(from + i) % SIM_SLOTS_MAX];
        struct work *w = NULL;

        if (!t->used || !t->link.ward_open)
            continue;
        while (b->count < SIM_NODE_BATCH && (w = session_take_work(&t->link.ward)) != NULL) {
            b->job[b->count] = w;
            b->of[b->count++] = t;
        }
        links -= b->count > 0;
    }
}

static void look_outbound(struct sim *s, const struct batch *b)
{
    for (size_t i = 0; i < b->count; i++) {
        const struct work *w = b->job[i];

        if (w->err != ERR_OK)
            continue;
        if (w->kind == WORK_READ)
            sim_outbound_look(s, b->of[i]->peer, buf_bytes(&w->out), &b->of[i]->scope);
        if (w->kind == WORK_JUDGE)
            sim_outbound_look(s, b->of[i]->peer, buf_bytes(&w->out2), &b->of[i]->scope);
    }
}

static void hand_back(struct sim *s, struct batch *b)
{
    for (size_t i = 0; i < b->count; i++) {
        b->of[i]->poor = b->of[i]->poor || b->job[i]->err == ERR_NO_SPACE;
        sim_note(s, "ward %zu %s: %s", b->of[i]->peer, work_name(b->job[i]->kind), err_name(b->job[i]->err));
        sim_matrix_job(SESSION_WARD, b->job[i]->kind, sim_matrix_fault(b->job[i]->err, b->of[i]->link.cut));
        sim_link_worked(&b->of[i]->link.ward, b->job[i]);
    }
}

static bool ward_jobs(struct sim *s)
{
    struct batch b;
    bool durable = true;
    enum err e;

    gather(s, &b);
    if (b.count == 0)
        return false;
#ifdef BUG_1
    durable = sim_one_in(s, 2); /* planted (tests/bugs_test.sh): acknowledged before it is durable */
#endif
    e = sim_node_ward_jobs(&s->ward, b.job, b.count, durable);
    if (e == ERR_OK && s->scopes.on && s->restored)
        sim_log_feed(s); /* its logs say who may read */
    if (e == ERR_OK)
        look_outbound(s, &b);
    if (e == ERR_IO || (s->on[SIM_WARD_CRASH] && sim_one_in(s, 100))) {
        for (size_t i = 0; i < b.count; i++) {
            sim_matrix_job(SESSION_WARD, b.job[i]->kind, e == ERR_IO ? SIM_MATRIX_EIO : SIM_MATRIX_CRASH);
            work_free(b.job[i]);
        }
        sim_world_ward_crash(s);
        return true;
    }
    hand_back(s, &b);
    sim_restore_keep(s);
    if (sim_one_in(s, 8))
        sim_log_feed(s);
    return true;
}

/* --- bytes --------------------------------------------------------------------------------------------------------- */

/* Pieces of any size, most of them small. */
static size_t draw_piece(struct sim *s)
{
    return s->healing ? SIZE_MAX : (size_t)1 << sim_draw(s, 18);
}


static bool move(struct sim *s, struct sim_slot *t, enum sim_link_way way)
{
    uint64_t before = t->link.moved[way];
    size_t n = draw_piece(s);
    struct buf said = {0};
    bool moved;

    if (way == SIM_LINK_UP && t->link.device_open && t->link.ward_open && !t->link.cut)
        buf_put_bytes(&said, buf_bytes(&t->link.device.out));
    if (!t->link.device_open || !t->link.ward_open)
        return false;
    moved = sim_link_move(&t->link, way, n);
    n = (size_t)(t->link.moved[way] - before);
    if (moved) {
        if (way == SIM_LINK_UP && s->on[SIM_REPLAY] && t->said.n + n <= GHOST_MAX)
            buf_put(&t->said, said.p, n);
        sim_note(s, "move %zu %s %zu", (size_t)(t - s->slot), way == SIM_LINK_UP ? "up" : "down", n);
    }
    buf_deinit(&said);
    return moved;
}

/* A ghost says its next piece again; what the ward answers goes nowhere. */
static bool haunt(struct sim *s, struct sim_slot *t)
{
    size_t n = draw_piece(s);
    struct buf piece = {0};

    buf_clear(&t->link.ward.out);
    sim_link_step(&t->link.ward, &(struct session_event){.kind = SESSION_DRAINED});
    if (t->said.n == 0) {
        cut(s, t);
        return false;
    }
    if (n > t->said.n)
        n = t->said.n;
    buf_put(&piece, t->said.p, n);
    buf_drop_front(&t->said, n);
    sim_note(s, "ghost of %zu says %zu", t->peer, n);
    sim_link_step(&t->link.ward, &(struct session_event){.kind = SESSION_BYTES, .bytes = buf_bytes(&piece)});
    buf_deinit(&piece);
    return true;
}

static bool step(struct sim *s, struct sim_slot *t)
{
    uint64_t dice = sim_draw(s, 5);
    bool did = false;

    if (t->ghost && t->link.ward_open && dice < 2)
        did = haunt(s, t);
    else if (dice == 0 || dice == 1)
        did = move(s, t, dice == 0 ? SIM_LINK_UP : SIM_LINK_DOWN);
    else if (dice == 2)
        did = t->link.device_open && device_job(s, t);
    else
        did = ward_jobs(s);
    if (t->used)
        reap(s, t);
    return did;
}

/* --- actions ------------------------------------------------------------------------------------------------------ */

static void open_slot(struct sim *s, struct sim_slot *t, size_t peer)
{
    struct sim_peer *p = &s->peer[peer];

    memset(t, 0, sizeof *t);
    t->used = true;
    t->peer = peer;
    t->enrol = !p->enrolled;
    sim_node_random(&s->chance, t->binding, BINDING_SIZE);
    if (busy_peer(s, peer))
        mark_overlap(s, peer);
    t->used = true;
    p->node.budget_bytes = s->on[SIM_BUDGET] && sim_one_in(s, 4) ? BUDGET_LEAST + sim_draw(s, BUDGET_MORE) : 0;
    sim_copy_device(s, p)->budgets = sim_copy_device(s, p)->budgets || p->node.budget_bytes > 0;
    if (p->enrolled)
        (p->told_copy ? sim_link_open_copy : sim_link_open)(&t->link, &s->ward, &p->node, t->binding,
                                                             s->level > 0 ? (int)sim_draw(s, 4) : 0);
    else
        sim_link_open_enrol(&t->link, &s->ward, &p->node, p->secret, t->binding);
    if (s->on[SIM_CUT] && sim_one_in(s, 3))
        t->link.limit[sim_draw(s, 2)] = (uint64_t)1 << sim_draw(s, s->bulk ? 19 : 14);
    p->told_copy = false;
    s->totals.sessions++;
    sim_note(s, "open %zu peer %zu %s mode %u", (size_t)(t - s->slot), peer, t->enrol ? "enrol" : "sync",
             t->link.device.mode);
}

static void act_open(struct sim *s)
{
    struct sim_slot *t = free_slot(s);
    size_t peer = sim_draw(s, s->peers);

    if (t != NULL && !sim_jump_is_away(s, peer) && (!busy_peer(s, peer) || (s->on[SIM_OVERLAP] && s->peer[peer].enrolled)))
        open_slot(s, t, peer);
}

static void act_ghost(struct sim *s)
{
    struct sim_slot *t = free_slot(s);

    if (t == NULL || s->replay.n == 0 || !s->on[SIM_REPLAY])
        return;
    memset(t, 0, sizeof *t);
    t->used = t->ghost = true;
    t->peer = s->replay_peer;
    mark_overlap(s, t->peer);
    memcpy(t->binding, s->replay_binding, BINDING_SIZE);
    if (sim_one_in(s, 2)) /* as another TLS session would have it */
        t->binding[0] ^= 1;
    t->link.at_ward = &s->ward;
    t->link.limit[SIM_LINK_UP] = t->link.limit[SIM_LINK_DOWN] = SIM_LINK_FOREVER;
    session_init_ward(&t->link.ward, &s->peer[t->peer].id, false, t->binding, 0);
    t->link.ward_open = true;
    buf_put_bytes(&t->said, buf_bytes(&s->replay));
    s->totals.replays++;
    sim_note(s, "ghost of %zu", t->peer);
}

void sim_net_act(struct sim *s)
{
    struct sim_slot *t = draw_slot(s);
    uint64_t dice = sim_draw(s, 32);

    if (t == NULL || dice < 7) {
        act_open(s);
    } else if (dice == 8) {
        act_ghost(s);
    } else if (dice == 9) {
        if (s->on[SIM_CUT]) {
            sim_note(s, "cut %zu", (size_t)(t - s->slot));
            cut(s, t);
            reap(s, t);
        }
    } else {
        for (uint64_t i = 1 + sim_draw(s, BURST); i > 0 && t->used && !s->failed; i--)
            step(s, t);
    }
}

/* Everything that can happen on a link without new bytes from outside. */
static void run_out(struct sim *s, struct sim_slot *t)
{
    bool moving = true;

    while (moving && t->used && !s->failed) {
        moving = t->link.device_open && device_job(s, t);
        moving = ward_jobs(s) || moving;
        if (t->used) {
            moving = move(s, t, SIM_LINK_UP) || moving;
            moving = move(s, t, SIM_LINK_DOWN) || moving;
        }
    }
    if (t->used) {
        cut(s, t);
        while ((t->link.device_open && device_job(s, t)) || ward_jobs(s))
            continue;
        reap(s, t);
    }
}

/* The link ends, and both sides see it. */
static void end_slot(struct sim *s, struct sim_slot *t)
{
    cut(s, t);
    while ((t->link.device_open && device_job(s, t)) || ward_jobs(s))
        continue;
    reap(s, t);
    if (t->used)
        sim_broken(s, "a session of %zu does not end after its link", t->peer);
}

static bool sync_once(struct sim *s, size_t peer)
{
    struct sim_slot *t = free_slot(s);
    uint64_t whole = s->totals.whole;

    if (t == NULL) { /* every link is taken: who was first gives way */
        t = &s->slot[0];
        end_slot(s, t);
    }
    if (s->failed)
        return false;
    open_slot(s, t, peer);
    t->link.limit[SIM_LINK_UP] = t->link.limit[SIM_LINK_DOWN] = SIM_LINK_FOREVER;
    run_out(s, t);
    if (t->used)
        sim_broken(s, "a session of %zu does not end", peer);
    return s->totals.whole > whole;
}

/* As `dong-bo` does: whatever makes another session possible does so at once. */
bool sim_net_sync(struct sim *s, size_t peer)
{
    bool whole = sync_once(s, peer);

    for (unsigned n = 1; n < SESSIONS_MAX && s->peer[peer].again && !s->failed; n++)
        whole = sync_once(s, peer);
    return whole;
}

void sim_net_finish(struct sim *s)
{
    for (size_t i = 0; i < SIM_SLOTS_MAX; i++)
        if (s->slot[i].used)
            end_slot(s, &s->slot[i]);
}
