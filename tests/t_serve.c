/* t_serve.c - sessions over real TLS, the store's thread and LMDB: devices of sim_node.h against the whole
 * server but its main loop. */
#include "net_world.h"
#include "sim_node.h"
#include "sim_value.h"
#include "test.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "../common/disk.h"
#include "../proto/session.h"
#include "../server/serve.h"
#include "../server/tickets.h"

#define LEVEL 3

struct device {
    struct sim_device sim;
    struct buf cert;
    struct session session;
    struct net_client *link;
    bool open; /* the session exists */
};

struct world {
    struct net_world net; /* its clients and loop; the listener is ours */
    struct home home;
    char *dir;
    struct tickets *tickets;
    struct tls_context *tls;
    struct store_thread *store;
    struct serve *serve;
    struct id org;
    bool store_stopped;
};

static void on_lost(void *user, enum err e)
{
    (void)user;
    CHECK_EQ(e, ERR_OK);
}

static enum err on_write(struct world *w, enum err (*write)(struct world *w, struct txn *txn, void *arg), void *arg)
{
    struct safe_txn t;
    enum err e = safe_begin(&w->home.safe, true, &t);
    assert(e == ERR_OK && store_thread_idle(w->store));
    e = write(w, &t.txn, arg);
    if (e == ERR_OK)
        return safe_commit(&t);
    safe_abort(&t);
    return e;
}

static enum err add_org(struct world *w, struct txn *txn, void *arg)
{
    uint8_t random[WARD_RANDOM_SIZE];
    (void)arg;
    crypto_random(random, sizeof(random));
    w->org = id_from(random);
    return ward_org_add(txn, &w->home.ward, "CB-014", "Chi bộ 14", ORG_TDP, random, (uint64_t)time(NULL));
}

static void world_init(struct world *w)
{
    const struct home_settings settings = {
        .name = "Phường", .code = "PHUONG", .listen = "127.0.0.1:1", .cert_days = 10};
    memset(w, 0, sizeof(*w));
    crypto_init();
    w->dir = disk_join(test_dir(), "phuong");
    enum err e = home_create(w->dir, &settings, (uint64_t)time(NULL));
    assert(e == ERR_OK);
    e = home_open(w->dir, KV_WRITE, &w->home);
    assert(e == ERR_OK);
    uv_loop_init(&w->net.loop);
    for (size_t i = 0; i < NET_CLIENTS_MAX; i++)
        w->net.clients[i].fd = -1;
    w->tickets = tickets_new(16, 2);
    const struct tls_settings tls = {.role = TLS_SERVER, .seed = w->home.tls_seed, .cert = buf_bytes(&w->home.tls),
                                     .ca = buf_bytes(&w->home.ca), .cache = &tickets_ops, .cache_user = w->tickets};
    e = tls_context_new(&tls, &w->tls);
    assert(e == ERR_OK);
    memcpy(w->net.w.pin, w->home.pin, TLS_PIN_SIZE);
    w->store = store_thread_new(&w->net.loop, &w->home.safe, on_lost, w);
    w->serve = serve_new(&w->home, w->store, NULL, NULL);
    const struct listener_settings settings_of_door = {.address = "127.0.0.1", .limits = conn_limits_default(),
                                                       .tls = w->tls, .ops = &serve_ops, .shared = w->serve};
    e = listener_new(&w->net.loop, &settings_of_door, &w->net.listener);
    assert(e == ERR_OK);
    CHECK_EQ(on_write(w, add_org, NULL), ERR_OK);
}

static void on_listener_stopped(void *user)
{
    ((struct world *)user)->net.stopped = true;
}

static void on_store_stopped(void *user)
{
    ((struct world *)user)->store_stopped = true;
}

static bool all_gone(void *user)
{
    struct world *w = user;
    return w->net.stopped && serve_peers(w->serve) == 0 && store_thread_idle(w->store);
}

static bool at_rest(void *user)
{
    struct world *w = user;
    return serve_peers(w->serve) == 0 && store_thread_idle(w->store);
}

static bool store_is_stopped(void *user)
{
    return ((struct world *)user)->store_stopped;
}

