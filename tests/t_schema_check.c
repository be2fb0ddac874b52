/* t_schema_check.c - values at their limits and one beyond, for every type; changes against their kind. */
#include "../proto/mp.h"
#include "../proto/schema.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

static const struct field_info *field_of(const char *kind, const char *name)
{
    const struct kind_info *k = schema_kind_named(kind);
    const struct field_info *f = k == NULL ? NULL : schema_field_named(k, name);
    if (f == NULL)
        abort();
    return f;
}

/* --- values given in hex --- */

/* Types that no field of the story has yet are tried on rows of their own. */
static const struct field_info money = { .name = "money", .type = TYPE_MONEY };
static const struct field_info decimal = { .name = "decimal", .type = TYPE_DECIMAL };
static const struct field_info period = { .name = "period", .type = TYPE_PERIOD };
static const struct field_info blob = { .name = "blob", .type = TYPE_BLOB };
static const struct field_info sealed = { .name = "sealed", .type = TYPE_SEALED };
static const struct field_info line = { .name = "line", .type = TYPE_TEXT, .limit = 4 };
static const struct field_info needed = { .name = "needed", .type = TYPE_TEXT, .limit = 4, .required = true };
static const struct field_info page = { .name = "page", .type = TYPE_TEXT };
static const struct field_info marks = { .name = "marks", .type = TYPE_INTEGER, .list = true, .limit = 2 };
static const struct field_info count = { .name = "count", .type = TYPE_INTEGER };

#define ID16 "000102030405060708090a0b0c0d0e0f"

