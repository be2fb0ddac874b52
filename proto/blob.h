/* blob.h - what a field says of a blob kept elsewhere: how long, of what media type, and a salted hash
 * (protocol.md 10.3). A stored blob is its salt, then its content. */
#ifndef CHIBO_BLOB_H
#define CHIBO_BLOB_H

#include "../common/base.h"
#include "../common/buf.h"
#include "../common/crypto.h"
#include "../common/err.h"
#include "limits.h"

#define BLOB_CHUNK_SIZE 32768
#define BLOB_MEDIA_MAX 127 /* RFC 6838 section 4.2: two names of 63, and a slash */

struct blob {
    uint64_t size; /* of the content, without the salt */
    struct bytes media;
    struct hash hash;
};

struct hash blob_hash(const uint8_t salt[SALT_SIZE], struct bytes content);
void blob_encode(const struct blob *b, struct buf *out);
MUST_CHECK enum err blob_decode(struct blob *b, struct bytes value); /* ERR_BAD_FRAME; media is borrowed from value */

#endif
