/* stick.c - see stick.h. */
#include "stick.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "disk.h"

#define HALF_SUFFIX ".dang-ghi"
#define STICK_MODE 0644

enum err stick_in_open(struct stick_in *s, const char *path)
{
    struct stat st;

    s->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (s->fd < 0 || fstat(s->fd, &st) != 0)
        return disk_error(errno);
    return S_ISREG(st.st_mode) ? ERR_OK : ERR_NOT_A_FILE;
}

enum err stick_in_read(struct stick_in *s, size_t n, struct buf *out)
{
    while (n > 0) {
        uint8_t *at = buf_grow(out, n);
        ssize_t got = read(s->fd, at, n);

        out->n -= got < 0 ? n : n - (size_t)got;
        if (got == 0)
            return ERR_OK;
        if (got < 0 && errno != EINTR)
            return disk_error(errno);
        n -= got > 0 ? (size_t)got : 0;
    }
    return ERR_OK;
}

enum err stick_in_rewind(struct stick_in *s)
{
    return lseek(s->fd, 0, SEEK_SET) == 0 ? ERR_OK : disk_error(errno);
}

void stick_in_close(struct stick_in *s)
{
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

void stick_out_init(struct stick_out *s, const char *path)
{
    size_t n = strlen(path);

    s->fd = -1;
    s->mode = STICK_MODE;
    s->path = strdup(path);
    s->half = mem_alloc(n + sizeof HALF_SUFFIX);
    assert(s->path != NULL);
    memcpy(s->half, path, n);
    memcpy(s->half + n, HALF_SUFFIX, sizeof HALF_SUFFIX);
}

/* A half file of an earlier attempt that died is nobody's. */
static enum err begin(struct stick_out *s)
{
    (void)unlink(s->half);
    s->fd = open(s->half, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, s->mode);
    return s->fd >= 0 ? ERR_OK : disk_error(errno);
}

enum err stick_out_write(struct stick_out *s, struct bytes piece)
{
    enum err e = s->fd < 0 ? begin(s) : ERR_OK;

    while (e == ERR_OK && piece.n > 0) {
        ssize_t n = write(s->fd, piece.p, piece.n);

        if (n >= 0)
            piece = bytes_cut(piece, (size_t)n);
        else if (errno != EINTR)
            e = disk_error(errno);
    }
    return e;
}

static enum err rename_half(const struct stick_out *s, bool replace)
{
    if (!replace && renameat2(AT_FDCWD, s->half, AT_FDCWD, s->path, RENAME_NOREPLACE) == 0)
        return ERR_OK;
    if (!replace && errno != EINVAL && errno != ENOSYS)
        return disk_error(errno);
    if (!replace && access(s->path, F_OK) == 0) /* a file system that cannot promise it */
        return ERR_EXISTS;
    return rename(s->half, s->path) == 0 ? ERR_OK : disk_error(errno);
}

enum err stick_out_commit(struct stick_out *s, bool replace)
{
    int dir = -1;
    enum err e = disk_sync_close(s->fd);

    s->fd = -1;
    if (e == ERR_OK)
        e = rename_half(s, replace);
    if (e != ERR_OK) {
        (void)unlink(s->half);
        return e;
    }
    dir = disk_open_parent(s->path);
    return disk_sync_close(dir);
}

void stick_out_drop(struct stick_out *s)
{
    if (s->fd >= 0) {
        close(s->fd);
        (void)unlink(s->half);
    }
    s->fd = -1;
    free(s->path);
    free(s->half);
    s->path = s->half = NULL;
}
