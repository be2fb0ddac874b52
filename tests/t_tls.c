/* t_tls.c - two TLS ends joined in memory: who is let in, what resumes, and what hostile bytes achieve (nothing). */
#include "../common/crypto.h"
#include "test.h"
#include "tls_world.h"

#include <stdio.h>

static const struct bytes nothing;

/* A handshake between a device with cert (empty: none) and the world's server. */
static void meet(struct tls_world *w, struct tls_pair *p, struct bytes cert, const uint8_t *pin, struct bytes session)
{
    tls_pair_init(p, tls_world_client(w, cert, pin), w->server, session);
    tls_pair_run(p);
}

static void check_open(const struct tls_pair *p)
{
    CHECK_EQ(p->client_err, ERR_OK);
    CHECK_EQ(p->server_err, ERR_OK);
    CHECK_EQ(tls_state(p->client), TLS_OPEN);
    CHECK_EQ(tls_state(p->server), TLS_OPEN);
}

static void check_device(const struct tls_world *w, const struct tls *server)
{
    const struct tls_cert *peer = tls_peer(server);
    if (CHECK(peer != NULL)) {
        CHECK(id_equal(&peer->device, &w->device));
        CHECK_MEM(peer->public_key, w->device_public, TLS_PUBLIC_SIZE);
    }
}

static void check_same_secret(struct tls_pair *p)
{
    uint8_t at_client[TLS_BINDING_SIZE], at_server[TLS_BINDING_SIZE], other[TLS_BINDING_SIZE];
    tls_exporter(p->client, TLS_BINDING_LABEL, at_client);
    tls_exporter(p->server, TLS_BINDING_LABEL, at_server);
    tls_exporter(p->server, "EXPORTER-other", other);
    CHECK_MEM(at_client, at_server, TLS_BINDING_SIZE);
    CHECK(memcmp(at_server, other, TLS_BINDING_SIZE) != 0);
}

/* A context, a valid device certificate and the session of a first meeting. */
struct scene {
    struct tls_world w;
    struct buf cert;
    struct buf session;
};

static void scene_init(struct scene *s)
{
    memset(s, 0, sizeof(*s));
    tls_world_init(&s->w);
    tls_world_issue(&s->w, false, s->w.now, &s->cert);
}

static void scene_deinit(struct scene *s)
{
    tls_world_deinit(&s->w);
    buf_deinit(&s->cert);
    buf_deinit(&s->session);
}

/* Full handshake; the link then drops without a word. */
static void scene_first_meeting(struct scene *s)
{
    struct tls_pair p;
    meet(&s->w, &p, buf_bytes(&s->cert), NULL, nothing);
    check_open(&p);
    CHECK(!tls_resumed(p.server));
    CHECK_EQ(tls_session_save(p.client, &s->session), ERR_OK);
    printf("  full handshake: %zu B up, %zu B down; saved session %zu B\n", p.up_n, p.down_n, s->session.n);
    tls_pair_deinit(&p);
}

TEST(both_ends_open_and_know_each_other)
{
    struct scene s;
    struct tls_pair p;
    scene_init(&s);
    meet(&s.w, &p, buf_bytes(&s.cert), NULL, nothing);
    check_open(&p);
    check_device(&s.w, p.server);
    CHECK(!tls_peer_expired(p.server));
    CHECK(tls_peer(p.client) != NULL && memcmp(tls_peer(p.client)->pin, s.w.pin, TLS_PIN_SIZE) == 0);
    check_same_secret(&p);
    CHECK_EQ(tls_write(p.client, bytes_of_str("xin chào")), ERR_OK);
    CHECK_EQ(tls_write(p.server, bytes_of_str("chào chị")), ERR_OK);
    tls_pair_run(&p);
    CHECK_BYTES(buf_bytes(&p.at_server), bytes_of_str("xin chào"));
    CHECK_BYTES(buf_bytes(&p.at_client), bytes_of_str("chào chị"));
    CHECK_EQ(s.w.puts, 1); /* one ticket, no more */
    tls_pair_deinit(&p);
    scene_deinit(&s);
}

