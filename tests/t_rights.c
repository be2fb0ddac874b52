/* t_rights.c - every role x kind x operation against a table written by hand from the agreement with the domain (who
 * keeps which book), read rights, and verdicts. Nothing here is taken from rights.def. */
#include "../proto/rights.h"
#include "../proto/verdict.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

/* Columns: clerk building inspect secretary deputy committee member follower. W writes, p proposes, . neither. */
static const enum role columns[] = {
    ROLE_CLERK,  ROLE_BUILDING,  ROLE_INSPECT, ROLE_SECRETARY,
    ROLE_DEPUTY, ROLE_COMMITTEE, ROLE_MEMBER,  ROLE_FOLLOWER,
};

static const struct expectation {
    const char *kind;
    const char *field; /* NULL: the record as a whole */
    const char *rights;
} expected[] = {
    { "member", NULL, "W..pp..." },
    { "member", "family_name", "W..pp..." },
    { "member", "middle_name", "W..pp..." },
    { "member", "given_name", "W..pp..." },
    { "member", "gender", "W..pp..." },
    { "member", "born", "W..pp..." },
    { "member", "native_place", "W..pp..." },
    { "member", "admitted", "W..pp..." },
    { "member", "entered", "W..pp..." },
    { "member", "official", "W..pp..." },
    { "member", "card_no", "W..pp..." },
    { "member", "file_no", "W..pp..." },
    { "member", "phone", "W..WW..." },
    { "member", "address", "W..WW..." },
    { "member", "occupation", "W..WW..." },
    { "member", "aliases", "W..WW..." },
    { "member", "education", "W..WW..." },
    { "member", "theory", "W..WW..." },
    { "member", "profession", "W..WW..." },
    { "member", "languages", "W..WW..." },
    { "member", "badges", "W..WW..." },
    { "member", "served", "W..WW..." },
    { "member", "note", "W..WW..." },
    { "membership", NULL, "WW.pp..." },
    { "office", NULL, "W..pp..." },
    { "congress", NULL, "...WW..." },
    { "meeting", NULL, "...WWW.." },
    { "attendance", NULL, "...WWW.." },
    { "minutes", NULL, "...WWW.." },
    { "resolution", NULL, "...WW..." },
    { "task", NULL, "...WWW.." },
    { "task_update", NULL, "...WWWW." },
    { "doc_in", NULL, "W......." },
    { "study", NULL, "...WWW.." },
    { "candidate", NULL, "W..WW..." },
    { "candidate", "superior_note", "WW......" },
    { "area_link", NULL, "W......." },
    { "residence_link", NULL, "W......." },
    { "title", NULL, "W......." },
    { "fee_payment", NULL, "...WWW.." },
    { "vote", NULL, "...WWW.." },
    { "speech", NULL, "...WWWW." },
    { "appraisal", NULL, "WW.WWW.." },
    { "appraisal", "superior_score", "WW......" },
    { "appraisal", "superior_level", "WW......" },
    { "appraisal", "superior_note", "WW......" },
    { "residence_comment", NULL, "W..WW..." },
    { "residence_comment", "superior_note", "WW......" },
    { "report", NULL, "...WW..." },
    { "report", "superior_note", "WW......" },
    { "link", NULL, "W..WW..." },
    { "fee_link", NULL, "...WWW.." },
    { "reconciliation", NULL, "WW......" },
    { "reconciliation", "explanations", "...WW..." },
    { "reconciliation", "cell_signed", "...WW..." },
    { "transfer", NULL, ".W......" },
    { "transfer", "received", ".W.WW..." },
    { "org_profile", NULL, "W......." },
    { "org_change", NULL, "W......." },
    { "exemption", NULL, "W..WW..." },
    { "candidate_step", NULL, "W..WW..." },
    { "fee_rate", NULL, "...WWW.." },
    { "fee_remit", NULL, "W..WWW.." },
    { "quality_score", NULL, "WW.WWW.W" },
    { "quality_score", "superior_lines", "WW.....W" },
    { "quality_score", "superior_total", "WW.....W" },
    { "quality_score", "superior_level", "WW.....W" },
    { "quality_score", "superior_name", "WW.....W" },
    { "inspection", NULL, "..WWWW.." },
    { "finding", NULL, "..WWWW.." },
    { "reward", NULL, "W......." },
    { "discipline", NULL, "W.W....." },
    { "case_file", NULL, "..W....." },
    { "training", NULL, "W..WW..." },
    { "pledge", NULL, "...WWW.." },
    { "campaign", NULL, "...WWW.." },
    { "feedback", NULL, "W..WWW.." },
    { "target", NULL, "WW.pp..." },
    { "target", "achieved", "WW.WWW.." },
    { "target", "source", "WW.WWW.." },
    { "plan", NULL, "...WWW.." },
    { "doc_out", NULL, "...WWW.." },
    { "doc_book", NULL, "...WWW.." },
    { "mass_note", NULL, "...WWW.." },
    { "democracy_item", NULL, "...WWW.." },
    { "household_link", NULL, "...WWW.." },
    { "term", NULL, "...WW..." },
    { "rule_pack", NULL, "W......." },
    { "signature", NULL, "...WWW.." },
    { "access_log", NULL, "..W....." },
};

