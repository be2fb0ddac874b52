/* unmarked.c - see unmarked.h. */
#include "unmarked.h"

#include "schema.h"

/* One encoded integer 0. */
static bool is_zero(struct bytes value)
{
    return value.n == 1 && value.p[0] == 0;
}

static bool has_zero(const struct kind_info *k, uint32_t tag)
{
    const struct field_info *f = schema_field(k, TAG_NUMBER(tag));

    return f != NULL && f->type == TYPE_ENUM && !f->list && schema_value(f, 0) != NULL;
}

void unmarked_give_way(struct part *p)
{
    const struct kind_info *k = schema_kind(p->kind);

    for (size_t i = 0; k != NULL && i < p->entries; i++) {
        struct entry *e = &p->entry[i];
        size_t kept = 0;

        if (e->count < 2 || !has_zero(k, e->tag))
            continue;
        for (size_t c = 0; c < e->count; c++)
            if (!is_zero(e->candidate[c].value))
                e->candidate[kept++] = e->candidate[c];
        e->count = kept;
    }
}
