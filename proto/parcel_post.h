/* parcel_post.h - whole exchanges by file, for either side: read, look through, apply in bounded steps, answer.
 *
 * Nothing of a file is applied before all of it was looked through. Applied is job by job; a file that was applied in
 * part, because the machine stopped, is given again: what is here already is passed over. */
#ifndef CHIBO_PARCEL_POST_H
#define CHIBO_PARCEL_POST_H

#include "parcel.h"
#include "replica.h"
#include "ward.h"

#define PARCEL_CHANCE (KEY_SIZE + MANIFEST_NUMBER_SIZE) /* drawn anew for each file that is written */

struct parcel_report {
    struct id device;                    /* of the cell */
    uint64_t changes;                    /* in the file that was written, or read */
    uint64_t fresh;                      /* ward: of those, how many were not here yet */
    uint64_t sent, received, refused, held; /* device: as after a session */
    uint64_t bytes_in, bytes_out;
    uint8_t number[MANIFEST_NUMBER_SIZE]; /* of the file written or, on a device, read */
    uint8_t name[KEY_SIZE];               /* parcel_head.sent of the file written */
    struct buf needs; /* as in `sizes`: what must come first and is not here; of a file written: what it needs */
};
void parcel_report_deinit(struct parcel_report *report);

/* The ward: reads a device's file and writes the answer. The device's rights are those of now. ERR_AUTH, ERR_REVOKED,
 * ERR_COPY, ERR_ROLLED_BACK and the rest of a session's; ERR_FILE_NEEDS: changes before these are missing here. */
MUST_CHECK enum err parcel_exchange(const struct parcel_io *io, const struct ward *w,
                                    const uint8_t chance[PARCEL_CHANCE], uint64_t now, struct parcel_report *report);

/* A device: writes what the ward has not acknowledged, and what it holds. r: as committed. */
MUST_CHECK enum err parcel_send(const struct parcel_io *io, const struct replica *r, const uint8_t seed[KEY_SIZE],
                                struct parcel_report *report);
/* A device: reads the ward's answer. */
MUST_CHECK enum err parcel_receive(const struct parcel_io *io, const struct replica *r, struct parcel_report *report);

#endif
