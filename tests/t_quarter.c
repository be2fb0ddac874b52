/* t_quarter.c - the quarterly match of registers: two readings of one log, compared. Each case is written as records and
 * as the lines a clerk would put down, from the domain's own rules; then the text of a record, and what a supplement
 * holds; then what a signature closes. */
#include "../proto/fold.h"
#include "../proto/freeze.h"
#include "../proto/mp.h"
#include "../proto/quarter_text.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#define Q4 202624

/* A name of up to 15 bytes stands for an id. */
static struct id id_named(const char *name)
{
    struct id id = {{0}};

    memcpy(id.b, name, strlen(name) < ID_SIZE ? strlen(name) : ID_SIZE - 1);
    return id;
}

static void put_value(const struct field_info *f, const char *text, struct buf *out)
{
    struct id id = id_named(text);

    if (f->type == TYPE_RECORD || f->type == TYPE_ORG)
        mp_put_bin(out, id.b, ID_SIZE);
    else if (f->type == TYPE_TEXT)
        mp_put_str(out, bytes_of_str(text));
    else if (text[0] == '-')
        mp_put_nil(out);
    else
        mp_put_uint(out, strtoull(text, NULL, 10));
}

/* One word FIELD=VALUE; a sign says who writes it: + the ward, - the cell; none: whoever it was first. */
static void fold_word(struct part *p, const struct kind_info *k, const char *word, unsigned *n)
{
    char name[40];
    struct version v = {{0}};
    struct change c = {.kind = k->number, .op = OP_SET, .count = 1};
    struct buf value = {0};
    bool cell = word[0] == '-';

    word += *word == '+' || *word == '-';
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
    const struct field_info *f = schema_field_named(k, name);
    REQUIRE(f != NULL);
    put_value(f, word + strlen(name) + 1, &value);
    c.triple[0] = (struct triple){.tag = schema_tag(f), .value = buf_bytes(&value)};
    v.b[VERSION_SIZE - 1] = (uint8_t)++*n;
    CHECK(fold_change(p, 2, &c, &v, !cell, 1, *n));
    buf_deinit(&value);
}

/* "KIND RECORD@ORG WORD WORD …" */
static void take_record(struct quarter_book *b, const char *text)
{
    char copy[512], *rest = copy, *at = NULL;
    unsigned n = 0;
    struct part p;

    snprintf(copy, sizeof copy, "%s", text);
    const struct kind_info *k = schema_kind_named(strsep(&rest, " "));
    char *name = strsep(&rest, " ");
    REQUIRE(k != NULL && name != NULL && (at = strchr(name, '@')) != NULL);
    *at = '\0';
    struct id record = id_named(name), org = id_named(at + 1);
    part_init(&p);
    for (char *word; (word = strsep(&rest, " ")) != NULL;)
        fold_word(&p, k, word, &n);
    quarter_take(b, &org, k->number, &record, &p);
    part_deinit(&p);
}

static void take_org(struct quarter_book *b, const char *name, const char *living)
{
    struct quarter_org o = {.id = id_named(name), .living = id_named(living)};

    snprintf(o.code, sizeof o.code, "CB-%s", name);
    buf_put(&b->orgs, &o, sizeof o);
}

static void book_of(const char *const *records, bool whole, struct quarter_book *b)
{
    *b = (struct quarter_book){.whole = whole};
    take_org(b, "A", "A");
    take_org(b, "B", "B");
    take_org(b, "OLD", "A");
    for (size_t i = 0; records[i] != NULL; i++)
        take_record(b, records[i]);
}

static void put_line(const struct quarter_line *l, struct buf *out)
{
    char extra[ID_SIZE + 1] = "";
    struct id other;

    /* an id stands as the name it was made of */
    if (id_parse(l->extra, &other) == ERR_OK)
        memcpy(extra, other.b, ID_SIZE);
    buf_printf(out, "%s %.16s %s|%s|%s|%s\n", quarter_what_name(l->what), (const char *)l->person.b, l->field, l->cell,
               l->ward, extra[0] != '\0' ? extra : l->extra);
}

#define AN "member an@A +family_name=Lò +given_name=An +gender=1 +born=19580300"
#define AN_FULL "membership sA@A member=an org=A +type=1 +from=20200101"

