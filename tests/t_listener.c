/* t_listener.c - the door: limits at N and N+1, no descriptors left, the orderly stop. */
#include "net_echo.h"
#include "test.h"

#include <sys/resource.h>

static const struct bytes nothing;

/* ---- limits ---- */

TEST(who_has_not_said_who_he_is_waits_when_too_many_have_not)
{
    struct net_echo s;
    struct net_client *silent[3];
    struct conn_limits limits = net_echo_limits();
    limits.unknown_max = 3;
    net_echo_init(&s, &limits);
    struct net_client *known[2];
    for (int i = 0; i < 2; i++) { /* those that are admitted do not count */
        known[i] = net_echo_client(&s);
        net_client_say(known[i], "hello");
        CHECK(net_until(&s.net, net_client_heard, known[i]));
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
    CHECK(!net_client_ended(next) && tls_state(next->tls) == TLS_HANDSHAKE);
    buf_clear(&known[0]->in);
    net_client_say(known[0], "still here?");
    CHECK(net_until(&s.net, net_client_heard, known[0]));

    net_client_close(silent[1]);
    s.opened = 0;
    CHECK(net_until(&s.net, net_echo_is_open, &s));
    CHECK_EQ(listener_stats(s.net.listener).accepted, 6);
    net_world_deinit(&s.net);
}

TEST(one_source_gets_only_so_many)
{
    struct net_echo s;
    struct net_client *silent[2];
    struct conn_limits limits = net_echo_limits();
    limits.source_max = 2;
    net_echo_init(&s, &limits);
    struct net_client *known = net_echo_client(&s);
    net_client_say(known, "hello");
    CHECK(net_until(&s.net, net_client_heard, known));
    for (int i = 0; i < 2; i++)
        silent[i] = net_connect(&s.net);
    for (int i = 0; i < 50; i++)
        net_turn(&s.net);
    CHECK(!net_client_ended(silent[0]) && !net_client_ended(silent[1]));
    struct net_client *next = net_connect(&s.net);
    CHECK(net_until(&s.net, net_client_ended, next));
    CHECK(!net_client_ended(silent[0]) && !net_client_ended(silent[1]) && !net_client_ended(known));
    CHECK_EQ(listener_stats(s.net.listener).unknown_n, 2);
    net_client_close(silent[0]);
    for (int i = 0; i < 50; i++)
        net_turn(&s.net);
    next = net_echo_client(&s);
    CHECK(!net_client_ended(next));
    net_world_deinit(&s.net);
}

TEST(all_connections_together_are_bounded)
{
    struct net_echo s;
    struct conn_limits limits = net_echo_limits();
    limits.conns_max = 2;
    net_echo_init(&s, &limits);
    struct net_client *c[3];
    for (int i = 0; i < 2; i++) {
        c[i] = net_echo_client(&s);
        net_client_say(c[i], "hello");
        CHECK(net_until(&s.net, net_client_heard, c[i]));
    }
    c[2] = net_connect_tls(&s.net, nothing);
    for (int i = 0; i < 200; i++)
        net_turn(&s.net);
    CHECK_EQ(listener_stats(s.net.listener).conn_n, 2);
    net_client_close(c[0]);
    s.opened = 0;
    CHECK(net_until(&s.net, net_echo_is_open, &s));
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
    CHECK_EQ(limits.out_high, 65536);
}

/* ---- stop ---- */

static void note_stop(void *user)
{
    struct net_echo *s = user;
    s->net.stopped = true;
}

static bool is_stopped(void *user)
{
    const struct net_echo *s = user;
    return s->net.stopped;
}

TEST(a_stop_lets_everyone_leave)
{
    struct net_echo s;
    net_echo_init(&s, NULL);
    struct net_client *c[5];
    for (int i = 0; i < 4; i++)
        c[i] = net_echo_client(&s);
    c[4] = net_connect(&s.net);
    for (int i = 0; i < 20; i++)
        net_turn(&s.net);
    listener_stop(s.net.listener, note_stop, &s);
    for (int i = 0; i < 5; i++) {
        CHECK(net_until(&s.net, net_client_ended, c[i]));
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
    const struct net_echo *s = user;
    return listener_stats(s->net.listener).accept_errors > 0;
}

/* With no descriptor at all libuv 1.44 loses its spare one too, and would call back from its accept loop for ever. */
TEST(without_descriptors_the_door_is_shut_for_a_moment)
{
    struct net_echo s;
    struct rlimit before;
    getrlimit(RLIMIT_NOFILE, &before);
    net_echo_init(&s, NULL);
    struct net_client *live = net_echo_client(&s);
    struct net_client *late = net_connect_tls(&s.net, nothing);
    set_files_max(0);
    const uint64_t shut_ms = net_now_ms();
    CHECK(net_until(&s.net, door_failed, &s));
    for (int i = 0; i < 3; i++) { /* live sessions go on, timers too */
        const uint64_t end_ms = net_now_ms() + 10;
        buf_clear(&live->in);
        net_client_say(live, "still there?");
        CHECK(net_until(&s.net, net_client_heard, live));
        while (net_now_ms() < end_ms)
            net_turn(&s.net);
    }
    /* One for each time that the door was opened again, on a machine however slow; not a loop that never ends. */
    CHECK(listener_stats(s.net.listener).accept_errors <= 2 + (net_now_ms() - shut_ms) / net_echo_limits().retry_ms);
    CHECK_EQ(tls_state(late->tls), TLS_HANDSHAKE);
    set_files_max(before.rlim_cur);
    s.opened = 0;
    CHECK(net_until(&s.net, net_echo_is_open, &s)); /* who waited is served */
    CHECK_EQ(tls_state(late->tls), TLS_OPEN);
    net_world_deinit(&s.net);
}

TEST(a_bad_address_and_a_taken_port_are_told_apart)
{
    struct net_echo s;
    struct listener *l;
    net_echo_init(&s, NULL);
    struct listener_settings settings = {.address = "127.0.0.1",
                                         .port = listener_port(s.net.listener),
                                         .limits = net_echo_limits(),
                                         .tls = s.net.w.server,
                                         .ops = &net_echo_ops};
    CHECK_EQ(listener_new(&s.net.loop, &settings, &l), ERR_EXISTS);
    settings.address = "ward.example";
    CHECK_EQ(listener_new(&s.net.loop, &settings, &l), ERR_BAD_VALUE);
    CHECK(l == NULL);
    net_world_deinit(&s.net);
}
