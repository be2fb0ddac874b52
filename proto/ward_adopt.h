/* ward_adopt.h - signing keys that are newer than this store: it was put back from a backup (protocol.md 8.6).
 *
 * The list of keys says which follows which, each link signed by the key before it. It comes from beside the store (the
 * driver's business) or from a device, which proves it. If the secret half of the last one is here, the ward goes on
 * with it; if not, it takes in what devices hand back, and can say nothing that those who know that key would
 * believe. */
#ifndef CHIBO_WARD_ADOPT_H
#define CHIBO_WARD_ADOPT_H

#include "checkpoint.h"
#include "keys.h"
#include "ward.h"

/* Keys that may have signed what a device hands back. */
struct ward_proofs {
    struct keys own;  /* the list of this store, up to the ward's key; count 0: it never changed */
    struct keys list; /* that list, or a longer one that was shown */
    size_t from;      /* places below in `list` prove nothing: an old key, found by whomever, makes no history */
    bool adopt;       /* `list` ends with the ward's key, and this store does not know it yet */
    bool gone;        /* `list` goes on beyond the ward's key */
};

/* The store's own list; count 0: there is none. */
MUST_CHECK enum err ward_keys_list(struct txn *txn, struct keys *k);
/* The key that this store's logs are at. ERR_NOT_FOUND: it has no log. */
MUST_CHECK enum err ward_keys_now(struct txn *txn, uint8_t key[SIGN_PUBLIC_SIZE]);
/* The list, which ends with the ward's key, is the store's: key leaves in every log, signed by that key. What was
 * signed by the key of the backup, or any after it, is believed when a device hands it back. ERR_BAD_PROOF. */
MUST_CHECK enum err ward_adopt(struct txn *txn, const struct ward *w, const struct keys *list, uint64_t now);
/* The key leaves that this log lacks; saves it. */
MUST_CHECK enum err ward_adopt_log(struct txn *txn, const struct ward *w, const struct keys *own, struct scope *s,
                                   uint64_t now);

/* shown: the message `keys` of a device, or nothing. ERR_BAD_FRAME, ERR_BAD_PROOF: it is not this ward's. */
MUST_CHECK enum err ward_proofs_load(struct txn *txn, const struct ward *w, struct bytes shown, struct ward_proofs *p);
MUST_CHECK enum err ward_proofs_checkpoint(const struct ward_proofs *p, const struct ward *w,
                                           const struct checkpoint *c, const uint8_t signature[SIGNATURE_SIZE]);

/* A device has proved that this ward lost something: the keys that count now count also when another one follows, for
 * those who come later. */
MUST_CHECK enum err ward_proofs_keep(struct txn *txn, const struct ward_proofs *p);

/* The log was just rewound: others may hold more than what is left of it, by the key that it is at there, or by a later
 * one. These count from now on. */
MUST_CHECK enum err ward_proofs_rewound(struct txn *txn, const struct ward_proofs *p, const struct scope *s);

/* A control leaf that comes back, at the end of this log: would readers take it as it is? */
bool ward_leaf_stands(const struct ward_proofs *p, const struct ward *w, const struct scope *s, const struct control *c,
                      struct bytes encoded, const uint8_t signature[SIGNATURE_SIZE]);
/* If not: the same under the ward's key, unless it was said so at or behind `since`. A key leaf is never said again. */
MUST_CHECK enum err ward_say_again(struct txn *txn, const struct ward *w, struct scope *s, const struct control *c,
                                   struct bytes encoded, uint64_t since);

/* A device has shown keys whose last one this ward lacks; and is it still so? */
MUST_CHECK enum err ward_key_gone_note(struct txn *txn, const struct keys *list);
MUST_CHECK enum err ward_key_gone(struct txn *txn, bool *gone);

#endif
