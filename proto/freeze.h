/* freeze.h - records that are closed by a signature: a field that has a value closes others of its record, and itself.
 *
 * The ward asks at acceptance, so the answer is a verdict and the fold knows nothing of it; a device asks before it
 * writes. What comes late is another record (protocol.md 4.3). */
#ifndef CHIBO_FREEZE_H
#define CHIBO_FREEZE_H

#include "change.h"
#include "part.h"
#include "schema.h"

/* Would this change write a field that is closed in this part? Undoing the signature itself counts too. */
bool freeze_closes(const struct part *p, const struct change *c);
/* The same of a change that was accepted just before and is not folded yet. */
bool freeze_closed_by(const struct change *before, const struct change *c);

#endif
