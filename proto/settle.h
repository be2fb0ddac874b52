/* settle.h - what a resolution remembers of the conflict it settled (protocol.md 5.3, fold version 2).
 *
 * Groups of versions, one for each candidate that was settled; a version stands in one group only. With them a later
 * change whose author saw two of these candidates is known as another resolution of the same conflict. Bounded. */
#ifndef CHIBO_SETTLE_H
#define CHIBO_SETTLE_H

#include "mp.h"
#include "part.h"

struct settle_group {
    size_t n; /* bytes */
    uint8_t versions[SETTLED_VERSIONS_MAX * VERSION_SIZE];
};

struct settle {
    size_t groups;
    struct settle_group group[SETTLED_GROUPS_MAX];
};

/* settled: encoded as in a part; empty: none. Does base name versions out of two groups? */
bool settle_meets(struct bytes settled, struct bytes base);

/* Each adds behind the groups there are; what does not fit is left out. */
void settle_candidate(struct settle *s, const struct candidate *c); /* one group: it and all that it settled */
void settle_versions(struct settle *s, struct bytes versions);      /* one group */
void settle_groups(struct settle *s, struct bytes settled);

/* Empty when there are not two groups. */
struct bytes settle_encode(const struct settle *s, struct part *p);
/* Reads what settle_encode wrote; anything else fails the reader with ERR_DAMAGED. */
struct bytes settle_decode(struct mp *r);

#endif
