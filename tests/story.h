/* story.h - histories of one field, written short, folded as real changes are.
 *
 * A story is steps `version:base=value`, e.g. "a:=1 b:a=2 c:=3!": change a saw nothing and sets 1, b saw a and sets 2,
 * c saw nothing, sets 3 and owns the field. `-` for `=` takes out of a set (op 4). Values: 12, -3, 'text', n (nil),
 * [1,[2,n]]. What comes out is written as "versions=value", the candidate that counts first, `!` when it owns. */
#ifndef CHIBO_STORY_H
#define CHIBO_STORY_H

#include "../common/base.h"
#include "../common/buf.h"
#include "../proto/fold.h"

#define STORY_KIND 7

struct version story_version(char letter); /* the letter eight times */
/* Each step becomes an encoded body first; leaf indexes count up from the part's number of changes. */
void story_fold(struct part *p, const char *steps, uint32_t tag);
/* Valid until the next call with this buf; "" when e is NULL. */
const char *story_show(const struct entry *e, struct buf *out);

#endif
