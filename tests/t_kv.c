/* t_kv.c - the store's promises: durable or not there, one writer, room that grows, damage that is an error. */
#include "test.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../common/kv.h"

static const char *const names[] = {"one", "two", "three"};
static const struct kv_spec spec = {names, 2, 1 << 20, 64 << 20};

static char *new_dir(void)
{
    char *path = NULL;
    if (asprintf(&path, "%s/store", test_dir()) < 0)
        abort();
    return path;
}

static char *new_store(void)
{
    char *dir = new_dir();
    CHECK_EQ(kv_create(dir, &spec, NULL, NULL), ERR_OK);
    return dir;
}

static enum err put_text(struct kv_txn *txn, size_t table, const char *key, const char *value)
{
    return kv_put(txn, table, bytes_of_str(key), bytes_of_str(value));
}

static void check_text(struct kv_txn *txn, size_t table, const char *key, const char *want)
{
    struct bytes value;
    enum err e = kv_get(txn, table, bytes_of_str(key), &value);
    CHECK_EQ(e, want != NULL ? ERR_OK : ERR_NOT_FOUND);
    if (want != NULL && e == ERR_OK)
        CHECK_BYTES(value, bytes_of_str(want));
}

/* Commits one row; true when it holds. */
static enum err put_alone(struct kv *kv, const char *key, const char *value)
{
    struct kv_txn txn;
    enum err e = kv_begin(kv, true, &txn);
    if (e == ERR_OK)
        e = put_text(&txn, 0, key, value);
    if (e == ERR_OK)
        return kv_commit(&txn);
    kv_abort(&txn);
    return e;
}

static uint64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

struct seen {
    struct buf keys;
    unsigned stop_after;
};

static bool note_key(void *arg, struct bytes key, struct bytes value)
{
    struct seen *seen = arg;
    (void)value;
    buf_put_bytes(&seen->keys, key);
    buf_put_u8(&seen->keys, ' ');
    return --seen->stop_after > 0;
}

static void check_scan(struct kv_txn *txn, const char *prefix, unsigned stop_after, const char *want)
{
    struct seen seen = {.stop_after = stop_after};
    CHECK_EQ(kv_scan(txn, 0, bytes_of_str(prefix), note_key, &seen), ERR_OK);
    CHECK_BYTES(buf_bytes(&seen.keys), bytes_of_str(want));
    buf_deinit(&seen.keys);
}

