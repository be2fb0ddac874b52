/* t_pages.c - a store's file cut anywhere or flipped anywhere is an error or makes no difference, never a crash. */
#include "test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/kv.h"
#include "../common/pages.h"

#define PAGE 4096u
#define ROWS 400u

static const char *const names[] = {"small", "large", "empty"};
static const struct kv_spec spec = {names, 3, 1 << 20, 64 << 20};

struct sample {
    char dir[300], file[320];
    struct buf whole; /* the file as it was written */
};

/* Two levels of pages, values larger than a page, an empty table, and pages that were freed. */
static void make_sample(struct sample *s)
{
    static uint8_t big[20000];
    struct kv *kv = NULL;
    struct kv_txn txn;
    bool ok = true;
    snprintf(s->dir, sizeof(s->dir), "%s/store", test_dir());
    snprintf(s->file, sizeof(s->file), "%s/data.mdb", s->dir);
    ok = kv_create(s->dir, &spec, NULL, NULL) == ERR_OK && kv_open(s->dir, &spec, KV_WRITE, &kv) == ERR_OK;
    for (unsigned round = 0; round < 3 && ok; round++) {
        ok = kv_begin(kv, true, &txn) == ERR_OK;
        for (uint32_t i = 0; i < ROWS && ok; i++) {
            uint32_t key = __builtin_bswap32(i * 2654435761u);
            ok = kv_put(&txn, 0, bytes_of(&key, 4), bytes_of(big, 20 + i % 60)) == ERR_OK;
        }
        for (uint32_t i = 0; i < 5 && ok; i++) {
            uint32_t key = i + 10 * round;
            ok = kv_put(&txn, 1, bytes_of(&key, 4), bytes_of(big, 4000 * (i + 1))) == ERR_OK;
        }
        for (uint32_t i = 0; i < 5 && ok && round == 1; i++)
            ok = kv_del(&txn, 1, bytes_of(&i, 4)) == ERR_OK;
        ok = ok && kv_commit(&txn) == ERR_OK;
    }
    kv_close(kv);
    FILE *f = fopen(s->file, "rb");
    uint8_t piece[PAGE];
    for (size_t n; f != NULL && (n = fread(piece, 1, sizeof(piece), f)) > 0;)
        buf_put(&s->whole, piece, n);
    if (f != NULL)
        fclose(f);
    CHECK(ok && s->whole.n > 20 * PAGE);
}

static void write_sample(const struct sample *s, size_t n)
{
    int fd = open(s->file, O_WRONLY | O_TRUNC);
    if (fd < 0 || write(fd, s->whole.p, n) != (ssize_t)n)
        abort();
    close(fd);
}

static bool count_row(void *arg, struct bytes key, struct bytes value)
{
    unsigned *count = arg;
    for (size_t i = 0; i < value.n; i++) /* touch all of it */
        *count += value.p[i] & key.p[0] & 0;
    *count += 1;
    return true;
}

/* Opens, reads every row and writes one; sometimes for good. */
static enum err use(const struct sample *s, unsigned *rows)
{
    static unsigned calls;
    struct kv *kv;
    struct kv_txn txn;
    *rows = 0;
    enum err e = kv_open(s->dir, &spec, KV_CHECK_WRITE, &kv);
    if (e != ERR_OK)
        return e;
    e = kv_begin(kv, true, &txn);
    for (size_t table = 0; table < 3 && e == ERR_OK; table++)
        e = kv_scan(&txn, table, bytes_of(NULL, 0), count_row, rows);
    if (e == ERR_OK)
        e = kv_put(&txn, 2, bytes_of_str("a"), bytes_of_str("b"));
    if (e == ERR_OK && calls++ % 16 == 0)
        e = kv_commit(&txn);
    kv_abort(&txn);
    kv_close(kv);
    return e;
}

TEST(a_sound_file)
{
    struct sample s = {0};
    unsigned rows;
    make_sample(&s);
    CHECK_EQ(use(&s, &rows), ERR_OK);
    CHECK_EQ(rows, ROWS + 10);
    buf_deinit(&s.whole);
}

