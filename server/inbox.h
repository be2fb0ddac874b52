/* inbox.h - files of cells that somebody laid into the ward's folder: taken in, answered, put away.
 *
 *   DIR/hop-thu-den           what came: files of any name      DIR/hop-thu-den/da-nhan   those that were taken in
 *   DIR/hop-thu-di            the answers, each under the name of its file
 *
 * A file that cannot be taken in stays where it is. Taking one in twice is harmless, so a batch that was killed in the
 * middle begins anew. */
#ifndef CHIBO_INBOX_H
#define CHIBO_INBOX_H

#include "exchange.h"

#define INBOX_IN "hop-thu-den"
#define INBOX_DONE "da-nhan"
#define INBOX_OUT "hop-thu-di"
#define INBOX_FILES_MAX 10000 /* one run's worth; what is beyond comes with the next */

struct inbox_report {
    uint64_t taken, changes; /* files; changes in them that were new */
    struct buf failed;       /* struct inbox_failed[] */
};
struct inbox_failed {
    char name[256];
    enum err err;
};

/* ERR_OK also when single files failed. d is open. *about: the path that an error is about. */
MUST_CHECK enum err inbox_take(struct exchange_door *d, struct inbox_report *r, const char **about);
void inbox_report_deinit(struct inbox_report *r);

#endif
