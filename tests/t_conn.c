/* t_conn.c - connections over loopback: plain bytes through TLS, limits at N and N+1, slow peers, ends of all kinds. */
#include "net_world.h"
#include "test.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../server/server_limits.h"

static const struct bytes nothing;

enum { ON_OPEN = 1, ON_BYTES = 2, ON_DRAINED = 4, ON_WAKE = 8 };

/* The session layer of these tests: it echoes, notes what happened, and does what it is told. */
struct server {
    struct net_world net;
    unsigned opened, closed, drained, woken;
    enum err why;      /* of the last on_close */
    struct conn *conn; /* the last opened */
    bool had_cert, expired, resumed;
    struct id device;
    uint8_t binding[TLS_BINDING_SIZE];
    size_t in_n, turn_in_n, queue_max;
    /* orders */
    size_t to_produce_n; /* bytes to send as fast as conn_full allows */
    bool mute;           /* no echo */
    bool keep_unknown;   /* no conn_admit */
    bool owed;           /* every byte received begins a frame that is not complete */
    bool heedless;       /* produces without asking conn_full */
    unsigned close_in;   /* callbacks in which to close */
    enum err leave_with; /* not ERR_OK: leave after the first bytes */
};

static void close_if(struct server *s, struct conn *c, unsigned callback)
{
    if ((s->close_in & callback) == 0)
        return;
    conn_close(c, ERR_BUSY);
    conn_close(c, ERR_OTHER); /* a second time is nothing */
    conn_leave(c, ERR_OTHER);
    conn_send(c, bytes_of_str("into the void"));
}

static void produce(struct server *s, struct conn *c)
{
    static const uint8_t piece[5000];
    while (s->to_produce_n > 0 && (s->heedless || !conn_full(c))) {
        const size_t n = s->to_produce_n < sizeof(piece) ? s->to_produce_n : sizeof(piece);
        conn_send(c, bytes_of(piece, n));
        s->to_produce_n -= n;
        s->queue_max = conn_queue_n(c) > s->queue_max ? conn_queue_n(c) : s->queue_max;
    }
}

static void on_open(struct conn *c, const struct conn_peer *peer)
{
    struct server *s = conn_shared(c);
    s->opened++;
    s->conn = c;
    s->had_cert = peer->cert != NULL;
    if (s->had_cert)
        s->device = peer->cert->device;
    s->expired = peer->expired;
    s->resumed = peer->resumed;
    memcpy(s->binding, peer->binding, sizeof(s->binding));
    CHECK(conn_user(c) == NULL);
    conn_set_user(c, s);
    close_if(s, c, ON_OPEN);
}

static void on_bytes(struct conn *c, struct bytes plain)
{
    struct server *s = conn_shared(c);
    CHECK(conn_user(c) == s);
    s->in_n += plain.n;
    s->turn_in_n += plain.n;
    if (!s->keep_unknown)
        conn_admit(c);
    if (!s->mute)
        conn_send(c, plain);
    conn_owed(c, s->owed);
    produce(s, c);
    if (s->leave_with != ERR_OK)
        conn_leave(c, s->leave_with);
    close_if(s, c, ON_BYTES);
}

static void on_drained(struct conn *c)
{
    struct server *s = conn_shared(c);
    s->drained++;
    CHECK(conn_queue_n(c) <= SERVER_OUT_HIGH / 2);
    produce(s, c);
    close_if(s, c, ON_DRAINED);
}

static void on_wake(struct conn *c)
{
    struct server *s = conn_shared(c);
    s->woken++;
    close_if(s, c, ON_WAKE);
}

static void on_close(struct conn *c, enum err why)
{
    struct server *s = conn_shared(c);
    s->closed++;
    s->why = why;
    if (s->conn == c)
        s->conn = NULL;
}

static const struct conn_ops ops = {on_open, on_bytes, on_drained, on_wake, on_close};

/* The real limits but for a tick that tests need not wait for, and room for many clients from one address. */
static struct conn_limits limits_for_tests(void)
{
    struct conn_limits limits = conn_limits_default();
    limits.tick_ms = 1;
    limits.retry_ms = 5;
    limits.source_max = NET_CLIENTS_MAX;
    return limits;
}

static void server_init(struct server *s, const struct conn_limits *limits)
{
    const struct conn_limits usual = limits_for_tests();
    memset(s, 0, sizeof(*s));
    net_world_init(&s->net, limits == NULL ? &usual : limits, &ops, s);
}

