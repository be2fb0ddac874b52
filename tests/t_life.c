/* t_life.c - every kind has its row of life.def, once, and what the flags mean holds for it; files go up and come back by
 * the rows, and by no other way. */
#include "../proto/close.h"
#include "../proto/fold.h"
#include "../proto/freeze.h"
#include "../proto/life.h"
#include "../proto/mp.h"
#include "../proto/rights.h"
#include "../proto/verdict.h"
#include "test.h"

static const char *const rows[] = {
#define LIFE(kind, flags) #kind,
#define MOVE(name, from, to, who)
#include "../proto/life.def"
#undef LIFE
#undef MOVE
};

/* The life of a file as the domain tells it (3.4): draft, handed in, sent back with a reason or approved, locked, put
 * away. Steps as numbers; 10 more: of the next round. */
static const struct {
    uint64_t from, to;
    bool ward;
} ways[] = {
    {0, 1, false}, {1, 10, true}, {1, 2, true}, {2, 10, true}, {2, 3, true}, {3, 4, true},
};

#define ROUNDS 2
#define STEPS 5

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
        CHECK(!life_is(k, LIFE_SIGNED) || !life_is(k, LIFE_FILE));
        CHECK_EQ(freeze_is_signable(k), life_is(k, LIFE_SIGNED));
        for (size_t f = 0; (life_is(k, LIFE_PLACED) || life_is(k, LIFE_FILE)) && f < k->fields; f++)
            CHECK_EQ(k->field[f].access, k->access);
    }
}

TEST(every_file_has_room_for_the_reason_it_is_sent_back_for)
{
    for (size_t i = 0; i < schema_kind_count; i++)
        if (life_is(&schema_kinds[i], LIFE_FILE))
            CHECK(life_is_word_from_above(schema_field_named(&schema_kinds[i], "superior_note")));
}

/* --- going on --- */

static void state_put(struct buf *out, uint64_t round, uint64_t step)
{
    mp_put_array(out, 2);
    mp_put_uint(out, round);
    mp_put_uint(out, step);
}

/* A part of this kind in this state. */
static void stand(struct part *p, const struct kind_info *k, uint64_t round, uint64_t step)
{
    struct change c = {.kind = k->number, .op = OP_CREATE, .count = 1};
    const struct version v = {{1}};
    struct buf state = {0};

    state_put(&state, round, step);
    c.triple[0] = (struct triple){.tag = TAG_STATE, .value = buf_bytes(&state)};
    part_init(p);
    CHECK(fold_change(p, FOLD_VERSION, &c, &v, true, 5, 0));
    buf_deinit(&state);
}

/* What the rows say: 'c' the cell, 'w' the ward, 0 nobody, '=' it stands there already. */
static char way(uint64_t round, uint64_t step, uint64_t to_round, uint64_t to_step)
{
    for (size_t i = 0; i < ARRAY_LEN(ways); i++)
        if (ways[i].from == step && to_round == round + ways[i].to / 10 && to_step == ways[i].to % 10)
            return ways[i].ward ? 'w' : 'c';
    return round == to_round && step == to_step ? '=' : 0;
}

static void check_move(const struct kind_info *k, uint64_t round, uint64_t step, uint64_t to_round, uint64_t to_step)
{
    const char whose = way(round, step, to_round, to_step);
    struct change c = {.kind = k->number, .op = OP_STATE, .count = 1};
    struct buf state = {0};
    struct part p;

    stand(&p, k, round, step);
    state_put(&state, to_round, to_step);
    c.triple[0] = (struct triple){.tag = TAG_STATE, .value = buf_bytes(&state)};
    CHECK_EQ(freeze_closes(&p, &c), whose == 0);
    for (enum role r = ROLE_CLERK; r < ROLE_COUNT; r++) {
        const bool ward = r == ROLE_CLERK || r == ROLE_BUILDING, cell = r == ROLE_SECRETARY || r == ROLE_DEPUTY;
        const bool may = verdict_kind(rights_verdict(r, &c, k->access)) == VERDICT_ACCEPTED;

        if (whose == 'w')
            CHECK_EQ(may, ward);
        else if (whose == 'c')
            CHECK_EQ(may, cell || (r == ROLE_COMMITTEE && rights_may_write(r, k->number, NULL, OP_SET) == RIGHT_WRITE));
    }
    part_deinit(&p);
    buf_deinit(&state);
}

TEST(files_go_up_and_come_back_by_the_rows_alone)
{
    size_t files = 0;

    CHECK_EQ(life_move_count, ARRAY_LEN(ways));
    for (size_t i = 0; i < schema_kind_count; i++) {
        if (!life_is(&schema_kinds[i], LIFE_FILE))
            continue;
        files++;
        for (uint64_t from = 0; from < ROUNDS * STEPS; from++)
            for (uint64_t to = 0; to < (ROUNDS + 1) * STEPS; to++)
                check_move(&schema_kinds[i], from / STEPS, from % STEPS, to / STEPS, to % STEPS);
    }
    CHECK_EQ(files, 4);
}

/* From signed alone, by the ward's office alone; signing itself is the cell's as before. */
TEST(what_is_signed_is_received_by_the_ward)
{
    for (size_t i = 0; i < schema_kind_count; i++)
        for (uint64_t step = 0; life_is(&schema_kinds[i], LIFE_SIGNED) && step < STEPS; step++) {
            struct change c = {.kind = schema_kinds[i].number, .op = OP_STATE, .count = 1};
            struct buf state = {0};
            struct part p;

            stand(&p, &schema_kinds[i], 0, step);
            state_put(&state, 0, 4);
            c.triple[0] = (struct triple){.tag = TAG_STATE, .value = buf_bytes(&state)};
            CHECK(life_receives(&c));
            CHECK_EQ(freeze_closes(&p, &c), step < 3);
            for (enum role r = ROLE_CLERK; r < ROLE_COUNT; r++)
                CHECK_EQ(verdict_kind(rights_verdict(r, &c, schema_kinds[i].access)) == VERDICT_ACCEPTED,
                         r == ROLE_CLERK || r == ROLE_BUILDING);
            state.n = 0;
            state_put(&state, 0, 3);
            c.triple[0].value = buf_bytes(&state);
            CHECK(!life_receives(&c));
            CHECK_EQ(verdict_kind(rights_verdict(ROLE_SECRETARY, &c, schema_kinds[i].access)), VERDICT_ACCEPTED);
            CHECK(verdict_kind(rights_verdict(ROLE_CLERK, &c, schema_kinds[i].access)) != VERDICT_ACCEPTED);
            part_deinit(&p);
            buf_deinit(&state);
        }
}

TEST(what_was_handed_in_is_written_to_from_above_and_what_is_locked_by_nobody)
{
    for (size_t i = 0; i < schema_kind_count; i++) {
        const struct kind_info *k = &schema_kinds[i];

        for (uint64_t step = 0; life_is(k, LIFE_FILE) && step < STEPS; step++) {
            struct part p;

            stand(&p, k, 1, step);
            for (size_t f = 0; f < k->fields; f++) {
                struct change c = {.kind = k->number, .op = OP_SET, .count = 1};
                const bool above = strncmp(k->field[f].name, "superior_", 9) == 0;

                c.triple[0] = (struct triple){.tag = schema_tag(&k->field[f]), .value = bytes_of("\x01", 1)};
                CHECK_EQ(freeze_closes(&p, &c), step >= 3 || (step >= 1 && !above));
            }
            part_deinit(&p);
        }
    }
}
