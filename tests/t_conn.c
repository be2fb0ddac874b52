/* t_conn.c - connections over loopback: plain bytes through TLS, slow peers, ends of all kinds. */
#include "../server/server_limits.h"
#include "net_echo.h"
#include "test.h"

static const struct bytes nothing;

/* ---- bytes ---- */

TEST(a_device_is_known_and_heard)
{
    struct net_echo s;
    uint8_t binding[TLS_BINDING_SIZE];
    struct buf session = {0};
    net_echo_init(&s, NULL);
    for (int round = 0; round < 2; round++) {
        struct net_client *c = net_connect_tls(&s.net, buf_bytes(&session));
        s.opened = 0;
        REQUIRE(net_until(&s.net, net_echo_is_open, &s));
        CHECK(s.had_cert && !s.expired && id_equal(&s.device, &s.net.w.device));
        CHECK_EQ(s.resumed, round == 1);
        net_client_say(c, "đồng bộ");
        REQUIRE(net_until(&s.net, net_client_heard, c));
        CHECK_BYTES(buf_bytes(&c->in), bytes_of_str("đồng bộ"));
        tls_exporter(c->tls, TLS_BINDING_LABEL, binding);
        CHECK_MEM(s.binding, binding, sizeof(binding));
        CHECK_EQ(listener_stats(s.net.listener).unknown_n, 0);
        buf_clear(&session);
        CHECK_EQ(tls_session_save(c->tls, &session), ERR_OK);
        s.closed = 0;
        net_client_close(c); /* the link drops */
        REQUIRE(net_until(&s.net, net_echo_is_closed, &s));
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
    struct net_echo s;
    struct buf sent = {0};
    uint64_t seed = 5;
    net_echo_init(&s, NULL);
    struct net_client *c = net_echo_client(&s);
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
    struct net_echo s;
    static const uint8_t flood[2000000];
    net_echo_init(&s, NULL);
    struct net_client *c = net_echo_client(&s);
    s.mute = true;
    CHECK_EQ(tls_write(c->tls, bytes_of(flood, sizeof(flood))), ERR_OK);
    while (s.in_n < sizeof(flood) && !net_client_ended(c)) {
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
    struct net_echo s;
    net_echo_init(&s, NULL);
    struct net_client *c = net_echo_client(&s);
    s.to_produce_n = MUCH - 2;
    net_client_say(c, "go");
    CHECK(net_until(&s.net, all_received, c));
    CHECK_EQ(c->in.n, MUCH);
    CHECK(s.drained > 0);
    CHECK(s.queue_max >= SERVER_OUT_HIGH && s.queue_max < SERVER_OUT_HIGH + 3 * 5000);
    net_world_deinit(&s.net);
}

TEST(reading_goes_on_while_the_peer_does_not_read)
{
    struct net_echo s;
    net_echo_init(&s, NULL);
    struct net_client *c = net_echo_client(&s);
    c->deaf = true;
    s.mute = true;
    s.to_produce_n = 100 * 1000 * 1000;
    net_client_say(c, "go");
    for (int i = 0; i < 200 && s.queue_max < SERVER_OUT_HIGH; i++)
        net_turn(&s.net);
    CHECK(conn_full(s.conn));
    const size_t before_n = s.in_n;
    net_client_say(c, "and on");
    for (int i = 0; i < 200 && s.in_n == before_n; i++)
        net_turn(&s.net);
    CHECK_EQ(s.in_n, before_n + 6);
    net_world_deinit(&s.net);
}

TEST(a_peer_that_makes_us_answer_and_does_not_read_is_dropped)
{
    struct net_echo s;
    net_echo_init(&s, NULL);
    struct net_client *c = net_echo_client(&s);
    c->deaf = true;
    s.heedless = true;
    s.to_produce_n = 100 * 1000 * 1000;
    net_client_say(c, "go");
    CHECK(net_until(&s.net, net_echo_is_closed, &s));
    CHECK_EQ(s.why, ERR_TIMEOUT);
    CHECK(s.queue_max <= SERVER_OUT_HARD + 3 * 5000);
    net_world_deinit(&s.net);
}

TEST(a_paused_connection_is_left_in_peace)
{
    struct net_echo s;
    struct conn_limits limits = net_echo_limits();
    limits.idle_ms = 10;
    limits.rate_window_ms = 10;
    net_echo_init(&s, &limits);
    struct net_client *c = net_echo_client(&s);
    net_client_say(c, "a");
    REQUIRE(net_until(&s.net, net_client_heard, c));
    conn_owed(s.conn, true);
    conn_pause(s.conn, true);
    net_client_say(c, "b");
    for (const uint64_t end_ms = net_now_ms() + 40; net_now_ms() < end_ms;)
        net_turn(&s.net);
    CHECK_EQ(s.closed, 0); /* four times its deadlines */
    CHECK_EQ(s.in_n, 1);
    conn_pause(s.conn, false);
    buf_clear(&c->in);
    CHECK(net_until(&s.net, net_client_heard, c));
    CHECK_EQ(s.in_n, 2);
    net_world_deinit(&s.net);
}

/* ---- slow peers ---- */

TEST(a_handshake_that_does_not_come_is_not_waited_for)
{
    struct net_echo s;
    struct conn_limits limits = net_echo_limits();
    limits.handshake_ms = 20;
    net_echo_init(&s, &limits);
    struct net_client *c = net_connect(&s.net);
    const uint64_t began_ms = net_now_ms();
    CHECK(net_until(&s.net, net_client_ended, c));
    CHECK(net_now_ms() - began_ms >= 19);
    CHECK_EQ(s.opened + s.closed, 0);
    CHECK(net_until(&s.net, net_echo_is_empty, &s));
    net_world_deinit(&s.net);
}

TEST(a_first_frame_that_does_not_come_is_not_waited_for)
{
    struct net_echo s;
    struct conn_limits limits = net_echo_limits();
    limits.first_ms = 20;
    net_echo_init(&s, &limits);
    s.keep_unknown = true;
    struct net_client *c = net_echo_client(&s);
    net_client_say(c, "no frame yet");
    CHECK(net_until(&s.net, net_echo_is_closed, &s));
    CHECK_EQ(s.why, ERR_TIMEOUT);
    net_world_deinit(&s.net);
}

TEST(an_idle_session_ends_and_a_live_one_does_not)
{
    struct net_echo s;
    struct conn_limits limits = net_echo_limits();
    limits.idle_ms = 30;
    net_echo_init(&s, &limits);
    struct net_client *c = net_echo_client(&s);
    uint64_t last_ms = net_now_ms(), gap_ms = 0;
    for (const uint64_t end_ms = last_ms + 60; last_ms < end_ms;) {
        net_client_say(c, ".");
        net_turn(&s.net);
        gap_ms = net_now_ms() - last_ms > gap_ms ? net_now_ms() - last_ms : gap_ms;
        last_ms = net_now_ms();
    }
    CHECK(s.closed == 0 || gap_ms >= limits.idle_ms); /* unless this very process was idle */
    CHECK(net_until(&s.net, net_echo_is_closed, &s));
    CHECK_EQ(s.why, ERR_TIMEOUT);
    net_world_deinit(&s.net);
}

/* A long commit, a suspended machine: the peer could not be heard, which is no fault of its. */
TEST(our_own_stall_is_nobody_elses_lateness)
{
    struct net_echo s;
    struct conn_limits limits = net_echo_limits();
    limits.idle_ms = 30;
    net_echo_init(&s, &limits);
    struct net_client *c = net_echo_client(&s);
    net_client_say(c, "hello");
    CHECK(net_until(&s.net, net_client_heard, c));
    for (const uint64_t end_ms = net_now_ms() + 60; net_now_ms() < end_ms;)
        continue;
    net_client_say(c, "and on");
    buf_clear(&c->in);
    CHECK(net_until(&s.net, net_client_heard, c));
    CHECK_EQ(s.closed, 0);
    net_world_deinit(&s.net);
}

/* Some bytes now and then, less than the least rate: an idle session may do that, one in the middle of a frame may
 * not. */
static enum err trickle(bool owed)
{
    struct net_echo s;
    struct conn_limits limits = net_echo_limits();
    limits.rate_window_ms = 15;
    limits.rate_window_min = 2000;
    limits.idle_ms = 1000;
    net_echo_init(&s, &limits);
    s.owed = owed;
    s.mute = true;
    struct net_client *c = net_echo_client(&s);
    uint64_t last_ms = 0;
    const uint64_t end_ms = net_now_ms() + (owed ? NET_PATIENCE_MS : 60);
    while (net_now_ms() < end_ms && s.closed == 0) {
        if (net_now_ms() > last_ms + 1)
            net_client_say(c, ".");
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
    struct net_echo s;
    struct conn_limits limits = net_echo_limits();
    limits.rate_window_ms = 20;
    net_echo_init(&s, &limits);
    struct net_client *c = net_echo_client(&s);
    c->deaf = true;
    s.to_produce_n = 100 * 1000 * 1000;
    net_client_say(c, "go");
    CHECK(net_until(&s.net, net_echo_is_closed, &s));
    CHECK_EQ(s.why, ERR_TIMEOUT);
    net_world_deinit(&s.net);
}

TEST(a_wake_comes_once_and_in_time)
{
    struct net_echo s;
    net_echo_init(&s, NULL);
    net_echo_client(&s);
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
    struct net_echo s;
    static const uint8_t flood[500000];
    net_echo_init(&s, NULL);
    struct net_client *c = net_echo_client(&s);
    s.leave_with = ERR_NOT_ALLOWED;
    s.mute = true;
    s.to_produce_n = 60000;
    CHECK_EQ(tls_write(c->tls, bytes_of(flood, sizeof(flood))), ERR_OK);
    CHECK(net_until(&s.net, net_client_ended, c));
    CHECK(c->eof && !c->reset);
    CHECK_EQ(c->in.n, 60000);
    CHECK_EQ(s.closed, 0); /* it waits for our end */
    net_client_close(c);
    CHECK(net_until(&s.net, net_echo_is_closed, &s));
    CHECK_EQ(s.why, ERR_NOT_ALLOWED);
    net_world_deinit(&s.net);
}

/* A reset while output waits. */
TEST(a_peer_that_vanishes_under_our_writes_is_just_gone)
{
    struct net_echo s;
    net_echo_init(&s, NULL);
    s.mute = true;
    struct net_client *c = net_echo_client(&s);
    c->deaf = true;
    s.to_produce_n = MUCH;
    net_client_say(c, "go");
    for (int i = 0; i < 200 && s.queue_max < SERVER_OUT_HIGH; i++)
        net_turn(&s.net);
    conn_pause(s.conn, true); /* so that only a write can notice */
    net_client_close(c);
    CHECK(net_until(&s.net, net_echo_is_closed, &s));
    CHECK_EQ(s.why, ERR_CUT);
    net_world_deinit(&s.net);
}

TEST(a_peer_that_never_says_goodbye_is_not_waited_for)
{
    struct net_echo s;
    struct conn_limits limits = net_echo_limits();
    limits.leave_ms = 20;
    net_echo_init(&s, &limits);
    struct net_client *c = net_echo_client(&s);
    s.leave_with = ERR_OTHER;
    net_client_say(c, "x");
    CHECK(net_until(&s.net, net_echo_is_closed, &s));
    CHECK_EQ(s.why, ERR_OTHER);
    net_world_deinit(&s.net);
}

TEST(closing_is_safe_in_every_callback)
{
    static const unsigned callbacks[] = {NET_ON_OPEN, NET_ON_BYTES, NET_ON_DRAINED, NET_ON_WAKE};
    for (size_t i = 0; i < ARRAY_LEN(callbacks); i++) {
        struct net_echo s;
        net_echo_init(&s, NULL);
        s.close_in = callbacks[i];
        s.to_produce_n = callbacks[i] == NET_ON_DRAINED ? MUCH : 0;
        struct net_client *c = net_connect_tls(&s.net, nothing);
        CHECK_EQ(tls_state(c->tls), TLS_HANDSHAKE);
        CHECK(net_until(&s.net, net_echo_is_open, &s));
        if (s.conn != NULL && callbacks[i] == NET_ON_WAKE)
            conn_wake_at(s.conn, conn_now_ms(s.conn) + 1);
        if (callbacks[i] != NET_ON_OPEN)
            net_client_say(c, "hello");
        CHECK(net_until(&s.net, net_echo_is_closed, &s));
        CHECK_EQ(s.why, ERR_BUSY);
        CHECK(net_until(&s.net, net_echo_is_empty, &s));
        net_world_deinit(&s.net);
        CHECK_EQ(s.closed, 1);
    }
}

TEST(noise_and_strangers_never_open)
{
    struct net_echo s;
    uint64_t seed = 3;
    net_echo_init(&s, NULL);
    for (int i = 0; i < 20; i++) {
        struct net_client *c = net_connect(&s.net);
        for (size_t n = 1 + test_random(&seed) % 3000; n > 0; n--)
            buf_put_u8(&c->out, (uint8_t)test_random(&seed));
        CHECK(net_until(&s.net, net_client_ended, c));
        net_client_close(c);
    }
    struct net_client *c = net_connect(&s.net);
    struct buf cert = {0};
    tls_world_issue(&s.net.w, true, s.net.w.now, &cert);
    c->context = tls_world_client(&s.net.w, buf_bytes(&cert), NULL);
    c->tls = tls_new(c->context, nothing);
    CHECK(net_until(&s.net, net_client_ended, c));
    CHECK_EQ(c->err, ERR_AUTH); /* the alert came through */
    CHECK_EQ(s.opened + s.closed, 0);
    net_client_close(c);
    CHECK(net_until(&s.net, net_echo_is_empty, &s));
    buf_deinit(&cert);
    net_world_deinit(&s.net);
}
