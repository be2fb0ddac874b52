/* schema.c - schema.def as tables, and the loops over them. The checks of values are in schema_check.c. */
#include "schema.h"

#include "../common/crypto.h"
#include "mp.h"

#define NAMES(...) (const char *const[]){ __VA_ARGS__, NULL }
#define NO_KEY NULL
#define REQUIRED 1
#define LIST 2
#define WHOLE 4
#define SELDOM 8

/* First reading: one array for each enumeration and for the fields of each kind. Field names are C identifiers, so an
 * enumeration is found by its name. */
#define ENUM_BEGIN(set) static const struct enum_value values_##set[] = {
#define VALUE(value, name, label) { value, #name, label },
#define ENUM_END { 0, NULL, NULL } };
#define values_NULL NULL /* a field without an enumeration */
#define KIND_BEGIN(number, name, word, label, access, org, natural, title) \
    static const struct field_info fields_##name[] = {
#define FIELD(number, name, type, flags, merge, group, access, limit, set, refers, label) \
    { number, #name, TYPE_##type, ((flags) & LIST) != 0, ((flags) & REQUIRED) != 0, ((flags) & WHOLE) != 0, \
      ((flags) & SELDOM) != 0, MERGE_##merge, group, access, limit, values_##set, refers, label },
#define KIND_END(name) };
#include "schema.def"
#undef ENUM_BEGIN
#undef VALUE
#undef ENUM_END
#undef KIND_BEGIN
#undef FIELD
#undef KIND_END

/* Second reading: the kinds. */
#define ENUM_BEGIN(set)
#define VALUE(value, name, label)
#define ENUM_END
#define KIND_BEGIN(number, name, word, label, access, org, natural, title) \
    { number, #name, word, label, access, org, ARRAY_LEN(fields_##name), fields_##name, natural, title },
#define FIELD(number, name, type, flags, merge, group, access, limit, set, refers, label)
#define KIND_END(name)
const struct kind_info schema_kinds[] = {
#include "schema.def"
};
const size_t schema_kind_count = ARRAY_LEN(schema_kinds);

const struct enum_value schema_steps[] = {
    { 0, "draft", "draft" },
    { 1, "submitted", "submitted" },
    { 2, "approved", "approved" },
    { 3, "locked", "locked" },
    { 4, "archived", "archived" },
    { 5, "void", "void" },
    { 0, NULL, NULL },
};

const struct kind_info *schema_kind(uint32_t number)
{
    for (size_t i = 0; i < schema_kind_count; i++) {
        if (schema_kinds[i].number == number)
            return &schema_kinds[i];
    }
    return NULL;
}

const struct kind_info *schema_kind_named(const char *word)
{
    for (size_t i = 0; i < schema_kind_count; i++) {
        if (strcmp(schema_kinds[i].name, word) == 0 || strcmp(schema_kinds[i].word, word) == 0)
            return &schema_kinds[i];
    }
    return NULL;
}

const struct field_info *schema_field(const struct kind_info *k, uint32_t number)
{
    for (size_t i = 0; i < k->fields; i++) {
        if (k->field[i].number == number)
            return &k->field[i];
    }
    return NULL;
}

const struct field_info *schema_field_named(const struct kind_info *k, const char *name)
{
    for (size_t i = 0; i < k->fields; i++) {
        if (strcmp(k->field[i].name, name) == 0)
            return &k->field[i];
    }
    return NULL;
}

const struct enum_value *schema_value(const struct field_info *f, uint64_t value)
{
    for (const struct enum_value *v = f->values; v != NULL && v->name != NULL; v++) {
        if (v->value == value)
            return v;
    }
    return NULL;
}

const struct enum_value *schema_value_named(const struct field_info *f, const char *name)
{
    for (const struct enum_value *v = f->values; v != NULL && v->name != NULL; v++) {
        if (strcmp(v->name, name) == 0)
            return v;
    }
    return NULL;
}

bool schema_is_multiline(const struct field_info *f)
{
    return f->type == TYPE_TEXT && !f->list && (f->limit == 0 || f->limit > SCHEMA_LINE_MAX);
}

const char *schema_state_name(uint64_t round, uint64_t step)
{
    if (round > 0 && step == 0)
        return "returned";
    for (const struct enum_value *s = schema_steps; s->name != NULL; s++) {
        if (s->value == step)
            return s->name;
    }
    return NULL;
}

bool schema_has_part(const struct kind_info *k, enum access scope_access)
{
    bool has = k->access == scope_access;
    for (size_t i = 0; i < k->fields; i++)
        has = has || k->field[i].access == scope_access;
    return has;
}

struct id schema_natural_id(const struct kind_info *k, const struct id *org, uint32_t ordinal,
                            const struct bytes *values,
                            size_t count)
{
    struct buf key = { 0 };
    struct hash h;

    mp_put_array(&key, 3 + count);
    mp_put_bin(&key, org->b, ID_SIZE);
    mp_put_uint(&key, k->number);
    mp_put_uint(&key, ordinal);
    for (size_t i = 0; i < count; i++)
        mp_put_raw(&key, values[i]);
    struct bytes pieces[] = { bytes_of("chibo1/natural", sizeof("chibo1/natural")), buf_bytes(&key) };
    crypto_blake2b(h.b, sizeof(h.b), bytes_of(NULL, 0), pieces, ARRAY_LEN(pieces));
    buf_deinit(&key);
    return id_from(h.b);
}