static bool is_open(void *user)
{
    const struct server *s = user;
    return s->opened > 0;
}

static bool is_closed(void *user)
{
    const struct server *s = user;
    return s->closed > 0;
}

static bool is_empty(void *user)
{
    const struct server *s = user;
    return listener_stats(s->net.listener).conn_n == 0;
}

static bool has_ended(void *user)
{
    const struct net_client *c = user;
    return c->eof || c->reset;
}

static bool has_input(void *user)
{
    const struct net_client *c = user;
    return c->in.n > 0;
}

static struct net_client *open_client(struct server *s)
{
    struct net_client *c = net_connect_tls(&s->net, nothing);
    const unsigned before = s->opened;
    while (s->opened == before || tls_state(c->tls) == TLS_HANDSHAKE)
        net_turn(&s->net);
    return c;
}

static void say(struct net_client *c, const char *text)
{
    CHECK_EQ(tls_write(c->tls, bytes_of_str(text)), ERR_OK);
}

/* ---- bytes ---- */

TEST(a_device_is_known_and_heard)
{
    struct server s;
    uint8_t binding[TLS_BINDING_SIZE];
    struct buf session = {0};
    server_init(&s, NULL);
    for (int round = 0; round < 2; round++) {
        struct net_client *c = net_connect_tls(&s.net, buf_bytes(&session));
        s.opened = 0;
        REQUIRE(net_until(&s.net, is_open, &s));
        CHECK(s.had_cert && !s.expired && id_equal(&s.device, &s.net.w.device));
        CHECK_EQ(s.resumed, round == 1);
        say(c, "đồng bộ");
        REQUIRE(net_until(&s.net, has_input, c));
        CHECK_BYTES(buf_bytes(&c->in), bytes_of_str("đồng bộ"));
        tls_exporter(c->tls, TLS_BINDING_LABEL, binding);
        CHECK_MEM(s.binding, binding, sizeof(binding));
        CHECK_EQ(listener_stats(s.net.listener).unknown_n, 0);
        buf_clear(&session);
        CHECK_EQ(tls_session_save(c->tls, &session), ERR_OK);
        s.closed = 0;
        net_client_close(c); /* the link drops */
        REQUIRE(net_until(&s.net, is_closed, &s));
        CHECK_EQ(s.why, ERR_CUT);
    }
    buf_deinit(&session);
    net_world_deinit(&s.net);
    CHECK_EQ(s.closed, 1);
}

static bool echo_complete(void *user)
{
    const struct net_client *c = user;
    return c->in.n >= 1000000;
}

TEST(a_megabyte_comes_back_unchanged)
{
    struct server s;
    struct buf sent = {0};
    uint64_t seed = 5;
    server_init(&s, NULL);
    struct net_client *c = open_client(&s);
    while (sent.n < 1000000)
        buf_put_u64(&sent, test_random(&seed));
    CHECK_EQ(tls_write(c->tls, buf_bytes(&sent)), ERR_OK);
    CHECK(net_until(&s.net, echo_complete, c));
    CHECK(bytes_equal(buf_bytes(&c->in), buf_bytes(&sent)));
    buf_deinit(&sent);
    net_world_deinit(&s.net);
}

TEST(one_connection_takes_no_more_than_its_share_of_a_turn)
{
    struct server s;
    static const uint8_t flood[2000000];
    server_init(&s, NULL);
    struct net_client *c = open_client(&s);
    s.mute = true;
    CHECK_EQ(tls_write(c->tls, bytes_of(flood, sizeof(flood))), ERR_OK);
    while (s.in_n < sizeof(flood) && !has_ended(c)) {
        s.turn_in_n = 0;
        net_turn(&s.net);
        /* what one read gives, and a record begun before */
        CHECK(s.turn_in_n <= SERVER_READ_MAX + TLS_RECORD_MAX);
    }
    CHECK_EQ(s.in_n, sizeof(flood));
    net_world_deinit(&s.net);
}

#define MUCH 6000000

static bool all_received(void *user)
{
    const struct net_client *c = user;
    return c->in.n >= MUCH;
}

TEST(a_full_queue_pauses_producing)
{
    struct server s;
    server_init(&s, NULL);
    struct net_client *c = open_client(&s);
    s.to_produce_n = MUCH - 2;
    say(c, "go");
    CHECK(net_until(&s.net, all_received, c));
    CHECK_EQ(c->in.n, MUCH);
    CHECK(s.drained > 0);
    CHECK(s.queue_max >= SERVER_OUT_HIGH && s.queue_max < SERVER_OUT_HIGH + 3 * 5000);
    net_world_deinit(&s.net);
}

