/* freeze.h - records that are closed by a signature, or because it stands on paper: a field that has a value closes
 * others of its record, and itself; or the state does, and then what is to be said comes as an amendment (op 6) beside
 * the text.
 *
 * The ward asks at acceptance, so the answer is a verdict and the fold knows nothing of it; a device asks before it
 * writes. What comes late is another record (protocol.md 4.3). */
#ifndef CHIBO_FREEZE_H
#define CHIBO_FREEZE_H

#include "change.h"
#include "part.h"
#include "schema.h"

#define FREEZE_STEP 3 /* locked: it is signed */

/* Is this one of the kinds that people sign as a whole? Is it signed in this state (an encoded value)? */
bool freeze_is_signable(const struct kind_info *k);
bool freeze_is_signed(const struct kind_info *k, struct bytes state);

/* Would this change write a field that is closed in this part, or take the record where its life does not lead
 * (life.h)? Undoing the signature itself counts too, and making void
 * what is no draft any more. */
bool freeze_closes(const struct part *p, const struct change *c);
/* Does this change sign a part that its author had not seen as it stands? (protocol.md 4.3) */
bool freeze_unseen(const struct part *p, const struct change *c);
/* freeze_closes of a change that was accepted just before and is not folded yet. */
bool freeze_closed_by(const struct change *before, const struct change *c);

#endif
