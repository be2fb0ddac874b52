/* renew.h - what a copied store says of itself: the attempt that every hello shows, and the message `renew`
 * (protocol.md 7.1, 8.7). */
#ifndef CHIBO_RENEW_H
#define CHIBO_RENEW_H

#include "message.h"

#define RENEW_ATTEMPT_SIZE 4
#define RENEW_PROOF_SIZE (RATCHET_SIZE - RENEW_ATTEMPT_SIZE) /* of the ratchet, what a hello shows */

struct renew {
    uint32_t incarnation;      /* the new one */
    struct message_list sizes; /* of struct message_size, as in `sizes` */
};

/* sizes: an encoded list. */
void renew_encode(uint32_t incarnation, struct bytes sizes, struct buf *out);
MUST_CHECK enum err renew_decode(struct renew *m, struct bytes body);

/* The hello's 16 bytes: the beginning of the ratchet, and the attempt of the store that shows it. */
void renew_show(uint8_t out[RATCHET_SIZE], const uint8_t ratchet[RATCHET_SIZE], uint32_t attempt);
uint32_t renew_attempt(const uint8_t shown[RATCHET_SIZE]);

#endif