static const struct value_row {
    const struct field_info *own; /* or NULL: the field named */
    const char *kind, *field;
    const char *hex;
    enum err want;
} rows[] = {
    /* text: bytes, not characters; "Hà" is 3 bytes composed, 4 bytes decomposed */
    { &line, "", "", "a461626364", ERR_OK },
    { &line, "", "", "a56162636465", ERR_TOO_LONG },
    { &line, "", "", "a348c3a0", ERR_OK },
    { &line, "", "", "a44861cc80", ERR_NOT_NFC },
    { &line, "", "", "a0", ERR_BAD_VALUE },
    { &line, "", "", "c0", ERR_OK },
    { &needed, "", "", "a0", ERR_MISSING_FIELD },
    { &needed, "", "", "c0", ERR_MISSING_FIELD },
    { &line, "", "", "01", ERR_BAD_VALUE },
    { &line, "", "", "c40161", ERR_BAD_VALUE },
    { &line, "", "", "91a161", ERR_BAD_VALUE },
    { &line, "", "", "a3610a62", ERR_BAD_VALUE },   /* a line end in a line */
    { &page, "", "", "a3610a62", ERR_OK },
    { &page, "", "", "a3610d62", ERR_BAD_VALUE },
    { &page, "", "", "a3610962", ERR_BAD_VALUE },
    { &page, "", "", "a31b5b41", ERR_BAD_VALUE },   /* an escape sequence for a terminal */
    { &page, "", "", "a17f", ERR_BAD_VALUE },
    { &page, "", "", "a2c29b", ERR_BAD_VALUE },     /* U+009B */
    { &page, "", "", "a2c2a0", ERR_OK },            /* U+00A0 */
    { &page, "", "", "a3e280ae", ERR_BAD_VALUE },   /* U+202E */
    { &page, "", "", "a3e280af", ERR_OK },          /* U+202F */
    { &page, "", "", "a3e281a6", ERR_BAD_VALUE },   /* U+2066 */
    { &page, "", "", "a3e281aa", ERR_OK },          /* U+206A */
    /* integer */
    { NULL, "task_update", "percent", "00", ERR_OK },
    { NULL, "task_update", "percent", "64", ERR_OK },
    { NULL, "task_update", "percent", "65", ERR_BAD_VALUE },
    { NULL, "task_update", "percent", "ff", ERR_BAD_VALUE },
    { &count, "", "", "ce3b9aca00", ERR_OK },
    { &count, "", "", "ce3b9aca01", ERR_BAD_VALUE },
    { &count, "", "", "a131", ERR_BAD_VALUE },
    /* money: 10^15 and -10^15 */
    { &money, "", "", "cf00038d7ea4c68000", ERR_OK },
    { &money, "", "", "cf00038d7ea4c68001", ERR_BAD_VALUE },
    { &money, "", "", "d3fffc72815b398000", ERR_OK },
    { &money, "", "", "d3fffc72815b397fff", ERR_BAD_VALUE },
    { &money, "", "", "cfffffffffffffffff", ERR_BAD_VALUE },
    /* time of day */
    { NULL, "meeting", "start", "00", ERR_OK },
    { NULL, "meeting", "start", "cd059f", ERR_OK },
    { NULL, "meeting", "start", "cd05a0", ERR_BAD_VALUE },
    { NULL, "meeting", "start", "c0", ERR_MISSING_FIELD },
    { NULL, "meeting", "end", "c0", ERR_OK },
    /* decimal */
    { &decimal, "", "", "92cd039d01", ERR_OK },
    { &decimal, "", "", "92ff09", ERR_OK },
    { &decimal, "", "", "92010a", ERR_BAD_VALUE },
    { &decimal, "", "", "9101", ERR_BAD_VALUE },
    { &decimal, "", "", "93010101", ERR_BAD_VALUE },
    /* date: 19580000, 19580300, 20240229, 20230229, 20261131 */
    { NULL, "member", "born", "ce012ac460", ERR_OK },
    { NULL, "member", "born", "ce012ac58c", ERR_OK },
    { NULL, "member", "born", "ce0134d765", ERR_OK },
    { NULL, "member", "born", "ce0134b055", ERR_BAD_VALUE },
    { NULL, "member", "born", "ce0135290b", ERR_BAD_VALUE },
    { NULL, "member", "born", "00", ERR_BAD_VALUE },
    { NULL, "meeting", "date", "ce012ac58c", ERR_BAD_VALUE }, /* no day */
    { NULL, "meeting", "date", "ce0134d765", ERR_OK },
    /* period: 202611, 202613, 202624, 202632, 202633, 202600, 202620 */
    { NULL, "meeting", "period", "ce00031773", ERR_OK },
    { NULL, "meeting", "period", "ce00031775", ERR_BAD_VALUE },
    { NULL, "meeting", "period", "ce00031780", ERR_BAD_VALUE },
    { &period, "", "", "ce00031780", ERR_OK },
    { &period, "", "", "ce00031788", ERR_OK },
    { &period, "", "", "ce00031789", ERR_BAD_VALUE },
    { &period, "", "", "ce00031768", ERR_OK },
    { &period, "", "", "ce0003177c", ERR_BAD_VALUE },
    /* enumeration */
    { NULL, "attendance", "mark", "00", ERR_OK },
    { NULL, "attendance", "mark", "07", ERR_OK },
    { NULL, "attendance", "mark", "08", ERR_BAD_VALUE },
    { NULL, "meeting", "type", "00", ERR_BAD_VALUE },
    { NULL, "meeting", "type", "a7726567756c6172", ERR_BAD_VALUE },
    /* references */
    { NULL, "meeting", "chair", "c410" ID16, ERR_OK },
    { NULL, "meeting", "chair", "c40f000102030405060708090a0b0c0d0e", ERR_BAD_VALUE },
    { NULL, "meeting", "chair", "c411" ID16 "10", ERR_BAD_VALUE },
    { NULL, "membership", "org", "c410" ID16, ERR_OK },
    { NULL, "membership", "org", "a6434230313431", ERR_BAD_VALUE },
    /* lists: each element is checked; nil and empty are no elements */
    { &marks, "", "", "920102", ERR_OK },
    { &marks, "", "", "93010203", ERR_TOO_LONG },
    { &marks, "", "", "9201ff", ERR_BAD_VALUE },
    { &marks, "", "", "9101c0", ERR_BAD_VALUE },
    { &marks, "", "", "90", ERR_OK },
    { &marks, "", "", "c0", ERR_OK },
    { &marks, "", "", "01", ERR_BAD_VALUE },
    { NULL, "meeting", "agenda", "92a161a162", ERR_OK },
    { NULL, "meeting", "agenda", "91a0", ERR_BAD_VALUE },
    { NULL, "meeting", "agenda", "91a3610a62", ERR_BAD_VALUE },
    { NULL, "task", "members", "91c410" ID16, ERR_OK },
    { NULL, "task", "members", "c410" ID16, ERR_BAD_VALUE },
    /* blob [size, media type, hash] and sealed [key id, ciphertext] */
    { &blob, "", "", "9305aa696d6167652f6a706567c420" ID16 ID16, ERR_OK },
    { &blob, "", "", "9305a0c420" ID16 ID16, ERR_BAD_VALUE },
    { &blob, "", "", "9305a161c410" ID16, ERR_BAD_VALUE },
    { &sealed, "", "", "92c4080001020304050607c40101", ERR_OK },
    { &sealed, "", "", "92c40700010203040506c40101", ERR_BAD_VALUE },
};

