/* admin.h - what whoever runs the machine may ask of the ward: one code path whether the daemon runs or not.
 *
 * A request and an answer are bytes: the command that was typed is parsed and answered in the caller's process and
 * language (cmd.c, print.c); between them admin_run() does the work inside a write transaction, either in the
 * daemon's store thread (admin_socket.c) or, when none runs, in the caller's own (admin_call.c). An answer is a
 * list of rows, each canonical MessagePack.
 *
 * request: [CHIBO_VERSION, command, text, text, text, number, days, job]; answer: [CHIBO_VERSION, error number of this
 * program], rows. Another CHIBO_VERSION on either side is ERR_TOO_NEW: the daemon must be restarted after an
 * upgrade. */
#ifndef CHIBO_ADMIN_H
#define CHIBO_ADMIN_H

#include "home.h"

#define ADMIN_REQUEST_MAX (MESSAGE_MAX + 4096) /* one job of an exchange by file */
#define ADMIN_ANSWER_MAX ((size_t)16 << 20) /* some 100 bytes for each of 300 cells or 2,000 devices: far less */
#define ADMIN_TEXTS 3
#define ADMIN_INVITE_DAYS 14
#define ADMIN_INVITE_DAYS_MOST 365

enum admin_command {
    ADMIN_ORG_ADD,  /* code, name, type; rows: [org id (bin)] */
    ADMIN_ORG_LIST, /* rows: [code, name, type (str)] */
    ADMIN_INVITE,   /* org code, role (number), person's name, days; rows: [invite text] */
    ADMIN_OVERVIEW, /* rows: overview.h */
    ADMIN_DEVICES,  /* rows: [device (bin), person's name, org code, state, enrolled, contact] */
    ADMIN_REVOKE,   /* prefix of a device id; rows: [device (bin)] */
    ADMIN_REGISTRY, /* job: roles and organisations that change (registry.h); rows: there */
    ADMIN_TRUST,    /* prefix of a device id: one copy of its book is left */
    ADMIN_JOB,      /* one job of an exchange by file (exchange_job.h); rows: its results */
    ADMIN_HELD,     /* rows: admin_held.h */
    ADMIN_ACCEPT,   /* prefix of a change id, by whom, why (may be empty); rows: [change id (bin)] */
    ADMIN_REFUSE,   /* the same, with a reason; number: 1 also one that was accepted */
    ADMIN_MEND,     /* number: the step; rows: admin_mend.h */
    ADMIN_QUARTER,  /* code of a cell, or none: all of them; number: the quarter; rows: admin_quarter.h */
    ADMIN_TRANSIT,   /* rows: admin_moves.h */
    ADMIN_DECISIONS, /* rows: there */
    ADMIN_REPORT,   /* code of an organisation, or none: all; number: the period; rows: reported.h */
    ADMIN_COMMANDS
};

struct admin_request {
    enum admin_command command;
    const char *text[ADMIN_TEXTS]; /* code or prefix, then name, then a reason; NULL: none */
    uint64_t number;               /* type, role */
    uint64_t days;
    struct bytes job;
};
void admin_request_encode(const struct admin_request *r, struct buf *out);

/* Runs inside a write transaction and appends the answer, its error included. Returns only errors after which the
 * transaction must be aborted (class MACHINE or CORRUPT); the answer then says the same. *cut: ids of the devices that
 * lost rights by this request, whose sessions must end before the next frame. May be called again with the same
 * request. */
MUST_CHECK enum err admin_run(const struct home *h, struct txn *txn, struct bytes request, uint64_t now_s,
                              struct buf *answer, struct buf *cut);
/* The answer when no transaction could be had. */
void admin_fail(enum err e, struct buf *answer);

/* Reading an answer: the error first, then rows until false. */
MUST_CHECK enum err admin_answer_open(struct bytes answer, struct bytes *rows);
bool admin_answer_next(struct bytes *rows, struct bytes *row);
void admin_row(struct buf *answer, struct bytes row); /* appends one row */

/* admin_call.c: asks the daemon of this home, or does it here when none runs. ERR_OK: *answer is complete. */
bool admin_daemon_runs(const char *dir);
/* ERR_CUT: it is gone. */
MUST_CHECK enum err admin_ask_daemon(const char *dir, struct bytes request, struct buf *answer);
MUST_CHECK enum err admin_call(const char *dir, struct bytes request, struct buf *answer, const char **at);

#endif
