/* replica_keys.h - which keys of the ward this device believes, and what each of them may sign (protocol.md 4.6).
 *
 * r->ward_key is the newest known; it signs all that the ward says now. Older leaves and the checkpoints kept with
 * them were signed by keys before it: those are believed because both neighbours in the list say that they belong
 * together. */
#ifndef CHIBO_REPLICA_KEYS_H
#define CHIBO_REPLICA_KEYS_H

#include "checkpoint.h"
#include "keys.h"
#include "replica.h"

/* Takes the list (message 20) and its newest key. ERR_BAD_PROOF: it does not hold, or ours is not in it. */
enum err replica_keys(struct txn *txn, struct replica *r, struct work *job);

/* The list that is known, as message 20; nothing when the ward never had another key. */
MUST_CHECK enum err replica_keys_list(struct txn *txn, struct buf *message);

/* A log as far as it was read: how many leaves, and the key its next one is signed with. */
struct replica_log {
    uint64_t size;
    uint8_t ward_key[SIGN_PUBLIC_SIZE];
};
/* A control leaf of the log, before it is added: log->ward_key then is the key of the leaf after it. ERR_BAD_PROOF. */
MUST_CHECK enum err replica_keys_control(struct txn *txn, const struct replica *r, struct replica_log *log,
                                         const struct control *c, struct bytes encoded,
                                         const uint8_t signature[SIGNATURE_SIZE]);
/* A checkpoint that is kept: by the scope's key or any later one. ERR_BAD_PROOF. */
MUST_CHECK enum err replica_keys_checkpoint(struct txn *txn, const struct replica *r, const struct scope *s,
                                            const struct checkpoint *c, const uint8_t signature[SIGNATURE_SIZE]);

/* A snapshot that is kept: by any key of the ward. *key: which, and so the log's at its size. ERR_BAD_PROOF. */
MUST_CHECK enum err replica_keys_snapshot(struct txn *txn, const struct replica *r, struct bytes encoded,
                                          const uint8_t signature[SIGNATURE_SIZE], uint8_t key[SIGN_PUBLIC_SIZE]);
/* A control leaf below a snapshot: the log was at any key of the ward. ERR_BAD_PROOF. */
MUST_CHECK enum err replica_keys_word(struct txn *txn, const struct replica *r, struct bytes encoded,
                                      const uint8_t signature[SIGNATURE_SIZE]);

#endif
