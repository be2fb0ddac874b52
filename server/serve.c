/* serve.c - see serve.h. */
#include "serve.h"

#include <stdlib.h>

#include "../common/log.h"
#include "../proto/session.h"
#include "server_limits.h"

#define SEND_PIECE ((size_t)64 * 1024) /* between two looks at conn_full: two frames */
#define COST_READ 32                   /* an answer of two frames takes as long as about so many changes */

struct peer {
    struct serve *serve;
    struct conn *conn; /* NULL: gone */
    struct session session;
    struct id device; /* zero: it enrols */
    struct peer *next, *previous;
    size_t jobs; /* with the store's thread */
    uint64_t opened_ms, job_count;
    uint64_t drained_ms, given; /* the last on_drained; bytes since then */
    enum err why;      /* of the connection's end */
    bool dropped;      /* nothing more is begun for it */
    bool blocked;      /* conn_full: until on_drained */
    bool owes_drained; /* something was sent, and the session not yet told that it left */
    bool paused, resumed;
    /* Taking over (serve.h): the older one is superseded, the newer one waits and keeps what comes meanwhile. */
    bool superseded, waiting;
    uint64_t superseded_ms, heard_ms;
    struct buf early;
};

struct serve {
    const struct home *home;
    struct store_thread *store;
    struct peer *peers;
    size_t peer_n;
    bool stopping;
    void (*on_idle)(void *user);
    void *user;
};

/* A job of a session on its way through the store's thread, with what it was before it was run. */
struct peer_job {
    struct store_job job;
    struct peer *peer;
    struct work *work;
    struct buf in; /* of WORK_READ, which changes its own */
    uint64_t at, shown;
    bool states_differ, failed;
    bool ran;
};

static void pump(struct peer *p);

/* ---- jobs ---- */

static enum err job_run(struct store_job *job, struct txn *txn, uint64_t now_s)
{
    struct peer_job *j = (struct peer_job *)(void *)job;
    j->ran = true;
    j->failed = *j->work->failed;
    return ward_work(txn, &j->peer->serve->home->ward, j->work, now_s);
}

static void job_undo(struct store_job *job, enum err e)
{
    struct peer_job *j = (struct peer_job *)(void *)job;
    struct work *w = j->work;
    if (j->ran)
        *w->failed = j->failed;
    j->ran = false;
    if (w->kind == WORK_READ) {
        buf_clear(&w->in);
        buf_put_bytes(&w->in, buf_bytes(&j->in));
    }
    buf_clear(&w->out);
    buf_clear(&w->out2);
    w->at = j->at;
    w->shown = j->shown;
    w->states_differ = j->states_differ;
    w->more = w->ask = false;
    w->err = e == ERR_LOCKED ? ERR_BUSY : e;
    *w->failed = *w->failed || e != ERR_OK;
}

static void job_done(struct store_job *job)
{
    struct peer_job *j = (struct peer_job *)(void *)job;
    struct peer *p = j->peer;
    if (job->err != ERR_OK)
        LOG(LOG_ERROR, "job_failed", LOG_TEXT("job", work_name(j->work->kind)), LOG_TEXT("err", err_name(job->err)));
    session_step(&p->session, &(struct session_event){.kind = SESSION_WORKED, .work = j->work});
    buf_deinit(&j->in);
    free(j);
    p->jobs--;
    if (p->conn != NULL)
        p->heard_ms = conn_now_ms(p->conn); /* what waited for this job may come only now */
    pump(p);
}

static struct store_job *store_job_of(struct peer *p, struct work *w)
{
    struct peer_job *j = mem_alloc(sizeof(*j));
    j->job.run = job_run;
    j->job.undo = job_undo;
    j->job.done = job_done;
    j->job.cost = w->kind == WORK_APPEND || w->kind == WORK_STAGE ? w->in.n / STORE_COST_BYTES
                                                                  : COST_READ + w->flight.n / STORE_COST_BYTES;
    j->peer = p;
    j->work = w;
    j->at = w->at;
    j->shown = w->shown;
    j->states_differ = w->states_differ;
    if (w->kind == WORK_READ)
        buf_put_bytes(&j->in, buf_bytes(&w->in));
    p->jobs++;
    p->job_count++;
    return &j->job;
}

/* An answer that nobody will hear is not read. */
static bool is_moot(const struct peer *p, const struct work *w)
{
    return p->dropped || ((p->conn == NULL || p->superseded) && w->kind == WORK_READ);
}

static void submit_all(struct peer *p)
{
    struct store_job *first = NULL, **end = &first;
    while (p->session.work != NULL && !is_moot(p, p->session.work)) {
        *end = store_job_of(p, session_take_work(&p->session));
        end = &(*end)->next;
    }
    store_thread_put(p->serve->store, first);
}

/* ---- the end ---- */

