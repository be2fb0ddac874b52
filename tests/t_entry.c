/* t_entry.c - typed text to encoded value and back, by table. Encodings are written by hand from protocol.md 3.1. */
#include "../client/entry.h"
#include "../common/language.h"
#include "../proto/mp.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#define TODAY 20261104

static const struct field_info *field_of(const char *path)
{
    char kind[40];
    const char *dot = strchr(path, '.');
    if (dot == NULL)
        abort();
    snprintf(kind, sizeof(kind), "%.*s", (int)(dot - path), path);
    const struct kind_info *k = schema_kind_named(kind);
    const struct field_info *f = k == NULL ? NULL : schema_field_named(k, dot + 1);
    if (f == NULL)
        abort();
    return f;
}

static const struct field_info money = { .name = "money", .type = TYPE_MONEY };
static const struct field_info decimal = { .name = "decimal", .type = TYPE_DECIMAL };
static const struct field_info period = { .name = "period", .type = TYPE_PERIOD };
static const struct field_info sealed = { .name = "sealed", .type = TYPE_SEALED };

static const struct field_info *row_field(const char *path)
{
    static const struct field_info *const own[] = { &money, &decimal, &period, &sealed };
    for (size_t i = 0; i < ARRAY_LEN(own); i++) {
        if (strcmp(own[i]->name, path) == 0)
            return own[i];
    }
    return field_of(path);
}

/* A book with one member, c0c0..., one resolution, d0d0..., and one organisation, CB-014, whose id is e0e0.... */
static enum err find_record(void *arg, const char *kind, const char *text, struct id *out)
{
    (void)arg;
    memset(out->b, strcmp(kind, "member") == 0 ? 0xc0 : 0xd0, ID_SIZE);
    return strlen(text) < ID_PREFIX_MIN || !id_has_prefix(out, text) ? ERR_NO_SUCH_RECORD : ERR_OK;
}

static enum err find_org(void *arg, const char *text, struct id *out)
{
    (void)arg;
    memset(out->b, 0xe0, ID_SIZE);
    return strcmp(text, "CB-014") == 0 ? ERR_OK : ERR_NOT_FOUND;
}

static bool name_record(void *arg, const char *kind, const struct id *id, struct buf *out)
{
    (void)arg;
    if (strcmp(kind, "member") != 0 || id->b[0] != 0xc0)
        return false;
    buf_put_str(out, "Lò Văn Thử");
    return true;
}

static bool name_org(void *arg, const struct id *id, enum entry_form form, struct buf *out)
{
    (void)arg;
    if (id->b[0] != 0xe0)
        return false;
    buf_put_str(out, form == ENTRY_PEOPLE ? "Chi bộ Tổ dân phố 14" : "CB-014");
    return true;
}

static const struct entry_refs refs = { NULL, find_record, find_org, name_record, name_org };

#define C16 "c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0"
#define D16 "d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0"
#define E16 "e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0"

/* --- typed -> encoded --- */

