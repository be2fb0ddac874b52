/* t_opt.c - option tables: what is understood, what is refused and how it is said. */
#include "../common/opt.h"
#include "test.h"

static const struct opt_row rows[] = {
    {.name = "dat", .alias = "set", .kind = OPT_TEXT, .value = "FIELD=VALUE", .help = "set a field", .repeated = true},
    {.name = "dia-chi", .alias = "listen", .letter = 'l', .kind = OPT_TEXT, .value = "HOST:PORT", .help = "where"},
    {.name = "so-luong", .alias = "limit", .kind = OPT_NUMBER, .value = "N", .help = "how many", .most = 500},
    {.name = "so-lan", .kind = OPT_NUMBER, .value = "N", .help = "how often"},
    {.name = "json", .letter = 'j', .kind = OPT_FLAG, .help = "for programs"},
};
static const struct opt_table table = {rows, ARRAY_LEN(rows), "KIND [TEXT]", 1, 2};

#define PARSE(p, ...) parse((p), (const char *const[]){__VA_ARGS__, NULL})

static enum err parse(struct opt_parsed *p, const char *const *words)
{
    char *argv[32];
    int argc = 0;

    for (; words[argc] != NULL; argc++)
        memcpy(&argv[argc], &words[argc], sizeof(argv[0])); /* opt_parse only reads them */
    return opt_parse(&table, argc, argv, p);
}

TEST(names_values_and_arguments_in_any_order)
{
    struct opt_parsed p;
    size_t at = 0;

    CHECK_EQ(PARSE(&p, "--set", "name=An", "task", "--json", "--dat=due=", "--so-luong=500", "--set", "-x", "text"),
             ERR_OK);
    CHECK_EQ(p.problem, OPT_FINE);
    CHECK_STR(opt_next(&p, "dat", &at), "name=An");
    CHECK_STR(opt_next(&p, "dat", &at), "due=");
    CHECK_STR(opt_next(&p, "dat", &at), "-x");
    CHECK_STR(opt_next(&p, "dat", &at), NULL);
    CHECK_STR(opt_next(&p, "dat", &at), NULL);
    CHECK(opt_given(&p, "json"));
    CHECK_EQ(opt_number(&p, "so-luong", 7), 500);
    CHECK_EQ(opt_number(&p, "so-lan", 7), 7);
    CHECK_STR(opt_text(&p, "dia-chi", "none"), "none");
    CHECK_EQ(p.arg_count, 2);
    CHECK_STR(opt_arg(&p, 0), "task");
    CHECK_STR(opt_arg(&p, 1), "text");
    opt_deinit(&p);
    opt_deinit(&p);
}

TEST(letters_dashes_and_empty_values)
{
    struct opt_parsed p;

    CHECK_EQ(PARSE(&p, "-j", "-l", "[::1]:0", "-", "--", "--json"), ERR_OK);
    CHECK(opt_given(&p, "json"));
    CHECK_STR(opt_text(&p, "dia-chi", NULL), "[::1]:0");
    CHECK_STR(opt_arg(&p, 0), "-");
    CHECK_STR(opt_arg(&p, 1), "--json");
    opt_deinit(&p);
    CHECK_EQ(PARSE(&p, "k", "--listen="), ERR_OK);
    CHECK_STR(opt_text(&p, "dia-chi", NULL), "");
    opt_deinit(&p);
}

TEST(beginnings_of_names)
{
    struct opt_parsed p;

    CHECK_EQ(PARSE(&p, "k", "--js", "--lis", "x", "--so-lu=3"), ERR_OK);
    CHECK(opt_given(&p, "json"));
    CHECK_STR(opt_text(&p, "dia-chi", NULL), "x");
    CHECK_EQ(opt_number(&p, "so-luong", 0), 3);
    opt_deinit(&p);
    CHECK_EQ(PARSE(&p, "k", "--so-l=3"), ERR_USAGE);
    CHECK_EQ(p.problem, OPT_AMBIGUOUS);
    opt_deinit(&p);
    CHECK_EQ(PARSE(&p, "k", "--=3"), ERR_USAGE);
    CHECK_EQ(p.problem, OPT_UNKNOWN);
    opt_deinit(&p);
}

struct refusal {
    const char *words[6];
    enum err err;
    enum opt_problem problem;
    const char *word;
};

