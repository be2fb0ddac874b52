/* t_vectors_device.c - what is hashed, signed or derived, against tests/vectors: enrolment, a session's proofs, values. */
#include "../proto/blob.h"
#include "../proto/change.h"
#include "../proto/digest.h"
#include "../proto/enrol.h"
#include "../proto/header.h"
#include "../proto/invite.h"
#include "../proto/mp.h"
#include "../proto/ratchet.h"
#include "../proto/sealed.h"
#include "test.h"
#include "vector.h"

static struct id named(const char *name)
{
    return id_from(vector_sized("names", name, ID_SIZE).p);
}

TEST(ratchets)
{
    static const uint64_t n[] = {0, 7, 0x100000000};
    static const char *const name[] = {"ratchet0", "ratchet1", "ratchet2"};
    struct id device = named("device");
    const uint8_t *key = vector_sized("names", "ratchet_key", KEY_SIZE).p;
    uint8_t got[RATCHET_SIZE];

    for (size_t i = 0; i < ARRAY_LEN(n); i++) {
        ratchet_make(got, key, &device, 0xcafe0001, n[i]);
        CHECK_BYTES(bytes_of(got, RATCHET_SIZE), vector("ratchet", name[i]));
        CHECK(ratchet_is_genuine(got, key, &device, 0xcafe0001, n[i]));
        CHECK(!ratchet_is_genuine(got, key, &device, 0xcafe0001, n[i] + 1));
        CHECK(!ratchet_is_genuine(got, key, &device, 0xcafe0002, n[i]));
        got[15] ^= 1;
        CHECK(!ratchet_is_genuine(got, key, &device, 0xcafe0001, n[i]));
    }
    CHECK(vector_all_read("ratchet"));
}

static struct digest_scope scope_of(const char *id, uint32_t epoch, uint64_t size, const char *root, const char *state)
{
    struct digest_scope s = {.scope = named(id), .epoch = epoch, .size = size, .fold_version = 1};
    memcpy(s.root.b, vector_sized("hello", root, HASH_SIZE).p, HASH_SIZE);
    memcpy(s.state.b, vector_sized("hello", state, HASH_SIZE).p, HASH_SIZE);
    return s;
}

TEST(a_hello_and_its_digests)
{
    struct digest_scope scope[] = {
        scope_of("scope", 1, 6, "root0", "state0"), scope_of("home", 0, 4294967295, "root1", "state1"),
    };
    const uint8_t *binding = vector_sized("names", "binding", BINDING_SIZE).p;
    uint8_t logs[DIGEST_LOGS_SIZE], states[STATE_DIGEST_SIZE];
    struct buf b = {0}, frame = {0};

    digest_logs(logs, binding, NULL, 0);
    CHECK_BYTES(bytes_of(logs, sizeof(logs)), vector("hello", "none_logs"));
    digest_logs(logs, binding, scope, ARRAY_LEN(scope));
    CHECK_BYTES(bytes_of(logs, sizeof(logs)), vector("hello", "logs"));
    digest_states(states, binding, scope, ARRAY_LEN(scope));
    CHECK_BYTES(bytes_of(states, sizeof(states)), vector("hello", "states"));
    mp_put_array(&b, 8);
    mp_put_uint(&b, PROTOCOL_VERSION);
    mp_put_uint(&b, 0);
    mp_put_uint(&b, 0xcafe0001);
    mp_put_uint(&b, 7);
    mp_put_bin(&b, vector("ratchet", "ratchet1").p, RATCHET_SIZE);
    mp_put_bin(&b, logs, sizeof(logs));
    mp_put_bin(&b, states, sizeof(states));
    mp_put_array(&b, 1);
    mp_put_array(&b, 3);
    mp_put_bin(&b, scope[0].scope.b, ID_SIZE);
    mp_put_uint(&b, 1);
    mp_put_uint(&b, 6);
    CHECK_BYTES(buf_bytes(&b), vector("hello", "message"));
    buf_put_u16(&frame, (uint16_t)b.n);
    buf_put_u8(&frame, 1);
    buf_put_u8(&frame, 0x40);
    buf_put_bytes(&frame, buf_bytes(&b));
    CHECK_BYTES(buf_bytes(&frame), vector("hello", "frame"));
    buf_deinit(&b);
    buf_deinit(&frame);
    CHECK(vector_all_read("hello"));
}

