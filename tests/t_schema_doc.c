/* t_schema_doc.c - section 13 of docs/protocol.md is what the tables of proto say.
 *
 *     build/tests/t_schema_doc --print      the section as it should be */
#include "../proto/rights.h"
#include "../proto/life.h"
#include "../proto/schema.h"
#include "test.h"

#include <stdio.h>

#define PAGE "docs/protocol.md"
#define HEADING "## 13. Kinds, fields, roles\n"

static const char access_letter[] = " ABCD";
static const char *const merge_names[] = { "union", "owner", "later", "monotone", "ask", "serialised", "immutable" };

static const char intro[] =
    HEADING
    "\n"
    "This section is printed by `t_schema_doc --print` from `proto/schema.def` and `proto/rights.def`.\n"
    "\n"
    "### 13.1 Kinds\n"
    "\n"
    "A record's head (kind, state, natural key) lives in the scope of its kind's class; each field lives in the scope of its own class, under the same record id.\n"
    "*Filed under*: the reference field that names the organisation whose scopes hold the record; else it is the organisation of the author's role. The word is what people type.\n"
    "\n"
    "| kind | name | word | head | filed under | natural key |\n"
    "|---|---|---|---|---|---|\n";

static const char fields_intro[] =
    "\n"
    "### 13.2 Fields\n"
    "\n"
    "`*` required: a create holds it where its class belongs, and it is never cleared. Numbers are 0 for the state and never reused. Limits are bytes of a text. Texts are NFC, not empty, without control\n"
    "characters (C0, DEL, C1, U+202A–202E, U+2066–2069); line feeds only in texts marked *lines*. A text in a list has at most 1,000 bytes. Integers run from 0 to 1,000,000,000 unless said, money from\n"
    "-10^15 to 10^15, years from 1800 to 2199. *Full* dates have month and day. The tag's class is the one given here. Fields of class immutable are written by create alone; op 3 and 4 touch lists only,\n"
    "op 5 the state only, and the state is written by op 1 and 5. A change that breaks one of these is refused with the reason of §12 (BAD_VALUE, TOO_LONG, NOT_NFC, MISSING_FIELD, FIXED).\n"
    "Kinds and fields that are not listed are accepted and merged by their tags. Whoever writes one field of a group letter writes all of it, so that they win or lose as one; this is not checked, but for a vote: all four counts, and for + against + other opinions = entitled, else BAD_VALUE.\n";

static const char roles_intro[] =
    "\n"
    "### 13.4 Roles\n"
    "\n"
    "Whoever may not read a class writes nothing in it. A role of reach *ward* is held once for all organisations of the ward.\n"
    "\n"
    "| role | name | reach | reads |\n"
    "|---|---|---|---|\n";

static const char rights_intro[] =
    "\n"
    "### 13.5 Who may write\n"
    "\n"
    "`W` writes: accepted, owns 1. `P` proposes: op 2 on fields of class owner is accepted with owns 0, everything else is held (HELD_FOR_PERSON). `–`: refused (NOT_ALLOWED). The least right of all that a\n"
    "change writes decides; op 1, 5 and 7 also need the right to the record; of op 7 that is all. A kind not listed is written by clerk, secretary and deputy, in classes A and B.\n"
    "\n"
    "| kind |";

static void put_type(struct buf *out, const struct field_info *f)
{
    static const char *const names[] = {
        [TYPE_TEXT] = "text", [TYPE_INTEGER] = "integer", [TYPE_MONEY] = "money", [TYPE_TIME] = "minutes of day",
        [TYPE_DECIMAL] = "decimal", [TYPE_DATE] = "date", [TYPE_PERIOD] = "period", [TYPE_ENUM] = "enumeration",
        [TYPE_RECORD] = "record", [TYPE_ORG] = "organisation", [TYPE_BLOB] = "blob", [TYPE_SEALED] = "sealed",
    };
    if (f->list)
        buf_put_str(out, "list of ");
    buf_put_str(out, names[f->type]);
    if (f->type == TYPE_RECORD)
        buf_printf(out, ": %s", f->refers);
    if (f->type == TYPE_TEXT && !f->list)
        buf_printf(out, " ≤ %u%s", f->limit == 0 ? (unsigned)TEXT_MAX : f->limit, schema_is_multiline(f) ? ", lines" : "");
    if (f->type == TYPE_INTEGER && f->limit != 0)
        buf_printf(out, " ≤ %u", f->limit);
    if (f->whole)
        buf_put_str(out, f->type == TYPE_DATE ? ", full" : ", month");
    for (const struct enum_value *v = f->values; v != NULL && v->name != NULL; v++)
        buf_printf(out, "%s %u %s", v == f->values ? ":" : ",", v->value, v->name);
}

