/* t_fuzz_session.c - fuzz_session.c and fuzz_answer.c without a fuzzer: every byte of a genuine flight and of a genuine
 * answer bent, every message cut anywhere, programs by chance. One that finds something wrong aborts. */
#include "test.h"

#define LLVMFuzzerTestOneInput fuzz_session_run
#include "fuzz_session.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_answer_run
#include "fuzz_answer.c"
#undef LLVMFuzzerTestOneInput

#define PROGRAMS 3000

typedef int run(const uint8_t *p, size_t n);

/* `which` of the messages bent or cut, the others genuine around it, LAST on the last. */
static void with_one(run *one, const struct sim_program_messages *m, size_t which, uint8_t op, size_t at, uint8_t mask)
{
    struct buf b = {0};

    for (size_t i = 0; i < m->count; i++) {
        uint8_t head = (uint8_t)(i << 4 | (i + 1 == m->count ? SIM_PROGRAM_LAST : 0));

        if (i != which) {
            buf_put_u8(&b, head);
            continue;
        }
        buf_put_u8(&b, (uint8_t)(head | op));
        buf_put_u16(&b, (uint16_t)at);
        if (op == SIM_PROGRAM_BENT)
            buf_put_u8(&b, mask);
    }
    one(b.p, b.n);
    buf_deinit(&b);
}

static void bend_all(run *one, const struct sim_program_messages *m)
{
    one(NULL, 0);
    CHECK(m->count > 0);
    for (size_t i = 0; i < m->count; i++)
        for (size_t at = 0; at < m->message[i].n; at++) {
            with_one(one, m, i, SIM_PROGRAM_BENT, at, (uint8_t)(1u << (at + i) % 8));
            with_one(one, m, i, SIM_PROGRAM_SHORT, at, 0);
        }
}

static void by_chance(run *one)
{
    uint64_t chance = 1;

    for (size_t i = 0; i < PROGRAMS; i++) {
        uint8_t program[64];
        size_t n = test_random(&chance) % sizeof program;

        for (size_t k = 0; k < n; k++)
            program[k] = (uint8_t)(test_random(&chance) >> 16);
        if (n > 0 && i % 2 == 0)
            program[0] = 0; /* a first message that is believed */
        one(program, n);
    }
}

TEST(genuine_flight_arrives_whole)
{
    static const uint8_t program[] = {0x00, 0x10, 0x20, 0x38, 0x06};
    struct fuzz_session_world *w = &fuzz_session_world;

    fuzz_session_run(program, 0);
    REQUIRE(CHECK_EQ(w->flight.count, 4)); /* hello, scope, two changesets */
    CHECK_EQ(w->appended, 0);
    fuzz_session_run(program, sizeof program);
    CHECK_EQ(w->appended, 2);
    fuzz_session_run(program, 3);
    CHECK_EQ(w->appended, 1);
}

TEST(flight_bent_and_cut_everywhere)
{
    bend_all(fuzz_session_run, &fuzz_session_world.flight);
}

TEST(flights_by_chance)
{
    by_chance(fuzz_session_run);
    CHECK(fuzz_session_world.built);
}

TEST(genuine_answer_arrives_whole)
{
    static const uint8_t program[] = {0x00, 0x10, 0x20, 0x30, 0x48, 0x06};
    struct fuzz_answer_world *w = &fuzz_answer_world;

    fuzz_answer_run(program, 0);
    REQUIRE(CHECK_EQ(w->answer.count, 5)); /* scope, leaf, own, checkpoint, close */
    CHECK_EQ(w->sent + w->received, 0);
    fuzz_answer_run(program, sizeof program);
    CHECK_EQ(w->sent, 1);
    CHECK_EQ(w->received, 1);
}

TEST(answer_bent_and_cut_everywhere)
{
    bend_all(fuzz_answer_run, &fuzz_answer_world.answer);
}

TEST(answers_by_chance)
{
    by_chance(fuzz_answer_run);
    CHECK(fuzz_answer_world.built);
}
