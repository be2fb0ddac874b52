/* paper_run.c - the program `chibo-in` is run on a description; see paper.h. Neither lies on the disk before the paper
 * is whole: both are in memory of their own. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/stick.h"
#include "beside.h"
#include "paper.h"

#define PROGRAM "chibo-in"
#define PIECE 65536

static enum err write_all(int fd, struct bytes b)
{
    while (b.n > 0) {
        ssize_t n = write(fd, b.p, b.n);
        if (n < 0 && errno != EINTR)
            return ERR_NO_SPACE;
        b = bytes_cut(b, n > 0 ? (size_t)n : 0);
    }
    return lseek(fd, 0, SEEK_SET) == 0 ? ERR_OK : ERR_IO;
}

static enum err run_program(const char *path, int in, int out)
{
    int status = 0;
    pid_t child = fork();

    if (child < 0)
        return ERR_OTHER;
    if (child == 0) {
        if (dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0)
            (void)execl(path, PROGRAM, (char *)NULL);
        _exit(127);
    }
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return ERR_OTHER;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? ERR_OK : ERR_OTHER;
}

/* People's data: for their keeper's eyes, whatever the umask says. */
static enum err copy_out(int from, const char *path, bool replace)
{
    struct stick_out out;
    struct buf piece = {0};
    mode_t mask = umask(S_IRWXG | S_IRWXO);
    enum err e = lseek(from, 0, SEEK_SET) == 0 ? ERR_OK : ERR_IO;
    ssize_t n = 1;

    stick_out_init(&out, path);
    while (e == ERR_OK && n > 0) {
        buf_clear(&piece);
        n = read(from, buf_grow(&piece, PIECE), PIECE);
        e = n < 0 ? ERR_IO : n == 0 ? ERR_OK : stick_out_write(&out, bytes_of(piece.p, (size_t)n));
    }
    if (e == ERR_OK)
        e = stick_out_commit(&out, replace);
    stick_out_drop(&out);
    (void)umask(mask);
    buf_deinit(&piece);
    return e;
}

enum err paper_write(struct bytes description, const char *path, bool replace)
{
    struct buf program = {0};
    int in = -1, out = -1;
    enum err e = beside_path(PROGRAM, &program) ? ERR_OK : ERR_NOT_FOUND;

    if (e == ERR_OK && !replace && access(path, F_OK) == 0)
        e = ERR_EXISTS;
    if (e == ERR_OK) {
        in = memfd_create("chibo", MFD_CLOEXEC);
        out = memfd_create("chibo", MFD_CLOEXEC);
        e = in >= 0 && out >= 0 ? write_all(in, description) : ERR_OTHER;
    }
    if (e == ERR_OK)
        e = run_program(buf_cstr(&program), in, out);
    if (e == ERR_OK)
        e = copy_out(out, path, replace);
    if (in >= 0)
        (void)close(in);
    if (out >= 0)
        (void)close(out);
    buf_deinit(&program);
    return e;
}
