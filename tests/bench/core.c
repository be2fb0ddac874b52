/* core.c - an upload without processes, sockets and TLS: a device's book, a ward's store and the two sessions between them.
 *
 *     core DIR ROWS [LEVEL]               makes DIR/book and DIR/ward; prints the CPU of each side and the bytes of frames
 *     core --changes DIR CHANGES [LEVEL]  the same with a file of tests/gen/gen.py
 *     core --samples DIR CHANGES FILE     many small sessions; FILE gets what zstd is given in them (u32 length, bytes),
 *                                         to train a dictionary by
 *
 * For profiles (perf record, callgrind) and for seeing what a change in proto costs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "../../common/disk.h"
#include "../../proto/columns.h"
#include "../../proto/enrol.h"
#include "../../proto/message.h"
#include "../../proto/session.h"
#include "../../proto/ward.h"
#include "../../server/safe.h"
#include "rows.h"
#include "steady.h"

#define BATCH 64 /* jobs of the ward in one transaction */

struct side {
    struct session session;
    uint64_t cpu_us, commits;
};

static struct frame_in tap[2];
static FILE *samples;
static int level = ZIP_LEVEL;
static struct book book;
static struct safe safe;
static struct ward ward;
static struct side device_side, ward_side;

static void must(enum err e, const char *what)
{
    if (e == ERR_OK)
        return;
    fprintf(stderr, "core: %s: %s\n", what, err_name(e));
    exit(1);
}

/* --- the ward ------------------------------------------------------------------------------------------------ */

static enum err issue(void *arg, const uint8_t key[SIGN_PUBLIC_SIZE], const struct id *device, uint64_t now,
                      struct buf *der)
{
    (void)arg;
    (void)device;
    (void)now;
    buf_put(der, key, SIGN_PUBLIC_SIZE);
    return ERR_OK;
}

static void ward_init(const char *dir, uint8_t secret[INVITE_SECRET_SIZE])
{
    uint8_t random[WARD_RANDOM_SIZE], other[WARD_RANDOM_SIZE];
    struct id org, person;
    struct safe_txn t;
    mkdir(dir, DISK_DIR_MODE);
    crypto_random(random, sizeof random);
    crypto_random(other, sizeof other);
    crypto_random(person.b, ID_SIZE);
    crypto_random(secret, INVITE_SECRET_SIZE);
    crypto_random(&ward.id, sizeof ward.id);
    crypto_sign_keypair(ward.public_key, ward.secret_key);
    ward.hooks.tls_issue = issue;
    org = id_from(other);
    must(safe_create(dir), "safe");
    must(safe_open(dir, KV_WRITE, &safe), "safe");
    must(safe_begin(&safe, true, &t), "begin");
    must(ward_create(&t.txn, &ward, "PHUONG", "Phường", random, 1), "ward");
    must(ward_org_add(&t.txn, &ward, "CB-001", "Chi bộ", ORG_TDP, other, 1), "org");
    must(ward_invite(&t.txn, &ward, &org, ROLE_SECRETARY, &person, "Bí thư", secret, 20200101, 1, UINT32_MAX), "invite");
    must(safe_commit(&t), "commit");
}

static bool ward_jobs(void)
{
    struct work *job[BATCH];
    struct safe_txn t;
    size_t n = 0;
    while (n < BATCH && (job[n] = session_take_work(&ward_side.session)) != NULL)
        n++;
    if (n == 0)
        return false;
    must(safe_begin(&safe, true, &t), "begin");
    for (size_t i = 0; i < n; i++)
        must(ward_work(&t.txn, &ward, job[i], (uint64_t)time(NULL)), "ward's job");
    must(safe_commit(&t), "commit");
    ward_side.commits++;
    for (size_t i = 0; i < n; i++)
        session_step(&ward_side.session, &(struct session_event){.kind = SESSION_WORKED, .work = job[i]});
    return true;
}

/* --- the device ---------------------------------------------------------------------------------------------- */

static bool device_jobs(void)
{
    struct work *job = session_take_work(&device_side.session);
    if (job == NULL)
        return false;
    must(book_begin(&book, true), "begin");
    must(replica_work(book_txn(&book), &book.replica, job, &book.moment), "device's job");
    must(book_commit(&book), "commit");
    device_side.commits++;
    session_step(&device_side.session, &(struct session_event){.kind = SESSION_WORKED, .work = job});
    return true;
}

/* --- between them -------------------------------------------------------------------------------------------- */

/* One message as zstd is given it. */
static void sample(uint8_t type, struct bytes message)
{
    struct buf raw = {0}, arranged = {0};
    uint8_t head[4];
    bool columns = (type == MESSAGE_CHANGESET || type == MESSAGE_LEAF) && columns_arrange(message, false, &raw, &arranged);
    if (columns)
        message = buf_bytes(&arranged);
    store_u32(head, (uint32_t)message.n);
    fwrite(head, 1, sizeof head, samples);
    fwrite(message.p, 1, message.n, samples);
    buf_deinit(&raw);
    buf_deinit(&arranged);
}

static void listen_in(struct frame_in *in, struct bytes wire)
{
    bool got = true;
    while (samples != NULL && got) {
        must(frame_next(in, &wire, &got), "tap");
        if (got)
            sample(in->type, buf_bytes(&in->message));
    }
}

