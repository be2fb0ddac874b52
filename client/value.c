/* value.c - see value.h. */
#include "value.h"

#include "../proto/mp.h"

static const struct entry *entry_of(const struct view *v, const char *field)
{
    const struct kind_info *k = schema_kind(v->kind);
    const struct field_info *f = k == NULL ? NULL : schema_field_named(k, field);

    return f == NULL ? NULL : replica_view_entry(v, f);
}

static bool open_value(const struct view *v, const char *field, struct mp *r)
{
    const struct entry *e = entry_of(v, field);

    if (e != NULL && e->count > 0)
        mp_open(r, e->candidate[0].value);
    return e != NULL && e->count > 0;
}

bool value_id(const struct view *v, const char *field, struct id *out)
{
    struct mp r;

    if (!open_value(v, field, &r))
        return false;
    *out = id_from(mp_bin_exact(&r, ID_SIZE));
    return mp_close(&r) == ERR_OK;
}

bool value_uint(const struct view *v, const char *field, uint64_t *out)
{
    struct mp r;

    if (!open_value(v, field, &r))
        return false;
    *out = mp_uint(&r, UINT64_MAX);
    return mp_close(&r) == ERR_OK;
}

bool value_number(const struct view *v, const char *field, uint32_t *out)
{
    uint64_t n;

    if (!value_uint(v, field, &n) || n > UINT32_MAX)
        return false;
    *out = (uint32_t)n;
    return true;
}

bool value_int(const struct view *v, const char *field, int64_t *out)
{
    struct mp r;

    if (!open_value(v, field, &r))
        return false;
    *out = mp_int(&r);
    return mp_close(&r) == ERR_OK;
}

bool value_is(const struct view *v, const char *field, const char *choice)
{
    const struct field_info *f = schema_field_named(schema_kind(v->kind), field);
    uint64_t n;

    return value_uint(v, field, &n) && schema_value_named(f, choice)->value == n;
}

bool value_list_reaches(const struct view *v, const char *field, uint32_t least)
{
    const struct entry *e = entry_of(v, field);
    bool reaches = false;
    struct mp r;

    for (size_t i = 0; e != NULL && i < e->count; i++) {
        mp_open(&r, e->candidate[i].value);
        uint64_t n = mp_uint(&r, UINT32_MAX);
        reaches = (mp_close(&r) == ERR_OK && n >= least) || reaches;
    }
    return reaches;
}

bool value_text(const struct view *v, const char *field, struct bytes *out)
{
    struct mp r;

    if (!open_value(v, field, &r))
        return false;
    *out = mp_str(&r, TEXT_MAX);
    return mp_close(&r) == ERR_OK;
}

size_t value_count(const struct view *v, const char *field)
{
    const struct entry *e = entry_of(v, field);

    return e == NULL ? 0 : e->count;
}