static void world_deinit(struct world *w)
{
    serve_stop(w->serve);
    listener_stop(w->net.listener, on_listener_stopped, w);
    CHECK(net_until(&w->net, all_gone, w));
    for (size_t i = 0; i < NET_CLIENTS_MAX; i++)
        net_client_close(&w->net.clients[i]);
    store_thread_stop(w->store, on_store_stopped, w);
    CHECK(net_until(&w->net, store_is_stopped, w));
    CHECK_EQ(uv_run(&w->net.loop, UV_RUN_NOWAIT), 0);
    CHECK_EQ(uv_loop_close(&w->net.loop), 0);
    serve_free(w->serve);
    tls_context_free(w->tls);
    tickets_free(w->tickets);
    home_close(&w->home);
    free(w->dir);
}

/* ---- a device ---- */

static void device_deinit(struct device *d)
{
    if (d->open)
        session_deinit(&d->session);
    if (d->link != NULL)
        net_client_close(d->link);
    buf_deinit(&d->cert);
    sim_node_device_deinit(&d->sim);
}

struct meeting {
    struct world *world;
    struct device *device;
    size_t peers;
};

/* On both sides: the client is done with the handshake first. */
static bool is_connected(void *user)
{
    const struct meeting *m = user;
    return tls_state(m->device->link->tls) == TLS_OPEN && serve_peers(m->world->serve) == m->peers;
}

static void device_connect_more(struct world *w, struct device *d, size_t peers)
{
    struct meeting m = {w, d, peers};
    d->link = net_connect_tls(&w->net, bytes_of(NULL, 0));
    CHECK(net_until(&w->net, is_connected, &m));
}

static void device_connect(struct world *w, struct device *d, uint8_t binding[TLS_BINDING_SIZE])
{
    memcpy(w->net.w.device_seed, d->sim.tls_secret, TLS_SEED_SIZE);
    buf_deinit(&w->net.cert);
    buf_put_bytes(&w->net.cert, buf_bytes(&d->cert));
    CHECK(net_until(&w->net, at_rest, w));
    device_connect_more(w, d, 1);
    buf_deinit(&w->net.cert);
    tls_exporter(d->link->tls, TLS_BINDING_LABEL, binding);
}

static void device_job(struct device *d, struct work *job)
{
    struct enrolled answer;
    if (job->kind == WORK_ENROLLED && enrol_answer_decode(&answer, buf_bytes(&job->in)) == ERR_OK)
        buf_put_bytes(&d->cert, answer.certificate);
    (void)sim_node_device_job(&d->sim, job, true);
    session_step(&d->session, &(struct session_event){.kind = SESSION_WORKED, .work = job});
}

/* What can be done without the network. */
static void device_turn(struct device *d)
{
    struct work *job;
    if (d->link->in.n > 0) {
        session_step(&d->session, &(struct session_event){.kind = SESSION_BYTES, .bytes = buf_bytes(&d->link->in)});
        buf_clear(&d->link->in);
    } else if (d->link->eof || d->link->reset || d->link->err != ERR_OK) {
        session_step(&d->session, &(struct session_event){.kind = SESSION_EOF});
    }
    while ((job = session_take_work(&d->session)) != NULL)
        device_job(d, job);
    if (d->session.out.n > 0 && d->link->err == ERR_OK) {
        CHECK_EQ(tls_write(d->link->tls, buf_bytes(&d->session.out)), ERR_OK);
        buf_clear(&d->session.out);
        session_step(&d->session, &(struct session_event){.kind = SESSION_DRAINED});
    }
}

static bool is_over(void *user)
{
    struct device *d = user;
    device_turn(d);
    return d->session.state == SESSION_ENDED;
}

static void device_open(struct world *w, struct device *d)
{
    uint8_t binding[TLS_BINDING_SIZE];
    const struct replica r = sim_node_replica(&d->sim);
    device_connect(w, d, binding);
    session_init_device(&d->session, &r.device, binding, r.cut ? 1 : 0, LEVEL);
    d->open = true;
    session_step(&d->session, &(struct session_event){.kind = SESSION_START});
}

