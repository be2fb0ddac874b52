/* t_vectors.c - what is hashed, signed or derived, against tests/vectors: the changeset, the log and what hangs on it. */
#include "../proto/change.h"
#include "../proto/checkpoint.h"
#include "../proto/control.h"
#include "../proto/enrol.h"
#include "../proto/header.h"
#include "../proto/leaf.h"
#include "../proto/mp.h"
#include "../proto/schema.h"
#include "../proto/snapshot.h"
#include "test.h"
#include "vector.h"

static struct id named(const char *name)
{
    return id_from(vector_sized("names", name, ID_SIZE).p);
}

static struct hash hash_of(const char *file, const char *name)
{
    struct hash h;
    memcpy(h.b, vector_sized(file, name, HASH_SIZE).p, HASH_SIZE);
    return h;
}

static void check_hash(struct hash got, const char *file, const char *name)
{
    CHECK_BYTES(bytes_of(got.b, HASH_SIZE), vector(file, name));
}

/* "leaf", 4: "leaf4"; one expression may hold two. */
static const char *numbered(const char *name, unsigned i)
{
    static char rooms[2][32];
    static unsigned next;
    char *room = rooms[next++ % 2];
    size_t n = strlen(name);
    memcpy(room, name, n);
    room[n] = (char)('0' + i);
    room[n + 1] = '\0';
    return room;
}

/* A signer's key pair, and that the seed gives the public key written down. */
static const uint8_t *secret_of(const char *seed, const char *key)
{
    static uint8_t secret_key[SIGN_SECRET_SIZE];
    uint8_t public_key[SIGN_PUBLIC_SIZE];
    crypto_sign_from_seed(vector_sized("names", seed, 32).p, public_key, secret_key);
    CHECK_BYTES(bytes_of(public_key, sizeof(public_key)), vector("names", key));
    return secret_key;
}

static void check_signature(const uint8_t got[SIGNATURE_SIZE], const char *file, const char *name)
{
    CHECK_BYTES(bytes_of(got, SIGNATURE_SIZE), vector(file, name));
}

TEST(a_device_id_follows_from_its_key)
{
    struct id device = enrol_device_id(vector_sized("names", "device_key", SIGN_PUBLIC_SIZE).p);
    CHECK_BYTES(bytes_of(device.b, ID_SIZE), vector("names", "device"));
}

TEST(bodies_salts_commitments_versions)
{
    struct id scope = named("scope"), device = named("device"), person = named("person"), record = named("record");
    uint8_t salt[SALT_SIZE];
    struct buf again = {0};
    struct change c;

    for (unsigned i = 0; i < 3; i++) {
        struct bytes body = vector("change", numbered("body", i));
        REQUIRE(change_decode(&c, body) == ERR_OK);
        CHECK(id_equal(&c.record, &record));
        buf_clear(&again);
        change_encode(&c, &again);
        CHECK_BYTES(buf_bytes(&again), body);
        change_salt(salt, vector_sized("change", "seed", SALT_SIZE).p, i);
        CHECK_BYTES(bytes_of(salt, SALT_SIZE), vector("change", numbered("salt", i)));
        struct hash commitment = change_commit(salt, &scope, &device, &person, body);
        check_hash(commitment, "change", numbered("commitment", i));
        struct version v = change_version(&commitment);
        CHECK_BYTES(bytes_of(v.b, VERSION_SIZE), vector("change", numbered("version", i)));
    }
    CHECK_EQ(c.op, OP_STATE);
    CHECK_EQ(c.count, 3);
    CHECK_EQ(c.triple[0].tag, TAG_STATE);
    buf_deinit(&again);
    CHECK(vector_all_read("change"));
}

static struct hash commitments_of(size_t count)
{
    struct hash h[3];
    for (unsigned i = 0; i < count; i++)
        h[i] = hash_of("change", numbered("commitment", i));
    return header_commitments(h, count);
}

static void check_header(const struct header *h, const char *encoded, const char *signature, const char *head)
{
    struct buf b = {0};
    uint8_t signed_by[SIGNATURE_SIZE];
    struct header back;

    header_encode(h, &b);
    CHECK_BYTES(buf_bytes(&b), vector("header", encoded));
    CHECK_EQ(header_decode(&back, buf_bytes(&b)), ERR_OK);
    CHECK(id_equal(&back.person, &h->person) && back.count == h->count && back.quality == h->quality);
    header_sign(signed_by, buf_bytes(&b), secret_of("device_seed", "device_key"));
    check_signature(signed_by, "header", signature);
    CHECK_EQ(header_verify(signed_by, buf_bytes(&b), vector("names", "device_key").p), ERR_OK);
    check_hash(header_head(buf_bytes(&b), signed_by), "header", head);
    b.p[b.n - 1] ^= 1;
    CHECK_EQ(header_verify(signed_by, buf_bytes(&b), vector("names", "device_key").p), ERR_BAD_SIGNATURE);
    buf_deinit(&b);
}