TEST(the_client_speaks_in_its_second_flight)
{
    struct scene s;
    struct tls_pair p;
    struct buf flight = {0};
    scene_init(&s);
    tls_pair_init(&p, tls_world_client(&s.w, buf_bytes(&s.cert), NULL), s.w.server, nothing);
    tls_drain(p.client, &flight, SIZE_MAX);
    CHECK_EQ(tls_feed(p.server, buf_bytes(&flight), &p.at_server), ERR_OK);
    buf_clear(&flight);
    tls_drain(p.server, &flight, SIZE_MAX);
    CHECK_EQ(tls_feed(p.client, buf_bytes(&flight), &p.at_client), ERR_OK);
    CHECK_EQ(tls_state(p.client), TLS_OPEN);
    CHECK_EQ(tls_write(p.client, bytes_of_str("hello")), ERR_OK);
    buf_clear(&flight);
    CHECK_EQ(tls_drain(p.client, &flight, SIZE_MAX), 0);
    CHECK_EQ(tls_feed(p.server, buf_bytes(&flight), &p.at_server), ERR_OK);
    CHECK_BYTES(buf_bytes(&p.at_server), bytes_of_str("hello"));
    buf_deinit(&flight);
    tls_pair_deinit(&p);
    scene_deinit(&s);
}

/* OpenSSL 3.0 forgets the session of a link that ended without close_notify, unless told otherwise (tls_free). */
TEST(a_dropped_link_resumes_and_the_peer_is_still_known)
{
    struct scene s;
    struct tls_pair p;
    scene_init(&s);
    scene_first_meeting(&s);
    CHECK_EQ(s.w.dels, 0);
    for (int round = 0; round < 3; round++) {
        meet(&s.w, &p, buf_bytes(&s.cert), NULL, buf_bytes(&s.session));
        check_open(&p);
        CHECK(tls_resumed(p.client) && tls_resumed(p.server));
        check_device(&s.w, p.server);
        CHECK(!tls_peer_expired(p.server));
        CHECK(tls_peer(p.client) != NULL);
        check_same_secret(&p);
        buf_clear(&s.session);
        CHECK_EQ(tls_session_save(p.client, &s.session), ERR_OK);
        if (round == 0)
            printf("  resumed: %zu B up, %zu B down\n", p.up_n, p.down_n);
        tls_pair_deinit(&p);
    }
    CHECK_EQ(s.w.puts, 4); /* one ticket for each session */
    CHECK_EQ(s.w.dels, 0);
    scene_deinit(&s);
}

/* The answer with the new ticket was lost: the old ticket must still do. */
TEST(a_ticket_serves_again_when_its_successor_was_lost)
{
    struct scene s;
    struct tls_pair p;
    scene_init(&s);
    scene_first_meeting(&s);
    for (int round = 0; round < 2; round++) {
        meet(&s.w, &p, buf_bytes(&s.cert), NULL, buf_bytes(&s.session));
        CHECK(tls_resumed(p.server));
        tls_pair_deinit(&p);
    }
    scene_deinit(&s);
}

TEST(a_session_the_server_forgot_costs_a_full_handshake)
{
    struct scene s;
    struct tls_world other;
    struct tls_pair p;
    scene_init(&s);
    scene_first_meeting(&s);
    tls_world_init(&other); /* same keys, empty cache */
    meet(&other, &p, buf_bytes(&s.cert), NULL, buf_bytes(&s.session));
    check_open(&p);
    CHECK_EQ(other.gets, 1);
    CHECK(!tls_resumed(p.server) && !tls_resumed(p.client));
    check_device(&s.w, p.server);
    tls_pair_deinit(&p);
    tls_world_deinit(&other);
    scene_deinit(&s);
}

TEST(a_damaged_or_foreign_session_is_passed_over)
{
    struct scene s;
    struct tls_pair p;
    uint8_t other_pin[TLS_PIN_SIZE] = {0};
    scene_init(&s);
    scene_first_meeting(&s);
    meet(&s.w, &p, buf_bytes(&s.cert), NULL, bytes_of(s.session.p, s.session.n - 1));
    check_open(&p);
    CHECK(!tls_resumed(p.server));
    tls_pair_deinit(&p);
    s.w.gets = 0;
    meet(&s.w, &p, buf_bytes(&s.cert), other_pin, buf_bytes(&s.session));
    CHECK_EQ(p.client_err, ERR_BAD_PIN); /* not even offered: the pin of the session's server is another one */
    CHECK_EQ(s.w.gets, 0);
    tls_pair_deinit(&p);
    scene_deinit(&s);
}

