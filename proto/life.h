/* life.h - what may become of a record, by its kind: the rows of life.def. Pure. */
#ifndef CHIBO_LIFE_H
#define CHIBO_LIFE_H

#include "schema.h"

enum life { LIFE_NONE = 0, LIFE_VOID = 1, LIFE_SIGNED = 2, LIFE_PLACED = 4 };

/* Has the kind this flag? */
bool life_is(const struct kind_info *k, enum life flag);

#endif
