/* wire.h - one connection to the ward's server: a socket with TLS over it, driven by one blocking caller.
 *
 * It sends while it reads, so that two full directions never wait for each other. Each wait has a deadline. The link
 * may break for sending and still hold what the server said last: that is read first. Whoever may not wait long gives
 * a patience: all waits of the connection together. Test hook:
 * CHIBO_TEST_CUT_BYTES=n drops the connection after n bytes were sent. */
#ifndef CHIBO_WIRE_H
#define CHIBO_WIRE_H

#include "../common/tls.h"

#define WIRE_CONNECT_MS 10000
#define WIRE_IDLE_MS 30000    /* the server has a disk to write to, and other devices */
#define WIRE_GOODBYE_MS 1000  /* for the last bytes before closing after an error */

struct wire {
    const struct tls_api *api;
    int fd;
    struct tls_context *context;
    struct tls *tls;
    struct buf cipher;      /* drained from TLS, not sent */
    uint64_t out_n, in_n;   /* bytes through the socket */
    uint64_t waited_us;     /* for it, in wire_turn */
    uint64_t cut_after;     /* test hook; 0: never */
    int64_t until_ms;       /* of the monotonic clock: nobody waits longer; 0: each wait has its own time */
    bool eof, broken;       /* nothing more comes; nothing more can be sent */
};

/* address: "host:port"; patience_ms 0: as long as it takes. ERR_OFFLINE; ERR_BAD_VALUE: the settings. wire_close in
 * any case. */
MUST_CHECK enum err wire_open(struct wire *w, const struct tls_api *api, const struct tls_settings *settings,
                              struct bytes session, const char *address, unsigned patience_ms);
void wire_close(struct wire *w);

bool wire_is_ready(const struct wire *w); /* the handshake is over */
size_t wire_waiting_n(const struct wire *w); /* bytes that have not left */
void wire_send(struct wire *w);              /* what the socket takes, without waiting */
/* Sends what it can; unless nothing may come (read false) and all has left, waits until something moves. What came is
 * appended to plain. ERR_TIMEOUT; ERR_CUT: nothing moves any more in either direction; those of TLS. */
MUST_CHECK enum err wire_turn(struct wire *w, bool read, struct buf *plain);
void wire_goodbye(struct wire *w); /* sends what is left, briefly */

#endif
