/* sim_node.h - a ward and its devices in memory: a store each, the jobs of sessions run as the real drivers run them.
 *
 * server/store_thread.c is mirrored by sim_node_ward_jobs (several jobs, one transaction, one durable commit),
 * client/link.c by sim_node_device_job (one job, one transaction). Chance is seeded, time is what the test says. */
#ifndef CHIBO_SIM_NODE_H
#define CHIBO_SIM_NODE_H

#include "../proto/enrol.h"
#include "../proto/replica.h"
#include "../proto/ward_adopt.h"
#include "memstore.h"

#define SIM_NODE_TIME 1800000000u /* where the virtual clock begins, seconds */
#define SIM_NODE_BATCH 32         /* jobs in one of the ward's transactions */

struct sim_ward {
    struct memstore *store;
    struct ward ward;
    uint64_t chance;
    uint64_t now;
    uint64_t certificate_life; /* seconds; 0: a long one */
    bool mute; /* tls_issue says nothing was issued: ERR_IO */
};

struct sim_device {
    struct memstore *store;
    uint8_t tls_public[SIGN_PUBLIC_SIZE], tls_secret[SIGN_SECRET_SIZE];
    uint64_t chance;
    uint64_t now;
    uint64_t certificate_end; /* 0: not known */
    uint8_t certificate_key[4]; /* the beginning of the key it is for: of tls_public */
    bool history;             /* its sessions ask for what a snapshot left out */
    enum quality quality;
    uint64_t budget_bytes; /* of its flights; 0: everything */
};

void sim_node_random(uint64_t *chance, void *out, size_t n);

/* A ward of its own with one organisation (the ward's), its id in *org. */
void sim_node_ward_init(struct sim_ward *w, uint64_t seed, struct id *org);
void sim_node_ward_deinit(struct sim_ward *w);
struct id sim_node_org(struct sim_ward *w, const char *code, enum org_type type);
/* An invite for a new person with this role; its secret goes to `secret`. */
struct id sim_node_invite(struct sim_ward *w, const struct id *org, enum role role, uint8_t secret[INVITE_SECRET_SIZE]);
/* One more device of somebody who is known. */
void sim_node_invite_again(struct sim_ward *w, const struct id *person, const struct id *org, enum role role,
                           uint8_t secret[INVITE_SECRET_SIZE]);
/* Roles over time (ward_grant.h), today. */
void sim_node_grant(struct sim_ward *w, const struct id *person, const struct id *org, enum role role);
void sim_node_end(struct sim_ward *w, const struct id *person, const struct id *org, enum role role);
/* A new signing key of the ward. */
void sim_node_rotate(struct sim_ward *w);
/* What lies beside the ward's store: the list of its keys; and what the daemon does with it when an older store was put
 * back. */
void sim_node_keys(struct sim_ward *w, struct keys *list);
void sim_node_adopt(struct sim_ward *w, const struct keys *list);
void sim_node_revoke(struct sim_ward *w, const struct id *device);

/* Runs jobs in one transaction. ERR_OK: durable. Else nothing was changed and every job bears the error. */
enum err sim_node_ward_jobs(struct sim_ward *w, struct work *const *job, size_t count, bool durable);

/* A book of its own, not enrolled. */
void sim_node_device_init(struct sim_device *d, uint64_t seed);
void sim_node_device_deinit(struct sim_device *d);
struct replica sim_node_replica(struct sim_device *d); /* as it is committed */
struct moment sim_node_moment(struct sim_device *d);
/* The enrol message for this invite and binding. */
void sim_node_prove(struct sim_device *d, const uint8_t secret[INVITE_SECRET_SIZE], const uint8_t binding[BINDING_SIZE],
                    struct buf *message);
/* Commits when the job went well; else nothing was changed. The job bears the error too. */
enum err sim_node_device_job(struct sim_device *d, struct work *job, bool durable);
/* Records a change in the scope of (org, access); base versions are filled in. */
enum err sim_node_record(struct sim_device *d, const struct id *org, enum access access, struct change *c);
/* Makes a record void, or signs it (replica_close). */
enum err sim_node_close(struct sim_device *d, const struct id *org, enum access access, uint32_t kind,
                        const struct id *record, uint64_t step);

#endif
