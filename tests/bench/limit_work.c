/* limit_work.c - see limit_work.h. */
#include "limit_work.h"

#include <errno.h>
#include <lmdb.h>
#include <openssl/x509.h>
#include <sodium.h>
#include <sys/stat.h>

bool work_full, work_client_stores;
uint8_t work_public_key[32], work_secret_key[64];
uint64_t work_records;

static uint8_t tag_key[32], who[48];
static uint16_t sum[1024];
static MDB_env *env;
static MDB_txn *txn;
static MDB_dbi records_table, index_table;

void work_init(const char *work)
{
    static const uint8_t seed[32] = {3};
    work_must(sodium_init() >= 0, "sodium");
    crypto_sign_seed_keypair(work_public_key, work_secret_key, seed);
    work_full = strcmp(work, "bare") != 0;
    work_client_stores = strcmp(work, "full") == 0;
}

void work_must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "limit: %s (errno %d)\n", what, errno);
    exit(1);
}

/* --- hashes: of one record, of one group ------------------------------------------------------------------- */

void work_group_begin(struct group *g, const uint8_t seed[16])
{
    memcpy(g->seed, seed, 16);
    g->count = 0;
}

const uint8_t *work_commit_row(struct group *g, const uint8_t *row, size_t n)
{
    crypto_generichash_state s;
    uint8_t salt[16], position[17] = "salt";
    if (!work_full)
        return NULL;
    for (int i = 0; i < 4; i++)
        position[13 + i] = (uint8_t)(g->count >> (24 - 8 * i));
    crypto_generichash(salt, 16, position, sizeof position, g->seed, 16);
    crypto_generichash_init(&s, salt, 16, 32);
    crypto_generichash_update(&s, who, sizeof who);
    crypto_generichash_update(&s, row, n);
    work_must(g->count < GROUP, "group too large");
    crypto_generichash_final(&s, g->leaf[g->count], 32);
    return g->leaf[g->count++];
}

void work_tree(const struct group *g, uint32_t from, uint32_t n, uint8_t out[32])
{
    uint8_t node[65];
    uint32_t left = 1;
    node[0] = n > 1;
    if (n == 1) {
        memcpy(node + 1, g->leaf[from], 32);
        SHA256(node, 33, out);
        return;
    }
    while (left * 2 < n)
        left *= 2;
    work_tree(g, from, left, node + 1);
    work_tree(g, from + left, n - left, node + 33);
    SHA256(node, 65, out);
}

static void digest_row(const uint8_t *row, size_t n)
{
    static const uint8_t nonce[12];
    uint8_t key[32];
    uint16_t stream[1024];
    crypto_generichash(key, 32, row, n, NULL, 0);
    crypto_stream_chacha20_ietf((uint8_t *)stream, sizeof stream, nonce, key);
    for (int i = 0; i < 1024; i++)
        sum[i] = (uint16_t)(sum[i] + stream[i]);
}

/* --- the store ---------------------------------------------------------------------------------------------- */

void work_store_begin(const char *dir)
{
    if (dir != NULL) {
        mkdir(dir, 0700);
        work_must(mdb_env_create(&env) == 0 && mdb_env_set_mapsize(env, (size_t)1 << 30) == 0 &&
                      mdb_env_set_maxdbs(env, 2) == 0 && mdb_env_open(env, dir, 0, 0600) == 0, "store");
    }
    work_must(mdb_txn_begin(env, NULL, 0, &txn) == 0 && mdb_dbi_open(txn, "record", MDB_CREATE, &records_table) == 0 &&
                  mdb_dbi_open(txn, "index", MDB_CREATE, &index_table) == 0, "transaction");
}

void work_store_commit(void)
{
    work_must(mdb_txn_commit(txn) == 0, "commit");
}

static void store_put(MDB_dbi table, const uint8_t *key, size_t key_n, const uint8_t *value, size_t n)
{
    uint8_t row[ROW_MAX + 16];
    MDB_val k = {key_n, (void *)(uintptr_t)key}, v = {n, row};
    memcpy(row, value, n);
    if (work_full) {
        crypto_generichash_state s;
        crypto_generichash_init(&s, tag_key, 32, 16);
        crypto_generichash_update(&s, key, key_n);
        crypto_generichash_update(&s, value, n);
        crypto_generichash_final(&s, row + n, 16);
        v.mv_size += 16;
    }
    work_must(mdb_put(txn, table, &k, &v, 0) == 0, "put");
}

/* row[3..19) is the record's id: an array of 12, a bin of 16. */
void work_store_row(const uint8_t *row, size_t n, const uint8_t leaf[32])
{
    uint8_t place[8] = {0};
    memcpy(place, &work_records, 8);
    store_put(records_table, row + 3, 16, row, n);
    if (work_full) {
        digest_row(row, n);
        store_put(index_table, leaf, 8, place, 8);
    }
    work_records++;
}

/* --- TLS ---------------------------------------------------------------------------------------------------- */

static X509 *certificate(const char *subject, EVP_PKEY *key, const char *issuer, EVP_PKEY *issuer_key)
{
    X509 *x = X509_new();
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC, (const uint8_t *)subject, -1, -1, 0);
    X509_NAME_add_entry_by_txt(X509_get_issuer_name(x), "CN", MBSTRING_ASC, (const uint8_t *)issuer, -1, -1, 0);
    ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    X509_gmtime_adj(X509_getm_notBefore(x), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x), 3600);
    X509_set_pubkey(x, key);
    work_must(X509_sign(x, issuer_key, NULL) > 0, "certificate");
    return x;
}

static SSL_CTX *tls_context(void)
{
    static const uint8_t seed[2][32] = {{1}, {2}};
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    EVP_PKEY *ca = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed[0], 32);
    EVP_PKEY *own = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed[1], 32);
    SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION);
    SSL_CTX_set_ciphersuites(ctx, "TLS_AES_128_GCM_SHA256");
    SSL_CTX_set_num_tickets(ctx, 0);
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    work_must(X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), certificate("ca", ca, "ca", ca)) == 1 &&
             SSL_CTX_use_certificate(ctx, certificate("peer", own, "ca", ca)) == 1 &&
             SSL_CTX_use_PrivateKey(ctx, own) == 1, "tls");
    return ctx;
}

SSL *work_tls(int fd, bool server)
{
    static SSL_CTX *ctx;
    if (ctx == NULL)
        ctx = tls_context();
    SSL *ssl = SSL_new(ctx);
    SSL_set_fd(ssl, fd);
    (server ? SSL_set_accept_state : SSL_set_connect_state)(ssl);
    return ssl;
}

struct sockaddr_in work_address(const char *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)strtol(port, NULL, 10))};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return a;
}
