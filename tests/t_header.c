/* t_header.c - headers, verdicts and control leaves: each way of writing them that is not the one way is refused. */
#include "../proto/header.h"
#include "../proto/control.h"
#include "../proto/mp.h"
#include "../proto/verdict.h"
#include "test.h"

static struct header sample(void)
{
    return (struct header){.scope = {{1}}, .device = {{2}}, .incarnation = UINT32_MAX, .person = {{3}},
                           .first = UINT64_MAX, .count = CHANGESET_CHANGES_MAX, .epoch = UINT32_MAX, .size = UINT64_MAX,
                           .time = UINT64_MAX, .quality = QUALITY_WRONG};
}

TEST(the_longest_header_has_the_size_in_the_header_file)
{
    struct header h = sample(), back;
    struct buf b = {0};

    header_encode(&h, &b);
    CHECK_EQ(b.n, HEADER_SIZE_MAX);
    CHECK_EQ(header_decode(&back, buf_bytes(&b)), ERR_OK);
    CHECK_EQ(back.count, CHANGESET_CHANGES_MAX);
    CHECK(back.first == UINT64_MAX && back.size == UINT64_MAX && back.time == UINT64_MAX);
    for (size_t n = 0; n < b.n; n++)
        CHECK_EQ(header_decode(&back, bytes_of(b.p, n)), ERR_BAD_FRAME);
    buf_put_u8(&b, 0);
    CHECK_EQ(header_decode(&back, buf_bytes(&b)), ERR_BAD_FRAME);
    buf_deinit(&b);
}

static enum err decoded(const struct header *h, uint8_t suite)
{
    struct buf b = {0};
    struct header back;

    header_encode(h, &b);
    b.p[1] = suite;
    enum err e = header_decode(&back, buf_bytes(&b));
    buf_deinit(&b);
    return e;
}

TEST(bounds_of_a_header)
{
    struct header h = sample();

    CHECK_EQ(decoded(&h, 1), ERR_OK);
    CHECK_EQ(decoded(&h, 2), ERR_TOO_NEW);
    h.count = 0;
    CHECK_EQ(decoded(&h, 1), ERR_BAD_FRAME);
    h.count = CHANGESET_CHANGES_MAX + 1;
    CHECK_EQ(decoded(&h, 1), ERR_BAD_FRAME);
    h.count = 1;
    h.quality = (enum quality)3;
    CHECK_EQ(decoded(&h, 1), ERR_BAD_FRAME);
}

/* protocol.md 4.3: verdict + 4 x owns + 8 x reason, the reason by its wire number. */
TEST(a_verdict_is_one_number)
{
    CHECK_EQ(verdict_make(VERDICT_ACCEPTED, false, ERR_OK), 0);
    CHECK_EQ(verdict_make(VERDICT_ACCEPTED, true, ERR_OK), 4);
    CHECK_EQ(verdict_make(VERDICT_HELD, false, ERR_HELD_FOR_PERSON), 1 + 8 * 29);
    CHECK_EQ(verdict_make(VERDICT_REFUSED, false, ERR_NOT_ALLOWED), 2 + 8 * 14);
    CHECK_EQ(verdict_make(VERDICT_PROPOSAL, true, ERR_OK), 7);
    CHECK_EQ(verdict_kind(2 + 4 + 8 * 14), VERDICT_REFUSED);
    CHECK(verdict_owns(2 + 4 + 8 * 14) && !verdict_owns(2 + 8 * 14));
    CHECK_EQ(verdict_reason(2 + 8 * 14), ERR_NOT_ALLOWED);
    CHECK_EQ(verdict_reason(4), ERR_OK);
    CHECK_EQ(verdict_reason(8u * 100000), ERR_OTHER);
}

