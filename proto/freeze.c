/* freeze.c - see freeze.h. To close another kind by a signature: its rows here, and in protocol.md 4.3. */
#include "freeze.h"

#include "fold.h"

/* A value in the first field closes the second. */
static const struct {
    const char *kind, *seal, *closed;
} rows[] = {
    {"reconciliation", "cell_signed", "cell_signed"},
    {"reconciliation", "cell_signed", "explanations"},
    {"reconciliation", "ward_signed", "ward_signed"},
};

static bool writes(const struct change *c, const struct kind_info *k, const char *field)
{
    uint32_t number = schema_field_named(k, field)->number;

    for (size_t i = 0; i < c->count; i++)
        if (TAG_NUMBER(c->triple[i].tag) == number)
            return true;
    return false;
}

static bool is_nil(struct bytes value)
{
    return value.n == 1 && value.p[0] == 0xc0;
}

bool freeze_closes(const struct part *p, const struct change *c)
{
    const struct kind_info *k = schema_kind(c->kind);

    for (size_t i = 0; k != NULL && p->changes > 0 && i < ARRAY_LEN(rows); i++) {
        const struct entry *seal;

        if (strcmp(rows[i].kind, k->name) != 0)
            continue;
        seal = fold_entry(p, schema_tag(schema_field_named(k, rows[i].seal)));
        if (seal != NULL && !is_nil(seal->candidate[0].value) && writes(c, k, rows[i].closed))
            return true;
    }
    return false;
}

bool freeze_closed_by(const struct change *before, const struct change *c)
{
    const struct kind_info *k = schema_kind(c->kind);

    if (k == NULL || before->kind != c->kind || !id_equal(&before->record, &c->record))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (strcmp(rows[i].kind, k->name) == 0 && writes(before, k, rows[i].seal) && writes(c, k, rows[i].closed))
            return true;
    return false;
}
