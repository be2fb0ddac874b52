/* exchange.c - see exchange.h. */
#include "exchange.h"


#include "../common/stick.h"
#include "admin.h"
#include "exchange_job.h"
#include "server_clock.h"

struct exchanging {
    struct exchange_door *door;
    struct stick_in in;
    struct stick_out out;
    bool answered; /* there is a file to write */
};

/* ---- the door ---- */

enum err exchange_open(struct exchange_door *d, const char *dir, const char **at)
{
    enum err e;
    *d = (struct exchange_door){.dir = dir, .daemon = admin_daemon_runs(dir)};
    e = home_open(dir, d->daemon ? KV_READ : KV_CHECK_WRITE, &d->home);
    *at = e == ERR_OK ? NULL : e == ERR_NO_STORE ? dir : d->home.at;
    return e;
}

void exchange_close(struct exchange_door *d)
{
    home_close(&d->home);
}

/* ---- jobs ---- */

static enum err run_here(struct exchange_door *d, struct work *job)
{
    struct safe_txn txn;
    enum err e = safe_begin(&d->home.safe, true, &txn);
    if (e != ERR_OK)
        return e;
    e = ward_work(&txn.txn, &d->home.ward, job, server_clock_s());
    if (e == ERR_OK)
        e = safe_commit(&txn);
    else
        safe_abort(&txn);
    return e == ERR_OK ? job->err : e;
}

static enum err run_there(const struct exchange_door *d, struct work *job)
{
    struct buf bytes = {0}, request = {0}, answer = {0};
    struct bytes rows, row;
    enum err e;
    exchange_job_encode(job, &bytes);
    admin_request_encode(&(struct admin_request){.command = ADMIN_JOB, .job = buf_bytes(&bytes)}, &request);
    e = admin_ask_daemon(d->dir, buf_bytes(&request), &answer);
    if (e == ERR_OK)
        e = admin_answer_open(buf_bytes(&answer), &rows);
    if (e == ERR_OK)
        e = admin_answer_next(&rows, &row) ? exchange_job_take(job, row) : ERR_BAD_FRAME;
    buf_wipe_deinit(&bytes);
    buf_wipe_deinit(&request);
    buf_wipe_deinit(&answer);
    return e;
}

static enum err exchange_run(void *arg, struct work *job)
{
    struct exchanging *x = arg;
    return x->door->daemon ? run_there(x->door, job) : run_here(x->door, job);
}

/* ---- files ---- */

static enum err exchange_read(void *arg, size_t n, struct buf *out)
{
    return stick_in_read(&((struct exchanging *)arg)->in, n, out);
}

static enum err exchange_rewind(void *arg)
{
    return stick_in_rewind(&((struct exchanging *)arg)->in);
}

static enum err exchange_write(void *arg, struct bytes piece)
{
    struct exchanging *x = arg;
    return x->answered ? stick_out_write(&x->out, piece) : ERR_OK;
}

/* What stands where the answer shall go: for whom is it? ERR_NOT_FOUND: nothing is there. */
static enum err answer_there(const char *to, struct parcel_head *head)
{
    struct stick_in in;
    struct buf first = {0};
    enum err e = stick_in_open(&in, to);
    if (e == ERR_OK)
        e = stick_in_read(&in, PARCEL_HEAD_SIZE, &first);
    stick_in_close(&in);
    if (e == ERR_OK)
        e = parcel_head_decode(head, buf_bytes(&first));
    buf_deinit(&first);
    return e == ERR_OK || e == ERR_NOT_FOUND ? e : ERR_EXISTS;
}

/* Before anything is taken in: another file, or the very file that is read, would be in the way. */
static enum err check_answer(const struct exchange_door *d, const char *to, struct parcel_head *there)
{
    struct ward_key key;
    enum err e = answer_there(to, there);
    if (e == ERR_OK && ward_key_opens(&d->home.ward, there->key_id, &key))
        e = ERR_EXISTS;
    crypto_wipe(&key, sizeof(key));
    return e;
}

enum err exchange_file(struct exchange_door *d, const char *from, const char *to, struct parcel_report *report,
                       const char **about)
{
    struct exchanging x = {.door = d, .answered = to != NULL};
    const struct parcel_io io = {&x, exchange_read, exchange_rewind, exchange_write, exchange_run, PARCEL_LEVEL};
    uint8_t chance[PARCEL_CHANCE];
    struct parcel_head there;
    enum err e = to != NULL ? check_answer(d, to, &there) : ERR_NOT_FOUND;
    const bool replace = e == ERR_OK;

    *about = to;
    stick_out_init(&x.out, to != NULL ? to : "");
    if (e == ERR_OK || e == ERR_NOT_FOUND) {
        *about = from;
        e = stick_in_open(&x.in, from);
    } else {
        x.in.fd = -1;
    }
    crypto_random(chance, sizeof(chance));
    if (e == ERR_OK)
        e = parcel_exchange(&io, &d->home.ward, chance, server_clock_s(), report);
    crypto_wipe(chance, sizeof(chance));
    if (e == ERR_OK && to != NULL) {
        *about = to;
        if (replace && memcmp(there.key_id, report->device.b, PARCEL_KEY_ID_SIZE) != 0)
            e = ERR_EXISTS;
        else
            e = stick_out_commit(&x.out, replace);
    } else if (e == ERR_NO_SPACE || e == ERR_IO) {
        *about = to;
    }
    stick_in_close(&x.in);
    stick_out_drop(&x.out);
    return e;
}
