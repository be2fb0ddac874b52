/* disk.h - files that must be whole, durable and private: paths, creation, fsync of the directory, refusals.
 *
 * Everything made here is 0600 (directories 0700), close-on-exec and does not follow a symbolic link in its last
 * component. Errors: ERR_NOT_FOUND, ERR_EXISTS, ERR_NO_SPACE, ERR_BUSY (no descriptors left), ERR_DENIED (by
 * rights, a read-only disk, a symbolic link), ERR_IO for the rest. */
#ifndef CHIBO_DISK_H
#define CHIBO_DISK_H

#include <sys/types.h>

#include "base.h"
#include "buf.h"
#include "err.h"

#define DISK_FILE_MODE 0600
#define DISK_DIR_MODE 0700

enum err disk_error(int saved_errno);

/* "dir/name"; the caller frees it. */
char *disk_join(const char *dir, const char *name);
/* Descriptor of dir/name, or -1 with errno. */
int disk_open(const char *dir, const char *name, int flags);
/* Descriptor of the directory that holds path (for fsync, or as the lock of those who create in it), or -1. */
int disk_open_parent(const char *path);
/* fsync, then close in any case; a descriptor below 0 is an error that errno tells. */
MUST_CHECK enum err disk_sync_close(int fd);
/* ERR_REMOTE_DISK for file systems whose locks and shared maps do not hold between machines. */
MUST_CHECK enum err disk_refuse_remote(int fd);

/* A new private file with this content appears whole or not at all, and durable. ERR_EXISTS. */
MUST_CHECK enum err disk_create(const char *dir, const char *name, struct bytes content);
/* dir/from takes the name and the place of dir/to, durably. ERR_NOT_FOUND. */
MUST_CHECK enum err disk_replace(const char *dir, const char *from, const char *to);
/* The whole file appended to out. ERR_TOO_LONG beyond size_max; ERR_NOT_ALLOWED when others than its owner may read
 * or write it: a secret that was open to others is no secret. */
MUST_CHECK enum err disk_read_private(const char *dir, const char *name, size_t size_max, struct buf *out);

/* A record lock on the whole file: it dies with its process, names its holder, and no child inherits it; but closing
 * any descriptor of the file gives it up, and it keeps out other processes only. ERR_LOCKED after wait_ms. */
MUST_CHECK enum err disk_lock(int fd, unsigned wait_ms);
void disk_unlock(int fd);
pid_t disk_lock_holder(int fd); /* 0 when nobody else has it */

#endif
