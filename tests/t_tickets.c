/* t_tickets.c - the session cache keeps the newest few of each device, and is bounded for all. */
#include "../server/tickets.h"
#include "test.h"
#include "tls_world.h"

static struct tls_cert peer_of(uint8_t device)
{
    struct tls_cert peer = {0};
    memset(peer.device.b, device, ID_SIZE);
    return peer;
}

static void put(struct tickets *t, const char *id, uint8_t device)
{
    const struct tls_cert peer = peer_of(device);
    tickets_ops.put(t, bytes_of_str(id), &peer, bytes_of_str(id)); /* the session says its own name */
}

static bool has(struct tickets *t, const char *id)
{
    struct buf session = {0};
    const bool found = tickets_ops.get(t, bytes_of_str(id), &session);
    CHECK_BYTES(buf_bytes(&session), bytes_of_str(found ? id : ""));
    buf_deinit(&session);
    return found;
}

TEST(a_device_keeps_its_newest_two)
{
    struct tickets *t = tickets_new(10, 2);
    put(t, "a1", 1);
    put(t, "b1", 2);
    put(t, "a2", 1);
    CHECK(has(t, "a1") && has(t, "a2") && has(t, "b1"));
    put(t, "a3", 1);
    CHECK(!has(t, "a1") && has(t, "a2") && has(t, "a3") && has(t, "b1"));
    CHECK_EQ(tickets_n(t), 3);
    tickets_free(t);
    tickets_free(NULL);
}

TEST(all_together_are_bounded_and_the_oldest_goes)
{
    struct tickets *t = tickets_new(3, 2);
    put(t, "a", 1);
    put(t, "b", 2);
    put(t, "c", 3);
    CHECK(has(t, "a"));
    put(t, "d", 4);
    CHECK(!has(t, "a") && has(t, "b") && has(t, "c") && has(t, "d"));
    CHECK_EQ(tickets_n(t), 3);
    tickets_free(t);
}

TEST(what_is_deleted_or_revoked_is_gone)
{
    struct tickets *t = tickets_new(10, 2);
    const struct tls_cert revoked = peer_of(1);
    put(t, "a1", 1);
    put(t, "a2", 1);
    put(t, "b1", 2);
    put(t, "b2", 2);
    tickets_ops.del(t, bytes_of_str("b1"));
    tickets_ops.del(t, bytes_of_str("never there"));
    CHECK(!has(t, "b1") && has(t, "b2"));
    tickets_forget(t, &revoked.device);
    CHECK(!has(t, "a1") && !has(t, "a2") && has(t, "b2"));
    tickets_free(t);
}

TEST(the_same_id_is_replaced)
{
    struct tickets *t = tickets_new(2, 2);
    put(t, "a", 1);
    put(t, "a", 2);
    CHECK_EQ(tickets_n(t), 1);
    CHECK(has(t, "a"));
    tickets_free(t);
}

TEST(real_sessions_resume_from_it)
{
    struct tls_world w;
    struct tls_pair p;
    struct tls_context *server;
    struct buf cert = {0}, session = {0};
    struct tickets *t = tickets_new(4, 2);
    tls_world_init(&w);
    tls_world_issue(&w, false, w.now, &cert);
    const struct tls_settings settings = {
        .role = TLS_SERVER,
        .seed = w.server_seed,
        .cert = buf_bytes(&w.server_cert),
        .ca = buf_bytes(&w.ca),
        .cache = &tickets_ops,
        .cache_user = t,
    };
    REQUIRE(tls_context_new(&settings, &server) == ERR_OK);
    for (int round = 0; round < 6; round++) {
        tls_pair_init(&p, tls_world_client(&w, buf_bytes(&cert), NULL), server, buf_bytes(&session));
        tls_pair_run(&p);
        CHECK_EQ(tls_resumed(p.server), round != 0 && round != 4);
        buf_clear(&session);
        CHECK_EQ(tls_session_save(p.client, &session), ERR_OK);
        tls_pair_deinit(&p);
        CHECK(tickets_n(t) <= 2);
        if (round == 3)
            tickets_forget(t, &w.device);
    }
    tls_context_free(server);
    tickets_free(t);
    buf_deinit(&cert);
    buf_deinit(&session);
    tls_world_deinit(&w);
}
