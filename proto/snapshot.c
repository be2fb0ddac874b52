/* snapshot.c - see snapshot.h. */
#include "snapshot.h"

#include "limits.h"
#include "mp.h"
#include "sign.h"

#define ELEMENTS 11
#define CONTEXT "chibo1/snapshot"

void snapshot_encode(const struct snapshot *s, struct buf *out)
{
    struct hash root = tree_root(&s->frontier);
    size_t nodes = (size_t)__builtin_popcountll(s->frontier.size);

    mp_put_array(out, ELEMENTS);
    mp_put_uint(out, SUITE_1);
    mp_put_bin(out, s->ward.b, ID_SIZE);
    mp_put_bin(out, s->scope.b, ID_SIZE);
    mp_put_uint(out, s->epoch);
    mp_put_uint(out, s->frontier.size);
    mp_put_bin(out, root.b, HASH_SIZE);
    mp_put_array(out, nodes);
    for (size_t i = 0; i < nodes; i++)
        mp_put_bin(out, s->frontier.node[i].b, HASH_SIZE);
    mp_put_uint(out, s->fold_version);
    mp_put_bin(out, s->state.b, HASH_SIZE);
    mp_put_uint(out, s->parts);
    mp_put_bin(out, s->content.b, HASH_SIZE);
}

struct hash snapshot_chain(const struct hash *before, struct bytes part)
{
    struct bytes pieces[] = {bytes_of(CONTEXT, sizeof CONTEXT), bytes_of(before->b, HASH_SIZE), part};
    struct hash h;

    crypto_blake2b(h.b, HASH_SIZE, bytes_of(NULL, 0), pieces, ARRAY_LEN(pieces));
    return h;
}

enum err snapshot_decode(struct snapshot *s, struct bytes encoded)
{
    struct mp r;
    struct hash root;

    memset(s, 0, sizeof(*s));
    mp_open(&r, encoded);
    mp_expect_array(&r, ELEMENTS);
    if (mp_uint(&r, UINT64_MAX) != SUITE_1)
        mp_fail(&r, ERR_TOO_NEW);
    s->ward = id_from(mp_bin_exact(&r, ID_SIZE));
    s->scope = id_from(mp_bin_exact(&r, ID_SIZE));
    s->epoch = (uint32_t)mp_uint(&r, UINT32_MAX);
    uint64_t size = mp_uint(&r, (uint64_t)1 << (TREE_LEVELS_MAX - 1));
    memcpy(root.b, mp_bin_exact(&r, HASH_SIZE), HASH_SIZE);
    size_t nodes = (size_t)__builtin_popcountll(size);
    mp_expect_array(&r, nodes);
    for (size_t i = 0; i < nodes; i++)
        memcpy(s->frontier.node[i].b, mp_bin_exact(&r, HASH_SIZE), HASH_SIZE);
    s->fold_version = (uint32_t)mp_uint(&r, UINT8_MAX);
    memcpy(s->state.b, mp_bin_exact(&r, HASH_SIZE), HASH_SIZE);
    s->parts = (uint32_t)mp_uint(&r, UINT32_MAX);
    memcpy(s->content.b, mp_bin_exact(&r, HASH_SIZE), HASH_SIZE);
    enum err e = mp_close(&r);
    if (e != ERR_OK)
        return e;
    s->frontier.size = size;
    struct hash want = tree_root(&s->frontier);
    return memcmp(root.b, want.b, HASH_SIZE) == 0 ? ERR_OK : ERR_BAD_PROOF;
}

void snapshot_sign(uint8_t signature[SIGNATURE_SIZE], struct bytes encoded, const uint8_t secret_key[SIGN_SECRET_SIZE])
{
    sign_make(signature, CONTEXT, encoded, secret_key);
}

enum err snapshot_verify(const uint8_t signature[SIGNATURE_SIZE], struct bytes encoded,
                         const uint8_t public_key[SIGN_PUBLIC_SIZE])
{
    return sign_check(signature, CONTEXT, encoded, public_key) ? ERR_OK : ERR_BAD_PROOF;
}
