/* versions.h - sets of versions as the book keeps them: n x VERSION_SIZE bytes, ascending, without repeats. Pure. */
#ifndef CHIBO_VERSIONS_H
#define CHIBO_VERSIONS_H

#include "../common/base.h"
#include "../common/buf.h"
#include "limits.h"

/* The offset where v is, or would be. */
size_t versions_find(struct bytes versions, const uint8_t *v, bool *found);
bool versions_has(struct bytes versions, const uint8_t *v);
bool versions_meet(struct bytes a, struct bytes b); /* they share one */
bool versions_ascend(struct bytes versions);        /* it is such a set, and not empty */

#endif
