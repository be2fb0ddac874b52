/* blob.c - see blob.h. */
#include "blob.h"

#include "mp.h"

struct hash blob_hash(const uint8_t salt[SALT_SIZE], struct bytes content)
{
    struct hash h;
    struct bytes pieces[] = {bytes_of("chibo1/blob", sizeof("chibo1/blob")), content};

    crypto_blake2b(h.b, HASH_SIZE, bytes_of(salt, SALT_SIZE), pieces, ARRAY_LEN(pieces));
    return h;
}

void blob_encode(const struct blob *b, struct buf *out)
{
    mp_put_array(out, 3);
    mp_put_uint(out, b->size);
    mp_put_str(out, b->media);
    mp_put_bin(out, b->hash.b, HASH_SIZE);
}

enum err blob_decode(struct blob *b, struct bytes value)
{
    struct mp r;

    mp_open(&r, value);
    mp_expect_array(&r, 3);
    b->size = mp_uint(&r, UINT64_MAX);
    b->media = mp_str(&r, BLOB_MEDIA_MAX);
    memcpy(b->hash.b, mp_bin_exact(&r, HASH_SIZE), HASH_SIZE);
    return mp_close(&r);
}
