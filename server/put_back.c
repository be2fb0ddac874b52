/* put_back.c - see put_back.h. */
#include "put_back.h"

#include <stdlib.h>
#include <unistd.h>

#include "../common/disk.h"
#include "../common/log.h"
#include "../proto/org.h"
#include "../proto/ward_put_back.h"

#define CHECK_SIZE 16
#define FILE_SIZE (8 + CHECK_SIZE)

static void content_of(const struct home *h, uint64_t commits, uint8_t content[FILE_SIZE])
{
    store_u64(content, commits);
    const struct bytes pieces[] = {bytes_of("chibo1/commits", 15), bytes_of(content, 8)};
    crypto_blake2b(content + 8, CHECK_SIZE, bytes_of(h->ward.ratchet_key, KEY_SIZE), pieces, ARRAY_LEN(pieces));
}

/* 0: nothing is known. */
static uint64_t commits_before(const struct home *h)
{
    uint8_t content[FILE_SIZE];
    struct buf parent = {0}, name = {0}, file = {0};
    uint64_t commits = 0;
    home_beside_place(h, PUT_BACK_BESIDE, &parent, &name);
    if (disk_read_private(buf_cstr(&parent), buf_cstr(&name), FILE_SIZE, &file) == ERR_OK && file.n == FILE_SIZE) {
        content_of(h, load_u64(file.p), content);
        commits = crypto_equal(content, file.p, FILE_SIZE) ? load_u64(file.p) : 0;
    }
    buf_deinit(&parent);
    buf_deinit(&name);
    buf_deinit(&file);
    return commits;
}

void put_back_save(const struct home *h)
{
    uint8_t content[FILE_SIZE];
    const uint64_t commits = kv_commits(h->safe.kv);
    if (commits == commits_before(h))
        return;
    content_of(h, commits, content);
    (void)!home_beside_write(h, PUT_BACK_BESIDE, bytes_of(content, FILE_SIZE));
}

static enum err note(struct home *h)
{
    struct safe_txn t;
    enum err e = safe_begin(&h->safe, true, &t);
    if (e != ERR_OK)
        return e;
    e = ward_put_back_note(&t.txn);
    if (e == ERR_OK)
        return safe_commit(&t);
    safe_abort(&t);
    return e;
}

enum err put_back_look(struct home *h)
{
    const uint64_t before = commits_before(h), now = kv_commits(h->safe.kv);
    enum err e = ERR_OK;
    if (now < before) {
        LOG(LOG_WARN, "put_back", LOG_NUMBER("commits", now), LOG_NUMBER("before", before));
        e = note(h);
    }
    if (e == ERR_OK)
        put_back_save(h);
    return e;
}

enum err put_back_waits(struct home *h, struct buf *code)
{
    struct safe_txn t;
    struct id org;
    struct org o;
    bool waits = false;
    enum err e = safe_begin(&h->safe, false, &t);
    if (e != ERR_OK)
        return e;
    e = ward_put_back_waits(&t.txn, &waits, &org);
    if (e == ERR_OK && waits)
        e = org_load(&t.txn, &org, &o);
    if (e == ERR_OK && waits) {
        buf_put_str(code, o.code);
        e = ERR_PUT_BACK;
    }
    safe_abort(&t);
    return e;
}
