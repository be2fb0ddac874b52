/* t_tls_identity.c - what our certificates say, checked against libsodium, RFC 8410 and what a reader must refuse. */
#include "../common/crypto.h"
#include "../common/tls_chain.h"
#include "test.h"
#include "tls_world.h"

/* DER of an Ed25519 SubjectPublicKeyInfo up to the key, RFC 8410 section 4. */
static const uint8_t spki_prefix[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

/* The signed part of a certificate: the first inner SEQUENCE (RFC 5280 section 4.1). Empty if it is none. */
static struct bytes signed_part(struct bytes cert)
{
    if (cert.n < 256 || cert.p[0] != 0x30 || cert.p[1] != 0x82 || cert.p[4] != 0x30)
        return bytes_of(NULL, 0);
    const size_t n = cert.p[5] == 0x82 ? 4 + (size_t)load_u16(cert.p + 6) : 3 + (size_t)cert.p[6];
    return bytes_of(cert.p + 4, n);
}

static bool holds(struct bytes in, const void *p, size_t n)
{
    return memmem(in.p, in.n, p, n) != NULL;
}

TEST(the_public_key_is_the_seeds_and_the_pin_its_hash)
{
    struct tls_world w;
    struct tls_cert cert;
    uint8_t public_key[SIGN_PUBLIC_SIZE], secret[SIGN_SECRET_SIZE];
    tls_world_init(&w);
    crypto_sign_from_seed(w.server_seed, public_key, secret);
    REQUIRE(tls_identity_read(buf_bytes(&w.server_cert), &cert) == ERR_OK);
    CHECK_MEM(cert.public_key, public_key, sizeof(public_key));
    const struct bytes spki[] = {bytes_of(spki_prefix, sizeof(spki_prefix)), bytes_of(public_key, sizeof(public_key))};
    const struct hash hash = crypto_sha256(spki, ARRAY_LEN(spki));
    CHECK_MEM(cert.pin, hash.b, TLS_PIN_SIZE);
    CHECK(id_is_zero(&cert.device));
    CHECK_EQ(cert.validity.not_before_s, w.now.not_before_s);
    CHECK_EQ(cert.validity.not_after_s, w.now.not_after_s);
    tls_world_deinit(&w);
}

/* The signature is the last 64 bytes; libsodium, which had no part in it, verifies it. */
TEST(a_device_certificate_is_signed_by_the_ca)
{
    struct tls_world w;
    struct tls_cert read;
    struct buf cert = {0};
    uint8_t ca_public[SIGN_PUBLIC_SIZE], secret[SIGN_SECRET_SIZE];
    tls_world_init(&w);
    crypto_sign_from_seed(w.ca_seed, ca_public, secret);
    tls_world_issue(&w, false, w.past, &cert);
    const struct bytes tbs = signed_part(buf_bytes(&cert));
    REQUIRE(tbs.n > 0 && 4 + tbs.n < cert.n - SIGNATURE_SIZE);
    CHECK(crypto_verify(cert.p + cert.n - SIGNATURE_SIZE, tbs, ca_public));
    CHECK(holds(buf_bytes(&cert), "chibo:device:d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5", 45));
    CHECK(holds(buf_bytes(&cert), "000101000000Z", 13)); /* UTCTime of 2000-01-01 */
    CHECK(holds(buf_bytes(&cert), "010101000000Z", 13));
    CHECK_EQ(tls_identity_read(buf_bytes(&cert), &read), ERR_OK);
    CHECK(id_equal(&read.device, &w.device));
    CHECK_MEM(read.public_key, w.device_public, TLS_PUBLIC_SIZE);
    CHECK_EQ(read.validity.not_before_s, 946684800);
    CHECK_EQ(read.validity.not_after_s, 978307200);
    buf_deinit(&cert);
    tls_world_deinit(&w);
}

TEST(serials_differ)
{
    struct tls_world w;
    struct buf a = {0}, b = {0};
    tls_world_init(&w);
    tls_world_issue(&w, false, w.now, &a);
    tls_world_issue(&w, false, w.now, &b);
    CHECK_EQ(a.n, b.n);
    CHECK(!bytes_equal(buf_bytes(&a), buf_bytes(&b)));
    buf_deinit(&a);
    buf_deinit(&b);
    tls_world_deinit(&w);
}

TEST(what_does_not_fit_is_refused)
{
    struct tls_world w;
    struct buf cert = {0};
    char name[TLS_NAME_MAX + 2];
    tls_world_init(&w);
    memset(name, 'a', sizeof(name));
    name[TLS_NAME_MAX + 1] = '\0';
    const struct tls_validity backwards = {w.now.not_after_s, w.now.not_before_s};
    const struct tls_validity too_far = {0, INT64_C(253402300800)}; /* year 10000 */
    CHECK_EQ(tls_identity_ca(w.ca_seed, "", w.now, &cert), ERR_BAD_VALUE);
    CHECK_EQ(tls_identity_ca(w.ca_seed, name, w.now, &cert), ERR_BAD_VALUE);
    CHECK_EQ(tls_identity_ca(w.ca_seed, "a", backwards, &cert), ERR_BAD_VALUE);
    CHECK_EQ(tls_identity_ca(w.ca_seed, "a", too_far, &cert), ERR_BAD_VALUE);
    CHECK_EQ(tls_identity_issue(w.other_ca_seed, buf_bytes(&w.ca), w.device_public, &w.device, w.now, &cert),
             ERR_BAD_VALUE);
    CHECK_EQ(cert.n, 0);
    name[TLS_NAME_MAX] = '\0';
    CHECK_EQ(tls_identity_ca(w.ca_seed, name, w.now, &cert), ERR_OK);
    buf_deinit(&cert);
    tls_world_deinit(&w);
}

/* Cut anywhere, with a byte behind it, or with any bit changed: an error or a certificate, never a crash, and
 * what still names key and device no longer verifies. */
TEST(damaged_certificates_are_survived)
{
    struct tls_world w;
    struct tls_cert read;
    struct buf cert = {0};
    uint8_t ca_public[SIGN_PUBLIC_SIZE], secret[SIGN_SECRET_SIZE];
    tls_world_init(&w);
    crypto_sign_from_seed(w.ca_seed, ca_public, secret);
    tls_world_issue(&w, false, w.now, &cert);
    const struct bytes tbs = signed_part(buf_bytes(&cert));
    for (size_t n = 0; n < cert.n; n++)
        CHECK_EQ(tls_identity_read(bytes_of(cert.p, n), &read), ERR_BAD_VALUE);
    for (size_t bit = 0; bit < 8 * cert.n; bit++) {
        cert.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
        bool same = tls_identity_read(buf_bytes(&cert), &read) == ERR_OK && id_equal(&read.device, &w.device) &&
                    memcmp(read.public_key, w.device_public, TLS_PUBLIC_SIZE) == 0;
        if (same && bit >= 8 * 4 && bit < 8 * (4 + tbs.n))
            CHECK(!crypto_verify(cert.p + cert.n - SIGNATURE_SIZE, tbs, ca_public));
        cert.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    buf_put_u8(&cert, 0);
    CHECK_EQ(tls_identity_read(buf_bytes(&cert), &read), ERR_BAD_VALUE);
    buf_deinit(&cert);
    tls_world_deinit(&w);
}

/* Keys, one after the other; the certificate and the pin of each. */
struct chain {
    uint8_t seed[TLS_STATEMENTS_MAX + 3][TLS_SEED_SIZE];
    uint8_t pin[TLS_STATEMENTS_MAX + 3][TLS_PIN_SIZE];
    struct buf cert[TLS_STATEMENTS_MAX + 3];
};

static void chain_init(struct chain *c, struct tls_validity validity)
{
    for (size_t i = 0; i < ARRAY_LEN(c->seed); i++) {
        struct tls_cert cert;
        memset(c->seed[i], (int)(100 + i), TLS_SEED_SIZE);
        c->cert[i] = (struct buf){0};
        if (i == 0)
            CHECK_EQ(tls_identity_server(c->seed[i], "tls", validity, &c->cert[i]), ERR_OK);
        else
            CHECK_EQ(tls_identity_successor(c->seed[i], "tls", validity, c->seed[i - 1], buf_bytes(&c->cert[i - 1]),
                                            &c->cert[i]), ERR_OK);
        REQUIRE(tls_identity_read(buf_bytes(&c->cert[i]), &cert) == ERR_OK);
        memcpy(c->pin[i], cert.pin, TLS_PIN_SIZE);
    }
}

static void chain_deinit(struct chain *c)
{
    for (size_t i = 0; i < ARRAY_LEN(c->seed); i++)
        buf_deinit(&c->cert[i]);
}

/* What a client that knows this pin says of the server with this key and certificate. */
static enum err knock(const struct tls_world *w, const uint8_t *seed, struct bytes cert, const uint8_t *pin,
                      uint8_t newest[TLS_PIN_SIZE])
{
    struct tls_pair p;
    struct tls_context *server;
    struct buf own = {0};
    const struct tls_settings settings = {.role = TLS_SERVER, .seed = seed, .cert = cert, .ca = buf_bytes(&w->ca)};
    CHECK_EQ(tls_context_new(&settings, &server), ERR_OK);
    tls_world_issue(w, false, w->now, &own);
    tls_pair_init(&p, tls_world_client(w, buf_bytes(&own), pin), server, bytes_of(NULL, 0));
    tls_pair_run(&p);
    const enum err e = p.client_err;
    if (e == ERR_OK)
        memcpy(newest, tls_peer(p.client)->pin, TLS_PIN_SIZE);
    tls_pair_deinit(&p);
    tls_context_free(server);
    buf_deinit(&own);
    return e;
}

TEST(whoever_knows_an_older_key_is_led_to_the_newest)
{
    struct tls_world w;
    struct chain c;
    uint8_t newest[TLS_PIN_SIZE];
    const size_t last = ARRAY_LEN(c.seed) - 1;
    tls_world_init(&w);
    chain_init(&c, w.now);
    for (size_t i = 0; i <= last; i++) {
        memset(newest, 0, sizeof(newest));
        const bool known = i + TLS_STATEMENTS_MAX >= last; /* the oldest statements are gone */
        CHECK_EQ(knock(&w, c.seed[last], buf_bytes(&c.cert[last]), c.pin[i], newest), known ? ERR_OK : ERR_BAD_PIN);
        CHECK(!known || memcmp(newest, c.pin[last], TLS_PIN_SIZE) == 0);
    }
    CHECK(c.cert[last].n <= TLS_CERT_MAX);
    CHECK_EQ(knock(&w, c.seed[2], buf_bytes(&c.cert[2]), c.pin[3], newest), ERR_BAD_PIN); /* never backwards */
    chain_deinit(&c);
    tls_world_deinit(&w);
}

/* A thief who makes a certificate of his own copies the statements, but none says his key; and a bit that changes in
 * any of them breaks the way from there. */
TEST(a_statement_is_for_one_key_and_whole)
{
    struct tls_world w;
    struct chain c;
    struct buf forged = {0};
    uint8_t thief[TLS_SEED_SIZE] = {66}, newest[TLS_PIN_SIZE];
    tls_world_init(&w);
    chain_init(&c, w.now);
    CHECK_EQ(tls_identity_successor(thief, "tls", w.now, thief, buf_bytes(&c.cert[3]), &forged), ERR_BAD_VALUE);
    CHECK_EQ(tls_identity_server(thief, "tls", w.now, &forged), ERR_OK);
    CHECK_EQ(knock(&w, thief, buf_bytes(&forged), c.pin[3], newest), ERR_BAD_PIN);
    struct bytes all = buf_bytes(&c.cert[2]);
    uint8_t public_key[SIGN_PUBLIC_SIZE], secret[SIGN_SECRET_SIZE];
    crypto_sign_from_seed(c.seed[1], public_key, secret);
    uint8_t *at = memmem(c.cert[2].p, c.cert[2].n, public_key, sizeof(public_key));
    REQUIRE(at != NULL);
    for (size_t i = 0; i < TLS_STATEMENT_SIZE; i += 5) {
        at[i] ^= 1; /* the certificate's own signature is nobody's proof */
        CHECK_EQ(knock(&w, c.seed[2], all, c.pin[0], newest), ERR_BAD_PIN);
        CHECK_EQ(knock(&w, c.seed[2], all, c.pin[2], newest), ERR_OK);
        at[i] ^= 1;
    }
    CHECK_EQ(knock(&w, c.seed[2], all, c.pin[0], newest), ERR_OK);
    buf_deinit(&forged);
    chain_deinit(&c);
    tls_world_deinit(&w);
}
