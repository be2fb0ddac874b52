/* work.h - what a session asks its driver to do with the store: one job, run inside a transaction.
 *
 * A session never touches a store. It hands out struct work; the driver runs it with ward_work() or replica_work()
 * inside a transaction, commits durably, and only then gives it back with SESSION_WORKED. Jobs of one session run in
 * the order they were asked, several may share one transaction, also with jobs of other sessions; after one that
 * failed the rest of its session does nothing (an answer is not given to half a flight, nor settled over half an
 * answer). A failed ward_work() leaves no change that must be undone: the ward's driver commits all the same, unless
 * the error is of class MACHINE or CORRUPT. After a failed replica_work() a device's driver always aborts.
 * A work belongs to its session; `in` and `out` are its own memory. */
#ifndef CHIBO_WORK_H
#define CHIBO_WORK_H

#include "../common/buf.h"
#include "../common/crypto.h"
#include "../common/err.h"
#include "../common/id.h"
#include "limits.h"
#include "pace.h"

enum work_kind {
    WORK_NONE,
    /* ward */
    WORK_JUDGE,  /* in: hello; flight. out: struct reach[]. err: why the session may not go on. ask: digests differ */
    WORK_SIZES,  /* in: sizes; common: reaches already refilled. As WORK_JUDGE; or recall: out2 is that message */
    WORK_RENEW,  /* in: hello and renew, a list. out: struct reach[]; incarnation: the new one; or hand_in, ask */
    WORK_RESUME, /* out: the resume message */
    WORK_APPEND, /* in: one changeset message for (scope, epoch, size) */
    WORK_READ,   /* in: struct reach[], updated; at: where to go on. out: messages; more: again. Closes when done */
    WORK_ENROL,  /* in: enrol. out: messages */
    WORK_PARCEL_JUDGE, /* in: manifest. out2: the device's signing key, if it is known; out: struct reach[] */
    WORK_PARCEL_READ,  /* as WORK_READ, for a file: no close, no ratchet */
    WORK_STAGE,  /* in: messages of a lost flight; at: how many came before them */
    WORK_REFILL, /* in: the recall it answers; at: where to go on. What was staged, verified and appended; more: again.
                  * out: struct reach[]. A log that was rewound since the recall ends it: sizes are judged anew */
    /* both: repair.h */
    WORK_GIVE,   /* in: wants, a list; at: where to go on. out: messages; more: again */
    WORK_TAKE,   /* in: a range and leaves of it; at: how many of its leaves came before. repaired */
    /* device */
    WORK_WANT,   /* what is missing here. out: wants; more: some are of hashes */
    WORK_COMPARE, /* in: hashes. out: wants; more: as before */
    WORK_REFOLD, /* scopes that are whole again are folded anew */
    WORK_OPEN,   /* seals what is pending. out: the hello message; out2: renew; more: there is a flight */
    WORK_COUNT,  /* out: the sizes message */
    WORK_OUTBOX, /* in: a resume message, or empty; at: where to go on. out: messages; more: call again */
    WORK_DROP,   /* in: drop: a scope that is no longer ours is erased, if all of ours in it is at the ward */
    WORK_RECALL, /* in: the recall message; at: where to go on. out: messages; more: call again */
    WORK_APPLY,  /* in: messages of one batch of (scope, epoch, from), a checkpoint last */
    WORK_SNAPSHOT, /* in: messages snapshot, part and checkpoint of (scope, epoch), in order, as far as they came */
    WORK_SETTLE, /* in: close */
    WORK_ENROLLED, /* in: enrolled */
    WORK_KEYS,    /* in: keys */
    WORK_RENEWED, /* in: renewal. out: the certificate, for the driver to keep in the same transaction */
    WORK_PARCEL_OPEN,   /* seals what is pending. out: the manifest */
    WORK_PARCEL_JUDGED, /* in: manifest. Does the file fit this book? out2: the keys known here */
    WORK_PARCEL_APPLY,  /* as WORK_APPLY, but leaves that are here already are passed over */
    WORK_PARCEL_SETTLE, /* in: manifest. All of the file is applied */
    WORK_KINDS
};

