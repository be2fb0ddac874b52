/* kv.c - see kv.h. */
#include "kv.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <lmdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "disk.h"
#include "pages.h"

/* 0.9.26 to 0.9.31 broke the robust mutex that frees the lock of a writer that was killed. */
#if MDB_VERSION_MAJOR != 0 || MDB_VERSION_MINOR != 9 || (MDB_VERSION_PATCH >= 26 && MDB_VERSION_PATCH <= 31)
#error "this release of LMDB is not fit for use"
#endif

#define DATA_FILE "data.mdb"
#define LOCK_FILE "lock.mdb"
#define WRITER_FILE "lock-writer"
#define NO_TABLE UINT_MAX /* a table that this older store does not have yet */

struct kv {
    MDB_env *env;
    char *dir;
    struct kv_spec spec;
    MDB_dbi tables[KV_TABLES_MAX];
    size_t table_count;
    pthread_mutex_t mutex; /* over live, and whenever the map is resized */
    unsigned live;         /* transactions of this process */
    int writer_fd;
    bool can_write;
    bool writing;
    bool map_full;         /* the last transaction found the map too small */
    enum err broken;
    struct {
        unsigned countdown;
        enum err e;
    } fault[KV_PLACE_COUNT];
};

static enum err open_env(struct kv *kv);
static enum err open_tables(struct kv *kv);
static enum err check_file(struct kv *kv, enum pages_depth depth);
static enum err lock_writer(struct kv *kv);
static void unlock_writer(struct kv *kv);
static enum err grow_map(struct kv *kv);

/* --- errors --- */

static enum err from_lmdb(int rc)
{
    static const struct {
        int rc;
        enum err e;
    } rows[] = {
        {MDB_SUCCESS, ERR_OK},          {MDB_NOTFOUND, ERR_NOT_FOUND},    {MDB_MAP_FULL, ERR_NO_SPACE},
        {MDB_INVALID, ERR_DAMAGED},     {MDB_CORRUPTED, ERR_DAMAGED},     {MDB_PAGE_NOTFOUND, ERR_DAMAGED},
        {MDB_CURSOR_FULL, ERR_DAMAGED}, {MDB_INCOMPATIBLE, ERR_DAMAGED},  {MDB_VERSION_MISMATCH, ERR_TOO_NEW},
        {MDB_MAP_RESIZED, ERR_BUSY},    {MDB_READERS_FULL, ERR_BUSY},     {ENOMEM, ERR_OTHER},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (rows[i].rc == rc)
            return rows[i].e;
    }
    return rc > 0 ? disk_error(rc) : ERR_IO;
}

/* --- creating --- */

/* Beside the directory: "dir.new". */
static char *half_name(const char *dir)
{
    struct buf name = {0};
    buf_put_str(&name, dir);
    while (name.n > 1 && name.p[name.n - 1] == '/')
        name.n--;
    buf_put(&name, ".new", sizeof(".new"));
    return (char *)name.p;
}

static void remove_half_made(const char *dir)
{
    static const char *const files[] = {DATA_FILE, LOCK_FILE, WRITER_FILE};
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        char *path = disk_join(dir, files[i]);
        unlink(path);
        free(path);
    }
    rmdir(dir);
}

static struct kv *new_kv(const char *dir, const struct kv_spec *spec, bool can_write)
{
    struct kv *kv = mem_alloc(sizeof(*kv));
    assert(spec->table_count <= KV_TABLES_MAX && spec->map_first <= spec->map_max);
    kv->dir = strdup(dir);
    assert(kv->dir != NULL);
    kv->spec = *spec;
    kv->table_count = spec->table_count;
    kv->writer_fd = -1;
    kv->can_write = can_write;
    int rc = pthread_mutex_init(&kv->mutex, NULL);
    assert(rc == 0);
    return kv;
}