static const struct typed_row {
    const char *field;
    const char *text;
    enum err want;
    const char *hex; /* when it is good */
} typed[] = {
    /* text: composed, trimmed, blanks squeezed, line ends only where they may be */
    { "member.family_name", "  Nguye\xcc\x82\xcc\x83n  ", ERR_OK, "a84e677579e1bb856e" },
    { "member.family_name", "a\nb", ERR_OK, "a3612062" },
    { "minutes.opening", "a\r\nb", ERR_OK, "a3610a62" },
    { "member.phone", "a\x1b[2J", ERR_BAD_VALUE, NULL },
    { "member.phone", "\xff", ERR_BAD_UTF8, NULL },
    { "member.card_no", "1234567890123456789012345678901234567890", ERR_OK,
      "d928" "31323334353637383930" "31323334353637383930" "31323334353637383930" "31323334353637383930" },
    { "member.card_no", "12345678901234567890123456789012345678901", ERR_TOO_LONG, NULL },
    /* clearing */
    { "member.phone", "", ERR_OK, "c0" },
    { "member.phone", "  \xe2\x80\x8b ", ERR_OK, "c0" },
    { "member.family_name", "", ERR_MISSING_FIELD, NULL },
    { "meeting.end", "", ERR_OK, "c0" },
    { "meeting.start", "", ERR_MISSING_FIELD, NULL },
    /* integers */
    { "task_update.percent", "85", ERR_OK, "55" },
    { "task_update.percent", "100%", ERR_OK, "64" },
    { "task_update.percent", "101", ERR_BAD_VALUE, NULL },
    { "task_update.percent", "-1", ERR_BAD_VALUE, NULL },
    { "task_update.percent", "%", ERR_BAD_VALUE, NULL },
    { "task_update.percent", "8 5", ERR_BAD_VALUE, NULL },
    { "congress.summoned", "18446744073709551617", ERR_BAD_VALUE, NULL },
    { "title.year", "2019", ERR_OK, "cd07e3" },
    /* money and decimals */
    { "money", "32.000 đ", ERR_OK, "cd7d00" },
    { "money", "-5", ERR_OK, "fb" },
    { "money", "ba", ERR_BAD_VALUE, NULL },
    { "decimal", "92,5", ERR_OK, "92cd039d01" },
    { "decimal", "92.5", ERR_OK, "92cd039d01" },
    { "decimal", "-0,05", ERR_OK, "92fb02" },
    { "decimal", "7", ERR_OK, "920700" },
    { "decimal", "1.250,5", ERR_BAD_VALUE, NULL },
    { "decimal", "7,", ERR_BAD_VALUE, NULL },
    { "decimal", ",7", ERR_BAD_VALUE, NULL },
    { "decimal", "-", ERR_BAD_VALUE, NULL },
    { "decimal", "1,0000000001", ERR_BAD_VALUE, NULL },
    /* dates: 20261104, 19580300, 19580000 */
    { "meeting.date", "4/11", ERR_OK, "ce013528f0" },
    { "meeting.date", "2026-11-04", ERR_OK, "ce013528f0" },
    { "meeting.date", "31/11", ERR_BAD_DATE, NULL },
    { "meeting.date", "11/2026", ERR_BAD_DATE, NULL },
    { "meeting.date", "bữa kia", ERR_BAD_DATE, NULL },
    { "member.born", "03/1958", ERR_OK, "ce012ac58c" },
    { "member.born", "1958", ERR_OK, "ce012ac460" },
    /* times: 19:30 is 1170 minutes */
    { "meeting.start", "7h30 toi", ERR_OK, "cd0492" },
    { "meeting.start", "19:30", ERR_OK, "cd0492" },
    { "meeting.start", "25h", ERR_BAD_VALUE, NULL },
    /* periods: 202611, 202624 */
    { "meeting.period", "11/2026", ERR_OK, "ce00031773" },
    { "meeting.period", "2026-11", ERR_OK, "ce00031773" },
    { "meeting.period", "2026", ERR_BAD_VALUE, NULL },
    { "period", "2026-Q4", ERR_OK, "ce00031780" },
    /* references */
    { "meeting.chair", "c0c0c0", ERR_OK, "c410" C16 },
    { "meeting.chair", "c0c0", ERR_NO_SUCH_RECORD, NULL },
    { "task.source", "d0d0d0d0", ERR_OK, "c410" D16 },
    { "task.source", "c0c0c0", ERR_NO_SUCH_RECORD, NULL },
    { "membership.org", "CB-014", ERR_OK, "c410" E16 },
    { "membership.org", "CB-999", ERR_NOT_FOUND, NULL },
    /* lists: one element */
    { "meeting.agenda", "Học nghị quyết", ERR_OK, "b448e1bb8d63206e6768e1bb8b20717579e1babf74" },
    { "task.members", "c0c0c0", ERR_OK, "c410" C16 },
    { "meeting.agenda", "", ERR_OK, "c0" },
    /* what cannot be typed */
    { "sealed", "x", ERR_BAD_VALUE, NULL },
};

static void check_typed(const char *path, const char *text, enum err want, const char *hex)
{
    struct buf got = { 0 }, expected = { 0 };
    char why[ENTRY_WHY_SIZE];

    memset(why, 'x', sizeof(why));
    buf_put_u8(&got, 0x2a); /* what is there stays there */
    buf_put_u8(&expected, 0x2a);
    enum err e = entry_parse(row_field(path), text, TODAY, &refs, &got, why);
    bool good = CHECK_EQ(e, want);
    if (hex != NULL)
        hex_to_buf(hex, &expected);
    good = CHECK_BYTES(buf_bytes(&got), buf_bytes(&expected)) && good;
    good = CHECK(memchr(why, 0, sizeof(why)) != NULL && (e != ERR_OK || why[0] == 0)) && good;
    if (!good)
        printf("  %s = \"%s\"\n", path, text);
    buf_deinit(&got);
    buf_deinit(&expected);
}

