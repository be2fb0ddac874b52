/* t_schema.c - the table of kinds and fields keeps its promises; values are checked at their limits; natural ids. */
#include "../common/crypto.h"
#include "../proto/mp.h"
#include "../proto/schema.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

static const struct field_info *field_of(const char *kind, const char *name)
{
    const struct kind_info *k = schema_kind_named(kind);
    if (k == NULL)
        abort();
    const struct field_info *f = schema_field_named(k, name);
    if (f == NULL)
        abort();
    return f;
}

/* --- the table --- */

/* The fields that were agreed with the domain, with * for required and [] for lists: whoever changes a row of schema.def
 * says it here a second time. */
static const char *const story[] = {
    ("member family_name* middle_name given_name* gender* born* admitted entered official card_no file_no"
     " phone address occupation native_place birth_name aliases[] ethnicity religion education theory"
     " profession languages occupation_before badges[] served died left left_how note"),
    "membership member* org* type* from* to reason",
    "office member* org* title* from* to how decision_no",
    "congress term* date* summoned present elected[] approval_no valid invalid candidates[] result",
    "meeting type* period* date* start* end place chair* scribe* agenda[] status guest short_reason",
    "attendance meeting* member* mark* reason note marked_by",
    "minutes meeting* opening attendees proceedings conclusion closing passed signed_chair signed_scribe",
    "resolution number date* title* text* meeting tasks[] parent",
    "task duty* from* due members[] status source",
    "task_update task* date* percent text",
    "doc_in number* issuer* date* title* secrecy deadline paper_at",
    "study doc* date* members[] writeup meeting handed_in[] topic",
    "candidate name* born* workplace helper state union_opinion class_no class_date gender missing[] superior_note",
    "area_link member* org* from* to duties visits[] area",
    "residence_link member* work_org* home_org* letter_no from* to exemption",
    "title subject* name* year* decision_no decided",
    "fee_payment member* month* amount* method receipt collector reverses",
    "vote meeting* subject* method agree* against* abstain* eligible*",
    "speech meeting* order* member guest type text*",
    ("appraisal subject* period* self_score self_level cell_level superior_score superior_level vote_for"
     " vote_all strengths defects remedy signs superior_note"),
    "residence_comment link* year* level* text attended invited front_agreed signed superior_note",
    "report form* period* version* cutoff* figures* narrative sent received superior_note",
    "link first* second* verdict*",
    "fee_link first* second* verdict*",
    ("reconciliation org* quarter* version* first cutoff* logs* figures* lines explanations[] cell_signed"
     " ward_signed"),
    "transfer org* way* member* name* other* left* due* letter_no received closed",
    "org_profile org* type* name* parent area from* to decision_no leader",
    "org_change org* type* from[] to[] date* decision_no* hand_over giver_signed taker_signed",
    "exemption member* type* resolution_no* from* to",
    "candidate_step candidate* step* date* document result",
    "fee_rate member* basis* amount* from* waiver until reason",
    "fee_remit period* version* total* kept* remitted* receipt date reverses",
    ("quality_score meeting* form* self_lines self_total self_level superior_lines superior_total"
     " superior_level superior_name"),
    "inspection type* year* subject* members[] team[] content date status steps[] conclusion deadline",
    "finding inspection* point* defect remedy due closed",
    "reward subject* member form* decision_no* date* text",
    "discipline member* form* decision_no* date* text until",
    "case_file subject* opened* signs steps[] conclusion closed",
    "training member* course* grade from* to certificate",
    "pledge member* year* text* self_check result model",
    "campaign name* period* result members[]",
    "feedback date* from content* passed_to due answer status",
    "target indicator* period* unit assigned achieved source",
    "plan type* period* title* text parent meeting tasks[]",
    "doc_out type* year* date* title* receiver meeting resolution version text printed book report minutes",
    "mass_note organisation* period* leader member result",
    "democracy_item content* way* date* result",
    "household_link member* households* from* to result",
    "term label* from* to committee[] approval_no",
    "rule_pack name* version* from* text* to",
    "signature minutes resolution document signer* office date*",
    "access_log who* what* why date* exported",
    "doc_book holder* device* date* why returned",
};