static void put_kind(struct buf *out, const struct kind_info *k)
{
    buf_printf(out, "| %u | %s | %s | %c | %s |", k->number, k->name, k->word, access_letter[k->access],
               k->org_field == NULL ? "" : k->org_field);
    for (const char *const *name = k->natural; name != NULL && *name != NULL; name++)
        buf_printf(out, "%s %s", name == k->natural ? "" : ",", *name);
    buf_put_str(out, " |\n");
}

static void put_fields(struct buf *out, const struct kind_info *k)
{
    buf_printf(out, "\n**%s**\n\n| number | field | type | merge class | group | class |\n|---|---|---|---|---|---|\n", k->name);
    for (size_t i = 0; i < k->fields; i++) {
        const struct field_info *f = &k->field[i];
        buf_printf(out, "| %u | %s%s | ", f->number, f->name, f->required ? "\\*" : "");
        put_type(out, f);
        buf_printf(out, " | %u %s | ", (unsigned)f->merge, merge_names[f->merge]);
        if (f->group != 0)
            buf_put_u8(out, (uint8_t)('a' + f->group - 1));
        buf_printf(out, " | %c |\n", access_letter[f->access]);
    }
}

static void put_kinds_that_are(struct buf *out, enum life flag)
{
    for (size_t i = 0; i < schema_kind_count; i++)
        if (life_is(&schema_kinds[i], flag))
            buf_printf(out, " %s", schema_kinds[i].name);
}

static void put_states(struct buf *out)
{
    buf_put_str(out, "\n### 13.3 States\n\nThe state of every record is [round, step] in field 0, class monotone. A record sent back begins the next "
                     "round at step 0.\n\n| step | name |\n|---|---|\n");
    for (const struct enum_value *s = schema_steps; s->name != NULL; s++)
        buf_printf(out, "| %u | %s |\n", s->value, s->name);
    buf_put_str(out, "\nTo step 5 leads op 7 alone (§5.6), of these kinds:");
    put_kinds_that_are(out, LIFE_VOID);
    buf_put_str(out, "; all else is BAD_VALUE, as is an op 7 without tag 3 or with another value than nil in a field.\n\n"
                     "Signed as a whole (§4.3):");
    put_kinds_that_are(out, LIFE_SIGNED);
    buf_put_str(out, ". Placed (§5.7):");
    put_kinds_that_are(out, LIFE_PLACED);
    buf_put_str(out, ".\n\nFiles (§4.3):");
    put_kinds_that_are(out, LIFE_FILE);
    buf_put_str(out, ". Their moves:\n\n| move | from step | to step | who |\n|---|---|---|---|\n");
    for (size_t i = 0; i < life_move_count; i++)
        buf_printf(out, "| %s | %u | %u%s | %s |\n", life_moves[i].name, (unsigned)life_moves[i].from,
                   (unsigned)life_moves[i].to, life_moves[i].next_round ? " of the next round" : "",
                   life_moves[i].by_ward ? "clerk, building" : "roles of the cell that may write the record");
}

static void put_roles(struct buf *out)
{
    buf_put_str(out, roles_intro);
    for (enum role r = ROLE_NONE + 1; r < ROLE_COUNT; r++) {
        buf_printf(out, "| %u | %s | %s |", (unsigned)r, rights_role_name(r), rights_ward_wide(r) ? "ward" : "one organisation");
        for (enum access a = ACCESS_A; a <= ACCESS_D; a++) {
            if (rights_may_read(r, a))
                buf_printf(out, " %c", access_letter[a]);
        }
        buf_put_str(out, " |\n");
    }
}

