/* sim_parcel.c - see sim_parcel.h. */
#include "sim_parcel.h"

#include "test.h"

const struct sim_parcel_limits sim_parcel_fine = {UINT64_MAX, UINT64_MAX};

static enum err parcel_read(void *arg, size_t n, struct buf *out)
{
    struct sim_parcel *p = arg;

    if (n > p->file.n - p->at)
        n = p->file.n - p->at;
    buf_put(out, p->file.p + p->at, n);
    p->at += n;
    return ERR_OK;
}

static enum err parcel_rewind(void *arg)
{
    ((struct sim_parcel *)arg)->at = 0;
    return ERR_OK;
}

static enum err parcel_write(void *arg, struct bytes piece)
{
    struct sim_parcel *p = arg;

    if (p->out->n + piece.n > p->limits.written)
        return ERR_NO_SPACE;
    buf_put_bytes(p->out, piece);
    return ERR_OK;
}

static enum err parcel_run(void *arg, struct work *job)
{
    struct sim_parcel *p = arg;
    enum err e;

    if (p->jobs_run == p->limits.jobs)
        return ERR_CUT;
    p->jobs_run++;
    if (p->device != NULL) {
        e = sim_node_device_job(p->device, job, true);
    } else {
        e = sim_node_ward_jobs(p->ward, &job, 1, true);
        e = e == ERR_OK ? job->err : e;
    }
    if (p->ran != NULL)
        p->ran(p->arg, job);
    return e;
}

struct parcel_io sim_parcel_io(struct sim_parcel *p)
{
    parcel_report_deinit(&p->report);
    memset(&p->report, 0, sizeof p->report);
    p->at = 0;
    p->jobs_run = 0;
    if (p->out != NULL)
        buf_clear(p->out);
    return (struct parcel_io){p, parcel_read, parcel_rewind, parcel_write, parcel_run, p->level};
}

enum err sim_parcel_send(struct sim_parcel *p)
{
    struct parcel_io io = sim_parcel_io(p);
    struct replica r = sim_node_replica(p->device);
    uint8_t seed[KEY_SIZE], key[SIGN_PUBLIC_SIZE];

    if (p->forged)
        crypto_sign_keypair(key, r.sign_secret);
    sim_node_random(&p->device->chance, seed, sizeof seed);
    return parcel_send(&io, &r, seed, &p->report);
}

enum err sim_parcel_exchange(struct sim_parcel *p)
{
    struct parcel_io io = sim_parcel_io(p);
    uint8_t chance[PARCEL_CHANCE];

    sim_node_random(&p->ward->chance, chance, sizeof chance);
    return parcel_exchange(&io, &p->ward->ward, chance, p->ward->now, &p->report);
}

enum err sim_parcel_receive(struct sim_parcel *p)
{
    struct parcel_io io = sim_parcel_io(p);
    struct replica r = sim_node_replica(p->device);

    return parcel_receive(&io, &r, &p->report);
}
