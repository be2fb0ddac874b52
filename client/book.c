/* book.c - see book.h. */
#include "book.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../common/date.h"
#include "../common/disk.h"
#include "step.h"

#define STORE "so"

/* A ward's clock that is this much ahead of ours at an earlier contact shows that ours is wrong. */
#define CLOCK_SLACK_S 300

static char *concat(const char *a, const char *b)
{
    struct buf path = {0};
    buf_put_str(&path, a);
    buf_put_str(&path, b);
    char *out = strdup(buf_cstr(&path));
    buf_deinit(&path);
    assert(out != NULL);
    return out;
}

enum err book_init(struct book *b, const char *home)
{
    static const struct {
        const char *variable, *behind;
    } places[] = {{"CHIBO_HOME", ""}, {"XDG_DATA_HOME", "/chibo"}, {"HOME", "/.local/share/chibo"}};

    *b = (struct book){0};
    crypto_init();
    if (home != NULL && home[0] != 0)
        b->dir = concat(home, "");
    for (size_t i = 0; i < ARRAY_LEN(places) && b->dir == NULL; i++) {
        const char *value = getenv(places[i].variable);
        if (value != NULL && value[0] != 0)
            b->dir = concat(value, places[i].behind);
    }
    return b->dir == NULL ? ERR_NO_STORE : ERR_OK;
}

void book_deinit(struct book *b)
{
    book_close(b);
    buf_wipe_deinit(&b->step);
    free(b->dir);
    crypto_wipe(b, sizeof(*b));
}

void book_close(struct book *b)
{
    if (!b->open)
        return;
    book_abort(b);
    vault_close(&b->vault);
    b->open = false;
}

static enum err open_with(struct book *b, const struct key *key, enum kv_mode mode)
{
    char *store = disk_join(b->dir, STORE);
    enum err e = vault_open(store, key, mode, &b->vault);
    free(store);
    b->open = e == ERR_OK;
    return e;
}

/* A store whose key is gone is not "no book": a new key would never open it. */
static enum err key_of(struct book *b, struct key *key)
{
    char *store = disk_join(b->dir, STORE);
    enum err e = key_load(b->dir, key);
    if (e == ERR_NO_STORE && access(store, F_OK) == 0)
        e = ERR_DAMAGED;
    free(store);
    return e;
}

enum err book_open(struct book *b, enum kv_mode mode)
{
    struct key key;
    enum err e = key_of(b, &key);
    if (e == ERR_OK)
        e = open_with(b, &key, mode);
    key_wipe(&key);
    return e;
}

/* Each directory on the way, the last one private. */
static enum err make_dirs(const char *dir)
{
    char *path = concat(dir, "");
    enum err e = ERR_OK;
    for (char *p = path + 1; e == ERR_OK && *p != 0; p++) {
        if (*p != '/')
            continue;
        *p = 0;
        if (mkdir(path, DISK_DIR_MODE) != 0 && errno != EEXIST)
            e = disk_error(errno);
        *p = '/';
    }
    if (e == ERR_OK && mkdir(path, DISK_DIR_MODE) != 0 && errno != EEXIST)
        e = disk_error(errno);
    free(path);
    return e;
}

/* Whatever the machine believes, within what a book can hold. */
static uint64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (now.tv_sec < 0 || now.tv_sec > TIME_MAX)
        now = (struct timespec){now.tv_sec < 0 ? 0 : TIME_MAX, 0};
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void moment_new(struct book *b)
{
    b->now_ms = clock_ms();
    b->moment = (struct moment){.now = b->now_ms / 1000};
    crypto_random(b->moment.random, sizeof(b->moment.random));
}

static enum err fill(struct book *b, const char *code, const char *name)
{
    enum err e = book_begin(b, true);
    if (e == ERR_OK) {
        book_abort(b);
        return ERR_EXISTS;
    }
    if (e != ERR_NO_STORE)
        return e;
    /* The store is there and nobody in it yet. */
    moment_new(b);
    e = vault_begin(&b->vault, true, &b->txn);
    if (e == ERR_OK)
        e = replica_create(&b->txn.txn, &b->replica, code, name, &b->moment);
    step_begin(b);
    return e == ERR_OK ? book_commit(b) : e;
}

enum err book_create(struct book *b, const char *code, const char *name)
{
    struct key key = {0};
    char *store = NULL;
    enum err e;

    if (!org_code_valid(code) || name[0] == 0 || strlen(name) > NAME_MAX_BYTES)
        return ERR_BAD_VALUE;
    e = make_dirs(b->dir);
    if (e == ERR_OK)
        e = key_of(b, &key);
    if (e == ERR_NO_STORE) {
        e = key_create(b->dir);
        if (e == ERR_OK || e == ERR_EXISTS)
            e = key_load(b->dir, &key);
    }
    store = disk_join(b->dir, STORE);
    if (e == ERR_OK)
        e = vault_create(store, &key);
    if (e == ERR_OK || e == ERR_EXISTS)
        e = open_with(b, &key, KV_WRITE);
    if (e == ERR_OK)
        e = fill(b, code, name);
    if (e != ERR_OK)
        book_close(b);
    free(store);
    key_wipe(&key);
    return e;
}

/* --- transactions --- */

enum err book_begin(struct book *b, bool write)
{
    enum err e = vault_begin(&b->vault, write, &b->txn);
    moment_new(b);
    if (e == ERR_OK)
        e = replica_load(&b->txn.txn, &b->replica);
    step_begin(b);
    if (e != ERR_OK) {
        book_abort(b);
        return e;
    }
    if (b->replica.synced == 0)
        b->moment.quality = QUALITY_NEVER_CHECKED;
    else
        b->moment.quality =
            b->moment.now + CLOCK_SLACK_S < b->replica.synced ? QUALITY_WRONG : QUALITY_CHECKED;
    return ERR_OK;
}

enum err book_commit(struct book *b)
{
    enum err e = step_keep(b);
    return e == ERR_OK ? vault_commit(&b->txn) : e;
}

void book_abort(struct book *b)
{
    vault_abort(&b->txn);
}

struct txn *book_txn(struct book *b)
{
    return &b->txn.txn;
}

uint32_t book_today(void)
{
    const uint32_t today = date_from_unix((int64_t)(clock_ms() / 1000)), last = DATE_YEAR_MAX * 10000 + 1231;
    return today < last ? today : last;
}

enum err book_get(struct book *b, const char *name, struct buf *value)
{
    return store_get(book_txn(b), TABLE_meta, bytes_of_str(name), value);
}

enum err book_put(struct book *b, const char *name, struct bytes value)
{
    return store_put(book_txn(b), TABLE_meta, bytes_of_str(name), value);
}

enum err book_del(struct book *b, const char *name)
{
    return store_del(book_txn(b), TABLE_meta, bytes_of_str(name));
}