static const char *expected_rights(const char *kind, const char *field)
{
    const char *whole = NULL;
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        if (strcmp(expected[i].kind, kind) != 0)
            continue;
        if (expected[i].field == NULL)
            whole = expected[i].rights;
        if (field != NULL && expected[i].field != NULL && strcmp(expected[i].field, field) == 0)
            return expected[i].rights;
    }
    return whole == NULL ? "........" : whole; /* default deny */
}

static void check_rights(const struct kind_info *k, const struct field_info *f)
{
    const char *want = expected_rights(k->name, f == NULL ? NULL : f->name);
    for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
        enum right right = want[i] == 'W' ? RIGHT_WRITE : want[i] == 'p' ? RIGHT_PROPOSE : RIGHT_NO;
        for (enum op op = OP_CREATE; op <= OP_CLOSE; op++) {
            if (!CHECK_EQ(rights_may_write(columns[i], k->number, f, op), right))
                printf("  %s %s.%s op %d\n", rights_role_name(columns[i]), k->name, f == NULL ? "*" : f->name, (int)op);
        }
    }
}

TEST(every_role_kind_field_and_operation)
{
    CHECK_EQ(ARRAY_LEN(columns), ROLE_COUNT - 1);
    for (size_t i = 0; i < schema_kind_count; i++) {
        check_rights(&schema_kinds[i], NULL);
        for (size_t j = 0; j < schema_kinds[i].fields; j++)
            check_rights(&schema_kinds[i], &schema_kinds[i].field[j]);
    }
}

TEST(no_right_for_what_is_unknown)
{
    static const int strange[] = { ROLE_NONE, ROLE_COUNT, ROLE_COUNT + 1, 255, -1, 1 << 20 };
    for (size_t i = 0; i < ARRAY_LEN(strange); i++) {
        enum role r = (enum role)strange[i];
        for (uint32_t kind = 0; kind < 20; kind++)
            CHECK_EQ(rights_may_write(r, kind, NULL, OP_CREATE), RIGHT_NO);
        for (int a = 0; a <= 6; a++)
            CHECK(!rights_may_read(r, (enum access)a));
        CHECK(!rights_ward_wide(r));
        CHECK_STR(rights_role_name(r), "none");
    }
    CHECK_EQ(rights_may_write(ROLE_CLERK, 1, NULL, (enum op)0), RIGHT_NO);
    CHECK_EQ(rights_may_write(ROLE_CLERK, 1, NULL, (enum op)8), RIGHT_NO);
}

/* A newer program's kinds: the officers and the clerk, and only in the scopes every officer reads. */
TEST(kinds_of_a_newer_program)
{
    static const char want[] = "W..WW...";
    for (size_t i = 0; i < ARRAY_LEN(columns); i++)
        CHECK_EQ(rights_may_write(columns[i], 999, NULL, OP_SET), want[i] == 'W' ? RIGHT_WRITE : RIGHT_NO);
    struct change c = { .kind = 999, .op = OP_SET, .count = 1, .triple = { { .tag = TAG(1, MERGE_LATER) } } };
    CHECK_EQ(verdict_kind(rights_verdict(ROLE_SECRETARY, &c, ACCESS_A)), VERDICT_ACCEPTED);
    CHECK_EQ(verdict_kind(rights_verdict(ROLE_CLERK, &c, ACCESS_B)), VERDICT_ACCEPTED);
    CHECK_EQ(verdict_kind(rights_verdict(ROLE_SECRETARY, &c, ACCESS_C)), VERDICT_REFUSED);
    CHECK_EQ(verdict_kind(rights_verdict(ROLE_COMMITTEE, &c, ACCESS_A)), VERDICT_REFUSED);
}

