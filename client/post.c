/* post.c - see post.h. */
#include "post.h"

#include "../common/stick.h"

#define LAST_SIZE (8 + 8 + KEY_SIZE)

struct post {
    struct book *book;
    struct stick_in in;
    struct stick_out out;
};

enum err post_last_load(struct book *b, struct post_last *last)
{
    struct buf row = {0};
    enum err e = book_get(b, BOOK_PARCEL, &row);

    memset(last, 0, sizeof *last);
    if (e == ERR_OK && row.n != LAST_SIZE)
        e = ERR_DAMAGED;
    if (e == ERR_OK) {
        last->time = load_u64(row.p);
        last->changes = load_u64(row.p + 8);
        memcpy(last->name, row.p + 16, KEY_SIZE);
    }
    buf_deinit(&row);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err last_keep(struct book *b, const struct parcel_report *report)
{
    struct buf row = {0};
    enum err e = book_begin(b, true);

    buf_put_u64(&row, b->moment.now);
    buf_put_u64(&row, report->changes);
    buf_put(&row, report->name, KEY_SIZE);
    if (e == ERR_OK)
        e = book_put(b, BOOK_PARCEL, buf_bytes(&row));
    if (e == ERR_OK)
        e = book_commit(b);
    book_abort(b);
    buf_deinit(&row);
    return e;
}

/* --- what the exchange asks for ------------------------------------------------------------------------------- */

static enum err post_io_read(void *arg, size_t n, struct buf *out)
{
    return stick_in_read(&((struct post *)arg)->in, n, out);
}

static enum err post_io_rewind(void *arg)
{
    return stick_in_rewind(&((struct post *)arg)->in);
}

static enum err post_io_write(void *arg, struct bytes piece)
{
    return stick_out_write(&((struct post *)arg)->out, piece);
}

static enum err job_try(struct book *b, struct work *job)
{
    enum err e = book_begin(b, true);

    if (e == ERR_OK)
        e = replica_work(book_txn(b), &b->replica, job, &b->moment);
    if (e == ERR_OK)
        e = book_commit(b);
    book_abort(b);
    return e;
}

/* Months of work sealed at once may need more than the map had room for: the next transaction has twice as much. */
static enum err post_io_run(void *arg, struct work *job)
{
    struct post *p = arg;
    uint64_t at = job->at, sent = job->sent;
    enum err e = job_try(p->book, job);

    while (e == ERR_NO_SPACE && vault_will_grow(&p->book->vault)) {
        job->at = at;
        job->sent = sent;
        job->received = job->refused = job->held = 0;
        buf_clear(&job->out);
        e = job_try(p->book, job);
    }
    return e;
}

static struct parcel_io io_of(struct post *p)
{
    return (struct parcel_io){p, post_io_read, post_io_rewind, post_io_write, post_io_run, PARCEL_LEVEL};
}

static enum err replica_now(struct book *b)
{
    enum err e = book_begin(b, false);

    book_abort(b);
    return e == ERR_OK && !b->replica.enrolled ? ERR_NOT_JOINED : e;
}

/* --- to a file -------------------------------------------------------------------------------------------------- */

/* May what stands there be replaced? It must be the last file of this book. */
static enum err may_write(struct book *b, const char *path, bool *replace)
{
    struct parcel_head head;
    struct post_last last;
    struct stick_in in;
    struct buf first = {0};
    enum err e = stick_in_open(&in, path);

    *replace = false;
    if (e == ERR_NOT_FOUND)
        return ERR_OK; /* a folder that is not there is told when the file is made */
    if (e == ERR_OK)
        e = stick_in_read(&in, PARCEL_HEAD_SIZE, &first);
    stick_in_close(&in);
    if (e == ERR_OK && parcel_head_decode(&head, buf_bytes(&first)) != ERR_OK)
        e = ERR_EXISTS;
    buf_deinit(&first);
    if (e != ERR_OK)
        return e == ERR_NOT_A_FILE ? ERR_EXISTS : e;
    e = book_begin(b, false);
    if (e == ERR_OK)
        e = post_last_load(b, &last);
    book_abort(b);
    *replace = e == ERR_OK && last.time != 0 && memcmp(last.name, head.sent, KEY_SIZE) == 0;
    return e == ERR_OK && !*replace ? ERR_EXISTS : e;
}

enum err post_write(struct book *b, const char *path, struct parcel_report *report)
{
    struct post p = {.book = b, .in = {.fd = -1}};
    struct parcel_io io = io_of(&p);
    uint8_t seed[KEY_SIZE];
    bool replace = false;
    enum err e = replica_now(b);

    if (e == ERR_OK)
        e = may_write(b, path, &replace);
    stick_out_init(&p.out, path);
    crypto_random(seed, sizeof seed);
    if (e == ERR_OK) {
        struct replica r = b->replica;

        e = parcel_send(&io, &r, seed, report);
        crypto_wipe(&r, sizeof r);
    }
    crypto_wipe(seed, sizeof seed);
    if (e == ERR_OK)
        e = stick_out_commit(&p.out, replace);
    stick_out_drop(&p.out);
    return e == ERR_OK ? last_keep(b, report) : e;
}

/* --- from a file ------------------------------------------------------------------------------------------------ */

enum err post_read(struct book *b, const char *path, struct parcel_report *report)
{
    struct post p = {.book = b};
    struct parcel_io io = io_of(&p);
    enum err e = replica_now(b);
    enum err opened = stick_in_open(&p.in, path);

    if (e == ERR_OK)
        e = opened;
    if (e == ERR_OK) {
        struct replica r = b->replica;

        e = parcel_receive(&io, &r, report);
        crypto_wipe(&r, sizeof r);
    }
    stick_in_close(&p.in);
    return e;
}
