/* t_fuzz_file.c - fuzz_file without a fuzzer: the inputs of tests/corpus, and thousands of drawn programs. */
#include <dirent.h>
#include <stdio.h>

#include "test.h"

#define LLVMFuzzerTestOneInput fuzz_file
#include "fuzz_file.c"
#undef LLVMFuzzerTestOneInput

TEST(known_inputs)
{
    DIR *d = opendir("tests/corpus/fuzz_file");
    size_t count = 0;

    REQUIRE(d != NULL);
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        char path[512];
        uint8_t input[4096];
        FILE *f;

        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "tests/corpus/fuzz_file/%s", e->d_name);
        f = fopen(path, "rb");
        REQUIRE(f != NULL);
        fuzz_file(input, fread(input, 1, sizeof(input), f));
        fclose(f);
        count++;
    }
    closedir(d);
    CHECK(count >= 4);
    CHECK(fuzz_file_world.taken[0] > 0); /* both genuine files are among them */
    CHECK(fuzz_file_world.taken[1] > 0);
}

TEST(drawn_programs)
{
    uint64_t chance = 7;

    for (unsigned i = 0; i < 2000; i++) {
        uint8_t input[96];
        size_t n = 1 + test_random(&chance) % (sizeof(input) - 1);

        for (size_t k = 0; k < n; k++)
            input[k] = (uint8_t)test_random(&chance);
        if (i % 4 == 0) /* the whole file, and more */
            input[1] = 200;
        fuzz_file(input, n);
    }
}