TEST(values_at_their_limits)
{
    struct buf value = { 0 };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct field_info *f = rows[i].own != NULL ? rows[i].own : field_of(rows[i].kind, rows[i].field);
        buf_clear(&value);
        hex_to_buf(rows[i].hex, &value);
        if (!CHECK_EQ(schema_check_value(f, buf_bytes(&value)), rows[i].want))
            printf("  %s %s\n", f->name, rows[i].hex);
    }
    buf_deinit(&value);
}

static enum err check_long_text(const struct field_info *f, size_t n, bool in_list)
{
    struct buf text = { 0 }, value = { 0 };
    memset(buf_grow(&text, n), 'a', n);
    if (in_list)
        mp_put_array(&value, 1);
    mp_put_str(&value, buf_bytes(&text));
    enum err e = schema_check_value(f, buf_bytes(&value));
    buf_deinit(&text);
    buf_deinit(&value);
    return e;
}

TEST(the_longest_texts)
{
    CHECK_EQ(check_long_text(field_of("minutes", "conclusion"), 65536, false), ERR_OK);
    CHECK_EQ(check_long_text(field_of("minutes", "conclusion"), 65537, false), ERR_TOO_LONG);
    CHECK_EQ(check_long_text(field_of("member", "family_name"), 100, false), ERR_OK);
    CHECK_EQ(check_long_text(field_of("member", "family_name"), 101, false), ERR_TOO_LONG);
    CHECK_EQ(check_long_text(field_of("meeting", "agenda"), SCHEMA_LINE_MAX, true), ERR_OK);
    CHECK_EQ(check_long_text(field_of("meeting", "agenda"), SCHEMA_LINE_MAX + 1, true), ERR_TOO_LONG);
}

static enum err check_long_list(size_t n)
{
    struct buf value = { 0 };
    mp_put_array(&value, n);
    for (size_t i = 0; i < n; i++)
        mp_put_str(&value, bytes_of_str("a"));
    enum err e = schema_check_value(field_of("meeting", "agenda"), buf_bytes(&value));
    buf_deinit(&value);
    return e;
}

TEST(the_longest_list)
{
    CHECK_EQ(check_long_list(256), ERR_OK);
    CHECK_EQ(check_long_list(257), ERR_TOO_LONG);
}

/* --- changes --- */

static struct change change_of(const char *kind, enum op op)
{
    return (struct change){ .kind = schema_kind_named(kind)->number, .op = op };
}

static void add(struct change *c, uint32_t tag, const char *value, size_t n)
{
    c->triple[c->count++] = (struct triple){ .tag = tag, .value = bytes_of(value, n) };
}

static void add_field(struct change *c, const char *kind, const char *field, const char *value, size_t n)
{
    add(c, schema_tag(field_of(kind, field)), value, n);
}

#define ADD(c, kind, field, value) add_field(c, kind, field, value, sizeof(value) - 1)

TEST(a_create_needs_what_its_class_requires)
{
    struct change c = change_of("member", OP_CREATE);
    ADD(&c, "member", "family_name", "\xa2Lo");
    CHECK_EQ(schema_check_change(&c, ACCESS_A), ERR_MISSING_FIELD);
    ADD(&c, "member", "given_name", "\xa3Thu");
    CHECK_EQ(schema_check_change(&c, ACCESS_A), ERR_OK);
    CHECK_EQ(schema_check_change(&c, ACCESS_B), ERR_BAD_VALUE);

    c = change_of("member", OP_CREATE);
    ADD(&c, "member", "gender", "\x01");
    CHECK_EQ(schema_check_change(&c, ACCESS_B), ERR_MISSING_FIELD);
    ADD(&c, "member", "born", "\xce\x01\x2a\xc4\x60");
    CHECK_EQ(schema_check_change(&c, ACCESS_B), ERR_OK);

    c = change_of("member", OP_SET);
    ADD(&c, "member", "born", "\xc0");
    CHECK_EQ(schema_check_change(&c, ACCESS_B), ERR_MISSING_FIELD);
}

