/* t_fuzz_session.c - fuzz_session.c without a fuzzer: every byte of a genuine flight bent, every message cut anywhere,
 * programs by chance. One that finds something wrong aborts. */
#include "test.h"

#define LLVMFuzzerTestOneInput fuzz_session_run
#include "fuzz_session.c"
#undef LLVMFuzzerTestOneInput

#define PROGRAMS 3000

/* `which` of the flight bent or cut, the others genuine around it, LAST on the last. */
static void flight_with(size_t which, uint8_t op, size_t at, uint8_t mask)
{
    const struct fuzz_session_world *w = &fuzz_session_world;
    struct buf b = {0};

    for (size_t i = 0; i < w->count; i++) {
        uint8_t head = (uint8_t)(i << 4 | (i + 1 == w->count ? 0x08 : 0));

        if (i != which) {
            buf_put_u8(&b, head);
            continue;
        }
        buf_put_u8(&b, (uint8_t)(head | op));
        buf_put_u16(&b, (uint16_t)at);
        if (op == OP_BENT)
            buf_put_u8(&b, mask);
    }
    fuzz_session_run(b.p, b.n);
    buf_deinit(&b);
}

TEST(genuine_flight_arrives_whole)
{
    static const uint8_t program[] = {0x00, 0x10, 0x20, 0x38, 0x06};
    struct fuzz_session_world *w = &fuzz_session_world;

    fuzz_session_run(program, 0);
    REQUIRE(CHECK_EQ(w->count, 4)); /* hello, scope, two changesets */
    CHECK_EQ(w->appended, 0);
    fuzz_session_run(program, sizeof program);
    CHECK_EQ(w->appended, 2);
    fuzz_session_run(program, 3);
    CHECK_EQ(w->appended, 1);
}

TEST(every_byte_bent_and_every_cut)
{
    struct fuzz_session_world *w = &fuzz_session_world;

    fuzz_session_run(NULL, 0);
    for (size_t i = 0; i < w->count; i++)
        for (size_t at = 0; at < w->message[i].n; at++) {
            flight_with(i, OP_BENT, at, (uint8_t)(1u << (at + i) % 8));
            flight_with(i, OP_SHORT, at, 0);
        }
    CHECK(w->count > 0);
}

TEST(programs_by_chance)
{
    uint64_t chance = 1;

    for (size_t i = 0; i < PROGRAMS; i++) {
        uint8_t program[64];
        size_t n = test_random(&chance) % sizeof program;

        for (size_t k = 0; k < n; k++)
            program[k] = (uint8_t)(test_random(&chance) >> 16);
        if (n > 0 && i % 2 == 0)
            program[0] = 0; /* a hello that is believed */
        fuzz_session_run(program, n);
    }
    CHECK(fuzz_session_world.built);
}