/* LMDB keeps a value's pages when a shorter one replaces it in the same transaction (found by t_store under ASan). */
TEST(a_value_that_got_shorter_in_its_transaction)
{
    static uint8_t big[20000];
    char dir[300];
    struct kv *kv = NULL;
    struct kv_txn txn;

    snprintf(dir, sizeof(dir), "%s/shorter", test_dir());
    REQUIRE(kv_create(dir, &spec, NULL, NULL) == ERR_OK && kv_open(dir, &spec, KV_WRITE, &kv) == ERR_OK);
    REQUIRE(kv_begin(kv, true, &txn) == ERR_OK);
    CHECK_EQ(kv_put(&txn, 1, bytes_of("key", 3), bytes_of(big, sizeof(big))), ERR_OK);
    CHECK_EQ(kv_put(&txn, 1, bytes_of("key", 3), bytes_of(big, 5000)), ERR_OK);
    CHECK_EQ(kv_commit(&txn), ERR_OK);
    kv_close(kv);
    kv = NULL;
    CHECK_EQ(kv_open(dir, &spec, KV_CHECK_WRITE, &kv), ERR_OK);
    if (kv != NULL)
        kv_close(kv);
}

TEST(cut_files)
{
    struct sample s = {0};
    unsigned rows;
    make_sample(&s);
    struct pages pages;
    int fd = open(s.file, O_RDONLY);
    CHECK_EQ(pages_check(fd, PAGES_ALL, &pages), ERR_OK);
    CHECK(pages.used_size >= s.whole.n && pages.file_size == s.whole.n && pages.page_size == PAGE);
    close(fd);
    unsigned sound = 0, damaged = 0;
    for (size_t n = 0; n < s.whole.n; n += n % PAGE == 0 ? 1 : n % PAGE == 1 ? 2046 : 2049) {
        write_sample(&s, n);
        enum err e = use(&s, &rows);
        CHECK(e == ERR_DAMAGED || (e == ERR_OK && rows == ROWS + 10));
        *(e == ERR_OK ? &sound : &damaged) += 1;
    }
    CHECK(damaged > 20);
    CHECK(sound <= 3 * 12); /* only where nothing but free pages is missing */
    buf_deinit(&s.whole);
}

/* A bit flipped at each of many places. In a child, so that a crash is counted and not suffered. */
TEST(flipped_bits)
{
    struct sample s = {0};
    make_sample(&s);
    uint64_t chance = 11;
    unsigned *count = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    unsigned crashes = 0;
    for (unsigned batch = 0; batch < 30; batch++) {
        uint64_t seed = test_random(&chance);
        pid_t child = fork();
        if (child == 0) {
            for (unsigned i = 0; i < 100; i++) {
                size_t page = test_random(&seed) % (s.whole.n / PAGE);
                size_t at = page * PAGE + test_random(&seed) % (i % 2 == 0 ? 160 : PAGE); /* headers more often */
                uint8_t bit = (uint8_t)(1u << test_random(&seed) % 8);
                unsigned rows;
                s.whole.p[at] ^= bit;
                write_sample(&s, s.whole.n);
                enum err e = use(&s, &rows);
                s.whole.p[at] ^= bit;
                count[e == ERR_OK ? 0 : e == ERR_DAMAGED || e == ERR_TOO_NEW ? 1 : 2]++;
            }
            _exit(0);
        }
        int status;
        waitpid(child, &status, 0);
        crashes += status != 0;
    }
    CHECK_EQ(crashes, 0);
    CHECK(count[0] > 100);  /* in values and unused room: theirs to notice who wrote the values */
    CHECK(count[1] > 100);
    CHECK_EQ(count[2], 0);
    munmap(count, PAGE);
    buf_deinit(&s.whole);
}

TEST(garbage)
{
    struct sample s = {0};
    unsigned rows;
    uint64_t chance = 3;
    make_sample(&s);
    for (unsigned round = 0; round < 50; round++) {
        size_t from = round < 10 ? 0 : 2 * PAGE;
        for (size_t i = from; i < s.whole.n; i++)
            s.whole.p[i] = (uint8_t)test_random(&chance);
        write_sample(&s, s.whole.n);
        CHECK_EQ(use(&s, &rows), ERR_DAMAGED);
    }
    unlink(s.file);
    CHECK_EQ(use(&s, &rows), ERR_DAMAGED);
    buf_deinit(&s.whole);
}

/* A newer format says so in both meta pages. */
TEST(newer_format)
{
    struct sample s = {0};
    unsigned rows;
    make_sample(&s);
    s.whole.p[16 + 4] = s.whole.p[PAGE + 16 + 4] = 2;
    write_sample(&s, s.whole.n);
    CHECK_EQ(use(&s, &rows), ERR_TOO_NEW);
    buf_deinit(&s.whole);
}
