/* preload_kill.c - ends its process by SIGKILL just before the KILL_AT-th call that changes the disk (from 1), or with
 * KILL_COUNT writes to that file how many there were. Preloaded by tests/e2e/quarter.sh. */
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

static unsigned long calls, at;

__attribute__((constructor)) static void begin(void)
{
    const char *text = getenv("KILL_AT");
    at = text == NULL ? 0 : strtoul(text, NULL, 10);
}

__attribute__((destructor)) static void end(void)
{
    const char *path = getenv("KILL_COUNT");
    FILE *f = path == NULL ? NULL : fopen(path, "w");
    if (f == NULL)
        return;
    fprintf(f, "%lu\n", calls);
    fclose(f);
}

static void *next(const char *name)
{
    if (++calls == at)
        kill(getpid(), SIGKILL);
    return dlsym(RTLD_NEXT, name);
}

#define PASS(type, name, parameters, arguments)                        \
    type name parameters;                                              \
    type name parameters                                               \
    {                                                                  \
        type(*real) parameters;                                        \
        *(void **)(void *)&real = next(#name);                         \
        return real arguments;                                         \
    }

PASS(ssize_t, pwrite, (int fd, const void *p, size_t n, off_t to), (fd, p, n, to))
PASS(ssize_t, pwrite64, (int fd, const void *p, size_t n, off_t to), (fd, p, n, to))
PASS(ssize_t, writev, (int fd, const struct iovec *v, int n), (fd, v, n))
PASS(ssize_t, pwritev, (int fd, const struct iovec *v, int n, off_t to), (fd, v, n, to))
PASS(ssize_t, pwritev64, (int fd, const struct iovec *v, int n, off_t to), (fd, v, n, to))
PASS(int, fdatasync, (int fd), (fd))
PASS(int, fsync, (int fd), (fd))
PASS(int, msync, (void *p, size_t n, int flags), (p, n, flags))
PASS(int, rename, (const char *from, const char *to), (from, to))
