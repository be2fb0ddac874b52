/* disk.c - see disk.h. */
#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#define LOCK_POLL_MS 2

enum err disk_error(int saved_errno)
{
    switch (saved_errno) {
    case ENOENT:
    case ENOTDIR:
        return ERR_NOT_FOUND;
    case EEXIST:
    case ENOTEMPTY:
        return ERR_EXISTS;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return ERR_NO_SPACE;
    case EMFILE:
    case ENFILE:
    case EAGAIN:
        return ERR_BUSY;
    case EACCES:
    case EPERM:
    case EROFS:
    case ELOOP:
    case ENAMETOOLONG:
        return ERR_DENIED;
    default:
        return ERR_IO;
    }
}

char *disk_join(const char *dir, const char *name)
{
    size_t dir_n = strlen(dir), name_n = strlen(name);
    char *path = mem_alloc(dir_n + name_n + 2);
    memcpy(path, dir, dir_n);
    path[dir_n] = '/';
    memcpy(path + dir_n + 1, name, name_n);
    return path;
}

int disk_open(const char *dir, const char *name, int flags)
{
    char *path = disk_join(dir, name);
    int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW, DISK_FILE_MODE);
    int saved = errno;
    free(path);
    errno = saved;
    return fd;
}

int disk_open_parent(const char *path)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    while (n > 0 && path[n - 1] != '/')
        n--;
    char *dir = n > 0 ? strndup(path, n) : strdup(".");
    assert(dir != NULL);
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int saved = errno;
    free(dir);
    errno = saved;
    return fd;
}

enum err disk_sync_close(int fd)
{
    if (fd < 0)
        return disk_error(errno);
    enum err e = fsync(fd) == 0 ? ERR_OK : disk_error(errno);
    close(fd);
    return e;
}

enum err disk_refuse_remote(int fd)
{
    static const uint32_t remote[] = {
        0x6969,     /* nfs */
        0xff534d42, /* cifs */
        0xfe534d42, /* smb2 */
        0x517b,     /* smbfs */
        0x65735546, /* fuse: sshfs, folders kept in step by a service */
        0x01021997, /* 9p */
        0x00c36400, /* ceph */
        0x5346414f, /* afs */
        0x01161970, /* gfs2 */
    };
    struct statfs fs;
    if (fstatfs(fd, &fs) != 0)
        return disk_error(errno);
    for (size_t i = 0; i < ARRAY_LEN(remote); i++) {
        if ((uint32_t)fs.f_type == remote[i])
            return ERR_REMOTE_DISK;
    }
    return ERR_OK;
}

static enum err write_all(int fd, struct bytes content)
{
    while (content.n > 0) {
        ssize_t n = write(fd, content.p, content.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return disk_error(errno);
        content = bytes_cut(content, (size_t)n);
    }
    return ERR_OK;
}

/* A name is given by link, which never replaces another file; the nameless half vanishes with its descriptor. */
enum err disk_create(const char *dir, const char *name, struct bytes content)
{
    char *path = disk_join(dir, name);
    char self[32];
    enum err e = ERR_OK;
    int fd = open(dir, O_TMPFILE | O_WRONLY | O_CLOEXEC, DISK_FILE_MODE);
    if (fd < 0) {
        e = disk_error(errno);
        goto out;
    }
    e = write_all(fd, content);
    if (e == ERR_OK && fsync(fd) != 0)
        e = disk_error(errno);
    snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
    if (e == ERR_OK && linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW) != 0)
        e = disk_error(errno);
    if (e == ERR_OK)
        e = disk_sync_close(open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
out:
    if (fd >= 0)
        close(fd);
    free(path);
    return e;
}

enum err disk_replace(const char *dir, const char *from, const char *to)
{
    char *old = disk_join(dir, from), *new = disk_join(dir, to);
    enum err e = rename(old, new) == 0 ? ERR_OK : disk_error(errno);
    if (e == ERR_OK)
        e = disk_sync_close(open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    free(old);
    free(new);
    return e;
}

enum err disk_read_private(const char *dir, const char *name, size_t size_max, struct buf *out)
{
    struct stat st;
    int fd = disk_open(dir, name, O_RDONLY);
    if (fd < 0)
        return disk_error(errno);
    enum err e = ERR_OK;
    if (fstat(fd, &st) != 0)
        e = disk_error(errno);
    else if (!S_ISREG(st.st_mode) || (st.st_mode & 077) != 0 || st.st_uid != geteuid())
        e = ERR_NOT_ALLOWED;
    else if ((uintmax_t)st.st_size > size_max)
        e = ERR_TOO_LONG;
    while (e == ERR_OK) {
        uint8_t piece[512];
        ssize_t n = read(fd, piece, sizeof(piece));
        if (n == 0)
            break;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            e = disk_error(errno);
        else if (out->n + (size_t)n > size_max)
            e = ERR_TOO_LONG;
        else
            buf_put(out, piece, (size_t)n);
    }
    close(fd);
    return e;
}

enum err disk_lock(int fd, unsigned wait_ms)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    const struct timespec pause = {0, LOCK_POLL_MS * 1000000};
    for (unsigned waited_ms = 0; fcntl(fd, F_SETLK, &lock) != 0; waited_ms += LOCK_POLL_MS) {
        if (errno != EAGAIN && errno != EACCES && errno != EINTR)
            return disk_error(errno);
        if (waited_ms >= wait_ms)
            return ERR_LOCKED;
        nanosleep(&pause, NULL);
    }
    return ERR_OK;
}

void disk_unlock(int fd)
{
    struct flock lock = {.l_type = F_UNLCK, .l_whence = SEEK_SET};
    (void)fcntl(fd, F_SETLK, &lock);
}

pid_t disk_lock_holder(int fd)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK ? lock.l_pid : 0;
}
