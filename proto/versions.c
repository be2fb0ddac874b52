/* versions.c - see versions.h. */
#include "versions.h"

size_t versions_find(struct bytes versions, const uint8_t *v, bool *found)
{
    size_t at = 0;
    int order = 1;

    while (at < versions.n && (order = memcmp(versions.p + at, v, VERSION_SIZE)) < 0)
        at += VERSION_SIZE;
    *found = at < versions.n && order == 0;
    return at;
}

bool versions_has(struct bytes versions, const uint8_t *v)
{
    bool found;

    versions_find(versions, v, &found);
    return found;
}

bool versions_meet(struct bytes a, struct bytes b)
{
    for (size_t i = 0; i < b.n; i += VERSION_SIZE) {
        if (versions_has(a, b.p + i))
            return true;
    }
    return false;
}

bool versions_ascend(struct bytes versions)
{
    if (versions.n == 0 || versions.n % VERSION_SIZE != 0)
        return false;
    for (size_t i = VERSION_SIZE; i < versions.n; i += VERSION_SIZE) {
        if (memcmp(versions.p + i - VERSION_SIZE, versions.p + i, VERSION_SIZE) >= 0)
            return false;
    }
    return true;
}