TEST(rows_in_a_transaction)
{
    char *dir = new_store();
    struct kv *kv;
    struct kv_txn txn;
    REQUIRE(kv_open(dir, &spec, KV_WRITE, &kv) == ERR_OK);
    REQUIRE(kv_begin(kv, true, &txn) == ERR_OK);
    static const char *const keys[] = {"b", "ab", "a", "b\xff", "abc", "c"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        CHECK_EQ(put_text(&txn, 0, keys[i], keys[i]), ERR_OK);
    CHECK_EQ(put_text(&txn, 1, "a", "other table"), ERR_OK);
    CHECK_EQ(put_text(&txn, 0, "a", ""), ERR_OK);
    CHECK_EQ(kv_del(&txn, 0, bytes_of_str("c")), ERR_OK);
    CHECK_EQ(kv_del(&txn, 0, bytes_of_str("c")), ERR_OK);
    check_text(&txn, 0, "a", "");
    CHECK_EQ(kv_commit(&txn), ERR_OK);
    kv_abort(&txn);
    REQUIRE(kv_begin(kv, true, &txn) == ERR_OK);
    CHECK_EQ(put_text(&txn, 0, "zz", "gone"), ERR_OK);
    kv_abort(&txn);
    kv_close(kv);
    REQUIRE(kv_open(dir, &spec, KV_READ, &kv) == ERR_OK);
    REQUIRE(kv_begin(kv, false, &txn) == ERR_OK);
    check_text(&txn, 0, "zz", NULL);
    check_text(&txn, 0, "c", NULL);
    check_text(&txn, 1, "a", "other table");
    check_scan(&txn, "", 99, "a ab abc b b\xff ");
    check_scan(&txn, "ab", 99, "ab abc ");
    check_scan(&txn, "ab", 1, "ab ");
    check_scan(&txn, "b\xff", 99, "b\xff ");
    check_scan(&txn, "x", 99, "");
    CHECK_EQ(kv_commit(&txn), ERR_OK);
    kv_close(kv);
    free(dir);
}

static enum err fill_one(void *arg, struct kv_txn *txn)
{
    enum err *result = arg;
    enum err e = put_text(txn, 0, "first", "row");
    return e == ERR_OK ? *result : e;
}

static unsigned mode_of(const char *dir, const char *name)
{
    char path[300];
    struct stat st;
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    return stat(path, &st) == 0 ? st.st_mode & 0777 : 0;
}

TEST(a_store_is_there_whole_or_not_at_all)
{
    char *dir = new_dir();
    struct kv *kv;
    struct kv_txn txn;
    enum err refuse = ERR_NOT_ALLOWED;
    CHECK_EQ(kv_open(dir, &spec, KV_WRITE, &kv), ERR_NO_STORE);
    CHECK(kv == NULL);
    CHECK_EQ(kv_create(dir, &spec, fill_one, &refuse), ERR_NOT_ALLOWED);
    CHECK(access(dir, F_OK) != 0);
    /* one who died half-way left this behind */
    char half[300], file[310];
    snprintf(half, sizeof(half), "%s.new", dir);
    snprintf(file, sizeof(file), "%s/data.mdb", half);
    CHECK_EQ(mkdir(half, 0700), 0);
    close(open(file, O_CREAT | O_WRONLY, 0600));
    refuse = ERR_OK;
    umask(0);
    CHECK_EQ(kv_create(dir, &spec, fill_one, &refuse), ERR_OK);
    CHECK(access(half, F_OK) != 0);
    CHECK_EQ(kv_create(dir, &spec, fill_one, &refuse), ERR_EXISTS);
    CHECK_EQ(mode_of(dir, "."), 0700);
    CHECK_EQ(mode_of(dir, "data.mdb"), 0600);
    CHECK_EQ(mode_of(dir, "lock.mdb"), 0600);
    CHECK_EQ(mode_of(dir, "lock-writer"), 0600);
    REQUIRE(kv_open(dir, &spec, KV_WRITE, &kv) == ERR_OK);
    REQUIRE(kv_begin(kv, false, &txn) == ERR_OK);
    check_text(&txn, 0, "first", "row");
    kv_abort(&txn);
    kv_close(kv);
    free(dir);
}

static enum err fill_and_die(void *arg, struct kv_txn *txn)
{
    (void)arg;
    (void)!put_text(txn, 0, "first", "row");
    raise(SIGKILL);
    return ERR_OTHER;
}

TEST(killed_while_creating)
{
    char *dir = new_dir();
    struct kv *kv;
    enum err accept = ERR_OK;
    int status;
    pid_t child = fork();
    if (child == 0)
        _exit((int)kv_create(dir, &spec, fill_and_die, NULL));
    waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status));
    CHECK_EQ(kv_open(dir, &spec, KV_WRITE, &kv), ERR_NO_STORE);
    CHECK_EQ(kv_create(dir, &spec, fill_one, &accept), ERR_OK);
    REQUIRE(kv_open(dir, &spec, KV_CHECK_WRITE, &kv) == ERR_OK);
    kv_close(kv);
    free(dir);
}

TEST(a_new_table_in_an_old_store)
{
    char *dir = new_store();
    struct kv_spec more = spec;
    struct kv *kv;
    struct kv_txn txn;
    more.table_count = 3;
    REQUIRE(kv_open(dir, &more, KV_READ, &kv) == ERR_OK);
    REQUIRE(kv_begin(kv, false, &txn) == ERR_OK);
    check_text(&txn, 2, "a", NULL);
    CHECK_EQ(kv_scan(&txn, 2, bytes_of_str(""), note_key, NULL), ERR_OK);
    kv_abort(&txn);
    kv_close(kv);
    REQUIRE(kv_open(dir, &more, KV_WRITE, &kv) == ERR_OK);
    REQUIRE(kv_begin(kv, true, &txn) == ERR_OK);
    CHECK_EQ(put_text(&txn, 2, "a", "x"), ERR_OK);
    CHECK_EQ(kv_commit(&txn), ERR_OK);
    kv_close(kv);
    free(dir);
}

