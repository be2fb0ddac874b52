/* header.c - see header.h. */
#include "header.h"

#include "mp.h"
#include "sign.h"
#include "tree.h"

#define ELEMENTS 14

void header_encode(const struct header *h, struct buf *out)
{
    mp_put_array(out, ELEMENTS);
    mp_put_uint(out, SUITE_1);
    mp_put_bin(out, h->scope.b, ID_SIZE);
    mp_put_bin(out, h->device.b, ID_SIZE);
    mp_put_uint(out, h->incarnation);
    mp_put_bin(out, h->person.b, ID_SIZE);
    mp_put_uint(out, h->first);
    mp_put_uint(out, h->count);
    mp_put_bin(out, h->previous.b, HASH_SIZE);
    mp_put_uint(out, h->epoch);
    mp_put_uint(out, h->size);
    mp_put_bin(out, h->root.b, HASH_SIZE);
    mp_put_bin(out, h->commitments.b, HASH_SIZE);
    mp_put_uint(out, h->time);
    mp_put_uint(out, (uint64_t)h->quality);
}

static struct hash hash_read(struct mp *r)
{
    struct hash h;

    memcpy(h.b, mp_bin_exact(r, HASH_SIZE), HASH_SIZE);
    return h;
}

enum err header_decode(struct header *h, struct bytes encoded)
{
    struct mp r;

    mp_open(&r, encoded);
    mp_expect_array(&r, ELEMENTS);
    if (mp_uint(&r, UINT64_MAX) != SUITE_1)
        mp_fail(&r, ERR_TOO_NEW);
    h->scope = id_from(mp_bin_exact(&r, ID_SIZE));
    h->device = id_from(mp_bin_exact(&r, ID_SIZE));
    h->incarnation = (uint32_t)mp_uint(&r, UINT32_MAX);
    h->person = id_from(mp_bin_exact(&r, ID_SIZE));
    h->first = mp_uint(&r, UINT64_MAX);
    h->count = (uint32_t)mp_uint(&r, CHANGESET_CHANGES_MAX);
    h->previous = hash_read(&r);
    h->epoch = (uint32_t)mp_uint(&r, UINT32_MAX);
    h->size = mp_uint(&r, UINT64_MAX);
    h->root = hash_read(&r);
    h->commitments = hash_read(&r);
    h->time = mp_uint(&r, UINT64_MAX);
    h->quality = (enum quality)mp_uint(&r, QUALITY_WRONG);
    if (h->count == 0)
        mp_fail(&r, ERR_BAD_FRAME);
    return mp_close(&r);
}

struct hash header_commitments(const struct hash *commitment, size_t count)
{
    struct tree_frontier f = {0};

    for (size_t i = 0; i < count; i++) {
        struct bytes piece = bytes_of(commitment[i].b, HASH_SIZE);
        struct hash leaf = tree_leaf(&piece, 1);
        enum err e = tree_append(&f, &leaf, NULL, NULL);
        assert(e == ERR_OK); /* nothing is stored that could fail */
    }
    return tree_root(&f);
}

void header_sign(uint8_t signature[SIGNATURE_SIZE], struct bytes encoded, const uint8_t secret_key[SIGN_SECRET_SIZE])
{
    sign_make(signature, "chibo1/header", encoded, secret_key);
}

enum err header_verify(const uint8_t signature[SIGNATURE_SIZE], struct bytes encoded,
                       const uint8_t public_key[SIGN_PUBLIC_SIZE])
{
    return sign_check(signature, "chibo1/header", encoded, public_key) ? ERR_OK : ERR_BAD_SIGNATURE;
}

struct hash header_head(struct bytes encoded, const uint8_t signature[SIGNATURE_SIZE])
{
    struct hash head;
    struct bytes pieces[] = {
        bytes_of("chibo1/head", sizeof("chibo1/head")), encoded, bytes_of(signature, SIGNATURE_SIZE),
    };

    crypto_blake2b(head.b, HASH_SIZE, bytes_of(NULL, 0), pieces, ARRAY_LEN(pieces));
    return head;
}
