/* t_vectors_session.c - messages that t_message.c has not, against tests/vectors/session.hex; and that the vectors have every
 * message of the table. */
#include <stdio.h>

#include "../proto/changeset.h"
#include "../proto/enrol.h"
#include "../proto/keys.h"
#include "../proto/leaf.h"
#include "../proto/manifest.h"
#include "../proto/message.h"
#include "../proto/recall.h"
#include "../proto/renew.h"
#include "../proto/renewal.h"
#include "../proto/repair.h"
#include "../proto/snapshot.h"
#include "../proto/snapshot_part.h"
#include "test.h"
#include "vector.h"

#define FILE_NAME "session"

/* --- each message is decoded, and encoded again from what was understood --- */

typedef enum err again(struct bytes body, struct buf *out);

static enum err changeset_again(struct bytes body, struct buf *out)
{
    struct changeset cs;
    struct mp r;
    changeset_init(&cs);
    mp_open(&r, body);
    mp_expect_array(&r, 8);
    changeset_read(&cs, &r);
    enum err e = mp_close(&r);
    if (e == ERR_OK) {
        mp_put_array(out, 8);
        changeset_write(&cs, out);
    }
    changeset_deinit(&cs);
    return e;
}

static enum err leaf_again(struct bytes body, struct buf *out)
{
    uint32_t verdict[CHANGESET_CHANGES_MAX];
    struct changeset cs;
    struct mp r;
    changeset_init(&cs);
    mp_open(&r, body);
    mp_expect_array(&r, 12);
    struct bytes origin = mp_raw(&r);
    changeset_read(&cs, &r);
    uint64_t accepted = mp_uint(&r, TIME_MAX), policy = mp_uint(&r, UINT64_MAX);
    struct bytes verdicts = mp_raw(&r);
    enum err e = mp_close(&r);
    if (e == ERR_OK)
        e = verdict_list_decode(verdict, cs.count, verdicts);
    if (e == ERR_OK) {
        mp_put_array(out, 12);
        mp_put_raw(out, origin);
        changeset_write(&cs, out);
        mp_put_uint(out, accepted);
        mp_put_uint(out, policy);
        verdict_list_encode(verdict, cs.count, out);
    }
    changeset_deinit(&cs);
    return e;
}

static enum err past_again(struct bytes body, struct buf *out)
{
    struct recall_leaf l;
    struct buf list = {0};
    struct id scope = id_from(vector("names", "scope").p);
    struct message_past m;
    uint8_t type;
    enum err e = message_past_decode(&m, body);
    if (e != ERR_OK || m.is_word) {
        message_past_encode(&m, out);
        return e;
    }
    e = recall_leaf_read(&l, &scope, MESSAGE_LEAF, m.leaf);
    if (e == ERR_OK)
        e = recall_leaf_write(&l.leaf, &list);
    struct bytes written = buf_bytes(&list);
    if (e == ERR_OK && work_message_next(&written, &type, &m.leaf))
        message_past_encode(&m, out);
    recall_leaf_deinit(&l);
    buf_deinit(&list);
    return e;
}

static enum err renew_again(struct bytes body, struct buf *out)
{
    struct buf sizes = {0};
    struct renew m;
    enum err e = renew_decode(&m, body);
    if (e == ERR_OK) {
        message_list_encode(&m.sizes, &sizes);
        renew_encode(m.incarnation, buf_bytes(&sizes), out);
    }
    buf_deinit(&sizes);
    return e;
}

static enum err renewal_again(struct bytes body, struct buf *out)
{
    struct bytes certificate;
    enum err e = renewal_decode(&certificate, body);
    if (e == ERR_OK)
        renewal_encode(certificate, out);
    return e;
}

static enum err recall_again(struct bytes body, struct buf *out)
{
    struct recall_scope entry;
    struct recall_list list;
    struct buf entries = {0};
    enum err e = recall_decode(&list, body);
    size_t count = e == ERR_OK ? list.count : 0;
    while (e == ERR_OK && recall_next(&list, &entry))
        recall_add(&entries, &entry);
    if (e == ERR_OK)
        recall_encode(count, buf_bytes(&entries), out);
    buf_deinit(&entries);
    return e;
}

