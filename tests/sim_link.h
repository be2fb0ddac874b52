/* sim_link.h - one session between a sim device and the sim ward: two state machines and what is under way between them.
 *
 * Small steps (move some bytes, run one side's jobs) for the simulator, and sim_link_run for stories. The pipe holds
 * nothing itself: bytes lie in the sender's `out` until the receiver takes them. A limit cuts the link when that many
 * bytes have passed in its direction. */
#ifndef CHIBO_SIM_LINK_H
#define CHIBO_SIM_LINK_H

#include "../proto/session.h"
#include "sim_node.h"

#define SIM_LINK_FOREVER UINT64_MAX

enum sim_link_way { SIM_LINK_UP, SIM_LINK_DOWN };

struct sim_link {
    struct sim_ward *at_ward;
    struct sim_device *at_device;
    bool ward_open, device_open; /* the sessions exist */
    struct session ward, device;
    uint64_t moved[2], limit[2]; /* bytes by way */
    bool cut;
    struct work *ward_job, *device_job; /* taken from the sessions, not run yet */
};

/* session_step, counted (sim_matrix.h). */
void sim_link_step(struct session *s, const struct session_event *e);

/* As the device named by its store; mode 1 if its last flight was cut; _copy: mode 2, the last one ended with COPY. */
void sim_link_open(struct sim_link *l, struct sim_ward *w, struct sim_device *d, const uint8_t binding[BINDING_SIZE],
                   int level);
void sim_link_open_copy(struct sim_link *l, struct sim_ward *w, struct sim_device *d, const uint8_t binding[BINDING_SIZE],
                        int level);
void sim_link_open_repair(struct sim_link *l, struct sim_ward *w, struct sim_device *d,
                          const uint8_t binding[BINDING_SIZE], int level);
void sim_link_open_enrol(struct sim_link *l, struct sim_ward *w, struct sim_device *d,
                         const uint8_t secret[INVITE_SECRET_SIZE], const uint8_t binding[BINDING_SIZE]);
/* Frees both sessions, also with jobs under way (they are lost, as in a crash). */
void sim_link_close(struct sim_link *l);

/* Moves up to n bytes. False: there was nothing to move. */
bool sim_link_move(struct sim_link *l, enum sim_link_way way, size_t n);
/* No more bytes either way: both sides see the end of the stream. */
void sim_link_cut(struct sim_link *l);
/* Runs one job of a side. False: there is none. */
bool sim_link_device_work(struct sim_link *l);
bool sim_link_ward_work(struct sim_link *l);
/* Hands a job that was run back to its session. */
void sim_link_worked(struct session *s, struct work *w);
/* Until nothing moves; then the streams end. Both sessions are ENDED after it. */
void sim_link_run(struct sim_link *l);

/* As `dong-bo` does: a copy renews itself and goes on, all in one call. *renewed counts; NULL is fine. */
enum err sim_link_exchange(struct sim_ward *w, struct sim_device *d, unsigned *renewed);
/* One whole session; returns what the device says. The link is closed, *last gets a copy of its figures if not NULL. */
enum err sim_link_sync(struct sim_ward *w, struct sim_device *d, struct sim_link *last);
enum err sim_link_enrol(struct sim_ward *w, struct sim_device *d, const uint8_t secret[INVITE_SECRET_SIZE]);

#endif
