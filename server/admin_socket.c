/* admin_socket.c - see admin_socket.h. */
#include "admin_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <uv.h>

#include "../common/disk.h"
#include "admin.h"

#define HEAD_SIZE 4

struct client {
    struct store_job job;
    struct admin_socket *socket;
    uv_pipe_t pipe;
    uv_write_t write;
    struct buf in, answer;
    struct buf cut; /* ids of devices that lost rights */
    struct client *next;
    bool running; /* the job is with the store's thread */
    bool closed;  /* the handle's close callback has run */
};

struct admin_socket {
    const struct home *home;
    struct store_thread *store;
    uv_pipe_t door;
    struct client *clients;
    size_t client_n;
    bool waiting; /* libuv holds a connection that nobody took yet */
    bool stopping, door_closed;
    void (*on_revoked)(void *user, const struct id *device);
    void *user;
    void (*stopped)(void *user);
    void *stopped_user;
};

static void accept_waiting(struct admin_socket *c);

/* ---- ends ---- */

static void finish_stop(struct admin_socket *c)
{
    if (!c->door_closed || c->client_n > 0)
        return;
    c->stopped(c->stopped_user);
    free(c);
}

static void client_free_if_done(struct client *k)
{
    struct admin_socket *c = k->socket;
    if (k->running || !k->closed)
        return;
    struct client **at = &c->clients;
    while (*at != k)
        at = &(*at)->next;
    *at = k->next;
    c->client_n--;
    buf_wipe_deinit(&k->in);
    buf_wipe_deinit(&k->answer);
    buf_deinit(&k->cut);
    free(k);
    if (c->stopping)
        finish_stop(c);
    else
        accept_waiting(c);
}

static void client_on_closed(uv_handle_t *handle)
{
    struct client *k = handle->data;
    k->closed = true;
    client_free_if_done(k);
}

static void client_close(struct client *k)
{
    if (!uv_is_closing((uv_handle_t *)&k->pipe))
        uv_close((uv_handle_t *)&k->pipe, client_on_closed);
}

/* ---- the job ---- */

static enum err client_run(struct store_job *job, struct txn *txn, uint64_t now_s)
{
    struct client *k = (struct client *)(void *)job;
    return admin_run(k->socket->home, txn, bytes_cut(buf_bytes(&k->in), HEAD_SIZE), now_s, &k->answer, &k->cut);
}

static void client_undo(struct store_job *job, enum err e)
{
    struct client *k = (struct client *)(void *)job;
    buf_clear(&k->cut);
    admin_fail(e, &k->answer);
}

static void client_on_written(uv_write_t *write, int status)
{
    (void)status;
    client_close(write->data);
}

static void client_send(struct client *k)
{
    struct buf whole = {0};
    buf_put_u32(&whole, (uint32_t)k->answer.n);
    buf_put_bytes(&whole, buf_bytes(&k->answer));
    buf_wipe_deinit(&k->answer);
    k->answer = whole;
    const uv_buf_t piece = uv_buf_init((char *)whole.p, (unsigned)whole.n);
    k->write.data = k;
    if (uv_write(&k->write, (uv_stream_t *)&k->pipe, &piece, 1, client_on_written) != 0)
        client_close(k);
}

static void client_done(struct store_job *job)
{
    struct client *k = (struct client *)(void *)job;
    k->running = false;
    for (size_t i = 0; i < k->cut.n / ID_SIZE; i++) {
        const struct id device = id_from(k->cut.p + i * ID_SIZE);
        k->socket->on_revoked(k->socket->user, &device);
    }
    if (!uv_is_closing((uv_handle_t *)&k->pipe))
        client_send(k);
    client_free_if_done(k);
}

/* ---- bytes in ---- */

static void client_on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
    struct client *k = handle->data;
    (void)suggested;
    const size_t room = HEAD_SIZE + ADMIN_REQUEST_MAX - k->in.n;
    buf_reserve(&k->in, room);
    *out = uv_buf_init((char *)k->in.p + k->in.n, (unsigned)room);
}