static const struct {
    const char *name;
    const char *records[8];
    const char *figures; /* those that are not 0|0 */
    const char *lines;
    bool part; /* the cell's own book, which knows nothing of others */
} cases[] = {
    {"one member, the same on both sides", {AN, AN_FULL}, "full|1|1\nmen|1|1\n", "", false},
    {"a record and no membership: both count him so", {AN}, "unplaced|1|1\nmen|1|1\n", "", false},
    {"moved in this quarter", {AN, "membership s@A member=an org=A +type=2 +from=20261005"},
     "probationary|1|1\nmen|1|1\nmoved_in|1|1\n", "", false},
    {"the last day of the quarter counts, the day after does not",
     {AN, "membership s@A member=an org=A +type=1 +from=20200101 +to=20261231",
      "membership t@A member=an org=A +type=5 +from=20270101"},
     "full|1|1\nmen|1|1\nmoved_out|1|1\n", "", false},
    {"the cell recorded him, the ward has not",
     {"member an@A -family_name=Lò -given_name=An -gender=2 -born=19580300"}, "unplaced|1|0\nwomen|1|0\n",
     "only_cell an |||\n", false},
    {"record and membership that both wait are one line",
     {"member an@A -given_name=An", "membership s@A member=an org=A -type=1 -from=20261001"},
     "full|1|0\nmoved_in|1|0\n", "only_cell an |||\n", false},
    {"a membership alone waits", {AN, "membership s@A member=an org=A -type=1 -from=20261001"},
     "full|1|0\nmen|1|0\nmoved_in|1|0\n", "only_cell an |full||\n", false},
    {"introduced, not received: the ward counts him where he was, 30 days to present himself",
     {AN, "membership s@A member=an org=A +type=1 +from=20200101 +to=20261012"},
     "full|0|1\nmen|0|1\nmoved_out|1|0\n", "not_received an to|2026-10-12|full|2026-11-11\n", false},
    {"introduced by the cell's word alone",
     {AN, AN_FULL " -to=20261012"}, "full|0|1\nmen|0|1\nmoved_out|1|0\n",
     "not_received an to|2026-10-12|full|2026-11-11\n", false},
    {"received in B: gone from A",
     {AN, "membership s@A member=an org=A +type=1 +from=20200101 +to=20261012",
      "membership t@B member=an org=B +type=1 +from=20261013"},
     "moved_out|1|1\n", "", false},
    {"received in B, where he has a record of his own, linked",
     {AN, "membership s@A member=an org=A +type=1 +from=20200101 +to=20261012",
      "member an2@B +given_name=An +born=19580300", "membership t@B member=an2 org=B +type=1 +from=20261013",
      "link l@B first=an second=an2 verdict=1"},
     "moved_out|1|1\n", "", false},
    {"gone two quarters ago: explained then", {AN, AN_FULL " +to=20260630"}, "", "", false},
    {"gone at the end of the quarter before, still not received", {AN, AN_FULL " +to=20260915"},
     "full|0|1\nmen|0|1\n", "not_received an to|2026-09-15|full|2026-10-15\n", false},
    {"the cell alone cannot know who was received", {AN, AN_FULL " +to=20261012"}, "moved_out|1|1\n", "", true},
    {"left A by the cell's word and received in B: the ward counts him in A all the same, and twice",
     {AN, AN_FULL " -to=20261012", "membership t@B member=an org=B +type=1 +from=20261013"},
     "full|0|1\nmen|0|1\nmoved_out|1|0\n", "only_ward an ||full|\ndouble an org|CB-A|CB-B|\n", false},
    {"two memberships in one cell", {AN, AN_FULL, "membership s2@A member=an org=A +type=2 +from=20260101"},
     "full|1|1\nprobationary|1|1\nmen|1|1\n", "double an org|CB-A|CB-A|\n", false},
    {"two records that look alike, in one cell",
     {AN, "member an2@A +family_name=lo +given_name=AN +gender=1 +born=19580300"}, "unplaced|2|2\nmen|2|2\n",
     "double an member|CB-A|CB-A|an2\n", false},
    {"they were judged to be two men", {AN, "member an2@A +family_name=lo +given_name=AN +gender=1 +born=19580300",
      "link l@A first=an second=an2 verdict=2"}, "unplaced|2|2\nmen|2|2\n", "", false},
    {"homonyms of another birth are two men", {AN, "member an2@A +family_name=Lò +given_name=An +gender=1 +born=1960"},
     "unplaced|2|2\nmen|2|2\n", "", false},
    {"the same card in another cell",
     {AN " +card_no=77", AN_FULL, "member an2@B +given_name=Bé +card_no=77"}, "full|1|1\nmen|1|1\n",
     "double an member|CB-A|CB-B|an2\n", false},
    {"linked as one: counted once, though their births differ",
     {AN, "member an2@A +family_name=Lò +given_name=An +gender=1 +born=19590000",
      "link l@A first=an second=an2 verdict=1"}, "unplaced|1|1\nmen|1|1\n",
     "other_value an born|1959|1958-03|an2\n", false},
    {"another birth by the cell's word", {AN " -born=19590000", AN_FULL}, "full|1|1\nmen|1|1\n",
     "other_value an born|1959|1958-03|\n", false},
    {"the cell says what the ward left open", {AN " -card_no=9|9", AN_FULL}, "full|1|1\nmen|1|1\n",
     "other_value an card_no|9/9||\n", false},
    {"the cell would clear what the ward wrote", {AN " +admitted=20000101 -admitted=-", AN_FULL}, "full|1|1\nmen|1|1\n",
     "other_value an admitted||2000-01-01|\n", false},
    {"full by the ward, probationary by the cell", {AN, AN_FULL " -type=2"},
     "full|0|1\nprobationary|1|0\nmen|1|1\n", "other_value an type|probationary|full|\n", false},
    {"another day of arrival", {AN, AN_FULL " -from=20200201"}, "full|1|1\nmen|1|1\n",
     "other_value an from|2020-02-01|2020-01-01|\n", false},
    {"213: the letter went, the home cell has not received",
     {"residence_link h@A member=binh work_org=B home_org=A from=20261001"}, "linked|0|1\n",
     "not_received binh from|2026-10-01|linked|2026-10-31\n", false},
    {"213: received", {"residence_link h@A member=binh work_org=B home_org=A from=20261001",
      "membership s@A member=binh org=A +type=5 +from=20261003"}, "linked|1|1\n", "", false},
    {"213: not to be introduced",
     {"residence_link h@A member=binh work_org=B home_org=A from=20261001 exemption=3"}, "", "", false},
    {"of a cell that became part of A", {"member an@OLD +given_name=An +gender=1",
      "membership s@OLD member=an org=OLD +type=1 +from=20200101"}, "full|1|1\nmen|1|1\n", "", false},
    {"of other cells nothing is said here", {"member an@B -given_name=An"}, "", "", false},
};

