/* test.c - see test.h. */
#include "test.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DIRS_MAX 64

static struct test_case *first_case;
static struct test_case **last_case = &first_case;
static unsigned failed_checks;
static char dirs[DIRS_MAX][256];
static size_t dir_count;

static void print_hex(const char *label, const uint8_t *p, size_t n);
static void remove_dirs(void);

void test_register(struct test_case *self)
{
    *last_case = self;
    last_case = &self->next;
}

static bool chosen(const struct test_case *c, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strstr(c->name, argv[i]) != NULL)
            return true;
    return argc <= 1;
}

int test_run(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/');
    unsigned passed = 0, failed = 0;

    for (struct test_case *c = first_case; c != NULL; c = c->next) {
        if (!chosen(c, argc, argv))
            continue;
        failed_checks = 0;
        c->run();
        if (failed_checks > 0)
            printf("FAILED %s: %u check(s)\n", c->name, failed_checks);
        *(failed_checks > 0 ? &failed : &passed) += 1;
        fflush(stdout);
    }
    remove_dirs();
    printf("%s: %u passed, %u failed\n", slash != NULL ? slash + 1 : argv[0], passed, failed);
    return failed > 0 || passed == 0;
}

bool test_check(bool holds, const char *what, const char *file, int line)
{
    if (!holds) {
        failed_checks++;
        printf("%s:%d: not so: %s\n", file, line, what);
        fflush(stdout);
    }
    return holds;
}

bool test_check_eq(long long got, long long want, const char *what, const char *file, int line)
{
    if (!test_check(got == want, what, file, line))
        printf("  got %lld (0x%llx), expected %lld (0x%llx)\n", got, (unsigned long long)got, want,
               (unsigned long long)want);
    return got == want;
}

bool test_check_mem(const void *got, const void *want, size_t n, const char *what, const char *file, int line)
{
    return test_check_bytes(bytes_of(got, n), bytes_of(want, n), what, file, line);
}

bool test_check_str(const char *got, const char *want, const char *what, const char *file, int line)
{
    bool same = got != NULL && want != NULL ? strcmp(got, want) == 0 : got == want;

    if (!test_check(same, what, file, line))
        printf("  got      \"%s\"\n  expected \"%s\"\n", got != NULL ? got : "(null)", want != NULL ? want : "(null)");
    return same;
}

bool test_check_bytes(struct bytes got, struct bytes want, const char *what, const char *file, int line)
{
    bool same = got.n == want.n && (got.n == 0 || memcmp(got.p, want.p, got.n) == 0);

    if (!test_check(same, what, file, line)) {
        print_hex("got     ", got.p, got.n);
        print_hex("expected", want.p, want.n);
    }
    return same;
}

static void print_hex(const char *label, const uint8_t *p, size_t n)
{
    printf("  %s %zu:", label, n);
    for (size_t i = 0; i < n && i < 256; i++)
        printf("%s%02x", i % 4 == 0 ? " " : "", p[i]);
    printf("%s\n", n > 256 ? " ..." : "");
}

void hex_to_buf(const char *hex, struct buf *out)
{
    static const char digits[] = "0123456789abcdef";
    unsigned value = 0, have = 0;

    for (const char *s = hex; *s != '\0'; s++) {
        if (*s == ' ' || *s == '\n' || *s == '\t')
            continue;
        const char *at = strchr(digits, *s >= 'A' && *s <= 'F' ? *s - 'A' + 'a' : *s);
        assert(at != NULL);
        value = value << 4 | (unsigned)(at - digits);
        if (++have == 2) {
            buf_put_u8(out, (uint8_t)value);
            value = have = 0;
        }
    }
    assert(have == 0);
}

const char *test_dir(void)
{
    const char *base = getenv("TMPDIR");
    assert(dir_count < DIRS_MAX);
    char *dir = dirs[dir_count++];

    snprintf(dir, sizeof(dirs[0]), "%s/chibo-test-XXXXXX", base != NULL && *base != '\0' ? base : "/tmp");
    if (mkdtemp(dir) == NULL) {
        perror(dir);
        exit(1);
    }
    return dir;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
    (void)st;
    (void)kind;
    (void)walk;
    return remove(path);
}

static void remove_dirs(void)
{
    while (dir_count > 0)
        nftw(dirs[--dir_count], remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

uint64_t test_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}
