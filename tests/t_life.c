/* t_life.c - every kind has its row of life.def, once, and what the flags mean holds for it. */
#include "../proto/close.h"
#include "../proto/freeze.h"
#include "../proto/life.h"
#include "test.h"

static const char *const rows[] = {
#define LIFE(kind, flags) #kind,
#include "../proto/life.def"
#undef LIFE
};

TEST(every_kind_has_one_row_in_the_order_of_the_schema)
{
    REQUIRE(ARRAY_LEN(rows) == schema_kind_count);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        CHECK_STR(rows[i], schema_kinds[i].name);
}

TEST(what_is_signed_may_be_void_before_and_what_has_a_place_stands_in_one_scope)
{
    for (size_t i = 0; i < schema_kind_count; i++) {
        const struct kind_info *k = &schema_kinds[i];

        CHECK(!life_is(k, LIFE_SIGNED) || life_is(k, LIFE_VOID));
        CHECK_EQ(freeze_is_signable(k), life_is(k, LIFE_SIGNED));
        for (size_t f = 0; life_is(k, LIFE_PLACED) && f < k->fields; f++)
            CHECK_EQ(k->field[f].access, k->access);
    }
}