#define AGAIN(name, type, decode, encode)                          \
    static enum err name##_again(struct bytes body, struct buf *out) \
    {                                                              \
        struct type m;                                             \
        enum err e = decode(&m, body);                             \
        if (e == ERR_OK)                                           \
            encode(&m, out);                                       \
        return e;                                                  \
    }

AGAIN(keys, keys, keys_decode, keys_encode)
AGAIN(lost, recall_lost, recall_lost_decode, recall_lost_encode)
AGAIN(want, repair_want, repair_want_decode, repair_want_encode)
AGAIN(hashes, repair_hashes, repair_hashes_decode, repair_hashes_encode)
AGAIN(range, repair_range, repair_range_decode, repair_range_encode)
AGAIN(snapshot, message_control, message_control_decode, message_control_encode) /* the same form */
AGAIN(part, snapshot_part, snapshot_part_decode, snapshot_part_encode)
AGAIN(manifest, manifest, manifest_decode, manifest_encode)

static enum err older_again(struct bytes body, struct buf *out)
{
    struct message_scope m;
    enum err e = message_scope_decode(&m, body);
    if (e == ERR_OK && (m.from == 0 || m.part > 0)) /* as session.c reads it */
        e = ERR_BAD_FRAME;
    if (e == ERR_OK)
        message_scope_encode(&m, out);
    return e;
}

static enum err empty_again(struct bytes body, struct buf *out)
{
    if (!message_empty(body))
        return ERR_BAD_FRAME;
    message_empty_encode(out);
    return ERR_OK;
}

static const struct form {
    const char *name;
    again *again;
    const char *good[5]; /* rows besides that of its name */
    const char *bad[6];  /* bad_name and these */
} forms[] = {
    {"changeset", changeset_again, {"changeset_long"},
     {"bad_changeset_none", "bad_changeset_seed", "bad_changeset_quality"}},
    {"leaf", leaf_again, {"leaf_first", "leaf_withheld", "leaf_lost", "leaf_gone"}, {0}},
    {"past", past_again, {"past_word"}, {"bad_past", "bad_past_word"}},
    {"renew", renew_again, {"renew_empty"}, {"bad_renew", "bad_renew_size"}},
    {"renewal", renewal_again, {0}, {"bad_renewal", "bad_renewal_long"}},
    {"keys", keys_again, {0}, {"bad_keys", "bad_keys_short"}},
    {"recall", recall_again, {"recall_none"}, {"bad_recall", "bad_recall_epoch"}},
    {"lost", lost_again, {0}, {"bad_lost"}},
    {"want", want_again, {"want_hashes"},
     {"bad_want", "bad_want_order", "bad_want_beyond", "bad_want_node", "bad_want_odd"}},
    {"hashes", hashes_again, {"hashes_level2"}, {"bad_hashes"}},
    {"range", range_again, {"range_end"}, {"bad_range"}},
    {"snapshot", snapshot_again, {0}, {"bad_snapshot"}},
    {"part", part_again, {"part_empty"}, {"bad_part", "bad_part_seven"}},
    {"manifest", manifest_again, {"manifest_answer"}, {"bad_manifest", "bad_manifest_answers"}},
    {"older", older_again, {0}, {"bad_older", "bad_older_short"}},
    {"ask", empty_again, {0}, {"bad_ask"}},
    {"end", empty_again, {0}, {"bad_end"}},
};

static void check_good(const struct form *f, const char *name)
{
    struct bytes body = vector(FILE_NAME, name);
    struct buf out = {0}, longer = {0};
    if (!CHECK_EQ(f->again(body, &out), ERR_OK))
        CHECK_STR(name, "accepted");
    CHECK_BYTES(buf_bytes(&out), body);
    for (size_t n = 0; n < body.n; n++)
        CHECK(f->again(bytes_of(body.p, n), &out) != ERR_OK);
    buf_put_bytes(&longer, body);
    buf_put_u8(&longer, 0xc0);
    CHECK(f->again(buf_bytes(&longer), &out) != ERR_OK);
    buf_deinit(&longer);
    buf_deinit(&out);
}