TEST(a_header_and_the_next_of_its_stream)
{
    struct header h = {
        .scope = named("scope"), .device = named("device"), .incarnation = 0xcafe0001, .person = named("person"),
        .count = 3, .epoch = 1, .size = 5, .root = hash_of("header", "seen_root"), .commitments = commitments_of(3),
        .time = 1794300000, .quality = QUALITY_CHECKED,
    };

    check_hash(h.commitments, "header", "commitments");
    check_header(&h, "header", "signature", "head");
    h.first = 3;
    h.count = 1;
    h.previous = hash_of("header", "head");
    h.size = 6;
    h.commitments = commitments_of(1);
    h.time += 60;
    h.quality = QUALITY_WRONG;
    check_header(&h, "header_next", "signature_next", "head_next");
    CHECK(vector_all_read("header"));
}

TEST(natural_ids)
{
    struct id org = named("org");
    struct bytes values[] = {vector("natural", "key0"), vector("natural", "key1")};

    for (uint32_t ordinal = 0; ordinal < 2; ordinal++) {
        struct id got = schema_natural_id(schema_kind(5), &org, ordinal, values, 2);
        CHECK_BYTES(bytes_of(got.b, ID_SIZE), vector("natural", ordinal == 0 ? "first" : "second"));
    }
    CHECK(vector_all_read("natural"));
}

static struct control control_of(const char *name)
{
    struct control c;
    CHECK_EQ(control_decode(&c, vector("control", name)), ERR_OK);
    struct id ward = named("ward"), scope = named("scope");
    CHECK(id_equal(&c.ward, &ward) && id_equal(&c.scope, &scope));
    CHECK(c.policy == 4 && c.time == 1794300000);
    return c;
}

TEST(control_leaves_of_every_kind)
{
    static const struct {
        const char *name, *signature;
        uint32_t kind;
    } row[] = {
        {"scope", "scope_signature", 1}, {"scope_root", "scope_root_signature", 1}, {"person", "person_signature", 2},
        {"device", "device_signature", 3}, {"grant", "grant_signature", 4}, {"end", "end_signature", 5},
        {"revoke", "revoke_signature", 6}, {"verdict", "verdict_signature", 7}, {"epoch", "epoch_signature", 8},
        {"redaction", "redaction_signature", 9}, {"home", "home_signature", 10}, {"home_all", "home_all_signature", 10},
        {"home_away", "home_away_signature", 10},
        {"mirror", "mirror_signature", 11}, {"fold", "fold_signature", 12}, {"key", "key_signature", 13},
        {"raised", "raised_signature", 14}, {"unknown", "unknown_signature", 15},
    };
    uint8_t signature[SIGNATURE_SIZE];
    struct buf again = {0};

    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        struct bytes encoded = vector("control", row[i].name);
        struct control c = control_of(row[i].name);
        CHECK_EQ(c.kind, row[i].kind);
        buf_clear(&again);
        control_encode(&c, &again);
        CHECK_BYTES(buf_bytes(&again), encoded);
        control_sign(signature, encoded, secret_of("ward_seed", "ward_key"));
        check_signature(signature, "control", row[i].signature);
        CHECK_EQ(control_verify(signature, encoded, vector("names", "ward_key").p), ERR_OK);
        CHECK_EQ(control_verify(signature, encoded, vector("names", "device_key").p), ERR_BAD_PROOF);
        for (size_t n = 0; n < encoded.n; n++)
            CHECK_EQ(control_decode(&c, bytes_of(encoded.p, n)), n == HASH_SIZE ? ERR_OK : ERR_BAD_FRAME); /* erased */
    }
    buf_deinit(&again);
    CHECK(vector_all_read("control"));
}