TEST(reading_goes_on_while_the_peer_does_not_read)
{
    struct server s;
    server_init(&s, NULL);
    struct net_client *c = open_client(&s);
    c->deaf = true;
    s.mute = true;
    s.to_produce_n = 100 * 1000 * 1000;
    say(c, "go");
    for (int i = 0; i < 200 && s.queue_max < SERVER_OUT_HIGH; i++)
        net_turn(&s.net);
    CHECK(conn_full(s.conn));
    const size_t before_n = s.in_n;
    say(c, "and on");
    for (int i = 0; i < 200 && s.in_n == before_n; i++)
        net_turn(&s.net);
    CHECK_EQ(s.in_n, before_n + 6);
    net_world_deinit(&s.net);
}

TEST(a_peer_that_makes_us_answer_and_does_not_read_is_dropped)
{
    struct server s;
    server_init(&s, NULL);
    struct net_client *c = open_client(&s);
    c->deaf = true;
    s.heedless = true;
    s.to_produce_n = 100 * 1000 * 1000;
    say(c, "go");
    CHECK(net_until(&s.net, is_closed, &s));
    CHECK_EQ(s.why, ERR_TIMEOUT);
    CHECK(s.queue_max <= SERVER_OUT_HARD + 3 * 5000);
    net_world_deinit(&s.net);
}

TEST(a_paused_connection_is_left_in_peace)
{
    struct server s;
    struct conn_limits limits = limits_for_tests();
    limits.idle_ms = 10;
    limits.rate_window_ms = 10;
    server_init(&s, &limits);
    struct net_client *c = open_client(&s);
    say(c, "a");
    REQUIRE(net_until(&s.net, has_input, c));
    conn_owed(s.conn, true);
    conn_pause(s.conn, true);
    say(c, "b");
    for (const uint64_t end_ms = net_now_ms() + 40; net_now_ms() < end_ms;)
        net_turn(&s.net);
    CHECK_EQ(s.closed, 0); /* four times its deadlines */
    CHECK_EQ(s.in_n, 1);
    conn_pause(s.conn, false);
    buf_clear(&c->in);
    CHECK(net_until(&s.net, has_input, c));
    CHECK_EQ(s.in_n, 2);
    net_world_deinit(&s.net);
}

/* ---- limits ---- */

TEST(who_has_not_said_who_he_is_waits_when_too_many_have_not)
{
    struct server s;
    struct net_client *silent[3];
    struct conn_limits limits = limits_for_tests();
    limits.unknown_max = 3;
    server_init(&s, &limits);
    struct net_client *known[2];
    for (int i = 0; i < 2; i++) { /* those that are admitted do not count */
        known[i] = open_client(&s);
        say(known[i], "hello");
        CHECK(net_until(&s.net, has_input, known[i]));
    }
    for (int i = 0; i < 3; i++)
        silent[i] = net_connect(&s.net);
    for (int i = 0; i < 50; i++)
        net_turn(&s.net);
    CHECK_EQ(listener_stats(s.net.listener).unknown_n, 3);
    CHECK_EQ(listener_stats(s.net.listener).accepted, 5);
    struct net_client *next = net_connect_tls(&s.net, nothing);
    for (int i = 0; i < 200; i++)
        net_turn(&s.net);
    CHECK_EQ(listener_stats(s.net.listener).accepted, 5);
    CHECK(!has_ended(next) && tls_state(next->tls) == TLS_HANDSHAKE);
    buf_clear(&known[0]->in);
    say(known[0], "still here?");
    CHECK(net_until(&s.net, has_input, known[0]));

    net_client_close(silent[1]);
    s.opened = 0;
    CHECK(net_until(&s.net, is_open, &s));
    CHECK_EQ(listener_stats(s.net.listener).accepted, 6);
    net_world_deinit(&s.net);
}

