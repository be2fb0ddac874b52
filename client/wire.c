/* wire.c - see wire.h. */
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CHUNK_SIZE 65536

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t now_ms(void)
{
    return now_us() / 1000;
}

/* What is left of the time for one wait. */
static int wait_ms(const struct wire *w, int most_ms)
{
    int64_t left_ms = w->until_ms - now_ms();
    if (w->until_ms == 0 || left_ms > most_ms)
        return most_ms;
    return left_ms < 0 ? 0 : (int)left_ms;
}

/* --- connecting --- */

static bool connected_in_time(const struct wire *w, int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    int error = 0;
    socklen_t n = sizeof(error);
    if (poll(&p, 1, wait_ms(w, WIRE_CONNECT_MS)) != 1)
        return false;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) == 0 && error == 0;
}

static int connect_one(const struct wire *w, const struct addrinfo *a)
{
    int one = 1;
    int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);
    if (fd < 0)
        return -1;
    if (connect(fd, a->ai_addr, a->ai_addrlen) != 0 && (errno != EINPROGRESS || !connected_in_time(w, fd))) {
        close(fd);
        return -1;
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    return fd;
}

/* "host:port" or "[v6]:port"; the address was checked where it came in. */
static int connect_to(const struct wire *w, const char *address)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL;
    char host[256];
    const char *colon = strrchr(address, ':');
    size_t n = colon == NULL ? 0 : (size_t)(colon - address);
    int fd = -1;

    if (n == 0 || n >= sizeof(host))
        return -1;
    if (address[0] == '[' && address[n - 1] == ']') {
        address++;
        n -= 2;
    }
    memcpy(host, address, n);
    host[n] = 0;
    if (getaddrinfo(host, colon + 1, &hints, &list) != 0)
        return -1;
    for (const struct addrinfo *a = list; a != NULL && fd < 0; a = a->ai_next)
        fd = connect_one(w, a);
    freeaddrinfo(list);
    return fd;
}

enum err wire_open(struct wire *w, const struct tls_api *api, const struct tls_settings *settings, struct bytes session,
                   const char *address, unsigned patience_ms)
{
    const char *cut = getenv("CHIBO_TEST_CUT_BYTES");
    *w = (struct wire){.api = api, .fd = -1};
    w->until_ms = patience_ms == 0 ? 0 : now_ms() + patience_ms;
    w->cut_after = cut == NULL ? 0 : strtoull(cut, NULL, 10);
    enum err e = api->context_new(settings, &w->context);
    if (e != ERR_OK)
        return e;
    w->fd = connect_to(w, address);
    if (w->fd < 0)
        return ERR_OFFLINE;
    w->tls = api->new(w->context, session);
    return ERR_OK;
}

void wire_close(struct wire *w)
{
    if (w->api == NULL)
        return;
    w->api->free(w->tls);
    w->api->context_free(w->context);
    if (w->fd >= 0)
        close(w->fd);
    buf_deinit(&w->cipher);
    w->tls = NULL;
    w->context = NULL;
    w->fd = -1;
}

bool wire_is_ready(const struct wire *w)
{
    return w->api->state(w->tls) == TLS_OPEN;
}

size_t wire_waiting_n(const struct wire *w)
{
    return w->broken ? 0 : w->cipher.n + w->api->waiting_n(w->tls);
}

/* --- moving bytes --- */

void wire_send(struct wire *w)
{
    while (!w->broken) {
        if (w->cipher.n == 0)
            (void)w->api->drain(w->tls, &w->cipher, CHUNK_SIZE);
        size_t n = w->cipher.n;
        if (n == 0)
            return;
        if (w->cut_after > 0 && n > w->cut_after - w->out_n)
            n = (size_t)(w->cut_after - w->out_n);
        ssize_t sent = n == 0 ? -1 : send(w->fd, w->cipher.p, n, MSG_NOSIGNAL);
        if (sent < 0 && n > 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (sent < 0) {
            w->broken = true;
            if (n == 0)
                (void)shutdown(w->fd, SHUT_RDWR);
            return;
        }
        w->out_n += (uint64_t)sent;
        buf_drop_front(&w->cipher, (size_t)sent);
    }
}

static enum err receive_some(struct wire *w, struct buf *plain)
{
    struct buf chunk = {0};
    enum err e = ERR_OK;
    ssize_t n = recv(w->fd, buf_grow(&chunk, CHUNK_SIZE), CHUNK_SIZE, 0);

    if (n > 0) {
        w->in_n += (uint64_t)n;
        e = w->api->feed(w->tls, bytes_of(chunk.p, (size_t)n), plain);
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        w->eof = true;
    }
    buf_deinit(&chunk);
    return e;
}

/* Until something can be read or sent. */
static enum err wait_for(struct wire *w, bool read, bool write, int ms)
{
    struct pollfd p = {.fd = w->fd, .events = (short)((read ? POLLIN : 0) | (write ? POLLOUT : 0))};
    int n;
    do
        n = poll(&p, 1, ms);
    while (n < 0 && errno == EINTR);
    return n > 0 ? ERR_OK : n == 0 ? ERR_TIMEOUT : ERR_OTHER;
}

enum err wire_turn(struct wire *w, bool read, struct buf *plain)
{
    bool want_read = read && !w->eof;
    wire_send(w);
    bool want_write = wire_waiting_n(w) > 0;
    if (!want_read && !want_write)
        return w->eof || w->broken ? ERR_CUT : ERR_OK;
    int64_t from_us = now_us();
    enum err e = wait_for(w, want_read, want_write, wait_ms(w, WIRE_IDLE_MS));
    w->waited_us += (uint64_t)(now_us() - from_us);
    if (e != ERR_OK)
        return e;
    wire_send(w);
    if (!want_read)
        return ERR_OK;
    e = receive_some(w, plain);
    wire_send(w); /* what TLS has to say to that, an alert too */
    return e;
}

void wire_goodbye(struct wire *w)
{
    int64_t until = now_ms() + wait_ms(w, WIRE_GOODBYE_MS);
    wire_send(w);
    while (wire_waiting_n(w) > 0 && now_ms() < until &&
           wait_for(w, false, true, (int)(until - now_ms())) == ERR_OK)
        wire_send(w);
}