TEST(what_is_refused)
{
    static const struct refusal table_of[] = {
        {{"k", "--jsno"}, ERR_USAGE, OPT_UNKNOWN, "--jsno"},
        {{"k", "-q"}, ERR_USAGE, OPT_UNKNOWN, "-q"},
        {{"k", "-jl"}, ERR_USAGE, OPT_UNKNOWN, "-jl"},
        {{"k", "--listen"}, ERR_USAGE, OPT_NO_VALUE, "--listen"},
        {{"k", "--json=1"}, ERR_USAGE, OPT_NEEDLESS_VALUE, "--json=1"},
        {{"k", "--so-luong", "501"}, ERR_BAD_VALUE, OPT_TOO_GREAT, "501"},
        {{"k", "--so-luong", "5x"}, ERR_BAD_VALUE, OPT_NOT_A_NUMBER, "5x"},
        {{"k", "--so-luong="}, ERR_BAD_VALUE, OPT_NOT_A_NUMBER, ""},
        {{"k", "--so-luong=-1"}, ERR_BAD_VALUE, OPT_NOT_A_NUMBER, "-1"},
        {{"k", "--so-lan=18446744073709551616"}, ERR_BAD_VALUE, OPT_TOO_GREAT, "18446744073709551616"},
        {{"k", "--listen=a", "-l", "b"}, ERR_USAGE, OPT_TWICE, "-l"},
        {{"--json"}, ERR_USAGE, OPT_TOO_FEW_ARGS, "KIND [TEXT]"},
        {{"a", "b", "c"}, ERR_USAGE, OPT_TOO_MANY_ARGS, "c"},
    };
    struct opt_parsed p;

    for (size_t i = 0; i < ARRAY_LEN(table_of); i++) {
        CHECK_EQ(parse(&p, table_of[i].words), table_of[i].err);
        CHECK_EQ(p.problem, table_of[i].problem);
        CHECK_STR(p.word, table_of[i].word);
        opt_deinit(&p);
    }
    CHECK_EQ(PARSE(&p, "k", "--so-lan=18446744073709551615"), ERR_OK);
    CHECK(opt_number(&p, "so-lan", 0) == UINT64_MAX);
    opt_deinit(&p);
}

TEST(required_options)
{
    static const struct opt_row needed[] = {
        {.name = "name", .kind = OPT_TEXT, .value = "NAME", .help = "h", .required = true},
    };
    static const struct opt_table one = {needed, 1, NULL, 0, 0};
    struct opt_parsed p;
    struct buf said = {0};

    CHECK_EQ(opt_parse(&one, 0, NULL, &p), ERR_USAGE);
    CHECK_EQ(p.problem, OPT_REQUIRED);
    opt_explain(&p, NULL, &said);
    CHECK_STR(buf_cstr(&said), "this option is required: --name");
    buf_deinit(&said);
    opt_deinit(&p);
}

static const char *shout(const char *msgid)
{
    return strcmp(msgid, "did you mean") == 0 ? "có phải" : strcmp(msgid, "HOST:PORT") == 0 ? "MÁY:CỔNG" : msgid;
}

TEST(a_slip_is_recognised)
{
    struct opt_parsed p;
    struct buf said = {0};

    CHECK_EQ(PARSE(&p, "k", "--jsno"), ERR_USAGE);
    opt_explain(&p, shout, &said);
    CHECK_STR(buf_cstr(&said), "there is no such option: --jsno (có phải --json?)");
    opt_deinit(&p);
    CHECK_EQ(PARSE(&p, "k", "--liste=x"), ERR_OK);
    opt_deinit(&p);
    CHECK_EQ(PARSE(&p, "k", "--lisetn=x"), ERR_USAGE);
    CHECK(p.close == &rows[1]);
    opt_deinit(&p);
    CHECK_EQ(PARSE(&p, "k", "--absolutely-elsewhere-and-much-too-long-for-this"), ERR_USAGE);
    CHECK(p.close == NULL);
    opt_deinit(&p);
    buf_deinit(&said);
}

TEST(usage_from_the_table)
{
    struct buf text = {0};

    opt_usage(&table, "chibo ghi", shout, &text);
    CHECK_STR(buf_cstr(&text), "chibo ghi KIND [TEXT] [--dat FIELD=VALUE]… [--dia-chi MÁY:CỔNG] [--so-luong N]"
                               " [--so-lan N] [--json]\n"
                               "  --dat FIELD=VALUE …     set a field\n"
                               "  -l, --dia-chi MÁY:CỔNG  where\n"
                               "  --so-luong N            how many\n"
                               "  --so-lan N              how often\n"
                               "  -j, --json              for programs\n");
    buf_deinit(&text);
}

TEST(distances)
{
    CHECK_EQ(opt_distance("", ""), 0);
    CHECK_EQ(opt_distance("", "abc"), 3);
    CHECK_EQ(opt_distance("kitten", "sitting"), 3);
    CHECK_EQ(opt_distance("Sync", "sync"), 0);
    CHECK_EQ(opt_distance("snyc", "sync"), 1);
    CHECK_EQ(opt_distance("ca", "abc"), 3); /* restricted: no letter twice */
    CHECK_EQ(opt_distance("abcd", "badc"), 2);
    CHECK_EQ(opt_distance("dong-bo", "dongbo"), 1);
    CHECK(opt_is_close("snyc", "sync"));
    CHECK(!opt_is_close("show", "sync"));
    CHECK(!opt_is_close("x", "y"));
}