TEST(a_server_with_another_key_is_refused)
{
    struct scene s;
    struct tls_pair p;
    uint8_t pin[TLS_PIN_SIZE];
    scene_init(&s);
    for (size_t bit = 0; bit < 8 * sizeof(pin); bit++) {
        memcpy(pin, s.w.pin, sizeof(pin));
        pin[bit / 8] ^= (uint8_t)(1 << bit % 8);
        meet(&s.w, &p, buf_bytes(&s.cert), pin, nothing);
        CHECK_EQ(p.client_err, ERR_BAD_PIN);
        CHECK_EQ(tls_state(p.client), TLS_FAILED);
        CHECK(tls_state(p.server) != TLS_OPEN); /* and never saw the device's certificate */
        tls_pair_deinit(&p);
    }
    CHECK_EQ(s.w.puts, 0);
    scene_deinit(&s);
}

TEST(a_device_without_certificate_is_nobody_but_let_in)
{
    struct scene s;
    struct tls_pair p;
    scene_init(&s);
    meet(&s.w, &p, nothing, NULL, nothing);
    check_open(&p);
    CHECK(tls_peer(p.server) == NULL);
    CHECK(!tls_peer_expired(p.server));
    check_same_secret(&p);
    CHECK_EQ(s.w.puts, 0); /* an enrolment is not resumed */
    tls_pair_deinit(&p);
    scene_deinit(&s);
}

TEST(a_certificate_of_another_ca_is_refused)
{
    struct scene s;
    struct tls_pair p;
    struct buf cert = {0};
    scene_init(&s);
    tls_world_issue(&s.w, true, s.w.now, &cert); /* same issuer name, another key */
    meet(&s.w, &p, buf_bytes(&cert), NULL, nothing);
    CHECK_EQ(p.server_err, ERR_AUTH);
    CHECK_EQ(p.client_err, ERR_AUTH); /* the alert says so */
    CHECK_EQ(s.w.puts, 0);
    tls_pair_deinit(&p);
    buf_deinit(&cert);
    scene_deinit(&s);
}

/* A certificate the device signed itself, and one in which the CA named no device. */
TEST(a_certificate_not_issued_to_a_device_is_refused)
{
    struct scene s;
    struct tls_pair p;
    struct buf cert = {0};
    scene_init(&s);
    CHECK_EQ(tls_identity_server(s.w.device_seed, "me", s.w.now, &cert), ERR_OK);
    meet(&s.w, &p, buf_bytes(&cert), NULL, nothing);
    CHECK_EQ(p.server_err, ERR_AUTH);
    tls_pair_deinit(&p);
    memcpy(s.w.device_seed, s.w.ca_seed, TLS_SEED_SIZE); /* who holds the CA's key is still no device */
    meet(&s.w, &p, buf_bytes(&s.w.ca), NULL, nothing);
    CHECK_EQ(p.server_err, ERR_AUTH);
    tls_pair_deinit(&p);
    buf_deinit(&cert);
    scene_deinit(&s);
}

TEST(an_expired_certificate_passes_and_is_flagged_also_when_resumed)
{
    struct scene s;
    struct tls_pair p;
    struct buf cert = {0};
    scene_init(&s);
    tls_world_issue(&s.w, false, s.w.past, &cert);
    for (int round = 0; round < 2; round++) {
        meet(&s.w, &p, buf_bytes(&cert), NULL, buf_bytes(&s.session));
        check_open(&p);
        CHECK_EQ(tls_resumed(p.server), round == 1);
        check_device(&s.w, p.server);
        CHECK(tls_peer_expired(p.server));
        CHECK_EQ(tls_peer(p.server)->validity.not_after_s, s.w.past.not_after_s);
        buf_clear(&s.session);
        CHECK_EQ(tls_session_save(p.client, &s.session), ERR_OK);
        tls_pair_deinit(&p);
    }
    buf_deinit(&cert);
    scene_deinit(&s);
}

TEST(a_key_that_is_not_the_certificates_is_refused_at_once)
{
    struct scene s;
    struct tls_context *context;
    scene_init(&s);
    struct tls_settings settings = {
        .role = TLS_CLIENT, .seed = s.w.ca_seed, .cert = buf_bytes(&s.cert), .pin = s.w.pin};
    CHECK_EQ(tls_context_new(&settings, &context), ERR_BAD_VALUE);
    CHECK(context == NULL);
    settings.seed = s.w.device_seed;
    settings.cert.n--;
    CHECK_EQ(tls_context_new(&settings, &context), ERR_BAD_VALUE);
    tls_context_free(NULL);
    tls_free(NULL);
    scene_deinit(&s);
}