TEST(an_invite)
{
    struct invite in = {.address = ""}, back;
    struct bytes address = vector("invite", "address"), text = vector("invite", "text");
    uint8_t id[INVITE_ID_SIZE];
    struct buf b = {0};

    memcpy(in.pin, vector_sized("invite", "pin", INVITE_PIN_SIZE).p, INVITE_PIN_SIZE);
    memcpy(in.secret, vector_sized("invite", "secret", INVITE_SECRET_SIZE).p, INVITE_SECRET_SIZE);
    memcpy(in.address, address.p, address.n);
    invite_print(&in, &b);
    CHECK_BYTES(buf_bytes(&b), text);
    CHECK_EQ(invite_parse(buf_cstr(&b), &back), ERR_OK);
    CHECK_MEM(&back, &in, sizeof(in));
    invite_id(id, in.secret);
    CHECK_BYTES(bytes_of(id, sizeof(id)), vector("invite", "id"));
    buf_deinit(&b);
    CHECK(vector_all_read("invite"));
}

TEST(an_enrolment)
{
    struct enrol e = {.incarnation = 0xcafe0001}, back;
    uint8_t tls_secret[SIGN_SECRET_SIZE], secret[SIGN_SECRET_SIZE];
    const uint8_t *binding = vector("names", "binding").p, *invite = vector("invite", "secret").p;
    struct buf b = {0};

    crypto_sign_from_seed(vector("names", "tls_seed").p, e.tls_key, tls_secret);
    crypto_sign_from_seed(vector("names", "device_seed").p, e.signing_key, secret);
    enrol_prove(&e, binding, invite, tls_secret, secret);
    enrol_encode(&e, &b);
    CHECK_BYTES(buf_bytes(&b), vector("enrol", "enrol"));
    REQUIRE(enrol_decode(&back, buf_bytes(&b)) == ERR_OK);
    CHECK_MEM(&back, &e, sizeof(e));
    CHECK_EQ(enrol_check(&back, binding, invite), ERR_OK);
    uint8_t other[BINDING_SIZE] = {0};
    CHECK_EQ(enrol_check(&back, other, invite), ERR_INVITE_BAD);
    CHECK_EQ(enrol_check(&back, binding, other), ERR_INVITE_BAD);
    back.signature[0] ^= 1;
    CHECK_EQ(enrol_check(&back, binding, invite), ERR_BAD_SIGNATURE);
    back = e;
    back.tls_signature[0] ^= 1;
    CHECK_EQ(enrol_check(&back, binding, invite), ERR_BAD_SIGNATURE);
    CHECK_BYTES(bytes_of(e.tls_key, SIGN_PUBLIC_SIZE), vector("names", "tls_key"));
    /* What is proved, laid out by hand. */
    buf_clear(&b);
    buf_put(&b, binding, BINDING_SIZE);
    buf_put(&b, e.invite_id, INVITE_ID_SIZE);
    buf_put(&b, e.tls_key, SIGN_PUBLIC_SIZE);
    buf_put(&b, e.signing_key, SIGN_PUBLIC_SIZE);
    buf_put_u32(&b, e.incarnation);
    CHECK_BYTES(buf_bytes(&b), vector("enrol", "proved"));
    buf_deinit(&b);
}

TEST(the_answer_to_an_enrolment)
{
    struct enrolled a = {.certificate = vector("enrol", "certificate"), .device = named("device"),
                         .person = named("person"), .org = named("org"), .ward = named("ward"), .time = 1794300000};
    struct enrolled back;
    struct buf b = {0};

    memcpy(a.ward_key, vector("names", "ward_key").p, SIGN_PUBLIC_SIZE);
    memcpy(a.ratchet, vector("ratchet", "ratchet0").p, RATCHET_SIZE);
    enrol_answer_encode(&a, &b);
    CHECK_BYTES(buf_bytes(&b), vector("enrol", "enrolled"));
    CHECK_EQ(enrol_answer_decode(&back, buf_bytes(&b)), ERR_OK);
    CHECK_BYTES(back.certificate, a.certificate);
    CHECK(id_equal(&back.person, &a.person) && back.time == a.time);
    buf_deinit(&b);
    CHECK(vector_all_read("enrol"));
}

