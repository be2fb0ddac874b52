/* t_freeze.c - what a signature closes, by the table of protocol.md 4.3. */
#include "../proto/freeze.h"

#include "../proto/fold.h"
#include "../proto/mp.h"
#include "test.h"

static const struct version version = {{1}};

/* One change of minutes; a state [round, step] or a text in a field of class ask. */
static struct change change(struct buf *value, enum op op, uint64_t round, uint64_t step)
{
    struct change c = {.kind = schema_kind_named("minutes")->number, .op = op, .count = 1};
    bool is_state = op == OP_STATE;

    buf_clear(value);
    if (is_state) {
        mp_put_array(value, 2);
        mp_put_uint(value, round);
        mp_put_uint(value, step);
    } else {
        mp_put_str(value, bytes_of_str("Nhất trí"));
    }
    c.triple[0].tag = is_state ? TAG_STATE
                               : schema_tag(schema_field_named(schema_kind_named("minutes"), "conclusion"));
    c.triple[0].value = buf_bytes(value);
    return c;
}

TEST(only_amendments_and_further_steps_come_to_what_is_signed)
{
    static const struct {
        enum op op;
        uint64_t round, step;
        bool closed;
    } rows[] = {
        {OP_CREATE, 0, 0, true}, {OP_SET, 0, 0, true}, {OP_AMEND, 0, 0, false},
        {OP_STATE, 0, 4, false}, {OP_STATE, 0, 3, false}, {OP_STATE, 1, 0, true},
    };

    for (uint64_t step = 0; step <= 4; step++)
        for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
            struct buf first = {0}, second = {0};
            struct change state = change(&first, OP_STATE, 0, step), c = change(&second, rows[i].op, rows[i].round, rows[i].step);
            struct part p;

            part_init(&p);
            CHECK(fold_change(&p, 2, &state, &version, true, 1, 0));
            const bool receives = rows[i].op == OP_STATE && rows[i].step == 4; /* what nobody has signed is not received */
            CHECK_EQ(freeze_closes(&p, &c), step >= 3 ? rows[i].closed : receives);
            CHECK_EQ(freeze_closed_by(&state, &c), step >= 3 && rows[i].closed);
            part_deinit(&p);
            buf_deinit(&first);
            buf_deinit(&second);
        }
}

TEST(minutes_and_resolutions_are_signed_and_nothing_else)
{
    static const uint8_t locked[] = {0x92, 0, 3}, approved[] = {0x92, 0, 2};

    for (size_t i = 0; i < schema_kind_count; i++) {
        const struct kind_info *k = &schema_kinds[i];
        bool is_text = strcmp(k->name, "minutes") == 0 || strcmp(k->name, "resolution") == 0;

        CHECK_EQ(freeze_is_signable(k), is_text);
        CHECK_EQ(freeze_is_signed(k, bytes_of(locked, 3)), is_text);
        CHECK(!freeze_is_signed(k, bytes_of(approved, 3)));
        CHECK(!freeze_is_signed(k, bytes_of(NULL, 0)));
    }
}
