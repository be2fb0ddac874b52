/* sim_ruling.h - a person at the ward decides on what waits. */
#ifndef CHIBO_SIM_RULING_H
#define CHIBO_SIM_RULING_H

#include "../proto/verdict.h"
#include "sim_story.h"

/* The word of `who`, because of `why`, on the oldest change that waits, of class A if one does. False: nothing waited. A
 * word that the ward does not take counts as a failed check. */
bool sim_ruling_oldest(struct sim_story *w, enum verdict verdict, const char *why, const char *who);
/* Its id in hex, or "". */
void sim_ruling_which(struct sim_story *w, char hex[2 * HASH_SIZE + 1]);

#endif
