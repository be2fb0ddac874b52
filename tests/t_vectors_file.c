/* t_vectors_file.c - files that are carried, byte by byte, against tests/vectors/file.hex. */
#include <stdlib.h>

#include "../proto/parcel.h"
#include "test.h"
#include "vector.h"

struct memory {
    struct bytes in;
    size_t at;
    struct buf out;
};

static enum err memory_read(void *arg, size_t n, struct buf *out)
{
    struct memory *m = arg;

    n = n < m->in.n - m->at ? n : m->in.n - m->at;
    buf_put(out, m->in.p + m->at, n);
    m->at += n;
    return ERR_OK;
}

static enum err memory_rewind(void *arg)
{
    ((struct memory *)arg)->at = 0;
    return ERR_OK;
}

static enum err memory_write(void *arg, struct bytes piece)
{
    buf_put_bytes(&((struct memory *)arg)->out, piece);
    return ERR_OK;
}

static struct parcel_io io_of(struct memory *m)
{
    return (struct parcel_io){.arg = m, .read = memory_read, .rewind = memory_rewind, .write = memory_write};
}

static void secret_of(const char *seed, uint8_t secret[SIGN_SECRET_SIZE])
{
    uint8_t key[SIGN_PUBLIC_SIZE];

    crypto_sign_from_seed(vector_sized("names", seed, 32).p, key, secret);
}

static struct manifest manifest_of(bool answer, struct buf *needs)
{
    struct manifest m = {.direction = answer ? MANIFEST_FROM_WARD : MANIFEST_FROM_DEVICE, .incarnation = 0xcafe0001,
                         .time = answer ? 1794300009 : 1794300000};
    struct message_size size = {.scope = id_from(vector("names", "scope").p), .epoch = 1, .size = 5};

    m.ward = id_from(vector("names", "ward").p);
    m.device = id_from(vector("names", "device").p);
    for (uint8_t i = 0; i < MANIFEST_NUMBER_SIZE; i++) {
        m.number[i] = (uint8_t)((answer ? 0xa1 : 0x91) + i);
        m.answers[i] = (uint8_t)(0x91 + i);
    }
    memcpy(size.root.b, vector("header", "seen_root").p, HASH_SIZE);
    message_list_add_size(needs, &size);
    size = (struct message_size){.scope = id_from(vector("names", "home").p), .size = 2, .root = size.root};
    message_list_add_size(needs, &size);
    m.needs = (struct message_list){2, buf_bytes(needs)};
    return m;
}

TEST(a_manifest_says_who_for_whom_and_what_first)
{
    for (int answer = 0; answer < 2; answer++) {
        struct buf needs = {0}, out = {0};
        struct manifest m = manifest_of(answer == 1, &needs), read;

        manifest_encode(&m, &out);
        CHECK_BYTES(buf_bytes(&out), vector("file", answer == 1 ? "manifest_answer" : "manifest"));
        CHECK_EQ(manifest_decode(&read, buf_bytes(&out)), ERR_OK);
        CHECK_EQ(read.needs.count, 2);
        for (size_t n = 0; n < out.n; n++)
            CHECK(manifest_decode(&read, bytes_of(out.p, n)) != ERR_OK);
        out.p[1] = 2; /* version */
        CHECK_EQ(manifest_decode(&read, buf_bytes(&out)), ERR_TOO_NEW);
        buf_deinit(&needs);
        buf_deinit(&out);
    }
}

/* The manifest of file.hex, a message, end. */
static void write_file(struct memory *m, const char *manifest, uint8_t type, struct bytes message, const char *receiver,
                       const char *maker)
{
    uint8_t secret[SIGN_SECRET_SIZE];
    struct parcel_io io = io_of(m);
    struct parcel_out out;

    secret_of(maker, secret);
    CHECK_EQ(parcel_out_begin(&out, &io, vector("names", receiver).p, vector_sized("file", "drawn", 32).p, 0), ERR_OK);
    CHECK_EQ(parcel_out_put(&out, MESSAGE_MANIFEST, vector("file", manifest)), ERR_OK);
    if (message.n > 0)
        CHECK_EQ(parcel_out_put(&out, type, message), ERR_OK);
    CHECK_EQ(parcel_out_end(&out, secret), ERR_OK);
    parcel_out_deinit(&out);
}

TEST(a_file_is_these_bytes)
{
    struct memory m = {0};
    struct bytes file;
    struct hash sha;
    uint8_t *zero = mem_alloc(200000);

    write_file(&m, "manifest", MESSAGE_SCOPE, vector("file", "scope"), "ward_key", "device_seed");
    CHECK_BYTES(buf_bytes(&m.out), vector("file", "file"));
    CHECK_BYTES(bytes_of(m.out.p, PARCEL_HEAD_SIZE), vector("file", "head"));
    buf_clear(&m.out);
    write_file(&m, "manifest_answer", 0, bytes_of(NULL, 0), "device_key", "ward_seed");
    CHECK_BYTES(buf_bytes(&m.out), vector("file", "answer"));
    buf_clear(&m.out);
    write_file(&m, "manifest", MESSAGE_CHANGESET, bytes_of(zero, 200000), "ward_key", "device_seed");
    file = buf_bytes(&m.out);
    sha = crypto_sha256(&file, 1);
    CHECK_BYTES(bytes_of(sha.b, HASH_SIZE), vector("file", "long_sha256"));
    free(zero);
    buf_deinit(&m.out);
}

TEST(a_file_is_read_back_and_its_signature_holds)
{
    struct memory m = {.in = vector("file", "file")};
    struct parcel_io io = io_of(&m);
    uint8_t secret[SIGN_SECRET_SIZE];
    struct parcel_in in;
    struct bytes message;
    uint8_t type;
    bool got;

    secret_of("ward_seed", secret);
    CHECK_EQ(parcel_in_begin(&in, &io, vector("names", "ward_key").p, secret), ERR_OK);
    CHECK_BYTES(bytes_of(in.key, KEY_SIZE), vector("file", "key"));
    CHECK_EQ(parcel_in_next(&in, &type, &message, &got), ERR_OK);
    CHECK_EQ(type, MESSAGE_MANIFEST);
    CHECK_BYTES(message, vector("file", "manifest"));
    CHECK_BYTES(buf_bytes(&in.plain), vector("file", "plain"));
    CHECK_EQ(parcel_in_next(&in, &type, &message, &got), ERR_OK);
    CHECK_BYTES(message, vector("file", "scope"));
    CHECK_EQ(parcel_in_next(&in, &type, &message, &got), ERR_OK);
    CHECK(!got);
    CHECK_BYTES(bytes_of(in.chain.b, HASH_SIZE), vector("file", "chain"));
    CHECK_EQ(parcel_in_signed(&in, vector("names", "device_key").p), ERR_OK);
    CHECK_EQ(parcel_in_signed(&in, vector("names", "ward_key").p), ERR_BAD_PROOF);
    parcel_in_deinit(&in);
    CHECK(vector_all_read("file"));
}
