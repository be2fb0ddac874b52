/* sim_program.h - what a fuzzer's input says to a session: a program over genuine messages. They are sent whole, bent, cut,
 * spliced, in any order, LAST or not; or messages made from the input; or raw bytes; with pauses and an end of the link.
 * So an input finds its way past signatures and ratchets, and stays one when the protocol changes. */
#ifndef CHIBO_SIM_PROGRAM_H
#define CHIBO_SIM_PROGRAM_H

#include "../proto/frame.h"

#define SIM_PROGRAM_MESSAGES 16

enum sim_program_op {
    SIM_PROGRAM_GENUINE, /* nothing follows */
    SIM_PROGRAM_BENT,    /* u16 offset, u8 exclusive or */
    SIM_PROGRAM_SHORT,   /* u16 length */
    SIM_PROGRAM_SPLICED, /* u16 offset, u8 length, bytes, u8 how many are taken out */
    SIM_PROGRAM_MADE,    /* u8 type, u8 length, bytes */
    SIM_PROGRAM_RAW,     /* u8 length, bytes of the wire */
    SIM_PROGRAM_PAUSE,   /* jobs are run */
    SIM_PROGRAM_CUT,     /* the link ends */
    SIM_PROGRAM_OPS
};
#define SIM_PROGRAM_LAST 0x08 /* a bit of the operation's byte; the upper half names the genuine message */

/* The genuine messages, from the wire they went over (level 0). */
struct sim_program_messages {
    size_t count;
    uint8_t type[SIM_PROGRAM_MESSAGES];
    struct buf message[SIM_PROGRAM_MESSAGES];
};
void sim_program_read(struct sim_program_messages *m, struct bytes wire);

struct sim_program {
    const struct sim_program_messages *genuine;
    struct bytes input;
    struct frame_out frames;
    void *arg;
    void (*bytes)(void *arg, struct bytes wire);
    void (*pause)(void *arg);
    void (*cut)(void *arg);
};
void sim_program_step(struct sim_program *p); /* input.n > 0 */

#endif
