/* limit_work.h - what both halves of the upload's limit do: hashes, store, TLS. Shares nothing with chibo.
 *
 * WORK is `bare`: TLS 1.3 with both certificates, one zstd-3 stream, a put for each record and one durable commit at the
 * server, an answer; or `full`: besides, on both sides, a salt and a commitment for each record, an RFC 6962 tree and one
 * Ed25519 signature for every 256, the expansion of the state digest, a keyed tag on every stored value, an index and one
 * durable commit; or `half`: as full, but the client digests and stores nothing. No conflicts, no rights, no resume.
 * Keys are fixed: this measures, it protects nothing. A file of rows: for each u16 length, bytes. On the wire the same,
 * with marks in place of lengths. */
#ifndef LIMIT_WORK_H
#define LIMIT_WORK_H

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

#define GROUP 256         /* records under one signature */
#define ROW_MAX 65000     /* lengths above are marks: */
#define MARK_BEGIN 65533  /* seed(16) follows */
#define MARK_SIGN 65534   /* signature(64) follows */
#define MARK_END 65535
#define CHUNK 16384

struct group {
    uint8_t seed[16], leaf[GROUP][32];
    uint32_t count;
};

extern bool work_full, work_client_stores;
extern uint8_t work_public_key[32], work_secret_key[64];
extern uint64_t work_records;

void work_init(const char *work);
void work_must(bool good, const char *what);
void work_group_begin(struct group *g, const uint8_t seed[16]);
const uint8_t *work_commit_row(struct group *g, const uint8_t *row, size_t n); /* the commitment; NULL when bare */
void work_tree(const struct group *g, uint32_t from, uint32_t n, uint8_t out[32]);
void work_store_begin(const char *dir); /* NULL: the next transaction of an open store */
void work_store_row(const uint8_t *row, size_t n, const uint8_t leaf[32]);
void work_store_commit(void);
SSL *work_tls(int fd, bool server);
struct sockaddr_in work_address(const char *port);

#endif