static void put_rights(struct buf *out, const struct kind_info *k, const struct field_info *f)
{
    static const char *const letters[] = { [RIGHT_NO] = "–", [RIGHT_PROPOSE] = "P", [RIGHT_WRITE] = "W" };
    buf_printf(out, "| %s%s%s |", k->name, f == NULL ? "" : ".", f == NULL ? "" : f->name);
    for (enum role r = ROLE_NONE + 1; r < ROLE_COUNT; r++)
        buf_printf(out, " %s |", letters[rights_may_write(r, k->number, f, OP_SET)]);
    buf_put_str(out, "\n");
}

static bool has_rights_of_record(const struct kind_info *k, const struct field_info *f)
{
    for (enum role r = ROLE_NONE + 1; r < ROLE_COUNT; r++) {
        if (rights_may_write(r, k->number, f, OP_SET) != rights_may_write(r, k->number, NULL, OP_SET))
            return false;
    }
    return true;
}

static void put_writers(struct buf *out)
{
    buf_put_str(out, rights_intro);
    for (enum role r = ROLE_NONE + 1; r < ROLE_COUNT; r++)
        buf_printf(out, " %s |", rights_role_name(r));
    buf_put_str(out, "\n|---|---|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < schema_kind_count; i++) {
        const struct kind_info *k = &schema_kinds[i];
        put_rights(out, k, NULL);
        for (size_t j = 0; j < k->fields; j++) {
            if (!has_rights_of_record(k, &k->field[j]))
                put_rights(out, k, &k->field[j]);
        }
    }
}

static void put_section(struct buf *out)
{
    buf_put_str(out, intro);
    for (size_t i = 0; i < schema_kind_count; i++)
        put_kind(out, &schema_kinds[i]);
    buf_put_str(out, fields_intro);
    for (size_t i = 0; i < schema_kind_count; i++)
        put_fields(out, &schema_kinds[i]);
    put_states(out);
    put_roles(out);
    put_writers(out);
}

/* The section ends where another begins or the page does. */
static bool read_section(struct buf *page, struct bytes *section)
{
    FILE *f = fopen(PAGE, "r");
    if (f == NULL)
        return false;
    for (int c = getc(f); c != EOF; c = getc(f))
        buf_put_u8(page, (uint8_t)c);
    fclose(f);
    const char *at = strstr(buf_cstr(page), HEADING);
    if (at == NULL)
        return false;
    const char *end = strstr(at + 1, "\n## ");
    *section = bytes_of(at, end == NULL ? strlen(at) : (size_t)(end - at + 1));
    while (section->n > 1 && at[section->n - 1] == '\n' && at[section->n - 2] == '\n')
        section->n--;
    return true;
}

static size_t line_of_difference(struct bytes a, struct bytes b)
{
    size_t line = 1;
    for (size_t i = 0; i < a.n && i < b.n && a.p[i] == b.p[i]; i++)
        line += a.p[i] == '\n';
    return line;
}

TEST(the_page_says_what_the_tables_say)
{
    struct buf want = { 0 }, page = { 0 };
    struct bytes got = { 0 };

    put_section(&want);
    if (CHECK(read_section(&page, &got)) && !CHECK(bytes_equal(got, buf_bytes(&want))))
        printf("  %s, line %zu of section 13; t_schema_doc --print prints it anew\n", PAGE,
               line_of_difference(got, buf_bytes(&want)));
    buf_deinit(&want);
    buf_deinit(&page);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--print") == 0) {
        struct buf section = { 0 };
        put_section(&section);
        bool written = fwrite(section.p, 1, section.n, stdout) == section.n && fflush(stdout) == 0;
        buf_deinit(&section);
        return written ? 0 : 1;
    }
    return test_run(argc, argv);
}
