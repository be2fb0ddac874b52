/* pace.h - how hard to pack, by how fast the link is: the one place of that policy, for both sides.
 *
 * A byte saved is worth its CPU only where bytes are slow. Nobody here reads a clock: the driver says how long what
 * it sent or heard kept it waiting (pace_note), the device keeps the result for its next session (replica_pace.c), and
 * tells the ward in its hello that its link is slow: what a session measures comes too late for a short one. */
#ifndef CHIBO_PACE_H
#define CHIBO_PACE_H

#include "../common/base.h"

enum pace_class { PACE_UNKNOWN, PACE_SLOW, PACE_MIDDLE, PACE_FAST, PACE_CLASSES };

#define PACE_SLOW_BELOW 32u /* bytes per ms (256 kbit/s): 60 KiB at level 19 save it 100 ms and more, and take 20 */
/* 4 Mbit/s, in bytes per ms: what level 5 saves beside 3 arrives in less time than it takes. */
#define PACE_FAST_FROM 512u
#define PACE_SLOW_LEVEL 19
#define PACE_FAST_LEVEL 3
/* A part of a snapshot, on any link: 4 % fewer bytes than level 5 for 1.2 times its CPU, once in the life of a device;
 * from level 12 on it is five times (docs/performance.md, "First sync"). */
#define PACE_SNAPSHOT_LEVEL 9
#define PACE_BYTES_MIN 8192u            /* less than this measures the round trip, not the link */
#define PACE_BYTES_KEPT (256u << 10)    /* what came before weighs half: a link changes while one drives home */
/* Plain bytes that one session may pack at PACE_SLOW_LEVEL, about 0.3 s of CPU in a MiB: years of a cell at the device;
 * at the ward, where all sessions share a processor, two months, and a snapshot besides (protocol.md 10.3). What is
 * beyond goes at the middle level. */
#define PACE_DEVICE_BYTES_MAX (8u << 20)
#define PACE_WARD_BYTES_MAX (1u << 20)

/* Zeroed: nothing is known. */
struct pace {
    enum pace_class known; /* from before this session, or from the other side */
    uint64_t bytes, us;    /* lately */
    uint64_t hard_max;     /* plain bytes that may be packed at PACE_SLOW_LEVEL */
    uint64_t hard;         /* and were */
};

/* The link carried so many bytes while the driver waited for it so long. */
void pace_note(struct pace *p, uint64_t bytes, uint64_t us);
/* By what was measured, or else by what was known. */
enum pace_class pace_class(const struct pace *p);
int pace_level(enum pace_class class);
/* For a message of so many bytes, which is then counted. */
int pace_take(struct pace *p, size_t bytes);
/* For a part of a snapshot: once in the life of a device and the most it is ever sent, so it does not count. */
int pace_snapshot(const struct pace *p);

#endif
