/* home_beside.c - the ward's keys once more, beside the folder (its name and `.khoa`): whoever puts an older copy of
 * the folder back finds the newest signing key there, which devices believe, and goes on with it (protocol.md 8.6).
 *
 * u8 1 ‖ content of khoa-phuong ‖ content of khoa-cu ‖ the list of keys as message 20 ‖ check, as in
 * home_file.c. */
#include <stdlib.h>
#include <unistd.h>

#include "../common/disk.h"
#include "../proto/ward_adopt.h"
#include "home.h"
#include "server_clock.h"

#define BESIDE ".khoa"
#define LIST_AT (1 + HOME_WARD_CONTENT + HOME_OLD_CONTENT)
#define BESIDE_MAX (LIST_AT + KEYS_MAX * 210 + HOME_CHECK_SIZE)

struct beside {
    struct ward ward; /* with its old keys; no hooks */
    uint8_t content[HOME_WARD_CONTENT];
    struct keys list;
};

void home_beside_place(const struct home *h, const char *suffix, struct buf *parent, struct buf *name)
{
    size_t n = strlen(h->dir), from;
    while (n > 1 && h->dir[n - 1] == '/')
        n--;
    for (from = n; from > 0 && h->dir[from - 1] != '/'; from--)
        continue;
    buf_printf(parent, "%.*s", from > 0 ? (int)from : 1, from > 0 ? h->dir : ".");
    buf_printf(name, "%.*s%s", (int)(n - from), h->dir + from, suffix);
}

enum err home_beside_write(const struct home *h, const char *suffix, struct bytes content)
{
    struct buf parent = {0}, name = {0}, half = {0};
    home_beside_place(h, suffix, &parent, &name);
    buf_printf(&half, "%s" HOME_NEW, buf_cstr(&name));
    char *path = disk_join(buf_cstr(&parent), buf_cstr(&half));
    (void)unlink(path); /* of someone who died here */
    enum err e = disk_create(buf_cstr(&parent), buf_cstr(&half), content);
    if (e == ERR_OK)
        e = disk_replace(buf_cstr(&parent), buf_cstr(&half), buf_cstr(&name));
    free(path);
    buf_deinit(&parent);
    buf_deinit(&name);
    buf_deinit(&half);
    return e;
}

static enum err beside_read(const struct home *h, struct buf *file)
{
    struct buf parent = {0}, name = {0};
    home_beside_place(h, BESIDE, &parent, &name);
    buf_reserve(file, BESIDE_MAX); /* a secret: not moved about */
    const enum err e = disk_read_private(buf_cstr(&parent), buf_cstr(&name), BESIDE_MAX, file);
    buf_deinit(&parent);
    buf_deinit(&name);
    return e;
}

static enum err store_list(struct home *h, struct keys *list)
{
    struct safe_txn t;
    enum err e = safe_begin(&h->safe, false, &t);
    if (e == ERR_OK) {
        e = ward_keys_list(&t.txn, list);
        safe_abort(&t);
    }
    return e;
}

enum err home_beside_save(struct home *h)
{
    uint8_t old[HOME_OLD_CONTENT];
    struct keys *list = mem_alloc(sizeof(*list));
    struct buf file = {0};
    enum err e = store_list(h, list);
    if (e == ERR_OK && list->count > 0) {
        buf_reserve(&file, BESIDE_MAX);
        buf_put_u8(&file, 1);
        buf_put(&file, h->ward.id.b, ID_SIZE);
        buf_put(&file, h->ward.secret_key, 32); /* its seed */
        buf_put(&file, h->ward.ratchet_key, KEY_SIZE);
        home_old_content(&h->ward, old);
        buf_put(&file, old, sizeof(old));
        keys_encode(list, &file);
        const struct bytes all = buf_bytes(&file);
        home_file_check(BESIDE, all, buf_grow(&file, HOME_CHECK_SIZE));
        e = home_beside_write(h, BESIDE, buf_bytes(&file));
    }
    crypto_wipe(old, sizeof(old));
    buf_wipe_deinit(&file);
    free(list);
    return e;
}