static const char *device_text(const struct peer *p, char text[ID_TEXT_SIZE])
{
    id_print(&p->device, text);
    text[8] = '\0';
    return id_is_zero(&p->device) ? "none" : text;
}

static void log_end(const struct peer *p, uint64_t now_ms)
{
    char device[ID_TEXT_SIZE];
    const struct session *s = &p->session;
    const enum err e = s->state == SESSION_ENDED ? s->err : p->why;
    LOG(e == ERR_OK || e == ERR_CUT ? LOG_INFO : LOG_WARN, "session", LOG_TEXT("device", device_text(p, device)),
        LOG_TEXT("err", err_name(e)), LOG_TEXT("state", session_state_name(s->state)),
        LOG_NUMBER("bytes_in", s->counts.bytes_in), LOG_NUMBER("bytes_out", s->counts.bytes_out),
        LOG_NUMBER("jobs", p->job_count), LOG_NUMBER("resumed", p->resumed), LOG_NUMBER("ms", now_ms - p->opened_ms));
}

static bool is_of(const struct peer *p, const struct id *device)
{
    return !id_is_zero(device) && id_equal(&p->device, device);
}

/* The newest connection of the device begins, if none of its old ones is left. */
static void let_begin(struct serve *s, const struct id *device)
{
    struct peer *newest = NULL;
    for (struct peer *p = s->peers; p != NULL; p = p->next) {
        if (is_of(p, device) && p->superseded)
            return;
        if (is_of(p, device) && p->waiting && !p->dropped && p->conn != NULL)
            newest = p;
    }
    if (newest == NULL)
        return;
    newest->waiting = false;
    session_step(&newest->session, &(struct session_event){.kind = SESSION_BYTES, .bytes = buf_bytes(&newest->early)});
    buf_wipe_deinit(&newest->early);
    pump(newest);
}

static void free_if_done(struct peer *p)
{
    struct serve *s = p->serve;
    const struct id device = p->device;
    if (p->conn != NULL || p->jobs > 0)
        return;
    if (p->next != NULL)
        p->next->previous = p->previous;
    *(p->previous != NULL ? &p->previous->next : &s->peers) = p->next;
    s->peer_n--;
    session_deinit(&p->session);
    buf_wipe_deinit(&p->early);
    free(p);
    if (s->stopping && s->peer_n == 0 && s->on_idle != NULL)
        s->on_idle(s->user);
    else
        let_begin(s, &device);
}

static void drop(struct peer *p, enum err why)
{
    p->dropped = true;
    if (p->conn != NULL)
        conn_close(p->conn, why);
}

/* ---- bytes out ---- */

/* conn_full is looked at right after sending only: then on_drained is sure to come. */
static void send_out(struct peer *p)
{
    struct buf *out = &p->session.out;
    size_t sent = 0;
    while (sent < out->n && !p->blocked) {
        const size_t n = out->n - sent < SEND_PIECE ? out->n - sent : SEND_PIECE;
        conn_send(p->conn, bytes_of(out->p + sent, n));
        p->given += n;
        sent += n;
        p->blocked = conn_full(p->conn);
    }
    if (sent == 0)
        return;
    p->owes_drained = true;
    if (sent == out->n)
        buf_deinit(out); /* an idle session holds nothing */
    else
        buf_drop_front(out, sent);
}

/* How the session stands decides what the connection may do. */
static void steer(struct peer *p)
{
    const struct session *s = &p->session;
    if (s->state == SESSION_ENDED) {
        if (p->superseded)
            drop(p, s->err); /* nobody waits for its goodbye */
        else if (s->out.n == 0)
            conn_leave(p->conn, s->err);
        return;
    }
    if (s->state != SESSION_WAIT_HELLO)
        conn_admit(p->conn);
    if (p->paused == session_wants_bytes(s)) {
        p->paused = !p->paused;
        conn_pause(p->conn, p->paused);
    }
    conn_owed(p->conn, session_mid_message(s));
}

/* Everything the session asks for, until it asks for nothing more; the peer may be gone afterwards. */
static void pump(struct peer *p)
{
    if (p->conn == NULL) {
        buf_clear(&p->session.out);
        submit_all(p);
        free_if_done(p);
        return;
    }
    if (p->dropped)
        return;
    send_out(p);
    if (p->owes_drained && p->session.out.n == 0 && !p->blocked) {
        p->owes_drained = false;
        session_step(&p->session, &(struct session_event){.kind = SESSION_DRAINED});
        send_out(p);
    }
    submit_all(p);
    steer(p);
}

/* ---- the connection's callbacks ---- */