TEST(no_descriptor_survives_exec)
{
    char *dir = new_store();
    struct kv *kv;
    bool inherited[64];
    for (int fd = 3; fd < 64; fd++)
        inherited[fd] = fcntl(fd, F_GETFD) >= 0;
    REQUIRE(kv_open(dir, &spec, KV_WRITE, &kv) == ERR_OK);
    CHECK_EQ(put_alone(kv, "a", "b"), ERR_OK);
    unsigned open_count = 0;
    for (int fd = 3; fd < 64; fd++) {
        int flags = fcntl(fd, F_GETFD);
        if (flags < 0 || inherited[fd])
            continue;
        open_count++;
        CHECK((flags & FD_CLOEXEC) != 0);
    }
    CHECK(open_count >= 3);
    kv_close(kv);
    free(dir);
}

/* Writes until killed: transaction n puts n into every one of 50 keys, in two tables, and then into the pipe. */
static void write_for_ever(const char *dir, int pipe_fd)
{
    struct kv *kv;
    struct kv_txn txn;
    char key[16], value[16];
    if (kv_open(dir, &spec, KV_WRITE, &kv) != ERR_OK)
        _exit(1);
    for (unsigned n = 1;; n++) {
        if (kv_begin(kv, true, &txn) != ERR_OK)
            _exit(2);
        snprintf(value, sizeof(value), "%u", n);
        for (unsigned i = 0; i < 50; i++) {
            snprintf(key, sizeof(key), "key %u", i);
            if (put_text(&txn, i % 2, key, value) != ERR_OK)
                _exit(3);
        }
        if (kv_commit(&txn) != ERR_OK || write(pipe_fd, &n, sizeof(n)) != sizeof(n))
            _exit(4);
    }
}

TEST(killed_in_the_middle_of_writing)
{
    char *dir = new_store();
    uint64_t chance = 7;
    unsigned last_seen = 0;
    for (unsigned round = 0; round < 40; round++) {
        int fds[2];
        REQUIRE(pipe(fds) == 0);
        pid_t child = fork();
        if (child == 0)
            write_for_ever(dir, fds[1]);
        close(fds[1]);
        unsigned wait_for = (unsigned)(test_random(&chance) % 5), acked = 0, n = 0;
        while (acked < wait_for && read(fds[0], &n, sizeof(n)) == sizeof(n))
            acked = n;
        kill(child, SIGKILL);
        while (read(fds[0], &n, sizeof(n)) == sizeof(n))
            acked = n;
        int status;
        waitpid(child, &status, 0);
        CHECK(WIFSIGNALED(status));
        close(fds[0]);
        struct kv *kv;
        struct kv_txn txn;
        struct bytes value;
        REQUIRE(kv_open(dir, &spec, KV_CHECK_WRITE, &kv) == ERR_OK);
        REQUIRE(kv_begin(kv, true, &txn) == ERR_OK);
        unsigned first = 0;
        for (unsigned i = 0; i < 50 && (acked > 0 || last_seen > 0); i++) {
            char key[16], text[16] = {0};
            snprintf(key, sizeof(key), "key %u", i);
            REQUIRE(kv_get(&txn, i % 2, bytes_of_str(key), &value) == ERR_OK);
            memcpy(text, value.p, value.n);
            unsigned got = (unsigned)strtoul(text, NULL, 10);
            if (i == 0)
                first = got;
            CHECK_EQ(got, first); /* never a mixture of two transactions */
        }
        CHECK(acked == 0 || first >= acked); /* nothing acknowledged is lost */
        last_seen = first;
        kv_abort(&txn);
        kv_close(kv);
    }
    free(dir);
}

