/* fields.c - see fields.h. */
#include "fields.h"

#include "../common/date.h"
#include "../proto/mp.h"

void fields_init(struct fields *f, const struct kind_info *kind)
{
    memset(f, 0, sizeof(*f));
    assert(kind->fields <= CHANGE_TRIPLES_MAX);
    f->kind = kind;
}

void fields_deinit(struct fields *f)
{
    for (size_t i = 0; i < CHANGE_TRIPLES_MAX; i++)
        buf_wipe_deinit(&f->value[i].value);
    memset(f, 0, sizeof(*f));
}

struct fields_value *fields_value(struct fields *f, const struct field_info *field)
{
    return &f->value[field - f->kind->field];
}

/* What is not asked for, because another field says it. */
static const struct {
    const char *kind, *year, *date;
} derived[] = {
    {"doc_out", "year", "date"}, /* a paper belongs to the year of its own date */
};

void fields_derive(struct fields *f)
{
    for (size_t i = 0; i < ARRAY_LEN(derived); i++) {
        struct fields_value *year, *date;
        struct mp r;

        if (strcmp(derived[i].kind, f->kind->name) != 0)
            continue;
        year = fields_value(f, schema_field_named(f->kind, derived[i].year));
        date = fields_value(f, schema_field_named(f->kind, derived[i].date));
        if (year->given || date->count == 0)
            continue;
        mp_open(&r, buf_bytes(&date->value));
        buf_clear(&year->value);
        mp_put_uint(&year->value, date_year((uint32_t)mp_uint(&r, UINT32_MAX)));
        year->count = 1;
        (void)!mp_close(&r); /* our own */
    }
}

enum err fields_set(struct fields *f, const struct field_info *field, const char *text, uint32_t today,
                    const struct entry_refs *refs, char why[ENTRY_WHY_SIZE])
{
    struct fields_value *v = fields_value(f, field);
    struct buf encoded = {0};
    struct mp r;
    enum err e;

    why[0] = 0;
    if (v->given && !field->list)
        return ERR_USAGE;
    e = entry_parse(field, text, today, refs, &encoded, why);
    if (e == ERR_NOT_FOUND)
        e = ERR_BAD_VALUE; /* an organisation that is not there: what was typed is wrong, nothing else */
    if (e == ERR_OK && v->count == LIST_MAX)
        e = ERR_TOO_LONG;
    if (e == ERR_OK) {
        mp_open(&r, buf_bytes(&encoded));
        v->given = true;
        if (mp_nil(&r)) {
            v->clear = true;
            v->count = 0;
            buf_clear(&v->value);
        } else {
            if (!field->list)
                buf_clear(&v->value); /* what was derived */
            v->count = field->list ? v->count + 1 : 1;
            buf_put_bytes(&v->value, buf_bytes(&encoded));
        }
        (void)!mp_close(&r); /* our own */
        fields_derive(f);
    }
    buf_wipe_deinit(&encoded);
    return e;
}

void fields_encode(const struct field_info *field, const struct fields_value *v, struct buf *out)
{
    if (v->count == 0) {
        mp_put_nil(out);
        return;
    }
    if (field->list)
        mp_put_array(out, v->count);
    mp_put_raw(out, buf_bytes(&v->value));
}

const struct field_info *fields_missing(const struct fields *f, size_t from)
{
    for (size_t i = from; i < f->kind->fields; i++)
        if (f->kind->field[i].required && f->value[i].count == 0)
            return &f->kind->field[i];
    return NULL;
}