/* Of this ward, whole, and the key is the last of the list? Anything else is as if it were not there. */
static bool beside_parse(const struct home *h, struct bytes file, struct beside *b)
{
    uint8_t check[HOME_CHECK_SIZE];
    if (file.n < LIST_AT + HOME_CHECK_SIZE || file.p[0] != 1)
        return false;
    const struct bytes all = bytes_of(file.p, file.n - HOME_CHECK_SIZE);
    home_file_check(BESIDE, all, check);
    if (!crypto_equal(check, all.p + all.n, HOME_CHECK_SIZE))
        return false;
    memcpy(b->content, file.p + 1, HOME_WARD_CONTENT);
    home_take_ward(&b->ward, b->content);
    home_old_take(&b->ward, file.p + 1 + HOME_WARD_CONTENT);
    return id_equal(&b->ward.id, &h->ward.id) &&
           crypto_equal(b->ward.ratchet_key, h->ward.ratchet_key, KEY_SIZE) &&
           keys_decode(&b->list, bytes_cut(all, LIST_AT)) == ERR_OK &&
           keys_verify(&b->list, &b->ward.id) == ERR_OK &&
           crypto_equal(keys_at(&b->list, b->list.count), b->ward.public_key, SIGN_PUBLIC_SIZE);
}

/* The newest key's file under its name for later; with what the store then says it counts. */
static enum err put_new(struct home *h, struct beside *b)
{
    char *path = disk_join(h->dir, HOME_WARD_FILE HOME_NEW);
    struct ward_key present;
    memcpy(present.public_key, h->ward.public_key, SIGN_PUBLIC_SIZE);
    memcpy(present.secret_key, h->ward.secret_key, SIGN_SECRET_SIZE);
    if (!crypto_equal(present.public_key, b->ward.public_key, SIGN_PUBLIC_SIZE))
        ward_key_keep(&b->ward, &present);
    h->ward.old_count = b->ward.old_count;
    memcpy(h->ward.old, b->ward.old, sizeof(h->ward.old));
    (void)unlink(path);
    enum err e = home_old_save(h, &b->ward);
    if (e == ERR_OK)
        e = home_file_create_as(h->dir, HOME_WARD_FILE HOME_NEW, HOME_WARD_FILE,
                                bytes_of(b->content, sizeof(b->content)));
    crypto_wipe(&present, sizeof(present));
    free(path);
    return e;
}

static enum err adopt(struct home *h, const struct beside *b)
{
    struct safe_txn t;
    enum err e = safe_begin(&h->safe, true, &t);
    if (e != ERR_OK)
        return e;
    e = ward_adopt(&t.txn, &b->ward, &b->list, server_clock_s());
    if (e == ERR_OK)
        return safe_commit(&t);
    safe_abort(&t);
    return e;
}

static enum err take(struct home *h, struct beside *b)
{
    uint8_t now[SIGN_PUBLIC_SIZE];
    struct safe_txn t;
    size_t place;
    enum err e = safe_begin(&h->safe, false, &t);
    if (e != ERR_OK)
        return e;
    e = ward_keys_now(&t.txn, now);
    safe_abort(&t);
    if (e != ERR_OK || !keys_find(&b->list, now, &place))
        return e; /* of another past: not ours to judge */
    const bool behind = place < b->list.count;
    if (!behind && crypto_equal(now, h->ward.public_key, SIGN_PUBLIC_SIZE))
        return ERR_OK;
    e = put_new(h, b);
    return e == ERR_OK && behind ? adopt(h, b) : e;
}

enum err home_beside_take(struct home *h)
{
    struct beside *b = mem_alloc(sizeof(*b));
    struct buf file = {0};
    enum err e = beside_read(h, &file);
    memset(b, 0, sizeof(*b));
    if (e == ERR_NOT_FOUND)
        (void)!home_beside_save(h); /* not everywhere may we write there */
    const bool there = e == ERR_OK && beside_parse(h, buf_bytes(&file), b);
    e = there ? take(h, b) : ERR_OK;
    crypto_wipe(b, sizeof(*b));
    free(b);
    buf_wipe_deinit(&file);
    return e;
}
