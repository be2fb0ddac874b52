/* pace.c - see pace.h. */
#include "pace.h"

#include "../common/zip.h"

void pace_note(struct pace *p, uint64_t bytes, uint64_t us)
{
    p->bytes += bytes;
    p->us += us;
    while (p->bytes > PACE_BYTES_KEPT) {
        p->bytes /= 2;
        p->us /= 2;
    }
}

enum pace_class pace_class(const struct pace *p)
{
    if (p->bytes < PACE_BYTES_MIN)
        return p->known;
    if (p->bytes * 1000 < p->us * PACE_SLOW_BELOW)
        return PACE_SLOW;
    return p->bytes * 1000 < p->us * PACE_FAST_FROM ? PACE_MIDDLE : PACE_FAST;
}

int pace_level(enum pace_class class)
{
    return class == PACE_SLOW ? PACE_SLOW_LEVEL : class == PACE_FAST ? PACE_FAST_LEVEL : ZIP_LEVEL;
}

int pace_take(struct pace *p, size_t bytes)
{
    enum pace_class class = pace_class(p);
    if (class != PACE_SLOW)
        return pace_level(class);
    if (p->hard + bytes > p->hard_max)
        return pace_level(PACE_UNKNOWN);
    p->hard += bytes;
    return PACE_SLOW_LEVEL;
}

int pace_snapshot(const struct pace *p)
{
    return pace_class(p) == PACE_SLOW ? PACE_SLOW_LEVEL : PACE_SNAPSHOT_LEVEL;
}
