/* limit_send.c - the client's half of the upload's limit (limit_work.h).
 *
 *     limit_send WORK PORT DIR ROWS     prints the bytes that left through the socket */
#include <netinet/tcp.h>
#include <sodium.h>
#include <sys/stat.h>
#include <zstd.h>

#include "limit_work.h"

static uint8_t *file_read(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    struct stat st;
    work_must(f != NULL && fstat(fileno(f), &st) == 0, path);
    uint8_t *p = malloc((size_t)st.st_size + 1);
    *n = fread(p, 1, (size_t)st.st_size, f);
    fclose(f);
    return p;
}

static void pack(SSL *ssl, ZSTD_CCtx *z, const void *p, size_t n, ZSTD_EndDirective how)
{
    static uint8_t room[CHUNK];
    static ZSTD_outBuffer out = {room, CHUNK, 0};
    ZSTD_inBuffer in = {p, n, 0};
    size_t left;
    do {
        left = ZSTD_compressStream2(z, &out, &in, how);
        work_must(!ZSTD_isError(left), "zstd");
        if (out.pos == CHUNK || (how == ZSTD_e_end && left == 0)) {
            work_must(SSL_write(ssl, room, (int)out.pos) == (int)out.pos, "write");
            out.pos = 0;
        }
    } while (in.pos < in.size || (how == ZSTD_e_end && left > 0));
}

/* One group beginning at p: packed and stored. Returns how many bytes of rows it was. */
static size_t send_group(SSL *ssl, ZSTD_CCtx *z, const uint8_t *p, size_t n)
{
    static struct group g;
    uint8_t begin[18] = {MARK_BEGIN >> 8, MARK_BEGIN & 255}, sign[66] = {MARK_SIGN >> 8, MARK_SIGN & 255}, root[32];
    size_t at = 0;
    randombytes_buf(begin + 2, 16);
    work_group_begin(&g, begin + 2);
    for (int i = 0; i < GROUP && at < n; i++) {
        size_t row_n = (size_t)p[at] << 8 | p[at + 1];
        const uint8_t *leaf = work_commit_row(&g, p + at + 2, row_n);
        if (work_client_stores)
            work_store_row(p + at + 2, row_n, leaf);
        at += 2 + row_n;
    }
    pack(ssl, z, begin, work_full ? sizeof begin : 0, ZSTD_e_continue);
    pack(ssl, z, p, at, ZSTD_e_continue);
    if (work_full) {
        work_tree(&g, 0, g.count, root);
        crypto_sign_detached(sign + 2, NULL, root, 32, work_secret_key);
        pack(ssl, z, sign, sizeof sign, ZSTD_e_continue);
    }
    return at;
}

int main(int argc, char **argv)
{
    uint8_t end[2] = {255, 255}, reply[16];
    size_t n, at = 0;
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    work_must(argc == 5, "usage: see the top of the source");
    struct sockaddr_in a = work_address(argv[2]);
    work_init(argv[1]);
    uint8_t *rows = file_read(argv[4], &n);
    ZSTD_CCtx *z = ZSTD_createCCtx();
    if (work_client_stores)
        work_store_begin(argv[3]);
    work_must(connect(fd, (struct sockaddr *)&a, sizeof a) == 0, "connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    SSL *ssl = work_tls(fd, false);
    work_must(SSL_connect(ssl) == 1, "handshake");
    ZSTD_CCtx_setParameter(z, ZSTD_c_compressionLevel, 3);
    while (at < n)
        at += send_group(ssl, z, rows + at, n - at);
    pack(ssl, z, end, 2, ZSTD_e_end);
    work_must(SSL_read(ssl, reply, 16) == 16, "answer");
    if (work_client_stores)
        work_store_commit();
    printf("%llu\n", (unsigned long long)BIO_number_written(SSL_get_wbio(ssl)));
    return 0;
}