static void check_story_row(const char *row)
{
    char copy[512];
    char *rest = copy;
    size_t fields = 0;

    snprintf(copy, sizeof(copy), "%s", row);
    const struct kind_info *k = schema_kind_named(strsep(&rest, " "));
    REQUIRE(k != NULL);
    for (char *name; (name = strsep(&rest, " ")) != NULL; fields++) {
        size_t n = strcspn(name, "*[");
        bool required = name[n] == '*', list = name[n] == '[';
        name[n] = 0;
        const struct field_info *f = schema_field_named(k, name);
        if (!CHECK(f != NULL)) {
            printf("  %s.%s\n", k->name, name);
            continue;
        }
        CHECK_EQ(f->required, required);
        CHECK_EQ(f->list, list);
    }
    CHECK_EQ(k->fields, fields);
}

TEST(the_storys_kinds_have_the_storys_fields)
{
    CHECK_EQ(schema_kind_count, ARRAY_LEN(story));
    for (size_t i = 0; i < ARRAY_LEN(story); i++)
        check_story_row(story[i]);
}

TEST(numbers_and_names_are_unique)
{
    for (size_t i = 0; i < schema_kind_count; i++) {
        const struct kind_info *k = &schema_kinds[i];
        CHECK(k->number > 0);
        CHECK(schema_kind(k->number) == k);
        CHECK(schema_kind_named(k->name) == k);
        CHECK(schema_kind_named(k->word) == k);
        CHECK(k->fields > 0 && k->fields < CHANGE_TRIPLES_MAX);
        for (size_t j = 0; j < k->fields; j++) {
            const struct field_info *f = &k->field[j];
            CHECK(f->number > 0);
            CHECK(schema_field(k, f->number) == f);
            CHECK(schema_field_named(k, f->name) == f);
            /* One byte on the wire; a member has more fields than that, the seldom ones behind. */
            CHECK(f->number <= 15 || strcmp(k->name, "member") == 0);
        }
    }
    CHECK(schema_kind(0) == NULL);
    CHECK(schema_kind(4000000000) == NULL);
    CHECK(schema_kind_named("") == NULL);
    CHECK(schema_field(schema_kind(1), 0) == NULL);
}

static void check_field_row(const struct field_info *f)
{
    CHECK_EQ(f->merge == MERGE_UNION, f->list);
    CHECK(f->merge <= MERGE_IMMUTABLE);
    CHECK(f->access >= ACCESS_A && f->access <= ACCESS_D);
    CHECK_EQ(f->type == TYPE_ENUM, f->values != NULL);
    CHECK_EQ(f->type == TYPE_RECORD, f->refers != NULL);
    CHECK(f->refers == NULL || schema_kind_named(f->refers) != NULL);
    CHECK(!(f->list && f->required)); /* an empty list is no value */
    CHECK(!f->whole || f->type == TYPE_DATE || f->type == TYPE_PERIOD);
    CHECK(f->type != TYPE_TEXT || f->limit <= TEXT_MAX);
    CHECK(f->merge != MERGE_MONOTONE || f->type == TYPE_ENUM);
    for (const struct enum_value *v = f->values; v != NULL && v->name != NULL; v++) {
        CHECK(v == f->values || v[-1].value < v->value);
        CHECK(schema_value(f, v->value) == v);
        CHECK(schema_value_named(f, v->name) == v);
    }
}

TEST(rows_agree_with_themselves)
{
    for (size_t i = 0; i < schema_kind_count; i++) {
        for (size_t j = 0; j < schema_kinds[i].fields; j++)
            check_field_row(&schema_kinds[i].field[j]);
    }
}

