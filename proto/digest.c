/* digest.c - see digest.h. */
#include "digest.h"

static void check_order(const struct digest_scope *scope, size_t count);
static void keyed(uint8_t out[16], const uint8_t binding[BINDING_SIZE], const char *context, const struct buf *all);

void digest_logs(uint8_t out[DIGEST_LOGS_SIZE], const uint8_t binding[BINDING_SIZE], const struct digest_scope *scope,
                 size_t count)
{
    struct buf all = {0};

    check_order(scope, count);
    buf_reserve(&all, count * (ID_SIZE + 4 + 8 + HASH_SIZE));
    for (size_t i = 0; i < count; i++) {
        buf_put(&all, scope[i].scope.b, ID_SIZE);
        buf_put_u32(&all, scope[i].epoch);
        buf_put_u64(&all, scope[i].size);
        buf_put(&all, scope[i].root.b, HASH_SIZE);
    }
    keyed(out, binding, "chibo1/hello", &all);
    buf_deinit(&all);
}

void digest_states(uint8_t out[STATE_DIGEST_SIZE], const uint8_t binding[BINDING_SIZE],
                   const struct digest_scope *scope, size_t count)
{
    struct buf all = {0};
    uint8_t digest[16];

    check_order(scope, count);
    buf_reserve(&all, count * (ID_SIZE + 1 + HASH_SIZE));
    for (size_t i = 0; i < count; i++) {
        buf_put(&all, scope[i].scope.b, ID_SIZE);
        buf_put_u8(&all, scope[i].fold_version);
        buf_put(&all, scope[i].state.b, HASH_SIZE);
    }
    keyed(digest, binding, "chibo1/hello-state", &all);
    memcpy(out, digest, STATE_DIGEST_SIZE);
    buf_deinit(&all);
}

static void check_order(const struct digest_scope *scope, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert(scope[i].size > 0);
        assert(i == 0 || id_compare(&scope[i - 1].scope, &scope[i].scope) < 0);
    }
}

static void keyed(uint8_t out[16], const uint8_t binding[BINDING_SIZE], const char *context, const struct buf *all)
{
    struct bytes pieces[] = {bytes_of(context, strlen(context) + 1), buf_bytes(all)};

    crypto_blake2b(out, 16, bytes_of(binding, BINDING_SIZE), pieces, ARRAY_LEN(pieces));
}