TEST(what_control_leaves_say)
{
    struct id person = named("person"), org = named("org"), home = named("home"), record = named("record");
    struct control c = control_of("scope");

    CHECK(id_equal(&c.is.is_scope.org, &org) && c.is.is_scope.access == 2 && c.is.is_scope.type == 1);
    CHECK_BYTES(c.is.is_scope.code, bytes_of_str("CB-05"));
    CHECK_BYTES(c.is.is_scope.name, bytes_of_str("Chi bộ 5"));
    CHECK_EQ(c.is.is_scope.parent.b[0], 0x58);
    c = control_of("scope_root");
    CHECK(id_is_zero(&c.is.is_scope.parent));
    c = control_of("grant");
    CHECK(id_equal(&c.is.grant.person, &person) && c.is.grant.role == 4 && c.is.grant.date == 20260101);
    c = control_of("verdict");
    CHECK(c.is.verdict.incarnation == 0xcafe0001 && c.is.verdict.position == 2);
    CHECK(verdict_kind(c.is.verdict.verdict) == VERDICT_ACCEPTED && verdict_owns(c.is.verdict.verdict));
    CHECK(bytes_equal(c.is.verdict.text, bytes_of_str("Đúng người, đúng ngày.")));
    CHECK(bytes_equal(c.is.verdict.by, bytes_of_str("Trần Văn Bình")));
    c = control_of("home");
    CHECK(id_equal(&c.is.home.record, &record) && id_equal(&c.is.home.home, &home) && c.is.home.size == 77);
    c = control_of("home_all");
    CHECK(id_is_zero(&c.is.home.record));
    CHECK_EQ(c.is.home.date, 20261123);
    c = control_of("home_away");
    CHECK(id_is_zero(&c.is.home.target) && id_is_zero(&c.is.home.org));
    c = control_of("revoke");
    CHECK_EQ(err_from_wire(c.is.revoke.reason), ERR_REVOKED);
    c = control_of("raised");
    CHECK(id_equal(&c.is.raised.record, &record) && c.is.raised.kind == 5 && c.is.raised.access == 3);
    c = control_of("unknown");
    CHECK_EQ(c.is.unknown.count, 3);
    CHECK(control_kind_name(c.kind) == NULL);
    CHECK_STR(control_kind_name(CONTROL_RAISED), "raised");
}

TEST(a_mirror_proves_its_change)
{
    struct control c = control_of("mirror");

    CHECK_EQ(control_mirror_verify(&c), ERR_OK);
    c.is.mirror.position = 0;
    CHECK_EQ(control_mirror_verify(&c), ERR_BAD_PROOF);
    c.is.mirror.position = 1;
    c.is.mirror.salt[0] ^= 1;
    CHECK_EQ(control_mirror_verify(&c), ERR_BAD_PROOF);
    c.is.mirror.salt[0] ^= 1;
    c.is.mirror.home = named("scope");
    CHECK_EQ(control_mirror_verify(&c), ERR_BAD_PROOF);
}

TEST(the_next_ward_key_answers_for_itself)
{
    struct control c = control_of("key");
    struct id ward = named("ward");
    const uint8_t *old_key = vector("names", "ward_key").p, *new_key = vector("names", "new_ward_key").p;
    uint8_t signature[SIGNATURE_SIZE];

    CHECK_EQ(control_key_verify(&c, old_key), ERR_OK);
    CHECK_EQ(control_key_verify(&c, new_key), ERR_BAD_PROOF);
    control_key_sign(signature, &ward, old_key, new_key, secret_of("new_ward_seed", "new_ward_key"));
    CHECK_MEM(signature, c.is.key.signature, SIGNATURE_SIZE);
}

/* The log of leaf.hex; the frontier, and its nodes if asked for. */
static struct hash nodes[3][6];

static enum err keep(void *arg, unsigned level, uint64_t index, const struct hash *node)
{
    (void)arg;
    nodes[level][index] = *node;
    return ERR_OK;
}

static enum err fetch(void *arg, unsigned level, uint64_t index, struct hash *node)
{
    (void)arg;
    *node = nodes[level][index];
    return ERR_OK;
}

static struct tree_frontier log_of(unsigned size)
{
    struct tree_frontier f = {0};
    for (unsigned i = 0; i < size; i++) {
        struct hash h = leaf_hash(vector("leaf", numbered("leaf", i)));
        CHECK_EQ(tree_append(&f, &h, keep, NULL), ERR_OK);
    }
    return f;
}

TEST(leaves_and_their_hashes)
{
    static const char *const control[] = {"scope", "scope_root", "person", "device"};
    static const char *const signature[] = {"scope_signature", "scope_root_signature", "person_signature",
                                            "device_signature"};
    uint32_t same[3], mixed[3];
    struct buf b = {0};

    for (unsigned i = 0; i < 6; i++)
        check_hash(leaf_hash(vector("leaf", numbered("leaf", i))), "leaf", numbered("hash", i));
    for (unsigned i = 0; i < 4; i++) {
        struct hash h = leaf_hash_control(vector("control", control[i]), vector("control", signature[i]).p);
        check_hash(h, "leaf", numbered("hash", i));
    }
    for (unsigned i = 0; i < 3; i++)
        same[i] = verdict_make(VERDICT_ACCEPTED, true, ERR_OK);
    mixed[0] = verdict_make(VERDICT_ACCEPTED, false, ERR_OK);
    mixed[1] = verdict_make(VERDICT_HELD, false, ERR_HELD_FOR_PERSON);
    mixed[2] = verdict_make(VERDICT_REFUSED, false, ERR_NOT_ALLOWED);
    for (unsigned i = 0; i < 2; i++) {
        buf_clear(&b);
        verdict_list_encode(i == 0 ? same : mixed, 3, &b);
        CHECK_BYTES(buf_bytes(&b), vector("leaf", i == 0 ? "verdicts_same" : "verdicts_mixed"));
        struct hash h = leaf_hash_changeset(vector("header", "header"), vector("header", "signature").p, 1794300005, 4,
                                            buf_bytes(&b));
        check_hash(h, "leaf", numbered("hash", 4 + i));
    }
    buf_deinit(&b);
    CHECK(vector_all_read("leaf"));
}