/* The salts stand in for the seed, a commitment for the body: what was signed does not notice. */
TEST(a_redaction_keeps_the_commitments_root)
{
    struct id scope = named("scope"), device = named("device"), person = named("person");
    struct hash before[3], after[3];
    struct mp salts, bodies;
    uint8_t salt[SALT_SIZE];

    mp_open(&salts, vector("redaction", "salts"));
    mp_open(&bodies, vector("redaction", "bodies"));
    mp_expect_array(&salts, 3);
    mp_expect_array(&bodies, 3);
    static const char *const body[] = {"body0", "body1", "body2"};
    for (uint32_t i = 0; i < 3; i++) {
        change_salt(salt, vector("redaction", "seed").p, i);
        before[i] = change_commit(salt, &scope, &device, &person, vector("change", body[i]));
        if (mp_nil(&salts)) {
            CHECK_EQ(i, 1);
            memcpy(after[i].b, mp_bin_exact(&bodies, HASH_SIZE), HASH_SIZE);
        } else {
            after[i] = change_commit(mp_bin_exact(&salts, SALT_SIZE), &scope, &device, &person, mp_raw(&bodies));
        }
    }
    CHECK_EQ(mp_close(&salts), ERR_OK);
    CHECK_EQ(mp_close(&bodies), ERR_OK);
    struct hash was = header_commitments(before, 3), is = header_commitments(after, 3);
    CHECK_BYTES(bytes_of(was.b, HASH_SIZE), vector("redaction", "commitments"));
    CHECK_BYTES(bytes_of(is.b, HASH_SIZE), vector("redaction", "commitments"));
    CHECK(vector_all_read("redaction"));
}

TEST(a_blob_and_the_field_that_names_it)
{
    struct bytes stored = vector("blob", "stored"), content = bytes_cut(stored, SALT_SIZE);
    struct blob blob = {.size = content.n, .media = bytes_of_str("text/plain"), .hash = blob_hash(stored.p, content)};
    struct blob back;
    struct buf b = {0};

    CHECK_BYTES(content, vector("blob", "content"));
    CHECK_MEM(stored.p, vector("blob", "salt").p, SALT_SIZE);
    CHECK_BYTES(bytes_of(blob.hash.b, HASH_SIZE), vector("blob", "hash"));
    blob_encode(&blob, &b);
    CHECK_BYTES(buf_bytes(&b), vector("blob", "value"));
    CHECK_EQ(blob_decode(&back, buf_bytes(&b)), ERR_OK);
    CHECK_EQ(back.size, content.n);
    CHECK_BYTES(back.media, blob.media);
    buf_deinit(&b);
    CHECK(vector_all_read("blob"));
}

TEST(a_sealed_value_opens_in_its_own_field_only)
{
    struct id record = named("record"), other = named("org");
    const uint8_t *key = vector_sized("sealed", "key", KEY_SIZE).p;
    uint8_t key_id[SEALED_KEY_ID_SIZE], wrong[KEY_SIZE] = {0};
    struct buf sealed = {0}, plain = {0}, associated = {0};

    sealed_encode(vector("sealed", "key_id").p, key, vector_sized("sealed", "nonce", AEAD_NONCE_SIZE).p, &record, 10,
                  vector("sealed", "plain"), &sealed);
    CHECK_BYTES(buf_bytes(&sealed), vector("sealed", "value"));
    CHECK_EQ(sealed_key_id(buf_bytes(&sealed), key_id), ERR_OK);
    CHECK_BYTES(bytes_of(key_id, sizeof(key_id)), vector("sealed", "key_id"));
    CHECK_EQ(sealed_open(buf_bytes(&sealed), wrong, &record, 10, &plain), ERR_DAMAGED);
    CHECK_EQ(sealed_open(buf_bytes(&sealed), key, &other, 10, &plain), ERR_DAMAGED);
    CHECK_EQ(sealed_open(buf_bytes(&sealed), key, &record, 11, &plain), ERR_DAMAGED);
    CHECK_EQ(sealed_open(bytes_of("\xc0", 1), key, &record, 10, &plain), ERR_BAD_FRAME);
    CHECK_EQ(plain.n, 0);
    CHECK_EQ(sealed_open(buf_bytes(&sealed), key, &record, 10, &plain), ERR_OK);
    CHECK_BYTES(buf_bytes(&plain), vector("sealed", "plain"));
    buf_put(&associated, "chibo1/seal", 12);
    buf_put(&associated, record.b, ID_SIZE);
    buf_put_u32(&associated, 10);
    CHECK_BYTES(buf_bytes(&associated), vector("sealed", "associated"));
    buf_deinit(&sealed);
    buf_deinit(&plain);
    buf_deinit(&associated);
    CHECK(vector_all_read("sealed"));
}
