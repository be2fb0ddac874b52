/* ratchet.h - the number that moves in every session and tells a copied store from the one that went on
 * (protocol.md 8.3). Only the ward can make one; a device keeps the newest it committed and shows it in its next
 * hello. */
#ifndef CHIBO_RATCHET_H
#define CHIBO_RATCHET_H

#include "../common/base.h"
#include "../common/crypto.h"
#include "../common/id.h"
#include "limits.h"

void ratchet_make(uint8_t out[RATCHET_SIZE], const uint8_t key[KEY_SIZE], const struct id *device, uint32_t incarnation,
                  uint64_t n);
/* Did this ward make it? Whether it is the newest is for the caller to judge. */
MUST_CHECK bool ratchet_is_genuine(const uint8_t ratchet[RATCHET_SIZE], const uint8_t key[KEY_SIZE],
                                   const struct id *device, uint32_t incarnation, uint64_t n);

/* The same for its first n bytes: what a hello shows of it. */
MUST_CHECK bool ratchet_is_shown(const uint8_t *shown, size_t shown_n, const uint8_t key[KEY_SIZE],
                                 const struct id *device, uint32_t incarnation, uint64_t n);

#endif
