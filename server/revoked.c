/* revoked.c - see revoked.h. */
#include "revoked.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/disk.h"
#include "../proto/ward_recall.h"

#define BODY_SIZE 64
#define CHECK_SIZE 16
#define RECORD_SIZE (BODY_SIZE + CHECK_SIZE)

static void check_of(const struct home *h, const uint8_t body[BODY_SIZE], uint8_t check[CHECK_SIZE])
{
    const struct bytes pieces[] = {bytes_of("chibo1/revoked", 15), bytes_of(body, BODY_SIZE)};
    crypto_blake2b(check, CHECK_SIZE, bytes_of(h->ward.ratchet_key, KEY_SIZE), pieces, ARRAY_LEN(pieces));
}

/* The file in the directory, or the one beside it. */
static char *path_of(const struct home *h, bool beside)
{
    struct buf path = {0};
    size_t n = strlen(h->dir);
    if (!beside)
        return disk_join(h->dir, REVOKED_FILE);
    while (n > 1 && h->dir[n - 1] == '/')
        n--;
    buf_printf(&path, "%.*s." REVOKED_FILE, (int)n, h->dir);
    char *text = strdup(buf_cstr(&path));
    assert(text != NULL);
    buf_deinit(&path);
    return text;
}

static enum err write_all(int fd, struct bytes b)
{
    while (b.n > 0) {
        const ssize_t n = write(fd, b.p, b.n);
        if (n < 0 && errno != EINTR)
            return disk_error(errno);
        if (n > 0)
            b = bytes_cut(b, (size_t)n);
    }
    return ERR_OK;
}

/* Behind the last whole record: one that was torn is written over. */
static enum err append_to(int fd, struct bytes records)
{
    struct stat st;
    enum err e = fstat(fd, &st) == 0 ? ERR_OK : disk_error(errno);
    if (e == ERR_OK && lseek(fd, st.st_size - st.st_size % RECORD_SIZE, SEEK_SET) < 0)
        e = disk_error(errno);
    return e == ERR_OK ? write_all(fd, records) : e;
}

static enum err append(const struct home *h, bool beside, struct bytes records)
{
    char *path = path_of(h, beside);
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, DISK_FILE_MODE);
    enum err e = fd < 0 ? disk_error(errno) : append_to(fd, records);
    if (fd >= 0) {
        const enum err synced = disk_sync_close(fd);
        e = e == ERR_OK ? synced : e;
    }
    if (e == ERR_OK)
        e = disk_sync_close(disk_open_parent(path));
    free(path);
    return e;
}

enum err revoked_add(const struct home *h, enum revoked_kind kind, struct bytes what)
{
    uint8_t record[RECORD_SIZE] = {(uint8_t)kind};
    assert(what.n < BODY_SIZE);
    memcpy(record + 1, what.p, what.n);
    check_of(h, record, record + BODY_SIZE);
    const enum err e = append(h, false, bytes_of(record, RECORD_SIZE));
    if (e == ERR_OK)
        (void)!append(h, true, bytes_of(record, RECORD_SIZE)); /* not everywhere may we write there */
    return e;
}

/* Good records, each once, behind those that are there. */
static enum err load(const struct home *h, bool beside, struct buf *records)
{
    char *path = path_of(h, beside);
    uint8_t record[RECORD_SIZE], check[CHECK_SIZE];
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    enum err e = fd >= 0 || errno == ENOENT || beside ? ERR_OK : disk_error(errno);
    ssize_t n = fd < 0 ? 0 : RECORD_SIZE;
    while (e == ERR_OK && n == RECORD_SIZE && records->n < (size_t)REVOKED_MAX * RECORD_SIZE) {
        n = read(fd, record, RECORD_SIZE);
        if (n < 0 && !beside)
            e = disk_error(errno);
        if (n != RECORD_SIZE)
            break;
        check_of(h, record, check);
        bool fresh = crypto_equal(check, record + BODY_SIZE, CHECK_SIZE);
        for (size_t i = 0; fresh && i < records->n; i += RECORD_SIZE)
            fresh = memcmp(records->p + i, record, RECORD_SIZE) != 0;
        if (fresh)
            buf_put(records, record, RECORD_SIZE);
    }
    if (fd >= 0)
        close(fd);
    free(path);
    return e;
}

static enum err apply(struct home *h, struct bytes records, uint64_t now_s)
{
    struct safe_txn txn;
    enum err e = safe_begin(&h->safe, true, &txn);
    if (e != ERR_OK)
        return e;
    for (; e == ERR_OK && records.n > 0; records = bytes_cut(records, RECORD_SIZE)) {
        const struct id device = id_from(records.p + 1);
        if (records.p[0] == REVOKED_DEVICE)
            e = ward_bar(&txn.txn, &h->ward, &device, now_s);
    }
    if (e == ERR_OK)
        return safe_commit(&txn);
    safe_abort(&txn);
    return e;
}

/* What only the other file has. */
static void mend(const struct home *h, bool beside, const struct buf *all)
{
    struct buf have = {0}, lacks = {0};
    if (load(h, beside, &have) == ERR_OK) {
        for (size_t i = 0; i < all->n; i += RECORD_SIZE) {
            bool there = false;
            for (size_t k = 0; !there && k < have.n; k += RECORD_SIZE)
                there = memcmp(have.p + k, all->p + i, RECORD_SIZE) == 0;
            if (!there)
                buf_put(&lacks, all->p + i, RECORD_SIZE);
        }
        if (lacks.n > 0)
            (void)!append(h, beside, buf_bytes(&lacks));
    }
    buf_deinit(&have);
    buf_deinit(&lacks);
}

enum err revoked_replay(struct home *h, uint64_t now_s)
{
    struct buf all = {0};
    h->at = REVOKED_FILE;
    enum err e = load(h, false, &all);
    if (e == ERR_OK)
        e = load(h, true, &all);
    if (e == ERR_OK && all.n > 0)
        e = apply(h, buf_bytes(&all), now_s);
    if (e == ERR_OK && all.n > 0) {
        mend(h, false, &all);
        mend(h, true, &all);
    }
    buf_deinit(&all);
    return e;
}
