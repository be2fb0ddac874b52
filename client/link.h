/* link.h - the client's driver of a session (session.h): jobs over the book, bytes over the wire.
 *
 * Each job has a transaction of its own; none is open while the network is waited for. What was durable before an error
 * stays; the next session goes on from there. */
#ifndef CHIBO_LINK_H
#define CHIBO_LINK_H

#include "../common/tls.h"
#include "../proto/invite.h"
#include "book.h"

/* How this exchange may go. All zero: as a person who waits for it wants it. */
struct link_terms {
    unsigned patience_ms; /* all waits for the network of one session together; 0: as long as it takes */
    bool repair;           /* nothing is sent but what is wanted (protocol.md 8.8) */
    bool history;          /* also what this device was not given when it joined: leaves before its snapshot */
    uint64_t budget_bytes; /* of the flight, for what is not sealed yet (replica_budget.h); 0: everything */
};

struct link_report {
    uint64_t sent, received, refused, held; /* changes */
    uint64_t bytes_out, bytes_in;           /* through the socket, TLS included */
    uint64_t app_out, app_in;               /* frames */
    uint64_t round_trips;                   /* times it waited for the server after connecting */
    unsigned sessions;
    bool new_incarnation;                   /* this book was a copy of one that went on; it goes on beside it */
    char why[ERROR_DETAIL_MAX + 1];         /* the other side's word for an error, or "" */
    enum err reason[8]; /* why something was held or refused, each once; filled in as conflicts is (told.h) */
    size_t reasons;
    uint64_t repaired;  /* leaves of the log that were damaged here and came from the ward */
    bool rolled_back;   /* the ward was restored from a backup, and has got back what this device holds */
    uint32_t epoch;     /* the largest of this device's scopes */
    uint64_t conflicts; /* records that wait for a person; whoever prints the report fills it in */
};

/* One exchange, and a second one when there are drafts that could not be sealed before it. The report counts what
 * happened also when an error is returned, and the book remembers the error until an exchange succeeds (link_last).
 * ERR_NOT_JOINED; else those of wire.h and session.h. */
MUST_CHECK enum err link_sync(struct book *b, const struct tls_api *api, const struct link_terms *terms,
                              struct link_report *report);
/* In a transaction: what the last exchange ended with; ERR_OK also when there was none. ERR_OTHER: an error that only a
 * newer program knows. */
MUST_CHECK enum err link_last(struct book *b, enum err *last);
/* Makes this device known to the ward that the invite names. Keys are durable before the first byte leaves, so that an
 * answer that was lost is given again. ERR_EXISTS: it is known already. */
MUST_CHECK enum err link_enrol(struct book *b, const struct tls_api *api, const struct invite *invite,
                               struct link_report *report);

#endif