TEST(one_source_gets_only_so_many)
{
    struct server s;
    struct net_client *silent[2];
    struct conn_limits limits = limits_for_tests();
    limits.source_max = 2;
    server_init(&s, &limits);
    struct net_client *known = open_client(&s);
    say(known, "hello");
    CHECK(net_until(&s.net, has_input, known));
    for (int i = 0; i < 2; i++)
        silent[i] = net_connect(&s.net);
    for (int i = 0; i < 50; i++)
        net_turn(&s.net);
    CHECK(!has_ended(silent[0]) && !has_ended(silent[1]));
    struct net_client *next = net_connect(&s.net);
    CHECK(net_until(&s.net, has_ended, next));
    CHECK(!has_ended(silent[0]) && !has_ended(silent[1]) && !has_ended(known));
    CHECK_EQ(listener_stats(s.net.listener).unknown_n, 2);
    net_client_close(silent[0]);
    for (int i = 0; i < 50; i++)
        net_turn(&s.net);
    next = open_client(&s);
    CHECK(!has_ended(next));
    net_world_deinit(&s.net);
}

TEST(all_connections_together_are_bounded)
{
    struct server s;
    struct conn_limits limits = limits_for_tests();
    limits.conns_max = 2;
    server_init(&s, &limits);
    struct net_client *c[3];
    for (int i = 0; i < 2; i++) {
        c[i] = open_client(&s);
        say(c[i], "hello");
        CHECK(net_until(&s.net, has_input, c[i]));
    }
    c[2] = net_connect_tls(&s.net, nothing);
    for (int i = 0; i < 200; i++)
        net_turn(&s.net);
    CHECK_EQ(listener_stats(s.net.listener).conn_n, 2);
    net_client_close(c[0]);
    s.opened = 0;
    CHECK(net_until(&s.net, is_open, &s));
    net_world_deinit(&s.net);
}

TEST(the_real_limits_are_those_of_the_page)
{
    const struct conn_limits limits = conn_limits_default();
    CHECK_EQ(limits.unknown_max, 256);
    CHECK_EQ(limits.source_max, 8);
    CHECK_EQ(limits.handshake_ms, 10000);
    CHECK_EQ(limits.first_ms, 5000);
    CHECK_EQ(limits.idle_ms, 900000);
    CHECK_EQ(limits.rate_window_min * 1000 / limits.rate_window_ms, 64);
    CHECK_EQ(limits.out_high, 262144);
}

/* ---- slow peers ---- */

TEST(a_handshake_that_does_not_come_is_not_waited_for)
{
    struct server s;
    struct conn_limits limits = limits_for_tests();
    limits.handshake_ms = 20;
    server_init(&s, &limits);
    struct net_client *c = net_connect(&s.net);
    const uint64_t began_ms = net_now_ms();
    CHECK(net_until(&s.net, has_ended, c));
    CHECK(net_now_ms() - began_ms >= 19);
    CHECK_EQ(s.opened + s.closed, 0);
    CHECK(net_until(&s.net, is_empty, &s));
    net_world_deinit(&s.net);
}

TEST(a_first_frame_that_does_not_come_is_not_waited_for)
{
    struct server s;
    struct conn_limits limits = limits_for_tests();
    limits.first_ms = 20;
    server_init(&s, &limits);
    s.keep_unknown = true;
    struct net_client *c = open_client(&s);
    say(c, "no frame yet");
    CHECK(net_until(&s.net, is_closed, &s));
    CHECK_EQ(s.why, ERR_TIMEOUT);
    net_world_deinit(&s.net);
}

TEST(an_idle_session_ends_and_a_live_one_does_not)
{
    struct server s;
    struct conn_limits limits = limits_for_tests();
    limits.idle_ms = 30;
    limits.first_ms = 10;
    server_init(&s, &limits);
    struct net_client *c = open_client(&s);
    for (const uint64_t end_ms = net_now_ms() + 60; net_now_ms() < end_ms;) {
        say(c, ".");
        net_turn(&s.net);
    }
    CHECK_EQ(s.closed, 0);
    CHECK(net_until(&s.net, is_closed, &s));
    CHECK_EQ(s.why, ERR_TIMEOUT);
    net_world_deinit(&s.net);
}

/* Some bytes now and then, less than the least rate: an idle session may do that, one in the middle of a frame may not. */
static enum err trickle(bool owed)
{
    struct server s;
    struct conn_limits limits = limits_for_tests();
    limits.rate_window_ms = 15;
    limits.rate_window_min = 2000;
    limits.idle_ms = 1000;
    server_init(&s, &limits);
    s.owed = owed;
    s.mute = true;
    struct net_client *c = open_client(&s);
    uint64_t last_ms = 0;
    for (const uint64_t end_ms = net_now_ms() + 80; net_now_ms() < end_ms && s.closed == 0;) {
        if (net_now_ms() > last_ms + 1)
            say(c, ".");
        last_ms = net_now_ms();
        net_turn(&s.net);
    }
    const enum err why = s.why;
    net_world_deinit(&s.net);
    return why;
}