TEST(what_is_typed_becomes_a_value)
{
    language_init("en");
    for (size_t i = 0; i < ARRAY_LEN(typed); i++)
        check_typed(typed[i].field, typed[i].text, typed[i].want, typed[i].hex);
}

/* --- enumerations, in both languages --- */

static const struct typed_row marks_en[] = {
    { "attendance.mark", "present", ERR_OK, "01" },
    { "attendance.mark", "Exempt_Present", ERR_OK, "05" },
    { "attendance.mark", "exempt-present", ERR_OK, "05" },
    { "attendance.mark", "exempt but present", ERR_OK, "05" },
    { "attendance.mark", "exempt", ERR_OK, "04" },
    { "attendance.mark", "0", ERR_OK, "00" },
    { "attendance.mark", "7", ERR_OK, "07" },
    { "attendance.mark", "8", ERR_BAD_VALUE, NULL },
    { "attendance.mark", "07", ERR_BAD_VALUE, NULL },
    { "attendance.mark", "absent", ERR_BAD_VALUE, NULL }, /* with reason or without? */
    { "attendance.mark", "came late", ERR_OK, "07" },
    { "attendance.mark", "pres", ERR_BAD_VALUE, NULL },
    { "meeting.type", "both", ERR_OK, "03" },
    { "attendance.mark", "", ERR_MISSING_FIELD, NULL },
};

static const struct typed_row marks_vi[] = {
    { "attendance.mark", "present", ERR_OK, "01" },
    { "attendance.mark", "Có mặt", ERR_OK, "01" },
    { "attendance.mark", "co mat", ERR_OK, "01" },
    { "attendance.mark", "vắng có lý do", ERR_OK, "02" },
    { "attendance.mark", "vang khong ly do", ERR_OK, "03" },
    { "attendance.mark", "vắng", ERR_BAD_VALUE, NULL },
    { "attendance.mark", "đến muộn", ERR_OK, "07" },
    { "meeting.type", "thường kỳ", ERR_OK, "01" },
    { "meeting.type", "chi ủy", ERR_OK, "04" },
    { "member.gender", "NỮ", ERR_OK, "02" },
    { "membership.type", "chính thức", ERR_OK, "01" },
    { "membership.type", "dự bị", ERR_OK, "02" },
    { "doc_in.secrecy", "mật", ERR_OK, "02" },
    { "doc_in.secrecy", "normal", ERR_OK, "01" },
    { "task.status", "đang làm", ERR_OK, "02" },
    { "candidate.state", "hồ sơ", ERR_OK, "05" },
};

TEST(enumerations_by_identifier_number_and_label)
{
    unsetenv("CHIBO_LANG");
    language_init("en");
    for (size_t i = 0; i < ARRAY_LEN(marks_en); i++)
        check_typed(marks_en[i].field, marks_en[i].text, marks_en[i].want, marks_en[i].hex);
    language_init(NULL);
    for (size_t i = 0; i < ARRAY_LEN(marks_vi); i++)
        check_typed(marks_vi[i].field, marks_vi[i].text, marks_vi[i].want, marks_vi[i].hex);
    language_init("en");
}

/* --- the sentences --- */

static void check_why(const char *path, const char *text, const char *part)
{
    struct buf out = { 0 };
    char why[ENTRY_WHY_SIZE];
    CHECK(entry_parse(row_field(path), text, TODAY, &refs, &out, why) != ERR_OK);
    if (!CHECK(strstr(why, part) != NULL))
        printf("  %s = \"%s\": %s\n", path, text, why);
    buf_deinit(&out);
}

TEST(a_wrong_value_gets_a_sentence)
{
    unsetenv("CHIBO_LANG");
    language_init(NULL);
    check_why("meeting.date", "31/11", "30 ngày");
    check_why("meeting.date", "11/2026", "ngày/tháng/năm");
    check_why("member.gender", "x", "1 nam, 2 nữ");
    check_why("task_update.percent", "101", "100");
    check_why("meeting.start", "muộn", "19h30");
    check_why("meeting.period", "2026", "11/2026");
    check_why("membership.org", "CB-999", "tổ chức đảng");
    check_why("member.card_no", "12345678901234567890123456789012345678901", "40 byte; đoạn này có 41");
    check_why("candidate.state", "x", "1 đề xuất"); /* longer than fits: cut, not broken */
    language_init("en");
}

