/* test.h - the harness of every tests/t_*.c: cases register themselves, checks count and say where.
 *
 *     TEST(what_it_shows) { CHECK(x); CHECK_EQ(got, expected); REQUIRE(p != NULL); }
 *
 * A check that fails prints its place and goes on; REQUIRE leaves the case. main comes from tests/test_main.c
 * (libtest.a) unless the program has its own, which then calls test_run. Arguments choose cases by a part of their
 * name. The last line is `<program>: N passed, N failed` (cases, not checks); status 1 if a case failed or none ran. */
#ifndef CHIBO_TEST_H
#define CHIBO_TEST_H

#include "../common/base.h"
#include "../common/buf.h"

struct test_case {
    const char *name;
    void (*run)(void);
    struct test_case *next;
};

#define TEST(name)                                                       \
    static void test_##name(void);                                       \
    __attribute__((constructor)) static void test_register_##name(void)  \
    {                                                                    \
        static struct test_case self = {#name, test_##name, NULL};       \
        test_register(&self);                                            \
    }                                                                    \
    static void test_##name(void)

/* Each is an expression: true when it holds. */
#define CHECK(cond) test_check((cond), #cond, __FILE__, __LINE__)
#define CHECK_EQ(got, want) \
    test_check_eq((long long)(got), (long long)(want), #got " == " #want, __FILE__, __LINE__)
#define CHECK_MEM(got, want, n) test_check_mem((got), (want), (n), #got " == " #want, __FILE__, __LINE__)
#define CHECK_STR(got, want) test_check_str((got), (want), #got " == " #want, __FILE__, __LINE__)
#define CHECK_BYTES(got, want) test_check_bytes((got), (want), #got " == " #want, __FILE__, __LINE__)
#define REQUIRE(cond)     \
    do {                  \
        if (!CHECK(cond)) \
            return;       \
    } while (0)

void test_register(struct test_case *self);
int test_run(int argc, char **argv); /* what main returns */

bool test_check(bool holds, const char *what, const char *file, int line);
bool test_check_eq(long long got, long long want, const char *what, const char *file, int line);
bool test_check_mem(const void *got, const void *want, size_t n, const char *what, const char *file, int line);
bool test_check_str(const char *got, const char *want, const char *what, const char *file, int line);
bool test_check_bytes(struct bytes got, struct bytes want, const char *what, const char *file, int line);

/* Appends the bytes written in hex; blanks are skipped; anything else is a mistake in the test and aborts. */
void hex_to_buf(const char *hex, struct buf *out);
/* A new empty directory, removed with all it holds when the program ends. The name is the harness's. */
const char *test_dir(void);
/* Seeded chance (splitmix64): *state is the seed and moves on. */
uint64_t test_random(uint64_t *state);

#endif