static void client_on_read(uv_stream_t *from, ssize_t n, const uv_buf_t *buf)
{
    struct client *k = from->data;
    (void)buf;
    if (n < 0) {
        client_close(k);
        return;
    }
    k->in.n += (size_t)n;
    if (k->in.n < HEAD_SIZE)
        return;
    const size_t wanted = load_u32(k->in.p);
    if (wanted > ADMIN_REQUEST_MAX || k->in.n - HEAD_SIZE > wanted) {
        client_close(k);
    } else if (k->in.n - HEAD_SIZE == wanted) {
        uv_read_stop(from);
        k->running = true;
        k->job = (struct store_job){.run = client_run, .undo = client_undo, .done = client_done};
        store_thread_put(k->socket->store, &k->job);
    }
}

/* ---- the door ---- */

static void accept_waiting(struct admin_socket *c)
{
    if (!c->waiting || c->stopping || c->client_n >= ADMIN_SOCKET_CLIENTS_MAX)
        return;
    struct client *k = mem_alloc(sizeof(*k));
    c->waiting = false;
    k->socket = c;
    int status = uv_pipe_init(c->door.loop, &k->pipe, 0);
    assert(status == 0);
    k->pipe.data = k;
    k->next = c->clients;
    c->clients = k;
    c->client_n++;
    if (uv_accept((uv_stream_t *)&c->door, (uv_stream_t *)&k->pipe) != 0 ||
        uv_read_start((uv_stream_t *)&k->pipe, client_on_alloc, client_on_read) != 0)
        client_close(k);
}

static void admin_socket_on_connection(uv_stream_t *door, int status)
{
    struct admin_socket *c = door->data;
    if (status != 0)
        return;
    c->waiting = true;
    accept_waiting(c);
}

void admin_socket_path(int home_fd, char path[ADMIN_SOCKET_PATH_SIZE])
{
    snprintf(path, ADMIN_SOCKET_PATH_SIZE, "/proc/self/fd/%d/" HOME_SOCKET, home_fd);
}

/* A socket left by one who died is removed: the daemon's lock is ours. */
static enum err listen_in(const char *dir, int *out)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    const int home_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    enum err e = home_fd >= 0 && fd >= 0 ? ERR_OK : disk_error(errno);
    admin_socket_path(home_fd, name.sun_path);
    if (e == ERR_OK) {
        (void)unlinkat(home_fd, HOME_SOCKET, 0);
        const mode_t mask = umask(0177);
        if (bind(fd, (const struct sockaddr *)&name, sizeof(name)) != 0 || listen(fd, ADMIN_SOCKET_CLIENTS_MAX) != 0)
            e = disk_error(errno);
        umask(mask);
    }
    if (home_fd >= 0)
        close(home_fd);
    if (e == ERR_OK)
        *out = fd;
    else if (fd >= 0)
        close(fd);
    return e;
}

enum err admin_socket_new(struct uv_loop_s *loop, const struct home *home, struct store_thread *store,
                     void (*on_revoked)(void *user, const struct id *device), void *user, struct admin_socket **out)
{
    int fd = -1;
    *out = NULL;
    const enum err e = listen_in(home->dir, &fd);
    if (e != ERR_OK)
        return e;
    struct admin_socket *c = mem_alloc(sizeof(*c));
    c->home = home;
    c->store = store;
    c->on_revoked = on_revoked;
    c->user = user;
    int status = uv_pipe_init(loop, &c->door, 0);
    assert(status == 0);
    c->door.data = c;
    status = uv_pipe_open(&c->door, fd);
    assert(status == 0);
    status = uv_listen((uv_stream_t *)&c->door, ADMIN_SOCKET_CLIENTS_MAX, admin_socket_on_connection);
    assert(status == 0);
    *out = c;
    return ERR_OK;
}

static void admin_socket_on_closed(uv_handle_t *handle)
{
    struct admin_socket *c = handle->data;
    c->door_closed = true;
    finish_stop(c);
}

void admin_socket_stop(struct admin_socket *c, void (*stopped)(void *user), void *user)
{
    c->stopping = true;
    c->stopped = stopped;
    c->stopped_user = user;
    char *path = disk_join(c->home->dir, HOME_SOCKET);
    (void)unlink(path);
    free(path);
    for (struct client *k = c->clients; k != NULL; k = k->next)
        if (!k->running && k->write.data == NULL)
            client_close(k);
    uv_close((uv_handle_t *)&c->door, admin_socket_on_closed);
}