/* It takes in what has come, answers nothing more, and goes. */
static void supersede(struct peer *p)
{
    if (p->waiting || p->dropped || p->session.state == SESSION_ENDED) {
        drop(p, ERR_BUSY);
        return;
    }
    if (p->superseded)
        return;
    p->superseded = true;
    if (p->conn == NULL)
        return;
    p->superseded_ms = p->heard_ms = conn_now_ms(p->conn);
    conn_wake_at(p->conn, p->heard_ms + SERVER_SUPERSEDED_QUIET_MS);
}

/* Is there anything to wait for? */
static bool take_over(struct serve *s, const struct id *device)
{
    bool any = false;
    for (struct peer *p = s->peers; p != NULL; p = p->next)
        if (is_of(p, device)) {
            supersede(p);
            any = true;
        }
    return any;
}

/* 0 would mean that it is not known. */
static uint64_t cert_end(const struct tls_cert *cert)
{
    return cert->validity.not_after_s > 0 ? (uint64_t)cert->validity.not_after_s : 1;
}

static void serve_on_open(struct conn *c, const struct conn_peer *peer)
{
    struct serve *s = conn_shared(c);
    const bool known = peer->cert != NULL && !id_is_zero(&peer->cert->device);
    struct peer *p = mem_alloc(sizeof(*p));
    if (known)
        p->waiting = take_over(s, &peer->cert->device);
    p->serve = s;
    p->conn = c;
    p->opened_ms = conn_now_ms(c);
    p->resumed = peer->resumed;
    if (known)
        p->device = peer->cert->device;
    session_init_ward(&p->session, known ? &p->device : NULL, peer->expired, peer->binding, ZIP_LEVEL);
    session_paced(&p->session);
    if (known)
        session_certificate(&p->session, cert_end(peer->cert), peer->cert->public_key);
    p->next = s->peers;
    if (s->peers != NULL)
        s->peers->previous = p;
    s->peers = p;
    s->peer_n++;
    conn_set_user(c, p);
    if (known)
        conn_admit(c); /* it has said who it is, and may have two thousand changes to seal before its first frame */
    if (s->stopping)
        drop(p, ERR_BUSY);
}

static void serve_on_bytes(struct conn *c, struct bytes plain)
{
    struct peer *p = conn_user(c);
    if (p->waiting) {
        buf_put_bytes(&p->early, plain);
        p->paused = true;
        conn_pause(c, true);
        return;
    }
    p->heard_ms = conn_now_ms(c);
    session_step(&p->session, &(struct session_event){.kind = SESSION_BYTES, .bytes = plain});
    pump(p);
}

static void serve_on_drained(struct conn *c)
{
    struct peer *p = conn_user(c);
    const uint64_t now_ms = conn_now_ms(c);
    /* From one time to the next it is the link that takes what it was given; before the first, the kernel's buffers. */
    if (p->drained_ms > 0)
        pace_note(&p->session.pace, p->given, (now_ms - p->drained_ms) * 1000);
    p->drained_ms = now_ms;
    p->given = 0;
    p->blocked = false;
    pump(p);
}

static void serve_on_wake(struct conn *c)
{
    struct peer *p = conn_user(c);
    const uint64_t now_ms = conn_now_ms(c);
    const bool quiet = p->jobs == 0 && now_ms - p->heard_ms >= SERVER_SUPERSEDED_QUIET_MS;
    if (!p->superseded)
        return;
    if (quiet || now_ms - p->superseded_ms >= SERVER_SUPERSEDED_MOST_MS)
        drop(p, ERR_BUSY);
    else
        conn_wake_at(c, now_ms + SERVER_SUPERSEDED_QUIET_MS);
}

static void serve_on_close(struct conn *c, enum err why)
{
    struct peer *p = conn_user(c);
    p->conn = NULL;
    p->why = why;
    if (!p->dropped)
        session_step(&p->session, &(struct session_event){.kind = SESSION_EOF});
    log_end(p, conn_now_ms(c));
    pump(p);
}

const struct conn_ops serve_ops = {serve_on_open, serve_on_bytes, serve_on_drained, serve_on_wake, serve_on_close};

/* ---- for the daemon ---- */

struct serve *serve_new(const struct home *home, struct store_thread *store, void (*on_idle)(void *user), void *user)
{
    struct serve *s = mem_alloc(sizeof(*s));
    s->home = home;
    s->store = store;
    s->on_idle = on_idle;
    s->user = user;
    return s;
}

void serve_free(struct serve *s)
{
    if (s == NULL)
        return;
    assert(s->peer_n == 0);
    free(s);
}

size_t serve_peers(const struct serve *s)
{
    return s->peer_n;
}

void serve_revoked(struct serve *s, const struct id *device)
{
    for (struct peer *p = s->peers; p != NULL; p = p->next)
        if (id_equal(&p->device, device))
            drop(p, ERR_REVOKED);
}

void serve_stop(struct serve *s)
{
    s->stopping = true;
    for (struct peer *p = s->peers; p != NULL; p = p->next)
        p->dropped = true;
}
