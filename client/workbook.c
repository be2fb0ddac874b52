/* workbook.c - see workbook.h. */
#include "workbook.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "beside.h"

#define PROGRAM "chibo-xlsx"
#define NOT_THERE 127 /* exit status of a child that found no program */

static enum err give(int to, struct bytes table)
{
    while (table.n > 0) {
        ssize_t n = write(to, table.p, table.n);
        if (n < 0 && errno != EINTR)
            return ERR_OTHER;
        table = bytes_cut(table, n < 0 ? 0 : (size_t)n);
    }
    return ERR_OK;
}

static enum err take(int from, struct buf *out)
{
    off_t at = 0;
    for (ssize_t n = 1; n != 0;) {
        uint8_t *to = buf_grow(out, 65536);
        n = pread(from, to, 65536, at);
        out->n -= 65536 - (size_t)(n < 0 ? 0 : n);
        at += n < 0 ? 0 : n;
        if (n < 0 && errno != EINTR)
            return ERR_OTHER;
    }
    return at > 0 ? ERR_OK : ERR_OTHER;
}

static void become(const char *path, const char *sheet, int in, int out)
{
    if (dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0)
        (void)execl(path, PROGRAM, sheet, (char *)NULL);
    _exit(NOT_THERE);
}

/* made: a file in memory, so that what is made is nowhere until it is complete. */
static enum err run(const char *path, const char *sheet, struct bytes table, int made)
{
    int in[2], status = 0;

    if (pipe2(in, O_CLOEXEC) != 0)
        return ERR_OTHER;
    void (*before)(int) = signal(SIGPIPE, SIG_IGN);
    pid_t child = fork();
    if (child == 0)
        become(path, sheet, in[0], made);
    close(in[0]);
    enum err e = child < 0 ? ERR_OTHER : give(in[1], table);
    close(in[1]);
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    (void)signal(SIGPIPE, before);
    return e == ERR_OK && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? ERR_OK : ERR_OTHER;
}

enum err workbook_make(struct bytes table, const char *sheet, struct buf *out)
{
    struct buf path = {0};
    int made = memfd_create(PROGRAM, MFD_CLOEXEC);
    enum err e = !beside_path(PROGRAM, &path) ? ERR_NOT_FOUND : made < 0 ? ERR_OTHER : ERR_OK;

    if (e == ERR_OK)
        e = run(buf_cstr(&path), sheet, table, made);
    if (e == ERR_OK)
        e = take(made, out);
    if (made >= 0)
        close(made);
    buf_deinit(&path);
    return e;
}
