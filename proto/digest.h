/* digest.h - the two short numbers of a hello that say "we hold the same" (protocol.md 7.1). They are keyed with
 * the TLS session's binding, so nothing can be learnt from them, or replayed, elsewhere. */
#ifndef CHIBO_DIGEST_H
#define CHIBO_DIGEST_H

#include "../common/base.h"
#include "../common/crypto.h"
#include "../common/id.h"
#include "limits.h"

#define DIGEST_LOGS_SIZE 16

struct digest_scope {
    struct id scope;
    uint32_t epoch;
    uint64_t size;
    struct hash root;
    uint8_t fold_version;
    struct hash state; /* state hash, protocol.md 5.5 */
};

/* scope: all those held with size > 0, ascending by id (asserted). count may be 0. */
void digest_logs(uint8_t out[DIGEST_LOGS_SIZE], const uint8_t binding[BINDING_SIZE], const struct digest_scope *scope,
                 size_t count);
void digest_states(uint8_t out[STATE_DIGEST_SIZE], const uint8_t binding[BINDING_SIZE],
                   const struct digest_scope *scope, size_t count);

#endif
