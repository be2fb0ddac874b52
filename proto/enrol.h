/* enrol.h - how a device becomes known to its ward (protocol.md 9): it proves the invite and both of its keys, bound to
 * this one TLS session; the ward answers with its certificate and who it is. */
#ifndef CHIBO_ENROL_H
#define CHIBO_ENROL_H

#include "../common/base.h"
#include "../common/buf.h"
#include "../common/crypto.h"
#include "../common/err.h"
#include "../common/id.h"
#include "invite.h"
#include "limits.h"

#define ENROL_CERTIFICATE_MAX 4096

struct enrol {
    uint8_t invite_id[INVITE_ID_SIZE];
    uint8_t tls_key[SIGN_PUBLIC_SIZE];
    uint8_t signing_key[SIGN_PUBLIC_SIZE];
    uint32_t incarnation;
    uint8_t tag[HASH_SIZE]; /* proves the secret */
    uint8_t tls_signature[SIGNATURE_SIZE];
    uint8_t signature[SIGNATURE_SIZE];
};

struct enrolled {
    struct bytes certificate; /* DER, borrowed */
    struct id device;
    struct id person;
    struct id org;
    struct id ward;
    uint8_t ward_key[SIGN_PUBLIC_SIZE];
    uint8_t ratchet[RATCHET_SIZE];
    uint64_t time;
};

/* The device's id follows from its signing key (protocol.md 2). */
struct id enrol_device_id(const uint8_t signing_key[SIGN_PUBLIC_SIZE]);

/* Fills in invite_id, tag and signatures; tls_key, signing_key and incarnation are set. */
void enrol_prove(struct enrol *e, const uint8_t binding[BINDING_SIZE], const uint8_t secret[INVITE_SECRET_SIZE],
                 const uint8_t tls_secret_key[SIGN_SECRET_SIZE], const uint8_t signing_secret_key[SIGN_SECRET_SIZE]);
/* secret is that of the invite named by invite_id. ERR_INVITE_BAD: the tag; ERR_BAD_SIGNATURE: a key is not the
 * device's. */
MUST_CHECK enum err enrol_check(const struct enrol *e, const uint8_t binding[BINDING_SIZE],
                                const uint8_t secret[INVITE_SECRET_SIZE]);

void enrol_encode(const struct enrol *e, struct buf *out);
MUST_CHECK enum err enrol_decode(struct enrol *e, struct bytes body); /* ERR_BAD_FRAME; ERR_TOO_NEW: another version */
void enrol_answer_encode(const struct enrolled *a, struct buf *out);
MUST_CHECK enum err enrol_answer_decode(struct enrolled *a, struct bytes body); /* ERR_BAD_FRAME */

#endif
