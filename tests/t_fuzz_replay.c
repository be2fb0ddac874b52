/* t_fuzz_replay.c - the fuzz programs of the wire without a fuzzer: the inputs of tests/corpus, and every row of
 * tests/vectors whole, cut anywhere, and with each of its bits flipped. A program that finds something wrong aborts. */
#include "test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define LLVMFuzzerTestOneInput fuzz_mp
#include "fuzz_mp.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_frame
#include "fuzz_frame.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_message
#include "fuzz_message.c"
#undef LLVMFuzzerTestOneInput

#define VECTORS "tests/vectors"

static const struct target {
    const char *corpus;
    int (*run)(const uint8_t *p, size_t n);
    bool lead; /* the first byte is not part of what is read: a row comes behind each of some */
} targets[] = {
    { "tests/corpus/fuzz_mp", fuzz_mp, false },
    { "tests/corpus/fuzz_frame", fuzz_frame, true },
    { "tests/corpus/fuzz_message", fuzz_message, true },
};

/* In memory of exactly its size, so that a sanitizer sees one byte too many. */
static void run_exact(const struct target *t, struct bytes input)
{
    uint8_t *own = mem_alloc(input.n);

    if (input.n > 0)
        memcpy(own, input.p, input.n);
    t->run(own, input.n);
    free(own);
}

static void run_damaged(const struct target *t, struct buf *b)
{
    size_t from = t->lead ? 1 : 0;

    for (size_t n = 0; n <= b->n; n++)
        run_exact(t, bytes_of(b->p, n));
    for (size_t bit = 8 * from; bit < 8 * b->n; bit++) {
        b->p[bit / 8] ^= (uint8_t)(1u << bit % 8);
        run_exact(t, buf_bytes(b));
        b->p[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

/* A message is tried as every type whole, and damaged as the types that read a body of this length at all. */
static void run_row(const struct target *t, struct bytes row)
{
    for (unsigned lead = 0; lead <= (t->lead ? 16 : 0); lead++) {
        struct buf b = { 0 };
        if (t->lead)
            buf_put_u8(&b, (uint8_t)lead);
        buf_put_bytes(&b, row);
        if (!t->lead || (t->run == fuzz_message ? mp_check(row) == ERR_OK : lead % 8 == 0))
            run_damaged(t, &b);
        else
            run_exact(t, buf_bytes(&b));
        buf_deinit(&b);
    }
}

/* Calls visit with the path of each file of a directory that ends so; returns how many. */
static size_t each_file(const char *dir, const char *end, void (*visit)(const char *path, const void *arg),
                        const void *arg)
{
    DIR *d = opendir(dir);
    size_t count = 0;

    if (d == NULL)
        return 0;
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        size_t n = strlen(e->d_name);
        char path[512];
        if (e->d_name[0] == '.' || n < strlen(end) || strcmp(e->d_name + n - strlen(end), end) != 0)
            continue;
        snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
        visit(path, arg);
        count++;
    }
    closedir(d);
    return count;
}

static void read_file(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "rb");
    uint8_t piece[4096];
    size_t n;

    REQUIRE(f != NULL);
    while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
        buf_put(out, piece, n);
    fclose(f);
}

static void replay_input(const char *path, const void *target)
{
    struct buf b = { 0 };

    read_file(path, &b);
    run_exact(target, buf_bytes(&b));
    buf_deinit(&b);
}

static void replay_vectors(const char *path, const void *target)
{
    struct buf text = { 0 };
    char *save = NULL;

    read_file(path, &text);
    buf_put_u8(&text, 0);
    for (char *line = strtok_r((char *)text.p, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
        struct buf row = { 0 };
        char *hex = strstr(line, ": ");
        if (line[0] == '#' || hex == NULL)
            continue;
        hex[2 + strspn(hex + 2, "0123456789abcdef")] = '\0';
        hex_to_buf(hex + 2, &row);
        run_row(target, buf_bytes(&row));
        buf_deinit(&row);
    }
    buf_deinit(&text);
}

static void replay(const struct target *t)
{
    each_file(t->corpus, "", replay_input, t);
    CHECK(each_file(VECTORS, ".hex", replay_vectors, t) > 0);
}

TEST(mp)
{
    replay(&targets[0]);
}

TEST(frame)
{
    replay(&targets[1]);
}

TEST(message)
{
    replay(&targets[2]);
}