TEST(second_writer_waits_two_seconds)
{
    char *dir = new_store();
    int fds[2];
    struct kv *kv;
    struct kv_txn txn;
    REQUIRE(pipe(fds) == 0);
    pid_t child = fork();
    if (child == 0) { /* holds the lock until killed */
        if (kv_open(dir, &spec, KV_WRITE, &kv) != ERR_OK || kv_begin(kv, true, &txn) != ERR_OK)
            _exit(1);
        if (write(fds[1], "x", 1) == 1)
            pause();
        _exit(2);
    }
    char c;
    REQUIRE(read(fds[0], &c, 1) == 1);
    REQUIRE(kv_open(dir, &spec, KV_WRITE, &kv) == ERR_OK);
    REQUIRE(kv_begin(kv, false, &txn) == ERR_OK); /* readers do not wait */
    kv_abort(&txn);
    uint64_t start = now_ms();
    CHECK_EQ(kv_begin(kv, true, &txn), ERR_LOCKED);
    uint64_t took = now_ms() - start;
    CHECK(took >= 1900 && took < 60000); /* a busy machine may keep us from seeing that it is over */
    CHECK_EQ(kv_lock_holder(kv), child);
    kv_abort(&txn);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    CHECK_EQ(kv_lock_holder(kv), 0);
    CHECK_EQ(put_alone(kv, "after", "death"), ERR_OK);
    kv_close(kv);
    close(fds[0]);
    close(fds[1]);
    free(dir);
}

TEST(dead_readers_are_reaped)
{
    char *dir = new_store();
    struct kv *kv;
    struct kv_txn txn;
    for (unsigned i = 0; i < 3; i++) { /* together more readers than there are slots */
        pid_t child = fork();
        if (child == 0) {
            if (kv_open(dir, &spec, KV_READ, &kv) != ERR_OK)
                _exit(1);
            for (unsigned n = 0; n < KV_READERS_MAX / 2 - 10; n++) {
                if (kv_begin(kv, false, &txn) != ERR_OK)
                    _exit(2);
            }
            raise(SIGKILL);
        }
        int status;
        waitpid(child, &status, 0);
        CHECK(WIFSIGNALED(status));
    }
    REQUIRE(kv_open(dir, &spec, KV_WRITE, &kv) == ERR_OK);
    CHECK_EQ(put_alone(kv, "a", "b"), ERR_OK);
    kv_close(kv);
    free(dir);
}

static const char filler[2000];

/* Returns how many rows of 2,000 bytes went in, one transaction each of 100. */
static unsigned fill_store(struct kv *kv, unsigned from, unsigned most, enum err *e)
{
    unsigned done = from;
    *e = ERR_OK;
    while (done < most && *e == ERR_OK) {
        struct kv_txn txn;
        *e = kv_begin(kv, true, &txn);
        for (unsigned i = 0; i < 100 && *e == ERR_OK; i++) {
            uint32_t key = __builtin_bswap32(done + i);
            *e = kv_put(&txn, 0, bytes_of(&key, 4), bytes_of(filler, sizeof(filler)));
        }
        if (*e == ERR_OK)
            *e = kv_commit(&txn);
        kv_abort(&txn);
        done += *e == ERR_OK ? 100 : 0;
    }
    return done;
}

TEST(the_map_grows_up_to_its_bound)
{
    char *dir = new_store();
    struct kv *kv, *other;
    struct kv_txn txn;
    enum err e;
    REQUIRE(kv_open(dir, &spec, KV_WRITE, &kv) == ERR_OK);
    unsigned rows = fill_store(kv, 0, 1000000, &e);
    CHECK_EQ(e, ERR_NO_SPACE);
    CHECK(rows > 15000 && rows < 34000); /* one or two to a page of 4,096 bytes in 64 MiB */
    struct bytes value;
    uint32_t key = __builtin_bswap32(rows - 1);
    REQUIRE(kv_begin(kv, false, &txn) == ERR_OK); /* reading goes on */
    CHECK_EQ(kv_get(&txn, 0, bytes_of(&key, 4), &value), ERR_OK);
    kv_abort(&txn);
    REQUIRE(kv_begin(kv, true, &txn) == ERR_OK);
    for (unsigned i = 0; i < 200; i++) {
        key = __builtin_bswap32(i);
        CHECK_EQ(kv_del(&txn, 0, bytes_of(&key, 4)), ERR_OK);
    }
    CHECK_EQ(kv_commit(&txn), ERR_OK);
    kv_close(kv);
    struct kv_spec larger = spec; /* a later program allows more */
    larger.map_max = 128 << 20;
    REQUIRE(kv_open(dir, &larger, KV_CHECK_WRITE, &other) == ERR_OK);
    CHECK_EQ(fill_store(other, rows, rows + 1000, &e), rows + 1000);
    kv_close(other);
    free(dir);
}