static enum err device_close(struct device *d)
{
    const enum err e = d->session.err;
    session_deinit(&d->session);
    d->open = false;
    net_client_close(d->link);
    d->link = NULL;
    return e;
}

static enum err device_sync(struct world *w, struct device *d)
{
    device_open(w, d);
    CHECK(net_until(&w->net, is_over, d));
    return device_close(d);
}

struct inviting {
    uint8_t secret[INVITE_SECRET_SIZE];
    enum role role;
};

static enum err add_invite(struct world *w, struct txn *txn, void *arg)
{
    const struct inviting *in = arg;
    struct id person;
    crypto_random(person.b, ID_SIZE);
    return ward_invite(txn, &w->home.ward, &w->org, in->role, &person, "Nguyễn Văn A", in->secret, 20200101,
                       (uint64_t)time(NULL), (uint64_t)time(NULL) + 1000);
}

static enum err device_enrol(struct world *w, struct device *d, const uint8_t secret[INVITE_SECRET_SIZE])
{
    uint8_t binding[TLS_BINDING_SIZE];
    struct buf message = {0};
    device_connect(w, d, binding);
    sim_node_prove(&d->sim, secret, binding, &message);
    session_init_enrol(&d->session, binding, buf_bytes(&message));
    d->open = true;
    buf_deinit(&message);
    session_step(&d->session, &(struct session_event){.kind = SESSION_START});
    CHECK(net_until(&w->net, is_over, d));
    return device_close(d);
}

static void device_init(struct world *w, struct device *d, uint64_t seed)
{
    struct inviting in = {.role = ROLE_SECRETARY};
    memset(d, 0, sizeof(*d));
    sim_node_device_init(&d->sim, seed);
    crypto_random(in.secret, sizeof(in.secret));
    CHECK(net_until(&w->net, at_rest, w));
    CHECK_EQ(on_write(w, add_invite, &in), ERR_OK);
    CHECK_EQ(device_enrol(w, d, in.secret), ERR_OK);
    CHECK(d->cert.n > 0);
    CHECK_EQ(device_sync(w, d), ERR_OK);
}

static void record(struct world *w, struct device *d, uint8_t name, size_t text_n)
{
    struct sim_value v = {0};
    struct id id = {{name}};
    uint64_t chance = name;
    const struct kind_info *k = schema_kind_named(text_n == 0 ? "meeting" : "minutes");
    struct buf text = {0};
    sim_value_create(&v, k, ACCESS_A, &id, &chance);
    if (text_n > 0) {
        struct buf plain = {0};
        for (size_t i = 0; i < text_n; i++)
            buf_put_u8(&plain, (uint8_t)('!' + test_random(&chance) % 90));
        mp_put_str(&text, buf_bytes(&plain));
        buf_deinit(&plain);
    }
    for (size_t i = 0; i < v.change.count && text_n > 0; i++)
        if (v.change.triple[i].tag == schema_tag(schema_field_named(k, "opening")))
            v.change.triple[i].value = buf_bytes(&text);
    CHECK_EQ(sim_node_record(&d->sim, &w->org, ACCESS_A, &v.change), ERR_OK);
    sim_value_deinit(&v);
    buf_deinit(&text);
}

/* Size of the cell's log A, at the ward or at a device. */
static uint64_t size_at(struct txn *txn, const struct id *org)
{
    struct org o;
    struct scope s = {0};
    CHECK_EQ(org_load(txn, org, &o), ERR_OK);
    CHECK_EQ(scope_load(txn, &o.scope[ACCESS_A], &s), ERR_OK);
    return s.frontier.size;
}

static uint64_t ward_size(struct world *w)
{
    struct safe_txn t;
    CHECK_EQ(safe_begin(&w->home.safe, false, &t), ERR_OK);
    const uint64_t n = size_at(&t.txn, &w->org);
    safe_abort(&t);
    return n;
}

static uint64_t device_size(struct world *w, struct device *d)
{
    struct txn txn;
    memstore_begin(d->sim.store, false, &txn);
    const uint64_t n = size_at(&txn, &w->org);
    memstore_abort(d->sim.store);
    return n;
}