static void check_kind_row(const struct kind_info *k)
{
    for (const char *const *name = k->natural; name != NULL && *name != NULL; name++) {
        const struct field_info *f = schema_field_named(k, *name);
        REQUIRE(f != NULL);
        CHECK(f->required && f->merge == MERGE_IMMUTABLE && f->access == k->access);
    }
    REQUIRE(k->title != NULL && k->title[0] != NULL);
    for (const char *const *name = k->title; *name != NULL; name++) {
        const struct field_info *f = schema_field_named(k, *name);
        CHECK(f != NULL && f->access == k->access); /* who sees the head sees what it is called */
    }
    if (k->org_field != NULL) {
        const struct field_info *f = schema_field_named(k, k->org_field);
        REQUIRE(f != NULL);
        CHECK(f->type == TYPE_ORG && f->required && f->merge == MERGE_IMMUTABLE && f->access == k->access);
    }
    CHECK(schema_has_part(k, k->access));
    CHECK_EQ(schema_has_part(k, ACCESS_D), k->access == ACCESS_D); /* no cell holds a record of which D has a part */
}

TEST(keys_titles_and_filing)
{
    for (size_t i = 0; i < schema_kind_count; i++)
        check_kind_row(&schema_kinds[i]);
    CHECK_STR(schema_kind_named("residence_link")->org_field, "home_org");
    CHECK(schema_kind_named("meeting")->natural != NULL);
    CHECK(schema_kind_named("attendance")->natural != NULL);
    CHECK(schema_kind_named("member")->natural == NULL); /* its key would be personal data */
}

TEST(a_member_is_split_over_two_scopes)
{
    const struct kind_info *k = schema_kind_named("member");
    CHECK_EQ(k->access, ACCESS_A);
    for (size_t i = 0; i < k->fields; i++) {
        bool name = k->field[i].number <= 3; /* family, middle, given */
        CHECK_EQ(k->field[i].access, name ? ACCESS_A : ACCESS_B);
    }
    CHECK(schema_has_part(k, ACCESS_B));
    CHECK_EQ(schema_kind_named("candidate")->access, ACCESS_C);
    CHECK_EQ(field_of("candidate", "name")->access, ACCESS_C);
}

/* Merge groups: votes are not of the story; the others are these. */
TEST(groups)
{
    CHECK(field_of("meeting", "start")->group != 0);
    CHECK_EQ(field_of("meeting", "start")->group, field_of("meeting", "end")->group);
    CHECK(field_of("congress", "summoned")->group != 0);
    CHECK_EQ(field_of("congress", "summoned")->group, field_of("congress", "present")->group);
    CHECK_EQ(field_of("meeting", "place")->group, 0);
}

/* Telex: after a vowel of one run of letters, s f r x j z are tones and w a mark; a, e, o twice make a circumflex and d
 * twice a bar, also with letters between; VNI: a digit after a vowel. */
