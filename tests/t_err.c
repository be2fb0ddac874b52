/* t_err.c - the table of errors keeps its promises, and every sentence is said in Vietnamese. */
#include "../common/err.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

TEST(every_row_has_a_name_and_a_sentence)
{
    for (unsigned e = 0; e < ERR_COUNT; e++) {
        CHECK(strlen(err_name((enum err)e)) > 1);
        CHECK(strlen(err_sentence((enum err)e)) > 3);
        for (unsigned f = 0; f < e; f++)
            CHECK(strcmp(err_sentence((enum err)e), err_sentence((enum err)f)) != 0);
    }
    CHECK_STR(err_name(ERR_BAD_DATE), "BAD_DATE");
}

TEST(wire_numbers_name_one_error_each)
{
    static const unsigned wires[] = {
#define WIRE(name, class, wire, exit_status, sentence) wire,
        ERR_TABLE(WIRE)
#undef WIRE
    };
    unsigned seen[256] = {0};

    for (unsigned e = 0; e < ERR_COUNT; e++) {
        REQUIRE(wires[e] < ARRAY_LEN(seen));
        if (wires[e] != 0)
            CHECK_EQ(++seen[wires[e]], 1);
        CHECK_EQ(err_wire((enum err)e), e == ERR_OK ? 0 : wires[e] != 0 ? wires[e] : 1);
        CHECK_EQ(err_from_wire(err_wire((enum err)e)), wires[e] != 0 || e == ERR_OK ? e : ERR_OTHER);
    }
}

TEST(numbers_of_a_newer_program_are_other)
{
    CHECK_EQ(err_from_wire(255), ERR_OTHER);
    CHECK_EQ(err_from_wire(256 + 2), ERR_OTHER);
    CHECK_EQ(err_from_wire(UINT64_MAX), ERR_OTHER);
}

/* The numbers other programs and scripts rely on: they never change. */
TEST(published_numbers)
{
    CHECK_EQ(err_exit_status(ERR_OK), 0);
    CHECK_EQ(err_exit_status(ERR_OTHER), 1);
    CHECK_EQ(err_exit_status(ERR_USAGE), 2);
    CHECK_EQ(err_exit_status(ERR_BAD_VALUE), 2);
    CHECK_EQ(err_exit_status(ERR_PARTLY), 3);
    CHECK_EQ(err_exit_status(ERR_NO_STORE), 10);
    CHECK_EQ(err_exit_status(ERR_LOCKED), 11);
    CHECK_EQ(err_exit_status(ERR_AUTH), 12);
    CHECK_EQ(err_exit_status(ERR_OFFLINE), 13);
    CHECK_EQ(err_exit_status(ERR_CONFLICTS), 14);
    CHECK_EQ(err_exit_status(ERR_DAMAGED), 15);
    CHECK_EQ(err_exit_status(ERR_NO_SPACE), 16);
    CHECK_EQ(err_exit_status(ERR_BAD_FRAME), 17);
    CHECK_EQ(err_exit_status(ERR_TOO_NEW), 18);
    CHECK_EQ(err_class(ERR_OK), ERR_CLASS_NONE);
    CHECK_EQ(err_class(ERR_OFFLINE), ERR_CLASS_RETRY);
    CHECK_EQ(err_class(ERR_REVOKED), ERR_CLASS_REFUSED);
    CHECK_EQ(err_class(ERR_DAMAGED), ERR_CLASS_CORRUPT);
}

/* People read one line after another: each begins with no small letter (of ASCII, or đ) and ends with a full stop. */
static bool is_sentence(const char *text)
{
    const char *end = strchr(text, '"');
    bool small = (text[0] >= 'a' && text[0] <= 'z') || strncmp(text, "\xc4\x91", 2) == 0;
    return !small && end != NULL && end[-1] == '.';
}

/* The tests run in the top folder. */
TEST(every_sentence_is_said_in_vietnamese)
{
    struct buf po = {0}, want = {0};
    FILE *f = fopen("po/vi.po", "r");

    REQUIRE(f != NULL);
    for (int c = getc(f); c != EOF; c = getc(f))
        buf_put_u8(&po, (uint8_t)c);
    fclose(f);
    for (unsigned e = 0; e < ERR_COUNT; e++) {
        buf_clear(&want);
        buf_printf(&want, "\nmsgid \"%s\"\nmsgstr \"", err_sentence((enum err)e));
        const char *at = strstr(buf_cstr(&po), buf_cstr(&want));
        if (!CHECK(at != NULL && at[want.n] != '"'))
            printf("  without Vietnamese: %s\n", err_name((enum err)e));
        else if (!CHECK(is_sentence(at + want.n)))
            printf("  no sentence: %s\n", err_name((enum err)e));
    }
    buf_deinit(&want);
    buf_deinit(&po);
}