/* ---- tests ---- */

TEST(two_devices_enrol_record_and_hold_the_same)
{
    struct world w;
    struct device a, b;
    world_init(&w);
    device_init(&w, &a, 1);
    device_init(&w, &b, 2);
    record(&w, &a, 7, 0);
    CHECK_EQ(device_sync(&w, &a), ERR_OK);
    CHECK_EQ(device_sync(&w, &b), ERR_OK);
    CHECK_EQ(device_sync(&w, &a), ERR_OK); /* b's device leaf is news to it no more */
    CHECK_EQ(ward_size(&w), 9); /* scope, fold; person, grant, device twice; one changeset */
    CHECK_EQ(device_size(&w, &a), 9);
    CHECK_EQ(device_size(&w, &b), 9);
    device_deinit(&a);
    device_deinit(&b);
    world_deinit(&w);
}

TEST(an_invite_serves_once)
{
    struct world w;
    struct device a, b;
    struct inviting in = {.role = ROLE_SECRETARY, .secret = {5}};
    world_init(&w);
    memset(&a, 0, sizeof(a));
    memset(&b, 0, sizeof(b));
    sim_node_device_init(&a.sim, 1);
    sim_node_device_init(&b.sim, 2);
    CHECK_EQ(on_write(&w, add_invite, &in), ERR_OK);
    CHECK_EQ(device_enrol(&w, &a, in.secret), ERR_OK);
    CHECK_EQ(device_enrol(&w, &b, in.secret), ERR_INVITE_USED);
    in.secret[0] = 6;
    CHECK_EQ(device_enrol(&w, &b, in.secret), ERR_INVITE_BAD);
    device_deinit(&a);
    device_deinit(&b);
    world_deinit(&w);
}

static bool nothing_to_send(void *user)
{
    struct device *d = user;
    device_turn(d);
    return d->session.state == SESSION_ANSWER && d->link->out.n == 0 && tls_waiting_n(d->link->tls) == 0;
}

TEST(what_arrived_before_a_cut_is_stored)
{
    struct world w;
    struct device a;
    world_init(&w);
    device_init(&w, &a, 1);
    const uint64_t before = ward_size(&w);
    for (uint8_t i = 1; i <= 5; i++)
        record(&w, &a, i, 50000);
    device_open(&w, &a);
    CHECK(net_until(&w.net, nothing_to_send, &a));
    net_client_close(a.link); /* the answer is not waited for */
    CHECK(net_until(&w.net, at_rest, &w));
    const uint64_t stored = ward_size(&w);
    CHECK(stored > before);
    session_step(&a.session, &(struct session_event){.kind = SESSION_EOF});
    CHECK_EQ(device_close(&a), ERR_CUT);
    CHECK_EQ(device_sync(&w, &a), ERR_OK);
    CHECK_EQ(ward_size(&w), stored); /* there was nothing left to send */
    CHECK_EQ(device_size(&w, &a), stored);
    device_deinit(&a);
    world_deinit(&w);
}

static bool is_eof(void *user)
{
    const struct device *d = user;
    return d->link->eof || d->link->reset;
}

TEST(a_new_connection_takes_over)
{
    struct world w;
    struct device a, again;
    uint8_t binding[TLS_BINDING_SIZE];
    world_init(&w);
    device_init(&w, &a, 1);
    memset(&again, 0, sizeof(again));
    again.sim = a.sim;
    device_connect(&w, &a, binding); /* connected, and says nothing */
    buf_put_bytes(&w.net.cert, buf_bytes(&a.cert));
    device_connect_more(&w, &again, 1); /* the old one is gone when the new one is there */
    CHECK(net_until(&w.net, is_eof, &a));
    CHECK(!is_eof(&again));
    net_client_close(a.link);
    a.link = NULL;
    net_client_close(again.link);
    buf_deinit(&w.net.cert);
    CHECK_EQ(device_sync(&w, &a), ERR_OK);
    device_deinit(&a);
    world_deinit(&w);
}

