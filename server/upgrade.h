/* upgrade.h - what a newer chibod does once to a home that an older one left. */
#ifndef CHIBO_UPGRADE_H
#define CHIBO_UPGRADE_H

#include "home.h"

/* Brings every scope to this program's fold version, by a leaf in its log (protocol.md 4.2, kind 12); one commit,
 * nothing where there is nothing to do. The caller holds the home's lock. */
MUST_CHECK enum err upgrade_home(struct home *home, uint64_t now_s);

#endif