/* ---- bytes ---- */

#define PIECE_SIZE 60000
#define PIECES 64 /* 3.8 MB each way */

TEST(megabytes_go_both_ways_unchanged)
{
    struct scene s;
    struct tls_pair p;
    struct buf sent = {0};
    uint64_t seed = 7;
    scene_init(&s);
    meet(&s.w, &p, buf_bytes(&s.cert), NULL, nothing);
    for (size_t i = 0; i < (size_t)PIECES * PIECE_SIZE / 8; i++)
        buf_put_u64(&sent, test_random(&seed));
    for (size_t i = 0; i < PIECES; i++) {
        const struct bytes piece = bytes_of(sent.p + i * PIECE_SIZE, PIECE_SIZE);
        CHECK_EQ(tls_write(p.client, piece), ERR_OK);
        CHECK_EQ(tls_write(p.server, piece), ERR_OK);
        tls_pair_run(&p);
    }
    CHECK(bytes_equal(buf_bytes(&p.at_server), buf_bytes(&sent)));
    CHECK(bytes_equal(buf_bytes(&p.at_client), buf_bytes(&sent)));
    buf_deinit(&sent);
    tls_pair_deinit(&p);
    scene_deinit(&s);
}

TEST(bytes_that_come_one_at_a_time_do)
{
    struct scene s;
    struct tls_pair p;
    struct buf flight = {0};
    scene_init(&s);
    tls_pair_init(&p, tls_world_client(&s.w, buf_bytes(&s.cert), NULL), s.w.server, nothing);
    while (tls_waiting_n(p.client) + tls_waiting_n(p.server) > 0) {
        buf_clear(&flight);
        tls_drain(p.client, &flight, 1);
        CHECK_EQ(tls_feed(p.server, buf_bytes(&flight), &p.at_server), ERR_OK);
        buf_clear(&flight);
        tls_drain(p.server, &flight, 1);
        CHECK_EQ(tls_feed(p.client, buf_bytes(&flight), &p.at_client), ERR_OK);
    }
    check_open(&p);
    check_device(&s.w, p.server);
    buf_deinit(&flight);
    tls_pair_deinit(&p);
    scene_deinit(&s);
}

TEST(a_goodbye_is_told_from_a_cut)
{
    struct scene s;
    struct tls_pair p;
    scene_init(&s);
    meet(&s.w, &p, buf_bytes(&s.cert), NULL, nothing);
    tls_close(p.client);
    tls_pair_run(&p);
    CHECK_EQ(p.server_err, ERR_OK);
    CHECK_EQ(tls_state(p.server), TLS_CLOSED);
    CHECK_EQ(tls_write(p.server, bytes_of_str("late")), ERR_CUT);
    CHECK_EQ(tls_feed(p.server, bytes_of_str("later"), &p.at_server), ERR_OK);
    CHECK_EQ(p.at_server.n, 0);
    check_device(&s.w, p.server);
    tls_pair_deinit(&p);
    scene_deinit(&s);
}

/* Every byte of a record, header included, is authenticated: a flip is an error, or a record that never ends. */
TEST(a_flipped_bit_is_an_error_and_nothing_gets_through)
{
    struct scene s;
    struct tls_pair p;
    struct buf cipher = {0};
    size_t record_n = 0;
    uint64_t seed = 11;
    scene_init(&s);
    for (size_t at = 0; at == 0 || at < record_n; at++) {
        meet(&s.w, &p, buf_bytes(&s.cert), NULL, nothing);
        buf_clear(&cipher);
        CHECK_EQ(tls_write(p.client, bytes_of_str("nghị quyết")), ERR_OK);
        tls_drain(p.client, &cipher, SIZE_MAX);
        record_n = cipher.n;
        cipher.p[at] ^= (uint8_t)(1 << test_random(&seed) % 8);
        enum err e = tls_feed(p.server, buf_bytes(&cipher), &p.at_server);
        for (int more = 0; more < 5 && e == ERR_OK; more++) { /* fills a record whose length was flipped */
            uint8_t rest[16384] = {0};
            CHECK_EQ(tls_write(p.client, bytes_of(rest, sizeof(rest))), ERR_OK);
            buf_clear(&cipher);
            tls_drain(p.client, &cipher, SIZE_MAX);
            e = tls_feed(p.server, buf_bytes(&cipher), &p.at_server);
        }
        CHECK_EQ(e, ERR_BAD_FRAME);
        CHECK_EQ(tls_state(p.server), TLS_FAILED);
        CHECK_EQ(p.at_server.n, 0);
        CHECK_EQ(tls_feed(p.server, bytes_of_str("x"), &p.at_server), ERR_BAD_FRAME);
        CHECK_EQ(tls_write(p.server, bytes_of_str("x")), ERR_BAD_FRAME);
        tls_pair_deinit(&p);
        tls_world_deinit(&s.w);
        tls_world_init(&s.w); /* empties the cache */
    }
    CHECK(record_n > 30);
    buf_deinit(&cipher);
    scene_deinit(&s);
}