TEST(verdicts_of_a_changeset_have_one_encoding)
{
    static const struct {
        const char *hex;
        size_t count;
        enum err want;
        uint32_t last;
    } row[] = {
        {"04", 1, ERR_OK, 4},          {"04", 3, ERR_OK, 4},           {"93000004", 3, ERR_OK, 4},
        {"93040404", 3, ERR_BAD_FRAME, 0}, {"9104", 1, ERR_BAD_FRAME, 0}, {"920004", 3, ERR_BAD_FRAME, 0},
        {"9400000004", 3, ERR_BAD_FRAME, 0}, {"9300c004", 3, ERR_BAD_FRAME, 0}, {"ff", 1, ERR_BAD_FRAME, 0},
        {"cf0000000100000000", 1, ERR_BAD_FRAME, 0}, {"", 1, ERR_BAD_FRAME, 0}, {"90", 1, ERR_BAD_FRAME, 0},
    };
    uint32_t verdict[3], one;
    struct buf b = {0};

    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        buf_clear(&b);
        hex_to_buf(row[i].hex, &b);
        test_check(verdict_list_decode(verdict, row[i].count, buf_bytes(&b)) == row[i].want, row[i].hex, __FILE__,
                   __LINE__);
        if (row[i].want != ERR_OK)
            continue;
        CHECK_EQ(verdict[row[i].count - 1], row[i].last);
        CHECK_EQ(verdict_list_at(buf_bytes(&b), row[i].count - 1, &one), ERR_OK);
        CHECK_EQ(one, row[i].last);
    }
    buf_clear(&b);
    hex_to_buf("93000004", &b);
    CHECK_EQ(verdict_list_at(buf_bytes(&b), 3, &one), ERR_BAD_FRAME);
    CHECK_EQ(verdict_list_at(buf_bytes(&b), 1, &one), ERR_OK);
    CHECK_EQ(one, 0);
    buf_deinit(&b);
}

#define CONTROL_HEAD "c41000000000000000000000000000000001 c41000000000000000000000000000000002 "
#define ID_5 "c41000000000000000000000000000000005"

TEST(control_leaves_that_are_not_of_the_form)
{
    static const struct {
        const char *rule, *hex;
        enum err want;
    } row[] = {
        {"a fold leaf", "97 01" CONTROL_HEAD "0c 00 00 02", ERR_OK},
        {"another suite", "97 02" CONTROL_HEAD "0c 00 00 02", ERR_TOO_NEW},
        {"fold version 0", "97 01" CONTROL_HEAD "0c 00 00 00", ERR_BAD_FRAME},
        {"kind 0", "96 01" CONTROL_HEAD "00 00 00", ERR_BAD_FRAME},
        {"payload missing", "96 01" CONTROL_HEAD "0c 00 00", ERR_BAD_FRAME},
        {"payload surplus", "98 01" CONTROL_HEAD "0c 00 00 02 02", ERR_BAD_FRAME},
        {"head cut", "95 01" CONTROL_HEAD "0e 00", ERR_BAD_FRAME},
        {"an unknown kind without payload", "96 01" CONTROL_HEAD "0f 00 00", ERR_OK},
        {"a person without text", "98 01" CONTROL_HEAD "02 00 00" ID_5 "c0", ERR_BAD_FRAME},
        {"a person", "98 01" CONTROL_HEAD "02 00 00" ID_5 "a141", ERR_OK},
        {"the zero id for nil", "9e 01" CONTROL_HEAD "0a 00 00 c41000000000000000000000000000000000" ID_5 ID_5
         "01 c4200000000000000000000000000000000000000000000000000000000000000000 c0 a0 00", ERR_BAD_FRAME},
        {"nil for all records", "9e 01" CONTROL_HEAD "0a 00 00 c0" ID_5 ID_5
         "01 c4200000000000000000000000000000000000000000000000000000000000000000 c0 a0 00", ERR_OK},
    };
    struct control c;
    struct buf b = {0}, again = {0};

    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        buf_clear(&b);
        buf_clear(&again);
        hex_to_buf(row[i].hex, &b);
        test_check(control_decode(&c, buf_bytes(&b)) == row[i].want, row[i].rule, __FILE__, __LINE__);
        if (row[i].want != ERR_OK)
            continue;
        control_encode(&c, &again);
        CHECK_BYTES(buf_bytes(&again), buf_bytes(&b));
    }
    buf_deinit(&b);
    buf_deinit(&again);
}