/* How far the other side holds a scope: when it spoke, and after what was sent to it since. */
struct reach {
    struct id scope;
    uint64_t held;
    uint64_t sent;
    uint32_t epoch; /* of the log when this was found out: in another one it means nothing */
    uint64_t from;  /* leaves below came to it as a snapshot, or are coming so; older: where to stop */
    uint64_t part;  /* parts of that snapshot it has */
    bool older;     /* asked for: the log's beginning, beside what it holds */
};

struct work {
    enum work_kind kind;
    struct id device;         /* of the session */
    uint64_t shown;           /* WORK_JUDGE sets, later jobs of the session read: the ratchet that the hello showed */
    uint32_t incarnation;     /* device: WORK_OPEN sets, WORK_SETTLE reads: the one that the session is of, or gets */
    uint8_t binding[BINDING_SIZE];
    bool expired;             /* the device's certificate */
    uint64_t certificate_end; /* its last second; 0: not known */
    uint8_t tls_public[SIGN_PUBLIC_SIZE]; /* the key it is for */
    bool renew_first;         /* WORK_JUDGE sets: out2 holds a new certificate, and that is the whole answer */
    bool hand_in;             /* WORK_JUDGE sets, later jobs read: what comes goes into quarantine, nothing is read */
    uint32_t store;           /* handing in: the copy that speaks, by the incarnation it drew for itself; 0: no copy */
    bool key_gone;            /* WORK_REFILL sets, later jobs read: the device knows a key that is not here */
    bool answer;              /* WORK_JUDGE: all of the flight is here; taken and answered (into out2): still set */
    unsigned mode;            /* of the session; a copy says HELLO_RENEW whatever it is; WORK_OPEN may set REPAIR */
    uint64_t budget_bytes;    /* WORK_OPEN: what may be sealed, in bytes of flight; 0: everything */
    unsigned packing;         /* WORK_OPEN sets: newest that both sides know, by the last close */
    enum pace_class pace;     /* WORK_OPEN sets: of earlier sessions; WORK_SETTLE keeps it */
    struct id scope;
    uint32_t epoch;
    uint64_t size;            /* WORK_APPEND: seen; WORK_APPLY: index of the first leaf */
    uint64_t at;              /* WORK_READ, WORK_OUTBOX: cursor, 0 at first. WORK_PARCEL_APPLY: `from` as it was made */
    struct buf in;
    struct buf out;
    struct buf out2;
    struct buf common;        /* WORK_SIZES: struct reach[] */
    struct buf flight;        /* WORK_JUDGE: messages scope, changeset and end, a list; taken in the same transaction */
    bool more;
    bool ask;
    bool recall;              /* WORK_SIZES: the ward lacks what this device holds */
    bool want;                /* WORK_SIZES: this device may hold what is damaged here, or lacks bodies; out2: wants */
    bool asked_leaves;        /* WORK_SIZES: they were asked for already */
    bool older;               /* WORK_APPLY: leaves of the log's beginning. WORK_OPEN: ask for them, into out2 */
    bool restart;             /* device: what it held of a scope is given up, another session brings it anew */
    bool left_out;            /* WORK_OUTBOX: what waits for a scope that was begun anew, until its log is here */
    bool rolled_back;         /* WORK_APPLY: a scope went on in a new epoch */
    bool copy;                /* WORK_OPEN sets: this store is a copy, out2 holds its `renew` */
    bool states_differ;       /* WORK_JUDGE sets, WORK_READ tells the device */
    /* WORK_APPLY: changes by fate. WORK_OUTBOX, sent: changes so far. WORK_APPEND: sent, and received of them now. */
    uint64_t sent, received, refused, held;
    uint64_t repaired;        /* WORK_TAKE: leaves written */
    uint64_t dropped;         /* WORK_DROP: 1 when the scope was erased */
    bool *failed;             /* of the session: one of its jobs failed, so those that were asked after it do nothing */
    enum err err;
    char why[ERROR_DETAIL_MAX + 1];
    struct work *next;
};

struct work *work_new(enum work_kind kind);
void work_free(struct work *w); /* NULL is fine */
/* A job that failed and whose transaction was aborted, as it was before it ran. */
void work_reset(struct work *w, uint64_t at);
const char *work_name(enum work_kind kind);

/* A list of messages in a buffer: u8 type, u32 length, bytes. */
void work_message(struct buf *list, uint8_t type, struct bytes message);
/* Takes the first of *list. False: none left. The list is our own: malformed is a bug. */
bool work_message_next(struct bytes *list, uint8_t *type, struct bytes *message);

#endif
