/* control.h - the server's own leaves: scopes, persons, devices, grants, verdicts, epochs … (protocol.md 4.2).
 *
 * One table (control.c) says which elements each kind has; encode and decode are one loop over it. Texts and bins are
 * borrowed from the encoded bytes. A kind above CONTROL_RAISED is kept raw in `unknown` and not understood.
 * To add a kind: a number and a struct here, its row in control.c, a line in protocol.md 4.2, a vector. */
#ifndef CHIBO_CONTROL_H
#define CHIBO_CONTROL_H

#include "../common/base.h"
#include "../common/buf.h"
#include "../common/crypto.h"
#include "../common/err.h"
#include "../common/id.h"
#include "change.h"
#include "limits.h"
#include "tree.h"

#define CONTROL_PATH_MAX 10 /* of a tree over CHANGESET_CHANGES_MAX commitments */

enum control_kind {
    CONTROL_ERASED, /* in a row and on the wire: the leaf's hash alone (protocol.md 4.8) */
    CONTROL_SCOPE, CONTROL_PERSON, CONTROL_DEVICE, CONTROL_GRANT, CONTROL_END, CONTROL_REVOKE, CONTROL_VERDICT,
    CONTROL_EPOCH, CONTROL_REDACTION, CONTROL_HOME, CONTROL_MIRROR, CONTROL_FOLD, CONTROL_KEY, CONTROL_RAISED
};

struct control_scope {
    struct id org;
    uint32_t access; /* class 1..4 */
    struct bytes code;
    struct bytes name;
    uint32_t type;
    struct id parent; /* zero: nil */
    uint8_t ward_key[SIGN_PUBLIC_SIZE];
};
struct control_person {
    struct id person;
    struct bytes name;
};
struct control_device {
    struct id device;
    uint8_t key[SIGN_PUBLIC_SIZE];
    struct id person;
};
struct control_grant { /* kinds grant and end */
    struct id person;
    uint32_t role;
    uint32_t date; /* from, or until */
};
struct control_revoke {
    struct id device;
    uint32_t reason; /* error number (wire) */
};
struct control_verdict {
    struct id device;
    uint32_t incarnation;
    uint64_t first;
    uint32_t position;
    uint32_t verdict;  /* verdict.h */
    struct bytes text; /* why, in the words of whoever decided; may be empty */
    struct bytes by;   /* who decided */
};
struct control_epoch {
    uint32_t epoch;
    uint64_t size;
    struct hash root;
};
struct control_redaction {
    uint64_t leaf;
    uint32_t position;
    struct hash commitment;
};
struct control_home {
    struct id record; /* zero: new records of the organisation; what is there stays */
    struct id target; /* zero: another ward's */
    struct id home;
    uint64_t size;
    struct hash root;
    struct id org;         /* whose scope the target is; zero as target */
    struct bytes decision; /* its number */
    uint32_t date;
};
struct control_mirror {
    struct id home;
    uint64_t leaf;
    struct bytes header;
    uint8_t signature[SIGNATURE_SIZE];
    uint32_t position;
    struct tree_proof path; /* of the commitment in the header's tree */
    uint8_t salt[SALT_SIZE];
    struct bytes body;
    uint32_t verdict; /* as it counts here (verdict.h) */
};
struct control_fold {
    uint32_t version;
};
struct control_key {
    uint8_t key[SIGN_PUBLIC_SIZE];
    uint8_t signature[SIGNATURE_SIZE]; /* by the new key, see control_key_sign */
};
struct control_raised {
    struct id record;
    uint32_t kind;
    uint32_t access; /* the class it has now */
};
struct control_unknown {
    struct bytes payload; /* the encoded elements behind `time` */
    size_t count;
};

struct control {
    struct id ward;
    struct id scope;
    uint32_t kind; /* enum control_kind, or a later one */
    uint64_t policy;
    uint64_t time;
    union {
        struct control_scope is_scope;
        struct control_person person;
        struct control_device device;
        struct control_grant grant;
        struct control_revoke revoke;
        struct control_verdict verdict;
        struct control_epoch epoch;
        struct control_redaction redaction;
        struct control_home home;
        struct control_mirror mirror;
        struct control_fold fold;
        struct control_key key;
        struct control_raised raised;
        struct control_unknown unknown;
    } is;
};

const char *control_kind_name(uint32_t kind); /* "grant"; NULL for kinds this program does not know */

void control_encode(const struct control *c, struct buf *out);
MUST_CHECK enum err control_decode(struct control *c, struct bytes encoded); /* ERR_BAD_FRAME, ERR_TOO_NEW */

void control_sign(uint8_t signature[SIGNATURE_SIZE], struct bytes encoded, const uint8_t secret_key[SIGN_SECRET_SIZE]);
MUST_CHECK enum err control_verify(const uint8_t signature[SIGNATURE_SIZE], struct bytes encoded,
                                   const uint8_t public_key[SIGN_PUBLIC_SIZE]); /* ERR_BAD_PROOF */

/* Kind 13: the new key's own word that it follows the old one. */
void control_key_sign(uint8_t signature[SIGNATURE_SIZE], const struct id *ward, const uint8_t old_key[SIGN_PUBLIC_SIZE],
                      const uint8_t new_key[SIGN_PUBLIC_SIZE], const uint8_t new_secret_key[SIGN_SECRET_SIZE]);
MUST_CHECK enum err control_key_verify(const struct control *c, const uint8_t old_key[SIGN_PUBLIC_SIZE]);

/* Kind 11: is the body one change of the header, in the header's tree? ERR_BAD_PROOF. The caller, who knows the
 * device's key, checks the header's signature. */
MUST_CHECK enum err control_mirror_verify(const struct control *c);

#endif
