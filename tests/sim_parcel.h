/* sim_parcel.h - exchanges by file between a sim ward and a sim device: files are buffers, and may be cut anywhere. */
#ifndef CHIBO_SIM_PARCEL_H
#define CHIBO_SIM_PARCEL_H

#include "../proto/parcel_post.h"
#include "sim_node.h"

/* What may go wrong; sim_parcel_fine: nothing. */
struct sim_parcel_limits {
    uint64_t jobs;    /* the machine stops instead of running the next one: ERR_CUT */
    uint64_t written; /* bytes on the stick: ERR_NO_SPACE */
};
extern const struct sim_parcel_limits sim_parcel_fine;

/* Called after each job that was run, before its result is used. */
typedef void sim_parcel_ran(void *arg, const struct work *job);

struct sim_parcel {
    struct sim_ward *ward;     /* or */
    struct sim_device *device;
    struct bytes file;         /* read */
    struct buf *out;           /* written */
    struct sim_parcel_limits limits;
    struct parcel_report report;
    sim_parcel_ran *ran;       /* or NULL */
    void *arg;
    int level;
    bool forged;               /* sim_parcel_send: signed with another key than the device's */
    uint64_t jobs_run;
    size_t at;
};

/* Begins a step; the functions below do it themselves. */
struct parcel_io sim_parcel_io(struct sim_parcel *p);
enum err sim_parcel_send(struct sim_parcel *p);     /* device, out */
enum err sim_parcel_exchange(struct sim_parcel *p); /* ward, file, out */
enum err sim_parcel_receive(struct sim_parcel *p);  /* device, file */

#endif
