/* author.h - whose work a changeset is: the person's for whom it was signed, on a device that he holds. All his devices
 * are given the bodies of it, and the ward's word (protocol.md 7.3). */
#ifndef CHIBO_AUTHOR_H
#define CHIBO_AUTHOR_H

#include "header.h"
#include "scope.h"

/* Who is that reader? person: as the control leaves of the scope say. */
struct author {
    struct id device;
    struct id person;
};
/* The holder of this device in the scope. ERR_NOT_FOUND: it was never let in. */
MUST_CHECK enum err author_load(struct txn *txn, const struct scope *s, const struct id *device, struct author *out);

/* What another device signed in his name is his only if that device is his too: else anybody could put refused work
 * before him. */
MUST_CHECK enum err author_wrote(struct txn *txn, const struct scope *s, const struct author *a, const struct header *h,
                                 bool *yes);

#endif