TEST(without_a_book_references_are_ids)
{
    struct buf out = { 0 };
    char why[ENTRY_WHY_SIZE];
    CHECK_EQ(entry_parse(field_of("meeting.chair"), C16, TODAY, NULL, &out, why), ERR_OK);
    CHECK_EQ(out.n, 2 + ID_SIZE);
    CHECK_EQ(entry_parse(field_of("meeting.chair"), "c0c0c0", TODAY, NULL, &out, why), ERR_BAD_VALUE);
    CHECK_EQ(out.n, 2 + ID_SIZE);
    buf_deinit(&out);
}

/* --- encoded -> shown --- */

static const struct shown_row {
    const char *field;
    const char *hex;
    const char *people;
    const char *json;
} shown[] = {
    { "member.family_name", "a84e677579e1bb856e", "Nguyễn", "\"Nguyễn\"" },
    { "minutes.opening", "a3610a62", "a\nb", "\"a\\nb\"" },
    { "member.phone", "c0", "", "null" },
    { "task_update.percent", "55", "85", "85" },
    { "money", "cd7d00", "32.000 đ", "32000" },
    { "money", "d1fb1e", "-1.250 đ", "-1250" },
    { "decimal", "92cd039d01", "92,5", "\"92.5\"" },
    { "decimal", "92fb02", "-0,05", "\"-0.05\"" },
    { "decimal", "920700", "7", "\"7\"" },
    { "meeting.date", "ce013528f0", "04/11/2026", "\"2026-11-04\"" },
    { "member.born", "ce012ac58c", "03/1958", "\"1958-03\"" },
    { "member.born", "ce012ac460", "1958", "\"1958\"" },
    { "meeting.start", "cd0492", "19:30", "\"19:30\"" },
    { "meeting.start", "cd05a0", "?", "null" },
    { "meeting.period", "ce00031773", "11/2026", "\"2026-11\"" },
    { "period", "ce00031780", "Q4/2026", "\"2026-Q4\"" },
    { "attendance.mark", "05", "được miễn nhưng có dự", "\"exempt_present\"" },
    { "attendance.mark", "2a", "42", "42" }, /* of a newer program */
    { "meeting.chair", "c410" C16, "Lò Văn Thử", "\"" C16 "\"" },
    { "meeting.chair", "c410" D16, D16, "\"" D16 "\"" },
    { "membership.org", "c410" E16, "Chi bộ Tổ dân phố 14", "\"CB-014\"" },
    { "membership.org", "c410" D16, D16, "\"" D16 "\"" },
    { "meeting.agenda", "92a161a162", "a; b", "[\"a\",\"b\"]" },
    { "meeting.agenda", "90", "", "[]" },
    { "meeting.agenda", "c0", "", "null" },
    { "task.members", "92c410" C16 "c410" D16, "Lò Văn Thử; " D16, "[\"" C16 "\",\"" D16 "\"]" },
    { "meeting.agenda", "9201a162", "?; ?", "[null,null]" },
    { "member.phone", "01", "?", "null" },
    { "sealed", "92c4080001020304050607c40101", "?", "null" },
};

TEST(values_are_shown_to_people_and_to_scripts)
{
    struct buf value = { 0 }, out = { 0 };
    struct json j;

    unsetenv("CHIBO_LANG");
    language_init(NULL);
    for (size_t i = 0; i < ARRAY_LEN(shown); i++) {
        const struct field_info *f = row_field(shown[i].field);
        buf_clear(&value);
        hex_to_buf(shown[i].hex, &value);
        buf_clear(&out);
        entry_print(f, buf_bytes(&value), &refs, &out);
        CHECK_STR(buf_cstr(&out), shown[i].people);
        buf_clear(&out);
        json_init(&j, &out);
        entry_json(f, buf_bytes(&value), &refs, &j);
        CHECK_STR(buf_cstr(&out), shown[i].json);
    }
    language_init("en");
    buf_deinit(&value);
    buf_deinit(&out);
}
