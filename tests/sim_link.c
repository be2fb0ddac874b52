/* sim_link.c - see sim_link.h. */
#include "sim_link.h"

#include "../proto/message.h"
#include "sim_matrix.h"

#define LEVEL 3
#define SESSIONS_MAX 4 /* of one exchange, as client/link.c */

void sim_link_step(struct session *s, const struct session_event *e)
{
    sim_matrix.event[s->role][s->state][e->kind]++;
    session_step(s, e);
}

static void link_init(struct sim_link *l, struct sim_ward *w, struct sim_device *d)
{
    memset(l, 0, sizeof *l);
    l->at_ward = w;
    l->at_device = d;
    l->limit[SIM_LINK_UP] = l->limit[SIM_LINK_DOWN] = SIM_LINK_FOREVER;
    l->ward_open = l->device_open = true;
}

static void start(struct sim_link *l)
{
    sim_link_step(&l->device, &(struct session_event){.kind = SESSION_START});
}

static void open_mode(struct sim_link *l, struct sim_ward *w, struct sim_device *d, const uint8_t binding[BINDING_SIZE],
                      int level, unsigned mode)
{
    struct replica r = sim_node_replica(d);

    link_init(l, w, d);
    session_init_device(&l->device, &r.device, binding, mode != HELLO_FLIGHT ? mode : r.cut ? HELLO_ASK : HELLO_FLIGHT, level);
    l->device.history = d->history;
    session_init_ward(&l->ward, &r.device, false, binding, level);
    session_certificate(&l->ward, d->certificate_end, d->tls_public);
    l->device.budget_bytes = d->budget_bytes;
    start(l);
}

void sim_link_open(struct sim_link *l, struct sim_ward *w, struct sim_device *d, const uint8_t binding[BINDING_SIZE],
                   int level)
{
    open_mode(l, w, d, binding, level, HELLO_FLIGHT);
}

void sim_link_open_copy(struct sim_link *l, struct sim_ward *w, struct sim_device *d, const uint8_t binding[BINDING_SIZE],
                        int level)
{
    open_mode(l, w, d, binding, level, HELLO_RENEW);
}

void sim_link_open_repair(struct sim_link *l, struct sim_ward *w, struct sim_device *d,
                          const uint8_t binding[BINDING_SIZE], int level)
{
    open_mode(l, w, d, binding, level, HELLO_REPAIR);
}

void sim_link_open_enrol(struct sim_link *l, struct sim_ward *w, struct sim_device *d,
                         const uint8_t secret[INVITE_SECRET_SIZE], const uint8_t binding[BINDING_SIZE])
{
    struct buf message = {0};

    link_init(l, w, d);
    sim_node_prove(d, secret, binding, &message);
    session_init_enrol(&l->device, binding, buf_bytes(&message));
    session_init_ward(&l->ward, NULL, false, binding, 0);
    buf_deinit(&message);
    start(l);
}

static void session_drop(struct session *s, struct work **job)
{
    if (*job != NULL) {
        work_free(*job);
        *job = NULL;
        s->busy = 0;
    }
    session_deinit(s);
}

void sim_link_close(struct sim_link *l)
{
    if (l->device_open)
        session_drop(&l->device, &l->device_job);
    if (l->ward_open)
        session_drop(&l->ward, &l->ward_job);
    l->device_open = l->ward_open = false;
}

bool sim_link_move(struct sim_link *l, enum sim_link_way way, size_t n)
{
    struct session *from = way == SIM_LINK_UP ? &l->device : &l->ward;
    struct session *to = way == SIM_LINK_UP ? &l->ward : &l->device;
    bool to_open = way == SIM_LINK_UP ? l->ward_open : l->device_open;

    if (!to_open || l->cut || from->out.n == 0 || (to->state != SESSION_ENDED && !session_wants_bytes(to)))
        return false;
    if (n > from->out.n)
        n = from->out.n;
    if (n > l->limit[way] - l->moved[way])
        n = (size_t)(l->limit[way] - l->moved[way]);
    if (n > 0) {
        struct buf piece = {0};

        buf_put(&piece, from->out.p, n);
        buf_drop_front(&from->out, n);
        l->moved[way] += n;
        sim_link_step(to, &(struct session_event){.kind = SESSION_BYTES, .bytes = buf_bytes(&piece)});
        buf_deinit(&piece);
    }
    if (l->moved[way] == l->limit[way])
        sim_link_cut(l);
    else if (from->out.n == 0)
        sim_link_step(from, &(struct session_event){.kind = SESSION_DRAINED});
    return true;
}

