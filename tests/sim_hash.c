/* sim_hash.c - SHA-256 for the simulator's bulk, put between by the linker (-Wl,--wrap) as sim_sign.c is: a third of a
 * campaign's time went into libsodium's, which is written in plain C; OpenSSL's uses what the processor has for it. The
 * values are the same, so nothing under test can tell; t_crypto holds libsodium's against the standard's examples, and
 * every other test runs it. */
#define OPENSSL_SUPPRESS_DEPRECATED /* its newer interface costs more than a node of a tree does */
#include <assert.h>
#include <openssl/sha.h>

#include "../common/crypto.h"

struct hash sim_hash(const struct bytes *pieces, size_t count) __asm__("__wrap_crypto_sha256");

struct hash sim_hash(const struct bytes *pieces, size_t count)
{
    struct hash out;
    SHA256_CTX state;
    int good = SHA256_Init(&state);

    for (size_t i = 0; i < count; i++)
        if (pieces[i].n > 0)
            good &= SHA256_Update(&state, pieces[i].p, pieces[i].n);
    good &= SHA256_Final(out.b, &state);
    assert(good == 1);
    return out;
}
