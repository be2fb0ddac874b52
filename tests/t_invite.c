/* t_invite.c - the invite text: whatever people do to blanks, dashes and case is forgiven, nothing else is. */
#include <ctype.h>

#include "../proto/invite.h"
#include "test.h"

static const struct invite sample = {
    .pin = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
    .secret = {0xf0, 0xe1, 0xd2, 0xc3, 0xb4, 0xa5, 0x96, 0x87, 0x78, 0x69, 0x5a, 0x4b, 0x3c, 0x2d, 0x1e, 0x0f},
    .address = "phuong-5.example.vn:7440",
};

static bool reads_as_sample(const char *text)
{
    struct invite got;
    return invite_parse(text, &got) == ERR_OK && memcmp(&got, &sample, sizeof(got)) == 0;
}

TEST(what_is_printed_reads_back_at_every_length_of_address)
{
    struct buf text = {0};
    struct invite in = sample, got;

    for (size_t n = 3; n <= INVITE_ADDRESS_MAX; n++) {
        memset(in.address, 0, sizeof(in.address));
        memset(in.address, 'a', n - 2);
        memcpy(in.address + n - 2, ":9", 2);
        buf_clear(&text);
        invite_print(&in, &text);
        REQUIRE(invite_parse(buf_cstr(&text), &got) == ERR_OK);
        CHECK_MEM(&got, &in, sizeof(in));
    }
    buf_deinit(&text);
}

TEST(groups_of_five_letters)
{
    struct buf text = {0};

    invite_print(&sample, &text);
    const char *p = buf_cstr(&text);
    CHECK_MEM(p, "CHIBO1-", 7);
    for (size_t i = 7; p[i] != '\0'; i++)
        CHECK((p[i] == '-') == ((i - 7) % 6 == 5));
    CHECK(p[text.n - 1] != '-');
    buf_deinit(&text);
}

TEST(case_blanks_and_dashes_are_forgiven)
{
    struct buf text = {0}, other = {0};

    invite_print(&sample, &text);
    const char *p = buf_cstr(&text);
    CHECK(reads_as_sample(p));
    for (size_t i = 0; i < text.n; i++)
        buf_put_u8(&other, (uint8_t)tolower(p[i]));
    CHECK(reads_as_sample(buf_cstr(&other)));
    buf_clear(&other);
    for (size_t i = 0; i < text.n; i++) {
        if (p[i] != '-')
            buf_put_u8(&other, (uint8_t)p[i]);
    }
    CHECK(reads_as_sample(buf_cstr(&other)));
    buf_clear(&other);
    buf_put_str(&other, "  ");
    for (size_t i = 0; i < text.n; i++) {
        buf_put_u8(&other, (uint8_t)p[i]);
        buf_put_str(&other, i % 7 == 0 ? " \r\n" : "-");
    }
    CHECK(reads_as_sample(buf_cstr(&other)));
    buf_deinit(&text);
    buf_deinit(&other);
}

TEST(any_one_other_letter_is_refused)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789=_.";
    struct buf text = {0};
    struct invite got;

    invite_print(&sample, &text);
    for (size_t i = 0; i < text.n; i++) {
        uint8_t right = text.p[i];
        if (right == '-')
            continue;
        for (const char *l = letters; *l != '\0'; l++) {
            if ((uint8_t)*l == right)
                continue;
            text.p[i] = (uint8_t)*l;
            CHECK_EQ(invite_parse(buf_cstr(&text), &got), ERR_INVITE_BAD);
        }
        text.p[i] = right;
    }
    buf_deinit(&text);
}

TEST(letters_missing_swapped_or_surplus_are_refused)
{
    struct buf text = {0}, other = {0};
    struct invite got;

    invite_print(&sample, &text);
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '-')
            continue;
        buf_clear(&other);
        buf_put(&other, text.p, i);
        CHECK_EQ(invite_parse(buf_cstr(&other), &got), ERR_INVITE_BAD);
        buf_put(&other, text.p + i + 1, text.n - i - 1);
        CHECK_EQ(invite_parse(buf_cstr(&other), &got), ERR_INVITE_BAD);
        buf_clear(&other);
        buf_put(&other, text.p, i + 1);
        buf_put(&other, text.p + i, text.n - i);
        CHECK_EQ(invite_parse(buf_cstr(&other), &got), ERR_INVITE_BAD);
        if (i + 1 < text.n && text.p[i + 1] != '-' && text.p[i + 1] != text.p[i]) {
            buf_clear(&other);
            buf_put_bytes(&other, buf_bytes(&text));
            other.p[i] = text.p[i + 1];
            other.p[i + 1] = text.p[i];
            CHECK_EQ(invite_parse(buf_cstr(&other), &got), ERR_INVITE_BAD);
        }
    }
    CHECK_EQ(invite_parse("", &got), ERR_INVITE_BAD);
    buf_deinit(&text);
    buf_deinit(&other);
}

TEST(addresses)
{
    static const struct {
        const char *address;
        bool valid;
    } row[] = {
        {"a:1", true}, {"10.0.0.1:65535", true}, {"[fe80::1]:7440", true}, {"a:65536", false}, {"a:0", false},
        {"a:01", false}, {"a:", false}, {":7440", false}, {"a", false}, {"", false}, {"a b:1", false}, {"a:1x", false},
        {"phường:1", false}, {"a:99999999999999999999", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(row); i++)
        test_check(invite_address_is_valid(row[i].address) == row[i].valid, row[i].address, __FILE__, __LINE__);
}

TEST(the_id_follows_from_the_secret_alone)
{
    uint8_t a[INVITE_ID_SIZE], b[INVITE_ID_SIZE], secret[INVITE_SECRET_SIZE];

    memcpy(secret, sample.secret, sizeof(secret));
    invite_id(a, secret);
    secret[15] ^= 1;
    invite_id(b, secret);
    CHECK(memcmp(a, b, INVITE_ID_SIZE) != 0);
}
