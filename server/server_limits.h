/* server_limits.h - every bound of the server's network side, with its unit and its reason.
 *
 * What a stranger can make the server hold is the product of these. Bounds of what peers say to each other are
 * proto's (proto/limits.h). Tests run the same code with smaller values through struct conn_limits (conn.h). */
#ifndef CHIBO_SERVER_LIMITS_H
#define CHIBO_SERVER_LIMITS_H

/* Connections that have not said who they are. Each holds at most TLS_HANDSHAKE_IN_MAX and OpenSSL's ~20 KiB:
 * 256 cost under 10 MB. Beyond, newcomers wait in the kernel's queue, they are not turned away. */
#define SERVER_UNKNOWN_MAX 256
/* Of these from one address (IPv6: one /64, which one host can fill): a ward's NAT may hide a few devices that
 * begin in the same second. Beyond, the connection is closed at once. */
#define SERVER_SOURCE_MAX 8
/* File descriptors kept free of connections: store, log, sockets of the operator's commands, libuv's own. */
#define SERVER_FDS_KEPT 64
#define SERVER_BACKLOG 128
/* Accepts before the others get their turn: libuv 1.44 would go on until the kernel's queue is empty. */
#define SERVER_ACCEPTS_PER_TURN 16

/* A handshake is two flights; the worst mobile link we know of takes 3 s for them. */
#define SERVER_HANDSHAKE_MS 10000
/* Of who has no certificate: an enrolment's first frame leaves together with its last handshake bytes. A device that is
 * known may be slow and have much to seal first (serve_on_open). */
#define SERVER_FIRST_MS 5000
/* A live session without a byte; a person may be settling conflicts at the other end. */
#define SERVER_IDLE_MS (15 * 60 * 1000)
/* Last frames on their way out, and the peer's goodbye. */
#define SERVER_LEAVE_MS 5000
/* A device's old connection, once it has a newer one: what had come through the old one before it was cut is taken in
 * first. It is over when it ends, when nothing has come for QUIET, or after MOST, well before the newer one's first
 * deadline. */
#define SERVER_SUPERSEDED_QUIET_MS 50
#define SERVER_SUPERSEDED_MOST_MS 2000
/* How often deadlines are looked at; so far they may be overrun. */
#define SERVER_TICK_MS 250
/* How often readers that died are looked for (safe_reap): a killed command costs at most the pages of a minute. */
#define SERVER_REAP_MS 60000
/* After an accept that failed for want of descriptors: closed sessions free some within this time. */
#define SERVER_RETRY_MS 100

/* Whoever is in the middle of a frame, in either direction, moves at least 64 bytes a second, over 30 s:
 * a hundredth of the slowest link in use (GPRS, 9.6 kbit/s), and no reason to hold a slot for less. */
#define SERVER_RATE_WINDOW_MS 30000
#define SERVER_RATE_WINDOW_MIN ((size_t)64 * 30)

/* Bytes read from one connection before the others get their turn; also the size of the one read buffer. */
#define SERVER_READ_MAX ((size_t)64 * 1024)
/* One write in flight. Larger ones gain nothing; smaller ones keep less memory pinned by a slow reader. */
#define SERVER_WRITE_MAX ((size_t)64 * 1024)
/* What the kernel takes before it is sent (TCP_NOTSENT_LOWAT): with more, half of a snapshot is gone before anybody can
 * see how slow the link is (proto/pace.h), and each slow reader pins megabytes of the kernel's. */
#define SERVER_UNSENT_BYTES (32 * 1024)
/* Output waiting: above HIGH nothing more is produced for this peer (reading goes on); at half of it producing resumes.
 * No more than one write, or much is packed before the link is known.
 * A handler may overrun HIGH by what it had in hand, two frames; a peer that makes it pass HARD is dropped. */
#define SERVER_OUT_HIGH ((size_t)64 * 1024)
#define SERVER_OUT_HARD ((size_t)512 * 1024)

/* Sessions kept for resumption (server/tickets.c): ~500 bytes each, two for each device of a large ward's 500;
 * two, because the answer that brings the newest may be lost. */
#define SERVER_TICKETS_MAX 1024
#define SERVER_TICKETS_PER_DEVICE 2

#endif
