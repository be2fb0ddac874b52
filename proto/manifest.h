/* manifest.h - the first message of a file: who made it for whom, what must be there before it (protocol.md 10.1). */
#ifndef CHIBO_MANIFEST_H
#define CHIBO_MANIFEST_H

#include "message.h"

#define MANIFEST_NUMBER_SIZE 8

enum manifest_direction { MANIFEST_FROM_DEVICE = 0, MANIFEST_FROM_WARD = 1 };

struct manifest {
    enum manifest_direction direction;
    struct id ward;
    struct id device;                       /* that made it, or that it is for */
    uint32_t incarnation;
    uint8_t number[MANIFEST_NUMBER_SIZE];   /* of this file; drawn */
    uint8_t answers[MANIFEST_NUMBER_SIZE];  /* from the ward: the number of the file it answers */
    uint64_t time;
    struct message_list needs;              /* of struct message_size: what its maker held, and its reader must */
};

void manifest_encode(const struct manifest *m, struct buf *out);
/* m->needs borrows from body. ERR_BAD_FRAME; ERR_TOO_NEW: another version. */
MUST_CHECK enum err manifest_decode(struct manifest *m, struct bytes body);

#endif
