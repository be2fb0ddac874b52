/* home.c - see home.h. */
#include "home.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/disk.h"
#include "../proto/invite.h"

#define CA_FILE "khoa-ca"
#define CA_CERT "ca.der"
#define CONFIG_FILE "cau-hinh"
#define CONFIG_MAX 4096
#define HALF_SUFFIX ".khoi-tao"
#define VERSION_ROW "version"
#define DAY_S 86400
#define TREE_FDS 8

/* ---- certificates ---- */

struct tls_validity home_validity(uint64_t now_s, unsigned days)
{
    /* A day early: the clocks of laptops are not ours. */
    return (struct tls_validity){(int64_t)now_s - DAY_S, (int64_t)now_s + (int64_t)days * DAY_S};
}

static enum err issue(void *arg, const uint8_t tls_public[SIGN_PUBLIC_SIZE], const struct id *device, uint64_t now,
                      struct buf *der)
{
    const struct home *h = arg;
    return tls_identity_issue(h->ca_seed, buf_bytes(&h->ca), tls_public, device, home_validity(now, h->cert_days), der);
}

void home_cert_content(const uint8_t seed[TLS_SEED_SIZE], struct bytes der, uint8_t content[HOME_CERT_CONTENT])
{
    const struct hash hash = crypto_sha256(&der, 1);
    memcpy(content, seed, TLS_SEED_SIZE);
    memcpy(content + TLS_SEED_SIZE, hash.b, HASH_SIZE);
}

typedef enum err make_cert(const uint8_t seed[TLS_SEED_SIZE], const char *name, struct tls_validity validity,
                           struct buf *cert);

static enum err create_cert(const char *dir, const char *key_file, const char *cert_file, make_cert *make,
                            uint64_t now_s)
{
    uint8_t content[HOME_CERT_CONTENT], seed[TLS_SEED_SIZE];
    struct buf der = {0};
    crypto_random(seed, sizeof(seed));
    enum err e = make(seed, cert_file, home_validity(now_s, HOME_SERVER_DAYS), &der);
    home_cert_content(seed, buf_bytes(&der), content);
    if (e == ERR_OK)
        e = disk_create(dir, cert_file, buf_bytes(&der));
    if (e == ERR_OK)
        e = home_file_create(dir, key_file, bytes_of(content, sizeof(content)));
    crypto_wipe(seed, sizeof(seed));
    crypto_wipe(content, sizeof(content));
    buf_deinit(&der);
    return e;
}

static enum err load_cert(struct home *h, const char *key_file, const char *cert_file, uint8_t seed[TLS_SEED_SIZE],
                          struct buf *der)
{
    uint8_t content[HOME_CERT_CONTENT];
    h->at = key_file;
    enum err e = home_file_read(h->dir, key_file, sizeof(content), content);
    if (e == ERR_OK) {
        h->at = cert_file;
        memcpy(seed, content, TLS_SEED_SIZE);
        e = disk_read_private(h->dir, cert_file, TLS_CERT_MAX, der);
    }
    if (e == ERR_OK) {
        const struct bytes all = buf_bytes(der);
        const struct hash hash = crypto_sha256(&all, 1);
        e = crypto_equal(hash.b, content + TLS_SEED_SIZE, HASH_SIZE) ? ERR_OK : ERR_DAMAGED;
    }
    crypto_wipe(content, sizeof(content));
    return e == ERR_NOT_FOUND || e == ERR_TOO_LONG ? ERR_DAMAGED : e;
}

/* ---- the ward's own keys ---- */

static enum err home_load_ward(struct home *h)
{
    uint8_t content[HOME_WARD_CONTENT];
    h->at = HOME_WARD_FILE;
    const enum err e = home_file_read(h->dir, HOME_WARD_FILE, sizeof(content), content);
    if (e == ERR_OK)
        home_take_ward(&h->ward, content);
    crypto_wipe(content, sizeof(content));
    return e == ERR_NOT_FOUND ? ERR_NO_STORE : e;
}

static enum err create_keys(const char *dir, struct ward *w)
{
    uint8_t content[HOME_WARD_CONTENT];
    crypto_random(content, sizeof(content));
    home_take_ward(w, content);
    const enum err e = home_file_create(dir, HOME_WARD_FILE, bytes_of(content, sizeof(content)));
    crypto_wipe(content, sizeof(content));
    return e;
}

/* ---- the store ---- */

static enum err fill_store(struct txn *txn, const struct ward *w, const struct home_settings *s, uint64_t now_s)
{
    uint8_t random[WARD_RANDOM_SIZE], version[4];
    store_u32(version, HOME_VERSION);
    crypto_random(random, sizeof(random));
    enum err e = store_put(txn, TABLE_meta, bytes_of_str(VERSION_ROW), bytes_of(version, sizeof(version)));
    if (e == ERR_OK)
        e = ward_create(txn, w, s->code, s->name, random, now_s);
    return e;
}

static enum err create_store(const char *dir, const struct ward *w, const struct home_settings *s, uint64_t now_s)
{
    struct safe safe = {0};
    struct safe_txn t = {0};
    enum err e = safe_create(dir);
    if (e == ERR_OK)
        e = safe_open(dir, KV_WRITE, &safe);
    if (e != ERR_OK)
        return e;
    e = safe_begin(&safe, true, &t);
    if (e == ERR_OK) {
        e = fill_store(&t.txn, w, s, now_s);
        if (e == ERR_OK)
            e = safe_commit(&t);
        else
            safe_abort(&t);
    }
    safe_close(&safe);
    return e;
}

