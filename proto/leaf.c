/* leaf.c - see leaf.h. */
#include "leaf.h"

#include "mp.h"
#include "tree.h"

void leaf_encode_changeset(struct bytes header, const uint8_t signature[SIGNATURE_SIZE], uint64_t accepted,
                           uint64_t policy, struct bytes verdicts, struct buf *out)
{
    mp_put_array(out, 6);
    mp_put_uint(out, LEAF_CHANGESET);
    mp_put_bin(out, header.p, header.n);
    mp_put_bin(out, signature, SIGNATURE_SIZE);
    mp_put_uint(out, accepted);
    mp_put_uint(out, policy);
    mp_put_raw(out, verdicts);
}

void leaf_encode_control(struct bytes control, const uint8_t signature[SIGNATURE_SIZE], struct buf *out)
{
    mp_put_array(out, 3);
    mp_put_uint(out, LEAF_CONTROL);
    mp_put_bin(out, control.p, control.n);
    mp_put_bin(out, signature, SIGNATURE_SIZE);
}

struct hash leaf_hash(struct bytes leaf)
{
    struct bytes pieces[] = {bytes_of("chibo1/leaf", sizeof("chibo1/leaf")), leaf};

    return tree_leaf(pieces, ARRAY_LEN(pieces));
}

struct hash leaf_hash_changeset(struct bytes header, const uint8_t signature[SIGNATURE_SIZE], uint64_t accepted,
                                uint64_t policy, struct bytes verdicts)
{
    struct buf leaf = {0};

    leaf_encode_changeset(header, signature, accepted, policy, verdicts, &leaf);
    struct hash h = leaf_hash(buf_bytes(&leaf));
    buf_deinit(&leaf);
    return h;
}

struct hash leaf_hash_control(struct bytes control, const uint8_t signature[SIGNATURE_SIZE])
{
    struct buf leaf = {0};

    if (control.n == HASH_SIZE) { /* erased: only its hash is left */
        struct hash kept;

        memcpy(kept.b, control.p, HASH_SIZE);
        return kept;
    }
    leaf_encode_control(control, signature, &leaf);
    struct hash h = leaf_hash(buf_bytes(&leaf));
    buf_deinit(&leaf);
    return h;
}