/* One flipped bit anywhere in the first bytes of one side: the two ends never both believe and differ. */
static void flip_in_handshake(struct scene *s, bool server_side, size_t at, uint8_t bit, size_t *flight_n)
{
    struct tls_pair p;
    struct buf flight = {0};
    tls_pair_init(&p, tls_world_client(&s->w, buf_bytes(&s->cert), NULL), s->w.server, nothing);
    tls_drain(p.client, &flight, SIZE_MAX);
    if (server_side) {
        CHECK_EQ(tls_feed(p.server, buf_bytes(&flight), &p.at_server), ERR_OK);
        buf_clear(&flight);
        tls_drain(p.server, &flight, SIZE_MAX);
    }
    *flight_n = flight.n;
    flight.p[at] ^= bit;
    struct tls *to = server_side ? p.client : p.server;
    enum err e = tls_feed(to, buf_bytes(&flight), server_side ? &p.at_client : &p.at_server);
    tls_pair_run(&p);
    CHECK(e == ERR_OK || tls_state(to) == TLS_FAILED);
    if (tls_state(p.client) == TLS_OPEN && tls_state(p.server) == TLS_OPEN) {
        check_same_secret(&p); /* legacy record versions are nobody's input */
        check_device(&s->w, p.server);
    }
    CHECK_EQ(p.at_client.n + p.at_server.n, 0);
    buf_deinit(&flight);
    tls_pair_deinit(&p);
}

TEST(a_flipped_bit_in_the_handshake_fools_nobody)
{
    struct scene s;
    uint64_t seed = 13;
    scene_init(&s);
    for (int side = 0; side < 2; side++) {
        size_t flight_n = 1;
        for (size_t at = 0; at < flight_n; at++) {
            flip_in_handshake(&s, side == 1, at, (uint8_t)(1 << test_random(&seed) % 8), &flight_n);
            tls_world_deinit(&s.w);
            tls_world_init(&s.w);
        }
        CHECK(flight_n > 150);
    }
    scene_deinit(&s);
}

TEST(a_handshake_cut_anywhere_just_waits)
{
    struct scene s;
    struct tls_pair p;
    struct buf flight = {0};
    size_t flight_n = 1;
    scene_init(&s);
    for (size_t cut = 0; cut < flight_n; cut++) {
        buf_clear(&flight);
        tls_pair_init(&p, tls_world_client(&s.w, buf_bytes(&s.cert), NULL), s.w.server, nothing);
        tls_drain(p.client, &flight, SIZE_MAX);
        flight_n = flight.n;
        CHECK_EQ(tls_feed(p.server, bytes_of(flight.p, cut), &p.at_server), ERR_OK);
        CHECK_EQ(tls_state(p.server), TLS_HANDSHAKE);
        CHECK_EQ(tls_waiting_n(p.server), 0);
        tls_pair_deinit(&p);
    }
    buf_deinit(&flight);
    scene_deinit(&s);
}

