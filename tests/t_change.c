/* t_change.c - the body of a change: every rule of docs/protocol.md section 3.1 has one body that breaks it. */
#include "../proto/change.h"
#include "../proto/mp.h"
#include "test.h"

#define RECORD "c410 000102030405060708090a0b0c0d0e0f"

static struct bytes value_of(const char *hex, struct buf *keep)
{
    size_t at = keep->n;
    hex_to_buf(hex, keep);
    return bytes_cut(buf_bytes(keep), at);
}

static enum err decode_hex(const char *hex, struct change *c, struct buf *keep)
{
    buf_clear(keep);
    hex_to_buf(hex, keep);
    return change_decode(c, buf_bytes(keep));
}

/* [record, 3, set, 10 (field 1, later), nil, "an", 16 (field 2, union), two versions, [1, 2]] */
#define GOOD "99" RECORD "03 02 0a c0 a2616e 10 c410 00000000000000010000000000000002 920102"

TEST(a_body_is_read_in_place_and_written_back)
{
    struct buf body = {0}, again = {0};
    struct change c;

    REQUIRE(decode_hex(GOOD, &c, &body) == ERR_OK);
    CHECK_EQ(c.record.b[15], 15);
    CHECK_EQ(c.kind, 3);
    CHECK_EQ(c.op, OP_SET);
    CHECK_EQ(c.count, 2);
    CHECK_EQ(c.triple[0].tag, TAG(1, MERGE_LATER));
    CHECK_EQ(c.triple[0].base.n, 0);
    CHECK_BYTES(c.triple[0].value, bytes_of("\xa2" "an", 3));
    CHECK_EQ(c.triple[1].tag, TAG(2, MERGE_UNION));
    CHECK_EQ(c.triple[1].base.n, 16);
    CHECK(c.triple[1].base.p > body.p && c.triple[1].base.p < body.p + body.n);
    CHECK_BYTES(c.triple[1].value, bytes_of("\x92\x01\x02", 3));
    change_encode(&c, &again);
    CHECK_BYTES(buf_bytes(&again), buf_bytes(&body));
    buf_deinit(&body);
    buf_deinit(&again);
}

TEST(each_rule_of_form)
{
    static const struct {
        const char *rule, *hex;
    } row[] = {
        {"at least one triple", "93" RECORD "0302"},
        {"whole triples", "95" RECORD "03020ac0"},
        {"nothing behind the last triple", "97" RECORD "03020ac00100"},
        {"record ids have 16 bytes", "96 c40f 000102030405060708090a0b0c0d0e 0302 0ac001"},
        {"kind is unsigned", "96" RECORD "ff02 0ac001"},
        {"kind has 16 bits", "96" RECORD "ce00010000 02 0ac001"},
        {"op 0", "96" RECORD "0300 0ac001"},
        {"op 8", "96" RECORD "0308 0ac001"},
        {"tags ascend", "99" RECORD "0302 11c001 0ac001"},
        {"tags do not repeat", "99" RECORD "0302 0ac001 0ac001"},
        {"class 7 is not used", "96" RECORD "0302 0fc001"},
        {"tags have 32 bits", "96" RECORD "0302 cf0000000100000002 c001"},
        {"base is nil or bin", "96" RECORD "0302 0a0001"},
        {"an empty base is nil", "96" RECORD "0302 0ac40001"},
        {"versions have 8 bytes", "96" RECORD "0302 0ac407 00000000000001 01"},
        {"versions ascend", "96" RECORD "0302 0ac410 00000000000000020000000000000001 01"},
        {"versions do not repeat", "96" RECORD "0302 0ac410 00000000000000010000000000000001 01"},
        {"values are 4 arrays deep", "96" RECORD "0302 0ac0 9191919190"},
        {"a set counts as one of them", "96" RECORD "0302 08c0 920191919190"},
        {"a set is an array", "96" RECORD "0302 08c001"},
        {"not a map", "80"},
        {"nothing", ""},
    };
    struct buf body = {0};
    struct change c;

    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        enum err e = decode_hex(row[i].hex, &c, &body);
        test_check(e == ERR_BAD_FRAME && c.count == 0, row[i].rule, __FILE__, __LINE__);
    }
    CHECK_EQ(decode_hex("96" RECORD "0302 08c0c0", &c, &body), ERR_OK); /* nil clears a set */
    /* The last kind, the deepest value. */
    CHECK_EQ(decode_hex("96" RECORD "cdffff02 0ac0 9201919190", &c, &body), ERR_OK);
    CHECK_EQ(decode_hex("96" RECORD "0304 08c090", &c, &body), ERR_OK);
    buf_deinit(&body);
}