static bool word_survives(const char *word)
{
    bool vowel = false;
    unsigned seen[256] = { 0 };

    for (const char *p = word; *p != 0; p++) {
        if (*p == '-') {
            vowel = false;
            memset(seen, 0, sizeof(seen));
            continue;
        }
        if (strchr("aeiouy", *p) != NULL)
            vowel = true;
        else if (vowel && (strchr("sfrxjzw", *p) != NULL || (*p >= '0' && *p <= '9')))
            return false;
        if (strchr("aeod", *p) != NULL && seen[(unsigned char)*p]++ > 0)
            return false;
        if (!((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9')))
            return false;
    }
    return true;
}

TEST(words_survive_telex_and_vni)
{
    static const char *const broken[] = { "list", "excel", "export", "user", "diemdanh", "thang11", "nhaan", "Hop" };
    for (size_t i = 0; i < ARRAY_LEN(broken); i++)
        CHECK(!word_survives(broken[i]));
    for (size_t i = 0; i < schema_kind_count; i++) {
        if (!CHECK(word_survives(schema_kinds[i].word)))
            printf("  %s\n", schema_kinds[i].word);
    }
}

static void check_said(struct buf *po, const char *label)
{
    struct buf want = { 0 };
    buf_printf(&want, "\nmsgid \"%s\"\nmsgstr \"", label);
    const char *at = strstr(buf_cstr(po), buf_cstr(&want));
    if (!CHECK(at != NULL && at[want.n] != '"'))
        printf("  without Vietnamese: %s\n", label);
    buf_deinit(&want);
}

TEST(every_label_is_said_in_vietnamese)
{
    struct buf po = { 0 };
    FILE *f = fopen("po/vi.po", "r");

    REQUIRE(f != NULL);
    for (int c = getc(f); c != EOF; c = getc(f))
        buf_put_u8(&po, (uint8_t)c);
    fclose(f);
    for (size_t i = 0; i < schema_kind_count; i++) {
        check_said(&po, schema_kinds[i].label);
        for (size_t j = 0; j < schema_kinds[i].fields; j++) {
            check_said(&po, schema_kinds[i].field[j].label);
            for (const struct enum_value *v = schema_kinds[i].field[j].values; v != NULL && v->name != NULL; v++)
                check_said(&po, v->label);
        }
    }
    for (const struct enum_value *s = schema_steps; s->name != NULL; s++)
        check_said(&po, s->label);
    buf_deinit(&po);
}

TEST(attendance_marks_have_the_numbers_of_the_printed_form)
{
    static const char *const marks[] = {
        "unmarked", "present", "excused", "unexcused", "exempt", "exempt_present", "elsewhere", "partial",
    };
    for (uint32_t i = 0; i < ARRAY_LEN(marks); i++)
        CHECK_STR(schema_value(field_of("attendance", "mark"), i)->name, marks[i]);
    CHECK(schema_value(field_of("attendance", "mark"), ARRAY_LEN(marks)) == NULL);
}

TEST(states)
{
    CHECK_STR(schema_state_name(0, 0), "draft");
    CHECK_STR(schema_state_name(1, 0), "returned");
    CHECK_STR(schema_state_name(0, 1), "submitted");
    CHECK_STR(schema_state_name(3, 4), "archived");
    CHECK_STR(schema_state_name(0, 5), "void");
    CHECK(schema_state_name(0, 6) == NULL);
}

/* --- natural ids: computed with Python's hashlib from protocol.md 3.4 --- */

static struct id counted(uint8_t first)
{
    struct id id;
    for (unsigned i = 0; i < ID_SIZE; i++)
        id.b[i] = (uint8_t)(first + i);
    return id;
}

TEST(natural_ids)
{
    struct id org = counted(0), meeting = counted(16), member = counted(32), got;
    char text[ID_TEXT_SIZE];
    struct bytes key[] = { bytes_of("\x01", 1), bytes_of("\xce\x00\x03\x17\x73", 5) }; /* regular, 202611 */
    struct buf a = { 0 }, b = { 0 };

    crypto_init();
    got = schema_natural_id(schema_kind_named("meeting"), &org, 0, key, 2);
    id_print(&got, text);
    CHECK_STR(text, "8251f8601316db6c39323357d426df9b");
    got = schema_natural_id(schema_kind_named("meeting"), &org, 1, key, 2);
    id_print(&got, text);
    CHECK_STR(text, "32d0cc1e45d90f2c4feb991a79b61f11");
    mp_put_bin(&a, meeting.b, ID_SIZE);
    mp_put_bin(&b, member.b, ID_SIZE);
    struct bytes pair[] = { buf_bytes(&a), buf_bytes(&b) };
    got = schema_natural_id(schema_kind_named("attendance"), &org, 0, pair, 2);
    id_print(&got, text);
    CHECK_STR(text, "6f3a2205bc34b2a1e616a3b7c2fa0437");
    buf_deinit(&a);
    buf_deinit(&b);
}