TEST(a_frame_that_trickles_in_is_given_up)
{
    CHECK_EQ(trickle(true), ERR_TIMEOUT);
}

TEST(silence_between_frames_is_no_trickle)
{
    CHECK_EQ(trickle(false), ERR_OK);
}

TEST(a_peer_that_stops_reading_is_given_up)
{
    struct server s;
    struct conn_limits limits = limits_for_tests();
    limits.rate_window_ms = 20;
    server_init(&s, &limits);
    struct net_client *c = open_client(&s);
    c->deaf = true;
    s.to_produce_n = 100 * 1000 * 1000;
    say(c, "go");
    CHECK(net_until(&s.net, is_closed, &s));
    CHECK_EQ(s.why, ERR_TIMEOUT);
    net_world_deinit(&s.net);
}

TEST(a_wake_comes_once_and_in_time)
{
    struct server s;
    server_init(&s, NULL);
    open_client(&s);
    const uint64_t at_ms = conn_now_ms(s.conn) + 10;
    conn_wake_at(s.conn, at_ms);
    while (s.woken == 0 && net_now_ms() < at_ms + NET_PATIENCE_MS)
        net_turn(&s.net);
    CHECK(conn_now_ms(s.conn) >= at_ms);
    for (int i = 0; i < 20; i++)
        net_turn(&s.net);
    CHECK_EQ(s.woken, 1);
    net_world_deinit(&s.net);
}

/* ---- ends ---- */

TEST(last_words_arrive_though_the_peer_goes_on_talking)
{
    struct server s;
    static const uint8_t flood[500000];
    server_init(&s, NULL);
    struct net_client *c = open_client(&s);
    s.leave_with = ERR_NOT_ALLOWED;
    s.mute = true;
    s.to_produce_n = 200000;
    CHECK_EQ(tls_write(c->tls, bytes_of(flood, sizeof(flood))), ERR_OK);
    CHECK(net_until(&s.net, has_ended, c));
    CHECK(c->eof && !c->reset);
    CHECK_EQ(c->in.n, 200000);
    CHECK_EQ(s.closed, 0); /* it waits for our end */
    net_client_close(c);
    CHECK(net_until(&s.net, is_closed, &s));
    CHECK_EQ(s.why, ERR_NOT_ALLOWED);
    net_world_deinit(&s.net);
}

TEST(a_peer_that_never_says_goodbye_is_not_waited_for)
{
    struct server s;
    struct conn_limits limits = limits_for_tests();
    limits.leave_ms = 20;
    server_init(&s, &limits);
    struct net_client *c = open_client(&s);
    s.leave_with = ERR_OTHER;
    say(c, "x");
    CHECK(net_until(&s.net, is_closed, &s));
    CHECK_EQ(s.why, ERR_OTHER);
    net_world_deinit(&s.net);
}

TEST(closing_is_safe_in_every_callback)
{
    static const unsigned callbacks[] = {ON_OPEN, ON_BYTES, ON_DRAINED, ON_WAKE};
    for (size_t i = 0; i < ARRAY_LEN(callbacks); i++) {
        struct server s;
        server_init(&s, NULL);
        s.close_in = callbacks[i];
        s.to_produce_n = callbacks[i] == ON_DRAINED ? MUCH : 0;
        struct net_client *c = net_connect_tls(&s.net, nothing);
        CHECK_EQ(tls_state(c->tls), TLS_HANDSHAKE);
        CHECK(net_until(&s.net, is_open, &s));
        if (s.conn != NULL && callbacks[i] == ON_WAKE)
            conn_wake_at(s.conn, conn_now_ms(s.conn) + 1);
        if (callbacks[i] != ON_OPEN)
            say(c, "hello");
        CHECK(net_until(&s.net, is_closed, &s));
        CHECK_EQ(s.why, ERR_BUSY);
        CHECK(net_until(&s.net, is_empty, &s));
        net_world_deinit(&s.net);
        CHECK_EQ(s.closed, 1);
    }
}