/* A device may have to seal for long before its first frame; only who has no certificate is hurried. */
TEST(a_device_that_says_nothing_yet_is_no_stranger)
{
    struct world w;
    struct device a, stranger;
    uint8_t binding[TLS_BINDING_SIZE];
    world_init(&w);
    device_init(&w, &a, 1);
    memset(&stranger, 0, sizeof(stranger));
    device_connect(&w, &a, binding);
    CHECK_EQ(listener_stats(w.net.listener).unknown_n, 0);
    device_connect_more(&w, &stranger, 2); /* without a certificate */
    CHECK_EQ(listener_stats(w.net.listener).unknown_n, 1);
    net_client_close(stranger.link);
    device_deinit(&a);
    world_deinit(&w);
}

static enum err revoke_device(struct world *w, struct txn *txn, void *arg)
{
    return ward_revoke(txn, &w->home.ward, arg, (uint64_t)time(NULL));
}

TEST(a_revoked_device_is_cut_off_at_once_and_told_so_when_it_comes_back)
{
    struct world w;
    struct device a;
    uint8_t binding[TLS_BINDING_SIZE];
    world_init(&w);
    device_init(&w, &a, 1);
    struct id device = sim_node_replica(&a.sim).device;
    device_connect(&w, &a, binding);
    session_init_device(&a.session, &device, binding, 0, LEVEL);
    a.open = true;
    CHECK_EQ(on_write(&w, revoke_device, &device), ERR_OK);
    serve_revoked(w.serve, &device);
    const uint64_t before = ward_size(&w);
    session_step(&a.session, &(struct session_event){.kind = SESSION_START}); /* its flight is under way all the same */
    CHECK(net_until(&w.net, is_over, &a));
    CHECK_EQ(device_close(&a), ERR_CUT);
    CHECK_EQ(device_sync(&w, &a), ERR_REVOKED);
    CHECK_EQ(ward_size(&w), before);
    device_deinit(&a);
    world_deinit(&w);
}

static bool server_is_full(void *user)
{
    struct device *d = user;
    d->link->deaf = d->session.counts.bytes_in > 0;
    device_turn(d);
    return d->link->deaf;
}

/* 10 MB, more than the kernel keeps for a connection, to one that stops reading for a while: the server holds a bounded
 * part of it, and goes on when it reads again. */
TEST(a_long_answer_waits_for_a_slow_reader)
{
    struct world w;
    struct device a, b;
    world_init(&w);
    device_init(&w, &a, 1);
    device_init(&w, &b, 2);
    for (uint8_t i = 1; i <= 250; i++)
        record(&w, &a, i, 60000);
    CHECK_EQ(device_sync(&w, &a), ERR_OK);
    device_open(&w, &b);
    CHECK_EQ(setsockopt(b.link->fd, SOL_SOCKET, SO_RCVBUF, &(int){262144}, sizeof(int)), 0);
    CHECK(net_until(&w.net, server_is_full, &b));
    const uint64_t begin_ms = net_now_ms();
    while (net_now_ms() < begin_ms + 300) /* turns, not sleep: the server produces all it will */
        net_turn(&w.net);
    CHECK_EQ(serve_peers(w.serve), 1);
    b.link->deaf = false;
    CHECK(net_until(&w.net, is_over, &b));
    CHECK_EQ(device_close(&b), ERR_OK);
    CHECK_EQ(device_size(&w, &b), ward_size(&w));
    device_deinit(&a);
    device_deinit(&b);
    world_deinit(&w);
}

TEST(the_end_comes_while_sessions_are_open)
{
    struct world w;
    struct device a;
    world_init(&w);
    device_init(&w, &a, 1);
    for (uint8_t i = 1; i <= 20; i++)
        record(&w, &a, i, 50000);
    device_open(&w, &a);
    for (int i = 0; i < 5; i++) {
        device_turn(&a);
        net_turn(&w.net);
    }
    net_client_close(a.link);
    world_deinit(&w); /* checks that all is gone */
    session_deinit(&a.session);
    a.open = false;
    a.link = NULL;
    device_deinit(&a);
}
