/* t_fold_digest.c - the digest of a scope's state against vectors/state.hex, which Python computed by itself. */
#include <stdio.h>

#include "../common/crypto.h"
#include "../proto/fold.h"
#include "test.h"

#define VECTORS "tests/vectors/state.hex"

/* The value of one line `name: hex` of the file; empty if there is none. */
static void vector(const char *name, struct buf *out)
{
    char line[512], key[32], hex[400];
    FILE *f = fopen(VECTORS, "r");

    buf_clear(out);
    if (!CHECK(f != NULL))
        return;
    while (fgets(line, sizeof(line), f) != NULL) {
        if (sscanf(line, "%31[^:]: %399s", key, hex) == 2 && strcmp(key, name) == 0)
            hex_to_buf(hex, out);
    }
    fclose(f);
}

static void numbered(const char *name, size_t i, struct buf *out)
{
    char key[32];

    snprintf(key, sizeof(key), "%s%zu", name, i);
    vector(key, out);
    CHECK(out->n > 0);
}

static struct id record(size_t i)
{
    struct buf b = {0};

    numbered("record", i, &b);
    struct id id = b.n == ID_SIZE ? id_from(b.p) : (struct id){{0}};
    buf_deinit(&b);
    return id;
}

static void check_state(const uint8_t accumulator[FOLD_ACCUMULATOR_SIZE], size_t parts)
{
    struct buf want = {0};
    struct hash digest = fold_digest(accumulator);

    numbered("begins", parts, &want);
    CHECK_BYTES(bytes_of(accumulator, 32), buf_bytes(&want));
    numbered("digest", parts, &want);
    CHECK_BYTES(bytes_of(digest.b, HASH_SIZE), buf_bytes(&want));
    buf_deinit(&want);
}

TEST(digests_are_those_that_python_computed)
{
    static uint8_t accumulator[FOLD_ACCUMULATOR_SIZE];
    struct buf part = {0};

    crypto_init();
    check_state(accumulator, 0);
    for (size_t i = 0; i < 4; i++) {
        struct id id = record(i);
        numbered("part", i, &part);
        fold_digest_add(accumulator, &id, buf_bytes(&part));
        check_state(accumulator, i + 1);
    }
    for (size_t i = 4; i-- > 0;) {
        struct id id = record(i);
        numbered("part", i, &part);
        fold_digest_remove(accumulator, &id, buf_bytes(&part));
        check_state(accumulator, i);
    }
    buf_deinit(&part);
}

TEST(order_means_nothing_and_what_went_leaves_nothing)
{
    static uint8_t forth[FOLD_ACCUMULATOR_SIZE], back[FOLD_ACCUMULATOR_SIZE];
    static const uint8_t zero[FOLD_ACCUMULATOR_SIZE];
    uint64_t chance = 5;
    struct id ids[50];
    uint8_t parts[50][9];

    crypto_init();
    for (size_t i = 0; i < 50; i++) {
        for (size_t k = 0; k < ID_SIZE; k++)
            ids[i].b[k] = (uint8_t)test_random(&chance);
        for (size_t k = 0; k < sizeof(parts[i]); k++)
            parts[i][k] = (uint8_t)test_random(&chance);
        fold_digest_add(forth, &ids[i], bytes_of(parts[i], sizeof(parts[i])));
    }
    for (size_t i = 50; i-- > 0;)
        fold_digest_add(back, &ids[i], bytes_of(parts[i], sizeof(parts[i])));
    CHECK_MEM(forth, back, sizeof(forth));
    CHECK(memcmp(forth, zero, sizeof(zero)) != 0);
    for (size_t i = 0; i < 50; i++)
        fold_digest_remove(forth, &ids[(i * 7) % 50], bytes_of(parts[(i * 7) % 50], sizeof(parts[0])));
    CHECK_MEM(forth, zero, sizeof(forth));
}
