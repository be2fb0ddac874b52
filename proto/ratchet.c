/* ratchet.c - see ratchet.h. */
#include "ratchet.h"

void ratchet_make(uint8_t out[RATCHET_SIZE], const uint8_t key[KEY_SIZE], const struct id *device, uint32_t incarnation,
                  uint64_t n)
{
    uint8_t at[4 + 8];

    store_u32(at, incarnation);
    store_u64(at + 4, n);
    struct bytes pieces[] = {
        bytes_of("chibo1/ratchet", sizeof("chibo1/ratchet")), bytes_of(device->b, ID_SIZE), bytes_of(at, sizeof(at)),
    };
    crypto_blake2b(out, RATCHET_SIZE, bytes_of(key, KEY_SIZE), pieces, ARRAY_LEN(pieces));
}

bool ratchet_is_genuine(const uint8_t ratchet[RATCHET_SIZE], const uint8_t key[KEY_SIZE], const struct id *device,
                        uint32_t incarnation, uint64_t n)
{
    return ratchet_is_shown(ratchet, RATCHET_SIZE, key, device, incarnation, n);
}

bool ratchet_is_shown(const uint8_t *shown, size_t shown_n, const uint8_t key[KEY_SIZE], const struct id *device,
                      uint32_t incarnation, uint64_t n)
{
    uint8_t want[RATCHET_SIZE];

    assert(shown_n <= RATCHET_SIZE);
    ratchet_make(want, key, device, incarnation, n);
    return crypto_equal(shown, want, shown_n);
}
