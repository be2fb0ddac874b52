/* stick.h - files that people carry: read without ever being written, written whole or not at all.
 *
 * A new file is made beside its final name and gets that name when it is complete and durable. What stood there before
 * stays until then. What is carried is sealed by whoever wrote it, so that others may read the file (0644). */
#ifndef CHIBO_STICK_H
#define CHIBO_STICK_H

#include "base.h"
#include "buf.h"
#include "err.h"

struct stick_in {
    int fd;
};

/* ERR_NOT_FOUND, ERR_DENIED; ERR_NOT_A_FILE: a folder, a device. stick_in_close in any case. */
MUST_CHECK enum err stick_in_open(struct stick_in *s, const char *path);
MUST_CHECK enum err stick_in_read(struct stick_in *s, size_t n, struct buf *out); /* fewer only at the end */
MUST_CHECK enum err stick_in_rewind(struct stick_in *s);
void stick_in_close(struct stick_in *s);

struct stick_out {
    char *path, *half; /* the final name, and the one until then */
    unsigned mode;     /* 0644; whoever writes what is not sealed says 0600 before the first write */
    int fd;
};

/* Nothing is made yet: the first write does it. stick_out_drop in any case. */
void stick_out_init(struct stick_out *s, const char *path);
MUST_CHECK enum err stick_out_write(struct stick_out *s, struct bytes piece);
/* Durable under its name. ERR_EXISTS unless replace. */
MUST_CHECK enum err stick_out_commit(struct stick_out *s, bool replace);
void stick_out_drop(struct stick_out *s); /* what is not committed is removed */

#endif
