/* life.c - see life.h. */
#include "life.h"

static const struct {
    const char *kind;
    unsigned flags;
} rows[] = {
#define NONE LIFE_NONE
#define VOID LIFE_VOID
#define SIGNED LIFE_SIGNED
#define PLACED LIFE_PLACED
#define LIFE(kind, flags) {#kind, flags},
#include "life.def"
#undef LIFE
#undef NONE
#undef VOID
#undef SIGNED
#undef PLACED
};

bool life_is(const struct kind_info *k, enum life flag)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (strcmp(rows[i].kind, k->name) == 0)
            return (rows[i].flags & (unsigned)flag) != 0;
    return false;
}
