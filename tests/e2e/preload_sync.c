/* preload_sync.c - writes down in which order chibod wrote its store, made it durable, and spoke to devices.
 *
 * Preloaded by tests/e2e/durable.sh. One line for each call, to the file that RECORD_TO names:
 *
 *     write N    data of the store, before it is written
 *     sync       fdatasync, fsync or msync of the store, after it has returned well
 *     root N     a write of the store through a descriptor that is O_DSYNC (LMDB's root), after it has returned
 *     send N     bytes to a TCP socket, before they are sent
 *
 * So a sync that stands before a send was over when the send began. RECORD_BLIND set: syncs are left out, to see the
 * test fail. SLOW_SYNC_MS: each sync takes so much longer, as on an old disk (tests/e2e/resume.sh). The lines are
 * appended by one write each; threads of the process cannot mix them. */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static int record_fd = -1;

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("RECORD_TO");
    if (path != NULL)
        record_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* The C library's own. POSIX has functions come out of dlsym as objects; ISO C does not. */
#define REAL(name) (__extension__(__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void record(const char *what, size_t n)
{
    char line[64];
    int length = snprintf(line, sizeof line, "%s %zu\n", what, n);
    if (record_fd >= 0)
        (void)!REAL(write)(record_fd, line, (size_t)length);
}

static bool is_store(int fd)
{
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    return n >= 9 && memcmp(path + n - 9, "/data.mdb", 9) == 0;
}

static bool is_tcp(int fd)
{
    struct sockaddr_storage a;
    socklen_t n = sizeof a;
    return getsockname(fd, (struct sockaddr *)&a, &n) == 0 && (a.ss_family == AF_INET || a.ss_family == AF_INET6);
}

static size_t sum(const struct iovec *v, int n)
{
    size_t all = 0;
    for (int i = 0; i < n; i++)
        all += v[i].iov_len;
    return all;
}

static void before(int fd, size_t n)
{
    if (is_tcp(fd))
        record("send", n);
    else if (is_store(fd) && (fcntl(fd, F_GETFL) & O_DSYNC) == 0)
        record("write", n);
}

static void after(int fd, ssize_t n)
{
    if (n > 0 && is_store(fd) && (fcntl(fd, F_GETFL) & O_DSYNC) != 0)
        record("root", (size_t)n);
}

static int synced(int fd, int result)
{
    const char *slow_ms = getenv("SLOW_SYNC_MS");
    long ms = slow_ms == NULL ? 0 : strtol(slow_ms, NULL, 10);
    if (ms > 0)
        nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
    if (result == 0 && is_store(fd) && getenv("RECORD_BLIND") == NULL)
        record("sync", 0);
    return result;
}

#define RECORDED(fd, n, call) \
    before(fd, n); \
    ssize_t result = call; \
    after(fd, result); \
    return result

ssize_t write(int fd, const void *p, size_t n)
{
    RECORDED(fd, n, REAL(write)(fd, p, n));
}

ssize_t writev(int fd, const struct iovec *v, int n)
{
    RECORDED(fd, sum(v, n), REAL(writev)(fd, v, n));
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
    RECORDED(fd, n, REAL(pwrite)(fd, p, n, at));
}

ssize_t pwrite64(int fd, const void *p, size_t n, off_t at)
{
    RECORDED(fd, n, REAL(pwrite64)(fd, p, n, at));
}

ssize_t pwritev(int fd, const struct iovec *v, int n, off_t at)
{
    RECORDED(fd, sum(v, n), REAL(pwritev)(fd, v, n, at));
}

ssize_t pwritev64(int fd, const struct iovec *v, int n, off_t at)
{
    RECORDED(fd, sum(v, n), REAL(pwritev64)(fd, v, n, at));
}

ssize_t send(int fd, const void *p, size_t n, int flags)
{
    RECORDED(fd, n, REAL(send)(fd, p, n, flags));
}

ssize_t sendmsg(int fd, const struct msghdr *m, int flags)
{
    RECORDED(fd, sum(m->msg_iov, (int)m->msg_iovlen), REAL(sendmsg)(fd, m, flags));
}

int fdatasync(int fd)
{
    return synced(fd, REAL(fdatasync)(fd));
}

int fsync(int fd)
{
    return synced(fd, REAL(fsync)(fd));
}

int msync(void *p, size_t n, int flags)
{
    int result = REAL(msync)(p, n, flags);
    if (result == 0 && getenv("RECORD_BLIND") == NULL)
        record("sync", 0);
    return result;
}