static void put_figures(const struct quarter_result *r, struct buf *out)
{
    for (enum quarter_figure f = QUARTER_FULL; f < QUARTER_FIGURES; f++)
        if (r->figure[QUARTER_CELL][f] != 0 || r->figure[QUARTER_WARD][f] != 0)
            buf_printf(out, "%s|%u|%u\n", quarter_figure_name(f), (unsigned)r->figure[QUARTER_CELL][f],
                       (unsigned)r->figure[QUARTER_WARD][f]);
}

static void compare(const char *const *records, bool whole, struct quarter_result *r)
{
    struct id org = id_named("A");
    struct quarter_book b;

    book_of(records, whole, &b);
    quarter_compare(&b, &org, Q4, r);
    quarter_book_deinit(&b);
}

TEST(what_differs)
{
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct quarter_result r;
        struct buf figures = {0}, lines = {0};

        compare(cases[i].records, !cases[i].part, &r);
        put_figures(&r, &figures);
        for (size_t l = 0; l < r.lines.n / sizeof(struct quarter_line); l++)
            put_line((const struct quarter_line *)(const void *)r.lines.p + l, &lines);
        bool good = CHECK_STR(buf_cstr(&figures), cases[i].figures);

        good = CHECK_STR(buf_cstr(&lines), cases[i].lines) && good;
        if (!good)
            printf("  case: %s\n", cases[i].name);
        buf_deinit(&figures);
        buf_deinit(&lines);
        quarter_result_deinit(&r);
    }
}

/* ---- the record's text, and supplements ---- */

