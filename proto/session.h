/* session.h - one sync session as a pure state machine, for either role (protocol.md 8).
 *
 * The driver feeds events and does what the session asks: send `out`, run the jobs in `work`, and stop when `ended`.
 * Nothing else goes in or out: no socket, clock, random source, disk or print. Four drivers share this core:
 * server/serve.c, client/link.c, tests/sim.c, tests/fuzz_session.c. If a protocol rule appears in one of them, it
 * stands in the wrong file.
 *
 *   ward                                          device
 *   WAIT_HELLO -hello-> JUDGING -ok-> FLIGHT      OPENING -> SENDING -flight sent-> ANSWER -close-> SETTLING -> ENDED
 *      |                   |-ask-> WAIT_SIZES        |-mode 1-> WAIT_RESUME -resume-> SENDING
 *      |                   |-mode 1-> RESUMING -> FLIGHT          ANSWER -ask-> COUNTING -> WAIT_RESUME
 *      |-mode 2-> WAIT_RENEW -renew-> JUDGING -> ANSWERING       OPENING -mode 2-> ANSWER
 *      |                      JUDGING -hands in-> WAIT_SIZES        ANSWER -ask-> COUNTING
 *      |-mode 3-> FLIGHT -LAST-> GIVING                            OPENING -mode 3-> SENDING -wants-> REPAIRING
 *      |          GIVING -all sent-> FLIGHT, or ANSWERING          REPAIRING -all given-> COMPARING
 *      |                                                           COMPARING -wants-> REPAIRING, or ANSWER
 *      |-enrol-> ENROLLING -> ENDED               ENROL_SENT -enrolled-> ENROLLING -> ENDED
 *   FLIGHT -LAST-> ANSWERING -> ENDED
 *   JUDGING (of sizes) -lost something-> WAIT_LOST -LAST-> REFILLING -> JUDGING        WAIT_RESUME -recall-> RECALLED
 *                                                                                      RECALLED -all sent-> WAIT_RESUME
 *   JUDGING (of sizes) -damaged-> WAIT_LEAVES -LAST-> JUDGING                  WAIT_RESUME -want-> RECALLED
 *   Any state: an error, or the end of the byte stream -> ENDED.
 *
 * The states that sleep on the store: JUDGING, REFILLING, GIVING, COMPARING, RESUMING, ANSWERING, ENROLLING, OPENING,
 * COUNTING, SETTLING.
 * Others sleep on the link. */
#ifndef CHIBO_SESSION_H
#define CHIBO_SESSION_H

#include "frame.h"
#include "work.h"

enum session_role { SESSION_WARD, SESSION_DEVICE };

#define SESSION_STATES(ROW) \
    ROW(WAIT_HELLO) ROW(WAIT_RENEW) ROW(GATHERING) ROW(JUDGING) ROW(WAIT_SIZES) ROW(WAIT_LOST) ROW(REFILLING) \
    ROW(RESUMING) ROW(WAIT_LEAVES) ROW(GIVING) ROW(FLIGHT) ROW(ANSWERING) ROW(ENROLLING) \
    ROW(OPENING) ROW(SENDING) ROW(WAIT_RESUME) ROW(ANSWER) ROW(COUNTING) \
    ROW(RECALLED) ROW(REPAIRING) ROW(COMPARING) ROW(SETTLING) ROW(ENROL_SENT) ROW(ENDED)

enum session_state {
#define SESSION_ENUM(name) SESSION_##name,
    SESSION_STATES(SESSION_ENUM)
#undef SESSION_ENUM
    SESSION_STATE_COUNT
};

enum session_event_kind {
    SESSION_START,   /* device: begins to speak */
    SESSION_BYTES,   /* bytes: plaintext from the link */
    SESSION_WORKED,  /* work: run, and durable; ownership returns to the session */
    SESSION_DRAINED, /* what was in out has left */
    SESSION_EOF,     /* the link ended */
    SESSION_EVENT_COUNT
};

struct session_event {
    enum session_event_kind kind;
    struct bytes bytes;
    struct work *work;
};

/* What went over, for people: counts of changes by fate, frame bytes each way. */
struct session_counts {
    uint64_t sent, received, refused, held;
    uint64_t dropped; /* scopes erased here, because they are no longer ours */
    uint64_t bytes_out, bytes_in;
    uint64_t repaired; /* leaves that were damaged here and came again */
    bool rolled_back; /* device: the ward was restored from a backup */
    uint64_t waits; /* device: times it had nothing to send and waited for the ward */
};