TEST(another_process_grew_the_map)
{
    char *dir = new_store();
    struct kv *kv;
    struct kv_txn txn;
    enum err e;
    REQUIRE(kv_open(dir, &spec, KV_WRITE, &kv) == ERR_OK);
    CHECK_EQ(put_alone(kv, "a", "b"), ERR_OK);
    pid_t child = fork();
    if (child == 0) {
        execl("/proc/self/exe", "t_kv", "--grow", dir, (char *)NULL);
        _exit(1);
    }
    int status;
    waitpid(child, &status, 0);
    CHECK_EQ(status, 0);
    REQUIRE(kv_begin(kv, false, &txn) == ERR_OK);
    struct bytes value;
    uint32_t key = __builtin_bswap32(11999);
    CHECK_EQ(kv_get(&txn, 0, bytes_of(&key, 4), &value), ERR_OK);
    kv_abort(&txn);
    CHECK_EQ(fill_store(kv, 12000, 14000, &e), 14000);
    kv_close(kv);
    free(dir);
}

struct reading {
    struct kv *kv;
    pthread_rwlock_t gate; /* held for writing: no reader is there */
    _Atomic bool stop;
    _Atomic unsigned rounds, wrong;
};

/* Two rows that are always written together must always be read alike. */
static void *read_pairs(void *arg)
{
    struct reading *r = arg;
    while (!r->stop) {
        struct kv_txn txn;
        struct bytes a, b;
        bool same = false;
        pthread_rwlock_rdlock(&r->gate);
        if (kv_begin(r->kv, false, &txn) == ERR_OK) {
            enum err ea = kv_get(&txn, 0, bytes_of_str("pair"), &a), eb = kv_get(&txn, 1, bytes_of_str("pair"), &b);
            same = ea == eb && bytes_equal(a, b);
            kv_abort(&txn);
        }
        pthread_rwlock_unlock(&r->gate);
        r->wrong += !same;
        r->rounds++;
        nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
    }
    return NULL;
}

