/* header.h - the signed header of a changeset and the chain of its stream (protocol.md 3.3).
 *
 * What is signed and chained is the encoded header; a struct header is a plain copy of what it says. */
#ifndef CHIBO_HEADER_H
#define CHIBO_HEADER_H

#include "../common/base.h"
#include "../common/buf.h"
#include "../common/crypto.h"
#include "../common/err.h"
#include "../common/id.h"
#include "limits.h"

#define HEADER_SIZE_MAX 199 /* every element at its longest */

enum quality { QUALITY_CHECKED = 0, QUALITY_NEVER_CHECKED = 1, QUALITY_WRONG = 2 };

struct header {
    struct id scope;
    struct id device;
    uint32_t incarnation;
    struct id person;
    uint64_t first;          /* number of the first change in its stream */
    uint32_t count;          /* 1..CHANGESET_CHANGES_MAX */
    struct hash previous;    /* head of the stream before; zero at first = 0 */
    uint32_t epoch;          /* seen: the scope's log as its author held it */
    uint64_t size;
    struct hash root;
    struct hash commitments; /* header_commitments */
    uint64_t time;
    enum quality quality;
};

void header_encode(const struct header *h, struct buf *out);
/* ERR_BAD_FRAME; ERR_TOO_NEW: another suite. */
MUST_CHECK enum err header_decode(struct header *h, struct bytes encoded);

/* The tree over the commitments of one changeset, in order. */
struct hash header_commitments(const struct hash *commitment, size_t count);

void header_sign(uint8_t signature[SIGNATURE_SIZE], struct bytes encoded, const uint8_t secret_key[SIGN_SECRET_SIZE]);
MUST_CHECK enum err header_verify(const uint8_t signature[SIGNATURE_SIZE], struct bytes encoded,
                                  const uint8_t public_key[SIGN_PUBLIC_SIZE]); /* ERR_BAD_SIGNATURE */
/* What the next header of the stream names as `previous`. */
struct hash header_head(struct bytes encoded, const uint8_t signature[SIGNATURE_SIZE]);

#endif