void sim_link_cut(struct sim_link *l)
{
    if (l->cut)
        return;
    l->cut = true;
    if (l->device_open)
        sim_link_step(&l->device, &(struct session_event){.kind = SESSION_EOF});
    if (l->ward_open)
        sim_link_step(&l->ward, &(struct session_event){.kind = SESSION_EOF});
}

void sim_link_worked(struct session *s, struct work *w)
{
    sim_link_step(s, &(struct session_event){.kind = SESSION_WORKED, .work = w});
}

bool sim_link_device_work(struct sim_link *l)
{
    struct work *w = session_take_work(&l->device);

    if (w == NULL)
        return false;
    sim_matrix_job(SESSION_DEVICE, w->kind, sim_matrix_fault(sim_node_device_job(l->at_device, w, true), l->cut));
    sim_link_worked(&l->device, w);
    return true;
}

bool sim_link_ward_work(struct sim_link *l)
{
    struct work *w = session_take_work(&l->ward);

    if (w == NULL)
        return false;
    (void)sim_node_ward_jobs(l->at_ward, &w, 1, true);
    sim_matrix_job(SESSION_WARD, w->kind, sim_matrix_fault(w->err, l->cut));
    sim_link_worked(&l->ward, w);
    return true;
}

void sim_link_run(struct sim_link *l)
{
    bool moving = true;

    while (moving) {
        moving = sim_link_device_work(l);
        moving = sim_link_ward_work(l) || moving;
        moving = sim_link_move(l, SIM_LINK_UP, SIZE_MAX) || moving;
        moving = sim_link_move(l, SIM_LINK_DOWN, SIZE_MAX) || moving;
    }
    sim_link_cut(l);
    while (sim_link_device_work(l) || sim_link_ward_work(l))
        continue;
}

static enum err one(struct sim_ward *w, struct sim_device *d, struct sim_link *last, bool copy, bool *again)
{
    uint8_t binding[BINDING_SIZE];
    struct sim_link l;
    enum err e;

    sim_node_random(&d->chance, binding, sizeof binding);
    (copy ? sim_link_open_copy : sim_link_open)(&l, w, d, binding, LEVEL);
    sim_link_run(&l);
    e = l.device.err;
    if (last != NULL)
        *last = l;
    *again = l.device.again;
    sim_link_close(&l);
    return e;
}

enum err sim_link_sync(struct sim_ward *w, struct sim_device *d, struct sim_link *last)
{
    bool again;
    enum err e = one(w, d, last, false, &again);

    return e == ERR_OK && again ? sim_link_sync(w, d, last) : e;
}

enum err sim_link_exchange(struct sim_ward *w, struct sim_device *d, unsigned *renewed)
{
    uint32_t before = sim_node_replica(d).incarnation;
    bool again = true, copy = false;
    enum err e = ERR_OK;

    for (unsigned n = 0; n < SESSIONS_MAX && again && (e == ERR_OK || copy); n++) {
        e = one(w, d, NULL, copy, &again);
        copy = e == ERR_COPY;
    }
    if (renewed != NULL)
        *renewed += before != sim_node_replica(d).incarnation;
    return e;
}

enum err sim_link_enrol(struct sim_ward *w, struct sim_device *d, const uint8_t secret[INVITE_SECRET_SIZE])
{
    uint8_t binding[BINDING_SIZE];
    struct sim_link l;
    enum err e;

    sim_node_random(&d->chance, binding, sizeof binding);
    sim_link_open_enrol(&l, w, d, secret, binding);
    sim_link_run(&l);
    e = l.device.err;
    sim_link_close(&l);
    return e;
}