static bool carry(struct side *from, struct side *to)
{
    struct buf wire = {0};
    if (from->session.out.n == 0)
        return false;
    buf_put_bytes(&wire, buf_bytes(&from->session.out));
    buf_clear(&from->session.out);
    listen_in(&tap[from == &ward_side], buf_bytes(&wire));
    uint64_t start = steady_cpu_us();
    session_step(&to->session, &(struct session_event){.kind = SESSION_BYTES, .bytes = buf_bytes(&wire)});
    uint64_t end = steady_cpu_us();
    to->cpu_us += end - start;
    session_step(&from->session, &(struct session_event){.kind = SESSION_DRAINED});
    from->cpu_us += steady_cpu_us() - end;
    buf_deinit(&wire);
    return true;
}

static void run(const char *what)
{
    bool busy = true;
    uint64_t start = steady_cpu_us();
    device_side.cpu_us = device_side.commits = ward_side.cpu_us = ward_side.commits = 0;
    session_step(&device_side.session, &(struct session_event){.kind = SESSION_START});
    device_side.cpu_us += steady_cpu_us() - start;
    while (busy) {
        uint64_t before = steady_cpu_us();
        busy = device_jobs();
        uint64_t between = steady_cpu_us();
        busy |= ward_jobs();
        device_side.cpu_us += between - before;
        ward_side.cpu_us += steady_cpu_us() - between;
        busy |= carry(&device_side, &ward_side);
        busy |= carry(&ward_side, &device_side);
    }
    must(device_side.session.err, device_side.session.why);
    printf("%-10s device %6.1f ms, %3llu commits; ward %6.1f ms, %3llu commits; %llu B up, %llu B down, %llu waits\n", what,
           (double)device_side.cpu_us / 1e3, (unsigned long long)device_side.commits, (double)ward_side.cpu_us / 1e3,
           (unsigned long long)ward_side.commits, (unsigned long long)device_side.session.counts.bytes_out,
           (unsigned long long)device_side.session.counts.bytes_in, (unsigned long long)device_side.session.counts.waits);
    session_deinit(&device_side.session);
    session_deinit(&ward_side.session);
}

static void enrol(const uint8_t secret[INVITE_SECRET_SIZE])
{
    static const uint8_t binding[BINDING_SIZE];
    uint8_t tls_secret[SIGN_SECRET_SIZE];
    struct enrol e = {0};
    struct buf message = {0};
    must(book_begin(&book, false), "begin");
    e.incarnation = book.replica.incarnation;
    crypto_sign_keypair(e.tls_key, tls_secret);
    memcpy(e.signing_key, book.replica.sign_public, sizeof e.signing_key);
    enrol_prove(&e, binding, secret, tls_secret, book.replica.sign_secret);
    book_abort(&book); /* wipes the keys */
    enrol_encode(&e, &message);
    session_init_enrol(&device_side.session, binding, buf_bytes(&message));
    session_init_ward(&ward_side.session, NULL, false, binding, ZIP_LEVEL);
    run("enrol");
    buf_deinit(&message);
}

static void sync(const char *what)
{
    static const uint8_t binding[BINDING_SIZE];
    session_init_device(&device_side.session, &book.replica.device, binding, 0, level);
    session_init_ward(&ward_side.session, &book.replica.device, false, binding, level);
    frame_in_init(&tap[0]);
    frame_in_init(&tap[1]);
    run(what);
    frame_in_deinit(&tap[0]);
    frame_in_deinit(&tap[1]);
}

/* Sessions of 1 to 40 changes, most of them small. */
static void many(FILE *changes)
{
    static const size_t sizes[] = {1, 2, 1, 5, 1, 12, 3, 1, 40, 2};
    for (size_t i = 0; rows_changes(&book, changes, sizes[i % ARRAY_LEN(sizes)]) > 0; i++)
        sync("small");
}

static void begin(const char *dir)
{
    uint8_t secret[INVITE_SECRET_SIZE];
    crypto_init();
    mkdir(dir, DISK_DIR_MODE);
    char *home = disk_join(dir, "book"), *ward_home = disk_join(dir, "ward");
    ward_init(ward_home, secret);
    must(book_init(&book, home), "book");
    must(book_create(&book, "CB-001", "Chi bộ"), "book");
    enrol(secret);
    sync("first");
    free(home);
    free(ward_home);
}

int main(int argc, char **argv)
{
    bool changes = argc > 3 && strcmp(argv[1], "--changes") == 0, train = argc > 4 && strcmp(argv[1], "--samples") == 0;
    if (changes || train)
        argv++;
    else if (argc < 3)
        return 2;
    if (train && (samples = fopen(argv[3], "wb")) == NULL)
        return 2;
    if (!train && argv[3] != NULL)
        level = (int)strtol(argv[3], NULL, 10);
    if (train)
        steady_begin();
    begin(argv[1]);
    FILE *file = fopen(argv[2], "rb");
    if (file == NULL)
        return 2;
    if (train)
        many(file);
    uint64_t start = steady_cpu_us();
    size_t count = train ? 0 : changes ? rows_changes(&book, file, SIZE_MAX) : rows_fill(&book, argv[2]);
    printf("fill       device %6.1f ms for %zu records\n", (double)(steady_cpu_us() - start) / 1e3, count);
    fclose(file);
    sync("upload");
    sync("nothing");
    if (samples != NULL && fclose(samples) != 0)
        return 1;
    book_deinit(&book);
    safe_close(&safe);
    return 0;
}
