/* put_back.h - was this folder put back from a backup?
 *
 * Beside the folder, under its name and `.lan-ghi`, stands how many commits the store had when that was last written:
 * when the server starts, each minute while it works, and when it ends. A store with fewer is an older one.
 *
 *   u64 commits ‖ BLAKE2b-128(ratchet key of the ward; "chibo1/commits"0 ‖ the 8)
 *
 * A file that does not verify (of another ward) says nothing. Not everywhere may chibod write there. */
#ifndef CHIBO_PUT_BACK_H
#define CHIBO_PUT_BACK_H

#include "home.h"

#define PUT_BACK_BESIDE ".lan-ghi"

/* At the beginning, before anything is written: the store learns that it was put back (ward_put_back.h). */
MUST_CHECK enum err put_back_look(struct home *h);
void put_back_save(const struct home *h);
/* ERR_PUT_BACK: there is a cell that has not exchanged since; code gets the code of one. */
MUST_CHECK enum err put_back_waits(struct home *h, struct buf *code);

#endif
