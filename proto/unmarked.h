/* unmarked.h - "not called yet" says nothing: where one wrote the 0 of an enumeration (a mark of the roll) and another
 * a real value, unseen by each other, the real value is what is shown and counted, and nobody is asked. The fold
 * keeps both, so this is for views alone. */
#ifndef CHIBO_UNMARKED_H
#define CHIBO_UNMARKED_H

#include "part.h"

/* Takes the candidates that are 0 out of entries that hold others, in fields whose enumeration has a 0. */
void unmarked_give_way(struct part *p);

#endif
