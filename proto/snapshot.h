/* snapshot.h - the ward's signed word on a scope's log and folded state at one size (protocol.md 10.3): a device
 * may start from the parts that go with it. */
#ifndef CHIBO_SNAPSHOT_H
#define CHIBO_SNAPSHOT_H

#include "../common/base.h"
#include "../common/buf.h"
#include "../common/crypto.h"
#include "../common/err.h"
#include "../common/id.h"
#include "tree.h"

struct snapshot {
    struct id ward;
    struct id scope;
    uint32_t epoch;
    struct tree_frontier frontier; /* with the size; the root follows from it */
    uint32_t fold_version;
    struct hash state;             /* state hash, protocol.md 5.5 */
    uint32_t parts;                /* messages that bring it */
    struct hash content;           /* all of them, chained */
};

/* The chain over parts: zero before the first. */
struct hash snapshot_chain(const struct hash *before, struct bytes part);

void snapshot_encode(const struct snapshot *s, struct buf *out);
/* ERR_BAD_FRAME; ERR_TOO_NEW: another suite; ERR_BAD_PROOF: the root is not that of the frontier. */
MUST_CHECK enum err snapshot_decode(struct snapshot *s, struct bytes encoded);
void snapshot_sign(uint8_t signature[SIGNATURE_SIZE], struct bytes encoded, const uint8_t secret_key[SIGN_SECRET_SIZE]);
MUST_CHECK enum err snapshot_verify(const uint8_t signature[SIGNATURE_SIZE], struct bytes encoded,
                                    const uint8_t public_key[SIGN_PUBLIC_SIZE]); /* ERR_BAD_PROOF */

#endif
