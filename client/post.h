/* post.h - exchanges by file: the client's driver of parcel_post.h, over the book and a file on a stick. */
#ifndef CHIBO_POST_H
#define CHIBO_POST_H

#include "../proto/parcel_post.h"
#include "book.h"

/* What the book remembers of the last file it wrote; BOOK_PARCEL. */
struct post_last {
    uint64_t time;          /* seconds; 0: none */
    uint64_t changes;
    uint8_t name[KEY_SIZE]; /* parcel_head.sent */
};

/* Writes what the ward lacks of this book to a new file. A file that stands there already is replaced only if it is the
 * last one that this book wrote; else ERR_EXISTS. ERR_NOT_JOINED, ERR_NO_SPACE and those of disk.h. */
MUST_CHECK enum err post_write(struct book *b, const char *path, struct parcel_report *report);
/* Takes in the ward's answer. Errors are those of parcel_receive. */
MUST_CHECK enum err post_read(struct book *b, const char *path, struct parcel_report *report);
/* In a transaction. */
MUST_CHECK enum err post_last_load(struct book *b, struct post_last *last);

#endif
