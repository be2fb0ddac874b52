/* limit_serve.c - the server's half of the upload's limit (limit_work.h).
 *
 *     limit_serve WORK PORT DIR CONNECTIONS     ends after so many; prints records, CPU us from listen on */
#include <poll.h>
#include <sodium.h>
#include <time.h>
#include <unistd.h>
#include <zstd.h>

#include "limit_work.h"

#define CONNECTIONS_MAX 256

struct conn {
    SSL *ssl;
    ZSTD_DCtx *zstd;
    struct group group;
    bool done;
    size_t raw_n;
    uint8_t raw[ROW_MAX + 2 * CHUNK]; /* unpacked, not handled yet: less than one record, and one piece */
};

/* Takes one piece of the unpacked stream; returns its size, 0 if it is not whole yet. */
static size_t handle(struct conn *c, const uint8_t *p, size_t have)
{
    uint32_t mark = have < 2 ? 0 : (uint32_t)p[0] << 8 | p[1];
    size_t n = mark == MARK_BEGIN ? 16 : mark == MARK_SIGN ? 64 : mark == MARK_END ? 0 : mark;
    uint8_t root[32];
    if (have < 2 + n)
        return 0;
    p += 2;
    if (mark == MARK_BEGIN) {
        work_group_begin(&c->group, p);
    } else if (mark == MARK_SIGN) {
        work_tree(&c->group, 0, c->group.count, root);
        work_must(crypto_sign_verify_detached(p, root, 32, work_public_key) == 0, "signature");
    } else if (mark == MARK_END) {
        c->done = true;
    } else {
        work_must(n > 19 && n <= ROW_MAX, "row");
        work_store_row(p, n, work_commit_row(&c->group, p, n));
    }
    return 2 + n;
}

static void on_readable(struct conn *c)
{
    uint8_t packed[CHUNK];
    int n = 0;
    while (!c->done && (n = SSL_read(c->ssl, packed, CHUNK)) > 0) {
        ZSTD_inBuffer in = {packed, (size_t)n, 0};
        ZSTD_outBuffer out;
        do {
            size_t at = 0, one;
            out = (ZSTD_outBuffer){c->raw + c->raw_n, CHUNK, 0};
            work_must(!ZSTD_isError(ZSTD_decompressStream(c->zstd, &out, &in)), "zstd");
            c->raw_n += out.pos;
            while (!c->done && (one = handle(c, c->raw + at, c->raw_n - at)) > 0)
                at += one;
            memmove(c->raw, c->raw + at, c->raw_n -= at);
        } while (in.pos < in.size || out.pos == out.size);
    }
    work_must(c->done || SSL_get_error(c->ssl, n) == SSL_ERROR_WANT_READ, "tls");
}

static struct conn *conn_new(int listener, struct pollfd *slot)
{
    struct conn *c = calloc(1, sizeof *c);
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    work_must(c != NULL && fd >= 0, "accept");
    c->ssl = work_tls(fd, true);
    c->zstd = ZSTD_createDCtx();
    *slot = (struct pollfd){fd, POLLIN, 0};
    return c;
}

/* One durable commit for everything that came to its end in this turn; only then the answers. */
static int answer(struct conn **conn, struct pollfd *slot, int count)
{
    int answered = 0;
    for (int i = 0; i < count; i++) {
        if (conn[i] == NULL || !conn[i]->done)
            continue;
        if (answered++ == 0)
            work_store_commit();
        work_must(SSL_write(conn[i]->ssl, "durable, thanks!", 16) == 16, "answer");
        SSL_free(conn[i]->ssl);
        ZSTD_freeDCtx(conn[i]->zstd);
        free(conn[i]);
        conn[i] = NULL;
        close(slot[i].fd);
        slot[i].fd = -1;
    }
    if (answered > 0)
        work_store_begin(NULL);
    return answered;
}

int main(int argc, char **argv)
{
    static struct conn *conn[CONNECTIONS_MAX];
    static struct pollfd slot[CONNECTIONS_MAX + 1];
    int fd = socket(AF_INET, SOCK_STREAM, 0), count = 0, wanted = argc == 5 ? (int)strtol(argv[4], NULL, 10) : 0;
    work_must(wanted > 0 && wanted <= CONNECTIONS_MAX, "usage: see the top of the source");
    struct sockaddr_in a = work_address(argv[2]);
    work_init(argv[1]);
    SSL_free(work_tls(-1, true)); /* keys and certificates, before the clock runs */
    work_store_begin(argv[3]);
    work_must(bind(fd, (struct sockaddr *)&a, sizeof a) == 0 && listen(fd, CONNECTIONS_MAX) == 0, "listen");
    clock_t start = clock(); /* CPU, microseconds */
    for (int left = wanted; left > 0; left -= answer(conn, slot, count)) {
        slot[count] = (struct pollfd){count < wanted ? fd : -1, POLLIN, 0};
        work_must(poll(slot, (nfds_t)count + 1, -1) > 0, "poll");
        for (int i = 0; i < count; i++)
            if (conn[i] != NULL && slot[i].revents != 0)
                on_readable(conn[i]);
        if (slot[count].revents != 0) {
            conn[count] = conn_new(fd, &slot[count]);
            count++;
        }
    }
    printf("%llu %ld\n", (unsigned long long)work_records, (long)(clock() - start));
    return 0;
}
