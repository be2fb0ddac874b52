/* settle.c - see settle.h. */
#include "settle.h"

#include "versions.h"

/* The groups of encoded bytes, one after the other. */
static size_t groups_open(struct mp *r, struct bytes settled)
{
    if (settled.n == 0)
        return 0;
    mp_open(r, settled);
    return mp_array(r, SETTLED_GROUPS_MAX);
}

static void groups_close(struct mp *r, struct bytes settled)
{
    if (settled.n > 0)
        (void)!mp_close(r); /* our own, or checked when it was decoded */
}

bool settle_meets(struct bytes settled, struct bytes base)
{
    struct mp r;
    size_t met = 0;

    for (size_t left = groups_open(&r, settled); left > 0; left--)
        met += versions_meet(mp_bin(&r, SIZE_MAX), base);
    groups_close(&r, settled);
    return met >= 2;
}

static bool stands_already(const struct settle *s, const uint8_t *version)
{
    for (size_t i = 0; i <= s->groups; i++) {
        if (i < SETTLED_GROUPS_MAX && versions_has(bytes_of(s->group[i].versions, s->group[i].n), version))
            return true;
    }
    return false;
}

/* Into the group behind the last one; of too many the smallest stay. */
static void collect(struct settle *s, struct bytes versions)
{
    struct settle_group *g = &s->group[s->groups];

    for (size_t i = 0; i < versions.n; i += VERSION_SIZE) {
        bool found;
        const uint8_t *v = versions.p + i;
        size_t at = versions_find(bytes_of(g->versions, g->n), v, &found);
        if (at == sizeof(g->versions) || stands_already(s, v))
            continue;
        if (g->n == sizeof(g->versions))
            g->n -= VERSION_SIZE;
        memmove(g->versions + at + VERSION_SIZE, g->versions + at, g->n - at);
        memcpy(g->versions + at, v, VERSION_SIZE);
        g->n += VERSION_SIZE;
    }
}

void settle_candidate(struct settle *s, const struct candidate *c)
{
    struct mp r;

    if (s->groups == SETTLED_GROUPS_MAX)
        return;
    collect(s, c->versions);
    for (size_t left = groups_open(&r, c->settled); left > 0; left--)
        collect(s, mp_bin(&r, SIZE_MAX));
    groups_close(&r, c->settled);
    s->groups += s->group[s->groups].n > 0;
}

void settle_versions(struct settle *s, struct bytes versions)
{
    if (s->groups == SETTLED_GROUPS_MAX)
        return;
    collect(s, versions);
    s->groups += s->group[s->groups].n > 0;
}

void settle_groups(struct settle *s, struct bytes settled)
{
    struct mp r;

    for (size_t left = groups_open(&r, settled); left > 0; left--)
        settle_versions(s, mp_bin(&r, SIZE_MAX));
    groups_close(&r, settled);
}

struct bytes settle_encode(const struct settle *s, struct part *p)
{
    struct buf out = {0};
    struct bytes kept;

    if (s->groups < 2)
        return bytes_of(NULL, 0);
    mp_put_array(&out, s->groups);
    for (size_t i = 0; i < s->groups; i++)
        mp_put_bin(&out, s->group[i].versions, s->group[i].n);
    kept = part_copy(p, buf_bytes(&out));
    buf_deinit(&out);
    return kept;
}

struct bytes settle_decode(struct mp *r)
{
    struct bytes settled = mp_raw(r);
    struct mp in;

    if (mp_error(r) != ERR_OK)
        return settled;
    mp_open(&in, settled);
    size_t groups = mp_array(&in, SETTLED_GROUPS_MAX);
    for (size_t i = 0; i < groups && mp_error(&in) == ERR_OK; i++) {
        if (!versions_ascend(mp_bin(&in, SETTLED_VERSIONS_MAX * VERSION_SIZE)))
            mp_fail(&in, ERR_DAMAGED);
    }
    if (mp_close(&in) != ERR_OK || groups < 2)
        mp_fail(r, ERR_DAMAGED);
    return settled;
}
