/* change.h - one change: its body in canonical positional form, and its salted commitment (protocol.md 3.1, 3.2).
 *
 * struct change borrows everything from the encoded body it was decoded from. */
#ifndef CHIBO_CHANGE_H
#define CHIBO_CHANGE_H

#include "../common/base.h"
#include "../common/buf.h"
#include "../common/crypto.h"
#include "../common/err.h"
#include "../common/id.h"
#include "limits.h"

enum op { OP_CREATE = 1, OP_SET = 2, OP_ADD = 3, OP_REMOVE = 4, OP_STATE = 5, OP_AMEND = 6, OP_CLOSE = 7 };
enum merge_class {
    MERGE_UNION = 0, MERGE_OWNER = 1, MERGE_LATER = 2, MERGE_MONOTONE = 3, MERGE_ASK = 4, MERGE_SERIAL = 5,
    MERGE_IMMUTABLE = 6
};
#define TAG(number, merge_class) ((uint32_t)(number) * 8 + (uint32_t)(merge_class))
#define TAG_NUMBER(tag) ((tag) >> 3)
#define TAG_CLASS(tag) ((tag) & 7)
#define TAG_STATE TAG(0, MERGE_MONOTONE)

struct triple {
    uint32_t tag;
    struct bytes base;  /* n x VERSION_SIZE, ascending; empty: nil */
    struct bytes value; /* one encoded value */
};

struct change {
    struct id record;
    uint32_t kind;
    enum op op;
    size_t count;
    struct triple triple[CHANGE_TRIPLES_MAX];
};

struct version {
    uint8_t b[VERSION_SIZE];
};

/* Checks everything section 3.1 says of form (not the schema's meaning). ERR_BAD_FRAME. */
MUST_CHECK enum err change_decode(struct change *c, struct bytes body);
void change_encode(const struct change *c, struct buf *out); /* tags must ascend */
/* Which record part a body is about; the body has passed change_decode before. */
void change_subject(struct bytes body, uint32_t *kind, struct id *record);

void change_salt(uint8_t salt[SALT_SIZE], const uint8_t seed[SALT_SIZE], uint32_t position);
struct hash change_commit(const uint8_t salt[SALT_SIZE], const struct id *scope, const struct id *device,
                          const struct id *person, struct bytes body);
struct version change_version(const struct hash *commitment);

#endif