struct session {
    enum session_role role;
    enum session_state state;
    enum err err;                      /* when ENDED */
    char why[ERROR_DETAIL_MAX + 1];
    bool again;                        /* device: begin another one at once, after ERR_COPY with HELLO_RENEW */
    struct buf out;                    /* the driver sends it and drops it from the front */
    struct work *work, *work_last;     /* jobs the driver has not taken yet */
    struct session_counts counts;
    struct pace pace;                  /* what the driver measured of the link; drivers note, the session reads */
    /* private */
    struct id device;
    uint32_t incarnation;
    uint8_t binding[BINDING_SIZE];
    bool expired, paced;
    uint64_t certificate_end;
    uint8_t tls_public[SIGN_PUBLIC_SIZE]; /* ward: the key of that certificate */
    bool key_gone;                     /* ward: the device knows a newer key of the ward than the ward has */
    bool hand_in;                      /* ward: a device that may only hand in its work */
    uint32_t store;                    /* ward: which copy of it speaks (work.h) */
    unsigned mode;
    uint64_t budget_bytes;             /* device, set before START: what a flight may seal; 0: everything */
    bool states_differ;                /* ward: the folds differ */
    uint64_t shown;                    /* ward: ratchet number of the hello */
    struct frame_in in;
    struct frame_out frames;
    struct buf inbox;                  /* received, not parsed: a job must end first */
    bool failed;                       /* struct work points here; the driver's thread may write while jobs are out */
    size_t busy, busy_bytes;           /* jobs under way, and the bytes they hold */
    bool eof;
    bool last_seen;                    /* the other side's flight is over */
    struct id scope;
    uint32_t epoch;
    uint64_t size;
    bool scope_open;
    bool history;                      /* device, set before START: ask for leaves that a snapshot left out */
    bool older, snapshot;              /* device: what comes is the log's beginning; is a snapshot */
    bool asks_said;
    bool left_out, began;              /* device: a part of the flight waits for a log; a log began to come */
    struct buf asks;                   /* device: its messages `older`, sent with each flight */
    struct buf batch;                  /* device: leaves since the last checkpoint; ward: of a lost flight */
    uint64_t batch_from;
    struct buf hello;                  /* ward: of a copy, until its renew is here; or until its flight is */
    struct buf flight;                 /* ward: messages that came with the hello, until it is judged */
    bool flight_whole, flight_plain;   /* its end is among them; nothing but changesets is */
    bool flight_scope;                 /* a scope is */
    struct buf reach;                  /* ward: struct reach[] */
    struct buf sizes, common;          /* ward: the sizes message; struct reach[] of scopes that were refilled */
    uint64_t staged, staged_bytes;     /* ward: messages of the lost flight so far, and what they weigh */
    struct buf recalled;               /* ward: the recall message that the lost flight answers */
    struct buf wants;                  /* a list: to be given, or to be sent; */
    bool wants_more;                   /* ward: of a flight that goes on; device: some are of hashes */
    struct buf range;                  /* the last range, and how many of its leaves were taken, and are in batch */
    uint64_t range_done, range_taken;
    bool range_open, took;
    bool asked_leaves;                 /* ward: this device was asked for what is damaged, or lacks its bodies */
    struct work *parked;               /* a job to go on with when out has drained */
    struct buf enrol;                  /* device: the message to begin with */
};

/* known: the device id the certificate names, or NULL (enrolment). */
void session_init_ward(struct session *s, const struct id *known, bool expired, const uint8_t binding[BINDING_SIZE],
                       int level);
/* Pack by how fast the link is: without this, and where level is 0, every message goes at that level. Before START or
 * the first bytes. */
void session_paced(struct session *s);
/* Ward: the last second of that certificate, and the key it is for: the next one is for the same. Without this none is
 * given. */
void session_certificate(struct session *s, uint64_t end, const uint8_t tls_public[SIGN_PUBLIC_SIZE]);
/* mode: HELLO_FLIGHT, HELLO_ASK after a session that was cut, HELLO_RENEW after one that ended with ERR_COPY. */
void session_init_device(struct session *s, const struct id *device, const uint8_t binding[BINDING_SIZE], unsigned mode,
                         int level);
void session_init_enrol(struct session *s, const uint8_t binding[BINDING_SIZE], struct bytes enrol_message);
void session_deinit(struct session *s);

void session_step(struct session *s, const struct session_event *e);
struct work *session_take_work(struct session *s); /* NULL: none. The driver owns it until SESSION_WORKED */
bool session_wants_bytes(const struct session *s); /* false: stop reading from the link for now */
bool session_mid_message(const struct session *s); /* the other side owes the rest of a message */
bool session_idle(const struct session *s);        /* no job is out: an ended session may be deinited */
const char *session_state_name(enum session_state st);

/* Shared by session_ward.c and session_device.c. */
struct work *session_ask(struct session *s, enum work_kind kind);              /* a new job, not queued yet */
void session_queue(struct session *s, struct work *w);
void session_send(struct session *s, uint8_t type, struct bytes message, bool last);
void session_send_list(struct session *s, struct bytes list, bool last);       /* last: on the final message */
void session_fail(struct session *s, enum err e, const char *why);             /* tells the other side, ends */
void session_end(struct session *s, enum err e);
void session_read_scope(struct session *s, struct bytes message, bool older);
void session_ward_message(struct session *s, uint8_t type, struct bytes message, bool last);
void session_ward_worked(struct session *s, struct work *w);
void session_device_message(struct session *s, uint8_t type, struct bytes message, bool last);
void session_device_worked(struct session *s, struct work *w);
void session_device_start(struct session *s);
/* session_repair.c */
void session_range_leaf(struct session *s, uint8_t type, struct bytes message); /* while range_open */
void session_range_end(struct session *s);
/* session_gather.c: a short flight that came with its hello. */
void session_gather_begin(struct session *s, struct bytes hello);
void session_gather(struct session *s, uint8_t type, struct bytes message, bool last);
void session_gather_end(struct session *s); /* nothing more of it is at hand: the hello is judged */
void session_gather_over(struct session *s, bool take); /* it was judged, and the flight not taken with it */

void session_ward_want(struct session *s, struct bytes message);
void session_ward_give(struct session *s, bool ended);                          /* the flight of wants is over */
bool session_ward_gave(struct session *s, const struct work *w);                /* true: the answer may begin */
void session_ward_take(struct session *s, uint8_t type, struct bytes message);
void session_device_wanted(struct session *s, const struct work *w);
void session_device_round(struct session *s);                                   /* after a job of the round */
void session_device_range(struct session *s, uint8_t type, struct bytes message);
void session_device_hashes(struct session *s, uint8_t type, struct bytes message);
void session_device_give(struct session *s, uint8_t type, struct bytes message);
void session_device_gave(struct session *s, const struct work *w);

#endif