/* After `steps` undisturbed exchanges, noise instead of the peer's next flight, to the end named. */
static void noise_at(struct scene *s, int steps, bool to_server, uint64_t *seed)
{
    struct tls_pair p;
    struct buf bytes = {0};
    tls_pair_init(&p, tls_world_client(&s->w, buf_bytes(&s->cert), NULL), s->w.server, nothing);
    for (int i = 0; i < steps; i++) {
        struct tls *from = i % 2 == 0 ? p.client : p.server;
        buf_clear(&bytes);
        tls_drain(from, &bytes, SIZE_MAX);
        CHECK_EQ(tls_feed(from == p.client ? p.server : p.client, buf_bytes(&bytes), &p.at_server), ERR_OK);
    }
    buf_clear(&bytes);
    static const uint8_t types[] = {20, 21, 22, 23}; /* RFC 8446 section 5.1 */
    if (test_random(seed) % 2 == 0) /* half of the noise wears a record's header */
        buf_put(&bytes, (const uint8_t[]){types[test_random(seed) % 4], 3, 3, 0, (uint8_t)test_random(seed)}, 5);
    for (size_t n = test_random(seed) % 700; n > 0; n--)
        buf_put_u8(&bytes, (uint8_t)test_random(seed));
    struct tls *to = to_server ? p.server : p.client;
    enum err e = tls_feed(to, buf_bytes(&bytes), &p.at_server);
    CHECK(e == ERR_OK || e == ERR_BAD_FRAME || e == ERR_AUTH);
    CHECK_EQ(p.at_server.n, 0);
    buf_deinit(&bytes);
    tls_pair_deinit(&p);
}

TEST(noise_in_every_state_is_survived)
{
    struct scene s;
    uint64_t seed = 17;
    scene_init(&s);
    for (int round = 0; round < 400; round++) {
        noise_at(&s, round % 5, round / 5 % 2 == 0, &seed);
        if (round % 40 == 39) {
            tls_world_deinit(&s.w);
            tls_world_init(&s.w);
        }
    }
    scene_deinit(&s);
}

/* A ClientHello that says it is 64 KiB long, and goes on for ever in full records. */
TEST(a_handshake_without_end_is_ended)
{
    struct scene s;
    struct buf plain = {0};
    struct buf record = {0};
    scene_init(&s);
    struct tls *server = tls_new(s.w.server, nothing);
    hex_to_buf("16 0301 0400 01 00ffff 0303", &record);
    memset(buf_grow(&record, 5 + 0x400 - record.n), 0, 5 + 0x400 - record.n);
    size_t fed_n = 0;
    enum err e = ERR_OK;
    while (e == ERR_OK && fed_n < 100000) {
        CHECK(fed_n <= TLS_HANDSHAKE_IN_MAX);
        e = tls_feed(server, buf_bytes(&record), &plain);
        fed_n += record.n;
        memset(record.p + 5, 0, record.n - 5);
    }
    CHECK_EQ(e, ERR_BAD_FRAME);
    CHECK(fed_n > TLS_HANDSHAKE_IN_MAX && fed_n <= TLS_HANDSHAKE_IN_MAX + record.n);
    tls_free(server);
    buf_deinit(&record);
    buf_deinit(&plain);
    scene_deinit(&s);
}

/* Hellos of TLS 1.2 by RFC 5246 section 7.4.1: no supported_versions extension. The answer is a fatal alert
 * protocol_version (2, 70) by RFC 8446 section 4.2.1 and D.2; to the server's hello also at the latest in its version.
 * */
TEST(tls_1_2_is_refused_on_both_sides)
{
    struct scene s;
    struct tls_pair p;
    struct buf hello = {0}, answer = {0};
    scene_init(&s);
    tls_pair_init(&p, tls_world_client(&s.w, buf_bytes(&s.cert), NULL), s.w.server, nothing);
    hex_to_buf("16 0301 0033 01 00002f 0303"
               "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f 00"
               "0002 c02b 01 00 0004 0017 0000",
               &hello);
    CHECK_EQ(tls_feed(p.server, buf_bytes(&hello), &p.at_server), ERR_BAD_FRAME);
    tls_drain(p.server, &answer, SIZE_MAX);
    if (CHECK_EQ(answer.n, 7))
        CHECK(answer.p[0] == 21 && answer.p[5] == 2 && answer.p[6] == 70);

    buf_clear(&hello);
    buf_clear(&answer);
    tls_drain(p.client, &answer, SIZE_MAX);
    hex_to_buf("16 0303 002c 02 000028 0303"
               "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f 00 c02b 00 0000",
               &hello);
    CHECK_EQ(tls_feed(p.client, buf_bytes(&hello), &p.at_client), ERR_BAD_FRAME);
    CHECK_EQ(tls_state(p.client), TLS_FAILED);
    buf_deinit(&hello);
    buf_deinit(&answer);
    tls_pair_deinit(&p);
    scene_deinit(&s);
}