TEST(noise_and_strangers_never_open)
{
    struct server s;
    uint64_t seed = 3;
    server_init(&s, NULL);
    for (int i = 0; i < 20; i++) {
        struct net_client *c = net_connect(&s.net);
        for (size_t n = 1 + test_random(&seed) % 3000; n > 0; n--)
            buf_put_u8(&c->out, (uint8_t)test_random(&seed));
        CHECK(net_until(&s.net, has_ended, c));
        net_client_close(c);
    }
    struct net_client *c = net_connect(&s.net);
    struct buf cert = {0};
    tls_world_issue(&s.net.w, true, s.net.w.now, &cert);
    c->context = tls_world_client(&s.net.w, buf_bytes(&cert), NULL);
    c->tls = tls_new(c->context, nothing);
    CHECK(net_until(&s.net, has_ended, c));
    CHECK_EQ(c->err, ERR_AUTH); /* the alert came through */
    CHECK_EQ(s.opened + s.closed, 0);
    net_client_close(c);
    CHECK(net_until(&s.net, is_empty, &s));
    buf_deinit(&cert);
    net_world_deinit(&s.net);
}

static void note_stop(void *user)
{
    struct server *s = user;
    s->net.stopped = true;
}

static bool is_stopped(void *user)
{
    const struct server *s = user;
    return s->net.stopped;
}

TEST(a_stop_lets_everyone_leave)
{
    struct server s;
    server_init(&s, NULL);
    struct net_client *c[5];
    for (int i = 0; i < 4; i++)
        c[i] = open_client(&s);
    c[4] = net_connect(&s.net);
    for (int i = 0; i < 20; i++)
        net_turn(&s.net);
    listener_stop(s.net.listener, note_stop, &s);
    for (int i = 0; i < 5; i++) {
        CHECK(net_until(&s.net, has_ended, c[i]));
        CHECK(c[i]->eof && !s.net.stopped);
        net_client_close(c[i]);
    }
    CHECK(net_until(&s.net, is_stopped, &s));
    CHECK_EQ(s.closed, 4);
    CHECK_EQ(s.why, ERR_BUSY);
    s.net.listener = NULL;
    net_world_deinit(&s.net);
}

/* ---- out of descriptors ---- */

static void set_files_max(rlim_t n)
{
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = n;
    int status = setrlimit(RLIMIT_NOFILE, &files);
    assert(status == 0);
}

static bool door_failed(void *user)
{
    const struct server *s = user;
    return listener_stats(s->net.listener).accept_errors > 0;
}

/* With no descriptor at all libuv 1.44 loses its spare one too, and would call back from its accept loop for ever. */
TEST(without_descriptors_the_door_is_shut_for_a_moment)
{
    struct server s;
    struct rlimit before;
    getrlimit(RLIMIT_NOFILE, &before);
    server_init(&s, NULL);
    struct net_client *live = open_client(&s);
    struct net_client *late = net_connect_tls(&s.net, nothing);
    set_files_max(0);
    CHECK(net_until(&s.net, door_failed, &s));
    for (int i = 0; i < 3; i++) { /* live sessions go on, timers too */
        const uint64_t end_ms = net_now_ms() + 10;
        buf_clear(&live->in);
        say(live, "still there?");
        CHECK(net_until(&s.net, has_input, live));
        while (net_now_ms() < end_ms)
            net_turn(&s.net);
    }
    CHECK(listener_stats(s.net.listener).accept_errors <= 10);
    CHECK_EQ(tls_state(late->tls), TLS_HANDSHAKE);
    set_files_max(before.rlim_cur);
    s.opened = 0;
    CHECK(net_until(&s.net, is_open, &s)); /* who waited is served */
    CHECK_EQ(tls_state(late->tls), TLS_OPEN);
    net_world_deinit(&s.net);
}

TEST(a_bad_address_and_a_taken_port_are_told_apart)
{
    struct server s;
    struct listener *l;
    server_init(&s, NULL);
    struct listener_settings settings = {.address = "127.0.0.1",
                                         .port = listener_port(s.net.listener),
                                         .limits = limits_for_tests(),
                                         .tls = s.net.w.server,
                                         .ops = &ops};
    CHECK_EQ(listener_new(&s.net.loop, &settings, &l), ERR_EXISTS);
    settings.address = "ward.example";
    CHECK_EQ(listener_new(&s.net.loop, &settings, &l), ERR_BAD_VALUE);
    CHECK(l == NULL);
    net_world_deinit(&s.net);
}