TEST(messages_go_round_and_others_are_refused)
{
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        const struct form *f = &forms[i];
        check_good(f, f->name);
        for (size_t n = 0; n < ARRAY_LEN(f->good) && f->good[n] != NULL; n++)
            check_good(f, f->good[n]);
        for (size_t n = 0; n < ARRAY_LEN(f->bad) && f->bad[n] != NULL; n++) {
            struct buf out = {0};
            if (!CHECK_EQ(f->again(vector(FILE_NAME, f->bad[n]), &out), ERR_BAD_FRAME))
                CHECK_STR(f->bad[n], "refused");
            buf_deinit(&out);
        }
    }
}

/* A number of the table that no vector shows is what a second implementation would have to guess. */
TEST(every_message_of_the_table_has_a_vector)
{
    static const char *const files[] = {"messages", FILE_NAME, "enrol"};
    for (unsigned type = 1; type < 256; type++) {
        size_t found = 0;
        if (message_sender((uint8_t)type) == 0)
            continue;
        for (size_t i = 0; i < ARRAY_LEN(files); i++)
            found += vector_has(files[i], message_name((uint8_t)type));
        if (!CHECK(found > 0))
            CHECK_STR(message_name((uint8_t)type), "with a vector");
    }
}

/* --- what they say --- */

static struct hash hash_of(const char *file, const char *name)
{
    struct hash h;
    memcpy(h.b, vector_sized(file, name, HASH_SIZE).p, HASH_SIZE);
    return h;
}

TEST(a_changeset_and_a_lost_leaf_make_the_header_that_was_signed)
{
    struct id scope = id_from(vector("names", "scope").p), device = id_from(vector("names", "device").p);
    struct id person = id_from(vector("names", "person").p);
    struct hash none = {{0}}, seen = hash_of("header", "seen_root");
    struct changeset cs;
    struct recall_leaf l;
    struct buf encoded = {0};
    struct mp r;
    changeset_init(&cs);
    mp_open(&r, vector(FILE_NAME, "changeset"));
    mp_expect_array(&r, 8);
    changeset_read(&cs, &r);
    REQUIRE(mp_close(&r) == ERR_OK);
    changeset_commit(&cs, &scope, &device, &person);
    struct header h = changeset_header(&cs, &scope, &device, 0xcafe0001, &person, &none, 1, &seen);
    header_encode(&h, &encoded);
    CHECK_BYTES(buf_bytes(&encoded), vector("header", "header"));
    CHECK(header_verify(cs.signature, buf_bytes(&encoded), vector("names", "device_key").p) == ERR_OK);

    mp_open(&r, vector(FILE_NAME, "past"));
    mp_expect_array(&r, 2);
    CHECK_EQ(mp_uint(&r, UINT32_MAX), 5);
    REQUIRE(recall_leaf_read(&l, &scope, MESSAGE_LEAF, mp_bin(&r, MESSAGE_MAX)) == ERR_OK);
    CHECK(mp_close(&r) == ERR_OK);
    struct hash leaf = leaf_hash_changeset(l.leaf.header, l.leaf.signature, l.leaf.accepted, l.leaf.policy,
                                           l.leaf.verdicts);
    CHECK_BYTES(bytes_of(leaf.b, HASH_SIZE), vector("leaf", "hash5"));
    recall_leaf_deinit(&l);
    changeset_deinit(&cs);
    buf_deinit(&encoded);
}

TEST(keys_hold_for_this_ward_alone)
{
    struct id ward = id_from(vector("names", "ward").p), other = id_from(vector("names", "home").p);
    struct keys k;
    size_t place;
    REQUIRE(keys_decode(&k, vector(FILE_NAME, "keys")) == ERR_OK);
    CHECK_EQ(k.count, 2);
    CHECK(keys_verify(&k, &ward) == ERR_OK);
    CHECK(keys_verify(&k, &other) == ERR_BAD_PROOF);
    CHECK(keys_find(&k, vector("names", "new_ward_key").p, &place) && place == 1);
    k.link[1].by_old[0] ^= 1;
    CHECK(keys_verify(&k, &ward) == ERR_BAD_PROOF);
}

