/* cmd_kinds.c - `chibo cac-loai`: the kinds of records, and with a kind its fields; the schema as a table. */
#include "../common/json.h"
#include "../common/language.h"
#include "../common/text.h"
#include "../proto/rights.h"
#include "cmd.h"
#include "word.h"

static const struct opt_row rows[] = {CMD_OPTIONS};

#define WORD_COLUMNS 18
#define TYPE_COLUMNS 12

static const char *const type_names[] = {
    [TYPE_TEXT] = "text", [TYPE_INTEGER] = "integer", [TYPE_MONEY] = "money", [TYPE_TIME] = "time",
    [TYPE_DECIMAL] = "decimal", [TYPE_DATE] = "date", [TYPE_PERIOD] = "period", [TYPE_ENUM] = "enum",
    [TYPE_RECORD] = "record", [TYPE_ORG] = "org", [TYPE_BLOB] = "blob", [TYPE_SEALED] = "sealed",
};

/* For people; of a reference and an enumeration more is said behind. */
static const char *const type_labels[] = {
    [TYPE_TEXT] = N_("text"), [TYPE_INTEGER] = N_("number"), [TYPE_MONEY] = N_("money"), [TYPE_TIME] = N_("time"),
    [TYPE_DECIMAL] = N_("decimal"), [TYPE_DATE] = N_("date"), [TYPE_PERIOD] = N_("period"), [TYPE_ENUM] = N_("choice"),
    [TYPE_RECORD] = N_("record"), [TYPE_ORG] = N_("organisation"), [TYPE_BLOB] = N_("file"),
    [TYPE_SEALED] = N_("sealed"),
};

static const char *const merge_names[] = {
    [MERGE_UNION] = "union", [MERGE_OWNER] = "owner", [MERGE_LATER] = "later", [MERGE_MONOTONE] = "monotone",
    [MERGE_ASK] = "ask", [MERGE_SERIAL] = "serial", [MERGE_IMMUTABLE] = "immutable",
};

static void put_flag(struct json *j, const char *key, bool flag)
{
    json_key(j, key);
    json_bool(j, flag);
}

static void put_access(struct json *j, enum access a)
{
    char letter[2] = {(char)('A' + (int)a - ACCESS_A), 0};
    json_put_string(j, "access", letter);
}

/* Of a field, or with NULL of the record as a whole. */
static void put_writers(struct json *j, const struct kind_info *k, const struct field_info *f)
{
    json_key(j, "writers");
    json_array_begin(j);
    for (enum role r = ROLE_NONE + 1; r < ROLE_COUNT; r++)
        if (rights_may_write(r, k->number, f, f == NULL ? OP_CREATE : OP_SET) == RIGHT_WRITE)
            json_string(j, rights_role_name(r));
    json_array_end(j);
}

/* --- one kind --- */

static void field_json(const struct kind_info *k, const struct field_info *f, struct buf *out)
{
    struct json j;
    json_init(&j, out);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    json_put_string(&j, "field", f->name);
    json_put_uint(&j, "number", f->number);
    json_put_string(&j, "label", _(f->label));
    json_put_string(&j, "type", type_names[f->type]);
    put_flag(&j, "list", f->list);
    put_flag(&j, "required", f->required);
    put_flag(&j, "whole", f->whole);
    json_put_string(&j, "merge", merge_names[f->merge]);
    json_put_uint(&j, "group", f->group);
    put_access(&j, f->access);
    json_put_uint(&j, "limit", f->limit);
    put_writers(&j, k, f);
    if (f->refers != NULL)
        json_put_string(&j, "refers", f->refers);
    if (f->values != NULL) {
        json_key(&j, "values");
        json_array_begin(&j);
        for (const struct enum_value *v = f->values; v->name != NULL; v++)
            json_string(&j, v->name);
        json_array_end(&j);
    }
    json_object_end(&j);
    json_line(&j);
}

static void field_text(const struct field_info *f, struct buf *out)
{
    const char *label = _(type_labels[f->type]);
    buf_printf(out, "%c %s", f->required ? '*' : ' ', f->name);
    word_pad(strlen(f->name), WORD_COLUMNS, out);
    buf_printf(out, " %s", label);
    word_pad(text_width(bytes_of(label, strlen(label))), TYPE_COLUMNS, out);
    buf_printf(out, " %s", _(f->label));
    if (f->list)
        buf_printf(out, " (%s)", _("several"));
    if (f->refers != NULL)
        buf_printf(out, ": %s", schema_kind_named(f->refers)->word);
    for (const struct enum_value *v = f->values; v != NULL && v->name != NULL; v++)
        buf_printf(out, "%s %u %s", v == f->values ? ":" : ",", v->value, _(v->label));
    buf_put_str(out, "\n");
}

static void kind_fields(struct cmd_env *env, const struct kind_info *k)
{
    struct buf *out = &env->out.text;
    if (!env->out.json)
        buf_printf(out, "%s (%s, %s)\n", _(k->label), k->word, k->name);
    for (size_t i = 0; i < k->fields; i++) {
        if (env->out.json)
            field_json(k, &k->field[i], out);
        else
            field_text(&k->field[i], out);
    }
    if (!env->out.json)
        buf_printf(out, "%s\n", _("* must be there"));
}

/* --- all of them --- */

static void kind_json(const struct kind_info *k, struct buf *out)
{
    struct json j;
    json_init(&j, out);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    json_put_string(&j, "kind", k->name);
    json_put_uint(&j, "number", k->number);
    json_put_string(&j, "word", k->word);
    json_put_string(&j, "label", _(k->label));
    put_access(&j, k->access);
    json_put_uint(&j, "fields", k->fields);
    json_key(&j, "natural");
    json_array_begin(&j);
    for (const char *const *name = k->natural; name != NULL && *name != NULL; name++)
        json_string(&j, *name);
    json_array_end(&j);
    put_writers(&j, k, NULL);
    json_object_end(&j);
    json_line(&j);
}

static void all(struct cmd_env *env)
{
    struct buf *out = &env->out.text;
    for (size_t i = 0; i < schema_kind_count; i++) {
        const struct kind_info *k = &schema_kinds[i];
        if (env->out.json) {
            kind_json(k, out);
            continue;
        }
        buf_printf(out, "%s", k->word);
        word_pad(strlen(k->word), WORD_COLUMNS, out);
        buf_printf(out, " %s\n", _(k->label));
    }
    if (!env->out.json)
        buf_printf(out, "%s\n", _("The fields of one: chibo cac-loai KIND"));
}

static enum err run(struct cmd_env *env, const struct opt_parsed *args)
{
    const char *close = NULL;
    if (args->arg_count == 0) {
        all(env);
        return ERR_OK;
    }
    const char *typed = opt_arg(args, 0);
    const struct kind_info *k = word_kind(typed, &close);
    if (k == NULL)
        return cmd_explain(env, ERR_UNKNOWN_KIND, typed, close == NULL ? _("their words: chibo cac-loai") : close);
    kind_fields(env, k);
    return ERR_OK;
}

const struct cmd cmd_kinds = {"cac-loai", "kinds", N_("The kinds of records and their fields."), 0,
                              {rows, ARRAY_LEN(rows), N_("[KIND]"), 0, 1}, run};