static enum err fill_new(const char *dir, const struct kv_spec *spec,
                         enum err (*fill)(void *arg, struct kv_txn *txn), void *arg)
{
    struct kv *kv = NULL;
    struct kv_txn txn = {0};
    int fd = disk_open(dir, DATA_FILE, O_RDWR | O_CREAT | O_EXCL);
    if (fd < 0)
        return disk_error(errno);
    close(fd);
    kv = new_kv(dir, spec, true);
    enum err e = open_env(kv); /* an empty file is what LMDB takes for a new store */
    if (e == ERR_OK)
        e = open_tables(kv);
    if (e == ERR_OK)
        e = kv_begin(kv, true, &txn);
    if (e == ERR_OK && fill != NULL)
        e = fill(arg, &txn);
    if (e == ERR_OK)
        e = kv_commit(&txn);
    kv_abort(&txn);
    kv_close(kv);
    if (e == ERR_OK) /* LMDB does not sync the first two pages of a new file, nor the directory */
        e = disk_sync_close(disk_open(dir, DATA_FILE, O_RDWR));
    if (e == ERR_OK)
        e = disk_sync_close(open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return e;
}

enum err kv_create(const char *dir, const struct kv_spec *spec, enum err (*fill)(void *arg, struct kv_txn *txn),
                   void *arg)
{
    char *half = half_name(dir);
    struct stat st;
    enum err e = ERR_OK;
    int parent = disk_open_parent(dir);
    if (parent < 0 || flock(parent, LOCK_EX) != 0) {
        e = disk_error(errno);
        goto out;
    }
    if (lstat(dir, &st) == 0) {
        e = ERR_EXISTS;
        goto out;
    }
    e = disk_refuse_remote(parent);
    if (e != ERR_OK)
        goto out;
    remove_half_made(half); /* of someone who died here: we hold the lock */
    if (mkdir(half, DISK_DIR_MODE) != 0) {
        e = disk_error(errno);
        goto out;
    }
    e = fill_new(half, spec, fill, arg);
    if (e == ERR_OK && rename(half, dir) != 0)
        e = disk_error(errno);
    if (e == ERR_OK && fsync(parent) != 0)
        e = disk_error(errno);
    if (e != ERR_OK)
        remove_half_made(half);
out:
    if (parent >= 0)
        close(parent);
    free(half);
    return e;
}

/* --- opening --- */

enum err kv_open(const char *dir, const struct kv_spec *spec, enum kv_mode mode, struct kv **out)
{
    *out = NULL;
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? ERR_NO_STORE : disk_error(errno);
    enum err e = disk_refuse_remote(fd);
    close(fd);
    if (e != ERR_OK)
        return e;
    struct kv *kv = new_kv(dir, spec, mode != KV_READ);
    e = check_file(kv, mode == KV_CHECK_WRITE ? PAGES_ALL : PAGES_ROOT);
    if (e == ERR_OK)
        e = open_env(kv);
    if (e == ERR_OK)
        e = kv_reap_readers(kv);
    if (e == ERR_OK)
        e = open_tables(kv);
    if (e == ERR_OK)
        *out = kv;
    else
        kv_close(kv);
    return e;
}

void kv_close(struct kv *kv)
{
    if (kv == NULL)
        return;
    assert(kv->live == 0);
    if (kv->env != NULL)
        mdb_env_close(kv->env);
    if (kv->writer_fd >= 0)
        close(kv->writer_fd);
    pthread_mutex_destroy(&kv->mutex);
    free(kv->dir);
    free(kv);
}

/* All of it under the writer's lock. A file may rightly end before the last page that was ever given out, when that
 * one was freed before it was written; then it is made long enough, and no read can fall off its end. */
static enum err check_locked(struct kv *kv, int fd)
{
    struct pages pages;
    enum err e = lock_writer(kv);
    if (e != ERR_OK)
        return e;
    e = pages_check(fd, PAGES_ALL, &pages);
    if (e == ERR_OK && pages.file_size < pages.used_size && ftruncate(fd, (off_t)pages.used_size) != 0)
        e = disk_error(errno);
    unlock_writer(kv);
    return e;
}

static enum err check_file(struct kv *kv, enum pages_depth depth)
{
    struct pages pages;
    int fd = disk_open(kv->dir, DATA_FILE, O_RDWR);
    if (fd < 0)
        return errno == ENOENT ? ERR_DAMAGED : disk_error(errno); /* stores are made whole */
    enum err e = pages_check(fd, PAGES_ROOT, &pages);
    if (e == ERR_OK && (depth == PAGES_ALL || pages.file_size < pages.used_size))
        e = check_locked(kv, fd);
    if (e == ERR_OK) {
        size_t map = pages.map_size < kv->spec.map_max ? pages.map_size : kv->spec.map_max;
        if (map > kv->spec.map_first)
            kv->spec.map_first = map;
    }
    close(fd);
    return e;
}

enum err kv_check(struct kv *kv)
{
    assert(!kv->writing);
    return kv->broken != ERR_OK ? kv->broken : check_file(kv, PAGES_ALL);
}

static enum err open_env(struct kv *kv)
{
    mdb_filehandle_t fd;
    int rc = mdb_env_create(&kv->env);
    if (rc == 0)
        rc = mdb_env_set_maxdbs(kv->env, KV_TABLES_MAX);
    if (rc == 0)
        rc = mdb_env_set_maxreaders(kv->env, KV_READERS_MAX);
    if (rc == 0)
        rc = mdb_env_set_mapsize(kv->env, kv->spec.map_first);
    if (rc == 0) /* no flag that weakens a commit may ever stand here */
        rc = mdb_env_open(kv->env, kv->dir, MDB_NOTLS | (kv->can_write ? 0 : MDB_RDONLY), DISK_FILE_MODE);
    if (rc == 0)
        rc = mdb_env_get_fd(kv->env, &fd);
    if (rc == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
        rc = errno;
    return from_lmdb(rc);
}

/* One transaction opens all of them; a second one, of a writer, makes those that are new in this program. */
static enum err open_tables_in(struct kv *kv, bool create, bool *missing)
{
    MDB_txn *txn;
    *missing = false;
    int rc = mdb_txn_begin(kv->env, NULL, create ? 0 : MDB_RDONLY, &txn);
    if (rc == MDB_MAP_RESIZED) {
        rc = mdb_env_set_mapsize(kv->env, 0);
        if (rc == 0)
            rc = mdb_txn_begin(kv->env, NULL, create ? 0 : MDB_RDONLY, &txn);
    }
    if (rc != 0)
        return from_lmdb(rc);
    for (size_t i = 0; i < kv->spec.table_count && rc == 0; i++) {
        rc = mdb_dbi_open(txn, kv->spec.tables[i], create ? MDB_CREATE : 0, &kv->tables[i]);
        if (rc == MDB_NOTFOUND) {
            kv->tables[i] = NO_TABLE;
            *missing = true;
            rc = 0;
        }
    }
    if (rc == 0)
        return from_lmdb(mdb_txn_commit(txn));
    mdb_txn_abort(txn);
    return from_lmdb(rc);
}

static enum err open_tables(struct kv *kv)
{
    bool missing;
    enum err e = open_tables_in(kv, false, &missing);
    if (e != ERR_OK || !missing || !kv->can_write)
        return e;
    e = lock_writer(kv);
    if (e != ERR_OK)
        return e;
    e = open_tables_in(kv, true, &missing);
    unlock_writer(kv);
    return e;
}

enum err kv_reap_readers(struct kv *kv)
{
    int dead;
    return from_lmdb(mdb_reader_check(kv->env, &dead));
}

/* --- the writer's lock --- */

static enum err lock_writer(struct kv *kv)
{
    if (kv->writer_fd < 0)
        kv->writer_fd = disk_open(kv->dir, WRITER_FILE, O_RDWR | O_CREAT);
    return kv->writer_fd < 0 ? disk_error(errno) : disk_lock(kv->writer_fd, KV_LOCK_WAIT_MS);
}

static void unlock_writer(struct kv *kv)
{
    disk_unlock(kv->writer_fd);
}

pid_t kv_lock_holder(struct kv *kv)
{
    return kv->writer_fd < 0 ? 0 : disk_lock_holder(kv->writer_fd);
}

/* --- transactions --- */

/* The map may be resized only while this process has no transaction. With readers alive the writer goes on in the
 * room that is left, which is why growing starts early. */
static enum err grow_map(struct kv *kv)
{
    MDB_envinfo info;
    MDB_stat stat;
    if (kv->live > 0)
        return ERR_OK;
    int rc = mdb_env_info(kv->env, &info);
    if (rc == 0)
        rc = mdb_env_stat(kv->env, &stat);
    if (rc != 0)
        return from_lmdb(rc);
    size_t used = (info.me_last_pgno + 1) * stat.ms_psize;
    size_t map = info.me_mapsize, want = map;
    while (want < kv->spec.map_max && (kv->map_full || used > want / 10 * 7 || want - used < KV_TXN_ROOM)) {
        want = want <= kv->spec.map_max / 2 ? want * 2 : kv->spec.map_max;
        kv->map_full = false;
    }
    return want > map ? from_lmdb(mdb_env_set_mapsize(kv->env, want)) : ERR_OK;
}

bool kv_will_grow(const struct kv *kv)
{
    MDB_envinfo info;
    return kv->map_full && mdb_env_info(kv->env, &info) == 0 && info.me_mapsize < kv->spec.map_max;
}

uint64_t kv_commits(const struct kv *kv)
{
    MDB_envinfo info;
    return mdb_env_info(kv->env, &info) == 0 ? info.me_last_txnid : 0;
}

/* Under kv->mutex. The size of the map may have been changed by another process, or every slot be held by readers
 * that died: each is mended once. */
static enum err begin_mdb(struct kv *kv, bool write, struct kv_txn *txn)
{
    MDB_txn *mdb = NULL;
    unsigned flags = write ? 0 : MDB_RDONLY;
    enum err e = write ? grow_map(kv) : ERR_OK;
    if (e != ERR_OK)
        return e;
    int rc = mdb_txn_begin(kv->env, NULL, flags, &mdb);
    if (rc == MDB_MAP_RESIZED && kv->live == 0) {
        rc = mdb_env_set_mapsize(kv->env, 0);
        if (rc == 0)
            rc = mdb_txn_begin(kv->env, NULL, flags, &mdb);
    } else if (rc == MDB_READERS_FULL) {
        int dead;
        rc = mdb_reader_check(kv->env, &dead);
        if (rc == 0)
            rc = mdb_txn_begin(kv->env, NULL, flags, &mdb);
    }
    if (rc != 0)
        return rc == MDB_PANIC ? ERR_IO : from_lmdb(rc);
    *txn = (struct kv_txn){kv, mdb, write};
    kv->live++;
    return ERR_OK;
}

enum err kv_begin(struct kv *kv, bool write, struct kv_txn *txn)
{
    *txn = (struct kv_txn){0};
    assert(!write || kv->can_write);
    if (kv->broken != ERR_OK)
        return kv->broken;
    if (write) {
        assert(!kv->writing);
        enum err e = lock_writer(kv);
        if (e != ERR_OK)
            return e;
    }
    pthread_mutex_lock(&kv->mutex);
    enum err e = begin_mdb(kv, write, txn);
    pthread_mutex_unlock(&kv->mutex);
    if (write && e == ERR_OK)
        kv->writing = true;
    else if (write)
        unlock_writer(kv);
    return e;
}

static void end(struct kv_txn *txn)
{
    struct kv *kv = txn->kv;
    pthread_mutex_lock(&kv->mutex);
    assert(kv->live > 0);
    kv->live--;
    pthread_mutex_unlock(&kv->mutex);
    if (txn->write) {
        kv->writing = false;
        unlock_writer(kv);
    }
    *txn = (struct kv_txn){0};
}

/* True when this call is the one that shall fail. */
static bool strike(struct kv *kv, enum kv_place place)
{
    if (kv->fault[place].countdown == 0 || --kv->fault[place].countdown > 0)
        return false;
    if (kv->fault[place].e == ERR_OK)
        raise(SIGKILL);
    return true;
}

/* LMDB marks its environment when writing the meta page failed; the next begin tells. */
static bool outcome_known(struct kv *kv)
{
    MDB_txn *probe;
    if (mdb_txn_begin(kv->env, NULL, MDB_RDONLY, &probe) != 0)
        return false;
    mdb_txn_abort(probe);
    return true;
}

/* LMDB calls a write that was cut short an I/O error, but that is how a disk that is full looks first. */
static bool disk_full(struct kv *kv)
{
    mdb_filehandle_t fd;
    struct stat st;
    struct rlimit limit;
    if (mdb_env_get_fd(kv->env, &fd) != 0 || fstat(fd, &st) != 0 || getrlimit(RLIMIT_FSIZE, &limit) != 0)
        return false;
    if (limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < (rlim_t)st.st_size + KV_TXN_ROOM)
        return true;
    if (fallocate(fd, FALLOC_FL_KEEP_SIZE, st.st_size, KV_TXN_ROOM) == 0)
        return false;
    return errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
}

/* Only a failure before the meta page was touched has a known outcome. */
static enum err judge_commit(struct kv *kv, int rc)
{
    enum err e = from_lmdb(rc);
    kv->map_full = kv->map_full || rc == MDB_MAP_FULL;
    if (rc == EIO && disk_full(kv))
        e = ERR_NO_SPACE;
    return e == ERR_OK || (e == ERR_NO_SPACE && outcome_known(kv)) ? e : ERR_IO;
}

enum err kv_commit(struct kv_txn *txn)
{
    struct kv *kv = txn->kv;
    assert(kv != NULL && txn->mdb != NULL);
    if (!txn->write) {
        kv_abort(txn);
        return ERR_OK;
    }
    bool struck = strike(kv, KV_AT_COMMIT);
    enum err e;
    if (struck && kv->fault[KV_AT_COMMIT].e == ERR_NO_SPACE) {
        mdb_txn_abort(txn->mdb);
        e = ERR_NO_SPACE;
    } else {
        e = judge_commit(kv, mdb_txn_commit(txn->mdb));
        if (struck)
            e = kv->fault[KV_AT_COMMIT].e;
    }
    if (e != ERR_OK && e != ERR_NO_SPACE)
        kv->broken = e;
    end(txn);
    return e;
}

void kv_abort(struct kv_txn *txn)
{
    if (txn->mdb == NULL)
        return;
    mdb_txn_abort(txn->mdb);
    end(txn);
}

/* --- rows --- */

static MDB_val val_of(struct bytes b)
{
    return (MDB_val){b.n, (void *)(uintptr_t)b.p}; /* LMDB takes no const, but does not write through it */
}

static struct bytes bytes_of_val(MDB_val v)
{
    return bytes_of(v.mv_data, v.mv_size);
}

enum err kv_get(struct kv_txn *txn, size_t table, struct bytes key, struct bytes *value)
{
    struct kv *kv = txn->kv;
    assert(table < kv->table_count && key.n >= 1 && key.n <= KV_KEY_MAX);
    MDB_val k = val_of(key), v;
    *value = (struct bytes){0};
    if (kv->tables[table] == NO_TABLE)
        return ERR_NOT_FOUND;
    int rc = mdb_get(txn->mdb, kv->tables[table], &k, &v);
    if (rc == 0)
        *value = bytes_of_val(v);
    return from_lmdb(rc);
}

enum err kv_put(struct kv_txn *txn, size_t table, struct bytes key, struct bytes value)
{
    struct kv *kv = txn->kv;
    assert(txn->write && table < kv->table_count && key.n >= 1 && key.n <= KV_KEY_MAX);
    if (strike(kv, KV_AT_PUT))
        return kv->fault[KV_AT_PUT].e;
    MDB_val k = val_of(key), v = val_of(value);
    int rc = mdb_put(txn->mdb, kv->tables[table], &k, &v, 0);
    kv->map_full = kv->map_full || rc == MDB_MAP_FULL;
    return from_lmdb(rc);
}

enum err kv_del(struct kv_txn *txn, size_t table, struct bytes key)
{
    struct kv *kv = txn->kv;
    assert(txn->write && table < kv->table_count && key.n >= 1 && key.n <= KV_KEY_MAX);
    MDB_val k = val_of(key);
    int rc = mdb_del(txn->mdb, kv->tables[table], &k, NULL);
    kv->map_full = kv->map_full || rc == MDB_MAP_FULL;
    return rc == MDB_NOTFOUND ? ERR_OK : from_lmdb(rc);
}

enum err kv_scan(struct kv_txn *txn, size_t table, struct bytes prefix, kv_visit *visit, void *arg)
{
    struct kv *kv = txn->kv;
    assert(table < kv->table_count && prefix.n <= KV_KEY_MAX);
    MDB_cursor *cursor;
    MDB_val k = val_of(prefix), v;
    if (kv->tables[table] == NO_TABLE)
        return ERR_OK;
    int rc = mdb_cursor_open(txn->mdb, kv->tables[table], &cursor);
    if (rc != 0)
        return from_lmdb(rc);
    rc = mdb_cursor_get(cursor, &k, &v, prefix.n > 0 ? MDB_SET_RANGE : MDB_FIRST);
    while (rc == 0) {
        struct bytes key = bytes_of_val(k);
        if (key.n < prefix.n || (prefix.n > 0 && memcmp(key.p, prefix.p, prefix.n) != 0))
            break;
        if (!visit(arg, key, bytes_of_val(v)))
            break;
        rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    return rc == MDB_NOTFOUND ? ERR_OK : from_lmdb(rc);
}

void kv_test_fault(struct kv *kv, enum kv_place place, unsigned countdown, enum err e)
{
    assert(place < KV_PLACE_COUNT);
    kv->fault[place].countdown = countdown;
    kv->fault[place].e = e;
}