/* Columns as above, rows A to D. */
TEST(who_reads_which_class)
{
    static const char *const want[] = { "rrrrrrrr", "rrrrrr..", "rrrrrr..", "..r....." };
    for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
        for (size_t a = 0; a < ARRAY_LEN(want); a++)
            CHECK_EQ(rights_may_read(columns[i], (enum access)(ACCESS_A + a)), want[a][i] == 'r');
        CHECK(!rights_may_read(columns[i], (enum access)0));
        CHECK(!rights_may_read(columns[i], (enum access)5));
    }
}

/* What cannot be read must not be written: else an author could not even see what became of it. */
TEST(whoever_writes_reads)
{
    for (size_t i = 0; i < schema_kind_count; i++) {
        for (size_t j = 0; j < schema_kinds[i].fields; j++) {
            const struct field_info *f = &schema_kinds[i].field[j];
            for (enum role r = ROLE_CLERK; r < ROLE_COUNT; r++) {
                if (rights_may_write(r, schema_kinds[i].number, f, OP_SET) != RIGHT_NO)
                    CHECK(rights_may_read(r, f->access));
            }
        }
    }
}

/* A proposal that is folded must not push the ward's value out: only class owner keeps it beside. */
TEST(what_can_be_proposed_is_owned_or_fixed)
{
    for (size_t i = 0; i < schema_kind_count; i++) {
        for (size_t j = 0; j < schema_kinds[i].fields; j++) {
            const struct field_info *f = &schema_kinds[i].field[j];
            for (enum role r = ROLE_CLERK; r < ROLE_COUNT; r++) {
                if (rights_may_write(r, schema_kinds[i].number, f, OP_SET) == RIGHT_PROPOSE)
                    CHECK(f->merge == MERGE_OWNER || f->merge == MERGE_IMMUTABLE);
            }
        }
    }
}

TEST(names_and_reach_of_roles)
{
    static const char *const names[] = {
        "clerk", "building", "inspect", "secretary", "deputy", "committee", "member", "follower",
    };
    for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
        enum role r = ROLE_NONE;
        CHECK_STR(rights_role_name(columns[i]), names[i]);
        CHECK_EQ(rights_role_parse(names[i], &r), ERR_OK);
        CHECK_EQ(r, columns[i]);
        CHECK_EQ(rights_ward_wide(columns[i]), i < 3);
        CHECK_EQ(columns[i], i + 1); /* the numbers go into control leaves: they never change */
        CHECK(strlen(rights_role_label(columns[i])) > 3);
    }
    enum role r;
    CHECK_EQ(rights_role_parse("none", &r), ERR_BAD_VALUE);
    CHECK_EQ(rights_role_parse("", &r), ERR_BAD_VALUE);
    CHECK_EQ(rights_role_parse("Clerk", &r), ERR_BAD_VALUE);
}

/* --- verdicts: verdict + 4 x owns + 8 x reason; 14 not allowed, 29 waits for a person --- */

enum { ACCEPTED = 0, OWNS = 4, HELD = 1 + 8 * 29, REFUSED = 2 + 8 * 14 };

static void put(struct change *c, const char *field)
{
    const struct field_info *f = schema_field_named(schema_kind(c->kind), field);
    if (f == NULL)
        abort();
    c->triple[c->count++] = (struct triple){ .tag = schema_tag(f) };
}

static uint32_t verdict_of(enum role r, const char *kind, enum op op, const char *a, const char *b, enum access access)
{
    struct change c = { .kind = schema_kind_named(kind)->number, .op = op };
    put(&c, a);
    if (b != NULL)
        put(&c, b);
    return rights_verdict(r, &c, access);
}

