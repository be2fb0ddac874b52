/* leaf.h - the leaves of a scope's log and their hashes (protocol.md 4.1). Verdicts: verdict.h. */
#ifndef CHIBO_LEAF_H
#define CHIBO_LEAF_H

#include "../common/base.h"
#include "../common/buf.h"
#include "../common/crypto.h"
#include "verdict.h"

enum leaf_type { LEAF_CHANGESET = 1, LEAF_CONTROL = 2 };

/* header and control are their encoded bytes, verdicts an encoded list. */
void leaf_encode_changeset(struct bytes header, const uint8_t signature[SIGNATURE_SIZE], uint64_t accepted,
                           uint64_t policy, struct bytes verdicts, struct buf *out);
void leaf_encode_control(struct bytes control, const uint8_t signature[SIGNATURE_SIZE], struct buf *out);

/* What the log's tree is made of: SHA-256(00 || "chibo1/leaf" 0 || leaf). */
struct hash leaf_hash(struct bytes leaf);
struct hash leaf_hash_changeset(struct bytes header, const uint8_t signature[SIGNATURE_SIZE], uint64_t accepted,
                                uint64_t policy, struct bytes verdicts);
/* control: its encoded bytes, or, of one that was erased, the hash itself. */
struct hash leaf_hash_control(struct bytes control, const uint8_t signature[SIGNATURE_SIZE]);

#endif
