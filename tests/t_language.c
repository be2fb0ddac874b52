/* Language: Vietnamese without any help from the environment, English when asked for, and at what cost. */
#include "../common/language.h"
#include "test.h"

#include <stdlib.h>
#include <time.h>

/* The poorest environment there is: cron's, or an old image's. */
static void poor_environment(void)
{
    setenv("LANG", "C", 1);
    setenv("LC_ALL", "C", 1);
    setenv("LANGUAGE", "fr", 1);
    unsetenv("CHIBO_LANG");
}

static bool speaks_vietnamese(void)
{
    return CHECK(!language_is_english()) && CHECK_STR(_("Tuesday"), "thứ Ba");
}

static bool speaks_english(void)
{
    return CHECK(language_is_english()) && CHECK_STR(_("Tuesday"), "Tuesday");
}

TEST(vietnamese_is_what_one_gets)
{
    poor_environment();
    language_init(NULL);
    speaks_vietnamese();
    language_init("fr");
    speaks_vietnamese();
    setenv("CHIBO_LANG", "", 1);
    language_init(NULL);
    speaks_vietnamese();
}

TEST(english_by_config_or_environment_and_the_environment_wins)
{
    poor_environment();
    language_init("en");
    speaks_english();
    setenv("CHIBO_LANG", "vi", 1);
    language_init("en");
    speaks_vietnamese();
    setenv("CHIBO_LANG", "en", 1);
    language_init("vi");
    speaks_english();
}

TEST(a_sentence_without_translation_stays_english)
{
    poor_environment();
    language_init(NULL);
    CHECK_STR(_("no catalogue has this"), "no catalogue has this");
}

/* Every command pays this. 0.2 ms is the aim on an idle machine; the bound leaves room for a loaded one. */
TEST(the_start_costs_next_to_nothing)
{
    poor_environment();
    struct timespec from, to;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    language_init(NULL);
    CHECK_STR(_("Tuesday"), "thứ Ba");
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    int64_t cpu_us = (to.tv_sec - from.tv_sec) * 1000000 + (to.tv_nsec - from.tv_nsec) / 1000;
    CHECK(cpu_us < 2000);
}