TEST(every_truncation_is_refused)
{
    struct buf body = {0};
    struct change c;

    hex_to_buf(GOOD, &body);
    for (size_t n = 0; n < body.n; n++)
        CHECK_EQ(change_decode(&c, bytes_of(body.p, n)), ERR_BAD_FRAME);
    buf_put_u8(&body, 0);
    CHECK_EQ(change_decode(&c, buf_bytes(&body)), ERR_BAD_FRAME);
    buf_deinit(&body);
}

/* A body at the bound passes, one over it does not. */
static enum err body_with(size_t triples, size_t versions, size_t elements)
{
    struct buf body = {0}, base = {0};
    struct change c;

    for (size_t i = 0; i < versions; i++)
        buf_put_u64(&base, i);
    mp_put_array(&body, 3 + 3 * triples);
    mp_put_bin(&body, "0123456789abcdef", ID_SIZE);
    mp_put_uint(&body, 1);
    mp_put_uint(&body, OP_SET);
    for (size_t i = 0; i < triples; i++) {
        mp_put_uint(&body, TAG(i, MERGE_UNION));
        mp_put_bin(&body, base.p, base.n);
        mp_put_array(&body, elements);
        for (size_t j = 0; j < elements; j++)
            mp_put_uint(&body, j);
    }
    enum err e = change_decode(&c, buf_bytes(&body));
    if (e == ERR_OK)
        CHECK_EQ(c.count, triples);
    buf_deinit(&body);
    buf_deinit(&base);
    return e;
}

TEST(bounds_of_section_11)
{
    CHECK_EQ(body_with(CHANGE_TRIPLES_MAX, BASE_VERSIONS_MAX, LIST_MAX), ERR_OK);
    CHECK_EQ(body_with(CHANGE_TRIPLES_MAX + 1, 1, 1), ERR_BAD_FRAME);
    CHECK_EQ(body_with(1, BASE_VERSIONS_MAX + 1, 1), ERR_BAD_FRAME);
    CHECK_EQ(body_with(1, 1, LIST_MAX + 1), ERR_BAD_FRAME);
}

TEST(a_body_longer_than_two_texts_is_refused)
{
    struct buf body = {0};
    struct change c;
    static uint8_t text[CHANGE_BODY_MAX];

    memset(text, 'a', sizeof(text));
    for (size_t over = 0; over < 2; over++) {
        buf_clear(&body);
        size_t head = 1 + 18 + 1 + 1 + 1 + 1 + 5; /* array, record, kind, op, tag, nil, str32 */
        mp_put_array(&body, 6);
        mp_put_bin(&body, "0123456789abcdef", ID_SIZE);
        mp_put_uint(&body, 1);
        mp_put_uint(&body, OP_SET);
        mp_put_uint(&body, TAG(1, MERGE_LATER));
        mp_put_nil(&body);
        mp_put_str(&body, bytes_of(text, CHANGE_BODY_MAX - head + over));
        CHECK_EQ(body.n, CHANGE_BODY_MAX + over);
        CHECK_EQ(change_decode(&c, buf_bytes(&body)), over == 0 ? ERR_OK : ERR_BAD_FRAME);
    }
    buf_deinit(&body);
}

TEST(a_commitment_binds_scope_device_person_body_and_salt)
{
    uint8_t seed[SALT_SIZE] = {1}, salt[SALT_SIZE], other[SALT_SIZE];
    struct id id[3] = {{{1}}, {{2}}, {{3}}};
    struct buf body = {0}, keep = {0};

    hex_to_buf(GOOD, &body);
    change_salt(salt, seed, 0);
    change_salt(other, seed, 1);
    CHECK(memcmp(salt, other, SALT_SIZE) != 0);
    struct hash want = change_commit(salt, &id[0], &id[1], &id[2], buf_bytes(&body)), got;
    for (unsigned i = 0; i < 3; i++) {
        id[i].b[15] ^= 1;
        got = change_commit(salt, &id[0], &id[1], &id[2], buf_bytes(&body));
        CHECK(memcmp(got.b, want.b, HASH_SIZE) != 0);
        id[i].b[15] ^= 1;
    }
    got = change_commit(other, &id[0], &id[1], &id[2], buf_bytes(&body));
    CHECK(memcmp(got.b, want.b, HASH_SIZE) != 0);
    got = change_commit(salt, &id[0], &id[1], &id[2], value_of("90", &keep));
    CHECK(memcmp(got.b, want.b, HASH_SIZE) != 0);
    struct version v = change_version(&want);
    CHECK_MEM(v.b, want.b, VERSION_SIZE);
    buf_deinit(&body);
    buf_deinit(&keep);
}