static bool next_version(struct quarter_sum *s, const char *const *records, struct buf *figures, struct buf *lines)
{
    struct quarter_result r;
    bool differs;

    buf_clear(figures);
    buf_clear(lines);
    compare(records, true, &r);
    differs = quarter_sum_differs(s, &r, figures, lines);
    if (differs)
        CHECK_EQ(quarter_sum_add(s, buf_bytes(figures), buf_bytes(lines)), ERR_OK);
    quarter_result_deinit(&r);
    return differs;
}

TEST(late_data_is_a_supplement_with_the_difference_alone)
{
    static const char *const first[] = {AN, AN_FULL " +to=20261012", NULL};
    static const char *const late[] = {AN " -born=19590000", AN_FULL " +to=20261012", NULL};
    static const char *const received[] = {AN " -born=19590000", AN_FULL " +to=20261012",
                                           "membership t@B member=an org=B +type=1 +from=20261013", NULL};
    struct quarter_sum sum = {0};
    struct buf figures = {0}, lines = {0};
    const char *an = "616e0000000000000000000000000000";
    char want[400];

    CHECK(next_version(&sum, first, &figures, &lines));
    CHECK_STR(buf_cstr(&figures), "full|0|1\nprobationary|0|0\ntemp_in|0|0\ntemp_out|0|0\nlinked|0|0\nunplaced|0|0\n"
                                  "men|0|1\nwomen|0|0\nmoved_in|0|0\nmoved_out|1|0\n");
    snprintf(want, sizeof want, "1|+not_received|%s|to|2026-10-12|full|2026-11-11|Lò An\n", an);
    CHECK_STR(buf_cstr(&lines), want);
    CHECK(!next_version(&sum, first, &figures, &lines));

    CHECK(next_version(&sum, late, &figures, &lines));
    CHECK_STR(buf_cstr(&figures), "full|0|1\n"); /* as it stood */
    snprintf(want, sizeof want, "1|+other_value|%s|born|1959|1958-03||Lò An\n", an);
    CHECK_STR(buf_cstr(&lines), want);

    CHECK(next_version(&sum, received, &figures, &lines));
    CHECK_STR(buf_cstr(&figures), "full|0|0\nmen|0|0\nmoved_out|1|1\n");
    snprintf(want, sizeof want, "1|-not_received|%s|to|2026-10-12|full|2026-11-11|Lò An\n", an);
    CHECK_STR(buf_cstr(&lines), want);
    CHECK_EQ(sum.lines.n / sizeof(struct quarter_line), 1);
    CHECK(!next_version(&sum, received, &figures, &lines));
    quarter_sum_deinit(&sum);
    buf_deinit(&figures);
    buf_deinit(&lines);
}

/* 700 lines of some 152 bytes do not fit into one record: the list goes on in the next, and nothing is lost or said twice. */
TEST(a_long_list_goes_on_in_the_next_version)
{
    struct quarter_result r = {0};
    struct quarter_sum sum = {0};
    struct buf figures = {0}, lines = {0};
    unsigned versions = 0;

    for (unsigned i = 0; i < 700; i++) {
        struct quarter_line l = {.sign = '+', .what = QUARTER_ONLY_CELL};

        store_u32(l.person.b, i);
        snprintf(l.name, sizeof l.name, "%0100u", i);
        buf_put(&r.lines, &l, sizeof l);
    }
    while (versions < 9 && quarter_sum_differs(&sum, &r, &figures, &lines)) {
        CHECK(lines.n <= QUARTER_LINES_BYTES);
        CHECK_EQ(quarter_sum_add(&sum, buf_bytes(&figures), buf_bytes(&lines)), ERR_OK);
        buf_clear(&figures);
        buf_clear(&lines);
        versions++;
    }
    CHECK_EQ(versions, 3);
    CHECK_EQ(sum.lines.n / sizeof(struct quarter_line), 700);
    quarter_sum_deinit(&sum);
    quarter_result_deinit(&r);
    buf_deinit(&figures);
    buf_deinit(&lines);
}