TEST(verdicts)
{
    /* the owner, and the cell that proposes */
    CHECK_EQ(verdict_of(ROLE_CLERK, "member", OP_CREATE, "family_name", "given_name", ACCESS_A), ACCEPTED + OWNS);
    CHECK_EQ(verdict_of(ROLE_SECRETARY, "member", OP_CREATE, "family_name", "given_name", ACCESS_A), HELD);
    CHECK_EQ(verdict_of(ROLE_SECRETARY, "member", OP_SET, "given_name", NULL, ACCESS_A), ACCEPTED);
    CHECK_EQ(verdict_of(ROLE_DEPUTY, "member", OP_SET, "phone", NULL, ACCESS_B), ACCEPTED + OWNS);
    CHECK_EQ(verdict_of(ROLE_DEPUTY, "member", OP_SET, "born", "phone", ACCESS_B), ACCEPTED);
    CHECK_EQ(verdict_of(ROLE_COMMITTEE, "member", OP_SET, "phone", NULL, ACCESS_B), REFUSED);
    CHECK_EQ(verdict_of(ROLE_SECRETARY, "membership", OP_CREATE, "member", "org", ACCESS_B), HELD);
    CHECK_EQ(verdict_of(ROLE_SECRETARY, "membership", OP_SET, "to", NULL, ACCESS_B), ACCEPTED);
    CHECK_EQ(verdict_of(ROLE_SECRETARY, "membership", OP_SET, "org", NULL, ACCESS_B), HELD);
    /* the cell's own books */
    CHECK_EQ(verdict_of(ROLE_COMMITTEE, "meeting", OP_CREATE, "type", "period", ACCESS_A), ACCEPTED + OWNS);
    CHECK_EQ(verdict_of(ROLE_CLERK, "meeting", OP_CREATE, "type", "period", ACCESS_A), REFUSED);
    CHECK_EQ(verdict_of(ROLE_MEMBER, "task_update", OP_CREATE, "task", "date", ACCESS_A), ACCEPTED + OWNS);
    CHECK_EQ(verdict_of(ROLE_MEMBER, "task", OP_SET, "status", NULL, ACCESS_A), REFUSED);
    CHECK_EQ(verdict_of(ROLE_FOLLOWER, "minutes", OP_SET, "conclusion", NULL, ACCESS_A), REFUSED);
    /* a scope the author may not read */
    CHECK_EQ(verdict_of(ROLE_MEMBER, "task_update", OP_CREATE, "task", "date", ACCESS_B), REFUSED);
    CHECK_EQ(verdict_of(ROLE_SECRETARY, "meeting", OP_CREATE, "type", "period", ACCESS_D), REFUSED);
    CHECK_EQ(verdict_of(ROLE_NONE, "meeting", OP_CREATE, "type", "period", ACCESS_A), REFUSED);
}

TEST(a_field_of_a_newer_program_goes_with_its_record)
{
    struct change c = { .kind = schema_kind_named("title")->number, .op = OP_SET, .count = 1 };
    c.triple[0].tag = TAG(77, MERGE_LATER);
    CHECK_EQ(rights_verdict(ROLE_CLERK, &c, ACCESS_A), ACCEPTED + OWNS);
    CHECK_EQ(rights_verdict(ROLE_SECRETARY, &c, ACCESS_A), REFUSED);
    c.kind = schema_kind_named("member")->number; /* proposed, but it could push the ward's value out */
    CHECK_EQ(rights_verdict(ROLE_SECRETARY, &c, ACCESS_A), HELD);
}

TEST(moving_a_record_to_another_state_is_for_its_writers)
{
    struct change c = { .kind = schema_kind_named("membership")->number, .op = OP_STATE, .count = 1 };
    c.triple[0].tag = TAG_STATE;
    CHECK_EQ(rights_verdict(ROLE_CLERK, &c, ACCESS_B), ACCEPTED + OWNS);
    CHECK_EQ(rights_verdict(ROLE_SECRETARY, &c, ACCESS_B), HELD);
    CHECK_EQ(rights_verdict(ROLE_COMMITTEE, &c, ACCESS_B), REFUSED);
}
