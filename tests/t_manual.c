/* t_manual.c - what is made from a table of commands, where odd letters and words stand in it. */
#include "../common/manual.h"
#include "test.h"

static const struct opt_row rows[] = {
    {.name = "ra", .alias = "out", .letter = 'o', .kind = OPT_TEXT, .value = "FILE", .help = ".where 'it' goes"},
    {.name = "dang", .kind = OPT_TEXT, .value = "a|b|OTHER", .help = "back\\slash"},
    {.name = "thu", .kind = OPT_FLAG, .help = "only look"},
};
static const struct opt_table table = {rows, ARRAY_LEN(rows), "KIND [FILE]", 1, 2};
static const struct manual_example examples[] = {
    {"lam", "{x:3f2a} --ra {y:b.pdf} {z", "does it", NULL},
    {"cach", "lam viec", "step one", NULL},
    {"cach", "", "step two", "a person"},
};
static const struct manual_topic topics[] = {{"cach", "how", "How"}};

static struct manual_command command(size_t i)
{
    (void)i;
    return (struct manual_command){"lam", "do", "It does.", &table};
}

static const char *kind(size_t i)
{
    static const char *const words[] = {"viec", "hop", NULL};
    return words[i];
}

static const struct manual_list lists[] = {{"KIND", kind}};

static const char *same(const char *msgid)
{
    return msgid;
}

static const struct manual manual = {
    .program = "thu", .section = "1", .title = "A title", .about = ".about-it", .version = "7", .date = "2026-01-02",
    .commands = 1, .command = command, .examples = examples, .example_count = ARRAY_LEN(examples),
    .topics = topics, .topic_count = 1, .lists = lists, .list_count = 1, .translate = same,
};

static bool holds(struct buf *text, const char *part)
{
    return strstr(buf_cstr(text), part) != NULL;
}

TEST(an_example_shows_what_stands_for_a_number)
{
    struct buf out = {0};

    CHECK(manual_examples(&manual, "lam", &out));
    CHECK_STR(buf_cstr(&out), "  thu lam 3f2a --ra b.pdf {z\n      does it\n");
    buf_clear(&out);
    CHECK(manual_examples(&manual, "cach", &out));
    CHECK_STR(buf_cstr(&out), "  thu lam viec\n      step one\n  thu \n      step two\n");
    buf_clear(&out);
    CHECK(!manual_examples(&manual, "khac", &out));
    CHECK_EQ(out.n, 0);
    buf_deinit(&out);
}

TEST(help_has_examples_before_options)
{
    struct buf out = {0};
    const struct manual_command c = command(0);

    manual_help(&manual, &c, &out);
    const char *example = strstr(buf_cstr(&out), "thu lam 3f2a"), *option = strstr(buf_cstr(&out), "  -o, --ra FILE");
    CHECK(example != NULL && option != NULL && example < option);
    buf_deinit(&out);
}

TEST(a_page_takes_no_text_for_a_request)
{
    struct buf out = {0};

    manual_page(&manual, &out);
    CHECK(holds(&out, ".TH \"THU\" \"1\" \"2026-01-02\" \"thu 7\"\n"));
    CHECK(holds(&out, "\n\\&.about\\-it\n"));
    CHECK(holds(&out, "\n\\&.where 'it' goes\n"));
    CHECK(holds(&out, "\nback\\eslash\n"));
    CHECK(holds(&out, "\\fB\\-o\\fR, \\fB\\-\\-ra\\fR, \\fB\\-\\-out\\fR \\fIFILE\\fR\n"));
    buf_deinit(&out);
}

TEST(completion_knows_what_a_value_may_be)
{
    struct buf out = {0};

    manual_bash(&manual, &out);
    CHECK(holds(&out, "    lam | do)\n"));
    CHECK(holds(&out, "options='--ra --dang --thu '"));
    CHECK(holds(&out, "valued='--ra --out --dang '"));
    CHECK(holds(&out, "args=('viec hop' '@' )"));
    CHECK(holds(&out, "--ra | --out) of='@' ;;"));
    CHECK(holds(&out, "--dang) of='a b ' ;;"));
    CHECK(holds(&out, "complete -o default -F _thu thu\n"));
    CHECK(!holds(&out, "NAME"));
    buf_deinit(&out);
}

TEST(json_says_what_the_table_says)
{
    struct buf out = {0};
    const struct manual_command c = command(0);

    manual_json(&manual, &c, &out);
    CHECK(holds(&out, "{\"v\":1,\"command\":\"lam\",\"alias\":\"do\",\"summary\":\"It does.\",\"args\":\"KIND [FILE]\""));
    CHECK(holds(&out, "{\"name\":\"thu\",\"help\":\"only look\",\"required\":false,\"repeated\":false}"));
    CHECK(holds(&out, "{\"words\":\"{x:3f2a} --ra {y:b.pdf} {z\",\"says\":\"does it\"}"));
    buf_clear(&out);
    manual_topic_json(&manual, &topics[0], &out);
    CHECK(holds(&out, "\"unrun\":\"a person\""));
    buf_deinit(&out);
}

TEST(a_status_is_said_by_its_first_error)
{
    CHECK_STR(manual_status(0), "done");
    CHECK_STR(manual_status(2), "the command was not understood");
    CHECK(manual_status(MANUAL_STATUS_MOST) == NULL);
    CHECK(manual_status(-1) == NULL);
}