static enum err check_version(struct safe *safe)
{
    struct safe_txn t;
    struct buf row = {0};
    enum err e = safe_begin(safe, false, &t);
    if (e != ERR_OK)
        return e;
    e = store_get(&t.txn, TABLE_meta, bytes_of_str(VERSION_ROW), &row);
    if (e == ERR_NOT_FOUND || (e == ERR_OK && row.n != 4))
        e = ERR_DAMAGED;
    if (e == ERR_OK && load_u32(row.p) > HOME_VERSION)
        e = ERR_TOO_NEW;
    safe_abort(&t);
    buf_deinit(&row);
    return e;
}

/* ---- creation ---- */

static enum err create_config(const char *dir, const struct home_settings *s)
{
    struct buf text = {0};
    home_file_config_print(s, &text);
    const enum err e = disk_create(dir, CONFIG_FILE, buf_bytes(&text));
    buf_deinit(&text);
    return e;
}

static enum err create_all(const char *dir, const struct home_settings *s, uint64_t now_s)
{
    struct ward w = {0};
    enum err e = create_keys(dir, &w);
    if (e == ERR_OK)
        e = create_cert(dir, CA_FILE, CA_CERT, tls_identity_ca, now_s);
    if (e == ERR_OK)
        e = create_cert(dir, HOME_TLS_FILE, HOME_TLS_CERT, tls_identity_server, now_s);
    if (e == ERR_OK)
        e = create_config(dir, s);
    if (e == ERR_OK)
        e = create_store(dir, &w, s, now_s);
    crypto_wipe(&w, sizeof(w));
    return e;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st, (void)kind, (void)where;
    return remove(path);
}

static void home_remove_tree(const char *dir)
{
    nftw(dir, remove_one, TREE_FDS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/* In a directory of another name, which gets this one when all is durable; rename takes the place of an empty one
 * only. */
static enum err create_beside(const char *dir, const struct home_settings *s, uint64_t now_s)
{
    struct buf half = {0};
    buf_printf(&half, "%s" HALF_SUFFIX, dir);
    const char *path = buf_cstr(&half);
    const int parent = disk_open_parent(dir);
    enum err e = ERR_OK;
    if (parent < 0 || flock(parent, LOCK_EX) != 0) {
        e = disk_error(errno);
        goto out;
    }
    home_remove_tree(path); /* of someone who died here: we hold the lock */
    if (mkdir(path, DISK_DIR_MODE) != 0) {
        e = disk_error(errno);
        goto out;
    }
    e = create_all(path, s, now_s);
    if (e == ERR_OK)
        e = disk_sync_close(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (e == ERR_OK && rename(path, dir) != 0)
        e = errno == ENOTDIR ? ERR_EXISTS : disk_error(errno);
    if (e == ERR_OK && fsync(parent) != 0)
        e = disk_error(errno);
    if (e != ERR_OK)
        home_remove_tree(path);
out:
    if (parent >= 0)
        close(parent);
    buf_deinit(&half);
    return e;
}

enum err home_create(const char *dir, const struct home_settings *settings, uint64_t now_s)
{
    char host[HOME_ADDRESS_MAX + 1];
    uint16_t port;
    size_t n = strlen(dir);
    if (home_split(settings->listen, host, &port) != ERR_OK || !org_code_valid(settings->code) || n == 0 ||
        (settings->address != NULL && !invite_address_is_valid(settings->address)))
        return ERR_BAD_VALUE;
    while (n > 1 && dir[n - 1] == '/')
        n--;
    char *path = strndup(dir, n);
    assert(path != NULL);
    const enum err e = create_beside(path, settings, now_s);
    free(path);
    return e;
}

/* ---- opening ---- */

static enum err load_config(struct home *h)
{
    struct buf text = {0};
    h->at = CONFIG_FILE;
    enum err e = disk_read_private(h->dir, CONFIG_FILE, CONFIG_MAX, &text);
    if (e == ERR_OK)
        e = home_file_config_parse(h, &text);
    buf_deinit(&text);
    return e;
}

enum err home_open(const char *dir, enum kv_mode mode, struct home *out)
{
    struct tls_cert cert = {0};
    *out = (struct home){.cert_days = HOME_CERT_DAYS};
    out->dir = strdup(dir);
    assert(out->dir != NULL);
    out->ward.hooks = (struct ward_hooks){out, issue};
    enum err e = home_finish_tls(out);
    if (e == ERR_OK)
        e = home_load_ward(out);
    if (e == ERR_OK)
        e = home_old_load(out);
    if (e == ERR_OK)
        e = load_cert(out, CA_FILE, CA_CERT, out->ca_seed, &out->ca);
    if (e == ERR_OK)
        e = load_cert(out, HOME_TLS_FILE, HOME_TLS_CERT, out->tls_seed, &out->tls);
    if (e == ERR_OK)
        e = tls_identity_read(buf_bytes(&out->tls), &cert);
    memcpy(out->pin, cert.pin, TLS_PIN_SIZE);
    if (e == ERR_OK)
        e = load_config(out);
    if (e != ERR_OK)
        return e;
    out->at = "so";
    e = safe_open(dir, mode, &out->safe);
    if (e == ERR_OK)
        e = check_version(&out->safe);
    if (e == ERR_OK && mode != KV_READ)
        e = home_beside_take(out);
    return e == ERR_OK ? home_finish_ward(out) : e;
}

void home_close(struct home *h)
{
    safe_close(&h->safe);
    buf_deinit(&h->ca);
    buf_deinit(&h->tls);
    free(h->dir);
    crypto_wipe(h, sizeof(*h));
}