static void proof_read(struct tree_proof *p, const char *name)
{
    struct mp r;
    mp_open(&r, vector("checkpoint", name));
    p->count = (unsigned)mp_array(&r, ARRAY_LEN(p->node));
    for (unsigned i = 0; i < p->count; i++)
        memcpy(p->node[i].b, mp_bin_exact(&r, HASH_SIZE), HASH_SIZE);
    CHECK_EQ(mp_close(&r), ERR_OK);
}

TEST(a_checkpoint_and_proofs_against_it)
{
    struct tree_frontier f = log_of(6), old = log_of(3);
    struct checkpoint c = {.ward = named("ward"), .scope = named("scope"), .epoch = 1, .size = 6, .root = tree_root(&f),
                           .time = 1794300009}, back;
    uint8_t signature[SIGNATURE_SIZE];
    struct buf b = {0};
    struct hash old_root = tree_root(&old), leaf = hash_of("leaf", "hash4");

    check_hash(c.root, "checkpoint", "root");
    check_hash(old_root, "checkpoint", "old_root");
    checkpoint_encode(&c, &b);
    CHECK_BYTES(buf_bytes(&b), vector("checkpoint", "checkpoint"));
    CHECK_EQ(checkpoint_decode(&back, buf_bytes(&b)), ERR_OK);
    CHECK(back.size == 6 && back.time == c.time);
    checkpoint_sign(signature, &c, secret_of("ward_seed", "ward_key"));
    check_signature(signature, "checkpoint", "signature");
    CHECK_EQ(checkpoint_verify(signature, &c, vector("names", "ward_key").p), ERR_OK);
    back.epoch++;
    CHECK_EQ(checkpoint_verify(signature, &back, vector("names", "ward_key").p), ERR_BAD_PROOF);
    struct tree_proof got, want;
    log_of(6);
    proof_read(&want, "inclusion");
    CHECK_EQ(tree_inclusion(&got, 4, 6, fetch, NULL), ERR_OK);
    CHECK(got.count == want.count && memcmp(got.node, want.node, got.count * HASH_SIZE) == 0);
    CHECK_EQ(tree_verify_inclusion(&want, &leaf, 4, 6, &c.root), ERR_OK);
    proof_read(&want, "consistency");
    CHECK_EQ(tree_consistency(&got, 3, 6, fetch, NULL), ERR_OK);
    CHECK(got.count == want.count && memcmp(got.node, want.node, got.count * HASH_SIZE) == 0);
    CHECK_EQ(tree_verify_consistency(&want, 3, &old_root, 6, &c.root), ERR_OK);
    buf_deinit(&b);
    CHECK(vector_all_read("checkpoint"));
}

TEST(a_snapshot_stands_for_its_log)
{
    struct snapshot s = {.ward = named("ward"), .scope = named("scope"), .epoch = 1, .frontier = log_of(6),
                         .fold_version = 1, .state = hash_of("snapshot", "state"),
                         .parts = 2}, back;
    uint8_t signature[SIGNATURE_SIZE];
    struct buf b = {0};

    s.content = snapshot_chain(&s.content, vector("snapshot", "part0"));
    s.content = snapshot_chain(&s.content, vector("snapshot", "part1"));
    CHECK_BYTES(bytes_of(s.content.b, HASH_SIZE), vector("snapshot", "content"));
    snapshot_encode(&s, &b);
    CHECK_BYTES(buf_bytes(&b), vector("snapshot", "snapshot"));
    REQUIRE(snapshot_decode(&back, buf_bytes(&b)) == ERR_OK);
    CHECK(back.frontier.size == 6 && memcmp(back.frontier.node, s.frontier.node, 2 * HASH_SIZE) == 0);
    snapshot_sign(signature, buf_bytes(&b), secret_of("ward_seed", "ward_key"));
    check_signature(signature, "snapshot", "signature");
    CHECK_EQ(snapshot_verify(signature, buf_bytes(&b), vector("names", "ward_key").p), ERR_OK);
    b.p[b.n - 75] ^= 1; /* in the frontier, before fold version, state, parts and content */
    CHECK_EQ(snapshot_verify(signature, buf_bytes(&b), vector("names", "ward_key").p), ERR_BAD_PROOF);
    CHECK_EQ(snapshot_decode(&back, buf_bytes(&b)), ERR_BAD_PROOF);
    buf_deinit(&b);
    CHECK(vector_all_read("snapshot"));
}