TEST(fields_keep_to_their_scope_and_class)
{
    struct change c = change_of("member", OP_SET);
    ADD(&c, "member", "phone", "\xa3" "090");
    CHECK_EQ(schema_check_change(&c, ACCESS_B), ERR_OK);
    CHECK_EQ(schema_check_change(&c, ACCESS_A), ERR_BAD_VALUE);
    CHECK_EQ(schema_check_change(&c, ACCESS_C), ERR_BAD_VALUE);

    c = change_of("member", OP_SET);
    add(&c, TAG(1, MERGE_LATER), "\xa2Lo", 3); /* family_name, but not as the owner's */
    CHECK_EQ(schema_check_change(&c, ACCESS_A), ERR_BAD_VALUE);
}

TEST(unknown_kinds_and_fields_pass)
{
    struct change c = { .kind = 4711, .op = OP_SET };
    add(&c, TAG(3, MERGE_ASK), "\xa1x", 2);
    CHECK_EQ(schema_check_change(&c, ACCESS_B), ERR_OK);
    c = change_of("task", OP_SET);
    add(&c, TAG(60, MERGE_ASK), "\xa1x", 2);
    CHECK_EQ(schema_check_change(&c, ACCESS_A), ERR_OK);
    c = change_of("candidate", OP_CREATE); /* in a scope that holds nothing of this kind */
    add(&c, TAG(60, MERGE_ASK), "\xa1x", 2);
    CHECK_EQ(schema_check_change(&c, ACCESS_A), ERR_BAD_VALUE);
}

TEST(what_is_fixed_is_set_by_create_alone)
{
    struct change c = change_of("meeting", OP_SET);
    ADD(&c, "meeting", "type", "\x02");
    CHECK_EQ(schema_check_change(&c, ACCESS_A), ERR_FIXED);
    c.op = OP_AMEND;
    CHECK_EQ(schema_check_change(&c, ACCESS_A), ERR_FIXED);
}

TEST(only_lists_are_added_to)
{
    struct change c = change_of("meeting", OP_ADD);
    ADD(&c, "meeting", "agenda", "\x91\xa1x");
    CHECK_EQ(schema_check_change(&c, ACCESS_A), ERR_OK);
    c.op = OP_REMOVE;
    CHECK_EQ(schema_check_change(&c, ACCESS_A), ERR_OK);
    c = change_of("meeting", OP_ADD);
    ADD(&c, "meeting", "place", "\xa1x");
    CHECK_EQ(schema_check_change(&c, ACCESS_A), ERR_BAD_VALUE);
}

TEST(states_belong_to_the_head)
{
    struct change c = change_of("member", OP_STATE);
    add(&c, TAG_STATE, "\x92\x00\x01", 3);
    CHECK_EQ(schema_check_change(&c, ACCESS_A), ERR_OK);
    CHECK_EQ(schema_check_change(&c, ACCESS_B), ERR_BAD_VALUE);
    c.op = OP_SET;
    CHECK_EQ(schema_check_change(&c, ACCESS_A), ERR_BAD_VALUE);

    static const char *const wrong[] = { "\x92\x00\x63", "\x91\x01", "\x93\x01\x01\x01", "\x92\xff\x01", "\xa1x", "\xc0" };
    static const size_t sizes[] = { 3, 2, 4, 3, 2, 1 };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        c = change_of("task", OP_STATE);
        add(&c, TAG_STATE, wrong[i], sizes[i]);
        CHECK_EQ(schema_check_change(&c, ACCESS_A), ERR_BAD_VALUE);
    }
    c = change_of("task", OP_STATE);
    add(&c, TAG(0, MERGE_LATER), "\x92\x00\x01", 3);
    CHECK_EQ(schema_check_change(&c, ACCESS_A), ERR_BAD_VALUE);
    c = change_of("task", OP_STATE); /* moving to a state writes nothing else */
    ADD(&c, "task", "duty", "\xa1x");
    CHECK_EQ(schema_check_change(&c, ACCESS_A), ERR_BAD_VALUE);
}
