/* admin_call.c - one request from the operator's process: to the daemon of this home, or done here when none runs. */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../common/disk.h"
#include "admin.h"
#include "admin_socket.h"
#include "revoked.h"
#include "server_clock.h"

/* ---- by the daemon ---- */

/* -1: nobody listens there. */
static int connect_daemon(const char *dir)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    const int home_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (home_fd < 0)
        return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    admin_socket_path(home_fd, name.sun_path);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&name, sizeof(name)) != 0) {
        close(fd);
        fd = -1;
    }
    close(home_fd);
    return fd;
}

static bool send_all(int fd, struct bytes b)
{
    while (b.n > 0) {
        const ssize_t n = send(fd, b.p, b.n, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        b = bytes_cut(b, (size_t)n);
    }
    return true;
}

static bool receive(int fd, size_t n, struct buf *out)
{
    uint8_t *at = buf_grow(out, n);
    while (n > 0) {
        const ssize_t got = recv(fd, at, n, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        at += got;
        n -= (size_t)got;
    }
    return true;
}

static enum err ask_daemon(int fd, struct bytes request, struct buf *answer)
{
    struct buf frame = {0}, head = {0};
    enum err e = ERR_CUT;
    buf_put_u32(&frame, (uint32_t)request.n);
    buf_put_bytes(&frame, request);
    if (send_all(fd, buf_bytes(&frame)) && receive(fd, 4, &head)) {
        const size_t n = load_u32(head.p);
        e = n > ADMIN_ANSWER_MAX ? ERR_BAD_FRAME : receive(fd, n, answer) ? ERR_OK : ERR_CUT;
    }
    buf_deinit(&frame);
    buf_deinit(&head);
    return e;
}

bool admin_daemon_runs(const char *dir)
{
    const int fd = connect_daemon(dir);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

enum err admin_ask_daemon(const char *dir, struct bytes request, struct buf *answer)
{
    const int fd = connect_daemon(dir);
    assert(request.n <= ADMIN_REQUEST_MAX);
    if (fd < 0)
        return ERR_CUT;
    const enum err e = ask_daemon(fd, request, answer);
    close(fd);
    return e;
}

/* ---- here ---- */

static enum err do_here(struct home *h, struct bytes request, struct buf *answer)
{
    struct safe_txn txn;
    struct buf cut = {0}; /* no daemon, no sessions */
    enum err e = safe_begin(&h->safe, true, &txn);
    if (e != ERR_OK)
        return e;
    e = admin_run(h, &txn.txn, request, server_clock_s(), answer, &cut);
    buf_deinit(&cut);
    if (e == ERR_OK)
        return safe_commit(&txn);
    safe_abort(&txn);
    return e;
}

enum err admin_call(const char *dir, struct bytes request, struct buf *answer, const char **at)
{
    struct home home;
    *at = NULL;
    assert(request.n <= ADMIN_REQUEST_MAX);
    const int fd = connect_daemon(dir);
    if (fd >= 0) {
        const enum err e = ask_daemon(fd, request, answer);
        close(fd);
        return e;
    }
    enum err e = home_open(dir, KV_CHECK_WRITE, &home);
    *at = e == ERR_OK ? NULL : home.at;
    if (e == ERR_OK)
        e = revoked_replay(&home, server_clock_s());
    if (e == ERR_OK)
        e = do_here(&home, request, answer);
    home_close(&home);
    return e;
}
