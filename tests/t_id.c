/* t_id.c - ids against the example of RFC 9562 appendix A.6, and how people type them. */
#include "../common/id.h"
#include "test.h"

/* unix_ts_ms 0x017F22E279B0, rand_a 0xCC3, rand_b 0b01 ++ 0x8C4DC0C0C07398F: 4 and 6 bits of the bytes that hold
 * version and variant are chance. */
static const uint64_t rfc_ms = 0x017f22e279b0u;
static const uint8_t rfc_random[10] = {0xfc, 0xc3, 0xd8, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f};
static const char rfc_text[] = "017f22e279b07cc398c4dc0c0c07398f";

TEST(the_rfc_example)
{
    struct id id = id_uuid7(rfc_ms, rfc_random), parsed;
    char text[ID_TEXT_SIZE];

    id_print(&id, text);
    CHECK_STR(text, rfc_text);
    CHECK_EQ(id_parse(rfc_text, &parsed), ERR_OK);
    CHECK(id_equal(&id, &parsed));
    CHECK_EQ(id_parse("017F22E279B07CC398C4DC0C0C07398F", &parsed), ERR_OK);
    CHECK(id_equal(&id, &parsed));
}

TEST(version_and_variant_hold_whatever_the_chance)
{
    uint8_t random[10];

    for (int fill = 0; fill <= 255; fill += 51) {
        memset(random, fill, sizeof(random));
        struct id id = id_uuid7(UINT64_MAX, random);
        CHECK_EQ(id.b[6] >> 4, 7);
        CHECK_EQ(id.b[8] >> 6, 2);
        CHECK_EQ(id.b[0], 0xff);
    }
}

TEST(later_ids_sort_later)
{
    static const uint8_t low[10] = {0}, high[10] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
    struct id a = id_uuid7(0x1ff, high), b = id_uuid7(0x200, low);

    CHECK(id_compare(&a, &b) < 0);
    CHECK(id_compare(&b, &a) > 0);
    CHECK_EQ(id_compare(&a, &a), 0);
    CHECK(!id_equal(&a, &b));
}

TEST(what_is_not_an_id)
{
    static const char *wrong[] = {
        "", "0", "017f22e279b07cc398c4dc0c0c07398", "017f22e279b07cc398c4dc0c0c07398f0",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398f", "017f22e279b07cc398c4dc0c0c07398g", " 17f22e279b07cc398c4dc0c0c07398f",
        "ộ17f22e279b07cc398c4dc0c0c0739",
    };
    struct id id = {{7}}, before = id;

    for (unsigned i = 0; i < ARRAY_LEN(wrong); i++)
        CHECK_EQ(id_parse(wrong[i], &id), ERR_BAD_VALUE);
    CHECK(id_equal(&id, &before));
}

TEST(prefixes)
{
    struct id id = id_uuid7(rfc_ms, rfc_random);

    CHECK(id_has_prefix(&id, "017f22"));
    CHECK(id_has_prefix(&id, "017F22E"));
    CHECK(id_has_prefix(&id, rfc_text));
    CHECK(!id_has_prefix(&id, "017f23"));
    CHECK(!id_has_prefix(&id, "017f22e0"));
    CHECK(!id_has_prefix(&id, "017f2 "));
    CHECK(!id_has_prefix(&id, "017f22e279b07cc398c4dc0c0c07398f0"));
}

TEST(zero)
{
    struct id zero = {{0}}, one = {{0}};
    uint8_t raw[ID_SIZE] = {0};

    one.b[ID_SIZE - 1] = raw[ID_SIZE - 1] = 1;
    CHECK(id_is_zero(&zero));
    CHECK(!id_is_zero(&one));
    struct id copy = id_from(raw);
    CHECK(id_equal(&copy, &one));
}