TEST(recall_and_lost_name_sizes_of_one_log)
{
    struct recall_scope entry, expected;
    struct recall_list list;
    struct recall_lost lost;
    struct hash root = hash_of("checkpoint", "root");
    struct bytes signature = vector("checkpoint", "signature");
    REQUIRE(recall_decode(&list, vector(FILE_NAME, "recall")) == ERR_OK);
    REQUIRE(recall_next(&list, &entry));
    recall_sizes(&expected, 6);
    REQUIRE(expected.count == 4 && entry.count == 4);
    for (size_t i = 0; i < 4; i++)
        CHECK_EQ(entry.point[i].size, expected.point[i].size);
    CHECK_BYTES(bytes_of(entry.point[0].root.b, HASH_SIZE), bytes_of(root.b, HASH_SIZE));
    REQUIRE(recall_lost_decode(&lost, vector(FILE_NAME, "lost")) == ERR_OK);
    CHECK_EQ(lost.from, 4);
    CHECK_BYTES(bytes_of(lost.signature, SIGNATURE_SIZE), signature);
}

TEST(hashes_are_the_beginnings_of_nodes)
{
    struct repair_hashes two, four;
    struct hash node[3];
    REQUIRE(repair_hashes_decode(&two, vector(FILE_NAME, "hashes")) == ERR_OK);
    REQUIRE(repair_hashes_decode(&four, vector(FILE_NAME, "hashes_level2")) == ERR_OK);
    REQUIRE(two.level == 1 && two.hints.n == sizeof node / HASH_SIZE * REPAIR_HINT_SIZE && four.level == 2);
    for (unsigned i = 0; i < 3; i++) {
        char left[8], right[8];
        snprintf(left, sizeof left, "hash%u", 2 * i);
        snprintf(right, sizeof right, "hash%u", 2 * i + 1);
        struct hash a = hash_of("leaf", left), b = hash_of("leaf", right);
        node[i] = tree_node(&a, &b);
        CHECK(memcmp(two.hints.p + (size_t)i * REPAIR_HINT_SIZE, node[i].b, REPAIR_HINT_SIZE) == 0);
    }
    struct hash top = tree_node(&node[0], &node[1]);
    CHECK(four.hints.n == REPAIR_HINT_SIZE && memcmp(four.hints.p, top.b, REPAIR_HINT_SIZE) == 0);
}

TEST(a_part_says_who_wrote_its_bodies)
{
    struct snapshot_part p;
    struct snapshot_place at = {0};
    struct snapshot_origin origin;
    struct snapshot head;
    struct message_control signed_head;
    uint8_t salt[SALT_SIZE];
    struct id scope = id_from(vector("names", "scope").p), device = id_from(vector("names", "device").p);
    bool new_leaf;
    REQUIRE(message_control_decode(&signed_head, vector(FILE_NAME, "snapshot")) == ERR_OK);
    CHECK(snapshot_decode(&head, signed_head.control) == ERR_OK);
    CHECK(snapshot_verify(signed_head.signature, signed_head.control, vector("names", "ward_key").p) == ERR_OK);
    REQUIRE(snapshot_part_decode(&p, vector(FILE_NAME, "part")) == ERR_OK);
    CHECK(p.controls == 4 && p.streams == 1 && p.past == 1 && p.parts == 1 && p.origins == 1 && p.bodies == 1);
    REQUIRE(snapshot_place_next(&at, &p.place, &new_leaf) == ERR_OK);
    CHECK(new_leaf && at.leaf == 4 && at.position == 0 && at.owns);
    REQUIRE(snapshot_origin_next(&origin, false, &p.origin) == ERR_OK);
    change_salt(salt, origin.seed, at.position);
    struct hash id = change_commit(salt, &scope, &device, &origin.person, p.body);
    CHECK_BYTES(bytes_of(id.b, HASH_SIZE), vector("change", "commitment0"));
}

TEST(zz_every_row_of_the_vectors_was_read)
{
    CHECK(vector_all_read(FILE_NAME));
}