TEST(readers_in_threads_while_the_map_grows)
{
    char *dir = new_store();
    struct reading r = {.gate = PTHREAD_RWLOCK_INITIALIZER};
    pthread_t threads[2];
    enum err e;
    REQUIRE(kv_open(dir, &spec, KV_WRITE, &r.kv) == ERR_OK);
    for (size_t i = 0; i < 2; i++)
        REQUIRE(pthread_create(&threads[i], NULL, read_pairs, &r) == 0);
    for (unsigned round = 0; round < 40; round++) {
        struct kv_txn txn;
        char text[16];
        snprintf(text, sizeof(text), "%u", round);
        pthread_rwlock_wrlock(&r.gate); /* no reader is there: the map can grow (kv.c, grow_map), however busy the machine */
        const enum err begun = kv_begin(r.kv, true, &txn);
        pthread_rwlock_unlock(&r.gate);
        REQUIRE(begun == ERR_OK);
        CHECK_EQ(put_text(&txn, 0, "pair", text), ERR_OK);
        CHECK_EQ(put_text(&txn, 1, "pair", text), ERR_OK);
        CHECK_EQ(kv_commit(&txn), ERR_OK);
        CHECK_EQ(fill_store(r.kv, round * 100, round * 100 + 100, &e), round * 100 + 100);
    }
    r.stop = true;
    for (size_t i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    CHECK_EQ(r.wrong, 0);
    CHECK(r.rounds > 0);
    kv_close(r.kv);
    free(dir);
}

TEST(a_full_disk_changes_nothing)
{
    char *dir = new_store();
    pid_t child = fork();
    if (child == 0) {
        struct kv *kv;
        struct kv_txn txn;
        struct rlimit limit = {2 << 20, RLIM_INFINITY};
        enum err e;
        signal(SIGXFSZ, SIG_IGN);
        if (kv_open(dir, &spec, KV_WRITE, &kv) != ERR_OK || put_alone(kv, "a", "b") != ERR_OK)
            _exit(1);
        setrlimit(RLIMIT_FSIZE, &limit);
        unsigned rows = fill_store(kv, 0, 100000, &e);
        if (e != ERR_NO_SPACE || rows < 200)
            _exit(2);
        limit.rlim_cur = RLIM_INFINITY;
        setrlimit(RLIMIT_FSIZE, &limit);
        if (kv_begin(kv, false, &txn) != ERR_OK)
            _exit(3);
        struct bytes value;
        uint32_t key = __builtin_bswap32(rows);
        if (kv_get(&txn, 0, bytes_of(&key, 4), &value) != ERR_NOT_FOUND)
            _exit(4);
        kv_abort(&txn);
        if (fill_store(kv, rows, rows + 1000, &e) != rows + 1000 || kv_check(kv) != ERR_OK)
            _exit(5);
        kv_close(kv);
        _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    CHECK_EQ(status, 0);
    free(dir);
}

TEST(faults)
{
    char *dir = new_store();
    struct kv *kv;
    struct kv_txn txn;
    REQUIRE(kv_open(dir, &spec, KV_WRITE, &kv) == ERR_OK);
    kv_test_fault(kv, KV_AT_PUT, 2, ERR_NO_SPACE);
    CHECK_EQ(put_alone(kv, "1", "x"), ERR_OK);
    CHECK_EQ(put_alone(kv, "2", "x"), ERR_NO_SPACE);
    CHECK_EQ(put_alone(kv, "3", "x"), ERR_OK);
    kv_test_fault(kv, KV_AT_COMMIT, 1, ERR_NO_SPACE);
    CHECK_EQ(put_alone(kv, "4", "x"), ERR_NO_SPACE);
    CHECK_EQ(put_alone(kv, "5", "x"), ERR_OK);
    kv_test_fault(kv, KV_AT_COMMIT, 1, ERR_IO);
    CHECK_EQ(put_alone(kv, "6", "x"), ERR_IO);
    CHECK_EQ(kv_begin(kv, true, &txn), ERR_IO); /* crash-only from here */
    CHECK_EQ(kv_begin(kv, false, &txn), ERR_IO);
    CHECK_EQ(kv_check(kv), ERR_IO);
    kv_close(kv);
    pid_t child = fork();
    if (child == 0) {
        if (kv_open(dir, &spec, KV_WRITE, &kv) != ERR_OK)
            _exit(1);
        kv_test_fault(kv, KV_AT_COMMIT, 1, ERR_OK);
        (void)!put_alone(kv, "7", "x");
        _exit(2);
    }
    int status;
    waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    REQUIRE(kv_open(dir, &spec, KV_READ, &kv) == ERR_OK);
    REQUIRE(kv_begin(kv, false, &txn) == ERR_OK);
    static const char *const want[] = {"x", NULL, "x", NULL, "x", "x", NULL};
    for (unsigned i = 0; i < ARRAY_LEN(want); i++)
        check_text(&txn, 0, (char[2]){(char)('1' + i), 0}, want[i]);
    kv_abort(&txn);
    kv_close(kv);
    free(dir);
}

/* The program's other face: fills a store so that its map must grow; see another_process_grew_the_map. */
int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--grow") == 0) {
        struct kv *kv;
        enum err e = kv_open(argv[2], &spec, KV_WRITE, &kv);
        if (e == ERR_OK)
            fill_store(kv, 0, 12000, &e);
        kv_close(kv);
        return e != ERR_OK;
    }
    return test_run(argc, argv);
}
