/* exchange.h - files that cells send: read, taken in, answered; `chibod trao-doi`, and a folder of them in a batch.
 *
 * The file is opened, unsealed and looked through in the caller's process; what changes the store goes to its one
 * writer job by job: to the daemon of this home if one runs, else here. */
#ifndef CHIBO_EXCHANGE_H
#define CHIBO_EXCHANGE_H

#include "../proto/parcel_post.h"
#include "home.h"

/* Where the jobs go. May not move while it is open. */
struct exchange_door {
    struct home home;
    const char *dir;
    bool daemon; /* it runs; our home is open for reading only */
};

/* *at: the file of the home that an error is about. exchange_close in any case. */
MUST_CHECK enum err exchange_open(struct exchange_door *d, const char *dir, const char **at);
void exchange_close(struct exchange_door *d);

/* Takes in one file and writes the answer. `to` NULL: nothing is answered. A file that stands there already is replaced
 * if it is an answer for the same device; else ERR_EXISTS, before anything is taken in. *about: the path an error is
 * about. Errors are those of parcel_exchange; may be called again with the same file. */
MUST_CHECK enum err exchange_file(struct exchange_door *d, const char *from, const char *to,
                                  struct parcel_report *report, const char **about);

#endif
