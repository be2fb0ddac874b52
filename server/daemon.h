/* daemon.h - `chibod run`: the loop with its door, sessions, store thread and command socket, from start to orderly
 * end.
 *
 * SIGTERM or SIGINT: no new connections, sessions end, queued commits are finished and control commands answered;
 * status 0. A second signal changes nothing. A disk that does not obey: status DAEMON_LOST at once, for the
 * supervisor to start anew. */
#ifndef CHIBO_DAEMON_H
#define CHIBO_DAEMON_H

#include "home.h"

#define DAEMON_LOST 75 /* EX_TEMPFAIL of sysexits.h */

/* home is open for writing. ERR_LOCKED: another daemon serves this home; ERR_EXISTS: its port is taken;
 * ERR_BAD_VALUE: this machine cannot listen there. */
MUST_CHECK enum err daemon_run(struct home *home);

#endif
