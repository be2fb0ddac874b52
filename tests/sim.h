/* sim.h - the simulator: one seed is one ward and 3 to 12 devices in one process, some hundred actions with faults among
 * them, then a time without faults; what must hold is checked all along (sim_check.c).
 *
 * Everything a run does follows from its seed: the same seed gives the same trace hash with every compiler. Faults are
 * drawn once per seed (a swarm): a run has few kinds of them, so that rare combinations are met. sim_world.c builds and
 * acts, sim_net.c moves bytes and runs jobs as the real drivers do, sim_log.c compares the ward's logs with the model. */
#ifndef CHIBO_SIM_H
#define CHIBO_SIM_H

#include "../common/base.h"
#include "model.h"
#include "sim_link.h"

#define SIM_PEERS_DRAWN 12
#define SIM_PEERS_MAX 20 /* of a flow (sim_flow.h), and a clone */
#define SIM_CELLS_DRAWN 5 /* the ward's own and four cells */
#define SIM_CELLS_MAX 7
#define SIM_ORGS_MAX 9  /* and what they were split into */
#define SIM_ROLES_MAX 96
#define SIM_LOG_GRANTS_MAX 96
#define SIM_SLOTS_MAX 16
#define SIM_FILES_MAX 8
#define SIM_ROUNDS_MAX 20
#define SIM_STREAMS_MAX 96 /* a copy takes a new one each time it is told so */
#define SIM_STORE_BACKUPS 4
#define SIM_WHY_MAX 400

#define SIM_FAULTS(ROW) \
    ROW(CUT) ROW(OVERLAP) ROW(REPLAY) ROW(WARD_CRASH) ROW(DEVICE_CRASH) ROW(EIO) ROW(NO_SPACE) ROW(REVOKE) ROW(CLOCK) \
    ROW(HALF_OPEN) ROW(JOIN) ROW(FILES) ROW(RESTORE) ROW(CLIENT_RESTORE) ROW(CLONE) ROW(ROTATE) \
    ROW(BUDGET) \
    ROW(BITROT) ROW(SNAPSHOT) ROW(JUMP) ROW(SCOPES) /* from here on: sim_more.h */

enum sim_fault {
#define SIM_FAULT_ENUM(name) SIM_##name,
    SIM_FAULTS(SIM_FAULT_ENUM)
#undef SIM_FAULT_ENUM
    SIM_FAULT_COUNT,
    SIM_FAULT_MORE = SIM_BITROT /* the first of those that sim_more.c draws */
};

/* What one device was told to write, without the bases (they become known when it is sealed). */
struct sim_written {
    size_t org;
    enum access access;
    bool early; /* before the device was enrolled: ids may have been renamed since */
    unsigned in; /* which of the device's stores and backups have it in their past: bits (sim_copy.h) */
    uint32_t number; /* that the store gave it: once in the past of each store */
    struct buf body;
};

#define SIM_LIVES_MAX 32

struct sim_life {
    uint32_t incarnation;
    uint64_t ratchet;
};

struct sim_peer {
    struct id person; /* some hold two devices */
    struct sim_device node;
    struct id id;
    size_t org;
    enum role role;
    uint8_t secret[INVITE_SECRET_SIZE];
    bool enrolled, revoked;
    size_t device;   /* the peer whose store this is a clone of; itself */
    unsigned store;  /* its bit in sim_written.in */
    bool copies;     /* of the device: a store of it was put back or cloned at least once */
    bool cloned, trusted; /* of the device */
    bool two;        /* of the device: the ward may say that two stores of it live (sim_copy.c) */
    size_t lives;    /* of its one store: for each incarnation the newest ratchet that it held when it was replaced */
    struct sim_life life[SIM_LIVES_MAX];
    bool reissued;   /* a scope was begun anew: what was sealed over its leaves is issued again, under new numbers */
    bool budgets;    /* of the device: flights had a limit, so what is sealed is not in the order it was written */
    bool told_copy;  /* the last session ended so: the next one renews */
    bool again;      /* the last session asked for another at once */
    size_t written_count, written_cap; /* of the device */
    struct sim_written *written;
    uint64_t acked[SIM_ORGS_MAX][ACCESS_D + 1]; /* changes whose own leaf arrived here */
    bool held[SIM_ORGS_MAX][ACCESS_D + 1];      /* logs that it held when sim_scopes_look was called */
};

/* The model's view of one scope, fed with what the ward has made durable. */
struct sim_stream {
    struct id device;
    uint32_t incarnation;
    uint64_t next;
    struct hash head;
    size_t peer;
    size_t written; /* place in the peer's list */
};

/* A role as the leaves of one log say. */
struct sim_log_grant {
    struct id person;
    enum role role;
    bool over;
    uint64_t end; /* over: the leaf that says so */
};

