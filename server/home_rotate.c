/* home_rotate.c - new keys in place of old ones, whole or not at all: the new files are durable under names of their
 * own before one of them, the key's, says that it counts; then they take their places, by whoever opens the home next
 * if need be. */
#include <stdlib.h>
#include <unistd.h>

#include "../common/disk.h"
#include "home.h"

static bool is_there(const char *dir, const char *name)
{
    char *path = disk_join(dir, name);
    const bool yes = access(path, F_OK) == 0;
    free(path);
    return yes;
}

static void remove_file(const char *dir, const char *name)
{
    char *path = disk_join(dir, name);
    (void)unlink(path);
    free(path);
}

/* Somebody else may be ending the same rotation: what is gone has taken its place. */
static enum err take_place(struct home *h, const char *from, const char *to)
{
    h->at = from;
    const enum err e = disk_replace(h->dir, from, to);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* ---- TLS ---- */

enum err home_finish_tls(struct home *h)
{
    enum err e;
    if (!is_there(h->dir, HOME_TLS_FILE HOME_NEW))
        return ERR_OK;
    e = take_place(h, HOME_TLS_CERT HOME_NEW, HOME_TLS_CERT);
    return e == ERR_OK ? take_place(h, HOME_TLS_FILE HOME_NEW, HOME_TLS_FILE) : e;
}

/* The key's file comes last: with it the certificate counts. */
static enum err write_tls(struct home *h, const uint8_t seed[TLS_SEED_SIZE], struct bytes der)
{
    uint8_t content[HOME_CERT_CONTENT];
    home_cert_content(seed, der, content);
    remove_file(h->dir, HOME_TLS_CERT HOME_NEW); /* of someone who died before it counted */
    h->at = HOME_TLS_CERT HOME_NEW;
    enum err e = disk_create(h->dir, HOME_TLS_CERT HOME_NEW, der);
    if (e == ERR_OK) {
        h->at = HOME_TLS_FILE HOME_NEW;
        e = home_file_create_as(h->dir, HOME_TLS_FILE HOME_NEW, HOME_TLS_FILE, bytes_of(content, sizeof(content)));
    }
    crypto_wipe(content, sizeof(content));
    return e;
}

enum err home_rotate_tls(struct home *h, uint64_t now_s)
{
    uint8_t seed[TLS_SEED_SIZE];
    struct buf der = {0};
    crypto_random(seed, sizeof(seed));
    h->at = HOME_TLS_CERT;
    enum err e = tls_identity_successor(seed, HOME_TLS_CERT, home_validity(now_s, HOME_SERVER_DAYS), h->tls_seed,
                                        buf_bytes(&h->tls), &der);
    if (e == ERR_OK)
        e = write_tls(h, seed, buf_bytes(&der));
    if (e == ERR_OK)
        e = home_finish_tls(h);
    crypto_wipe(seed, sizeof(seed));
    buf_deinit(&der);
    return e;
}

/* ---- the ward's own key ---- */

void home_take_ward(struct ward *w, const uint8_t *content)
{
    w->id = id_from(content);
    crypto_sign_from_seed(content + ID_SIZE, w->public_key, w->secret_key);
    memcpy(w->ratchet_key, content + ID_SIZE + 32, KEY_SIZE);
}

/* What the store says is true: the new key's file was durable before it said so. */
enum err home_finish_ward(struct home *h)
{
    uint8_t content[HOME_WARD_CONTENT], newest[SIGN_PUBLIC_SIZE];
    struct ward next = h->ward;
    struct safe_txn t;
    enum err e = safe_begin(&h->safe, false, &t);
    if (e != ERR_OK)
        return e;
    e = ward_key_newest(&t.txn, newest);
    safe_abort(&t);
    h->at = HOME_WARD_FILE;
    if (e == ERR_NOT_FOUND || (e == ERR_OK && crypto_equal(newest, h->ward.public_key, SIGN_PUBLIC_SIZE)))
        return ERR_OK; /* a new file beside it never counted */
    if (e == ERR_OK)
        e = home_file_read_as(h->dir, HOME_WARD_FILE HOME_NEW, HOME_WARD_FILE, sizeof(content), content);
    if (e == ERR_OK) {
        home_take_ward(&next, content);
        e = crypto_equal(newest, next.public_key, SIGN_PUBLIC_SIZE) ? ERR_OK : ERR_DAMAGED;
    }
    if (e == ERR_OK)
        e = take_place(h, HOME_WARD_FILE HOME_NEW, HOME_WARD_FILE);
    if (e == ERR_OK)
        ward_key_take(&h->ward, next.public_key, next.secret_key);
    if (e == ERR_OK)
        (void)!home_beside_save(h); /* not everywhere may we write there */
    crypto_wipe(content, sizeof(content));
    crypto_wipe(&next, sizeof(next));
    return e == ERR_NOT_FOUND ? ERR_DAMAGED : e; /* the key's file is older than the store */
}

static enum err rotate_store(struct home *h, const struct ward *next, uint64_t now_s)
{
    struct safe_txn t;
    enum err e = safe_begin(&h->safe, true, &t);
    if (e != ERR_OK)
        return e;
    e = ward_rotate(&t.txn, &h->ward, next->public_key, next->secret_key, now_s);
    if (e == ERR_OK)
        return safe_commit(&t);
    safe_abort(&t);
    return e;
}

enum err home_rotate_ward(struct home *h, uint64_t now_s)
{
    uint8_t content[HOME_WARD_CONTENT];
    struct ward next, kept = h->ward;
    memcpy(content, h->ward.id.b, ID_SIZE);
    crypto_random(content + ID_SIZE, 32);
    memcpy(content + ID_SIZE + 32, h->ward.ratchet_key, KEY_SIZE);
    home_take_ward(&next, content);
    remove_file(h->dir, HOME_WARD_FILE HOME_NEW);
    h->at = HOME_WARD_FILE HOME_NEW;
    enum err e = home_file_create_as(h->dir, HOME_WARD_FILE HOME_NEW, HOME_WARD_FILE,
                                     bytes_of(content, sizeof(content)));
    ward_key_take(&kept, next.public_key, next.secret_key);
    if (e == ERR_OK)
        e = home_old_save(h, &kept); /* if the new one never counts, the present key is there twice */
    if (e == ERR_OK) {
        h->at = "so";
        e = rotate_store(h, &next, now_s);
    }
    if (e == ERR_OK)
        e = home_finish_ward(h);
    crypto_wipe(content, sizeof(content));
    crypto_wipe(&next, sizeof(next));
    crypto_wipe(&kept, sizeof(kept));
    return e;
}