TEST(lines_of_another_form_are_refused)
{
    static const char *const wrong[] = {
        "1|+double|616e0000000000000000000000000000|org|A|B||name",             /* no end */
        "1|+double|616e0000000000000000000000000000|org|A|B|name\n",            /* a column is missing */
        "1|+double|616e0000000000000000000000000000|org|A|B||name|more\n",      /* or too many */
        "x|+double|616e0000000000000000000000000000|org|A|B||name\n", "1|double|616e0000000000000000000000000000|org|A|B||n\n",
        "1|+doubt|616e0000000000000000000000000000|org|A|B||name\n", "1|+double|61|org|A|B||name\n", "\n",
        "1|+double|616e0000000000000000000000000000|a_field_of_more_than_23_bytes|A|B||name\n",
    };

    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct quarter_sum sum = {0};
        const struct bytes none = {0};

        CHECK_EQ(quarter_sum_add(&sum, none, bytes_of_str(wrong[i])), ERR_BAD_VALUE);
        quarter_sum_deinit(&sum);
    }
}

TEST(explanations_name_their_line)
{
    struct bytes text = {0};

    CHECK_EQ(quarter_explained(bytes_of_str("12: chờ giấy"), &text), 12);
    CHECK_BYTES(text, bytes_of_str("chờ giấy"));
    CHECK_EQ(quarter_explained(bytes_of_str("12:x"), &text), 0);
    CHECK_EQ(quarter_explained(bytes_of_str(": x"), &text), 0);
    CHECK_EQ(quarter_explained(bytes_of_str("99999: x"), &text), 0);
    CHECK_EQ(quarter_explained(bytes_of_str(""), &text), 0);
}

TEST(how_people_write_a_quarter)
{
    static const struct {
        const char *text;
        uint32_t period;
    } good[] = {{"4/2026", 202624}, {"Q1/2027", 202721}, {"IV/2026", 202624}, {"iii/2026", 202623},
                {"quý 2/2026", 202622}, {"2026-Q3", 202623}};
    static const char *const bad[] = {"5/2026", "0/2026", "2026", "11/2026", "", "x", "H1/2026", "4"};
    uint32_t period;

    CHECK_EQ(quarter_parse("trước", 20261123, &period), ERR_OK);
    CHECK_EQ(period, 202623);
    CHECK_EQ(quarter_parse("last", 20270331, &period), ERR_OK);
    CHECK_EQ(period, 202624);
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        CHECK_EQ(quarter_parse(good[i].text, 20261123, &period), ERR_OK);
        CHECK_EQ(period, good[i].period);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        CHECK_EQ(quarter_parse(bad[i], 20261123, &period), ERR_BAD_VALUE);
}

/* ---- what a signature closes ---- */

static void change_of(struct change *c, const char *field, struct buf *value, bool nil)
{
    const struct kind_info *k = schema_kind_named("reconciliation");
    const struct field_info *f = schema_field_named(k, field);

    if (nil)
        mp_put_nil(value);
    else if (f->list) {
        mp_put_array(value, 1);
        mp_put_str(value, bytes_of_str("1: a"));
    } else
        mp_put_uint(value, 20261123);
    *c = (struct change){.kind = k->number, .op = f->list ? OP_ADD : OP_SET, .count = 1};
    c->triple[0] = (struct triple){.tag = schema_tag(f), .value = buf_bytes(value)};
}

TEST(a_signature_closes_the_fields_of_its_side)
{
    static const struct {
        const char *sealed, *written;
        bool closed;
    } rows[] = {
        {"cell_signed", "cell_signed", true},  {"cell_signed", "explanations", true}, {"cell_signed", "ward_signed", false},
        {"ward_signed", "ward_signed", true},  {"ward_signed", "cell_signed", false}, {"ward_signed", "explanations", false},
        {"explanations", "explanations", false},
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        for (int nil = 0; nil < 2; nil++) {
            struct buf seal_value = {0}, value = {0};
            struct change seal, c;
            struct version v = {{1}};
            struct part p;

            part_init(&p);
            change_of(&seal, rows[i].sealed, &seal_value, nil == 1 && rows[i].sealed[0] != 'e');
            change_of(&c, rows[i].written, &value, false);
            CHECK(!freeze_closes(&p, &c));
            CHECK(fold_change(&p, 2, &seal, &v, true, 1, 0));
            CHECK_EQ(freeze_closes(&p, &c), rows[i].closed && nil == 0); /* a value that was cleared closes nothing */
            CHECK_EQ(freeze_closed_by(&seal, &c), rows[i].closed);
            c.record.b[0] = 1;
            CHECK(!freeze_closed_by(&seal, &c)); /* another record's */
            part_deinit(&p);
            buf_deinit(&seal_value);
            buf_deinit(&value);
        }
}