struct sim_log {
    size_t org;
    enum access access;
    struct id scope;
    struct model *model;
    struct buf numbers; /* of its papers, at the end (sim_number.h) */
    uint64_t size;
    uint32_t epoch;
    uint64_t refilled; /* when its newest epoch leaf was signed */
    size_t streams;
    struct sim_stream stream[SIM_STREAMS_MAX];
    struct control_device desk; /* the ward's own hand, as its newest device leaf here says */
    size_t revoked;
    struct id revoked_device[SIM_PEERS_MAX];
    size_t grants;
    struct sim_log_grant grant[SIM_LOG_GRANTS_MAX];
};

/* One connection. */
struct sim_slot {
    bool used;
    bool enrol;
    bool ghost;   /* bytes of an old session are said again: nobody is there */
    bool overlap; /* another session of this device was open meanwhile */
    bool poor;    /* a full disk was about */
    size_t peer;
    struct sim_link link;
    uint8_t binding[BINDING_SIZE];
    struct buf said; /* bytes up, for a later replay; of a ghost: what it has not said yet */
    struct id scope; /* the ward sends leaves of it */
};

/* A file somebody carries. */
struct sim_file {
    bool used;
    bool answer; /* from the ward */
    size_t peer;
    struct buf bytes;
};

/* What the ward's store was once. */
struct sim_backup {
    struct memstore *store;
    size_t orgs, peers; /* as many as there were */
};
#define SIM_BACKUPS 4

/* Somebody takes a device and does not come for more than a year (sim_jump.h). */
struct sim_away {
    size_t peer;    /* one more than its number; 0: everybody comes */
    uint64_t days;  /* so far */
    uint64_t sum;   /* of all of this seed */
};

/* A role that somebody holds, or held. */
struct sim_role {
    struct id person;
    size_t org;
    enum role role;
    bool held;
};

/* Seeds in which that changes (sim_scopes.h). */
struct sim_scopes {
    bool on;
    size_t roles;
    struct sim_role role[SIM_ROLES_MAX];
    bool leads[SIM_ORGS_MAX][SIM_ORGS_MAX]; /* one became part of another, or is it */
    bool history[SIM_ORGS_MAX];
};

/* What a device's store was once. */
struct sim_store_backup {
    struct memstore *store;
    size_t peer;
    uint64_t certificate_end;
};

struct sim_totals {
    uint64_t seeds, actions, recorded, sessions, whole, cuts, crashes, restarts, faults, revoked, replays, errors, files;
    uint64_t restores, rotations, put_back, clones, renewed, two_live, rotten, snapshots, past, away, reorganised;
    uint64_t leaves, changes, rounds, rounds_most, bytes[2];
};

struct sim {
    uint64_t seed;
    uint64_t chance;
    uint64_t more; /* the chance of what sim_more.c does */
    bool trace;
    bool on[SIM_FAULT_COUNT];
    bool healing;
    bool bulk; /* long texts: flights and answers of many frames */
    int level;
    struct sim_ward ward;
    size_t orgs;
    struct id org[SIM_ORGS_MAX];
    size_t peers;
    struct sim_peer peer[SIM_PEERS_MAX];
    size_t peers_most; /* that this seed may have */
    size_t played[SIM_PEERS_MAX]; /* lines of each one's flow */
    struct sim_slot slot[SIM_SLOTS_MAX];
    size_t logs;
    struct sim_log log[SIM_ORGS_MAX * ACCESS_D];
    struct sim_file file[SIM_FILES_MAX];
    struct sim_backup backup[SIM_BACKUPS];
    struct sim_store_backup store_backup[SIM_STORE_BACKUPS];
    unsigned rotations; /* of the ward's key */
    struct sim_away away;
    struct sim_scopes scopes;
    bool settled;  /* in the end: nothing more comes */
    bool rotten;   /* a leaf of the ward is damaged, */
    size_t rotten_with; /* and this peer has it */
    bool restored; /* the ward's store was an old one at least once */
    struct buf replay; /* what one session said up */
    uint8_t replay_binding[BINDING_SIZE];
    size_t replay_peer;
    struct hash hash; /* of everything that happened */
    bool failed;
    char why[SIM_WHY_MAX];
    struct sim_totals totals;
};

/* Runs one seed. False: something did not hold; s->why says what. The caller deinits. */
bool sim_run(struct sim *s, uint64_t seed, bool trace);
void sim_deinit(struct sim *s);

uint64_t sim_draw(struct sim *s, uint64_t below);
bool sim_one_in(struct sim *s, uint64_t n);
void sim_note(struct sim *s, const char *fmt, ...) PRINTF_LIKE(2, 3);   /* an event: traced and hashed */
void sim_broken(struct sim *s, const char *fmt, ...) PRINTF_LIKE(2, 3); /* an invariant: the first one stays */
void sim_add_totals(struct sim_totals *sum, const struct sim_totals *t);

#endif
