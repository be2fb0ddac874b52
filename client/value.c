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

bool value_int(const struct view *v, const char *field, int64_t *out)
{
    struct mp r;

    if (!open_value(v, field, &r))
        return false;
    *out = mp_int(&r);
    return mp_close(&r) == ERR_OK;
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
